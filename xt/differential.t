# The same calls on the test driver, by this module and by the reference implementation, in
# separate processes: what they print is the same, but for xt/data/differences.txt.
use strict;
use warnings;
use Test::More;

my $reference = $ENV{SYS_VIRT_REFERENCE} || qx{dev/reference};
chomp $reference;
ok( -d $reference, 'the reference implementation is unpacked' ) or BAIL_OUT('dev/reference failed');

sub lines_of {
    my (@include) = @_;
    my @lines = qx{$^X @include xt/scripts/calls.pl 2>&1};
    is( $?, 0, "calls.pl runs with @include" );
    return @lines;
}
my @ours   = lines_of(qw(-Iblib/lib -Iblib/arch));
my @theirs = lines_of("-I$reference");
cmp_ok( scalar @ours, '>', 500, 'hundreds of calls' );
is( scalar @ours, scalar @theirs, 'as many lines' );

my %reason;
open my $file, '<', 'xt/data/differences.txt' or die "xt/data/differences.txt: $!";
while (<$file>) {
    chomp;
    my ( $call, $reason ) = split /\t/;
    $reason{$call} = $reason if defined $reason;
}
my %used;
for my $index ( 0 .. $#ours ) {
    my ( $ours, $theirs ) = ( $ours[$index], $theirs[$index] );
    next if $ours eq $theirs;
    my ($call) = grep { index( $ours, $_ ) == 0 } keys %reason;
    if ( defined $call ) { $used{$call} = 1; next }
    is( $ours, $theirs, 'the same' );
}
is_deeply( [ sort keys %used ], [ sort keys %reason ], 'every intended difference occurs' );
note( scalar @ours, ' calls compared' );

done_testing;
