#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'     => \my $uri,
    'timeout=f' => \( my $timeout = 300 ),
    'help'      => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);

    # First register, then ask: so that nothing is missed in between.
    my ( $connected, $late );
    $conn->domain_event_register_any(
        $domain,
        Sys::Virt::Domain::EVENT_ID_AGENT_LIFECYCLE,
        sub {
            my ( undef, undef, $state ) = @_;
            $connected = $state == Sys::Virt::Domain::EVENT_AGENT_LIFECYCLE_STATE_CONNECTED;
        }
    );
    Sys::Virt::Event::add_timeout( 1000 * $timeout, sub { $late = 1 } );

    my $hostname;
    until ( defined( $hostname = ask($domain) ) ) {
        $connected = 0;
        Sys::Virt::Event::run_default() until $connected || $late;
        die "$name: no agent within $timeout s\n" if !$connected;
    }
    print "$name: the agent is there, on $hostname\n";
}

# Nothing, if nobody is there to answer.
sub ask {
    my ($domain) = @_;
    my $answer = eval { $domain->get_hostname(Sys::Virt::Domain::GET_HOSTNAME_AGENT) };
    return $answer if defined $answer;
    die $@         if !ref $@ || $@->code != Sys::Virt::Error::ERR_AGENT_UNRESPONSIVE;
    return undef;
}

__END__

=head1 NAME

wait-for-agent.pl - waits until the agent in a guest answers

=head1 SYNOPSIS

    wait-for-agent.pl [--uri URI] [--timeout SECONDS] DOMAIN

=head1 DESCRIPTION

Waits until the agent in the guest of a domain that runs can be asked, which mostly means that
its system is up, and prints the guest's name for itself. The agent is qemu-guest-agent, and the
domain needs a channel org.qemu.guest_agent.0.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --timeout SECONDS

How long to wait, 300 by default.

=item --help

This text.

=back

=cut
