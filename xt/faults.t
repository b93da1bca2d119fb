# What goes wrong between a program and its libvirtd: each time an error, in time, and a new
# connection works afterwards.
use strict;
use warnings;
use lib 'xt/lib';
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

# libvirt would write to the terminal what is lost.
BEGIN { $ENV{LIBVIRT_LOG_OUTPUTS} = '1:file:/dev/null' }

use Failure;
use PrivateLibvirt;
use Sys::Virt;

my ( $SYSTEM_ERROR, $INTERNAL_ERROR ) = ( 38, 1 );
my $MIB = 2**20;

alarm 1800;
Sys::Virt::Event::register_default();
my $libvirt = PrivateLibvirt->start( transports => 1, auth_tcp => 'none' );
$libvirt->join_network;

sub connect_by { return Sys::Virt->new( uri => $libvirt->uri(@_) ) }

# Kills libvirtd, where it is stopped, while this process waits for it.
sub kill_soon {
    $libvirt->signal('STOP');
    my $child = fork;
    die "fork: $!" if !defined $child;
    return $child  if $child;
    sleep 0.3;
    $libvirt->signal('KILL');
    POSIX::_exit(0);
}

sub run_until {
    my ($condition) = @_;
    my $end         = time + 600;
    my $timer       = Sys::Virt::Event::add_timeout( 100, sub { } );
    Sys::Virt::Event::run_default() while !$condition->() && time < $end;
    Sys::Virt::Event::remove_timeout($timer);
}

# Descriptors that are open here, but for those of the test itself.
sub descriptors { return scalar( () = glob '/proc/self/fd/*' ) }

# Counts what is freed.
{

    package Guard;
    sub new { my ( $class, $freed ) = @_; return bless \$freed, $class }
    sub DESTROY { my ($self) = @_; ${$$self}++ }
}

sub pool {
    my ( $conn, $path ) = @_;
    my $pool = eval { $conn->get_storage_pool_by_name('pool') };
    return $pool
        || $conn->create_storage_pool(
        "<pool type='dir'><name>pool</name><target><path>$path</path></target></pool>");
}

sub volume {
    my ( $pool, $name ) = @_;
    return $pool->create_volume( "<volume><name>$name</name><allocation>0</allocation>"
            . "<capacity unit='MiB'>64</capacity></volume>" );
}

# The call that notices a loss says how; those after it, that it is closed. Which one of a
# transfer's calls it is depends on how far the transfer has come.
my $GONE   = qr/\A(?:Cannot (?:write|recv) data|End of file while reading data|Unable to)/;
my $CLOSED = qr/\Ainternal error: client socket is closed\z/;
my $EITHER = qr/\A(?:$SYSTEM_ERROR|$INTERNAL_ERROR)\z/;

