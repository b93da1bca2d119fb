#!/usr/bin/perl
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use Pod::Usage   qw(pod2usage);
use Sys::Virt;

GetOptions(
    'uri=s'    => \my $uri,
    'vcpu=i'   => \my $vcpu,
    'emulator' => \my $emulator,
    'help'     => sub { pod2usage( -exitval => 0, -verbose => 2, -noperldoc => 1 ) },
) or pod2usage(2);
my ( $name, $cpus ) = @ARGV;
pod2usage(2) if @ARGV != 2 || !( defined $vcpu xor $emulator );

eval { main(); 1 } or do {
    warn "$0: ", ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub main {
    my $mask   = mask_of($cpus);
    my $conn   = Sys::Virt->new( uri => $uri );
    my $domain = $conn->get_domain_by_name($name);
    if ($emulator) {
        $domain->pin_emulator($mask);
        print 'emulator: ', cpus_of( $domain->get_emulator_pin_info ), "\n";
    }
    else {
        $domain->pin_vcpu( $vcpu, $mask );
        my ($info) = grep { $_->{number} == $vcpu } $domain->get_vcpu_info;
        print "vCPU $vcpu: ", cpus_of( $info->{affinity} ), "\n";
    }
}

# A string of bytes in which the bits of these CPUs are set; they look like 0-3,8.
sub mask_of {
    my ($list) = @_;
    my $mask = '';
    for my $range ( split /,/, $list ) {
        my ( $first, $last ) = $range =~ /\A([0-9]{1,5})(?:-([0-9]{1,5}))?\z/
            or die "not a list of CPUs, as in 0-3,8: $list\n";
        vec( $mask, $_, 1 ) = 1 for $first .. ( defined $last ? $last : $first );
    }
    return $mask;
}

# And back.
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

pin-cpus.pl - binds a domain to some of the host's CPUs

=head1 SYNOPSIS

    pin-cpus.pl [--uri URI] --vcpu NUMBER DOMAIN CPUS
    pin-cpus.pl [--uri URI] --emulator DOMAIN CPUS
    pin-cpus.pl --uri test:///default --vcpu 0 test 0-3,8

=head1 DESCRIPTION

Has a virtual CPU of a domain, or what its emulator does besides, run on these CPUs of the
host only, and prints where it may run then. CPUS is a list such as 0-3,8.

=head1 OPTIONS

=over

=item --uri URI

The host; without it, the one that libvirt takes by default (LIBVIRT_DEFAULT_URI).

=item --vcpu NUMBER

The virtual CPU to bind, from 0.

=item --emulator

The emulator instead.

=item --help

This text.

=back

=cut
