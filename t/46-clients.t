# What programs were found to depend on.
use strict;
use warnings;
use B        ();
use JSON::PP ();
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;

# ---- objects

is( B::class( B::svref_2object($dom) ), 'PVMG', 'an object is a scalar of the type PVMG' );
cmp_ok( B::svref_2object($dom)->IV, '>', 0xffff, 'whose integer is the pointer' );
is( B::svref_2object($dom)->IV, $$dom, 'which is its value' );
isnt( ${ $conn->get_domain_by_name('test') },
    $$dom, 'the same domain looked up twice is two objects' );
$dom->DESTROY;
is( $$dom, 0, 'released, it is 0' );
($dom) = $conn->list_domains;
ok( $_->[0]->can( $_->[1] ), "can $_->[1]" )
    for [ $conn, 'list_domains' ], [ $dom, 'create_snapshot' ], [ $dom, 'get_info' ],
    [ 'Sys::Virt::Stream', 'recv' ];
{

    package My::Connection;
    our @ISA = 'Sys::Virt';
}
my $subclass = My::Connection->new( uri => 'test:///default' );
is( ref $_, 'Sys::Virt::Domain', 'of a connection of a subclass, domains are of the base class' )
    for ( $subclass->list_domains )[0], scalar $subclass->list_all_domains,
    $subclass->get_domain_by_name('test');

# ---- results

for my $call (
    ['suspend'], ['resume'],
    [ set_memory            => 1_000_000 ],
    [ set_memory_parameters => { hard_limit => 1 } ],
    ['DESTROY']
    )
{
    my ( $method, @arguments ) = @$call;
    ok( !$conn->get_domain_by_name('test')->$method(@arguments), "$method: false" );
}
is( scalar( my @nothing = $dom->suspend ), 0, 'in list context an empty list' );
$dom->resume;
is( JSON::PP->new->canonical->encode( $dom->get_info )
        =~ /"memory":[0-9]+,"nrVirtCpu":[0-9]+,"state":[0-9]+/,
    1,
    'numbers are numbers in JSON'
);
is( JSON::PP->new->encode(
        [   $dom->get_id, $dom->get_max_memory, $conn->get_version,
            Sys::Virt::Domain::STATE_RUNNING
        ]
    ) =~ /"/,
    '',
    'those of methods and constants, too'
);
is( JSON::PP->new->encode( [ $dom->get_name ] ), '["test"]', 'and texts are texts' );
is( scalar $conn->list_domains,                  1, 'list_domains counts in scalar context' );
is( ref scalar $conn->list_all_domains, 'Sys::Virt::Domain',
    'list_all_domains gives its last one' );
my @state = $dom->get_state;
is( scalar $dom->get_state,    $state[1], 'get_state gives the reason' );
is( ref scalar $dom->get_time, 'ARRAY',   'get_time gives a reference' );
my $idle = $conn->define_domain(
    "<domain type='test'><name>idle</name><memory>1</memory><os><type>hvm</type></os></domain>");
is( $idle->get_id,        -1, 'get_id of what does not run' );
is( $idle->get_max_vcpus, -1, 'get_max_vcpus of what does not run' );

# ---- arguments

my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };
like( $dom->get_xml_description(undef), qr/<domain/, 'flags that are undef are 0' );
like( "@warnings", qr/\AUse of uninitialized value .* at \Q$0\E line \d+\.$/m, 'with a warning' );
@warnings = ();
is( Sys::Virt::Domain::get_name(undef), undef, 'no object gives undef' );
like(
    "@warnings",
    qr/\ASys::Virt::Domain::get_name\(\) -- dom is not a blessed SV reference at /,
    'with a warning'
);
{
    local $ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';
    is( Sys::Virt->new( uri => 'nope:///', address => undef )->get_uri,
        'test:///default',
        'an address that is undef is more than a URI'
    );
    is( ( new Sys::Virt )->get_uri, 'test:///default', 'new without arguments' );
}

# ---- errors

ok( !eval { $conn->get_domain_by_name('nope'); 1 }, 'an error' );
is( "$@", "libvirt error code: 42, message: Domain not found\n", 'its text' );
is( join( ' ', sort keys %{$@} ), 'code domain level message',   'its fields' );
my $line = __LINE__ + 1;
ok( !eval { $dom->get_info(1); 1 }, 'too many arguments' );
is( $@, "Usage: Sys::Virt::Domain::get_info(dom) at $0 line $line.\n", 'say where' );

done_testing;
