# What a host has besides its guests: storage, networks, devices, containers.
use strict;
use warnings;
use lib 'xt/lib';
use Digest::SHA qw(sha256_hex);
use File::Copy  qw(copy);
use Socket      ();
use Test::More;

use Failure;
use Guest;
use PrivateLibvirt;
use Sys::Virt;

alarm 1800;
my ( $INTERNAL_ERROR, $INVALID_OPERATION, $SYSTEM_ERROR ) = ( 1, 55, 38 );
my $MIB = 2**20;

Sys::Virt::Event::register_default();
my $libvirt = PrivateLibvirt->start;
my $conn    = Sys::Virt->new( uri => $libvirt->uri );

my @events;

# A timer, so that a turn of the loop ends.
Sys::Virt::Event::add_timeout( 50, sub { } );
sub turn { Sys::Virt::Event::run_default() }

# Waits until these events have come, and nothing else.
sub happened {
    my ( $name, @expected ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    wait_until( $name, sub { @events >= @expected }, \&turn );
    is_deeply( \@events, \@expected, "$name: in order" );
    @events = ();
}

my $POOL = 'Sys::Virt::StoragePool';
my $VOL  = 'Sys::Virt::StorageVol';

sub pool_xml {
    my ( $type, $name, $path, $source ) = @_;
    return
          "<pool type='$type'><name>$name</name>"
        . ( $source ? "<source>$source</source>" : '' )
        . "<target><path>$path</path></target></pool>";
}

sub volume_xml {
    my ( $name, $size, $format ) = @_;
    return
          "<volume><name>$name</name><capacity>$size</capacity><allocation>0</allocation>"
        . "<target><format type='"
        . ( $format || 'raw' )
        . "'/></target></volume>";
}

subtest 'a pool in a directory' => sub {
    my ( @refreshed, @watches );
    push @watches,
        $conn->storage_pool_event_register_any( undef, $POOL->EVENT_ID_LIFECYCLE,
        sub { push @events, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] } );
    push @watches,
        $conn->storage_pool_event_register_any( undef, $POOL->EVENT_ID_REFRESH,
        sub { push @refreshed, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] } );
    my $pool = $conn->define_storage_pool( pool_xml( 'dir', 'pool', '/var/lib/libvirt/pool' ) );
    is( $pool->is_active,         0,                     'not active' );
    is( $pool->is_persistent,     1,                     'defined' );
    is( $pool->get_info->{state}, $POOL->STATE_INACTIVE, 'state' );
    fails( 'no directory', sub { $pool->create }, $SYSTEM_ERROR, qr/No such file or directory/ );
    $pool->build;
    $pool->create;
    is( $pool->get_info->{state}, $POOL->STATE_RUNNING, 'started' );
    $pool->set_autostart(1);
    is( $pool->get_autostart, 1, 'starts by itself' );
    happened(
        'events',
        [ 'Sys::Virt', 'pool', $POOL->EVENT_DEFINED, 0 ],
        [ 'Sys::Virt', 'pool', $POOL->EVENT_CREATED, 0 ],
        [ 'Sys::Virt', 'pool', $POOL->EVENT_STARTED, 0 ],
    );

    my $volume = $pool->create_volume( volume_xml( 'one', 4 * $MIB ) );
    is( $volume->get_path, '/var/lib/libvirt/pool/one', 'path of a volume' );
    is( $volume->get_key,  $volume->get_path,           'key' );
    is_deeply( $volume->get_info,
        { type => $VOL->TYPE_FILE, capacity => 4 * $MIB, allocation => 0 }, 'info' );
    is( $_->get_name, 'one', 'found' )
        for $pool->get_volume_by_name('one'),
        $conn->get_storage_volume_by_path( $volume->get_path ),
        $conn->get_storage_volume_by_key( $volume->get_key ),
        $VOL->_new( connection => $conn, path => $volume->get_path );
    is( $conn->get_storage_pool_by_volume($volume)->get_name, 'pool', 'its pool' );
    fails( 'no such volume', sub { $pool->get_volume_by_name('none') }, 50, qr/none/ );
    fails( 'once more', sub { $pool->create_volume( volume_xml( 'one', 4096 ) ) },
        90, qr/'one' exists already/ );

    my $data = pack 'N*', 1 .. $MIB;
    my $up   = $conn->new_stream;
    $volume->upload( $up, 0, length $data );
    my $offset = 0;
    $up->send_all(
        sub {
            $_[1] = substr $data, $offset, $_[2];
            $offset += length $_[1];
            return length $_[1];
        }
    );
    $up->finish;
    my $down = $conn->new_stream;
    $volume->download( $down, 0, 0 );
    my $received = '';
    $down->recv_all( sub { $received .= $_[1]; length $_[1] } );
    $down->finish;
    is( sha256_hex($received), sha256_hex($data), 'up and down' );

    my $clone = $pool->clone_volume( volume_xml( 'two', 4 * $MIB ), $volume );
    open my $file, '<', $libvirt->path( $clone->get_path ) or die $!;
    is( sha256_hex( do { local $/; <$file> } ), sha256_hex($data), 'a clone' );
    $clone->resize( 8 * $MIB );
    is( $clone->get_info->{capacity}, 8 * $MIB, 'grown' );
    $clone->resize( 2 * $MIB, $VOL->RESIZE_DELTA );
    is( $clone->get_info->{capacity}, 10 * $MIB, 'by so much' );
    fails( 'not smaller by mistake', sub { $clone->resize($MIB) }, 8, qr/shrink/i );
    $clone->resize( 6 * $MIB, $VOL->RESIZE_SHRINK );
    is( $clone->get_info->{capacity}, 6 * $MIB, 'but if it is meant' );
    $clone->wipe;
    seek $file, 0, 0;
    is( do { local $/; <$file> }
            =~ tr/\0//c, 0, 'wiped'
    );
    ok( !$clone->wipe_pattern( $VOL->WIPE_ALG_ZERO ), 'by a pattern' );
    is_deeply(
        $clone->get_info( $VOL->GET_PHYSICAL ),
        { type => $VOL->TYPE_FILE, capacity => 6 * $MIB, allocation => 6 * $MIB },
        'what it takes in the file system'
    );
    my $layered = $pool->create_volume( volume_xml( 'three', 16 * $MIB, 'qcow2' ),
        $VOL->CREATE_PREALLOC_METADATA );
    like(
        $libvirt->run( qw(qemu-img info), $layered->get_path ),
        qr/file format: qcow2/,
        'a qcow2 volume'
    );

    is_deeply( [ sort $pool->list_storage_vol_names(10) ], [qw(one three two)], 'names' );
    is( $pool->num_of_storage_volumes, 3, 'how many' );
    is_deeply( [ sort map { $_->get_name } $pool->list_all_volumes ], [qw(one three two)], 'all' );
    unlink $libvirt->path( $layered->get_path );
    $pool->refresh;
    is( $pool->num_of_storage_volumes, 2, 'refreshed' );
    wait_until( 'an event of it', sub {@refreshed}, \&turn );
    is_deeply( $refreshed[0], [ 'Sys::Virt', 'pool' ], 'its arguments' );
    fails( 'in use', sub { $pool->delete }, $INVALID_OPERATION, qr/is still active/ );
    $_->delete for $volume, $clone;
    fails(
        'what is deleted',
        sub { $volume->get_info },
        50, qr/no storage vol with matching name 'one'/
    );
    $pool->destroy;
    $pool->delete;
    ok( !-e $libvirt->path('/var/lib/libvirt/pool'), 'the directory too' );
    $pool->undefine;
    happened(
        'the end',
        [ 'Sys::Virt', 'pool', $POOL->EVENT_STOPPED,   0 ],
        [ 'Sys::Virt', 'pool', $POOL->EVENT_DELETED,   0 ],
        [ 'Sys::Virt', 'pool', $POOL->EVENT_UNDEFINED, 0 ],
    );
    fails(
        'gone', sub { $conn->get_storage_pool_by_name('pool') },
        49,     qr/no storage pool with matching name 'pool'/
    );
    $conn->storage_pool_event_deregister_any($_) for @watches;
};

