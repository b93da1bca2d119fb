# One build runs on any libvirt: the module as it was built here passes t/ with the libvirt of
# each other Debian. Newer ones bring their own C library, older ones use this machine's.
use strict;
use warnings;
use Cwd        qw(getcwd);
use File::Path qw(make_path);
use Test::More;

my %NEWER   = ( bullseye => 0, trixie => 1, sid => 1 );
my $LIBRARY = 'usr/lib/x86_64-linux-gnu';
my $cache   = ( $ENV{XDG_CACHE_HOME} || "$ENV{HOME}/.cache" ) . '/sys-virt';
my $top     = getcwd;

# Those that start no programs of their own, which would be run by another perl.
my @tests = grep { !/examples/ } glob 't/*.t';

my %versions;
for my $suite ( sort keys %NEWER ) {
    my $root = "$cache/$suite";
    if ( !( () = glob "$root/$LIBRARY/libvirt.so.0.*" ) ) {
        diag "making a $suite with its libvirt";
        is( system(
                'dev/chroot', $suite, 'sh', '-c',
                'apt-get -qq update && apt-get -qq install libvirt0'
            ),
            0,
            "$suite has a libvirt"
        );
    }
    my @perl;
    if ( $NEWER{$suite} ) {
        @perl = (
            "$root/$LIBRARY/ld-linux-x86-64.so.2",
            '--library-path', "$root/$LIBRARY:/$LIBRARY", $^X
        );
    }
    else {
        my $only = "$top/xt/build/libvirt-$suite";
        make_path($only);
        unlink glob "$only/*";
        symlink $_, "$only/libvirt.so.0" for glob "$root/$LIBRARY/libvirt.so.0.*";
        @perl = ( 'env', "LD_LIBRARY_PATH=$only", $^X );
    }
    my $version = qx{@perl -Mblib -MSys::Virt -e 'print Sys::Virt::get_version()' 2>/dev/null};
    ok( $version, "$suite: loads, libvirt is $version" );
    $versions{$version} = 1;
    my @output = qx{prove -Q --exec '@perl -Mblib' @tests 2>&1};
    is( $?, 0, "$suite: t/ passes" ) or diag @output;
}
is( scalar keys %versions, 3, 'three versions of libvirt, all of them other than each other' );
cmp_ok( ( sort { $a <=> $b } keys %versions )[0], '<', 7_001_000, 'one of them the oldest' );

done_testing;
