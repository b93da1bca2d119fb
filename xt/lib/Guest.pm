package Guest;

use strict;
use warnings;

use Carp           qw(croak);
use Cwd            ();
use File::Basename qw(dirname);
use File::Copy     qw(copy);
use Time::HiRes    qw(sleep time);

my $LIB     = Cwd::abs_path( dirname(__FILE__) );
my $BUILD   = "$LIB/../build/guest";
my $IMAGES  = '/var/lib/libvirt/images';
my $CONSOLE = '/var/log/libvirt/%s-console.log';

sub file {
    my ( $class, $name ) = @_;
    system( "$LIB/build-guest", $BUILD ) == 0 or croak "$LIB/build-guest failed";
    return "$BUILD/$name";
}

sub install {
    my ( $class, $libvirt ) = @_;
    for my $file (qw(vmlinuz initrd)) {
        my $to = $libvirt->path("$IMAGES/$file");
        copy( $class->file($file), $to ) or croak "$to: $!";
    }
    my $path = $libvirt->path("$IMAGES/disk");
    open my $disk, '>', $path or croak "$path: $!";
    print {$disk} "the guest's disk\n";
    truncate $disk, 64 * 2**20 or croak "$path: $!";
    close $disk or croak "$path: $!";
    return;
}

sub xml {
    my ( $class, $name, $uuid, $devices ) = @_;
    $devices ||= '';
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
      <driver name='qemu' type='raw'/>
      <source file='$IMAGES/disk'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
    <interface type='ethernet'>
      <mac address='52:54:00:00:00:01'/>
      <target dev='guest0'/>
      <model type='virtio'/>
    </interface>
    <serial type='file'><source path='$console'/></serial>
    <console type='pty'><target type='virtio'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    $devices
    <memballoon model='virtio'/>
  </devices>
</domain>
XML
}

sub comes_up {
    my ( $class, $libvirt, $name, $times ) = @_;
    my $path = $libvirt->path( sprintf $CONSOLE, $name );
    my $end  = time + 600;
    while ( time < $end ) {
        open my $console, '<', $path or croak "$path: $!";
        local $/;

        # A reset may come between the word and the end of its line.
        return 1 if $times <= ( () = <$console> =~ /GUEST-READY/g );
        sleep 0.1;
    }
    return 0;
}

1;

__END__

=head1 NAME

Guest - a guest that boots in seconds

=head1 SYNOPSIS

    Guest->install($libvirt);
    my $domain = $connection->create_domain( Guest->xml( 'guest', $uuid ) );
    Guest->comes_up( $libvirt, 'guest', 1 ) or die;

=head1 DESCRIPTION

Debian's kernel, a busybox and QEMU's guest agent, for a L<PrivateLibvirt>.
F<xt/lib/build-guest> makes it the first time, in F<xt/build/guest>. It has a shell at its
second console, and powers off when its power button is pressed.

=head1 METHODS

=over

=item Guest->file($name)

The path of one of its parts: vmlinuz, initrd, or of the programs without dependencies
that come with it: busybox, tgtd, tgtadm.

=item Guest->install($libvirt)

Gives the guest's files, and a disk of 64 MiB that begins with a line of text, to a PrivateLibvirt.

=item Guest->xml($name, $uuid, $devices)

What to define or create; $devices, if given, is the XML of more of them. A second disk
gets a file system at each start, at F</mnt>.

=item Guest->comes_up($libvirt, $name, $times)

Waits until it has come up so many times since its qemu was started. False if that takes
longer than ten minutes. A reset before the first time may leave its BIOS in a loop.
The agent is connected some time after that: an event tells when.

=back

=cut
