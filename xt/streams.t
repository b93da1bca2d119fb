# Three gigabytes up and down a volume, by every way that streams have; interrupted transfers; the
# console of a guest. On a private libvirtd.
use strict;
use warnings;
use Digest::MD5 ();
use lib 'xt/lib';
use Test::More;

use PrivateLibvirt;
use Sys::Virt;

my $GIB   = 1024**3;
my $SIZE  = 3 * $GIB + 12_345;    # more than 31 bits, and no whole block
my $BLOCK = 1024 * 1024;

Sys::Virt::Event::register_default();
my $libvirt = PrivateLibvirt->start;
my $conn    = Sys::Virt->new( uri => $libvirt->uri );
$libvirt->run( 'mkdir', '-p', '/var/lib/libvirt/images' );
my $pool = $conn->create_storage_pool( "<pool type='dir'><name>pool</name>"
        . '<target><path>/var/lib/libvirt/images</path></target></pool>' );

sub volume {
    my ($name) = @_;
    return $pool->create_volume( "<volume><name>$name</name><capacity>$SIZE</capacity>"
            . "<allocation>0</allocation><target><format type='raw'/></target></volume>" );
}

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

# ---- what is sent: a block of noise with the number of the block in front

my $noise = join '', map { chr( ( $_ * 2654435761 ) >> 7 & 255 ) } 1 .. 65_536;
$noise x= $BLOCK / length $noise;

sub data_at {
    my ( $offset, $length ) = @_;
    my ( $number, $within ) = ( int( $offset / $BLOCK ), $offset % $BLOCK );
    my $left = $BLOCK - $within;
    $length = $left           if $length > $left;
    $length = $SIZE - $offset if $length > $SIZE - $offset;
    return substr pack( 'N', $number ) . substr( $noise, 4 ), $within, $length;
}
diag 'what three gigabytes add up to';
my $DENSE = do {
    my $digest = Digest::MD5->new;
    for ( my $offset = 0; $offset < $SIZE; ) {
        my $data = data_at( $offset, $BLOCK );
        $digest->add($data);
        $offset += length $data;
    }
    $digest->hexdigest;
};

sub digest_of_file {
    my ($volume) = @_;
    open my $file, '<:raw', $libvirt->path( $volume->get_path ) or die $!;
    return Digest::MD5->new->addfile($file)->hexdigest;
}

my $volume = volume('dense');

# ---- send_all and recv_all

diag 'send_all, recv_all';
{
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $SIZE );
    my $sent = 0;
    $stream->send_all(
        sub {
            $_[1] = data_at( $sent, $_[2] );
            $sent += length $_[1];
            return length $_[1];
        }
    );
    $stream->finish;
    is( $sent,                   $SIZE,  'send_all: all sent' );
    is( digest_of_file($volume), $DENSE, 'and arrived' );
}
{
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0 );
    my ( $digest, $received ) = ( Digest::MD5->new, 0 );
    $stream->recv_all( sub { $digest->add( $_[1] ); $received += $_[2]; return $_[2] } );
    $stream->finish;
    is( $received,          $SIZE,  'recv_all: all received' );
    is( $digest->hexdigest, $DENSE, 'as it was sent' );
}

# ---- send and recv

diag 'send, recv';
$volume->delete;
$volume = volume('blocking');
{
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $SIZE );
    for ( my $offset = 0; $offset < $SIZE; ) {
        my $data = data_at( $offset, $BLOCK );

        # A stream may take less than it is given; it clips what is asked to what there is.
        $offset += $stream->send( $data, 2 * $BLOCK );
    }
    $stream->finish;
    is( digest_of_file($volume), $DENSE, 'send' );
}
{
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0 );
    my $digest = Digest::MD5->new;
    my $data;
    while ( $stream->recv( $data, $BLOCK ) > 0 ) { $digest->add($data) }
    $stream->finish;
    is( $digest->hexdigest, $DENSE, 'recv' );
}
{
    # A part, far behind what 32 bits count.
    my $stream = $conn->new_stream;
    $volume->download( $stream, 3 * $GIB, 100 );
    my $part = '';
    my $data;
    while ( $stream->recv( $data, 1000 ) > 0 ) { $part .= $data }
    $stream->finish;
    is( $part, data_at( 3 * $GIB, 100 ), 'a part at an offset beyond 31 bits' );
}

# ---- from an event loop, without blocking

