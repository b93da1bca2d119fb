#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use IO::Async::Loop;
use IO::Async::Timer::Periodic;
use Sys::Virt;
use Sys::Virt::Event::IOAsync;

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
    local $| = 1;
    my $loop = IO::Async::Loop->new;
    Sys::Virt::Event::IOAsync->register($loop);    # before the connection is opened
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    $conn->domain_event_register_any( undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, \&report );

    # What the program does besides.
    my $count = IO::Async::Timer::Periodic->new(
        interval => 1,
        on_tick  => sub { printf "%d running\n", $conn->num_of_domains },
    );
    $loop->add( $count->start );
    $loop->watch_signal( INT => sub { $loop->stop } );
    $conn->register_close_callback( sub { warn "the connection is lost\n"; $loop->stop } );
    print 'watching ', $conn->get_uri, "\n";
    $loop->run;
    print "done\n";
}

sub report {
    my ( undef, $domain, $event ) = @_;
    my @EVENTS
        = qw(defined undefined started suspended resumed stopped shutdown pmsuspended crashed);
    printf "%s: %s\n", $domain->get_name, $EVENTS[$event] || "event $event";
}

__END__

=head1 NAME

event-loop-io-async.pl - libvirt's events in a program that runs on IO::Async

=head1 SYNOPSIS

    event-loop-io-async.pl [--uri URI]

=head1 DESCRIPTION

Prints what happens to the domains of a host, and each second how many of them run, all in
the event loop of IO::Async, until it is interrupted.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
