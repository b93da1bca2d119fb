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
    open my $file, '<:raw', $path or die "$path: $!\n";
    my $size = -s $file;

    my $conn   = Sys::Virt->new( uri => $uri );
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);

    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $size );
    my $sent = 0;
    $stream->send_all(
        sub {
            # Wants up to $count bytes in $_[1]; 0 is the end.
            my ( undef, undef, $count ) = @_;
            my $read = sysread $file, $_[1], $count;
            die "$path: $!\n" if !defined $read;
            $sent += $read;
            show_progress( $sent, $size ) if $read;
            return $read;
        }
    );
    $stream->finish;    # Only now it is sure that all has arrived.
    print "$name: $sent bytes\n";
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

volume-upload-all.pl - fills a storage volume from a file, all at once

=head1 SYNOPSIS

    volume-upload-all.pl [--uri URI] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Sends a file to a volume on the host, which has to be there and large enough. It is libvirt
that asks for each piece.

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