subtest 'other kinds of pools' => sub {
    like(
        $conn->get_storage_pool_capabilities,
        qr/<pool type='dir' supported='yes'>/,
        'capabilities'
    );
    fails( 'sources', sub { $conn->find_storage_pool_sources( 'dir', undef ) },
        3, qr/does not support|not support/ );
    fails(
        'no such device',
        sub {
            $conn->create_storage_pool(
                pool_xml( 'fs', 'fs', '/var/lib/libvirt/fs', "<device path='/dev/nowhere'/>" ) );
        },
        $INTERNAL_ERROR,
        qr/mount/
    );
    fails(
        'no such group',
        sub {
            $conn->create_storage_pool(
                pool_xml( 'logical', 'group', '/dev/nowhere', '<name>nowhere</name>' ) );
        },
        67,
        qr/cannot find logical volume group name 'nowhere'/
    );
};

# A block device of 128 MiB. The kernel takes it away when nobody has it open any more: also
# after a test that was killed.
sub loop_device {
    my ( $GET_FREE, $SET_FD, $SET_STATUS64, $AUTOCLEAR ) = ( 0x4c82, 0x4c00, 0x4c04, 4 );
    my $path = $libvirt->path('/var/lib/libvirt/loop');
    open my $file, '+>', $path or die "$path: $!";
    truncate $file, 128 * $MIB or die "$path: $!";
    open my $control, '+<', '/dev/loop-control' or die "/dev/loop-control: $!";
    my $number = ioctl $control, $GET_FREE, 0;
    defined $number or die "no loop device: $!";
    my $name = 'loop' . ( $number + 0 );
    open my $device, '+<', "/dev/$name" or die "/dev/$name: $!";
    ioctl $device, $SET_FD, fileno($file) + 0 or die "/dev/$name: $!";
    ioctl $device, $SET_STATUS64, pack 'x52 L x176', $AUTOCLEAR or die "/dev/$name: $!";
    return ( $name, $device );
}

