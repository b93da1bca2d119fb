# What every event loop has to do, on the one that is named: a ready adapter, libvirt's own
# (default) or one written in Perl (perl). Prints a line for each thing that happens;
# xt/event-loops.t says which. The URI is that of a libvirtd.
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Event;

my ( $name, $uri ) = @ARGV;
alarm 600;
$| = 1;

my %LOOPS = (
    AnyEvent => sub {
        require Sys::Virt::Event::AnyEvent;
        my $done;
        return sub { $done = AnyEvent->condvar; $done->recv }, sub { $done->send };
    },
    EV => sub {
        require Sys::Virt::Event::EV;
        return sub { EV::run() }, sub { EV::break() };
    },
    IOAsync => sub {
        require Sys::Virt::Event::IOAsync;
        my $loop = IO::Async::Loop->new;
        return sub { $loop->run }, sub { $loop->stop };
    },
    Mojo => sub {
        require Sys::Virt::Event::Mojo;
        return sub { Mojo::IOLoop->start }, sub { Mojo::IOLoop->stop };
    },
    default => sub {
        my $running;
        return sub { $running = 1; Sys::Virt::Event::run_default() while $running },
            sub { $running = 0 };
    },
    perl => sub {
        my $running;
        return sub { $running = 1; $Sys::Virt::Event::eventimpl->turn while $running },
            sub { $running = 0 };
    },
);
my ( $run, $stop ) = $LOOPS{$name}->();

if    ( $name eq 'default' ) { Sys::Virt::Event::register_default() }
elsif ( $name eq 'perl' )    { Sys::Virt::Event::register( SelectLoop->new ) }
else                         { "Sys::Virt::Event::$name"->register }

sub line { print join( ' ', @_ ), "\n" }

# Runs the loop for some milliseconds more.
sub run_for {
    my ($milliseconds) = @_;
    my $timer = Sys::Virt::Event::add_timeout( $milliseconds, sub { $stop->() } );
    $run->();
    Sys::Virt::Event::remove_timeout($timer);
}

# ---- timers

my $ticks = 0;
my $other = Sys::Virt::Event::add_timeout( -1, sub { line('the other timer'); $stop->() } );
Sys::Virt::Event::add_timeout(
    10,
    sub {
        line( 'timer', ++$ticks );
        return if $ticks < 3;
        Sys::Virt::Event::remove_timeout( $_[0] );
        Sys::Virt::Event::update_timeout( $other, 0 );
    }
);
$run->();
Sys::Virt::Event::update_timeout( $other, -1 );
run_for(30);
Sys::Virt::Event::remove_timeout($other);

# ---- handles

pipe my $reader, my $writer or die "pipe: $!";
my ( $READABLE, $WRITABLE )
    = ( Sys::Virt::Event::HANDLE_READABLE, Sys::Virt::Event::HANDLE_WRITABLE );
my $reading = Sys::Virt::Event::add_handle(
    fileno $reader,
    $READABLE,
    sub {
        sysread $reader, my $byte, 1;
        line( 'readable', $byte, $_[2] & $READABLE );
        $stop->();
    }
);
my $writing = Sys::Virt::Event::add_handle(
    fileno $writer,
    0,
    sub {
        line( 'writable', $_[2] );
        Sys::Virt::Event::update_handle( $_[0], 0 );
        syswrite $writer, 'x';
    }
);
Sys::Virt::Event::update_handle( $writing, $WRITABLE );
$run->();
Sys::Virt::Event::update_handle( $reading, 0 );
syswrite $writer, 'y';
run_for(30);
line('not wanted, not told');
Sys::Virt::Event::update_handle( $reading, $READABLE );
$run->();
close $writer;
Sys::Virt::Event::remove_handle($_) for $reading, $writing;

# ---- signals

{
    my $signals = 0;
    my $idle
        = Sys::Virt::Event::add_timeout( 50, sub { } );   # perl's signals wait for perl code to run
    local $SIG{USR1} = sub { line('signal') if !$signals++; $stop->() };
    my $parent = $$;
    my $child  = fork;
    die "fork: $!" if !defined $child;
    if ( !$child ) {
        1 while sleep(1) && kill USR1 => $parent;         # until one comes while the loop waits
        require POSIX;
        POSIX::_exit(0);
    }
    $run->();
    kill KILL => $child;
    waitpid $child, 0;
    Sys::Virt::Event::remove_timeout($idle);
}

# ---- a connection in this process, and one to a libvirtd

my %XML = (
    TEST => "<domain type='test'><name>guest</name><memory>1024</memory>"
        . '<os><type>hvm</type></os></domain>',
    QEMU => "<domain type='qemu'><name>guest</name><memory>1024</memory>"
        . "<os><type arch='x86_64'>hvm</type></os></domain>",
);

