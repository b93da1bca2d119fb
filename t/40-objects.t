# Networks, storage, interfaces, node devices, secrets, filters on the test driver.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

sub code_of {
    my $error = error_of(@_);
    return !defined $error ? 'none' : ref $error ? $error->code : "no object: $error";
}
my $NO_SUPPORT = Sys::Virt::Error::ERR_NO_SUPPORT();

# ---- networks

is( $conn->num_of_networks, 1, 'num_of_networks' );
is_deeply( [ $conn->list_network_names(5) ],              ['default'], 'list_network_names' );
is_deeply( [ map { $_->get_name } $conn->list_networks ], ['default'], 'list_networks' );
is( scalar $conn->list_networks,    1, 'which counts' );
is( $conn->num_of_defined_networks, 0, 'num_of_defined_networks' );
is_deeply( [ $conn->list_defined_networks ], [], 'list_defined_networks' );
my $net = $conn->get_network_by_name('default');
is( $net->get_name,                           'default', 'name' );
is( $net->get_bridge_name,                    'virbr0',  'bridge' );
is( $conn->get_network_by_uuid($_)->get_name, 'default', 'by UUID' )
    for $net->get_uuid, $net->get_uuid_string;
is( Sys::Virt::Network::_lookup_by_uuid_string( $conn, $net->get_uuid_string )->get_name,
    'default', 'by its text' );
is( length $net->get_uuid, 16, 'UUID' );
like( $net->get_xml_description, qr/<bridge name='virbr0'/, 'XML' );
is( $net->get_connection->get_uri, 'test:///default', 'its connection' );
is( $net->is_persistent,           1,                 'persistent' );
is( $net->get_autostart,           0,                 'autostart' );
$net->set_autostart(1);
is( $net->get_autostart, 1, 'set' );
$net->destroy;
is( $net->is_active, 0, 'destroyed' );
is_deeply( [ $conn->list_defined_network_names(5) ], ['default'], 'listed as defined' );
$net->create;
is( $net->is_active,                                       1,  'created' );
is( code_of( sub { $net->create } ),                       55, 'twice: OPERATION_INVALID' );
is( code_of( sub { $conn->get_network_by_name('nope') } ), 43, 'NO_NETWORK' );
is( code_of( sub { $net->update( 1, 2, -1, '<x/>' ) } ) =~ /\A[1-9]/, 1, 'update: an error' );
is( code_of($_), $NO_SUPPORT,                                            'not with this driver' )
    for sub { $net->get_dhcp_leases }, sub { $net->list_all_ports },
    sub { $net->create_port('<networkport/>') }, sub { $net->get_port_by_uuid( 'x' x 16 ) };
like(
    error_of( sub { $net->get_port_by_uuid('x') } ),
    qr/\AUUID must be/,
    'a port by another length'
);
my $XML  = "<network><name>%s</name><bridge name='%s'/></network>";
my $made = $conn->define_network( sprintf $XML, 'made', 'virbr8' );
isa_ok( $made, 'Sys::Virt::Network', 'define_network' );
is( $made->is_active, 0, 'is inactive' );
$made->undefine;
is( code_of( sub { $conn->get_network_by_name('made') } ),                  43, 'undefined' );
is( $conn->create_network( sprintf $XML, 'live', 'virbr9' )->is_persistent, 0,  'create_network' );

if ( Sys::Virt::get_version() >= 7_008_000 ) {
    is( code_of( sub { $conn->create_network( sprintf( $XML, 'f', 'virbr7' ), 1 << 30 ) } ),
        8, 'with flags: INVALID_ARG' );
}
else {
    like(
        error_of( sub { $conn->create_network( '<x/>', 1 ) } ),
        qr/virNetworkCreateXMLFlags needs libvirt 7\.8\.0/,
        'with flags: too new'
    );
}
for my $call ( [ get_metadata => 0 ], [ set_metadata => 0, 'x' ] ) {
    my ( $method, @arguments ) = @$call;
    like( code_of( sub { $net->$method(@arguments) } ), qr/\A(?:none|[1-9][0-9]*)\z/, $method );
}

# ---- storage

