# What a host has besides its guests under qemu, on a libvirtd of its own: storage, networks,
# filters, secrets, devices, interfaces and a container, each by the driver that has its name.
# Each call, in list and in scalar context where it only looks, and what came of it, a line
# each. xt/differential-daemon.t compares two implementations by it.
use strict;
use warnings;
use lib 'xt/lib';

use PrivateLibvirt;
use Report;
use Sys::Virt;

my $libvirt = PrivateLibvirt->start;
mask( '/proc/' . $libvirt->pid . '/', '/proc/PID/' );

# A connection to one driver, which is looked at.
sub connect_to {
    my ($driver) = @_;
    print "## $driver\n";
    my $conn = Sys::Virt->new( uri => $libvirt->uri( '', driver => $driver ) );
    look_at(
        $conn, $driver,
        qw(get_uri get_type get_hostname get_version get_library_version get_capabilities is_alive
            is_secure is_encrypted get_sysinfo get_node_info get_node_security_model),
        [ get_max_vcpus => 'none' ],
        map { ( "list_all_$_" => "num_of_$_" ) }
            qw(domains networks storage_pools secrets nwfilters interfaces),
    );
    return $conn;
}

# ---- storage

{
    my $conn = connect_to('storage');
    my ( $POOL, $VOLUME ) = qw(Sys::Virt::StoragePool Sys::Virt::StorageVol);
    my @POOL = (
        qw(get_name get_uuid get_uuid_string get_info is_active is_persistent get_autostart
            get_xml_description num_of_storage_volumes list_volumes list_all_volumes),
        [ get_xml_description    => 1 ],
        [ list_storage_vol_names => 10 ],
        [ get_volume_by_name     => 'none' ],
    );
    my $XML = "<pool type='dir'><name>pool</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
        . '<target><path>/var/lib/libvirt/pool</path></target></pool>';
    my ( $pool, %volume );
    look_at(
        $conn,
        'storage',
        'get_storage_pool_capabilities',
        [ find_storage_pool_sources       => 'dir',     '' ],
        [ find_storage_pool_sources       => 'logical', '' ],
        [ find_storage_pool_sources       => 'nothing', '' ],
        [ get_storage_pool_by_name        => 'none' ],
        [ get_storage_pool_by_uuid        => '0' x 16 ],
        [ get_storage_volume_by_path      => '/none' ],
        [ get_storage_volume_by_key       => 'none' ],
        [ get_storage_pool_by_target_path => '/none' ],
    );
    act( 'define',                sub { $pool = $conn->define_storage_pool($XML) } );
    act( 'XML of something else', sub { $conn->define_storage_pool('<domain/>') } );
    look_at( $pool, 'defined', @POOL );
    act( 'create: no directory', sub { $pool->create } );
    act( $_,                     sub { $pool->$_ } ) for qw(build create create refresh);
    act( 'set_autostart',        sub { $pool->set_autostart(1) } );
    look_at( $pool, 'started', @POOL );
    look_at(
        $conn,
        'started',
        qw(list_storage_pools list_all_storage_pools num_of_storage_pools),
        [ list_storage_pool_names         => 10 ],
        [ get_storage_pool_by_name        => 'pool' ],
        [ get_storage_pool_by_target_path => '/var/lib/libvirt/pool' ],
        [ list_all_storage_pools          => $POOL->LIST_INACTIVE ],
    );

    my %XML = map {
        my ( $name, $format ) = @$_;
        ( $name => "<volume><name>$name</name><capacity unit='MiB'>4</capacity>"
                . "<allocation>0</allocation><target><format type='$format'/></target></volume>" )
    } [ raw => 'raw' ], [ layered => 'qcow2' ], [ clone => 'raw' ];
    act( "create_volume $_", sub { $volume{$_} = $pool->create_volume( $XML{$_} ) } )
        for qw(raw layered);
    act( 'create_volume: once more', sub { $pool->create_volume( $XML{raw} ) } );
    act( 'create_volume: no XML',    sub { $pool->create_volume('<volume') } );
    act( 'clone_volume',
        sub { $volume{clone} = $pool->clone_volume( $XML{clone}, $volume{raw} ) } );
    my @VOLUME = ( qw(get_name get_key get_path get_info get_xml_description), [ get_info => 1 ] );
    look_at( $volume{$_}, "volume $_", @VOLUME ) for sort keys %volume;
    act( 'resize',           sub { $volume{raw}->resize( 8 * 2**20 ) } );
    act( 'resize: shrink',   sub { $volume{raw}->resize( 2**20 ) } );
    act( 'resize: by delta', sub { $volume{raw}->resize( 2**20, $VOLUME->RESIZE_DELTA ) } );
    act( 'resize: allocated',
        sub { $volume{clone}->resize( 5 * 2**20, $VOLUME->RESIZE_ALLOCATE ) } );
    act( 'wipe',         sub { $volume{clone}->wipe } );
    act( 'wipe_pattern', sub { $volume{clone}->wipe_pattern( $VOLUME->WIPE_ALG_ZERO ) } );
    act( 'wipe_pattern: none such', sub { $volume{clone}->wipe_pattern(99) } );
    act('upload',
        sub {
            my $stream = $conn->new_stream;
            $volume{raw}->upload( $stream, 0, 5 );
            my $sent = $stream->send( 'hello', 5 );
            $stream->finish;
            return $sent;
        }
    );
    act('download',
        sub {
            my $stream = $conn->new_stream;
            $volume{raw}->download( $stream, 1, 3 );
            my $received = $stream->recv( my $data, 100 );
            $stream->finish;
            return ( $received, $data );
        }
    );
    act('upload: with a hole',
        sub {
            my $stream = $conn->new_stream;
            $volume{clone}->upload( $stream, 0, 0, $VOLUME->VOL_UPLOAD_SPARSE_STREAM );
            $stream->send( 'one', 3 );
            $stream->send_hole( 2**20 );
            $stream->send( 'two', 3 );
            $stream->finish;
        }
    );
    act('download: with a hole',
        sub {
            my $stream = $conn->new_stream;
            $volume{clone}->download( $stream, 0, 0, $VOLUME->VOL_DOWNLOAD_SPARSE_STREAM );
            my ( $bytes, $holes ) = ( 0, 0 );
            $stream->sparse_recv_all( sub { $bytes += $_[2]; $_[2] }, sub { $holes += $_[1]; 0 } );
            $stream->finish;
            return ( $bytes > 0, $holes > 2**19, $bytes + $holes );
        }
    );
    act('download: up to a hole',
        sub {
            my $stream = $conn->new_stream;
            $volume{clone}->download( $stream, 0, 0, $VOLUME->VOL_DOWNLOAD_SPARSE_STREAM );
            1 while $stream->recv( my $data, 65_536, Sys::Virt::Stream::RECV_STOP_AT_HOLE ) > 0;
            my $hole = $stream->recv_hole;
            $stream->abort;
            return $hole > 2**19;
        }
    );
    act('upload: sparse',
        sub {
            my $stream = $conn->new_stream;
            my $left   = 3;
            $volume{clone}->upload( $stream, 0, 0, $VOLUME->VOL_UPLOAD_SPARSE_STREAM );
            $stream->sparse_send_all(
                sub { $_[1] = 'x' x $left; my $count = $left; $left = 0; return $count },
                sub { return ( $left > 0, $left ) },
                sub { return 0 },
            );
            return $stream->finish;
        }
    );
    look_at( $pool, 'with volumes', @POOL );
    look_at(
        $conn,
        'with volumes',
        [ get_storage_volume_by_path => '/var/lib/libvirt/pool/raw' ],
        [ get_storage_volume_by_key  => '/var/lib/libvirt/pool/raw' ],
        [ get_storage_pool_by_volume => $volume{raw} ],
    );
    act( 'delete a pool that is active', sub { $pool->delete } );
    act( "delete $_",                    sub { $volume{$_}->delete } ) for sort keys %volume;
    act( 'get_info of what is deleted',  sub { $volume{raw}->get_info } );
    act( $_, sub { $pool->$_ } ) for qw(destroy destroy delete undefine get_info);
    act( 'built and started',
        sub { $conn->create_storage_pool( $XML, $POOL->CREATE_WITH_BUILD )->destroy } );
    $libvirt->run(qw(mkdir -p /var/lib/libvirt/pool));
    act( 'transient', sub { $pool = $conn->create_storage_pool($XML) } );
    look_at( $pool, 'transient', qw(is_active is_persistent) );
    act( 'destroy', sub { $pool->destroy } );
}

