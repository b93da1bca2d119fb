# Events, timers and handles on libvirt's own loop; what callbacks may do and throw.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

# Nothing here may wait for ever.
alarm 60;

Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;

# Runs the loop until it has nothing left to do that is due.
sub run {
    my ($turns) = @_;
    my $idle = Sys::Virt::Event::add_timeout( 0, sub { } );
    Sys::Virt::Event::run_default() for 1 .. $turns || 5;
    Sys::Virt::Event::remove_timeout($idle);
}

# ---- timers and handles

{
    my @timers;
    my $context = 'none';
    my $timer
        = Sys::Virt::Event::add_timeout( 0, sub { push @timers, [@_]; $context = wantarray } );
    Sys::Virt::Event::run_default();
    is_deeply( \@timers, [ [$timer] ], 'a timer gets its id' );
    is( $context, '', 'in scalar context, as ever' );
    Sys::Virt::Event::update_timeout( $timer, -1 );
    run();
    is( scalar @timers, 1, 'disabled, it rests' );
    Sys::Virt::Event::remove_timeout($timer);
    eval { $conn->get_domain_by_name('nope') };
    ok( !eval { Sys::Virt::Event::remove_timeout(12345); 1 }, 'an unknown timer' );
    is( $@->code, 0, 'is an error without a number, not the last one' );

    pipe my $reader, my $writer or die $!;
    my @ready;
    my $watch = Sys::Virt::Event::add_handle(
        fileno $reader,
        Sys::Virt::Event::HANDLE_READABLE,
        sub { push @ready, [@_]; sysread $reader, my $byte, 1 }
    );
    syswrite $writer, 'x';
    run();
    is_deeply(
        \@ready,
        [ [ $watch, fileno $reader, Sys::Virt::Event::HANDLE_READABLE ] ],
        'a handle gets watch, descriptor and events'
    );
    Sys::Virt::Event::update_handle( $watch, 0 );
    syswrite $writer, 'x';
    run();
    is( scalar @ready, 1, 'not interested, it rests' );
    Sys::Virt::Event::remove_handle($watch);
}

# ---- domain events