is_deeply( [ $conn->list_storage_pool_names(5) ], ['default-pool'], 'list_storage_pool_names' );
is( $conn->num_of_storage_pools,                            1, 'num_of_storage_pools' );
is( scalar $conn->list_storage_pools,                       1, 'list_storage_pools' );
is( $conn->num_of_defined_storage_pools,                    0, 'num_of_defined_storage_pools' );
is( scalar( my @none = $conn->list_defined_storage_pools ), 0, 'list_defined_storage_pools' );
my $pool = $conn->get_storage_pool_by_name('default-pool');
is( $conn->get_storage_pool_by_uuid($_)->get_name, 'default-pool', 'by UUID' )
    for $pool->get_uuid, $pool->get_uuid_string;
is( Sys::Virt::StoragePool::_lookup_by_uuid_string( $conn, $pool->get_uuid_string )->get_name,
    'default-pool', 'by its text' );
is_deeply(
    $pool->get_info,
    { state => 2, capacity => 107374182400, allocation => 0, available => 107374182400 },
    'pool info, in bytes'
);
is( $pool->get_connection->get_uri, 'test:///default', 'its connection' );
is( $pool->is_persistent,           1,                 'persistent' );
like( $pool->get_xml_description, qr/<name>default-pool<\/name>/, 'XML' );
my $VOL = '<volume><name>%s</name><capacity>1048576</capacity></volume>';
my $vol = $pool->create_volume( sprintf $VOL, 'one' );
isa_ok( $vol, 'Sys::Virt::StorageVol' );
is( $vol->get_name, 'one',               'name' );
is( $vol->get_path, '/default-pool/one', 'path' );
is( $vol->get_key,  '/default-pool/one', 'key' );
is_deeply( $vol->get_info, { type => 0, capacity => 1048576, allocation => 1048576 }, 'info' );
is( code_of( sub { $vol->get_info(1) } ) =~ /\A[1-9]/, 1, 'info with flags: an error here' );
is( $vol->get_connection->get_uri,                     'test:///default', 'its connection' );
is( $_->get_name,                                      'one',             'found' )
    for $pool->get_volume_by_name('one'),
    $conn->get_storage_volume_by_path('/default-pool/one'),
    $conn->get_storage_volume_by_key('/default-pool/one');
is( $conn->get_storage_pool_by_volume($vol)->get_name, 'default-pool',    'the pool of a volume' );
is( $pool->clone_volume( sprintf( $VOL, 'two' ), $vol )->get_name, 'two', 'clone_volume' );
is_deeply( [ sort map { $_->get_name } $pool->list_volumes ], [qw(one two)], 'list_volumes' );
is_deeply( [ sort $pool->list_storage_vol_names(5) ], [qw(one two)], 'list_storage_vol_names' );
is( $pool->num_of_storage_volumes, 2, 'num_of_storage_volumes' );
is( code_of( sub { $pool->create_volume( sprintf( $VOL, 'three' ), 1 << 20 ) } ),
    8, 'create_volume passes flags' );
{
    local $SIG{__WARN__} = sub { };
    like(
        error_of( sub { Sys::Virt::StoragePool::clone_volume( 'no pool', '<volume/>' ) } ),
        qr/\ASys::Virt::StoragePool::clone_volume: an argument is not .* at \Q$0\E /,
        'without a pool'
    );
}
is( code_of( sub { $pool->clone_volume( sprintf( $VOL, 'three' ), $vol, 1 << 20 ) } ),
    8, 'clone_volume passes flags' );
is( code_of( sub { $conn->create_storage_pool( '<pool/>', 1 << 20 ) } ),
    8, 'create_storage_pool passes flags' );
is( code_of( sub { $pool->create( 1 << 20 ) } ), 8,           'create passes flags' );
is( code_of($_),                                 $NO_SUPPORT, 'not with this driver' )
    for sub { $vol->resize(2) }, sub { $vol->wipe }, sub { $vol->wipe_pattern(0) },
    sub { $vol->upload( $conn->new_stream, 0, 0 ) },
    sub { $vol->download( $conn->new_stream, 0, 0 ) },
    sub { $conn->get_storage_pool_by_target_path('/default-pool') };
$vol->delete;
is( code_of( sub { $vol->delete } ), 50, 'NO_STORAGE_VOL' );
$pool->refresh;
$pool->destroy;
is( $pool->is_active, 0, 'destroyed' );
$pool->create;
is( $pool->is_active, 1, 'created' );
my $defined = $conn->define_storage_pool(
    "<pool type='dir'><name>p2</name><target><path>/p2</path></target></pool>");
