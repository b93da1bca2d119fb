#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions :config require_order);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'        => \my $uri,
    'mountpoint=s' => \my @mountpoints,
    'help'         => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, @command ) = @ARGV;
pod2usage(2) if !@command;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);

    # Whatever happens from here on, it has to be thawed.
    local $SIG{INT} = local $SIG{TERM} = sub { die "interrupted\n" };
    $domain->fs_freeze( \@mountpoints );
    print {*STDERR} "frozen\n";
    my $done  = eval { run(@command); 1 };
    my $error = $@;
    $domain->fs_thaw( [] );
    print {*STDERR} "thawed\n";
    die $error if !$done;
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

freeze-filesystems.pl - runs a command while the file systems of a domain are frozen

=head1 SYNOPSIS

    freeze-filesystems.pl [--uri URI] [--mountpoint DIRECTORY]... DOMAIN COMMAND [ARGUMENT]...
    freeze-filesystems.pl --uri test:///default test echo now is the moment

=head1 DESCRIPTION

Has the agent in the guest write out what it has in memory and hold back all writes, runs a
command, such as one that takes a snapshot of the storage, and lets writes go on, also if the
command fails or this script is interrupted.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --mountpoint DIRECTORY

Only the file system that the guest has mounted there; can be repeated. Without it, all.

=item --help

This text.

=back

=cut