subtest 'pools on a block device' => sub {
    my ( $name, $device ) = loop_device();
    my $disk = $conn->define_storage_pool(
        pool_xml( 'disk', 'disk', '/dev', "<device path='/dev/$name'/><format type='gpt'/>" ) );
    $disk->build( $POOL->BUILD_OVERWRITE );
    $disk->create;
    my $partition = $disk->create_volume( volume_xml( "${name}p1", 16 * $MIB, 'none' ) );
    is( $partition->get_path,                       "/dev/${name}p1", 'a partition' );
    is( $partition->get_info->{type},               $VOL->TYPE_BLOCK, 'a block device' );
    is( -s $libvirt->path('/var/lib/libvirt/loop'), 128 * $MIB,       'in a file' );
    fails(
        'not by any name',
        sub { $disk->create_volume( volume_xml( 'other', $MIB, 'none' ) ) },
        8, qr/expected.*\Q${name}p2/
    );
    fails(
        'of loop devices, libvirt takes the wrong part of the name',
        sub { $partition->delete( $VOL->DELETE_NORMAL ) },
        $INTERNAL_ERROR, qr/parted .* rm --script p1/
    );
    is_deeply( [ map { $_->get_name } $disk->list_all_volumes ], ["${name}p1"], 'still there' );
    $disk->destroy;
    $disk->undefine;

    my $fs = $conn->define_storage_pool(
        pool_xml(
            'fs', 'fs', '/var/lib/libvirt/fs', "<device path='/dev/$name'/><format type='ext4'/>"
        )
    );
    fails(
        'not over a partition table',
        sub { $fs->build( $POOL->BUILD_NO_OVERWRITE ) },
        76, qr/does not match the expected format 'ext4'/
    );
    $fs->build( $POOL->BUILD_OVERWRITE );
    $fs->create;
    my $volume = $fs->create_volume( volume_xml( 'file', 4 * $MIB ) );
    is( $volume->get_path, '/var/lib/libvirt/fs/file', 'a file in a file system' );
    like( $libvirt->run(qw(stat -f -c %T /var/lib/libvirt/fs)), qr/ext/, 'which is mounted' );
    my $info = $fs->get_info;
    cmp_ok( $info->{capacity}, '<', 128 * $MIB, 'a little smaller than the device' );
    is( $info->{available}, $info->{capacity} - $info->{allocation}, 'what is left' );
    $fs->destroy;
    ok( !-e $libvirt->path('/var/lib/libvirt/fs/file'), 'mounted no longer' );
    $fs->undefine;

    my $group = $conn->define_storage_pool(
        pool_xml(
            'logical',    'group',
            '/dev/group', "<device path='/dev/$name'/><name>group</name><format type='lvm2'/>"
        )
    );
    $group->build( $POOL->BUILD_OVERWRITE );
    $group->create;
    is( $group->get_info->{capacity}, 124 * $MIB, 'a group of logical volumes' );
    like( $conn->find_storage_pool_sources( 'logical', undef ),
        qr{<device path='/dev/$name'/>\s*<name>group</name>}, 'found' );

    if ( -e '/sys/class/misc/device-mapper' ) {
        is( $group->create_volume( volume_xml( 'logical', 4 * $MIB ) )->get_path,
            '/dev/group/logical', 'a logical volume' );
        $_->delete for $group->list_all_volumes;
    }
    else {
        fails(
            'a kernel without device-mapper',
            sub { $group->create_volume( volume_xml( 'logical', 4 * $MIB ) ) },
            $INTERNAL_ERROR, qr/lvcreate/
        );
    }
    $group->destroy;
    $group->delete;
    $group->undefine;
};

