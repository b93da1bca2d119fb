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
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn   = Sys::Virt->new( uri => $uri, readonly => 1 );
    my $domain = $conn->get_domain_by_name($name);
    my @vcpus  = $domain->get_vcpu_info;
    my %state  = (
        Sys::Virt::Domain::VCPU_OFFLINE() => 'offline',
        Sys::Virt::Domain::VCPU_RUNNING() => 'running',
        Sys::Virt::Domain::VCPU_BLOCKED() => 'blocked',
    );

    printf "%4s  %-8s %4s %10s  %s\n", qw(vCPU state CPU time/s), 'may run on';
    for my $vcpu (@vcpus) {
        my $cpu = $vcpu->{cpu};
        printf "%4d  %-8s %4s %10.1f  %s\n", $vcpu->{number},
            $state{ $vcpu->{state} } || $vcpu->{state}, $cpu < 0 ? '-' : $cpu,
            $vcpu->{cpuTime} / 1e9, cpus_of( $vcpu->{affinity} );
    }
}

# The numbers of the bits that are set, as in 0-3,8.
sub cpus_of {
    my ($mask) = @_;
    my @ranges;
    for my $cpu ( grep { vec $mask, $_, 1 } 0 .. 8 * length($mask) - 1 ) {
        if ( @ranges && $ranges[-1][1] == $cpu - 1 ) { $ranges[-1][1] = $cpu }
        else                                         { push @ranges, [ $cpu, $cpu ] }
    }
    return join ',', map { $_->[0] == $_->[1] ? $_->[0] : "$_->[0]-$_->[1]" } @ranges;
}

__END__

=head1 NAME

vcpu-info.pl - the virtual CPUs of a domain

=head1 SYNOPSIS

    vcpu-info.pl [--uri URI] DOMAIN
    vcpu-info.pl --uri test:///default test

=head1 DESCRIPTION

Lists the virtual CPUs of a domain that runs: number, state, the host's CPU that it is on (- if
that is not known), the time that it has run, and the host's CPUs that it may run on.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
