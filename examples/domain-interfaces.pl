#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'    => \my $uri,
    'source=s' => \( my $from = 'lease' ),
    'help'     => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

my %source = (
    lease => Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE,
    agent => Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_AGENT,
    arp   => Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_ARP,
);
defined $source{$from} or pod2usage("$0: no such source: $from");

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {

    # The agent answers only who may write, too.
    my $conn       = Sys::Virt->new( uri => $uri, readonly => $from ne 'agent' );
    my $domain     = $conn->get_domain_by_name($name);
    my @interfaces = $domain->get_interface_addresses( $source{$from} );

    printf "%-12s %-17s  %s\n", qw(name MAC addresses);
    for my $interface (@interfaces) {
        my @addresses = map {"$_->{addr}/$_->{prefix}"} @{ $interface->{addrs} };
        printf "%-12s %-17s  %s\n", $interface->{name}, $interface->{hwaddr} || '-',
            "@addresses" || '-';
    }
}

__END__

=head1 NAME

domain-interfaces.pl - a domain's network interfaces and their addresses

=head1 SYNOPSIS

    domain-interfaces.pl [--uri URI] [--source lease|agent|arp] DOMAIN
    domain-interfaces.pl --uri test:///default test

=head1 DESCRIPTION

Lists the network interfaces of a domain that runs, with their MAC addresses, and their IP
addresses with the lengths of the prefixes.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --source lease

Who knows the addresses: the DHCP servers of libvirt's networks (C<lease>, the default), the
agent in the guest (C<agent>), which knows all of them, or the host's table of neighbours
(C<arp>).

=item --help

This text.

=back

=cut
