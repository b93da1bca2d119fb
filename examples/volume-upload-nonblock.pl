#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'     => \my $uri,
    'progress!' => \( my $progress = -t STDERR ),
    'help'      => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $pool_name, $name, $path ) = @ARGV;
pod2usage(2) if @ARGV != 3;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    open my $file, '<:raw', $path or die "$path: $!\n";
    my $size = -s $file;

    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);

    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $volume->upload( $stream, 0, $size );
    my ( $data, $sent, $done ) = ( '', 0, 0 );
    $stream->add_callback(
        Sys::Virt::Stream::EVENT_WRITABLE,
        sub {
            if ( !length $data ) {
                my $read = sysread $file, $data, 2**18;
                die "$path: $!\n" if !defined $read;
                if ( $read == 0 ) {
                    $stream->remove_callback;
                    $done = 1;
                    return;
                }
            }
            my $count = $stream->send( $data, length $data );
            return if $count == -2;    # It would have to wait: another time.
            substr $data, 0, $count, '';
            $sent += $count;
        }
    );

    # Whatever else the program does goes on meanwhile: here, a timer.
    Sys::Virt::Event::add_timeout( 500, sub { show_progress( $sent, $size ) } );
    Sys::Virt::Event::run_default() until $done;
    $stream->finish;    # Only now it is sure that all has arrived.
    show_progress( $sent, $size );
    print "$name: $sent bytes\n";
}

sub show_progress {
    my ( $done, $size ) = @_;
    return if !$progress;
    printf {*STDERR} "\r%d of %d MiB%s", $done / 2**20, $size / 2**20, $done < $size ? '' : "\n";
}

__END__

=head1 NAME

volume-upload-nonblock.pl - fills a storage volume from a file, in an event loop

=head1 SYNOPSIS

    volume-upload-nonblock.pl [--uri URI] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Sends a file to a volume on the host, which has to be there and large enough, without ever
waiting for it: the event loop calls when the stream can take more.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --progress, --no-progress

Whether to show how far it is: by default, if the standard error output is a terminal.

=item --help

This text.

=back

=cut
