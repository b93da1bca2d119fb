#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use JSON::PP     ();
use Sys::Virt;
use Time::HiRes qw(sleep time);

GetOptions(
    'uri=s'      => \my $uri,
    'json'       => \my $json,
    'interval=f' => \( my $interval = 1 ),
    'count=i'    => \( my $count    = 1 ),
    'help'       => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV || $interval <= 0;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    if ($json) {
        my %stats = stats( $conn, 0 );
        print JSON::PP->new->pretty->canonical->encode( \%stats );
        return;
    }

    my $groups = Sys::Virt::Domain::STATS_CPU_TOTAL | Sys::Virt::Domain::STATS_BALLOON
        | Sys::Virt::Domain::STATS_BLOCK | Sys::Virt::Domain::STATS_INTERFACE;
    my $format = "%-20s %6s %10s %10s %10s %10s %10s\n";
    my ( $time, %before ) = ( time, stats( $conn, $groups ) );
    while ( $count-- ) {
        sleep $interval;
        my ( $now, %stats ) = ( time, stats( $conn, $groups ) );
        printf $format, qw(name CPU/% memory/MiB read/KiB/s write/KiB/s rx/KiB/s tx/KiB/s);
        for my $name ( sort grep { $before{$_} } keys %stats ) {
            my $rate = sub {
                my ( $unit, @keys ) = @_;
                my ( $new, $old ) = map { sum( $_->{$name}, @keys ) } \%stats, \%before;
                return '-' if !defined $new || !defined $old;
                return sprintf '%.1f', ( $new - $old ) / ( $now - $time ) / $unit;
            };
            my $memory = $stats{$name}{'balloon.current'};
            printf $format, $name,
                $rate->( 1e9 / 100, 'cpu.time' ),
                defined $memory ? int $memory / 1024 : '-',
                $rate->( 1024, 'block', 'rd.bytes' ),
                $rate->( 1024, 'block', 'wr.bytes' ),
                $rate->( 1024, 'net',   'rx.bytes' ),
                $rate->( 1024, 'net',   'tx.bytes' );
        }
        ( $time, %before ) = ( $now, %stats );
    }
}

# One call for all domains.
sub stats {
    my ( $conn, $groups ) = @_;
    return
        map { $_->{dom}->get_name => $_->{data} }
        $conn->get_all_domain_stats( $groups, undef, Sys::Virt::Domain::GET_ALL_STATS_ACTIVE );
}

# cpu.time, or the sum of block.0.rd.bytes, block.1.rd.bytes, ...
sub sum {
    my ( $stats, $first, $last ) = @_;
    return $stats->{$first} if !defined $last;
    my $count = $stats->{"$first.count"};
    return undef if !defined $count;
    my $sum = 0;
    $sum += $stats->{"$first.$_.$last"} || 0 for 0 .. $count - 1;
    return $sum;
}

__END__

=head1 NAME

domain-stats.pl - what the domains of a host are doing

=head1 SYNOPSIS

    domain-stats.pl [--uri URI] [--interval SECONDS] [--count N]
    domain-stats.pl [--uri URI] --json

=head1 DESCRIPTION

Prints for each domain that runs how much it uses: processors, in percent of one; memory in
MiB; what it reads from disks and writes to them, and receives and sends by its network
interfaces, in KiB per second. A - stands for what is not known.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --interval SECONDS

The time to look at, 1 by default.

=item --count N

How many times to look, 1 by default.

=item --json

Prints all the statistics that libvirt has, as JSON, under libvirt's names:
C<virConnectGetAllDomainStats> at
L<https://libvirt.org/html/libvirt-libvirt-domain.html> describes them.

=item --help

This text.

=back

=cut
