#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s' => \my $uri,
    'set=i' => \my %set,
    'help'  => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV;

# What can be set, what else is shown, and what that is.
my %setting = (
    pages_to_scan      => Sys::Virt::NODE_MEMORY_SHARED_PAGES_TO_SCAN,
    sleep_millisecs    => Sys::Virt::NODE_MEMORY_SHARED_SLEEP_MILLISECS,
    merge_across_nodes => Sys::Virt::NODE_MEMORY_SHARED_MERGE_ACROSS_NODES,
);
my @SHOWN = (
    [ Sys::Virt::NODE_MEMORY_SHARED_PAGES_TO_SCAN,      'pages to scan before a pause' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_SLEEP_MILLISECS,    'ms of pause' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_MERGE_ACROSS_NODES, 'whether NUMA cells share pages' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_PAGES_SHARED,       'shared pages' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_PAGES_SHARING,      'places that use these' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_PAGES_UNSHARED,     'pages that are like no other' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_PAGES_VOLATILE,     'pages that change too fast' ],
    [ Sys::Virt::NODE_MEMORY_SHARED_FULL_SCANS,         'times that all was scanned' ],
);
$setting{$_} or pod2usage("$0: cannot be set: $_") for sort keys %set;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new( uri => $uri, readonly => !%set );
    $conn->set_node_memory_parameters( { map { $setting{$_} => $set{$_} } keys %set } ) if %set;

    my $parameters = $conn->get_node_memory_parameters;
    for my $shown (@SHOWN) {
        my ( $field, $what ) = @$shown;
        next if !defined $parameters->{$field};
        ( my $name = $field ) =~ s/\Ashm_//;
        printf "%-20s %10s  %s\n", $name, $parameters->{$field}, $what;
    }
}

__END__

=head1 NAME

node-memory-parameters.pl - how a host's kernel shares memory (KSM)

=head1 SYNOPSIS

    node-memory-parameters.pl [--uri URI] [--set NAME=NUMBER]...
    node-memory-parameters.pl --set pages_to_scan=200 --set sleep_millisecs=50

=head1 DESCRIPTION

Prints the settings and counters of what finds equal pages of memory, as guests with the same
system have, and keeps them only once.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --set NAME=NUMBER

Changes a setting first: pages_to_scan, sleep_millisecs, or merge_across_nodes (0 or 1).

=item --help

This text.

=back

=cut
