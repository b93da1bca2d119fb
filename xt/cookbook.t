# The recipes of the cookbook that need QEMU, run as they stand in the page, on a private
# libvirtd: what they call qemu:///system is that.
use strict;
use warnings;

use lib 'xt/lib';
use File::Temp qw(tempdir);
use IPC::Open2 qw(open2);
use Test::More;

use Guest;
use Manual qw(programs script);
use PrivateLibvirt;
use Sys::Virt;

alarm 500;
$SIG{PIPE} = 'IGNORE';
my $PAGE   = 'lib/Sys/Virt/Manual/Cookbook.pod';
my $IMAGES = '/var/lib/libvirt/images';
my $UUID   = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';

# The domain of a recipe, unless it is web1.
my %DOMAIN = ( 'Back up what has changed' => 'disks' );

# ---- what the recipes find

my $libvirt = PrivateLibvirt->start;
Guest->install($libvirt);
$libvirt->run( 'mkdir',                         '-p',               '/var/lib/libvirt/backup' );
$libvirt->run( qw(qemu-img create -q -f qcow2), "$IMAGES/$_.qcow2", '32M' ) for qw(data disks);
$libvirt->run( qw(qemu-io -c),                  'write -P 65 0 1M', "$IMAGES/disks.qcow2" );

my $conn = Sys::Virt->new( uri => $libvirt->uri );
$conn->define_domain( Guest->xml( 'web1', $UUID ) )->create;
$conn->create_domain( <<"XML", Sys::Virt::Domain::START_PAUSED );
<domain type='qemu'>
  <name>disks</name>
  <memory unit='MiB'>32</memory>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file'>
      <driver name='qemu' type='qcow2'/>
      <source file='$IMAGES/disks.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
  </devices>
</domain>
XML
$conn->create_storage_pool(
    "<pool type='dir'><name>default</name><target><path>$IMAGES</path></target></pool>");
ok( Guest->comes_up( $libvirt, 'web1', 1 ), 'a guest' );

my $directory = tempdir( CLEANUP => 1 );
open my $image, '>', "$directory/image.raw" or die $!;
print {$image} 'image' x 1_000_000;
close $image or die $!;

# ---- the recipes

sub command_of {
    my (@blocks) = @_;
    my $uri = $libvirt->uri;
    for my $block (@blocks) {
        $block->{code} =~ s{'qemu:///system'}{'$uri'};
        $block->{code} =~ s{\$st, undef}{\$st, 'console1'};    # the guest's first one is a file
    }
    my $domain = $DOMAIN{ $blocks[0]{section} } || 'web1';
    my $path   = "$directory/recipe.pl";
    open my $file, '>', $path or die "$path: $!";
    print {$file} script( $PAGE, $uri, $domain, 1, @blocks );
    close $file or die "$path: $!";
    return "cd $directory && $^X recipe.pl 2>&1";
}

# Types into the console, reads the answer, and leaves.
sub console_ok {
    my ($command) = @_;
    my $pid = open2( my $from, my $to, $command );
    print {$to} "echo \$((6 * 7))\n";
    $to->flush;
    my $shown = '';
    while ( $shown !~ /^42\r?$/m && sysread $from, my $data, 4096 ) { $shown .= $data }
    like( $shown, qr/^42\r?$/m, 'A console: answers' );
    print {$to} "\x1d";
    close $to;
    waitpid $pid, 0;
    is( $?, 0, 'A console: ends' );
}

for my $program ( grep { $_->[0]{kind} eq 'qemu' } programs($PAGE) ) {
    my $section = $program->[0]{section};
    my $command = command_of(@$program);
    if ( $section eq 'A console' ) {
        console_ok($command);
        next;
    }
    my $said = qx{$command </dev/null};
    is( $?, 0, $section ) or diag $said;
    note $said;
}

# The commands that restore the backup make the disk as it was.
for my $commands ( grep { $_->[0]{kind} eq 'sh' } programs($PAGE) ) {
    $libvirt->run( 'sh', '-ec', $commands->[0]{code} );
}
my @images = map {"$IMAGES/$_.qcow2"} qw(disks web1);
is( $libvirt->run( qw(qemu-img compare -U), @images ), "Images are identical.\n", 'restored' );

$_->destroy for $conn->list_domains;

done_testing;
