# What the test driver does not have, on a private libvirtd: secrets, network filters and their
# bindings, ports of networks, checkpoints, and what qemu alone answers.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use PrivateLibvirt;
use Sys::Virt;

my $libvirt = PrivateLibvirt->start;
my $conn    = Sys::Virt->new( uri => $libvirt->uri );

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

# ---- secrets

my $secret
    = $conn->define_secret( "<secret ephemeral='no' private='no'>"
        . "<uuid>11111111-2222-3333-4444-555555555555</uuid>"
        . "<usage type='volume'><volume>/volume</volume></usage></secret>" );
isa_ok( $secret, 'Sys::Virt::Secret' );
is( error_of( sub { $secret->get_value } )->code, 66, 'NO_SECRET before it has a value' );
my $value = join '', map {chr} 0 .. 255;
$secret->set_value($value);
is( $secret->get_value, $value, 'row 14: every byte' );
ok( !utf8::is_utf8( $secret->get_value ), 'as bytes' );
is( ref error_of( sub { $secret->set_value('') } ),
    'Sys::Virt::Error', 'row 15: the daemon takes no empty one' );
is( $secret->get_usage_type,           Sys::Virt::Secret::USAGE_TYPE_VOLUME(), 'usage_type' );
is( $secret->get_usage_id,             '/volume',                              'usage_id' );
is( $secret->get_uuid_string,          '11111111-2222-3333-4444-555555555555', 'uuid_string' );
is( unpack( 'H*', $secret->get_uuid ), '11111111222233334444555555555555',     'uuid' );
like( $secret->get_xml_description, qr/<volume>\/volume<\/volume>/, 'XML' );
is( $secret->get_connection->get_uri,                     $conn->get_uri,    'its connection' );
is( $conn->get_secret_by_usage( 1, '/volume' )->get_uuid, $secret->get_uuid, 'by usage' );
is( $conn->get_secret_by_uuid($_)->get_usage_id,          '/volume',         'by UUID' )
    for $secret->get_uuid, $secret->get_uuid_string;
is( Sys::Virt::Secret::_lookup_by_uuid_string( $conn, $secret->get_uuid_string )->get_usage_id,
    '/volume', 'by its text' );
my $unused = $conn->define_secret("<secret ephemeral='yes' private='no'/>");
is( $unused->get_usage_type,                           0, 'row 32: no usage is 0' );
is( $conn->num_of_secrets,                             2, 'num_of_secrets' );
is( scalar $conn->list_secrets,                        2, 'list_secrets' );
is( scalar( my @uuids = $conn->list_secret_uuids(9) ), 2, 'list_secret_uuids' );
is( Sys::Virt::Secret->_new( connection => $conn, usageType => 1, usageID => '/volume' )
        ->get_usage_id,
    '/volume', '_new'
);
$secret->undefine;
is( error_of( sub { $conn->get_secret_by_usage( 1, '/volume' ) } )->code, 66, 'undefined' );

# ---- network filters

my $filter
    = $conn->define_nwfilter( "<filter name='accept' chain='root'>"
        . "<uuid>22222222-2222-3333-4444-555555555555</uuid>"
        . "<rule action='accept' direction='in' priority='500'><all/></rule></filter>" );
is( $filter->get_name,        'accept',                               'a filter' );
is( $filter->get_uuid_string, '22222222-2222-3333-4444-555555555555', 'uuid_string' );
is( length $filter->get_uuid, 16,                                     'uuid' );
like( $filter->get_xml_description, qr/priority='500'/, 'XML' );
is( $conn->get_nwfilter_by_name('accept')->get_uuid, $filter->get_uuid, 'by name' );
is( $conn->get_nwfilter_by_uuid($_)->get_name,       'accept',          'by UUID' )
    for $filter->get_uuid, $filter->get_uuid_string;
is( Sys::Virt::NWFilter::_lookup_by_uuid_string( $conn, $filter->get_uuid_string )->get_name,
    'accept', 'by its text' );
