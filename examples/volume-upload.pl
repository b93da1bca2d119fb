#!/usr/bin/perl
use strict;
use warnings;
use feature qw(state);

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'     => \my $uri,
    'create'    => \my $create,
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
    my $pool   = $conn->get_storage_pool_by_name($pool_name);
    my $volume = $create ? create( $pool, $size ) : $pool->get_volume_by_name($name);

    my $stream = $conn->new_stream;
    $volume->upload( $stream, 0, $size );
    my $sent = 0;
    while (1) {
        my $read = sysread $file, my $data, 2**20;
        die "$path: $!\n" if !defined $read;
        last              if $read == 0;

        # The stream may take less than it is given.
        while ( length $data ) {
            my $count = $stream->send( $data, length $data );
            substr $data, 0, $count, '';
            $sent += $count;
            show_progress( $sent, $size );
        }
    }
    $stream->finish;    # Only now it is sure that all has arrived.
    print "$name: $sent bytes\n";
}

sub create {
    my ( $pool, $size ) = @_;
    ( my $escaped = $name ) =~ s/([&<>])/'&#' . ord($1) . ';'/ge;
    return $pool->create_volume(<<"XML");
<volume>
  <name>$escaped</name>
  <capacity unit='bytes'>$size</capacity>
  <target><format type='raw'/></target>
</volume>
XML
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

volume-upload.pl - fills a storage volume from a file

=head1 SYNOPSIS

    volume-upload.pl [--uri URI] [--create] [--[no-]progress] POOL VOLUME FILE

=head1 DESCRIPTION

Sends a file to a volume on the host, piece by piece. The volume has to be there, and large
enough, unless C<--create> is given.

L<volume-upload-all.pl> lets libvirt ask for the pieces, L<volume-upload-nonblock.pl> does it
in an event loop, L<volume-upload-sparse.pl> leaves out holes.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --create

Makes the volume first, in raw format and as large as the file.

=item --progress, --no-progress

Whether to show how far it is: by default, if the standard error output is a terminal.

=item --help

This text.

=back

=cut
