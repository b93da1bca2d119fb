# Handles: what is one, what becomes of it, and everything that is none.
use strict;
use warnings;
use Scalar::Util qw(blessed reftype);
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );
my $dom  = $conn->get_domain_by_name('test');

my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

# ---- what programs look at

is( reftype($dom), 'SCALAR', 'a reference to a scalar' );
cmp_ok( $$dom, '>', 0, 'that shows the pointer' );
isnt( \$dom, \$conn->get_domain_by_name('test'), 'each lookup gives an object of its own' );

# ---- no object at all: a warning, and undef

for my $none (
    undef, 'x', 7, [], {}, \1, sub { },
    bless( {}, 'Foo' ),
    bless( [], 'Sys::Virt::Domain' )
    )
{
    @warnings = ();
    my $result = Sys::Virt::Domain::get_name($none);
    is( $result, undef, 'undef' );
    like(
        "@warnings",
        qr/\ASys::Virt::Domain::get_name\(\) -- dom is not a blessed SV reference at \Q$0\E line /,
        'and a warning'
    );
}
@warnings = ();
is_deeply( [ Sys::Virt::Domain::destroy('x') ], [undef], 'also where the reference crashed' );
is( scalar @warnings, 1, 'with a warning' );

# ---- objects that libvirt did not make

my $integer = $$dom;
for my $case (
    [ 'forged',       bless( \( my $forged = 1 ), 'Sys::Virt::Domain' ) ],
    [ 'copied',       bless( \( my $copied = $integer ), 'Sys::Virt::Domain' ) ],
    [ 'another kind', $conn ],
    [ 'foreign',      bless( \( my $foreign = 'text' ), 'Foo' ) ],
    )
{
    my ( $name, $object ) = @$case;
    my $error = error_of( sub { Sys::Virt::Domain::get_name($object) } );
    is( ref $error,   'Sys::Virt::Error',                     "$name: an error" );
    is( $error->code, Sys::Virt::Error::ERR_INVALID_DOMAIN(), "$name: INVALID_DOMAIN" );
    like(
        $error->message,
        qr/\Ainvalid domain pointer in Sys::Virt::Domain::get_name: dom is a /,
        "$name: says which argument"
    );
}
is( error_of( sub { Sys::Virt::get_uri($dom) } )->code,
    Sys::Virt::Error::ERR_INVALID_CONN(),
    'a domain for a connection: INVALID_CONN'
);
{
    my $overwritten = $conn->get_domain_by_name('test');
    $$overwritten = 1;
    like( error_of( sub { $overwritten->get_name } ), qr/dom was overwritten/, 'overwritten' );
}
{
    my $reblessed = bless $conn->get_domain_by_name('test'), 'Foo';
    is( Sys::Virt::Domain::get_name($reblessed), 'test', 'a genuine one of another class will do' );
}
{
    require Storable;
    my $clone = Storable::dclone($dom);
    is( error_of( sub { $clone->get_name } )->code, 7, 'cloned' );
}

# ---- release

my $released = $conn->get_domain_by_name('test');
is_deeply( [ $released->DESTROY ], [], 'DESTROY' );
is( $$released, 0, 'leaves 0' );
$released->DESTROY;
like( error_of( sub { $released->get_name } ), qr/dom was released already/, 'then an error' );
@warnings = ();
Sys::Virt::Domain::DESTROY('x');
is( scalar @warnings, 1, 'DESTROY of something else warns' );
like(
    error_of( sub { &Sys::Virt::Domain::DESTROY( 1, 2 ) } ),
    qr/\AUsage: Sys::Virt::Domain::DESTROY\(dom_rv\) at /,
    'and says how it is used'
);

{

    package Counted;
    our @ISA = 'Sys::Virt::Domain';
    my $destroyed = 0;
    sub DESTROY   { $destroyed++; $_[0]->SUPER::DESTROY }
    sub destroyed { return $destroyed }
}
{ my $counted = Counted->_new( connection => $conn, name => 'test' ) }
is( Counted->destroyed, 1, 'a subclass may have a DESTROY of its own' );

{
    my $destroyed = 0;
    my $original  = \&Sys::Virt::Domain::DESTROY;
    no warnings 'redefine';
    local *Sys::Virt::Domain::DESTROY = sub { $destroyed++; $original->(@_) };
    { my $domain = $conn->get_domain_by_name('test') }
    is( $destroyed, 1, 'as may the class, by who replaces it' );
}

# ---- domains outlive their connection

{
    my $other = Sys::Virt->new( uri => 'test:///default' );
    my ($kept) = $other->list_domains;
    undef $other;
    is( $kept->get_name, 'test', 'a domain keeps what it needs of its connection' );
}

# ---- fork: the child uses nothing of the parent's

pipe my $reader, my $writer or die $!;
my $pid = fork;
die $! if !defined $pid;
if ( !$pid ) {
    my $error = error_of( sub { $dom->get_name } );
    print {$writer} $error->message;
    undef $dom;
    undef $conn;
    require POSIX;
    close $writer;
    POSIX::_exit(0);
}
close $writer;
like(
    <$reader>,
    qr/dom belongs to the parent process; a forked child needs a connection of its own/,
    'in a forked child'
);
waitpid $pid, 0;
is( $dom->get_name,  'test', 'the parent goes on' );
is( $conn->is_alive, 1,      'with its connection' );

# ---- errors

my $error = error_of( sub { $conn->get_domain_by_name('nope') } );
is_deeply(
    {%$error},
    { level => 2, code => 42, domain => 12, message => 'Domain not found' },
    'an error is a hash of four'
);
like( "$error", qr/\Alibvirt error code: 42, message: Domain not found.*\n\z/, 'and a text' );

done_testing;
