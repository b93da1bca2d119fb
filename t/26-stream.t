# Streams, as far as the test driver has one: a screenshot.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

alarm 60;

my $conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

sub screenshot {
    my $stream = $conn->new_stream;
    is( $dom->screenshot( $stream, 0 ), 'image/png', 'the type of a screenshot' );
    return $stream;
}

# ---- recv_all

my $image  = '';
my $stream = screenshot();
$stream->recv_all(
    sub {
        my ( $self, $data, $size ) = @_;
        is( ref $self,    'Sys::Virt::Stream', 'the sink gets the stream' ) if $image eq '';
        is( length $data, $size,               'data and its size' )        if $image eq '';
        $image .= $data;
        return $size;
    }
);
$stream->finish;
like( $image, qr/\A\x89PNG\r\n/, 'an image' );

{
    my $partly = '';
    my $stream = screenshot();
    $stream->recv_all(
        sub {
            my ( undef, $data ) = @_;
            $partly .= substr $data, 0, 1;
            return 1;
        }
    ) if length $image < 10_000;
    $stream->recv_all( sub { $partly .= $_[1]; return $_[2] } );
    is( $partly, $image, 'a sink may take a part: it gets the rest again' );
    $stream->finish;
}

# ---- recv

{
    my ( $stream, $received, $buffer ) = ( screenshot(), '', 'before' );
    while (1) {
        my $count = $stream->recv( $buffer, 1000 );
        last                                                     if $count <= 0;
        is( $count, length $buffer, 'as many bytes as it says' ) if $received eq '';
        $received .= $buffer;
    }
    is( $received, $image, 'recv' );
    isnt( $buffer, '', 'at the end the buffer stays as it is' );
    $stream->finish;
}
{

    package Upper;
    my @stored;
    sub TIESCALAR { return bless [], shift }
    sub FETCH     { return 'x' }
    sub STORE     { push @stored, $_[1] }
    sub stored    { return @stored }
}
{
    my $stream  = screenshot();
    my $flagged = "\x{263a}";
    my $count   = $stream->recv( $flagged, 8 );
    is( $flagged, substr( $image, 0, 8 ), 'a buffer with the UTF8 flag gets bytes: row 38' );
    tie my $tied, 'Upper';
    $stream->recv( $tied, 4 );
    is_deeply( [ Upper->stored ], [ substr $image, 8, 4 ], 'a tied buffer is told: row 38' );
    is( error_of( sub { $stream->recv( 'constant', 4 ) } )
            =~ /\ASys::Virt::Stream::recv: data is read-only at /,
        1,
        'a read-only buffer is refused'
    );
    $stream->recv( my $next, 4 );
    is( $next, substr( $image, 12, 4 ), 'and nothing was lost by that' );
    like(
        error_of( sub { $stream->recv( my $huge, 2**62 ) } ),
        qr/\ASys::Virt::Stream::recv: nbytes is \d+ bytes: more than there is memory at /,
        'a huge size is refused: row 36'
    );
    $stream->abort;
}

# ---- what sinks do wrong

for my $case (
    [ 'dies',           sub { die { my => 'object' } }, sub { ref $_[0] eq 'HASH' && $_[0]{my} } ],
    [ 'returns undef',  sub {undef},                    sub { $_[0] =~ /sink returned undef/ } ],
    [ 'returns -1',     sub {-1},                       sub { ref $_[0] eq 'Sys::Virt::Error' } ],
    [ 'exits its loop', sub { no warnings 'exiting'; last }, sub { $_[0] =~ /Can't "last"/ } ],
    )
{
    my ( $name, $sink, $fits ) = @$case;
    my $stream = screenshot();
    my $error  = error_of( sub { $stream->recv_all($sink) } );
    ok( $fits->($error), "a sink that $name" ) or diag explain $error;
    is( $dom->get_name, 'test', 'the connection stays usable' );
}
{
    my $stream = screenshot();
    my $error  = error_of(
        sub {
            $stream->recv_all( sub { undef $stream; return $_[2] } );
        }
    );
    is( $error,  undef, 'a sink that drops the stream' );
    is( $stream, undef, 'which is gone afterwards' );
}
like(
    error_of( sub { screenshot()->recv_all(undef) } ),
    qr/\ASys::Virt::Stream::recv_all: handler is neither a code reference nor the name/,
    'no sink'
);

# ---- streams that lead nowhere

my $unused = $conn->new_stream( Sys::Virt::Stream::NONBLOCK() );
is( error_of( sub { $unused->finish } )->code,         3, 'finish' );
is( error_of( sub { $unused->send( 'x', 1 ) } )->code, 3, 'send' );
is( error_of( sub { $unused->send_hole(1) } )->code,   3, 'send_hole' );
is( error_of( sub { $unused->recv_hole } )->code,      3, 'recv_hole' );
is( ref error_of(
        sub {
            $unused->send_all( sub {0} );
        }
    ),
    'Sys::Virt::Error',
    'send_all'
);
is( ref error_of(
        sub {
            $unused->sparse_send_all( sub {0}, sub { ( 1, 0 ) }, sub {0} );
        }
    ),
    'Sys::Virt::Error',
    'sparse_send_all'
);
is( ref error_of(
        sub {
            $unused->sparse_recv_all( sub {0}, sub {0} );
        }
    ),
    'Sys::Virt::Error',
    'sparse_recv_all'
);
is( ref error_of(
        sub {
            $unused->add_callback( 1, sub { } );
        }
    ),
    'Sys::Virt::Error',
    'add_callback'
);
is( ref error_of( sub { $unused->update_callback(1) } ), 'Sys::Virt::Error', 'update_callback' );
is( ref error_of( sub { $unused->remove_callback } ),    'Sys::Virt::Error', 'remove_callback' );
isa_ok( Sys::Virt::Stream->_new( connection => $conn ), 'Sys::Virt::Stream', '_new' );

$unused->DESTROY for 1 .. 2;
like( error_of( sub { $unused->finish } ), qr/was released already/, 'released once, and gone' );

done_testing;
