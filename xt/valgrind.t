# Under valgrind's memcheck, t/ and the cases of xt/abuse/ touch nothing that they must not and
# lose nothing; perl gives back all that it has (PERL_DESTRUCT_LEVEL). First it has to find what
# is there.
use strict;
use warnings;
use lib 'xt/lib';
use Config;
use Cwd        qw(getcwd);
use File::Path qw(make_path remove_tree);
use Test::More;

use SelfTest;

my $TOP      = getcwd;
my $LOGS     = 'xt/build/valgrind';
my @VALGRIND = (
    qw(valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite),
    qw(--num-callers=30), "--log-file=$TOP/$LOGS/%p",
);
my $SUPPRESSED = "--suppressions=$TOP/xt/data/valgrind.supp";

# What a command says and ends with; and what valgrind says, by process.
sub run {
    my (@command) = @_;
    remove_tree($LOGS);
    make_path($LOGS);
    local $ENV{PERL_DESTRUCT_LEVEL} = 2;
    my $said   = qx{@command 2>&1};
    my $status = $?;
    my %report = map { ( m{([0-9]+)\z} => slurp($_) ) } grep {-s} glob "$LOGS/*";
    return ( $status, $said, \%report );
}

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    local $/;
    return <$file>;
}

my $dir   = SelfTest::build();
my %FAULT = (
    'leak(1000)'       => qr/1,000 bytes in 1 blocks are definitely lost/,
    'overrun(10)'      => qr/Invalid read of size 1/,
    'overrun_in_c(10)' => qr/Invalid read of size 1\n.* XS_Sys__Virt__SelfTest_overrun_in_c/,
);
for my $fault ( sort keys %FAULT ) {
    my ( $status, $said, $report )
        = run( @VALGRIND, $SUPPRESSED, $^X, "-I$dir/blib/lib", "-I$dir/blib/arch", '-MSys::Virt',
        '-e', "'Sys::Virt::SelfTest::$fault'" );
    is( scalar keys %$report, 1, "control: $fault is found" );
    like( ( values %$report )[0], $FAULT{$fault}, 'as what it is' );
}

my $program = "$dir/lost-stream";
SelfTest::run("$Config{cc} -o '$program' xt/lib/lost-stream.c -lvirt");
my ( $status, $said, $report ) = run( @VALGRIND, $program );
like(
    join( '', values %$report ),
    qr/ bytes in 1 blocks are definitely lost.*virFDStreamOpenFile/s,
    'libvirt loses a stream that is not ended'
);
( $status, $said, $report ) = run( @VALGRIND, $SUPPRESSED, $program );
is( join( '', values %$report ), '', 'which is suppressed, and nothing else' );

# t/, each file by a valgrind of its own; the cases all by one, which forks: it takes seconds to start.
( $status, $said, $report ) = run( "prove -j2 --exec '@VALGRIND $SUPPRESSED $^X -Mblib'", 't/' );
is( $status,                     0,  't/ passes' ) or diag $said;
is( join( '', values %$report ), '', 't/: no error, nothing lost' );

local $ENV{ABUSE_FORKS} = 1;
( $status, $said, $report ) = run( @VALGRIND, $SUPPRESSED, $^X, qw(-Mblib -Ixt/lib xt/abuse.t) );
is( $status, 0, 'the cases of xt/abuse/ pass' )
    or diag grep { !/^(?:ok|# process) / } $said =~ /^.*\n/mg;
cmp_ok( scalar( () = $said =~ /^# process/mg ), '>=', 250, 'each in a process' );
for my $pid ( sort keys %$report ) {
    my ($case) = $said =~ /^# process $pid: (.*)/m;

    # exit jumps out of the call, which loses what it had in hand; and a child of a case, which
    # has no name here, gives back nothing of its parent's. Nothing else may be amiss.
    my $loses = !defined $case || $case =~ /\bexits\b/;
    next if $loses && !grep { !/ definitely lost / } $report->{$pid} =~ /^==[0-9]+== (\S.*)/mg;
    fail( defined $case ? $case : "process $pid" );
    diag $report->{$pid};
}

done_testing;