subtest 'a pool on an iSCSI server' => sub {
    my ( $TARGET, $CLIENT ) = map {"iqn.2026-01.org.example:$_"} qw(target client);
    mkdir $libvirt->path('/run/iscsi') or die "/run/iscsi: $!";
    for my $command (qw(tgtd tgtadm)) {
        my $path = $libvirt->path("/run/iscsi/$command");
        copy( Guest->file($command), $path ) or die "$path: $!";
        chmod 0755, $path;
    }
    $libvirt->run( 'sh', '-ec', <<"SH" );
truncate -s 16M /run/iscsi/unit
/run/iscsi/tgtd --iscsi portal=127.0.0.1:3260 2>/dev/null
admin='/run/iscsi/tgtadm --lld iscsi'
until \$admin --op show --mode sys >/dev/null 2>&1; do sleep 1; done
\$admin --op new --mode target --tid 1 --targetname $TARGET
\$admin --op new --mode logicalunit --tid 1 --lun 1 --backing-store /run/iscsi/unit
\$admin --op bind --mode target --tid 1 --initiator-address ALL
SH
    my $server    = "<host name='127.0.0.1' port='3260'/>";
    my $initiator = "<initiator><iqn name='$CLIENT'/></initiator>";
    like(
        $conn->find_storage_pool_sources( 'iscsi-direct', "<source>$server$initiator</source>" ),
        qr{<device path='$TARGET'/>},
        'its target is found'
    );
    my $pool = $conn->create_storage_pool( "<pool type='iscsi-direct'><name>iscsi</name>"
            . "<source>$server<device path='$TARGET'/>$initiator</source></pool>" );
    is( $pool->num_of_storage_volumes, 2, 'two units: a controller, and' );
    my $unit = $pool->get_volume_by_name('unit:0:0:1');
    is( $unit->get_path, "ip-127.0.0.1:3260-iscsi-$TARGET-lun-1", 'a disk' );
    my $info = $unit->get_info;
    is( $info->{type}, $VOL->TYPE_NETWORK, 'of the network' );
    cmp_ok( abs( $info->{capacity} - 16 * $MIB ), '<=', 512, 'its size, or a block less' );
    $libvirt->run( 'sh', '-c', 'echo data | dd of=/run/iscsi/unit conv=notrunc 2>/dev/null' );
    ok( !$unit->wipe, 'wiped' );
    is( $libvirt->run(qw(head -c 5 /run/iscsi/unit)), "\0" x 5, 'on the server' );
    fails(
        'no more volumes',
        sub { $pool->create_volume( volume_xml( 'more', $MIB ) ) },
        3, qr/does not support volume creation/
    );
    $pool->destroy;
    fails(
        'no such target',
        sub {
            $conn->create_storage_pool( "<pool type='iscsi-direct'><name>iscsi</name>"
                    . "<source>$server<device path='$TARGET-other'/>$initiator</source></pool>" );
        },
        $INTERNAL_ERROR,
        qr/Target not found/
    );
};

