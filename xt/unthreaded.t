# Virt.xs compiles for a perl without threads, which is what perlbrew and others build: this
# perl's own headers, with threads taken out of its configuration.
use strict;
use warnings;
use Config;
use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;

my $headers = "$Config{archlibexp}/CORE";
my $ours    = 'xt/build/unthreaded';

make_path($ours);
copy( $_, $ours ) or die "$_: $!" for glob "$headers/*.h";
local ( $^I, @ARGV ) = ( '', "$ours/config.h" );
while (<>) {
    print if !/^\s*#\s*define\s+(?:USE_ITHREADS|MULTIPLICITY|PERL_IMPLICIT_CONTEXT)\b/;
}

is( system('make -s Virt.c'), 0, 'Virt.c is made' );
my @compile = (
    $Config{cc},
    split( ' ', $Config{ccflags} ),
    qw(-fsyntax-only -Wall -Werror -Irust/xsub/include -DVERSION="0" -DXS_VERSION="0"),
    "-I$ours", 'Virt.c',
);
is( system(@compile), 0, 'and compiles' );

done_testing;