# ---- networks

{
    my $conn    = connect_to('network');
    my $NETWORK = 'Sys::Virt::Network';
    my @NETWORK = (
        qw(get_name get_uuid get_uuid_string get_bridge_name is_active is_persistent get_autostart
            get_xml_description get_dhcp_leases list_all_ports),
        [ get_xml_description => $NETWORK->XML_INACTIVE ],
        [ get_dhcp_leases     => '52:54:00:00:00:01' ],
        [ get_port_by_uuid    => '0' x 16 ],
    );
    my ( $network, $port );
    my $XML
        = '<network><name>net</name><uuid>11111111-2222-3333-4444-555555555555</uuid>'
        . "<bridge name='virbr7'/><mac address='52:54:00:00:00:07'/>"
        . "<ip address='192.168.77.1' netmask='255.255.255.0'>"
        . "<dhcp><range start='192.168.77.10' end='192.168.77.20'/></dhcp></ip></network>";
    act( 'define',                sub { $network = $conn->define_network($XML) } );
    act( 'define once more',      sub { $conn->define_network($XML) } );
    act( 'XML of something else', sub { $conn->define_network('<domain/>') } );
    look_at( $network, 'defined', @NETWORK );
    act( $_,              sub { $network->$_ } ) for qw(destroy create create);
    act( 'set_autostart', sub { $network->set_autostart(1) } );
    my $HOST = "<host mac='52:54:00:00:00:09' name='client' ip='192.168.77.9'/>";

    for my $command ( $NETWORK->UPDATE_COMMAND_ADD_LAST, 99 ) {
        act( "update $command",
            sub { $network->update( $command, $NETWORK->SECTION_IP_DHCP_HOST, -1, $HOST ) } );
    }
    look_at( $network, 'started', @NETWORK );
    look_at(
        $conn, 'started',
        qw(list_networks list_all_networks num_of_networks),
        [ list_network_names  => 10 ],
        [ get_network_by_name => $_ ],
    ) for qw(net none);
    my $PORT = '33333333-2222-3333-4444-555555555555';
    act('create_port',
        sub {
            $port
                = $network->create_port( "<networkport><uuid>$PORT</uuid><owner><name>guest</name>"
                    . '<uuid>11111111-2222-3333-4444-555555555555</uuid></owner>'
                    . "<mac address='52:54:00:00:00:02'/><plug type='network' bridge='virbr7'/>"
                    . '</networkport>' );
        }
    );
    act( 'create_port: no XML', sub { $network->create_port('<networkport') } );
    look_at( $port, 'port', qw(get_uuid get_uuid_string get_xml_description get_parameters) );
    look_at( $network, 'with a port', 'list_all_ports', [ get_port_by_uuid => $PORT ] );
    act( 'set_parameters',
        sub { $port->set_parameters( { 'inbound.average' => 1000, nothing => 1 } ) } );
    act( $_, sub { $port->$_ } )    for qw(delete delete get_xml_description);
    act( $_, sub { $network->$_ } ) for qw(destroy undefine is_active);
    act( 'transient', sub { $network = $conn->create_network($XML) } );
    look_at( $network, 'transient', qw(is_active is_persistent get_autostart) );
    act( 'set_autostart', sub { $network->set_autostart(1) } );
    act( $_,              sub { $network->$_ } ) for qw(undefine destroy);
}

