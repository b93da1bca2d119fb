#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'    => \my $uri,
    'inactive' => \my $inactive,
    'secure'   => \my $secure,
    'help'     => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ($name) = @ARGV;
pod2usage(2) if @ARGV != 1;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $flags = 0;
    $flags |= Sys::Virt::Domain::XML_INACTIVE if $inactive;
    $flags |= Sys::Virt::Domain::XML_SECURE   if $secure;

    # Who may only read is not shown passwords.
    my $conn = Sys::Virt->new( uri => $uri, readonly => !$secure );
    print $conn->get_domain_by_name($name)->get_xml_description($flags);
}

__END__

=head1 NAME

domain-xml.pl - the definition of a domain

=head1 SYNOPSIS

    domain-xml.pl [--uri URI] [--inactive] [--secure] DOMAIN
    domain-xml.pl --uri test:///default test

=head1 DESCRIPTION

Prints the XML of a domain. L<https://libvirt.org/formatdomain.html> describes it.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --inactive

As it will be after the next start, not as it is now.

=item --secure

With passwords in it.

=item --help

This text.

=back

=cut
