package SelfTest;

# A build of the module with methods that fail on purpose: `perl Makefile.PL SELFTEST=1`
# in a copy of the tree, so that the build to be installed stays as it is.

use strict;
use warnings;

use Cwd ();
use File::Basename qw(dirname);
use File::Path qw(make_path);

my $TOP = Cwd::abs_path( dirname(__FILE__) . '/../..' );
my $DIR = "$TOP/xt/build/selftest";

sub run {
    my (@command) = @_;
    open my $output, '-|', "@command 2>&1" or die "$command[0]: $!";
    my @lines = <$output>;
    close $output or die "@command failed:\n@lines";
}

# Builds it, if anything has changed, and gives its directory.
sub build {
    make_path($DIR);
    chdir $TOP or die "$TOP: $!";
    print STDERR "# building the module with its self-test methods\n";
    run("tar cf - --exclude=./xt/build --exclude=./target --exclude=./blib --exclude=./.git . | tar xf - -C '$DIR'");
    chdir $DIR or die "$DIR: $!";
    run("$^X Makefile.PL SELFTEST=1");
    run('make');
    chdir $TOP or die "$TOP: $!";
    return $DIR;
}

1;