for my $to ( 'test:///default', $uri ) {
    my $conn = Sys::Virt->new( uri => $to );
    my $type = $conn->get_type;
    line( $type, 'keep-alive', $conn->set_keep_alive( 5, 3 ) || 0 ) if $type eq 'QEMU';
    my $id = $conn->domain_event_register_any(
        undef,
        Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
        sub {
            my ( undef, $dom, $event, $detail ) = @_;
            line( $type, 'event', $dom->get_name, $event, $detail,
                scalar( () = $conn->list_all_domains ) );
            $stop->();
        }
    );
    my $dom = $conn->define_domain( $XML{$type} );
    $run->();
    $dom->undefine;
    $run->();
    $conn->domain_event_deregister_any($id);
    $dom = $conn->define_domain( $XML{$type} );
    $dom->undefine;
    run_for(30);
    line( $type, 'deregistered' );

    # Closed while an event is on its way.
    $conn->domain_event_register_any(
        undef,
        Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
        sub { line('late') }
    );
    $conn->define_domain( $XML{$type} )->undefine;
    undef $_ for $dom, $conn;
    run_for(30);
    line( $type, 'closed' );

    # Closed by an event.
    $conn = Sys::Virt->new( uri => $to );
    $conn->domain_event_register_any(
        undef,
        Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
        sub { line( $type, 'closes' ); undef $conn; $stop->() }
    );
    $conn->define_domain( $XML{$type} )->undefine;
    $run->();
    run_for(30);
}

# ---- a stream in its own time

{
    my $conn = Sys::Virt->new( uri => $uri );
    my $pool = $conn->create_storage_pool(
        q{<pool type='dir'><name>pool</name><target><path>/tmp</path></target></pool>});
    my $volume = $pool->create_volume(
        q{<volume><name>volume</name>} . q{<capacity unit='MiB'>4</capacity></volume>} );
    my ( $SIZE, $CHUNK ) = ( 4 * 2**20, 65_536 );
    my $data = pack 'N*', 1 .. $SIZE / 4;

    my $up = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $volume->upload( $up, 0, $SIZE );
    my $sent = 0;
    $up->add_callback(
        Sys::Virt::Stream::EVENT_WRITABLE,
        sub {
            my ($stream) = @_;
            while ( $sent < $SIZE ) {
                my $count = $stream->send( substr( $data, $sent, $CHUNK ), $CHUNK );
                return if $count == -2;
                $sent += $count;
            }
            $stream->remove_callback;
            $stop->();
        }
    );
    $run->();
    $up->finish;

    my $down = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $volume->download( $down, 0, $SIZE );
    my $received = '';
    $down->add_callback(
        Sys::Virt::Stream::EVENT_READABLE,
        sub {
            my ($stream) = @_;
            while (1) {
                my $count = $stream->recv( my $piece, $CHUNK );
                return if $count == -2;
                last   if $count == 0;
                $received .= $piece;
            }
            $stream->remove_callback;
            $stop->();
        }
    );
    $run->();
    $down->finish;
    line( 'stream', $sent, $received eq $data ? 'same' : 'other', 'data' );
    $volume->delete;
    $pool->destroy;
}

# libvirt's own loop shows nothing of what it has.
run_for(30);
my $loop = $Sys::Virt::Event::eventimpl || { handles => {}, timers => {} };
line( 'left', keys %{ $loop->{handles} }, keys %{ $loop->{timers} } );

package SelectLoop;
use Time::HiRes qw(time);
use parent -norequire => 'Sys::Virt::EventImpl';

sub new { return bless { last => 0, handles => {}, timers => {} }, shift }

sub add_handle {
    my ( $self, @handle ) = @_;
    $self->{handles}{ ++$self->{last} } = \@handle;
    return $self->{last};
}

sub update_handle {
    my ( $self, $watch, $events ) = @_;
    $self->{handles}{$watch}[1] = $events;
}

sub remove_handle {
    my ( $self, $watch ) = @_;
    my $handle = delete $self->{handles}{$watch} or return -1;
    push @{ $self->{removed} }, [ @$handle[ 4, 3 ] ];
    return 0;
}

sub add_timeout {
    my ( $self, @timer ) = @_;
    $self->{timers}{ ++$self->{last} } = [ @timer, time + $timer[0] / 1000 ];
    return $self->{last};
}

sub update_timeout {
    my ( $self, $id, $interval ) = @_;
    @{ $self->{timers}{$id} }[ 0, 4 ] = ( $interval, time + $interval / 1000 );
}

sub remove_timeout {
    my ( $self, $id ) = @_;
    my $timer = delete $self->{timers}{$id} or return -1;
    push @{ $self->{removed} }, [ @$timer[ 3, 2 ] ];
    return 0;
}

sub turn {
    my ($self) = @_;
    my ( $read, $write ) = ( '', '' );
    for my $handle ( values %{ $self->{handles} } ) {
        vec( $read,  $handle->[0], 1 ) = 1 if $handle->[1] & $READABLE;
        vec( $write, $handle->[0], 1 ) = 1 if $handle->[1] & $WRITABLE;
    }
    my ($next) = sort { $a <=> $b }
        map { $_->[4] - time } grep { $_->[0] >= 0 } values %{ $self->{timers} };
    my $found = select $read, $write, undef, defined $next && $next < 0 ? 0 : $next;
    for my $watch ( $found > 0 ? keys %{ $self->{handles} } : () ) {
        my $handle = $self->{handles}{$watch} or next;
        my $ready  = vec( $read, $handle->[0], 1 ) * $READABLE
            + vec( $write, $handle->[0], 1 ) * $WRITABLE;
        $self->_run_handle_callback( $watch, $handle->[0], $ready, @$handle[ 2, 3 ] ) if $ready;
    }
    for my $id ( keys %{ $self->{timers} } ) {
        my $timer = $self->{timers}{$id} or next;
        next if $timer->[0] < 0 || time < $timer->[4];
        $timer->[4] = time + $timer->[0] / 1000;
        $self->_run_timeout_callback( $id, @$timer[ 1, 2 ] );
    }
    $self->_free_callback_opaque(@$_) for splice @{ $self->{removed} || [] };
}