# ---- filters

{
    my $conn = connect_to('nwfilter');
    my ( $filter, $binding );
    my $XML = "<filter name='accept' chain='root'><uuid>22222222-2222-3333-4444-555555555555</uuid>"
        . "<rule action='accept' direction='in' priority='500'><all/></rule></filter>";
    act( 'define',                sub { $filter = $conn->define_nwfilter($XML) } );
    act( 'XML of something else', sub { $conn->define_nwfilter('<domain/>') } );
    look_at( $filter, 'filter', qw(get_name get_uuid get_uuid_string get_xml_description) );
    look_at(
        $conn,
        'nwfilter',
        qw(list_nwfilters list_all_nwfilters num_of_nwfilters),
        [ list_nwfilter_names  => 10 ],
        [ get_nwfilter_by_name => 'accept' ],
        [ get_nwfilter_by_name => 'none' ],
        [ get_nwfilter_by_uuid => '22222222-2222-3333-4444-555555555555' ],
        [ get_nwfilter_by_uuid => '0' x 16 ],
    );
    $libvirt->run(qw(ip tuntap add dev port0 mode tap));
    act('create_nwfilter_binding',
        sub {
            $binding
                = $conn->create_nwfilter_binding( '<filterbinding><owner><name>guest</name>'
                    . '<uuid>11111111-2222-3333-4444-555555555555</uuid></owner><portdev name="port0"/>'
                    . '<mac address="52:54:00:00:00:01"/><filterref filter="accept"/></filterbinding>'
                );
        }
    );
    look_at( $binding, 'binding', qw(get_port_dev get_filter_name get_xml_description) );
    look_at(
        $conn, 'bound', 'list_all_nwfilter_bindings',
        [ get_nwfilter_binding_by_port_dev => 'port0' ],
        [ get_nwfilter_binding_by_port_dev => 'none' ],
    );
    act( 'undefine what is in use', sub { $filter->undefine } );
    act( $_, sub { $binding->$_ } ) for qw(delete delete);
    act( $_, sub { $filter->$_ } )  for qw(undefine undefine get_xml_description);
}

# ---- secrets