is_deeply( [ $conn->list_defined_storage_pool_names(5) ], ['p2'], 'define_storage_pool' );
is( $defined->get_autostart, 0, 'autostart' );
$defined->build;
$defined->create;
$defined->destroy;
$defined->delete;
$defined->undefine;
is( code_of( sub { $conn->get_storage_pool_by_name('p2') } ), 49, 'NO_STORAGE_POOL' );
is( Sys::Virt::StoragePool->_new( connection => $conn, volume => $vol )->get_name,
    'default-pool', '_new by volume' );
like(
    error_of( sub { Sys::Virt::StorageVol->_new( name => 'x' ) } ),
    qr/\Apool parameter is required at /,
    '_new without the pool'
);

# ---- interfaces

is_deeply( [ $conn->list_interface_names(5) ], ['eth1'], 'list_interface_names' );
is( $conn->num_of_interfaces,         1, 'num_of_interfaces' );
is( $conn->num_of_defined_interfaces, 0, 'num_of_defined_interfaces' );
my ($iface) = $conn->list_interfaces;
is( $iface->get_mac,                                            'aa:bb:cc:dd:ee:ff', 'MAC' );
is( $conn->get_interface_by_mac('aa:bb:cc:dd:ee:ff')->get_name, 'eth1',              'by MAC' );
is( $conn->get_interface_by_name('eth1')->is_active,            1,                   'by name' );
is( $iface->get_connection->get_uri, 'test:///default', 'its connection' );
like( $iface->get_xml_description, qr/name='eth1'/, 'XML' );
$iface->destroy;
is( $iface->is_active, 0, 'destroyed' );
is_deeply( [ $conn->list_defined_interface_names(5) ], ['eth1'], 'defined' );
is( ( $conn->list_defined_interfaces )[0]->get_name, 'eth1', 'as an object' );
$iface->create;
my @warnings;
{
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    my $new = $conn->create_interface( $iface->get_xml_description =~ s/eth1/eth2/r );
    is( $new->get_name, 'eth2', 'create_interface defines' );
    $new->undefine;
}
is( "@warnings", '', 'without a warning' );
$conn->interface_change_begin;
$conn->interface_change_rollback;
$conn->interface_change_begin;
$conn->interface_change_commit;
is( code_of( sub { $conn->interface_change_commit } ), 55, 'no change begun: OPERATION_INVALID' );

# ---- node devices

is( $conn->num_of_node_devices(undef), scalar( my @all = $conn->list_all_node_devices ), 'all' );
is( scalar $conn->list_node_devices,   scalar @all, 'list_node_devices counts' );
my @hosts = $conn->list_node_devices('scsi_host');
is( $conn->num_of_node_devices('scsi_host'), scalar @hosts, 'by capability' );
is_deeply(
    [ map { $_->get_name } @hosts ],
    [ $conn->list_node_device_names( 'scsi_host', 100 ) ],
    'as their names'
);
my $device = $conn->get_node_device_by_name('computer');
is_deeply( [ $device->list_capabilities ], ['system'], 'capabilities' );
like( $device->get_xml_description, qr/<name>computer<\/name>/, 'XML' );
my ($child) = grep { $_->get_name ne 'computer' && $_->get_parent eq 'computer' } @all;
ok( $child, 'get_parent' );
is( code_of($_), $NO_SUPPORT, 'not with this driver' )
    for sub { $device->reset }, sub { $device->reattach }, sub { $device->dettach(undef) },
    sub { $device->dettach( undef, 1 ) };
like(
    error_of( sub { &Sys::Virt::NodeDevice::dettach($device) } ),
    qr/\AUsage: Sys::Virt::NodeDevice::dettach\(dev, driversv, flags=0\)/,
    'dettach wants a driver'
);
is( code_of( sub { $conn->get_node_device_scsihost_by_wwn( 'x', 'y', 1 << 20 ) } ) =~ /\A[1-9]/,
    1, 'get_node_device_scsihost_by_wwn passes flags' );
