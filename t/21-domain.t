# Sys::Virt::Domain on the test driver: its life, its configuration, its limits.
use strict;
use warnings;
use File::Temp ();
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );

sub code_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? 'none' : ref $@ ? $@->code : "no object: $@";
}

sub state_of { return ( $_[0]->get_state )[0] }

my $NIC = '52:54:00:00:00:01';
my $XML = <<'XML';
<domain type='test'>
  <name>guest</name>
  <uuid>11111111-2222-3333-4444-555555555555</uuid>
  <memory>1048576</memory><currentMemory>524288</currentMemory>
  <vcpu current='1'>4</vcpu>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/guest.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
  </devices>
</domain>
XML

# ---- definition and identity

my $dom = $conn->define_domain($XML);
isa_ok( $dom, 'Sys::Virt::Domain' );
is( $dom->get_name,                 'guest',                                'name' );
is( $dom->get_uuid_string,          '11111111-2222-3333-4444-555555555555', 'uuid_string' );
is( unpack( 'H*', $dom->get_uuid ), '11111111222233334444555555555555',     'uuid' );
is( $dom->get_id,                   -1,                'id of one that does not run' );
is( $dom->get_os_type,              'linux',           'os_type' );
is( $dom->is_active,                0,                 'is_active' );
is( $dom->is_persistent,            1,                 'is_persistent' );
is( $dom->is_updated,               0,                 'is_updated' );
is( $dom->get_connection->get_uri,  'test:///default', 'its connection' );
like( $dom->get_xml_description, qr/<name>guest<\/name>/, 'XML' );
ok( !utf8::is_utf8( $dom->get_xml_description ), 'as bytes' );
is( code_of( sub { $conn->define_domain('<domain') } ),       35, 'XML_DETAIL' );
is( code_of( sub { $conn->define_domain( $XML, 1 << 30 ) } ), 8,  'flags arrive: INVALID_ARG' );

{

    package My::Domain;
    our @ISA = 'Sys::Virt::Domain';
}
isa_ok( My::Domain->_new( connection => $conn, name => 'guest' ), 'My::Domain', 'subclass' );
for my $case (
    [ {}, qr/\Aconnection parameter is required at / ],
    [ { connection => $conn }, qr/\Aaddress, id or uuid parameters are required at / ],
    [ { connection => 'x', name => 'guest' }, qr/\ASys::Virt::Domain was not made/ ],
    )
{
    local $SIG{__WARN__} = sub { };
    ok( !eval { Sys::Virt::Domain->_new( %{ $case->[0] } ); 1 }, '_new without what it needs' );
    like( $@, $case->[1], 'says so' );
}

# ---- life

is_deeply( [ $dom->get_state ], [ Sys::Virt::Domain::STATE_SHUTOFF, 0 ], 'shut off' );
is( scalar $dom->create, undef,                            'create' );
is( state_of($dom),      Sys::Virt::Domain::STATE_RUNNING, 'running' );
cmp_ok( $dom->get_id, '>', 0, 'id' );
like( code_of( sub { $dom->create } ), qr/\A(?:1|55)\z/, 'create again is an error' );
ok( !$dom->suspend, 'methods without a result are false' );
is_deeply( [ $dom->get_state ],
    [ Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_USER ], 'paused' );
is( scalar $dom->get_state, Sys::Virt::Domain::STATE_PAUSED_USER, 'in scalar context the reason' );
is_deeply( [ $dom->resume ], [], 'resume' );
is( state_of($dom), Sys::Virt::Domain::STATE_RUNNING, 'running' );
$dom->reboot;
$dom->shutdown;
is( state_of($dom), Sys::Virt::Domain::STATE_SHUTOFF,                    'shut down' );
is( code_of( sub { $dom->create(Sys::Virt::Domain::START_PAUSED) } ), 8, 'flags arrive' );
$dom->create;
$dom->destroy;
is( state_of($dom), Sys::Virt::Domain::STATE_SHUTOFF, 'destroyed' );

my $image = File::Temp->new;
$dom->create;
$dom->save("$image");
is( state_of($dom), Sys::Virt::Domain::STATE_SHUTOFF, 'saved' );
$conn->restore_domain("$image");
is( state_of($dom), Sys::Virt::Domain::STATE_RUNNING, 'restored' );
ok( !eval { $dom->save; 1 }, 'save without a file' );
like( $@, qr/Either \$to or \$params parameter must be supplied at /, 'says so' );
ok( !eval { $conn->restore_domain; 1 }, 'restore without a file' );
like( $@, qr/Either \$from or \$params parameter must be supplied at /, 'says so' );

# A caller's hash is read, not written; an old caller's flags are flags.
my %params      = ( image_format => 'raw', surplus => [] );
my $with_params = code_of( sub { $dom->save( "$image", undef, \%params ) } );
is_deeply( \%params, { image_format => 'raw', surplus => [] }, 'the hash stays as it was' );
like( $with_params, qr/\A(?:3|8|none)\z/, "save with parameters ($with_params)" );
is( code_of( sub { $dom->save( "$image", undef, 1 << 30 ) } ), 8, 'flags as the third argument' );
$dom->create if !$dom->is_active;

$dom->core_dump("$image");
is( $dom->has_managed_save_image, 0, 'no managed save image' );
$dom->managed_save;
is( $dom->has_managed_save_image, 1, 'a managed save image' );
$dom->managed_save_remove;
is( $dom->has_managed_save_image, 0, 'and none' );