my $before;
for my $transport ( '', 'tcp', 'tls', 'ssh' ) {
    my $name = $transport || 'unix';
    note "killed, stopped and killed again: $name";
    my $conn = connect_by($transport);

    my $child = kill_soon();
    fails( "$name: killed in a call", sub { $conn->get_hostname }, $SYSTEM_ERROR, $GONE );
    waitpid $child, 0;
    is( $conn->is_alive, 0, "$name: not alive" );
    fails( "$name: the next call", sub { $conn->list_all_domains }, $INTERNAL_ERROR, $CLOSED );
    $libvirt->restart;

    $conn = connect_by($transport);
    my @closed;
    my $closed = sub { push @closed, [ $_[0] == $conn, $_[1] ] };
    $conn->register_close_callback($closed);
    $conn->set_keep_alive( 1, 2 );
    $libvirt->signal('STOP');
    run_until( sub {@closed} );
    is_deeply( \@closed, [ [ 1, Sys::Virt::CLOSE_REASON_KEEPALIVE ] ], "$name: it hangs" );
    $libvirt->signal('CONT');
    fails( "$name: after that", sub { $conn->get_hostname }, $INTERNAL_ERROR, $CLOSED );

    $conn   = connect_by($transport);
    @closed = ();
    my $freed = 0;
    $conn->register_close_callback(
        do {
            my $guard = Guard->new( \$freed );
            sub { $guard && $closed->(@_) };
        }
    );
    $conn->domain_event_register_any( undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { } );
    $libvirt->signal('KILL');
    run_until( sub {@closed} );
    is( scalar @closed, 1, "$name: killed while the loop runs" );

    # As libvirt sees it: whether there was still something to read.
    like( $closed[0][1], qr/\A[01]\z/, "$name: an error, or the end of file" );
    is( Sys::Virt::CLOSE_REASON_ERROR + Sys::Virt::CLOSE_REASON_EOF, 1, 'which 0 and 1 are' );
    ok( eval { undef $conn; 1 }, "$name: closing what is closed" );
    run_until( sub {$freed} );
    is( $freed, 1, "$name: frees its callback" );
    $libvirt->restart;

    $conn = connect_by($transport);
    my $volume = volume( pool( $conn, '/var/lib/libvirt/images' ), "upload-$name" );
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, 64 * $MIB );
    $stream->send( 'x' x 65_536, 65_536 );
    $libvirt->signal('KILL');
    fails(
        "$name: killed in an upload",
        sub { $stream->send( 'x' x 65_536, 65_536 ) for 1 .. 900 },
        $EITHER, qr/$GONE|$CLOSED/
    );
    fails( "$name: abort", sub { $stream->abort }, $INTERNAL_ERROR, $CLOSED );
    $libvirt->restart;

    $conn   = connect_by($transport);
    $volume = pool( $conn, '/var/lib/libvirt/images' )->get_volume_by_name("upload-$name");
    $stream = $conn->new_stream;
    $volume->download( $stream, 0, 64 * $MIB );
    my $chunks = 0;
    fails(
        "$name: killed in a download",
        sub {
            $stream->recv_all( sub { $libvirt->signal('KILL') if ++$chunks == 1; $_[2] } );
        },
        $EITHER,
        qr/$GONE|$CLOSED/
    );
    cmp_ok( $chunks, '>=', 1, "$name: after it had begun" );
    undef $_ for $stream, $volume, $conn;
    $libvirt->restart;
    is( connect_by($transport)->get_hostname, 'private', "$name: a new connection works" );
    my $turns = 0;
    run_until( sub { $turns++ > 3 } );    # the loop lets go of what is closed
    $before = descriptors() if !defined $before;
    is( descriptors(), $before, "$name: no descriptor stays open" );
}

# ---- twenty programs wait for a libvirtd that ends

{
    my @children;
    my $wait = $libvirt->path('/run/wait');
    open my $file, '>', $wait or die "$wait: $!";
    pipe my $reader, my $writer or die "pipe: $!";
    for my $number ( 1 .. 20 ) {
        my $child = fork;
        die "fork: $!" if !defined $child;
        if ( !$child ) {
            my $conn = connect_by( ( '', 'tcp', 'tls' )[ $number % 3 ] );
            syswrite $writer, "ready\n";
            sleep 0.05 while -e $wait;
            syswrite $writer, "calling\n";
            my $lived = eval { $conn->get_hostname; 1 };
            syswrite $writer, ( $lived ? 'lived' : $@->code ) . "\n";
            POSIX::_exit(0);
        }
        push @children, $child;
    }
    close $writer;
    scalar <$reader> for @children;
    $libvirt->signal('STOP');
    unlink $wait;
    scalar <$reader> for @children;
    sleep 0.5;    # they are in their calls
    $libvirt->signal('KILL');
    chomp( my @codes = <$reader> );
    is_deeply( \@codes, [ ($SYSTEM_ERROR) x 20 ], 'twenty calls, twenty errors' );
    waitpid $_, 0 for @children;
    $libvirt->restart;
}

# ---- a full file system under a volume

{
    $libvirt->run(qw(mkdir /var/lib/libvirt/small));
    $libvirt->run(qw(mount -t tmpfs -o size=4m tmpfs /var/lib/libvirt/small));
    my $conn = connect_by();
    my $pool = $conn->create_storage_pool( "<pool type='dir'><name>small</name>"
            . '<target><path>/var/lib/libvirt/small</path></target></pool>' );
    my $volume = volume( $pool, 'large' );
    my $left   = 64 * $MIB;
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $left );
    fails(
        'a full file system',
        sub {
            $stream->send_all(
                sub {
                    my $count = $left < $_[2] ? $left : $_[2];
                    $_[1] = 'x' x $count;
                    $left -= $count;
                    return $count;
                }
            );
            $stream->finish;
        },
        $SYSTEM_ERROR,
        qr/No space left on device/
    );
    undef $stream;
    $volume->delete;
    $pool->refresh;
    is_deeply( [ $pool->list_all_volumes ], [], 'the volume can be deleted' );
    is( $pool->get_info->{available}, 4 * $MIB, 'and all of its space is free' );
    is( $conn->is_alive,              1,        'on the same connection' );
}

done_testing;
