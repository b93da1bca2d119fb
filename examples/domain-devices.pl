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
    eval { require XML::LibXML; 1 } or die "this needs XML::LibXML (Debian: libxml-libxml-perl)\n";
    my $conn   = Sys::Virt->new( uri => $uri, readonly => 1 );
    my $domain = $conn->get_domain_by_name($name);
    my $xml    = XML::LibXML->load_xml( string => $domain->get_xml_description );

    for my $disk ( $xml->findnodes('/domain/devices/disk') ) {

        # A file, a block device, a volume, or something on the network: each has other attributes.
        my @source = map { $_->value } $disk->findnodes('source/@*[name() != "index"]');
        show( 'disk', $disk->findvalue('@device'), $disk->findvalue('target/@dev'), @source );
    }
    for my $interface ( $xml->findnodes('/domain/devices/interface') ) {
        my @source = map { $_->value } $interface->findnodes('source/@*');
        show( 'interface',
            map( { $interface->findvalue($_) } qw(@type target/@dev mac/@address) ), @source );
    }
    for my $other ( $xml->findnodes('/domain/devices/*[not(self::disk or self::interface)]') ) {
        next if $other->nodeName eq 'emulator';    # That is a program.
        show( $other->nodeName,
            map { $other->findvalue($_) } qw(@type @model model/@type target/@name alias/@name) );
    }
}

sub show {
    my ( $kind, @details ) = @_;
    printf "%-10s %s\n", $kind, join ' ', grep {length} @details;
}

__END__

=head1 NAME

domain-devices.pl - the devices of a domain

=head1 SYNOPSIS

    domain-devices.pl [--uri URI] DOMAIN
    domain-devices.pl --uri test:///default test

=head1 DESCRIPTION

Lists the disks of a domain: what kind, what they are called in the guest, and where their data
are; its network interfaces: what kind, what they are called on the host, their MAC addresses,
and what they are connected to; and then its other devices, with their types, models, names and
aliases. It gets that from the domain's XML, with XML::LibXML.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --help

This text.

=back

=cut
