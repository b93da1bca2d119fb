# Random calls with random values neither crash nor hang nor panic: those of a fixed seed here,
# of others by hand (xt/scripts/fuzz.pl --help). What does is found, and can be repeated.
use strict;
use warnings;
use File::Temp ();
use Test::More;

my $dir = File::Temp->newdir;

# Runs it; with a fault in place of one sub.
sub fuzz {
    my ( $arguments, $fault ) = @_;
    my $perl = '';
    if ($fault) {
        open my $file, '>', "$dir/Fault.pm" or die "$dir/Fault.pm: $!";
        print {$file}
            "use blib; use Sys::Virt; no warnings;\n*Sys::Virt::Domain::get_name = sub { $fault };\n1;\n";
        close $file;
        $perl = "--perl '$^X -I$dir -MFault'";
    }
    my $said = qx{$^X xt/scripts/fuzz.pl $arguments $perl 2>&1};
    return ( $? >> 8, $said );
}

my %FAULT = (
    'a crash' => [ 'kill SEGV => $$; sleep 9', qr/^seed [0-9]+: ended with status 11 in call /m ],
    'an exit' => [ 'POSIX::_exit(0)',          qr/^seed [0-9]+: ended early in call /m ],
    'damage'  => [
        'warn "Attempt to free unreferenced scalar\n"',
        qr/FAULT: Attempt to free unreferenced scalar/
    ],
    'a panic' =>
        [ 'die "Sys::Virt: a message at rust/src/x.rs:7\n"', qr/FAULT: Sys::Virt: a message/ ],
);
for my $name ( sort keys %FAULT ) {
    my ( $fault,  $report ) = @{ $FAULT{$name} };
    my ( $status, $said )   = fuzz( '--seed 1 --calls 1000', $fault );
    is( $status, 1, "control: $name fails" );
    like( $said, qr/$report/m, 'and is reported' );
    next if $name ne 'a crash';
    my ($call) = $said =~ /^    (Sys::Virt::Domain::get_name\(.*)\n  and said/m;
    ok( defined $call, 'with the call' );
    my ($repeat) = $said =~ /repeat: perl \S+ (.*)/;
    ( $status, $said ) = fuzz( $repeat, $fault );
    like( $said, qr/^    \Q$call\E$/m, 'which can be repeated' );
}

my ( $status, $said ) = fuzz('--seed 1 --calls 10000');
is( $status, 0, '10,000 calls' ) or diag $said;

( $status, $said ) = fuzz('--help');
is( $status, 0, '--help' );
like( $said, qr/^usage:/, 'tells how' );

done_testing;
