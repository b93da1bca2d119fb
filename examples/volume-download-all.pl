#!/usr/bin/perl
use strict;
use warnings;
use feature qw(state);

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
    my $conn   = Sys::Virt->new( uri => $uri );
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);
    my $size   = $volume->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation};

    # What is not complete does not get the name.
    open my $file, '>:raw', "$path.part" or die "$path.part: $!\n";
    my $stream = $conn->new_stream;
    $volume->download( $stream, 0, 0 );
    my $received = 0;
    $stream->recv_all(
        sub {
            my ( undef, $data, $count ) = @_;
            print {$file} $data or die "$path.part: $!\n";
            show_progress( $received += $count, $size );
            return $count;
        }
    );
    $stream->finish;
    close $file or die "$path.part: $!\n";
    rename "$path.part", $path or die "$path: $!\n";
    print "$path: $received bytes\n";
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

volume-download-all.pl - copies a storage volume to a file, all at once

=head1 SYNOPSIS

    volume-download-all.pl [--uri URI] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Copies a volume of the host to a file here. It is libvirt that hands over each piece. As long as
it is not complete, the file is called FILE.part.

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
