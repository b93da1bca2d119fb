#!/usr/bin/perl
use strict;
use warnings;
use feature qw(state);

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

# Linux' own; Fcntl does not have the last two.
use constant { SEEK_SET => 0, SEEK_CUR => 1, SEEK_DATA => 3, SEEK_HOLE => 4 };

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

    my $conn   = Sys::Virt->new( uri => $uri );
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);

    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $size, Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM );
    my ( $sent, $holes ) = ( 0, 0 );
    $stream->sparse_send_all(
        sub {
            # Wants up to $count bytes in $_[1]; 0 is the end.
            my ( undef, undef, $count ) = @_;
            my $read = sysread $file, $_[1], $count;
            die "$path: $!\n" if !defined $read;
            $sent += $read;
            show_progress( $sent + $holes, $size ) if $read;
            return $read;
        },
        sub { return section_at( $file, sysseek( $file, 0, SEEK_CUR ), $size ) },
        sub {
            my ( undef, $length ) = @_;
            sysseek $file, $length, SEEK_CUR or die "$path: $!\n";
            $holes += $length;
            show_progress( $sent + $holes, $size );
            return 0;
        },
    );
    $stream->finish;    # Only now it is sure that all has arrived.
    print "$name: $sent bytes of data, $holes bytes of holes\n";
}

# Whether there are data or a hole at this position, and how far that goes.
sub section_at {
    my ( $file, $position, $size ) = @_;
    return ( 0, 0 ) if $position == $size;
    my $data = sysseek $file, $position, SEEK_DATA;
    if ( !defined $data ) {
        die "$path: $!\n" if !$!{ENXIO};
        $data = $size;    # There are none any more.
    }
    my $in_data = $data == $position;
    my $end     = $in_data ? sysseek( $file, $position, SEEK_HOLE ) : $data;
    sysseek $file, $position, SEEK_SET;
    return ( $in_data, $end - $position );
}

# Once a second, and at the end.
sub show_progress {
    my ( $done, $size ) = @_;
    state $shown = 0;
    return if !$progress || $shown == time && $done < $size;
    $shown = time;
    printf {*STDERR} "\r%d of %d MiB%s", $done / 2**20, $size / 2**20, $done < $size ? '' : "\n";
}

__END__

=head1 NAME

volume-upload-sparse.pl - fills a storage volume from a file, without its holes

=head1 SYNOPSIS

    volume-upload-sparse.pl [--uri URI] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Sends a file to a volume on the host, which has to be there and large enough. Where the file has
a hole, the volume gets one, and nothing is sent: an image of a disk that is mostly empty takes
little time and little space.

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