{
    my $conn = connect_to('secret');
    my $secret;
    my $UUID = '11111111-2222-3333-4444-555555555555';
    act('define',
        sub {
            $secret = $conn->define_secret( "<secret ephemeral='no' private='no'><uuid>$UUID</uuid>"
                    . "<usage type='volume'><volume>/volume</volume></usage></secret>" );
        }
    );
    act( 'XML of something else', sub { $conn->define_secret('<domain/>') } );
    my @SECRET
        = qw(get_uuid get_uuid_string get_usage_id get_usage_type get_xml_description get_value);
    look_at( $secret, 'secret', @SECRET );
    act( 'set_value ' . unpack( 'H*', $_ ), sub { $secret->set_value($_) } )
        for '', "\0\xff", "K\xc3\xb6ln", 'x' x 70_000, 'secret';
    look_at( $secret, 'with a value', @SECRET );
    look_at(
        $conn,
        'secret',
        qw(list_secrets list_all_secrets num_of_secrets),
        [ list_secret_uuids   => 10 ],
        [ get_secret_by_uuid  => $UUID ],
        [ get_secret_by_uuid  => '0' x 16 ],
        [ get_secret_by_usage => 1, '/volume' ],
        [ get_secret_by_usage => 1, '/none' ],
    );
    act( $_, sub { $secret->$_ } ) for qw(undefine undefine get_value);
}

# ---- devices, which are others on each machine

{
    my $conn   = connect_to('nodedev');
    my $device = $conn->get_node_device_by_name('computer');
    look_at(
        $device, 'computer',
        qw(get_name get_parent list_capabilities get_xml_description is_active is_persistent
            get_autostart reset reattach destroy undefine create)
    );
    act( 'dettach', sub { $device->dettach('vfio') } );
    look_at(
        $conn,
        'nodedev',
        qw(list_all_node_devices),
        [ list_node_devices               => undef ],
        [ list_node_devices               => 'system' ],
        [ list_node_device_names          => 'system', 10 ],
        [ num_of_node_devices             => undef ],
        [ num_of_node_devices             => 'nothing' ],
        [ get_node_device_by_name         => 'none' ],
        [ get_node_device_scsihost_by_wwn => '2' x 16, '3' x 16 ],
        [ create_node_device              => '<device/>' ],
        [ define_node_device              => '<device/>' ],
    );
}

# ---- interfaces: not every libvirt has a driver for them

act('interface',
    sub {
        my $conn = connect_to('interface');
        look_at(
            $conn,
            'interface',
            qw(list_all_interfaces list_interfaces list_defined_interfaces num_of_interfaces),
            [ get_interface_by_name => 'lo' ],
            [ get_interface_by_name => 'none' ],
            [ get_interface_by_mac  => '00:00:00:00:00:00' ],
        );
        my $interface = $conn->get_interface_by_name('lo');
        look_at( $interface, 'lo', qw(get_name get_mac is_active get_xml_description) );
        act( $_, sub { $interface->$_ } ) for qw(create destroy undefine);
    }
);

# ---- a container, which does not start

{
    my $conn = connect_to('lxc');
    look_at( $conn, 'lxc, too', 'list_all_node_devices' );
    my $dom;
    my $XML = "<domain type='lxc'><name>box</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
        . "<memory unit='MiB'>64</memory><os><type>exe</type><init>/nowhere</init></os></domain>";
    act( 'define', sub { $dom = $conn->define_domain($XML) } );
    my @DOMAIN = (
        qw(get_name get_uuid_string get_id get_os_type get_state get_info get_xml_description is_active
            is_persistent is_updated get_autostart get_max_memory get_max_vcpus get_vcpus
            get_scheduler_type get_memory_parameters get_job_info num_of_snapshots get_hostname
            get_guest_vcpus get_security_label),
        [ get_metadata   => 0 ],
        [ block_stats    => 'vda' ],
        [ migrate_to_uri => 'lxc:///', {}, 0 ],
    );
    look_at( $dom, 'lxc', @DOMAIN );
    act('domain_xml_from_native',
        sub {
            my $xml = $conn->domain_xml_from_native( 'lxc-tools',
                "lxc.uts.name = other\nlxc.rootfs.path = /other\n" );
            return $xml =~ s/<uuid>[^<]+//r;
        }
    );
    act( 'set_max_memory',           sub { $dom->set_max_memory( 128 * 1024 ) } );
    act( 'set_memory',               sub { $dom->set_memory( 96 * 1024 ) } );
    act( 'set_autostart',            sub { $dom->set_autostart(1) } );
    act( "$_ while it does not run", sub { $dom->$_ } )
        for qw(suspend resume reboot shutdown destroy managed_save inject_nmi);
    look_at( $dom, 'changed', @DOMAIN );
    act( 'undefine', sub { $dom->undefine } );
    look_at( $dom, 'gone', @DOMAIN );
}