my $NET = 'Sys::Virt::Network';

subtest 'a network, with a lease' => sub {
    $conn->network_event_register_any( undef, $NET->EVENT_ID_LIFECYCLE,
        sub { push @events, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] } );
    my $network = $conn->define_network( <<'XML' );
<network>
  <name>net</name>
  <bridge name='virbr7'/>
  <ip address='192.168.77.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.77.10' end='192.168.77.20'/></dhcp>
  </ip>
</network>
XML
    is( $network->is_active, 0, 'not active' );
    $network->update(
        $NET->UPDATE_COMMAND_ADD_LAST,
        $NET->SECTION_IP_DHCP_HOST,
        -1,
        "<host mac='52:54:00:00:00:09' name='client' ip='192.168.77.9'/>",
        $NET->UPDATE_AFFECT_CONFIG
    );
    like( $network->get_xml_description( $NET->XML_INACTIVE ), qr/192\.168\.77\.9/, 'a host more' );
    $network->create;
    is( $network->get_bridge_name, 'virbr7', 'its bridge' );
    like( $libvirt->run(qw(ip -o address show virbr7)), qr{192\.168\.77\.1/24}, 'with an address' );
    $network->set_autostart(1);
    is( $network->get_autostart, 1, 'starts by itself' );
    happened(
        'events',
        [ 'Sys::Virt', 'net', $NET->EVENT_DEFINED, 0 ],
        [ 'Sys::Virt', 'net', $NET->EVENT_STARTED, 0 ],
    );

    is_deeply( [ $network->get_dhcp_leases ], [], 'no lease' );
    $libvirt->run( 'sh', '-ec', <<'SH' );
ip link add client type veth peer name bridged
ip link set bridged master virbr7 up
ip link set client address 52:54:00:00:00:09 up
SH
    my $client = Guest->file('busybox');
    system( 'nsenter', "--net=/proc/" . $libvirt->pid . '/ns/net',
        $client, qw(udhcpc -n -q -f -i client -t 60 -T 1 -s /bin/true -x hostname:client) );
    is( $?, 0, 'a client gets an address' );
    my $lease;
    wait_until( 'the DHCP server tells libvirt',
        sub { ($lease) = $network->get_dhcp_leases('52:54:00:00:00:09') } );
    cmp_ok( delete $lease->{expirytime}, '>', time, 'until when' );
    is_deeply(
        $lease,
        {   iface    => 'virbr7',
            type     => Sys::Virt::IP_ADDR_TYPE_IPV4,
            mac      => '52:54:00:00:00:09',
            iaid     => undef,
            ipaddr   => '192.168.77.9',
            prefix   => 24,
            hostname => 'client',
            clientid => '01:52:54:00:00:00:09',
        },
        'a lease'
    );
    is( scalar( () = $network->get_dhcp_leases ), 1, 'the only one' );

    if ( $conn->get_library_version < 9_007_000 ) {
        fails(
            'no metadata yet',
            sub { $network->get_metadata( $NET->METADATA_TITLE ) },
            3, qr/virNetworkGetMetadata needs libvirt 9\.7\.0|virNetworkGetMetadata/
        );
    }
    else {
        $network->set_metadata( $NET->METADATA_TITLE, 'a title', undef, undef,
            $NET->UPDATE_AFFECT_LIVE );
        is( $network->get_metadata( $NET->METADATA_TITLE, undef, $NET->UPDATE_AFFECT_LIVE ),
            'a title', 'metadata' );
    }
    is_deeply( [ $network->get_dhcp_leases('52:54:00:00:00:01') ], [], 'no other' );
    $network->destroy;
    $network->undefine;
    happened(
        'the end',
        [ 'Sys::Virt', 'net', $NET->EVENT_STOPPED,   0 ],
        [ 'Sys::Virt', 'net', $NET->EVENT_UNDEFINED, 0 ],
    );
};

