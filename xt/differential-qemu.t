# The same life of a guest, by this module and by the reference implementation: what they
# print is the same, but for %REASON.
use strict;
use warnings;
use Test::More;

my %REASON = (
    'connection get_domain_by_uuid ["too short"]' => q{the caller's line, not the module's},
);

my $reference = $ENV{SYS_VIRT_REFERENCE} || qx{dev/reference};
chomp $reference;
ok( -d $reference, 'the reference implementation is unpacked' ) or BAIL_OUT('dev/reference failed');

sub lines_of {
    my ( $name, @include ) = @_;
    note "the life of a guest, by $name";
    my @lines = qx{$^X @include xt/scripts/qemu-lifecycle.pl};
    is( $?, 0, "$name: runs" ) or diag @lines[ -5 .. -1 ];
    return @lines;
}
my @ours   = lines_of( 'this module',   qw(-Iblib/lib -Iblib/arch) );
my @theirs = lines_of( 'the reference', "-I$reference" );
cmp_ok( scalar @ours, '>', 1000, 'a long life' );
is( scalar @ours, scalar @theirs, 'as many lines' );

my %used;
while ( my ( $index, $ours ) = each @ours ) {
    my $theirs = $theirs[$index];
    next if $ours eq $theirs;
    my ($call) = $ours =~ /\A(?:scalar )?(.*?): /;
    $used{$call} = 1;
    is( $ours, $theirs, "line $index" ) if !$REASON{$call};
}
is_deeply( [ sort keys %used ], [ sort keys %REASON ], 'differences: those with a reason' );
note scalar @ours, ' lines compared';

done_testing;
