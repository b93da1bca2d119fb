# A real hypervisor: the life of a domain on a private libvirtd with qemu, by this module and by the
# reference implementation.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use PrivateLibvirt;

my $reference = $ENV{SYS_VIRT_REFERENCE} || qx{dev/reference};
chomp $reference;
ok( -d $reference, 'the reference implementation is unpacked' ) or BAIL_OUT('dev/reference failed');

# Each gets a libvirtd of its own.
sub life_by {
    my ( $name, @include ) = @_;
    my $libvirt   = PrivateLibvirt->start;
    my $directory = '/var/lib/libvirt/lifecycle';
    $libvirt->run( 'mkdir', '-p', $directory );
    $libvirt->run( 'qemu-img', 'create', '-q', '-f', 'raw', "$directory/disk.img", '8M' );
    my $uri = $libvirt->uri;
    # The daemon has the files elsewhere than this process sees them.
    my $seen  = $libvirt->path($directory);
    my @lines = qx{$^X @include xt/scripts/qemu-lifecycle.pl '$uri' $directory $seen 2>&1};
    is( $?, 0, "$name: runs" );
    $libvirt->stop;
    chomp @lines;
    return @lines;
}
my @ours = life_by( 'ours', qw(-Iblib/lib -Iblib/arch) );
my @reference = life_by( 'reference', "-I$reference" );

my %line = map { /\A(.*?) (threw .*|\S+.*)\z/ ? ( $_ => 1 ) : () } @ours;
for my $expected (
    'type "QEMU"', 'alive 1', 'capabilities "qemu"',
    'no domain threw {"code":42,"domain":10,"level":2}',
    'define "guest"', 'inactive: get_state [5,0]', 'inactive: get_max_vcpus -1',
    'create again threw {"code":55,"domain":10,"level":2}',
    'running: get_state [1,1]', 'running: get_uuid_string "11111111-2222-3333-4444-555555555555"',
    'running: get_max_vcpus 2', 'running: get_vcpus 1', 'running: get_max_memory 65536',
    'id "positive"', 'same by id "guest"', 'running domains "guest"', 'memory 65536',
    'block info 8388608', 'iotune 10000000', 'autostart 1', 'suspend [3,1]', 'resume [1,5]',
    'save [5,5]', 'image "guest"', 'restore [1,3]', 'save with parameters [5,5]',
    'restore with XML [3,2]', 'managed save [1,5,5]', 'create from it [0,1,3]',
    'core dump "written"', 'undefine while it runs [0,1]', 'no domains 0',
) {
    ok( $line{$expected}, $expected );
}
diag join "\n", 'what came:', @ours if grep { !$_ } Test::More->builder->summary;
is_deeply( \@ours, \@reference, 'the same, line by line, as by the reference' );

done_testing;
