# The module loads, says which interface it has, and exports one symbol only.
use strict;
use warnings;
use Config;
use Test::More;

use_ok('Sys::Virt') or BAIL_OUT('Sys::Virt does not load');
is( $Sys::Virt::VERSION, '12.8.0', 'its version is the level of the interface' );
ok( eval { Sys::Virt->VERSION('9.0.0');   1 }, 'a script may ask for an older one' );
ok( !eval { Sys::Virt->VERSION('99.0.0'); 1 }, 'but not for a newer one' );

my $libvirt = Sys::Virt::get_version();
cmp_ok( $libvirt, '>=', 7_000_000, "libvirt $libvirt is not older than 7.0.0" );
is( Sys::Virt->get_version, $libvirt, 'the same by the class' );

my ($object) = grep {-e} map {"$_/auto/Sys/Virt/Virt.$Config{dlext}"} @INC;
my @exported = map  {/ [TDBRV] (\S+)/} qx{nm -D --defined-only "$object"};
is( $?, 0, 'nm reads the shared object' );
is_deeply( \@exported, ['boot_Sys__Virt'], 'it exports nothing but its boot function' );

my $archive   = 'target/release/libsys_virt.a';
my @undefined = grep {/ U /} qx{nm --undefined-only "$archive" 2>&1};
is( $?, 0, 'nm reads the archive' );
cmp_ok( scalar @undefined, '>', 100, 'which needs symbols of others' );
is_deeply( [ grep {/ (?:Perl_|PL_|perl_|boot_)/} @undefined ], [], 'but none of Perl' );

done_testing;
