#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;
use Time::HiRes qw(time);

GetOptions(
    'uri=s'       => \my $uri,
    'address=s'   => \my $address,
    'bandwidth=i' => \my $bandwidth,
    'persistent'  => \my $persistent,
    'copy-disks'  => \my $copy_disks,
    'unsafe'      => \my $unsafe,
    'progress!'   => \( my $progress = -t STDERR ),
    'help'        => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, $to ) = @ARGV;
pod2usage(2) if @ARGV != 2;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my %parameters;
    $parameters{ Sys::Virt::Domain::MIGRATE_PARAM_URI() }       = $address   if defined $address;
    $parameters{ Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() } = $bandwidth if defined $bandwidth;
    my $flags = Sys::Virt::Domain::MIGRATE_LIVE;
    $flags |= Sys::Virt::Domain::MIGRATE_PERSIST_DEST | Sys::Virt::Domain::MIGRATE_UNDEFINE_SOURCE
        if $persistent;
    $flags |= Sys::Virt::Domain::MIGRATE_NON_SHARED_DISK if $copy_disks;
    $flags |= Sys::Virt::Domain::MIGRATE_UNSAFE          if $unsafe;

    # migrate returns when all is done: to look, and to cancel, takes another process, which has
    # a connection of its own.
    my $watcher = start_watcher();
    my $start   = time;
    my $done    = eval {
        my $here   = Sys::Virt->new( uri => $uri );
        my $there  = Sys::Virt->new( uri => $to );
        my $domain = $here->get_domain_by_name($name);
        local $SIG{INT} = 'IGNORE';    # The other process cancels it.
        $domain->migrate( $there, \%parameters, $flags );
        printf "%s runs on %s (%.1f s)\n", $name, $there->get_hostname, time - $start;
        1;
    };
    my $error = $@;
    kill TERM => $watcher;
    waitpid $watcher, 0;
    print {*STDERR} "\n" if $progress;
    die $error           if !$done;
}

# Shows how far it is, and cancels it on ctrl+C, or if the other process has ended.
sub start_watcher {
    my $parent = $$;
    my $pid    = fork;
    die "fork: $!\n" if !defined $pid;
    return $pid      if $pid;

    my $cancel = 0;
    $SIG{INT} = sub { $cancel = 1 };
    eval {
        my $domain = Sys::Virt->new( uri => $uri )->get_domain_by_name($name);
        while (1) {
            sleep 1;
            my $job   = $domain->get_job_info;
            my $alone = getppid != $parent;
            $domain->abort_job if $job->{dataTotal} && ( $cancel || $alone );
            last               if $alone;
            printf {*STDERR} "\r%d of %d MiB sent, %d MiB left ",
                map { $_ / 2**20 } @$job{qw(dataProcessed dataTotal dataRemaining)}
                if $progress && $job->{dataTotal};
        }
    };
    exit;    # The domain has gone; or what is wrong is said elsewhere.
}

__END__

=head1 NAME

migrate.pl - moves a domain to another host while it runs

=head1 SYNOPSIS

    migrate.pl [--uri URI] [OPTIONS] DOMAIN DESTINATION
    migrate.pl guest qemu+ssh://other/system

=head1 DESCRIPTION

Moves a domain that runs to the host with the URI DESTINATION. The disks have to be on storage
that both have, unless C<--copy-disks> is given. Ctrl+C cancels it: the domain stays where it is.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --address URI

How the one hypervisor reaches the other, as in C<tcp://10.0.0.2>, if that differs from the
name that the other host has for itself.

=item --bandwidth MIB

Sends no more than so many MiB per second.

=item --persistent

Defines the domain there, and no longer here.

=item --copy-disks

Copies the disks too; there have to be some of the same size.

=item --unsafe

Also where libvirt believes that data might be lost, as with a cache on the host.

=item --progress, --no-progress

Whether to show how far it is: by default, if the standard error output is a terminal.

=item --help

This text.

=back

=cut
