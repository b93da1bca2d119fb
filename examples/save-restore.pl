#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;
use Time::HiRes qw(time);

GetOptions(
    'uri=s'  => \my $uri,
    'paused' => \my $paused,
    'help'   => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, $file ) = @ARGV;
pod2usage(2) if @ARGV != 2;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    local $| = 1;
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);

    my $start = time;
    $domain->save($file);
    printf "%s is in %s (%.1f s)\n", $name, $file, time - $start;

    # If this fails, the file is still there, and can be restored another time.
    $start = time;
    $conn->restore_domain( $file, undef, $paused ? Sys::Virt::Domain::SAVE_PAUSED : 0 );
    printf "%s is back (%.1f s)\n", $name, time - $start;
}

__END__

=head1 NAME

save-restore.pl - saves a domain to a file, and goes on from there

=head1 SYNOPSIS

    save-restore.pl [--uri URI] [--paused] DOMAIN FILE
    save-restore.pl --uri test:///default test /tmp/test.saved

=head1 DESCRIPTION

Writes the memory of a domain that runs to a file on its host, which stops it, and starts it
again from that file, so that its guest goes on where it was. The file stays.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --paused

Leave it paused afterwards.

=item --help

This text.

=back

=cut
