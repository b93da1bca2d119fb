#!/usr/bin/perl
# Prints what happens to the domains of a host, until it is interrupted.
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Sys::Virt;

my $usage = <<'USAGE';
usage: events.pl [--loop LOOP] [--seconds N] [URI]

Prints the lifecycle events of the domains at URI (default: libvirt's default), until it is
interrupted, or for N seconds.

  --loop LOOP    libvirt's own loop (default), or one of AnyEvent, EV, IOAsync, Mojo
  --seconds N    stop after N seconds
  --help         this text
USAGE

GetOptions('loop=s' => \my $name, 'seconds=f' => \my $seconds, 'help' => \my $help)
    or die $usage;
if ($help) { print $usage; exit }

my %run = (
    AnyEvent => sub { AnyEvent->condvar->recv },
    EV       => sub { EV::run() },
    IOAsync  => sub { IO::Async::Loop->new->run },
    Mojo     => sub { Mojo::IOLoop->start },
);
my $run = sub { Sys::Virt::Event::run_default() while 1 };
if (defined $name) {
    $run = $run{$name} or die "events.pl: no such loop: $name\n$usage";
    eval "require Sys::Virt::Event::$name" or die "events.pl: $@";
    "Sys::Virt::Event::$name"->register;
} else {
    Sys::Virt::Event::register_default();
}

my $conn = eval { Sys::Virt->new(uri => $ARGV[0], readonly => 1) }
    or do { my $error = $@; die 'events.pl: ', ref $error ? $error->message : $error, "\n" };

my @EVENTS = qw(defined undefined started suspended resumed stopped shutdown pmsuspended crashed);
$| = 1;
my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
    my (undef, $domain, $event, $detail) = @_;
    printf "%s %s (%d)\n", $domain->get_name, $EVENTS[$event] || "event $event", $detail;
});
my $timer = defined $seconds
    ? Sys::Virt::Event::add_timeout(1000 * $seconds, sub { exit })
    : undef;
print 'watching ', $conn->get_uri, "\n";
$run->();
