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
    my @rows = map { row($_) } $conn->list_all_domains;

    my ($width) = sort { $b <=> $a } 4, map { length $_->[1] } @rows;
    my $format  = "%4s  %-${width}s  %-13s %11s %6s\n";
    printf $format, qw(id name state), 'memory/MiB', 'vCPUs';
    printf $format, @$_ for @rows;
}

sub row {
    my ($domain) = @_;
    my %state = (
        Sys::Virt::Domain::STATE_NOSTATE()     => 'no state',
        Sys::Virt::Domain::STATE_RUNNING()     => 'running',
        Sys::Virt::Domain::STATE_BLOCKED()     => 'blocked',
        Sys::Virt::Domain::STATE_PAUSED()      => 'paused',
        Sys::Virt::Domain::STATE_SHUTDOWN()    => 'shutting down',
        Sys::Virt::Domain::STATE_SHUTOFF()     => 'shut off',
        Sys::Virt::Domain::STATE_CRASHED()     => 'crashed',
        Sys::Virt::Domain::STATE_PMSUSPENDED() => 'suspended',
    );
    my $info = $domain->get_info;
    my $id   = $domain->get_id;
    return [
        $id == -1 ? '-' : $id,
        $domain->get_name,
        $state{ $info->{state} } || "state $info->{state}",
        int $info->{memory} / 1024,
        $info->{nrVirtCpu},
    ];
}

__END__

=head1 NAME

list-domains.pl - the domains of a host

=head1 SYNOPSIS

    list-domains.pl [--uri URI]
    list-domains.pl --uri test:///default

=head1 DESCRIPTION

Lists the domains of a host: id (- if it does not run), name, state, memory in MiB, virtual
CPUs.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
