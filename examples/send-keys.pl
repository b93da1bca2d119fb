#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'  => \my $uri,
    'hold=i' => \( my $hold = 50 ),
    'help'   => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, @chords ) = @ARGV;
pod2usage(2) if !@chords;

# Linux' codes: <linux/input-event-codes.h>
my %code = (
    esc       => 1,
    backspace => 14,
    tab       => 15,
    enter     => 28,
    ctrl      => 29,
    shift     => 42,
    alt       => 56,
    space     => 57,
    f11       => 87,
    f12       => 88,
    home      => 102,
    up        => 103,
    left      => 105,
    right     => 106,
    end       => 107,
    down      => 108,
    delete    => 111,
    sysrq     => 99,
    minus     => 12,
    equal     => 13,
    comma     => 51,
    dot       => 52,
    slash     => 53,
    super     => 125,
);
my %row = ( 2 => '1234567890', 16 => 'qwertyuiop', 30 => 'asdfghjkl', 44 => 'zxcvbnm' );
for my $first ( keys %row ) {
    my @keys = split //, $row{$first};
    @code{@keys} = $first .. $first + $#keys;
}
$code{"f$_"} = 58 + $_ for 1 .. 10;

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my @keys   = map { [ codes_of($_) ] } @chords;
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);
    for my $chord (@chords) {
        my $codes = shift @keys;
        $domain->send_key( Sys::Virt::Domain::KEYCODE_SET_LINUX, $hold, $codes );
        print "sent $chord (@$codes)\n";
    }
}

sub codes_of {
    my ($chord) = @_;
    return map { $code{ lc $_ } || die "no such key: $_\n" } split /\+/, $chord;
}

__END__

=head1 NAME

send-keys.pl - presses keys of a domain's keyboard

=head1 SYNOPSIS

    send-keys.pl [--uri URI] [--hold MILLISECONDS] DOMAIN KEYS...
    send-keys.pl --uri test:///default test ctrl+alt+delete
    send-keys.pl test r o o t enter

=head1 DESCRIPTION

Presses keys, one after the other, or several at once if there is a + between them, and
prints their codes.

Keys are letters and digits, as on an American keyboard, f1 to f12, and: alt backspace comma
ctrl delete dot down end enter equal esc home left minus right shift slash space super sysrq
tab up.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --hold MILLISECONDS

How long they are held, 50 by default.

=item --help

This text.

=back

=cut