is( Sys::Virt::NWFilter->_new( connection => $conn, name => 'accept' )->get_name, 'accept',
    '_new' );
is_deeply( [ $conn->list_nwfilter_names(9) ], ['accept'], 'list_nwfilter_names' );
is( scalar $conn->list_nwfilters,                                  1,  'list_nwfilters' );
is( error_of( sub { $conn->get_nwfilter_by_name('nope') } )->code, 62, 'NO_NWFILTER' );

$libvirt->run(qw(ip tuntap add dev port0 mode tap));
my $binding = eval { $conn->create_nwfilter_binding(<<'XML') };
<filterbinding><owner><name>guest</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>
<portdev name='port0'/><mac address='52:54:00:00:00:01'/><filterref filter='accept'/></filterbinding>
XML
isa_ok( $binding, 'Sys::Virt::NWFilterBinding' ) or diag $@;
is( $binding->get_port_dev,    'port0',  'port_dev' );
is( $binding->get_filter_name, 'accept', 'filter_name' );
like( $binding->get_xml_description, qr/<portdev name='port0'\/>/, 'XML' );
is( $conn->get_nwfilter_binding_by_port_dev('port0')->get_filter_name, 'accept', 'by port' );
is( scalar( my @bindings = $conn->list_all_nwfilter_bindings ), 1, 'list_all_nwfilter_bindings' );
is( Sys::Virt::NWFilterBinding->_new( connection => $conn, portdev => 'port0' )->get_port_dev,
    'port0', '_new' );
$binding->delete;
is( ref error_of( sub { $conn->get_nwfilter_binding_by_port_dev('port0') } ),
    'Sys::Virt::Error', 'deleted' );
$filter->undefine;

# ---- ports of networks

my $network = $conn->create_network("<network><name>net</name><bridge name='virbr7'/></network>");
is( scalar( my @leases = $network->get_dhcp_leases ), 0, 'no leases' );
my $PORT = '33333333-2222-3333-4444-555555555555';
my $port = $network->create_port( <<"XML", Sys::Virt::NetworkPort::CREATE_RECLAIM() );
<networkport><uuid>$PORT</uuid>
<owner><name>guest</name><uuid>11111111-2222-3333-4444-555555555555</uuid></owner>
<mac address='52:54:00:00:00:02'/><plug type='network' bridge='virbr7'/></networkport>
XML
isa_ok( $port, 'Sys::Virt::NetworkPort' );
is( $port->get_uuid_string, $PORT, 'uuid_string' );
is( length $port->get_uuid, 16,    'uuid' );
like( $port->get_xml_description, qr/52:54:00:00:00:02/, 'XML' );
is( $port->get_network->get_name, 'net', 'its network' );
is( $network->get_port_by_uuid($_)->get_uuid_string, $PORT, 'by UUID' ) for $port->get_uuid, $PORT;
is( Sys::Virt::NetworkPort::_lookup_by_uuid_string( $network, $PORT )->get_uuid_string,
    $PORT, 'by its text' );
is( scalar( my @ports = $network->list_all_ports ), 1, 'list_all_ports' );
is( Sys::Virt::NetworkPort->_new( network => $network, uuid => $PORT )->get_uuid_string,
    $PORT, '_new' );
is( ref $port->get_parameters, 'HASH', 'parameters' );
my $error = error_of( sub { $port->set_parameters( { 'inbound.average' => 1000 } ) } );
ok( !defined $error || ref $error eq 'Sys::Virt::Error', 'set, if the kernel can' );
$port->delete;
is( ref error_of( sub { $network->get_port_by_uuid($PORT) } ), 'Sys::Virt::Error', 'deleted' );
$network->destroy;

# ---- checkpoints, and qemu

