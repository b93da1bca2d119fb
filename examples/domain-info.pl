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
    my %state  = (
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

    show( 'name',     $domain->get_name );
    show( 'UUID',     $domain->get_uuid_string );
    show( 'id',       $id == -1 ? 'none' : $id );
    show( 'type',     $domain->get_os_type );
    show( 'state',    $state{ $info->{state} } || $info->{state} );
    show( 'vCPUs',    $info->{nrVirtCpu} );
    show( 'CPU time', sprintf '%.1f s', $info->{cpuTime} / 1e9 );
    show( 'memory',   sprintf '%d MiB of %d MiB', $info->{memory} / 1024, $info->{maxMem} / 1024 );
    show( 'persistent', yes_or_no( $domain->is_persistent ) );
    show( 'autostart',  answer( sub { yes_or_no( $domain->get_autostart ) } ) );
    show( 'saved',      answer( sub { yes_or_no( $domain->has_managed_save_image ) } ) );
    show( 'snapshots',  answer( sub { $domain->num_of_snapshots } ) );
}

sub show {
    my ( $what, $value ) = @_;
    printf "%-12s %s\n", "$what:", $value;
}

sub yes_or_no { return $_[0] ? 'yes' : 'no' }

# Not every driver has an answer to every question.
sub answer {
    my ($question) = @_;
    my $answer = eval { $question->() };
    return $answer if defined $answer;
    die $@         if !ref $@ || $@->code != Sys::Virt::Error::ERR_NO_SUPPORT;
    return 'not known to this driver';
}

__END__

=head1 NAME

domain-info.pl - what a domain is, has and does

=head1 SYNOPSIS

    domain-info.pl [--uri URI] DOMAIN
    domain-info.pl --uri test:///default test

=head1 DESCRIPTION

Prints a domain's name, UUID, id, type, state, virtual CPUs, the CPU time it has used, its
memory, and what libvirt keeps of it.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
