#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;
use Time::HiRes qw(sleep);

GetOptions(
    'uri=s'      => \my $uri,
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
    my $conn   = Sys::Virt->new( uri => $uri, readonly => 1 );
    my @cpu    = qw(user kernel iowait idle);
    my @memory = qw(total free buffers cached);

    my $format = "%7s %8s %8s %6s %10s %10s %12s %11s\n";
    my $header = sprintf $format, ( map {"$_/%"} @cpu ), map {"$_/MiB"} @memory;
    my $before = $conn->get_node_cpu_stats;
    while ( $count-- ) {
        sleep $interval;
        my $now  = $conn->get_node_cpu_stats;
        my %used = map { $_ => ( $now->{$_} || 0 ) - ( $before->{$_} || 0 ) } @cpu;
        my $time = 0;
        $time += $_ for values %used;
        my $memory = $conn->get_node_memory_stats;
        print $header;
        printf $format, ( map { $time ? sprintf '%.1f', 100 * $used{$_} / $time : '-' } @cpu ),
            map { defined $memory->{$_} ? int $memory->{$_} / 1024 : '-' } @memory;
        ( $before, $header ) = ( $now, '' );
    }
}

__END__

=head1 NAME

node-stats.pl - how busy a host is

=head1 SYNOPSIS

    node-stats.pl [--uri URI] [--interval SECONDS] [--count N]

=head1 DESCRIPTION

Prints what part of their time the host's processors spent in programs, in the kernel, waiting
for disks, and idle; and the host's memory: all of it, and what is free, used for buffers, and
used as cache.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --interval SECONDS

The time to look at, 1 by default.

=item --count N

How many times to look, 1 by default.

=item --help

This text.

=back

=cut
