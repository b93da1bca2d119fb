# MANIFEST has what version control has, but for what MANIFEST.SKIP leaves out.
use strict;
use warnings;
use ExtUtils::Manifest qw(maniread maniskip);
use Test::More;

my $skip    = maniskip();
my @tracked = grep { !$skip->($_) } split /\0/, qx{git ls-files -z};
is( $?, 0, 'git lists its files' );
my @listed = keys %{ maniread() };
is_deeply( [ sort @listed ], [ sort @tracked ], 'the same files' );

done_testing;