my $images = '/var/lib/libvirt/images';
$libvirt->run( 'qemu-img', 'create', '-q', '-f', 'qcow2', "$images/disk.qcow2", '8M' );
$libvirt->run( 'sh', '-c', "echo beginning >$images/raw.img; truncate -s 5G $images/raw.img" );
my $dom = $conn->create_domain(<<"XML");
<domain type='qemu'><name>guest</name><memory unit='MiB'>64</memory><vcpu>2</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
<emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='$images/disk.qcow2'/>
<target dev='vda' bus='virtio'/></disk><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='$images/raw.img'/><target dev='vdb' bus='virtio'/></disk><controller type='usb' model='none'/></devices></domain>
XML
my $DISKS
    = "<disks><disk name='vda' checkpoint='bitmap'/><disk name='vdb' checkpoint='no'/></disks></domaincheckpoint>";
my $first  = $dom->create_checkpoint( '<domaincheckpoint><name>first</name>' . $DISKS );
my $second = $dom->create_checkpoint( '<domaincheckpoint><name>second</name>' . $DISKS );
isa_ok( $first, 'Sys::Virt::DomainCheckpoint' );
is( $first->get_name, 'first', 'name' );
like( $first->get_xml_description, qr/<name>first<\/name>/, 'XML' );
is( $second->get_parent->get_name, 'first', 'parent' );
is( error_of( sub { $first->get_parent } )->code,
    Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT(),
    'no parent'
);
is_deeply( [ map { $_->get_name } $first->list_all_children ], ['second'], 'children' );
is( scalar( my @checkpoints = $dom->list_all_checkpoints ),       2,       'list_all_checkpoints' );
is( $dom->get_checkpoint_by_name('second')->get_domain->get_name, 'guest', 'its domain' );
is( $second->get_connection->get_uri, $conn->get_uri,                      'its connection' );
is( Sys::Virt::DomainCheckpoint->_new( domain => $dom, name => 'first' )->get_name,
    'first', '_new' );
$second->delete;
is( ref error_of( sub { $dom->get_checkpoint_by_name('second') } ), 'Sys::Virt::Error', 'deleted' );

is( length $dom->block_peek( 'vdb', 0, 512 ),         512,         'row 14: block_peek' );
is( substr( $dom->block_peek( 'vdb', 0, 16 ), 0, 9 ), 'beginning', 'of the disk' );
is( $dom->block_peek( 'vdb', 2**32, 9 ), "\0" x 9, 'row 19: not at an offset cut to 32 bits' );
is( length $dom->memory_peek( 2**20, 64, Sys::Virt::Domain::MEMORY_PHYSICAL() ), 64,
    'memory_peek' );
is( scalar( my @stats = $dom->get_cpu_stats( -1, 1 ) ), 1, 'row 4: totals are one record' );
$error = error_of(
    sub {
        $dom->block_copy(
            'vda',
            "<disk type='file'><source file='$images/copy.qcow2'/></disk>",
            { 'buf-size' => 2**20 },
            Sys::Virt::Domain::BLOCK_COPY_TRANSIENT_JOB()
        );
    }
);
unlike( $error || '', qr/buf-size/, 'row 21: block_copy takes buf-size' );
eval { $dom->abort_block_job('vda') };
my $stats = $conn->get_node_memory_stats;
is( $stats->{availabl}, $stats->{available}, 'row 24: under both names, if at all' );
cmp_ok( $stats->{total},                   '>', 1024, 'KiB' );
cmp_ok( $conn->get_node_cpu_stats->{user}, '>', 0,    'get_node_cpu_stats' );
my %reported = %{ $dom->get_memory_parameters };
ok( !exists $reported{min_guarantee}, 'qemu does not report min_guarantee' ) if %reported;
is( ref error_of( sub { $dom->set_memory_parameters( { min_guarantee => 1 } ) } ),
    'Sys::Virt::Error', 'row 23: it is sent all the same' );
my ( $type, $job ) = $dom->get_job_stats;
is( $$type, 0, 'get_job_stats: a reference to the type' );
is_deeply( $job, {}, 'and a hash' );
$dom->destroy;

# ---- DESTROY

for my $object ( $secret, $filter, $binding, $port ) {
    $object->DESTROY for 1 .. 2;
    like(
        error_of( sub { $object->get_xml_description } ),
        qr/was released already/,
        ref($object) . ': released once, and gone'
    );
}

done_testing;
