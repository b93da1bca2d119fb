# Many interpreters in one process: a C program that embeds perl runs, and does so without an
# error of memory.
use strict;
use warnings;
use Config;
use ExtUtils::Embed qw(ccopts ldopts);
use File::Path      qw(make_path);
use Test::More;

$Config{useithreads} or plan skip_all => 'this perl has one interpreter';

make_path('xt/build');
my @command = (
    $Config{cc}, '-o', 'xt/build/embed', 'xt/lib/embed.c', split ' ', ccopts() . ' ' . ldopts()
);
is( system(@command), 0, 'the program compiles' );

my $expected = join "\n", qw(2 2 2 2 test 2 test end), '';
is( qx{xt/build/embed 2>&1}, $expected, 'and runs' );
my @valgrind = qw(valgrind --quiet --error-exitcode=9 --undef-value-errors=no);
is( qx{@valgrind xt/build/embed 2>&1}, $expected, 'under valgrind, too' );
is( $?,                                0,         'which finds nothing' );

done_testing;
