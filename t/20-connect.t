# Sys::Virt: opening, versions, the host, identity, domains by every way to find them.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

my $UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';

sub code_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? 'none' : ref $@ ? $@->code : "no object: $@";
}

# ---- opening

my $conn = Sys::Virt->new( uri => 'test:///default' );
isa_ok( $conn, 'Sys::Virt' );
like( "$$conn", qr/\A[1-9][0-9]*\z/, 'an object shows the pointer of libvirt' );
is( $conn->get_uri,  'test:///default', 'uri' );
is( $conn->get_type, 'TEST',            'type' );
isa_ok( Sys::Virt->new( address => 'test:///default' ), 'Sys::Virt', 'address is a synonym' );
is( Sys::Virt->new( address => 'test:///default', uri => 'nope:///' )->get_uri,
    'test:///default', 'and comes first' );
isa_ok( ( new Sys::Virt( uri => 'test:///default' ) ), 'Sys::Virt', 'indirect notation' );
isa_ok( $conn->new( uri => 'test:///default' ),        'Sys::Virt', 'a connection makes another' );
{
    local $ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';
    is( Sys::Virt->new->get_uri, 'test:///default', 'without arguments, the default URI' );
}
{

    package My::Connection;
    our @ISA = 'Sys::Virt';
}
isa_ok( My::Connection->new( uri => 'test:///default' ), 'My::Connection', 'subclass' );
is( code_of( sub { Sys::Virt->new( uri => 'nope:///' ) } ), 38, 'no such driver: SYSTEM_ERROR' );

my $readonly = Sys::Virt->new( uri => 'test:///default', readonly => 1 );
is( code_of( sub { ( $readonly->list_domains )[0]->suspend } ),
    Sys::Virt::Error::ERR_OPERATIONED_DENIED(),
    'a read-only connection refuses to write'
);
is( code_of(
        sub {
            Sys::Virt->new( uri => 'test:///default', flags => Sys::Virt::CONNECT_RO )
                ->set_identity( {} );
        }
    ),
    Sys::Virt::Error::ERR_NO_SUPPORT(),
    'identity: not with this driver'
);

# ---- versions

my $version = $conn->get_version;
is( $version,                   2,                        'of the hypervisor' );
is( $conn->get_major_version,   0,                        'major' );
is( $conn->get_minor_version,   0,                        'minor' );
is( $conn->get_micro_version,   2,                        'micro' );
is( $conn->get_library_version, Sys::Virt::get_version(), 'of the library' );
is( $conn->is_alive,            1,                        'alive' );
is( $conn->is_secure,           1,                        'secure' );
is( $conn->is_encrypted,        0,                        'encrypted' );

# ---- the host

like( $conn->get_hostname,     qr/\A\S+\z/,                 'hostname' );
like( $conn->get_sysinfo,      qr/<sysinfo type='smbios'>/, 'sysinfo' );
like( $conn->get_capabilities, qr/<capabilities>/,          'capabilities' );
is( $conn->get_max_vcpus('test'), 32, 'max_vcpus' );
is( $conn->get_max_vcpus(undef),  32, 'max_vcpus of no type' );
is_deeply(
    $conn->get_node_info,
    {   model   => 'i686',
        memory  => 3145728,
        cpus    => 16,
        mhz     => 1400,
        nodes   => 2,
        sockets => 2,
        cores   => 2,
        threads => 2
    },
    'node_info'
);
is_deeply( [ $conn->get_node_cpu_map ], [ 8, "\x15", 3 ], 'node_cpu_map' );
is( scalar $conn->get_node_cpu_map, 3, 'in scalar context the last' );
is_deeply( [ $conn->get_node_cells_free_memory( 0, 1 ) ], [ 2097152, 4194304 ], 'cells' );
is( scalar $conn->get_node_cells_free_memory( 0, 1 ), 4194304, 'in scalar context the last' );
cmp_ok( $conn->get_node_free_memory, '>', 0, 'node_free_memory' );
my @pages = $conn->get_node_free_pages( [ 4, 2048 ], 0, 1 );
is_deeply( [ map { $_->{cell} } @pages ], [ 0, 1 ], 'node_free_pages: a record for each cell' );
is_deeply( [ map { sort keys %{ $_->{pages} } } @pages ], [ (qw(2048 4)) x 2 ], 'of each size' );
like(
    "@{[ map { values %{ $_->{pages} } } @pages ]}",
    qr/\A\d+ \d+ \d+ \d+\z/,
    'with their numbers'
);

