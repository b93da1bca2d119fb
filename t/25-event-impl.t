# An event loop written in Perl, as programs have them.
use strict;
use warnings;
use Test::More;

use Sys::Virt;
use Sys::Virt::Event;

alarm 60;

{

    package My::Loop;
    use Time::HiRes qw(time);
    our @ISA = 'Sys::Virt::EventImpl';

    sub new { return bless { next => 1, handles => {}, timers => {}, calls => {} }, shift }

    sub add_handle {
        my ( $self, $fd, $events, $callback, $opaque, $free ) = @_;
        $self->{calls}{add_handle}++;
        my $watch = $self->{next}++;
        $self->{handles}{$watch} = [ $fd, $events, $callback, $opaque, $free ];
        return $watch;
    }

    sub update_handle {
        my ( $self, $watch, $events ) = @_;
        $self->{handles}{$watch}[1] = $events;
    }

    sub remove_handle {
        my ( $self, $watch ) = @_;
        my $handle = delete $self->{handles}{$watch} or return -1;
        $self->_free_callback_opaque( @$handle[ 4, 3 ] );
        return 0;
    }

    sub add_timeout {
        my ( $self, $interval, $callback, $opaque, $free ) = @_;
        $self->{calls}{add_timeout}++;
        die "no timers today\n" if $self->{refuse};
        my $timer = $self->{next}++;
        $self->{timers}{$timer} = [ $interval, $callback, $opaque, $free, time ];
        return $timer;
    }

    sub update_timeout {
        my ( $self, $timer, $interval ) = @_;
        $self->{calls}{update_timeout}++;
        die "from update_timeout\n" if $self->{die};
        @{ $self->{timers}{$timer} }[ 0, 4 ] = ( $interval, time );
    }

    sub remove_timeout {
        my ( $self, $timer ) = @_;
        my $timeout = delete $self->{timers}{$timer} or return -1;
        $self->_free_callback_opaque( @$timeout[ 3, 2 ] );
        return 0;
    }

    sub run {
        my ($self) = @_;
        my $read = '';
        for my $handle ( values %{ $self->{handles} } ) {
            vec( $read, $handle->[0], 1 ) = 1 if $handle->[1] & Sys::Virt::Event::HANDLE_READABLE();
        }
        select $read, undef, undef, 0.01;
        for my $watch ( keys %{ $self->{handles} } ) {
            my $handle = $self->{handles}{$watch} or next;
            next unless vec $read, $handle->[0], 1;
            $self->_run_handle_callback(
                $watch, $handle->[0],
                Sys::Virt::Event::HANDLE_READABLE(),
                @$handle[ 2, 3 ]
            );
        }
        for my $timer ( keys %{ $self->{timers} } ) {
            my $timeout = $self->{timers}{$timer} or next;
            next if $timeout->[0] < 0 || time < $timeout->[4] + $timeout->[0] / 1000;
            $timeout->[4] = time;
            $self->_run_timeout_callback( $timer, @$timeout[ 1, 2 ] );
        }
    }
}

# ---- what register() takes

for my $wrong ( undef, 'Sys::Virt::EventImpl', {}, bless {}, 'Foo' ) {
    ok( !eval { Sys::Virt::Event::register($wrong); 1 }, 'no implementation' );
    like( $@, qr/Sys::Virt::EventImpl/, 'says what it must be' );
}
for my $method (
    qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout))
{
    my $abstract = bless {}, 'Sys::Virt::EventImpl';
    ok( !eval { $abstract->$method; 1 }, "$method is abstract" );
    like( $@, qr/Sys::Virt::EventImpl.*$method/, 'and says so' );
}

my $loop = My::Loop->new;
Sys::Virt::Event::register($loop);
is( $Sys::Virt::Event::eventimpl, $loop, 'registered' );

# ---- timers and handles of our own go through it

my @timers;
my $timer = Sys::Virt::Event::add_timeout( 0, sub { push @timers, [@_] } );
is( $loop->{timers}{$timer}[0], 0, 'the loop has the timer' );
$loop->run;
is_deeply( \@timers, [ [$timer] ], 'and runs it' );
Sys::Virt::Event::update_timeout( $timer, 5000 );
is( $loop->{timers}{$timer}[0], 5000, 'update_timeout' );

pipe my $reader, my $writer or die $!;
my @ready;
my $watch = Sys::Virt::Event::add_handle( fileno $reader, 1, sub { push @ready, [@_] } );
syswrite $writer, 'x';
$loop->run;
is_deeply( \@ready, [ [ $watch, fileno $reader, 1 ] ], 'a handle' );
Sys::Virt::Event::update_handle( $watch, 0 );
is( $loop->{handles}{$watch}[1], 0, 'update_handle' );
Sys::Virt::Event::remove_handle($watch);
is( $loop->{handles}{$watch}, undef, 'removed' );

my $freed = 0;
{

    package Guard;
    sub DESTROY { $freed++ }
}
{
    my $guard   = bless [], 'Guard';
    my $guarded = do {
        my $captured = $guard;
        Sys::Virt::Event::add_timeout( -1, sub {$captured} );
    };
    undef $guard;
    is( $freed, 0, 'a callback lives with its timer' );
    Sys::Virt::Event::remove_timeout($guarded);
    is( $freed, 1, 'and is freed with it' );
}

# ---- events of libvirt come through it

my $conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;
my @events;
my $id = $conn->domain_event_register_any( undef, 0, sub { push @events, $_[2] } );
$dom->suspend;
cmp_ok( $loop->{calls}{update_timeout}, '>', 0, 'a plain call runs Perl: update_timeout' );
is_deeply( \@events, [], 'the event waits' );
$loop->run for 1 .. 3;
is_deeply( \@events, [Sys::Virt::Domain::EVENT_SUSPENDED], 'for the loop' );

