# Nothing leaks and nothing is touched that must not be, whatever dies on the way through the
# boundary. Each detector first has to find a fault that is there.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;
use Test::LeakTrace qw(leaked_count);

use SelfTest;

my $REPETITIONS = 10_000;

my $dir = SelfTest::build();
unshift @INC, "$dir/blib/lib", "$dir/blib/arch";
require Sys::Virt;
require './xt/scripts/soundness.pl';
our ( %CASES, %WORKS );

# ---- Perl's values

{
    my $found = leaked_count { my $cycle = []; push @$cycle, $cycle };
    cmp_ok( $found, '>', 0, 'control: LeakTrace finds a cycle' );
}
for my $name ( sort keys %CASES ) {
    my $case = $CASES{$name};
    ok( !eval { $case->(); 1 }, "$name: dies" );
    eval { $case->() };    # Perl's caches of methods fill
    is( leaked_count {
            eval { $case->() }
        },
        0,
        "$name: no value leaks"
    );
}
for my $name ( sort keys %WORKS ) {
    my $case = $WORKS{$name};
    ok( eval { $case->(); 1 }, "$name: works" ) or diag $@;
    is( leaked_count { $case->() }, 0, "$name: no value leaks" );
}

# ---- arguments that a callback changes, or lets go

sub while_it_runs {
    my ( $callback, $call ) = @_;
    my $timer = Sys::Virt::Event::add_timeout( 0, $callback );
    my $value = $call->();
    Sys::Virt::Event::remove_timeout($timer);
    return $value;
}

{
    my $text = 'bef';
    $text .= 'ore';    # in a buffer that it has for itself
    my $got = while_it_runs( sub { substr $text, 0, 6, 'after!' },
        sub { Sys::Virt::SelfTest::turn($text) } );
    is( $got,  'before', 'a callback changes a string: the call has the one from before' );
    is( $text, 'after!', 'and the caller the new one' );

    my @targets = ('target');
    my @others;
    while_it_runs(
        sub {
            @targets = ();
            @others  = map {"other $_"} 1 .. 9;
        },
        sub { Sys::Virt::SelfTest::turn_and_assign( $targets[0] ) }
    );
    is_deeply(
        [ @targets, @others ],
        [ map {"other $_"} 1 .. 9 ],
        'a callback lets the target go: nothing else is assigned to'
    );
}

# ---- memory

sub rss {
    open my $file, '<', '/proc/self/statm' or die "/proc/self/statm: $!";
    return 4 * ( split ' ', <$file> )[1];
}

sub growth_of {
    my ($case) = @_;
    eval { $case->() } for 1 .. $REPETITIONS / 10;
    my $before = rss();
    eval { $case->() } for 1 .. $REPETITIONS;
    return rss() - $before;
}
cmp_ok( growth_of( sub { Sys::Virt::SelfTest::leak(1000) } ),
    '>', 5000, 'control: 1,000 bytes lost 10,000 times show' );
for my $name ( sort keys %CASES ) {
    cmp_ok( growth_of( $CASES{$name} ), '<', 500, "$name: memory (KiB) stays flat" );
}
for my $name ( sort keys %WORKS ) {
    cmp_ok( growth_of( $WORKS{$name} ), '<', 500, "$name: memory (KiB) stays flat" );
}

# ---- valgrind

sub valgrind {
    my (@arguments) = @_;
    local $ENV{PERL_DESTRUCT_LEVEL} = 2;
    my @command = (
        'valgrind',                   '-q',
        '--error-exitcode=9',         '--leak-check=full',
        '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite',
        $^X,                          "-I$dir/blib/lib",
        "-I$dir/blib/arch",           'xt/scripts/soundness.pl',
        @arguments
    );
    my $output = qx{@command 2>&1};
    return ( $? >> 8, $output );
}
my ( $status, $output ) = valgrind( '--leak', 1 );
is( $status, 9, 'control: valgrind finds what is lost' );
like( $output, qr/1,000 bytes in 1 blocks are definitely lost/, 'and nothing else' );
( $status, $output ) = valgrind(20);
is( $status, 0,  'valgrind finds no error and no leak' );
is( $output, '', 'and says nothing' );

done_testing;