for my $call (
    [ get_domain_capabilities        => [ (undef) x 4 ] ],
    [ get_node_memory_parameters     => [] ],
    [ get_node_sev_info              => [] ],
    [ get_node_security_model        => [] ],
    [ set_node_memory_parameters     => [ {} ] ],
    [ compare_cpu                    => ['<cpu/>'] ],
    [ compare_hypervisor_cpu         => [ (undef) x 4, '<cpu/>' ] ],
    [ baseline_hypervisor_cpu        => [ (undef) x 4, ['<cpu/>'] ] ],
    [ get_node_cpu_stats             => [] ],
    [ get_node_memory_stats          => [] ],
    [ domain_xml_from_native         => [ 'x', 'y' ] ],
    [ domain_xml_to_native           => [ 'x', 'y' ] ],
    [ node_suspend_for_duration      => [ 0,   60 ] ],
    [ interface_change_begin         => [1] ],
    [ get_save_image_xml_description => ['/no'] ],
    [ define_save_image_xml          => [ '/no',  '<x/>' ] ],
    [ find_storage_pool_sources      => [ 'nope', undef ] ],
    [ get_storage_pool_capabilities  => [] ],
    [ node_alloc_pages               => [ [ [ 4, 1 ] ], 0, 0 ] ],
    [ set_keep_alive                 => [ 5, 3 ] ],
    )
{
    my ( $method, $arguments ) = @$call;
    my $code = code_of( sub { $conn->$method(@$arguments) } );
    like( $code, qr/\A(?:none|[1-9][0-9]*)\z/, "$method: a result or an error ($code)" );
}

# ---- domains

my @domains = $conn->list_domains;
is( scalar @domains,            1, 'one domain runs' );
is( scalar $conn->list_domains, 1, 'list_domains in scalar context counts' );
is( $conn->num_of_domains,      1, 'num_of_domains' );
is_deeply( [ $conn->list_domain_ids(10) ], [1], 'list_domain_ids' );
is( $conn->num_of_defined_domains, 0, 'num_of_defined_domains' );
is_deeply( [ $conn->list_defined_domain_names(10) ], [], 'list_defined_domain_names' );
is( scalar( my @none = $conn->list_defined_domains ), 0, 'list_defined_domains' );
isa_ok( scalar $conn->list_all_domains, 'Sys::Virt::Domain', 'list_all_domains gives its last' );

is( $_->get_uuid_string, $UUID, 'found' )
    for $conn->get_domain_by_name('test'), $conn->get_domain_by_id(1),
    $conn->get_domain_by_uuid($UUID), $conn->get_domain_by_uuid( $UUID =~ tr{-}{}dr ),
    $conn->get_domain_by_uuid( pack 'H*', $UUID =~ tr{-}{}dr ),
    Sys::Virt::Domain::_lookup_by_uuid_string( $conn, $UUID );
is( code_of( sub { $conn->get_domain_by_name('nope') } ),     42, 'NO_DOMAIN by name' );
is( code_of( sub { $conn->get_domain_by_id(99) } ),           42, 'NO_DOMAIN by id' );
is( code_of( sub { $conn->get_domain_by_uuid( 'x' x 16 ) } ), 42, 'NO_DOMAIN by UUID' );
ok( !eval { $conn->get_domain_by_uuid('short'); 1 }, 'a UUID of another length' );
like( $@, qr/\AUUID must be either 16 unsigned bytes, or 32\/36 hex characters long at /,
    'says so' );

{
    local $@ = 'kept';
    $conn->list_domains;
    is( $@, 'kept', 'list_domains leaves $@ alone' );
}

# Many, in the order that earlier implementations gave them.
for my $number ( 1 .. 20 ) {
    my $method = $number % 2 ? 'create_domain' : 'define_domain';
    $conn->$method( "<domain type='test'><name>many$number</name><memory>1024</memory>"
            . "<os><type>hvm</type></os></domain>" );
}
is_deeply(
    [ map { $_->get_id } $conn->list_domains ],
    [ $conn->list_domain_ids(100) ],
    'list_domains: as list_domain_ids'
);
is_deeply(
    [ map { $_->get_name } $conn->list_defined_domains ],
    [ $conn->list_defined_domain_names(100) ],
    'list_defined_domains: as list_defined_domain_names'
);
is( scalar $conn->list_domains, 11, 'half of them run' );

# Where the driver does not list them all at once, one by one.
{
    no warnings 'redefine';
    my @names = map { $_->get_name } $conn->list_domains, $conn->list_defined_domains;
    my $code  = Sys::Virt::Error::ERR_NO_SUPPORT();
    local *Sys::Virt::list_all_domains
        = sub { die bless { code => $code, message => 'x' }, 'Sys::Virt::Error' };
    is_deeply( [ map { $_->get_name } $conn->list_domains, $conn->list_defined_domains ],
        \@names, 'without the one call, the same' );
    is( scalar $conn->list_domains, 11, 'as many' );
    $code = Sys::Virt::Error::ERR_INTERNAL_ERROR();
    is( code_of( sub { $conn->list_domains } ), $code, 'any other error is thrown' );
}
my @all = $conn->list_all_domains( Sys::Virt::Domain::LIST_INACTIVE() );
is( scalar @all, 10, 'half of them do not' );

done_testing;