my @events;
my $id = $conn->domain_event_register_any(
    undef,
    Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
    sub { push @events, [ ref $_[0], $_[1]->get_name, @_[ 2 .. $#_ ] ] }
);
is( $id, 0, 'the first id' );
$dom->suspend;
$dom->resume;
run();
is_deeply(
    \@events,
    [   [ 'Sys::Virt', 'test', Sys::Virt::Domain::EVENT_SUSPENDED, 0 ],
        [ 'Sys::Virt', 'test', Sys::Virt::Domain::EVENT_RESUMED,   0 ],
    ],
    'connection, domain, event and detail'
);

my $other = $conn->define_domain(
    "<domain type='test'><name>other</name><memory>1</memory><os><type>hvm</type></os></domain>");
run();
@events = ();
my @of_one;
my $of_one = $conn->domain_event_register_any(
    $other,
    Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
    sub { push @of_one, $_[2] }
);
$other->create;
$dom->suspend;
run();
is_deeply( \@of_one, [Sys::Virt::Domain::EVENT_STARTED], 'the events of one domain' );
is( scalar @events, 2, 'while the other callback gets all' );

$conn->domain_event_deregister_any($of_one);
$conn->domain_event_deregister_any($of_one);
$conn->domain_event_deregister_any(12345);
$dom->resume;
run();
is( scalar @of_one, 1, 'deregistered, it gets none' );

for my $unknown ( 99, -1 ) {
    ok( !eval {
            $conn->domain_event_register_any( undef, $unknown, sub { } );
            1;
        },
        'an event that nobody knows'
    );
    is( $@->code, Sys::Virt::Error::ERR_INVALID_ARG(), 'is refused' );
}
ok( !eval { $conn->domain_event_register_any( undef, 0, undef ); 1 }, 'no callback' );
like( $@, qr/\ASys::Virt::domain_event_register_any: cb is neither a code reference nor the name/,
    'is refused' );
ok( !eval {
        $conn->secret_event_register_any( undef, 0, sub { } );
        1;
    },
    'events the driver lacks'
);
is( $@->code, Sys::Virt::Error::ERR_NO_SUPPORT(), 'are an error' );

ok( !eval {
        $conn->domain_event_register_any( undef, 0, sub { } );
        1;
    },
    'the same event twice'
);
is( $@->code, 8, 'is refused by libvirt, unless it is of one domain' );
$conn->domain_event_deregister_any($id);

# The domain is libvirt's while the callback runs; who keeps it has it for good.
{

    package Witness;
    our @ISA = 'Sys::Virt::Domain';
    our @seen;
    sub DESTROY { push @seen, $_[0]->get_name; $_[0]->SUPER::DESTROY }
}
{
    my ( $kept, $alias );
    my @acts = (
        sub { $kept  = $_[1] },
        sub { $alias = \$_[1] },
        sub { bless $_[1], 'Witness' },
        sub { $_[1]->DESTROY },
        sub { $_[1] = undef },
        sub { $_[0] = undef },
    );
    my $keeper = $conn->domain_event_register_any( undef, 0, sub { shift(@acts)->(@_) } );
    for ( 1 .. 3 ) { $dom->suspend; $dom->resume }
    run();
    $conn->domain_event_deregister_any($keeper);
    is( scalar @acts, 0, 'six callbacks ran' );
    run();
    is( $kept->get_name,   'test', 'a domain that was kept' );
    is( $$alias->get_name, 'test', 'and one by its alias' );
    is_deeply( \@Witness::seen, ['test'], 'DESTROY of a subclass sees a living object' );
}

# A callback by name is looked up when it is called; the variable may change.
{
    our @named;
    sub named { push @named, $_[2] }
    my $callback = 'main::named';
    my $by_name  = $conn->domain_event_register_any( undef, 0, $callback );
    $callback = 'main::nothing';
    {
        no warnings 'redefine';
        *named = sub { push @named, "replaced $_[2]" }
    }
    $dom->suspend;
    run();
    is_deeply( \@named, [ 'replaced ' . Sys::Virt::Domain::EVENT_SUSPENDED ], 'by name' );
    $conn->domain_event_deregister_any($by_name);
    $dom->resume;
    run();
}

# ---- the oldest interface

my @old;
$conn->domain_event_register( sub { push @old, $_[2] } );
ok( !eval {
        $conn->domain_event_register( sub { } );
        1;
    },
    'one per connection'
);
$dom->suspend;
run();
is_deeply( \@old, [Sys::Virt::Domain::EVENT_SUSPENDED], 'domain_event_register' );
$conn->domain_event_deregister;
$conn->domain_event_deregister;
$dom->resume;
run();
is( scalar @old, 1, 'deregistered' );

# ---- other objects

for my $case (
    [   'network',
        Sys::Virt::Network::EVENT_ID_LIFECYCLE(),
        ( $conn->list_networks )[0],
        sub { $_[0]->destroy },
        [ 'default', Sys::Virt::Network::EVENT_STOPPED(), 0 ]
    ],
    [   'storage_pool',
        Sys::Virt::StoragePool::EVENT_ID_LIFECYCLE(),
        ( $conn->list_storage_pools )[0],
        sub { $_[0]->destroy },
        [ 'default-pool', Sys::Virt::StoragePool::EVENT_STOPPED(), 0 ]
    ],
    [   'storage_pool', Sys::Virt::StoragePool::EVENT_ID_REFRESH(),
        undef, sub { $_->create, $_->refresh for $conn->get_storage_pool_by_name('default-pool') },
        ['default-pool']
    ],
    [   'node_device',
        Sys::Virt::NodeDevice::EVENT_ID_LIFECYCLE(),
        undef,
        sub { $conn->get_node_device_by_name('scsi_host2')->destroy },
        [ 'scsi_host2', Sys::Virt::NodeDevice::EVENT_DELETED(), 0 ]
    ],
    )
{
    my ( $kind, $event, $object, $trigger, $expected ) = @$case;
    my ( $register, $deregister ) = map {"${kind}_event_${_}_any"} qw(register deregister);
    my @got;
    my $id = $conn->$register( $object, $event,
        sub { push @got, [ $_[1]->get_name, @_[ 2 .. $#_ ] ] } );
    $trigger->($object);
    run();
    is_deeply( [ $got[0] ], [$expected], "$kind, event $event" );
    $conn->$deregister($id);
}
$conn->secret_event_deregister_any(5);
pass('deregistering what is not there is silent');

# ---- the end of the connection: local drivers accept the callback and never call it

$conn->register_close_callback( sub { } );
$conn->unregister_close_callback;
$conn->unregister_close_callback;
pass('close callback');

# ---- what callbacks throw comes out of the loop, as it is

my $thrown = { an => 'object' };
my @after;
my $dies = $conn->domain_event_register_any( undef, 0, sub { die $thrown } );
my $also = $conn->domain_event_register_any( $dom,  0, sub { push @after, $_[2]; die "second\n" } );
$dom->suspend;
{
    local $@ = 'before';
    my $result = eval { run(); 1 };
    is( $result, undef,   'die comes out of run_default' );
    is( $@,      $thrown, 'the same object, the first of two' );
}
is_deeply( \@after, [Sys::Virt::Domain::EVENT_SUSPENDED], 'and the other callbacks ran' );
$conn->domain_event_deregister_any($_) for $dies, $also;
run();
is( $conn->is_alive, 1, 'the connection stays usable' );
no warnings 'exiting';
for my $way ( sub {last}, sub { goto NOWHERE }, sub {next} ) {
    my $id = $conn->domain_event_register_any( undef, 0, $way );
    $dom->resume;
    ok( !eval { run(); 1 }, 'jumping out of a callback' );
    like( $@, qr/Can't|outside|find label/, 'is an error' );
    $conn->domain_event_deregister_any($id);
    $dom->suspend;
    run();
}
{
    my $id = $conn->domain_event_register_any( undef, 0, sub { return; } );
    $dom->resume;
    ok( eval { run(); 1 }, 'returning nothing is fine' );
    $conn->domain_event_deregister_any($id);
}

# ---- what callbacks may do

{
    my ( $self, $count ) = ( undef, 0 );
    $self = $conn->domain_event_register_any( undef, 0,
        sub { $count++; $_[0]->domain_event_deregister_any($self) } );
    $dom->suspend;
    $dom->resume;
    run();
    is( $count, 1, 'deregister itself' );
}
{
    my @inner;
    my $id = $conn->domain_event_register_any(
        undef, 0,
        sub {
            my ( $conn, $dom ) = @_;
            push @inner, $dom->get_state;
            $dom->DESTROY;
            Sys::Virt::Event::run_default() if @inner < 5;
            eval { die "inner\n" };
        }
    );
    my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );
    $dom->suspend;
    run();
    cmp_ok( scalar @inner, '>=', 2, 'call methods, release what it got, run the loop' );
    $conn->domain_event_deregister_any($id);
    Sys::Virt::Event::remove_timeout($timer);
    $dom->resume;
    run();
}

# ---- a connection with callbacks: undef closes it, the end of a scope does not

{
    my $counted = 0;
    {

        package Released;
        sub new     { return bless \my $count, $_[0] }
        sub DESTROY { $counted++ }
    }
    my $guard  = Released->new;
    my $closed = Sys::Virt->new( uri => 'test:///default' );
    $closed->domain_event_register_any( undef, 0, sub { return ( $guard, $closed ) } );
    undef $guard;
    undef $closed;
    run();
    is( $counted, 1, 'undef: the callback is freed, though it captured the connection' );
}
{
    my @scoped;
    my $domain = do {
        my $inner = Sys::Virt->new( uri => 'test:///default' );
        $inner->domain_event_register_any( undef, 0, sub { push @scoped, $_[2] } );
        ( $inner->list_domains )[0];
    };
    $domain->suspend;
    run();
    is( scalar @scoped, 1, 'end of scope: events go on' );
}

# ---- taken back in every order, and when the connection is closed

for my $order ( [ 0, 1, 2 ], [ 0, 2, 1 ], [ 1, 0, 2 ], [ 1, 2, 0 ], [ 2, 0, 1 ], [ 2, 1, 0 ] ) {
    my $own = Sys::Virt->new( uri => 'test:///default' );
    my ($guest) = $own->list_domains;
    $guest->resume if ( $guest->get_state )[0] == Sys::Virt::Domain::STATE_PAUSED();
    run();
    my ( $freed, @got ) = (0);
    my @ids = map {
        my ( $number, $guard ) = ( $_, Count->new( \$freed ) );
        $own->domain_event_register_any(
            $number      ? $guest : undef,
            $number == 2 ? 1      : 0,
            sub { push @got, $number; $guard }
        );
    } 0 .. 2;
    my @left = 0 .. 2;
    for my $taken (@$order) {
        $own->domain_event_deregister_any( $ids[$taken] );
        @left = grep { $_ != $taken } @left;
        @got  = ();
        $guest->suspend;
        $guest->resume;
        run();
        is_deeply(
            [ sort @got ],
            [ map { ( $_, $_ ) } grep { $_ != 2 } @left ],
            "order @$order: those that are left"
        );
    }
    is( $freed, 3, 'all are freed' );
    $own->DESTROY;
    ok( !eval { $own->domain_event_deregister_any( $ids[0] ); 1 }, 'afterwards' );
    is( $@->code, Sys::Virt::Error::ERR_INVALID_CONN(), 'there is no connection' );
}
{

    package Count;
    sub new     { return bless [ $_[1] ], $_[0] }
    sub DESTROY { ${ $_[0][0] }++ }
}

# ---- signals arrive while the loop waits

{
    my $signals = 0;
    local $SIG{USR1} = sub { $signals++ };
    my $timer = Sys::Virt::Event::add_timeout( 20_000, sub { } );
    my $child = fork;
    die $! if !defined $child;
    if ( !$child ) { require POSIX; sleep 1; kill USR1 => getppid; POSIX::_exit(0) }
    Sys::Virt::Event::run_default() while !$signals;
    is( $signals, 1, 'a signal handler runs promptly' );
    waitpid $child, 0;
    Sys::Virt::Event::remove_timeout($timer);
}

done_testing;
