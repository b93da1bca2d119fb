#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions :config require_order);
use POSIX        qw(strftime);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s' => \my $uri,
    'keep'  => \my $keep,
    'help'  => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, @command ) = @ARGV;
pod2usage(2) if !@command;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    local $| = 1;
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);

    my $title    = strftime 'before-%Y%m%d-%H%M%S', gmtime;
    my $snapshot = $domain->create_snapshot(<<"XML");
<domainsnapshot>
  <name>$title</name>
  <description>before a command that may be undone</description>
</domainsnapshot>
XML
    print "snapshot: $title\n";

    # From here on, whatever goes wrong is undone.
    local $SIG{INT} = local $SIG{TERM} = sub { die "interrupted\n" };
    my $done  = eval { run(@command); 1 };
    my $error = $@;
    if ( !$done ) {
        $snapshot->revert_to;
        print "$name is as it was\n";
    }
    $snapshot->delete if !$keep;
    die $error        if !$done;
}

sub run {
    my ($program) = @_;
    no warnings 'exec';    # said below
    return               if system(@_) == 0;
    die "$program: $!\n" if $? == -1;
    die "$program: ended by signal " . ( $? & 127 ) . "\n" if $? & 127;
    die "$program: failed with exit status " . ( $? >> 8 ) . "\n";
}

__END__

=head1 NAME

snapshot-revert.pl - undoes what a command did to a domain, if the command fails

=head1 SYNOPSIS

    snapshot-revert.pl [--uri URI] [--keep] DOMAIN COMMAND [ARGUMENT]...
    snapshot-revert.pl guest ssh root@guest apt-get upgrade -y
    snapshot-revert.pl --uri test:///default test false

=head1 DESCRIPTION

Takes a snapshot of a domain, of its disks and, if it runs, of its memory, and runs a command. If
that fails or is interrupted, the domain goes back to the snapshot. Then the snapshot is deleted.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --keep

Keeps the snapshot.

=item --help

This text.

=back

=cut