is( code_of( sub { $conn->get_node_device_by_name('nope') } ),      53, 'NO_NODE_DEVICE' );
is( ref error_of( sub { $conn->create_node_device('<device/>') } ), 'Sys::Virt::Error', 'create' );
is( ref error_of( sub { $conn->define_node_device('<device/>') } ), 'Sys::Virt::Error', 'define' );

# ---- what the test driver does not have

is( code_of($_), $NO_SUPPORT, 'not with this driver' )
    for sub { $conn->num_of_secrets }, sub { $conn->list_secret_uuids(5) },
    sub { $conn->list_secrets },
    sub { $conn->list_all_secrets }, sub { $conn->get_secret_by_uuid( 'x' x 16 ) },
    sub { $conn->get_secret_by_usage( 1, 'x' ) }, sub { $conn->define_secret('<secret/>') },
    sub { $conn->num_of_nwfilters },           sub { $conn->list_nwfilter_names(5) },
    sub { $conn->list_nwfilters },             sub { $conn->list_all_nwfilters },
    sub { $conn->list_all_nwfilter_bindings }, sub { $conn->get_nwfilter_by_name('x') },
    sub { $conn->get_nwfilter_by_uuid( 'x' x 16 ) }, sub { $conn->define_nwfilter('<filter/>') },
    sub { $conn->create_nwfilter_binding('<x/>') },
    sub { $conn->get_nwfilter_binding_by_port_dev('x') };
like(
    error_of( sub { Sys::Virt::Secret->_new( connection => $conn, usageID => 'x' ) } ),
    qr/\AusageType parameter is required at /,
    'usage needs both'
);

my $TEXT = '11111111-2222-3333-4444-555555555555';
is( code_of($_), $NO_SUPPORT, 'nor by the text of a UUID' )
    for sub { $conn->get_secret_by_uuid($TEXT) }, sub { $conn->get_nwfilter_by_uuid($TEXT) },
    sub { $net->get_port_by_uuid($TEXT) };

# ---- the constructors behind all that

for my $case (
    [ 'Sys::Virt::Network',    name => 'default' ],
    [ 'Sys::Virt::Network',    uuid => $net->get_uuid_string ],
    [ 'Sys::Virt::NodeDevice', name => 'computer' ],
    [ 'Sys::Virt::Interface',  name => 'eth1' ],
    [ 'Sys::Virt::Interface',  mac  => 'aa:bb:cc:dd:ee:ff' ],
    )
{
    my ( $class, @selector ) = @$case;
    isa_ok( $class->_new( connection => $conn, @selector ), $class, "_new by $selector[0]" );
    like(
        error_of( sub { $class->_new( connection => $conn ) } ),
        qr/parameters are required at /,
        'and by nothing'
    );
    like(
        error_of( sub { $class->_new(@selector) } ),
        qr/\Aconnection parameter is required at /,
        'and of no connection'
    );
}
for my $class (qw(NWFilter NWFilterBinding Secret)) {
    my $full = "Sys::Virt::$class";
    is( code_of( sub { $full->_new( connection => $conn, xml => '<x/>' ) } ),
        $NO_SUPPORT, "$class->_new" );
}
is( code_of( sub { Sys::Virt::NetworkPort->_new( network => $net, xml => '<x/>' ) } ),
    $NO_SUPPORT, 'NetworkPort->_new' );
my ($dom) = $conn->list_domains;
is( ref error_of( sub { Sys::Virt::DomainCheckpoint->_new( domain => $dom, name => 'x' ) } ),
    'Sys::Virt::Error', 'DomainCheckpoint->_new' );
is( code_of( sub { $conn->create_domain_with_files( '<domain/>', [] ) } ) =~ /\A[1-9]/,
    1, 'create_domain_with_files: an error of libvirt' );
like(
    error_of( sub { $conn->create_domain_with_files( '<domain/>', 'x' ) } ),
    qr/\ASys::Virt::Domain::_create_with_files: fdssv is not an ARRAY reference at /,
    'and of what is no list'
);

# ---- DESTROY

for my $object ( $conn->get_interface_by_name('eth1'), $net, $pool, $vol, $device ) {
    $object->DESTROY for 1 .. 2;
    like(
        error_of( sub { $object->get_name } ),
        qr/was released already/,
        ref($object) . ': released once, and gone'
    );
}

done_testing;
