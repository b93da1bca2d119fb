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

    # The agent answers only who may write.
    my $conn        = Sys::Virt->new( uri => $uri );
    my $domain      = $conn->get_domain_by_name($name);
    my @filesystems = $domain->get_fs_info;

    printf "%-20s %-8s %-10s %s\n", 'mounted at', qw(type device disks);
    for my $fs (@filesystems) {
        my $disks = join ', ', @{ $fs->{devalias} };
        printf "%-20s %-8s %-10s %s\n", @$fs{qw(mountpoint fstype name)}, $disks || '-';
    }
}

__END__

=head1 NAME

domain-filesystems.pl - the file systems that are mounted in a domain

=head1 SYNOPSIS

    domain-filesystems.pl [--uri URI] DOMAIN
    domain-filesystems.pl --uri test:///default test

=head1 DESCRIPTION

Lists the file systems that are mounted in a domain: where, their types, their devices in the
guest, and the disks that they are on, by the names of these in the domain's definition. It is
the agent in the guest that knows.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