diag 'non-blocking';
$volume->delete;
$volume = volume('nonblocking');
{
    my $stream = $conn->new_stream( Sys::Virt::Stream::NONBLOCK() );
    $volume->upload( $stream, 0, $SIZE );
    my ( $offset, $blocked, $done ) = ( 0, 0, 0 );
    $stream->add_callback(
        Sys::Virt::Stream::EVENT_WRITABLE(),
        sub {
            my ($stream) = @_;
            for ( 1 .. 16 ) {
                if ( $offset == $SIZE ) {
                    $stream->remove_callback;
                    $done = 1;
                    return;
                }
                my $sent = $stream->send( data_at( $offset, $BLOCK ), $BLOCK );
                if ( $sent == -2 ) { $blocked++; return }
                $offset += $sent;
            }
        }
    );
    Sys::Virt::Event::run_default() while !$done;
    $stream->finish;
    is( digest_of_file($volume), $DENSE, 'sent from a loop' );
    note "it would have blocked $blocked times";
}
{
    my $stream = $conn->new_stream( Sys::Virt::Stream::NONBLOCK() );
    my ( $digest, $done ) = ( Digest::MD5->new, 0 );
    $volume->download( $stream, 0, 0 );
    is( $stream->recv( my $early, 10 ), -2, 'at once it would block' );
    $stream->add_callback(
        Sys::Virt::Stream::EVENT_READABLE(),
        sub {
            my ($stream) = @_;
            while (1) {
                my $count = $stream->recv( my $data, $BLOCK );
                return if $count == -2;
                if ( $count == 0 ) { $stream->remove_callback; $done = 1; return }
                $digest->add($data);
            }
        }
    );
    Sys::Virt::Event::run_default() while !$done;
    $stream->finish;
    is( $digest->hexdigest, $DENSE, 'received from a loop' );
}

# ---- sparse: data at the start, in the middle and at the end

diag 'sparse';
$volume->delete;
$volume = volume('sparse');
my @DATA = ( [ 0, 100_000 ], [ 2 * $GIB + 5, 1_000_000 ], [ $SIZE - 10_000, 10_000 ] );

# Which section an offset is in: whether that is data, and how much of it is left.
sub section_at {
    my ($offset) = @_;
    for my $data (@DATA) {
        my ( $start, $length ) = @$data;
        return ( 0, $start - $offset )           if $offset < $start;
        return ( 1, $start + $length - $offset ) if $offset < $start + $length;
    }
    return ( 0, 0 );
}
{
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $SIZE, Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM() );
    my ( $offset, $skipped, $sent ) = ( 0, 0, 0 );
    $stream->sparse_send_all(
        sub {
            $_[1] = data_at( $offset, $_[2] );
            $offset += length $_[1];
            $sent   += length $_[1];
            return length $_[1];
        },
        sub { return section_at($offset) },
        sub { $offset += $_[1]; $skipped += $_[1]; return 0 },
    );
    $stream->finish;
    is( $sent,    1_110_000,         'sparse_send_all: the data' );
    is( $skipped, $SIZE - 1_110_000, 'and the holes' );
    open my $file, '<:raw', $libvirt->path( $volume->get_path ) or die $!;
    is( -s $file, $SIZE, 'the size' );
    for my $data (@DATA) {
        my ( $start, $length ) = @$data;
        $length = 1000;
        sysseek $file, $start, 0;
        my $bytes;
        sysread $file, $bytes, $length;
        is( $bytes, data_at( $start, $length ), "the data at $start" );
    }
    cmp_ok( 512 * ( stat $file )[12], '<', 10_000_000, 'and it takes little room' );
}
{
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM() );
    my ( $received, $holes ) = ( 0, 0 );
    $stream->sparse_recv_all( sub { $received += $_[2]; return $_[2] },
        sub { $holes += $_[1]; return 0 } );
    $stream->finish;
    is( $received + $holes, $SIZE, 'sparse_recv_all: data and holes' );
    cmp_ok( $received, '<', 10_000_000, 'little of it data' );
}
{
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM() );
    my ( $received, $holes ) = ( 0, 0 );
    while (1) {
        my $count = $stream->recv( my $data, $BLOCK, Sys::Virt::Stream::RECV_STOP_AT_HOLE() );
        if    ( $count > 0 )   { $received += $count }
        elsif ( $count == -3 ) { $holes += $stream->recv_hole }
        else                   {last}
    }
    $stream->finish;
    is( $received + $holes, $SIZE, 'recv stops at holes, recv_hole says how long they are' );
}

# ---- interrupted

for my $case (
    [ 'dies',       sub { die "interrupted\n" }, qr/\Ainterrupted\n\z/ ],
    [ 'returns -1', sub { return -1 },           qr/\Alibvirt error code: / ],
    [   'says more than it gives',
        sub { $_[1] = 'x'; return 100 },
        qr/source says 100 bytes, but gave 1/
    ],
    )
{
    my ( $name, $source, $text ) = @$case;
    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $SIZE );
    my $calls = 0;
    like(
        error_of(
            sub {
                $stream->send_all(
                    sub {
                        $calls++ < 3 ? do { $_[1] = 'y' x $_[2]; $_[2] } : &$source;
                    }
                );
            }
        ),
        $text,
        "a source that $name"
    );
    eval { $stream->abort };
    undef $stream;
    is( $conn->get_storage_volume_by_path( $volume->get_path )->get_name,
        'sparse', 'the connection goes on' );
}
{
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0 );
    my $data;
    $stream->recv( $data, 100 ) for 1 .. 3;
    $stream->abort;
}
is( error_of( sub { $volume->delete } ), undef, 'no job is left: the volume can be deleted' );

# ---- wrong arguments

my $stream = $conn->new_stream;
{
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    is( scalar $pool->create_volume('<volume><name>x</name><capacity>1</capacity></volume>')
            ->upload( 'x', 0, 0 ),
        undef,
        'no stream: undef'
    );
    like( "@warnings", qr/upload\(\) -- st is not a blessed SV reference/, 'and a warning' );
}

done_testing;
