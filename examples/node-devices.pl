#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'        => \my $uri,
    'capability=s' => \my $capability,
    'help'         => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
pod2usage(2) if @ARGV;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $conn    = Sys::Virt->new( uri => $uri, readonly => 1 );
    my @devices = grep { has_capability($_) } $conn->list_all_node_devices;

    my %devices = map { $_->get_name => $_ } @devices;
    my %children;
    for my $device (@devices) {

        # The device at the top has no parent: that is an error, and the answer.
        my $parent = eval { $device->get_parent };
        $parent = '' if !defined $parent || !$devices{$parent};
        push @{ $children{$parent} }, $device->get_name;
    }
    show( \%devices, \%children, '', 0 );
}

sub has_capability {
    my ($device) = @_;
    return !defined $capability || grep { $_ eq $capability } $device->list_capabilities;
}

sub show {
    my ( $devices, $children, $parent, $depth ) = @_;
    for my $name ( sort @{ $children->{$parent} || [] } ) {
        my @capabilities = $devices->{$name}->list_capabilities;
        printf "%s%s (%s)\n", '  ' x $depth, $name, join ', ', @capabilities;
        show( $devices, $children, $name, $depth + 1 );
    }
}

__END__

=head1 NAME

node-devices.pl - the devices of a host

=head1 SYNOPSIS

    node-devices.pl [--uri URI] [--capability NAME]
    node-devices.pl --uri test:///default

=head1 DESCRIPTION

Prints the devices of a host as a tree, with their capabilities in parentheses.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --capability NAME

Only devices that have it: pci, usb_device, net, storage, scsi_host, ...

=item --help

This text.

=back

=cut
