# AddressSanitizer and UndefinedBehaviorSanitizer, over the Rust and the C side, find nothing in
# t/, in the cases of xt/abuse/ and in random calls. First they have to find what is there.
use strict;
use warnings;
use lib 'xt/lib';
use File::Path qw(remove_tree);
use Test::More;

use SelfTest;

my ( $dir, %environment ) = SelfTest::build_sanitized();
chdir $dir or die "$dir: $!";
my $REPORTS = "$dir/reports";

# What a command does, says and ends with; and what the sanitizers report of it and of the
# processes that it starts.
sub run {
    my (@command) = @_;
    remove_tree($REPORTS);
    local %ENV = ( %ENV, %environment );
    $ENV{ASAN_OPTIONS} .= ":log_path=$REPORTS/report";
    my $said    = qx{@command 2>&1};
    my $status  = $?;
    my @reports = grep {/ERROR:/} map { slurp($_) } glob "$REPORTS/*";
    return ( $status, $said, @reports );
}

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    local $/;
    return <$file>;
}

my %FAULT = (
    'overrun(10)'      => qr/heap-buffer-overflow.* in behind rust\/sys-virt\/src\/selftest\.rs/s,
    'overrun_in_c(10)' =>
        qr/heap-buffer-overflow.* in XS_Sys__Virt__SelfTest_overrun_in_c .*Virt\.xs/s,
    'shift_in_c(99)' => qr/ILL .* in XS_Sys__Virt__SelfTest_shift_in_c .*Virt\.xs/s,
);
for my $fault ( sort keys %FAULT ) {
    my ( $status, $said, @reports )
        = run("$^X -Mblib -MSys::Virt -e 'Sys::Virt::SelfTest::$fault; print 9'");
    isnt( $status, 0, "control: $fault ends the process" );
    is( scalar @reports, 1, 'with a report' );
    like( $reports[0], $FAULT{$fault}, 'of the fault' );
}

my %CLEAN = (
    't/'           => 'prove -b t/',
    'xt/abuse.t'   => "ABUSE_PERL=$^X ABUSE_FORKS=1 $^X -Mblib -Ixt/lib xt/abuse.t",
    'random calls' => "$^X xt/scripts/fuzz.pl --seed 1 --calls 2500 --perl $^X",
);
for my $name ( sort keys %CLEAN ) {
    note $name;
    my ( $status, $said, @reports ) = run( $CLEAN{$name} );
    is( $status,    0,  "$name: passes" ) or diag $said;
    is( "@reports", '', "$name: no report" );
}

done_testing;
