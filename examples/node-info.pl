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
pod2usage(2) if @ARGV;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn = Sys::Virt->new( uri => $uri, readonly => 1 );
    my $node = $conn->get_node_info;

    show( 'host',       $conn->get_hostname );
    show( 'hypervisor', $conn->get_type . ' ' . version( $conn->get_version ) );
    show( 'libvirt',    version( $conn->get_library_version ) );
    show( 'CPU model',  $node->{model} );
    show( 'CPUs',       $node->{cpus} );
    show( 'frequency',  $node->{mhz} ? "$node->{mhz} MHz" : 'unknown' );
    show( 'NUMA cells', $node->{nodes} );
    show( 'sockets',    "$node->{sockets} in each cell" );
    show( 'cores',      "$node->{cores} in each socket" );
    show( 'threads',    "$node->{threads} in each core" );
    show(
        'memory',
        sprintf '%d MiB, %d MiB of it free',
        $node->{memory} / 1024,
        $conn->get_node_free_memory / 2**20
    );
}

sub show {
    my ( $what, $value ) = @_;
    printf "%-12s %s\n", "$what:", $value;
}

# 9000001 is 9.0.1.
sub version {
    my ($number) = @_;
    return join '.', int $number / 1_000_000, int $number / 1000 % 1000, $number % 1000;
}

__END__

=head1 NAME

node-info.pl - what a host is

=head1 SYNOPSIS

    node-info.pl [--uri URI]
    node-info.pl --uri test:///default

=head1 DESCRIPTION

Prints a host's name, the versions of its hypervisor and its libvirt, its processors and its
memory.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
