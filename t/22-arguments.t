# How arguments arrive: numbers, strings, lists, hashes, and the wrong ones.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;

my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

sub dies_like {
    my ( $call, $text, $name ) = @_;
    ok( !eval { $call->(); 1 }, "$name: dies" );
    like( $@, $text, "$name: says why" );
}

# ---- numbers: Perl's conversion, then C's width

my $AVERAGE = Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE();
my $nic     = ( $dom->get_xml_description =~ /<mac address='([^']+)'/ )[0];

sub average_of {
    my ($value) = @_;
    @warnings = ();
    $dom->set_interface_parameters( $nic, { $AVERAGE => $value } );
    return $dom->get_interface_parameters($nic)->{$AVERAGE};
}
is( average_of(4294967301), 5,          'cut to 32 bits' );
is( average_of(-1),         4294967295, 'negative' );
is( average_of('17'),       17,         'a string' );
is( average_of(1.9),        1,          'a fraction' );
is( average_of('1e3'),      1000,       'with an exponent' );
is( "@warnings",            '',         'all without a warning' );
is( average_of('12abc'),    12,         'not numeric' );
like( "@warnings", qr/isn't numeric/, 'warns' );
is( average_of(undef), 0, 'undef' );
like( "@warnings", qr/uninitialized/, 'warns' );

my $LIMIT = Sys::Virt::Domain::MEMORY_HARD_LIMIT();

sub limit_of {
    my ($value) = @_;
    $dom->set_memory_parameters( { $LIMIT => $value } );
    return $dom->get_memory_parameters->{$LIMIT};
}
is( limit_of('9007199254740990'), 9007199254740990, '64 bits of a string' );
is( limit_of( 2**41 ),            2199023255552,    '64 bits of a float' );

# ---- strings: the bytes of the buffer, up to the first NUL

is( $conn->get_domain_by_name("test\0surplus")->get_name, 'test', 'cut at NUL' );
my $name = "n\x{e4}me\x{263a}";
my $copy = $name;
utf8::encode($copy);
my $flagged = $conn->define_domain(
    "<domain type='test'><name>$name</name><memory>1</memory><os><type>hvm</type></os></domain>");
is( $flagged->get_name, $copy, 'a flagged string goes out as UTF-8, and comes back as bytes' );
ok( !utf8::is_utf8( $flagged->get_name ), 'without the flag' );
is( $conn->get_domain_by_name($name)->get_name, $copy, 'and is found by the flagged name' );
@warnings = ();
ok( !eval { $conn->get_domain_by_name(undef); 1 }, 'undef is an empty name' );
like( "@warnings", qr/uninitialized/, 'and warns' );
is( $conn->get_domain_by_name( bless [], 'Named' )->get_name, 'test', 'an overloaded object' );
{

    package Named;
    use overload '""' => sub {'test'};
}

# ---- what is missing, what is too much

my $METADATA = 'Sys::Virt::Domain::get_metadata(dom, type, uri=&PL_sv_undef, flags=0)';
dies_like(
    sub { &Sys::Virt::Domain::get_metadata() },
    qr/\AUsage: \Q$METADATA\E at \Q$0\E line /,
    'too few'
);
dies_like( sub { $dom->get_metadata( 1, 2, 3, 4 ) }, qr/\AUsage: \Q$METADATA\E at /, 'too many' );
ok( !eval 'Sys::Virt::Domain::get_name(1, 2); 1', 'as a function, at compile time' );
like( $@, qr/Too many arguments for Sys::Virt::Domain::get_name/, 'by the prototype' );

# ---- lists

dies_like(
    sub { $conn->baseline_cpu($_) },
    qr/\ASys::Virt::baseline_cpu: xml is not an ARRAY reference at /,
    'no list'
) for undef, 'x', {}, sub { };
@warnings = ();
my @holes;
$#holes = 1;
ok( !eval { $conn->baseline_cpu( \@holes ); 1 } && ref $@, 'holes reach libvirt as empty' );
is( scalar( grep {/uninitialized/} @warnings ), 2, 'and warn' );
dies_like(
    sub { $conn->node_alloc_pages( [1], 0, 0 ) },
    qr/\ASys::Virt::node_alloc_pages: pages\[0\] is not an ARRAY reference at /,
    'a list of lists'
);
dies_like(
    sub { $conn->list_domain_ids(-1) },
    qr/\ASys::Virt::list_domain_ids: -1 is no number/,
    'a negative size'
);
dies_like(
    sub { $conn->get_node_cells_free_memory( 3, 0 ) },
    qr/\ASys::Virt::get_node_cells_free_memory: there are no cells from 3 to 0 at /,
    'no cells'
);
dies_like(
    sub { Sys::Virt::Domain::_lookup_by_uuid( $conn, 'short' ) },
    qr{\AUUID must be either 16 unsigned bytes, or 32/36 hex characters long at },
    'a short UUID'
);

# ---- methods that give an object take arguments as Perl code does

{

    package Flags;
    use overload bool => sub { !!${ $_[0] } }, '0+' => sub { ${ $_[0] } }, fallback => 1;
}
{

    package Fetched;
    sub TIESCALAR { return bless [], $_[0] }
    sub FETCH { push @{ $_[0] }, 'fetched'; return 0 }
}
for my $flags ( 0, '', undef, '0', bless \( my $none = 0 ), 'Flags' ) {
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    is( ref $conn->new_stream( $flags, 'more', 'than', 'it takes' ), 'Sys::Virt::Stream', 'flags' );
    is_deeply( \@warnings, [], 'that are false are none' );
}
for my $flags ( 64, '64', bless \( my $some = 64 ), 'Flags' ) {
    dies_like(
        sub { $conn->define_domain( '<domain/>', $flags ) },
        qr/unsupported flags \(0x40\)/,
        'others are passed on'
    );
}
tie my $fetched, 'Fetched';
is( ref $conn->new_stream($fetched), 'Sys::Virt::Stream', 'tied ones' );
is_deeply( tied $fetched, ['fetched'], 'are read once' );
{
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    ok( !eval { $conn->get_domain_by_name; 1 }, 'a name that is missing' );
    like( "@warnings", qr/\AUse of uninitialized value in subroutine entry at \Q$0\E /,
        'is undef' );
    @warnings = ();
    dies_like( $_->[0],
        qr/\ASys::Virt::$_->[1]: an argument is not a blessed SV reference at \Q$0\E /,
        $_->[1] )
        for [ sub { Sys::Virt::get_domain_by_name( 'x', 'test' ) }, 'get_domain_by_name' ],
        [ sub { Sys::Virt::define_interface() }, 'define_interface' ],
        [ sub { Sys::Virt::create_interface() }, 'create_interface' ],
        [ sub { Sys::Virt::Domain::create_snapshot( undef, '<x/>' ) }, 'Domain::create_snapshot' ];
    is( scalar @warnings, 4, 'with a warning that says which' );
}
is( prototype $_, undef, "$_ has no prototype" )
    for qw(Sys::Virt::get_domain_by_name Sys::Virt::Domain::create_snapshot);
{
    no warnings 'redefine';
    local *Sys::Virt::get_domain_by_name = sub {"a stand-in for $_[1]"};
    is( $conn->get_domain_by_name('test'), 'a stand-in for test', 'a method may be replaced' );
}

# ---- hashes

dies_like(
    sub { $dom->set_memory_parameters($_) },
    qr/\ASys::Virt::Domain::set_memory_parameters: newparams is not a HASH reference at /,
    'no hash'
) for undef, 1, [], \1;
dies_like(
    sub { $dom->save( '/x', undef, [] ) },
    qr/\ASys::Virt::Domain::save: params_sv is not a HASH reference at /,
    'an array for save'
);

# ---- what is read while it changes

{

    package Tied;
    sub TIESCALAR { my ( $class, $code ) = @_; return bless \$code, $class }
    sub FETCH     { return ${ $_[0] }->() }
}
tie my $tied, 'Tied', sub {'test'};
is( $conn->get_domain_by_name($tied)->get_name, 'test', 'a tied argument' );
tie my $dying, 'Tied', sub { die "from FETCH\n" };
dies_like( sub { $conn->get_domain_by_name($dying) }, qr/\Afrom FETCH\n\z/, 'one that dies' );
{
    my $victim = $conn->get_domain_by_name('test');
    tie my $killer, 'Tied', sub { $victim->DESTROY; return 1 };
    ok( !eval { $victim->set_memory_parameters( { $LIMIT => $killer } ); 1 },
        'one that releases the invocant' );
    is( ref $@, 'Sys::Virt::Error', 'is an error' );
    like( $@, qr/dom was released already/, 'that says so' );
}
{
    my $first = 'test';
    tie my $changer, 'Tied', sub { $first = 'x' x 100; undef $first; return 0 };
    like(
        eval { $conn->define_save_image_xml( $first, '<x/>', $changer ); 1 } || $@,
        qr/\Alibvirt error code: /,
        'one that changes an earlier one: libvirt gets what was passed'
    );
}

done_testing;