# ---- arguments that go away under a call

{
    my ( $victim, $releases );
    no warnings 'redefine';
    my $update = \&My::Loop::update_timeout;
    local *My::Loop::update_timeout = sub {
        $releases->() if $victim;
        undef $victim;
        goto &$update;
    };
    for my $release ( sub { $victim->DESTROY }, sub { }, sub { $$victim = 1 } ) {
        $victim   = $conn->get_domain_by_name('test');
        $releases = $release;
        ok( eval { $victim->resume; 1 }, 'the invocant is released while its call runs' );
        is( $victim, undef, 'and gone afterwards' );
        $loop->run for 1 .. 3;
        $dom->suspend;
        $loop->run for 1 .. 3;
    }
    $victim   = $conn->get_domain_by_name('test');
    $releases = sub { $victim->DESTROY };
    ok( eval { $victim->destroy(0); 1 }, 'also where there are other arguments' );
    is( $victim, undef, 'and gone afterwards, too' );
    ok( !$dom->is_active, 'the call was made' );
    $dom->create(0);
    $dom->suspend;
    $loop->run for 1 .. 3;
}

# ---- what it throws comes out of the call, which was made

$loop->{die} = 1;
ok( !eval { $dom->resume; 1 }, 'die in update_timeout' );
is( $@, "from update_timeout\n", 'comes out of the call' );
$loop->{die} = 0;
is( ( $dom->get_state )[0], Sys::Virt::Domain::STATE_RUNNING, 'which was made' );
$loop->run for 1 .. 3;
$loop->{refuse} = 1;
ok( !eval {
        Sys::Virt::Event::add_timeout( 0, sub { } );
        1;
    },
    'die in add_timeout'
);
is( $@, "no timers today\n", 'comes out of the call' );
$loop->{refuse} = 0;

# ---- what was never handed out is not called

for my $case (
    [ _run_handle_callback  => 1, 2,      1, \12345, \1 ],
    [ _run_timeout_callback => 1, \12345, \1 ],
    [ _run_timeout_callback => 1, \0,     undef ],
    )
{
    my ( $method, @arguments ) = @$case;
    ok( !eval { $loop->$method(@arguments); 1 }, "$method: forged" );
    like( $@, qr/are no \w+ callback of libvirt's/, 'is refused' );
}
{
    my $timer = Sys::Virt::Event::add_timeout( -1, sub { } );
    my ( undef, undef, $opaque, $free ) = @{ $loop->{timers}{$timer} };
    $loop->_free_callback_opaque( $free, $opaque );
    $loop->_free_callback_opaque( $free, $opaque );
    pass('freed twice');
    delete $loop->{timers}{$timer};
}

# ---- the functions below the methods, which other software may call

{
    my ( $run_handle, $run_timeout, $free )
        = map { Sys::Virt::EventImpl->can("_${_}_helper") }
        qw(run_handle_callback run_timeout_callback free_callback_opaque);
    my @calls;
    my $guard = bless [], 'Guard';
    $freed = 0;
    my $timer = Sys::Virt::Event::add_timeout( -1, sub { push @calls, [@_] } );
    my $watch = do {
        my $captured = $guard;
        Sys::Virt::Event::add_handle( 0, 1, sub { push @calls, [@_]; $captured } );
    };
    undef $guard;
    my $timeout = delete $loop->{timers}{$timer};
    my $handle  = delete $loop->{handles}{$watch};
    $run_timeout->( $timer, @$timeout[ 1, 2 ] );
    $run_handle->( $watch, 0, 2, @$handle[ 2, 3 ] );
    is_deeply( \@calls, [ [$timer], [ $watch, 0, 2 ] ], 'they run callbacks' );
    ok( !eval { $run_handle->( 1, 2, 3, \12345, \1 ); 1 }, 'but no others' );
    like(
        $@,
        qr/\A_run_handle_callback_helper: callback and opaque are no handle callback/,
        'which says so'
    );
    $free->( @$timeout[ 3, 2 ] );
    $free->( @$handle[ 4, 3 ] );
    is( $freed, 1, 'and release them' );
}

$conn->domain_event_deregister_any($id);
undef $conn;
undef $dom;
$loop->run for 1 .. 3;
is( scalar( grep { $_->[0] >= 0 } values %{ $loop->{timers} } ), 1,
    'libvirt left no timer behind' );
Sys::Virt::Event::remove_timeout($timer);

# ---- the older generation: implementations derived from Sys::Virt::Event

{

    package My::OldLoop;
    our @ISA = 'Sys::Virt::Event';
    no strict 'refs';
    *$_ = My::Loop->can($_)
        for
        qw(new add_handle update_handle remove_handle add_timeout update_timeout remove_timeout run);
}
my @warnings;
my $old = My::OldLoop->new;
{
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    Sys::Virt::Event::register($old);
}
like(
    "@warnings",
    qr/My::OldLoop derives from Sys::Virt::Event, which is deprecated/,
    'are warned of'
);
{
    my @calls;
    my $timer = Sys::Virt::Event::add_timeout( 0, sub { push @calls, [@_] } );
    my $watch = Sys::Virt::Event::add_handle( fileno $reader,
        1, sub { push @calls, [@_]; sysread $reader, my $byte, 9 } );
    syswrite $writer, 'x';
    $old->run;
    is_deeply( \@calls, [ [ $watch, fileno $reader, 1 ], [$timer] ], 'and run callbacks' );
    Sys::Virt::Event::remove_timeout($timer);
    Sys::Virt::Event::remove_handle($watch);
    is_deeply( [ %{ $old->{timers} }, %{ $old->{handles} } ], [], 'and let go of them' );
}
Sys::Virt::Event::register($loop);

done_testing;
