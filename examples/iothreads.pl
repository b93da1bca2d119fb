#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'    => \my $uri,
    'add=i'    => \my $add,
    'delete=i' => \my $delete,
    'help'     => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn   = Sys::Virt->new( uri => $uri, readonly => !( $add || $delete ) );
    my $domain = $conn->get_domain_by_name($name);
    $domain->add_iothread($add)    if defined $add;
    $domain->del_iothread($delete) if defined $delete;
    my @threads = $domain->get_iothread_info;

    printf "%4s  %s\n", 'id', 'may run on';
    for my $thread (@threads) {
        printf "%4d  %s\n", $thread->{number}, cpus_of( $thread->{affinity} );
    }
}

# The numbers of the bits that are set, as in 0-3,8.
sub cpus_of {
    my ($mask) = @_;
    my @ranges;
    for my $cpu ( grep { vec $mask, $_, 1 } 0 .. 8 * length($mask) - 1 ) {
        if ( @ranges && $ranges[-1][1] == $cpu - 1 ) { $ranges[-1][1] = $cpu }
        else                                         { push @ranges, [ $cpu, $cpu ] }
    }
    return join ',', map { $_->[0] == $_->[1] ? $_->[0] : "$_->[0]-$_->[1]" } @ranges;
}

__END__

=head1 NAME

iothreads.pl - the IOThreads of a domain

=head1 SYNOPSIS

    iothreads.pl [--uri URI] [--add ID] [--delete ID] DOMAIN

=head1 DESCRIPTION

Lists the threads that serve a domain's disks: their ids, and the host's CPUs that they may run
on.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --add ID

Adds one first.

=item --delete ID

Deletes one first.

=item --help

This text.

=back

=cut