subtest 'devices of the host' => sub {
    my $ND      = 'Sys::Virt::NodeDevice';
    my @devices = $conn->list_all_node_devices;
    cmp_ok( scalar @devices, '>=', 1, 'some' );
    is( $conn->num_of_node_devices(undef), scalar @devices, 'counted' );
    my $computer = $conn->get_node_device_by_name('computer');
    is( $computer->get_name,   'computer', 'the host itself' );
    is( $computer->get_parent, undef,      'has no parent' );
    is_deeply( [ $computer->list_capabilities ], ['system'], 'is a system' );
    like( $computer->get_xml_description, qr{<name>computer</name>}, 'XML' );
    is_deeply( [ map { $_->get_name } $conn->list_all_node_devices( $ND->LIST_CAP_SYSTEM ) ],
        ['computer'], 'listed by what they can' );
    my ($net) = $conn->list_all_node_devices( $ND->LIST_CAP_NET );
    is( ref $net, $ND, 'a network card' ) or diag explain [ map { $_->get_name } @devices ];
    fails(
        'no such device',
        sub { $conn->get_node_device_by_name('none') },
        53, qr/no node device with matching name 'none'/
    );
    fails(
        'no such SCSI host',
        sub { $conn->get_node_device_scsihost_by_wwn( '2' x 16, '3' x 16 ) },
        $INTERNAL_ERROR, qr/An error occurred, but the cause is unknown/
    );

    for my $method (qw(reset reattach)) {
        fails(
            "no PCI device: $method",
            sub { $computer->$method },
            8, qr/device computer is not a PCI device/
        );
    }
    fails(
        'no such driver for it',
        sub { $computer->dettach('none') },
        8, qr/unknown driver name 'none'/
    );
    fails(
        'a device that is none',
        sub { $conn->create_node_device('<device/>') },
        $INTERNAL_ERROR, qr/no device capabilities for 'new device'/
    );
};

