package Guest;

use strict;
use warnings;

use Carp qw(croak);
use Cwd ();
use File::Basename qw(dirname);
use File::Copy qw(copy);
use Time::HiRes qw(sleep time);

my $LIB    = Cwd::abs_path( dirname(__FILE__) );
my $BUILD  = "$LIB/../build/guest";
my $IMAGES = '/var/lib/libvirt/images';
my $CONSOLE = '/var/log/libvirt/%s-console.log';

sub install {
    my ( $class, $libvirt ) = @_;
    system("$LIB/build-guest", $BUILD) == 0 or croak 'no guest could be built';
    for my $file (qw(vmlinuz initrd)) {
        my $to = $libvirt->path("$IMAGES/$file");
        copy( "$BUILD/$file", $to ) or croak "$to: $!";
    }
    $libvirt->run( 'qemu-img', 'create', '-q', '-f', 'qcow2', "$IMAGES/disk.qcow2", '64M' );
    return;
}

sub xml {
    my ( $class, $name, $uuid ) = @_;
    my $console = sprintf $CONSOLE, $name;
    return <<"XML";
<domain type='qemu'>
  <name>$name</name>
  <uuid>$uuid</uuid>
  <memory unit='MiB'>192</memory>
  <currentMemory unit='MiB'>160</currentMemory>
  <vcpu current='1'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$IMAGES/vmlinuz</kernel>
    <initrd>$IMAGES/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=1</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='$IMAGES/disk.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
    <interface type='ethernet'>
      <mac address='52:54:00:00:00:01'/>
      <target dev='guest0'/>
      <model type='virtio'/>
    </interface>
    <serial type='file'><source path='$console'/></serial>
    <memballoon model='virtio'/>
  </devices>
</domain>
XML
}
1;
