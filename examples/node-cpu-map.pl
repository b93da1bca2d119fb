#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s' => \my $uri,
    'help'  => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    my ( $total, $map, $online ) = $conn->get_node_cpu_map;

    print "$online of $total CPUs are online\n";
    for my $cpu ( 0 .. $total - 1 ) {
        printf "%4d  %s\n", $cpu, vec( $map, $cpu, 1 ) ? 'online' : 'offline';
    }
}

__END__

=head1 NAME

node-cpu-map.pl - which processors of a host are online

=head1 SYNOPSIS

    node-cpu-map.pl [--uri URI]
    node-cpu-map.pl --uri test:///default

=head1 DESCRIPTION

Lists a host's processors, and whether they are online.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