subtest 'secrets, by events' => sub {
    my $SECRET  = 'Sys::Virt::Secret';
    my @watches = map {
        my $id = $_;
        $conn->secret_event_register_any( undef, $id,
            sub { push @events, [ $id, ref $_[0], $_[1]->get_usage_id, @_[ 2 .. $#_ ] ] } );
    } $SECRET->EVENT_ID_LIFECYCLE, $SECRET->EVENT_ID_VALUE_CHANGED;
    my $secret = $conn->define_secret( "<secret ephemeral='no' private='yes'>"
            . "<usage type='iscsi'><target>/target</target></usage></secret>" );
    $secret->set_value("\0\xff");
    fails( 'it is private', sub { $secret->get_value }, 65, qr/secret is private/ );
    $secret->undefine;
    happened(
        'events',
        [ $SECRET->EVENT_ID_LIFECYCLE,     'Sys::Virt', '/target', $SECRET->EVENT_DEFINED, 0 ],
        [ $SECRET->EVENT_ID_VALUE_CHANGED, 'Sys::Virt', '/target' ],
        [ $SECRET->EVENT_ID_LIFECYCLE,     'Sys::Virt', '/target', $SECRET->EVENT_UNDEFINED, 0 ],
    );
    $conn->secret_event_deregister_any($_) for @watches;
};

subtest 'network interfaces of the host' => sub {
    my $found = eval { [ $conn->list_all_interfaces ] };
    if ( !$found ) {
        is( $@->code, 3, 'this libvirt has no driver for them' );
        return;
    }
    my ($loopback) = grep { $_->get_name eq 'lo' } @$found;
    like( $loopback->is_active, qr/\A[01]\z/, 'up or down' );
    is( $loopback->get_mac, '00:00:00:00:00:00', 'its address' );
    like( $loopback->get_xml_description, qr/name='lo'/, 'XML' );
    is( $conn->get_interface_by_name('lo')->get_name, 'lo', 'by name' );
    fails( 'no such interface', sub { $conn->get_interface_by_name('none') }, 57, qr/none/ );
    fails( 'changes', sub { $conn->interface_change_begin }, 3, qr/virInterfaceChangeBegin/ );
};

subtest 'a container' => sub {
    $libvirt->run(qw(mkdir -p /run/box/bin /run/box/proc /run/box/sys /run/box/dev));
    copy( Guest->file('busybox'), $libvirt->path('/run/box/bin/sh') ) or die "busybox: $!";
    chmod 0755, $libvirt->path('/run/box/bin/sh');
    my $lxc = Sys::Virt->new( uri => $libvirt->uri( '', driver => 'lxc' ) );
    is( $lxc->get_type, 'LXC', 'its driver' );
    my $dom = $lxc->define_domain( <<'XML' );
<domain type='lxc'>
  <name>box</name>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>/bin/sh</init><initarg>-c</initarg>
    <initarg>if [ -e /proc/self/fd/3 ]; then read line &lt;&amp;3; echo "$line" >&amp;3; fi; sleep 600</initarg></os>
  <devices>
    <filesystem type='mount'><source dir='/run/box'/><target dir='/'/></filesystem>
    <console type='pty'/>
  </devices>
</domain>
XML
    is( $dom->get_os_type, 'exe', 'what it is' );
    $dom->create;
    is( $dom->is_active,          1,                                'started' );
    is( ( $dom->get_state )[0],   Sys::Virt::Domain::STATE_RUNNING, 'state' );
    is( $dom->get_info->{maxMem}, 64 * 1024,                        'memory, at most' );
    $dom->destroy;
    is( $dom->is_active, 0, 'ended' );

    socketpair my $ours, my $theirs, Socket::AF_UNIX(), Socket::SOCK_STREAM(), Socket::PF_UNSPEC()
        or die "socketpair: $!";
    $dom->create_with_files( [ fileno $theirs ] );
    close $theirs;
    syswrite $ours, "said through a descriptor\n";
    is( scalar <$ours>, "said through a descriptor\n", 'it has a descriptor of ours' );
    ok( !$dom->send_process_signal( 1, Sys::Virt::Domain::PROCESS_SIGNAL_USR1 ), 'a signal' );
    fails(
        'a process that is not its first',
        sub { $dom->send_process_signal( 7, Sys::Virt::Domain::PROCESS_SIGNAL_USR1 ) },
        74, qr/Only the init process may be killed/
    );
    fails( 'no snapshots', sub { $dom->create_snapshot('<domainsnapshot/>') },
        3, qr/virDomainSnapshotCreateXML/ );
    my $xml = $dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE);
    $dom->destroy;
    $dom->undefine;

    socketpair $ours, $theirs, Socket::AF_UNIX(), Socket::SOCK_STREAM(), Socket::PF_UNSPEC()
        or die "socketpair: $!";
    $dom = $lxc->create_domain_with_files( $xml, [ fileno $theirs ] );
    close $theirs;
    syswrite $ours, "once more\n";
    is( scalar <$ours>,      "once more\n", 'a transient one has one, too' );
    is( $dom->is_persistent, 0,             'which it is' );
    $dom->destroy;
};

# A machine for tests has no Fibre Channel, but libvirt's test host can have it.
subtest 'a virtual HBA' => sub {
    my $ND   = 'Sys::Virt::NodeDevice';
    my $path = $libvirt->path('/run/node.xml');
    open my $file, '>', $path or die "$path: $!";
    print {$file} <<'XML';
<node>
  <device><name>computer</name><capability type='system'>
    <hardware><uuid>11111111-2222-3333-4444-555555555555</uuid></hardware><firmware/>
  </capability></device>
  <device><name>scsi_host11</name><parent>computer</parent><capability type='scsi_host'>
    <host>11</host><unique_id>10</unique_id>
    <capability type='fc_host'><wwnn>2000000000000011</wwnn><wwpn>1000000000000011</wwpn>
      <fabric_wwn>2001000000000000</fabric_wwn></capability>
    <capability type='vport_ops'><max_vports>127</max_vports><vports>1</vports></capability>
  </capability></device>
</node>
XML
    close $file or die "$path: $!";
    my $host  = Sys::Virt->new( uri => "test://$path" );
    my $watch = $host->node_device_event_register_any( undef, $ND->EVENT_ID_LIFECYCLE,
        sub { push @events, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] } );
    my $hba
        = $host->create_node_device( "<device><parent>scsi_host11</parent>"
            . "<capability type='scsi_host'><capability type='fc_host'>"
            . '<wwnn>2000000000000012</wwnn><wwpn>1000000000000012</wwpn></capability></capability></device>'
        );
    is( $hba->get_name,   'scsi_host12', 'name' );
    is( $hba->get_parent, 'scsi_host11', 'parent' );
    like( $hba->get_xml_description, qr/<wwnn>2000000000000012</, 'XML' );
    is( $host->num_of_node_devices('fc_host'), 2, 'one more' );
    $hba->destroy;
    is_deeply( [ $host->list_node_device_names( 'fc_host', 10 ) ], ['scsi_host11'], 'one less' );
    happened(
        'events',
        [ 'Sys::Virt', 'scsi_host12', $ND->EVENT_CREATED, 0 ],
        [ 'Sys::Virt', 'scsi_host12', $ND->EVENT_DELETED, 0 ],
    );
    $host->node_device_event_deregister_any($watch);
};

# The node device driver asks mdevctl about mediated devices. This one keeps what it is told in
# a file, and starts nothing.
my $MDEVCTL = <<'SH';
#!/bin/sh
echo "$@" >>/run/mdevctl.log
uuid=11111111-2222-3333-4444-555555555555
case $* in
define*) cat >/etc/mdevctl.d/$uuid && echo $uuid ;;
undefine*) rm /etc/mdevctl.d/$uuid ;;
list*--defined*)
    if [ -e /etc/mdevctl.d/$uuid ]; then device="{\"$uuid\":$(cat /etc/mdevctl.d/$uuid)}"; fi
    echo "[{\"$(cat /run/parent)\":[$device]}]"
    ;;
