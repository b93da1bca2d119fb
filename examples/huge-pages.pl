#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'  => \my $uri,
    'size=i' => \( my $size = 2048 ),
    'cell=i' => \my $cell,
    'set=i'  => \my $set,
    'add=i'  => \my $add,
    'help'   => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV || defined $set && defined $add;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $change = defined $set || defined $add;
    my $conn   = Sys::Virt->new( uri => $uri, readonly => !$change );
    my ( $first, $last )
        = defined $cell ? ( $cell, $cell ) : ( 0, $conn->get_node_info->{nodes} - 1 );

    if ($change) {
        my $flags
            = defined $set ? Sys::Virt::NODE_ALLOC_PAGES_SET : Sys::Virt::NODE_ALLOC_PAGES_ADD;
        my $pages = defined $set ? $set : $add;
        $conn->node_alloc_pages( [ [ $size, $pages ] ], $first, $last, $flags );
    }
    for my $free ( $conn->get_node_free_pages( [$size], $first, $last ) ) {
        my $pages = $free->{pages}{$size};
        printf "cell %d: %d pages of %d KiB are free, %d MiB\n", $free->{cell}, $pages, $size,
            $pages * $size / 1024;
    }
}

__END__

=head1 NAME

huge-pages.pl - the huge pages of a host

=head1 SYNOPSIS

    huge-pages.pl [--uri URI] [--size KIB] [--cell NUMBER] [--set PAGES | --add PAGES]
    huge-pages.pl --uri test:///default

=head1 DESCRIPTION

Prints how many huge pages of memory each NUMA cell of a host has free, and how much that is.
With C<--set> or C<--add>, it has the host reserve some first.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --size KIB

The size of a page in KiB, 2048 by default.

=item --cell NUMBER

This cell only.

=item --set PAGES

Reserves so many on each cell.

=item --add PAGES

Reserves so many more on each cell.

=item --help

This text.

=back

=cut
