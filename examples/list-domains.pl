#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long;
use Sys::Virt;

my $usage = <<'USAGE';
usage: list-domains.pl [--uri URI | URI]

Lists the domains of a host: id (- if it does not run), name, state, memory in
MiB, virtual CPUs. Without URI, on the host that libvirt takes by default
(LIBVIRT_DEFAULT_URI). To try it: --uri test:///default
USAGE

my ( $uri, $help );
my $understood = GetOptions( 'uri=s' => \$uri, 'help' => \$help );
if ($help) {
    print $usage;
    exit;
}
$uri = shift @ARGV if @ARGV && !defined $uri;
if ( !$understood || @ARGV ) {
    print {*STDERR} $usage;
    exit 1;
}

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

my @rows = eval {
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    map { row($_) } $conn->list_all_domains;
};
if ( my $error = $@ ) {
    my $message = ref $error ? $error->message : $error;
    $message =~ s/\s+\z//;
    print {*STDERR} "list-domains.pl: $message\n";
    exit 1;
}

sub row {
    my ($domain) = @_;
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

my $width = 4;
for my $row (@rows) {
    $width = length $row->[1] if length $row->[1] > $width;
}
my $format = "%4s  %-${width}s  %-13s %11s %6s\n";
printf $format, qw(id name state), 'memory/MiB', 'vCPUs';
printf $format, @$_ for @rows;
