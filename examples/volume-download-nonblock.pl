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
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);
    my $size   = $volume->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation};

    # What is not complete does not get the name.
    open my $file, '>:raw', "$path.part" or die "$path.part: $!\n";
    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $volume->download( $stream, 0, 0 );
    my ( $received, $done ) = ( 0, 0 );
    $stream->add_callback(
        Sys::Virt::Stream::EVENT_READABLE,
        sub {
            my $count = $stream->recv( my $data, 2**18 );
            return if $count == -2;    # It would have to wait: another time.
            if ( $count == 0 ) {
                $stream->remove_callback;
                $done = 1;
                return;
            }
            print {$file} $data or die "$path.part: $!\n";
            $received += $count;
        }
    );

    # Whatever else the program does goes on meanwhile: here, a timer.
    Sys::Virt::Event::add_timeout( 500, sub { show_progress( $received, $size ) } );
    Sys::Virt::Event::run_default() until $done;
    $stream->finish;
    close $file or die "$path.part: $!\n";
    rename "$path.part", $path or die "$path: $!\n";
    show_progress( $received, $size );
    print "$path: $received bytes\n";
}

sub show_progress {
    my ( $done, $size ) = @_;
    return if !$progress;
    printf {*STDERR} "\r%d of %d MiB%s", $done / 2**20, $size / 2**20, $done < $size ? '' : "\n";
}

__END__

=head1 NAME

volume-download-nonblock.pl - copies a storage volume to a file, in an event loop

=head1 SYNOPSIS

    volume-download-nonblock.pl [--uri URI] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Copies a volume of the host to a file here, without ever waiting for it: the event loop calls
when there are data. As long as it is not complete, the file is called FILE.part.

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