is( $dom->get_autostart, 0, 'autostart' );
$dom->set_autostart(1);
is( $dom->get_autostart, 1, 'set' );

# ---- memory and virtual CPUs

is( $dom->get_max_memory, 1048576, 'max_memory' );
is( $dom->get_max_vcpus,  -1,      'max_vcpus of one that does not run: -1, as programs expect' );
$dom->create;
is( $dom->get_max_vcpus, 4, 'max_vcpus' );
is( $dom->get_vcpus,     1, 'vcpus' );
$dom->set_vcpus(2);
is( $dom->get_info->{nrVirtCpu},                          2, 'set_vcpus' );
is( $dom->get_vcpus( Sys::Virt::Domain::VCPU_MAXIMUM() ), 4, 'vcpus at most: flags arrive' );
$dom->set_memory(262144);
is_deeply( { %{ $dom->get_info }, cpuTime => 0 },
    { state => 1, maxMem => 1048576, memory => 262144, nrVirtCpu => 2, cpuTime => 0 }, 'get_info' );
is( code_of( sub { $dom->set_memory(4194304) } ), 8, 'more than the maximum' );
$dom->pin_vcpu( 0, "\x03" );
my @vcpus = $dom->get_vcpu_info;
is( scalar @vcpus, 2, 'vcpu_info' );
is_deeply( [ sort keys %{ $vcpus[0] } ], [qw(affinity cpu cpuTime number state)], 'its keys' );
is( $vcpus[0]{affinity}, "\x03\x00", 'what was pinned' );
is( $vcpus[1]{number},   1,          'number' );

# ---- metadata

is( code_of( sub { $dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE) } ),
    80, 'NO_DOMAIN_METADATA' );
$dom->set_metadata( Sys::Virt::Domain::METADATA_TITLE, 'a title' );
is( $dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE), 'a title', 'set' );
$dom->set_metadata( Sys::Virt::Domain::METADATA_TITLE, undef );
is( code_of( sub { $dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE) } ),
    80, 'undef removes it' );

# ---- typed parameters

is( $dom->get_scheduler_type, 'fair', 'scheduler_type' );
is_deeply( $dom->get_scheduler_parameters, { weight => 50 }, 'scheduler_parameters' );
$dom->set_scheduler_parameters( { weight => '51', unknown => 'ignored' } );
is( code_of( sub { $dom->set_scheduler_parameters( { nothing => 1 } ) } ) =~ /\A(?:8|none)\z/,
    1, 'no known field' );

my $memory = $dom->get_memory_parameters;
is_deeply(
    [ sort keys %$memory ],
    [qw(hard_limit soft_limit swap_hard_limit)],
    'memory_parameters'
);
is( $memory->{hard_limit}, Sys::Virt::Domain::MEMORY_PARAM_UNLIMITED, 'no limit' );
$dom->set_memory_parameters( { Sys::Virt::Domain::MEMORY_HARD_LIMIT() => 2**40 } );
is( $dom->get_memory_parameters->{hard_limit}, 2**40, 'set, with 64 bits' );

is_deeply(
    $dom->get_numa_parameters( Sys::Virt::Domain::AFFECT_CONFIG() ),
    { numa_mode => 0, numa_nodeset => '' },
    'numa_parameters'
);
$dom->destroy;
$dom->set_numa_parameters( { numa_nodeset => '0-1', numa_mode => 0 },
    Sys::Virt::Domain::AFFECT_CONFIG() );
is( $dom->get_numa_parameters( Sys::Virt::Domain::AFFECT_CONFIG() )->{numa_nodeset},
    '0-1', 'set, a string' );
$dom->create;

my $interface = $dom->get_interface_parameters($NIC);
is( $interface->{'inbound.average'}, 0, 'interface_parameters' );
$dom->set_interface_parameters( $NIC,
    { 'inbound.average' => 4294967295, 'inbound.peak' => 4294967295 } );
is( $dom->get_interface_parameters($NIC)->{'inbound.average'},
    4294967295, 'set, unsigned: row 9 of the hazards' );

my $iotune = $dom->get_block_iotune('vda');
is( $iotune->{total_bytes_sec}, 0, 'block_iotune' );
$dom->set_block_iotune(
    'vda',
    {   total_bytes_sec     => 5_000_000_000,
        total_bytes_sec_max => 6_000_000_000,
        group_name          => 'group'
    }
);
is( $dom->get_block_iotune('vda')->{total_bytes_sec}, 5_000_000_000, 'set' );
is( $dom->get_block_iotune('vda')->{group_name},      'group',       'with a string' );
like( code_of( sub { $dom->get_blkio_parameters } ), qr/\A(?:3|none)\z/, 'blkio_parameters' );

# ---- the end

is( code_of( sub { $dom->rename('other') } ), 55, 'rename while it runs' );
$dom->destroy;
$dom->undefine;
is( code_of( sub { $conn->get_domain_by_name('guest') } ), 42,      'undefined' );
is( code_of( sub { $dom->get_info } ),                     42,      'and its object says so' );
is( $dom->get_name,                                        'guest', 'but still knows its name' );

my $transient = $conn->create_domain($XML);
is( $transient->is_persistent, 0, 'create_domain makes a transient domain' );

done_testing;
