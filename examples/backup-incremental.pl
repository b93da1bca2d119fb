#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use POSIX        qw(strftime);
use Sys::Virt;

GetOptions(
    'uri=s'        => \my $uri,
    'full'         => \my $full,
    'disk=s'       => \my @wanted,
    'checkpoint=s' => \my $checkpoint,
    'pull=s'       => \my $socket,
    'progress!'    => \( my $progress = -t STDERR ),
    'help'         => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, $directory ) = @ARGV;
pod2usage(2)                                             if @ARGV != 2;
$checkpoint = strftime( 'backup-%Y%m%d-%H%M%S', gmtime ) if !defined $checkpoint;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    local $| = 1;
    Sys::Virt::Event::register_default();    # before the connection is opened
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);
    my @disks  = @wanted ? @wanted : disks( $conn, $domain );
    die "$name has no disks\n" if !@disks;

    # The newest checkpoint is the one that no other builds upon.
    my $newest = Sys::Virt::DomainCheckpoint::LIST_LEAVES;
    my ($since) = $full ? () : map { $_->get_name } $domain->list_all_checkpoints($newest);

    my @result;
    $conn->domain_event_register_any(
        $domain,
        Sys::Virt::Domain::EVENT_ID_JOB_COMPLETED,
        sub { push @result, $_[2] }
    );
    $domain->backup_begin( backup_xml( $since, @disks ), checkpoint_xml(@disks) );
    print defined $since ? "what has changed since $since\n" : "everything\n";

    # A backup that fails leaves its checkpoint: the next one must not build upon that.
    my $done = eval {
        $socket ? wait_for_user( $domain, @disks ) : wait_for_job( $domain, \@result );
        1;
    };
    my $error = $@;
    if ( !$done ) {
        $domain->get_checkpoint_by_name($checkpoint)->delete;
        die $error;
    }
    print "checkpoint: $checkpoint\n";
    print map { "$_: " . file_of($_) . "\n" } $socket ? () : @disks;
}

# The disks that have something in them; a CD-ROM drive may be empty.
sub disks {
    my ( $conn, $domain ) = @_;
    my ($stats) = $conn->get_all_domain_stats( Sys::Virt::Domain::STATS_BLOCK, [$domain] );
    my $data = $stats->{data};
    return map { $data->{"block.$_.name"} }
        grep { defined $data->{"block.$_.path"} } 0 .. ( $data->{'block.count'} || 0 ) - 1;
}

sub file_of {
    my ($disk) = @_;
    return "$directory/$disk.$checkpoint.qcow2";
}

sub backup_xml {
    my ( $since, @disks ) = @_;
    my $xml = sprintf "<domainbackup mode='%s'>\n", $socket ? 'pull' : 'push';
    $xml .= '<incremental>' . escape($since) . "</incremental>\n"           if defined $since;
    $xml .= "<server transport='unix' socket='" . escape($socket) . "'/>\n" if $socket;
    $xml .= "<disks>\n";
    for my $disk (@disks) {

        # What is written while it goes on is kept aside in a scratch file, for a pull.
        my $element = $socket ? 'scratch' : 'target';
        $xml
            .= sprintf "<disk name='%s' type='file'><driver type='qcow2'/><%s file='%s'/></disk>\n",
            escape($disk), $element, escape( file_of($disk) );
    }
    return "$xml</disks>\n</domainbackup>\n";
}

sub checkpoint_xml {
    my @disks = map { "<disk name='" . escape($_) . "' checkpoint='bitmap'/>\n" } @_;
    return
          '<domaincheckpoint><name>'
        . escape($checkpoint)
        . "</name>\n<disks>\n@disks</disks>\n</domaincheckpoint>\n";
}

sub escape {
    my ($text) = @_;
    $text =~ s/([&<>'"])/'&#' . ord($1) . ';'/ge;
    return $text;
}

sub wait_for_job {
    my ( $domain, $result ) = @_;
    my $backup;
    Sys::Virt::Event::add_timeout( 1000, sub { show_progress($domain) if !$backup } ) if $progress;
    until ($backup) {
        Sys::Virt::Event::run_default();
        ($backup) = grep {
            $_->{ Sys::Virt::Domain::JOB_OPERATION() } == Sys::Virt::Domain::JOB_OPERATION_BACKUP
        } @$result;
    }
    print {*STDERR} "\n" if $progress;
    my $message = $backup->{ Sys::Virt::Domain::JOB_ERRMSG() };
    die( ( $message || 'the backup failed' ) . "\n" )
        if !$backup->{ Sys::Virt::Domain::JOB_SUCCESS() };
}

sub show_progress {
    my ($domain) = @_;
    my $job = $domain->get_job_info;
    printf {*STDERR} "\r%d of %d MiB ", map { $_ / 2**20 } @$job{qw(fileProcessed fileTotal)};
}

sub wait_for_user {
    my ( $domain, @disks ) = @_;
    print "$_: nbd+unix:///$_?socket=$socket\n" for @disks;
    print {*STDERR} "copy them, and press Enter, or ctrl+C if that failed\n";
    local $SIG{INT} = local $SIG{TERM} = sub { die "interrupted\n" };
    my $copied = eval {<STDIN>};
    $domain->abort_job;    # That is how it ends.
    die "not copied\n" if !defined $copied;
}

__END__

=head1 NAME

backup-incremental.pl - backs up the disks of a domain, and then what has changed

=head1 SYNOPSIS

    backup-incremental.pl [--uri URI] [OPTIONS] DOMAIN DIRECTORY
    backup-incremental.pl guest /var/backups
    backup-incremental.pl --pull /run/guest.socket guest /var/tmp

=head1 DESCRIPTION

Backs up the disks of a domain as they are now, while it runs, into the files
DIRECTORY/DISK.CHECKPOINT.qcow2 on the host, and makes a checkpoint. The first time that is
everything; after that, only what has changed since the last checkpoint. The disks have to be in
qcow2 format.

What is backed up later needs what was backed up before. To get a whole disk, each file is told
which one is below it:

    qemu-img rebase -u -F qcow2 -b vda.backup-1.qcow2 vda.backup-2.qcow2

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --full

Everything, although there is a checkpoint.

=item --disk NAME

This disk (vda, ...) only; can be repeated.

=item --checkpoint NAME

The name of the checkpoint to make; by default, it is backup- and the time (UTC).

=item --pull SOCKET

Has the host serve the disks by NBD at this socket, for another program to copy, until Enter is
pressed. The files in DIRECTORY only keep aside what is written meanwhile.

=item --progress, --no-progress

Whether to show how far it is: by default, if the standard error output is a terminal.

=item --help

This text.

=back

=cut
