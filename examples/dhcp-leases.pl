#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use POSIX        qw(strftime);
use Sys::Virt;

GetOptions(
    'uri=s' => \my $uri,
    'mac=s' => \my $mac,
    'help'  => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my @names = @ARGV;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    my @networks
        = @names
        ? map { $conn->get_network_by_name($_) } @names
        : $conn->list_all_networks(Sys::Virt::Network::LIST_ACTIVE);

    my @rows = ( [ 'network', 'expires (UTC)', 'MAC', 'address', 'host name' ] );
    for my $network (@networks) {
        for my $lease ( $network->get_dhcp_leases($mac) ) {
            my $expiry = $lease->{expirytime};
            push @rows,
                [
                $network->get_name,
                $expiry ? strftime( '%Y-%m-%d %H:%M:%S', gmtime $expiry ) : 'never',
                $lease->{mac} || '-',
                "$lease->{ipaddr}/$lease->{prefix}",
                $lease->{hostname} || '-',
                ];
        }
    }
    printf "%-12s %-19s %-17s %-24s %s\n", @$_ for @rows;
}

__END__

=head1 NAME

dhcp-leases.pl - who has which address in libvirt's networks

=head1 SYNOPSIS

    dhcp-leases.pl [--uri URI] [--mac ADDRESS] [NETWORK]...

=head1 DESCRIPTION

Lists what the DHCP servers of these networks, or of all that are active, have given out: until
when, to which MAC address, which IP address with the length of its prefix, and the name that
the guest gave.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --mac ADDRESS

Only what has this MAC address.

=item --help

This text.

=back

=cut
