#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Mojo::IOLoop;
use Sys::Virt;
use Sys::Virt::Event::Mojo;

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
    Sys::Virt::Event::Mojo->register;    # before the connection is opened
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    $conn->domain_event_register_any( undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, \&report );

    # What the program does besides.
    Mojo::IOLoop->recurring( 1 => sub { printf "%d running\n", $conn->num_of_domains } );
    local $SIG{INT} = sub { Mojo::IOLoop->stop };
    $conn->register_close_callback( sub { warn "the connection is lost\n"; Mojo::IOLoop->stop } );
    print 'watching ', $conn->get_uri, "\n";
    Mojo::IOLoop->start;
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

event-loop-mojo.pl - libvirt's events in a program that runs on Mojo::IOLoop

=head1 SYNOPSIS

    event-loop-mojo.pl [--uri URI]

=head1 DESCRIPTION

Prints what happens to the domains of a host, and each second how many of them run, all in
the event loop of Mojo::IOLoop, until it is interrupted.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
