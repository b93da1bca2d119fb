#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use POSIX        qw(strftime);
use Sys::Virt;

GetOptions(
    'uri=s'     => \my $uri,
    'seconds=f' => \my $seconds,
    'help'      => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV;

# What happened, and why.
my @LIFECYCLE = (
    [ 'defined',   qw(added updated renamed from-snapshot) ],
    [ 'undefined', qw(removed renamed) ],
    [ 'started',   qw(booted migrated restored from-snapshot woken-up recreated) ],
    [   'suspended', qw(paused migrated io-error watchdog restored from-snapshot api-error
            postcopy postcopy-failed guest-shutdown)
    ],
    [ 'resumed',     qw(unpaused migrated from-snapshot postcopy postcopy-failed) ],
    [ 'stopped',     qw(shutdown destroyed crashed migrated saved failed from-snapshot recreated) ],
    [ 'shutdown',    qw(finished by-guest by-host) ],
    [ 'pmsuspended', qw(memory disk) ],
    [ 'crashed',     qw(panicked crashloaded) ],
);

# The other events of domains: their arguments are in the manual of Sys::Virt, and printed as
# they are.
my @OTHERS = qw(REBOOT RTC_CHANGE WATCHDOG IO_ERROR_REASON GRAPHICS CONTROL_ERROR BLOCK_JOB_2
    DISK_CHANGE TRAY_CHANGE PMWAKEUP PMSUSPEND BALLOON_CHANGE PMSUSPEND_DISK DEVICE_REMOVED
    TUNABLE AGENT_LIFECYCLE DEVICE_ADDED MIGRATION_ITERATION JOB_COMPLETED
    DEVICE_REMOVAL_FAILED METADATA_CHANGE BLOCK_THRESHOLD MEMORY_FAILURE
    MEMORY_DEVICE_SIZE_CHANGE);

# What else a host has, and what may happen to it.
my @OBJECTS = (
    [   'network',                              'network_event_register_any',
        Sys::Virt::Network::EVENT_ID_LIFECYCLE, qw(defined undefined started stopped)
    ],
    [   'pool',
        'storage_pool_event_register_any',
        Sys::Virt::StoragePool::EVENT_ID_LIFECYCLE,
        qw(defined undefined started stopped created deleted)
    ],
    [   'device',                                  'node_device_event_register_any',
        Sys::Virt::NodeDevice::EVENT_ID_LIFECYCLE, qw(created deleted defined undefined)
    ],
);

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    local $| = 1;
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    watch($conn);

    # Someone who just vanishes is found out by messages that he does not answer.
    if_supported( sub { $conn->set_keep_alive( 5, 3 ) } );
    $conn->register_close_callback( sub { die "the connection is lost\n" } );

    my $done = 0;
    local $SIG{INT} = local $SIG{TERM} = sub { $done = 1 };
    Sys::Virt::Event::add_timeout( 1000 * $seconds, sub { $done = 1 } ) if defined $seconds;
    print 'watching ', $conn->get_uri, "\n";
    Sys::Virt::Event::run_default() until $done;
}

sub watch {
    my ($conn) = @_;
    $conn->domain_event_register_any(
        undef,
        Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
        sub {
            my ( undef, $domain, $event, $detail ) = @_;
            my ( $what, @why ) = @{ $LIFECYCLE[$event] || ["event $event"] };
            report( 'domain', $domain->get_name, $what, $why[$detail] );
        }
    );
    for my $event (@OTHERS) {
        my $id     = Sys::Virt::Domain->can("EVENT_ID_$event")->();
        my $report = sub {
            my ( undef, $domain, @arguments ) = @_;
            report( 'domain', $domain->get_name, lc $event, map { text_of($_) } @arguments );
        };
        if_supported( sub { $conn->domain_event_register_any( undef, $id, $report ) } );
    }
    for my $object (@OBJECTS) {
        my ( $kind, $register, $id, @events ) = @$object;
        my $report = sub {
            my ( undef, $what, $event ) = @_;
            report( $kind, $what->get_name, $events[$event] );
        };
        if_supported( sub { $conn->$register( undef, $id, $report ) } );
    }
}

# Not every driver, and not every libvirt, has every event.
sub if_supported {
    my ($call) = @_;
    return if eval { $call->(); 1 };
    die $@ if !ref $@ || $@->code != Sys::Virt::Error::ERR_NO_SUPPORT;
}

sub text_of {
    my ($argument) = @_;
    return '-' if !defined $argument;
    return join ' ', map { text_of($_) } @$argument                  if ref $argument eq 'ARRAY';
    return join ' ', map {"$_=$argument->{$_}"} sort keys %$argument if ref $argument eq 'HASH';
    return $argument;
}

sub report {
    my @words = @_;
    print join( ' ', strftime( '%H:%M:%S', localtime ), grep {defined} @words ), "\n";
}

__END__

=head1 NAME

events.pl - prints what happens on a host

=head1 SYNOPSIS

    events.pl [--uri URI] [--seconds N]

=head1 DESCRIPTION

Prints what happens to the domains, networks, storage pools and devices of a host, until it is
interrupted. Ends with an error when the connection is lost.

It uses libvirt's own event loop. For others, see L<event-loop-anyevent.pl>,
L<event-loop-ev.pl>, L<event-loop-io-async.pl> and L<event-loop-mojo.pl>.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --seconds N

Stops after N seconds.

=item --help

This text.

=back

=cut