esac
SH

subtest 'a mediated device' => sub {
    my $ND = 'Sys::Virt::NodeDevice';
    my ($parent) = sort map { $_->get_name } $conn->list_all_node_devices( $ND->LIST_CAP_PCI_DEV );
    ok( $parent, 'a PCI device, to be its parent' ) or return;
    my ($address)
        = $conn->get_node_device_by_name($parent)->get_xml_description =~ m{/([0-9a-f:.]+)</path>};
    $libvirt->run(qw(mkdir -p /etc/mdevctl.d));
    $libvirt->run(qw(mount -t tmpfs tmpfs /usr/local/sbin));
    my %content = ( '/usr/local/sbin/mdevctl' => $MDEVCTL, '/run/parent' => $address );
    while ( my ( $path, $content ) = each %content ) {
        open my $file, '>', $libvirt->path($path) or die "$path: $!";
        print {$file} $content;
        close $file or die "$path: $!";
    }
    chmod 0755, $libvirt->path('/usr/local/sbin/mdevctl');

    # It looks for such devices when it starts.
    $libvirt->signal('KILL');
    $libvirt->restart;
    $conn = Sys::Virt->new( uri => $libvirt->uri );
    $conn->node_device_event_register_any( undef, $ND->EVENT_ID_LIFECYCLE,
        sub { push @events, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] } );

    my $device = $conn->define_node_device( "<device><parent>$parent</parent>"
            . "<capability type='mdev'><type id='pretended'/></capability></device>" );
    my $name = $device->get_name;
    like( $name,                        qr/\Amdev_11111111_2222_3333_4444_555555555555/, 'name' );
    like( $device->get_xml_description, qr/<type id='pretended'/,                        'XML' );
    is( $device->get_parent,    $parent, 'parent' );
    is( $device->is_active,     0,       'not active' );
    is( $device->is_persistent, 1,       'defined' );
    is_deeply( [ $device->list_capabilities ], ['mdev'], 'what it is' );
    $device->set_autostart(1);
    is( $device->get_autostart, 1, 'starts by itself' );
    ok( !$device->create, 'started' );
    fails( 'not active', sub { $device->destroy }, $INVALID_OPERATION, qr/'$name' is not active/ );
    $device->undefine;
    happened(
        'events',
        [ 'Sys::Virt', $name, $ND->EVENT_DEFINED,   0 ],
        [ 'Sys::Virt', $name, $ND->EVENT_UNDEFINED, 0 ],
    );
    my $log = $libvirt->run(qw(grep -v list /run/mdevctl.log));
    like(
        $log,
        qr/\Adefine.*\nmodify.*--auto\nstart.*\nundefine.*\n\z/,
        'what libvirtd has told mdevctl'
    ) or diag $log;
};

done_testing;
