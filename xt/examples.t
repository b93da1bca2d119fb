# The scripts in examples/ that need a daemon, a guest, or modules from elsewhere. t/examples.t
# has the others.
use strict;
use warnings;
use lib 't/lib', 'xt/lib';
use Digest::SHA ();
use File::Temp  ();
use JSON::PP    qw(decode_json);
use Test::More;

use Example;
use Guest;
use PrivateLibvirt;
use Sys::Virt;

alarm 900;
my $D      = 'Sys::Virt::Domain';
my $IMAGES = '/var/lib/libvirt/images';
my $TEMP   = File::Temp->newdir;
my $MIB    = 2**20;

my %examples = examples();
my @scripts  = sort grep { !$examples{$_} } keys %examples;
helps($_) for @scripts;

my %libvirt = map { $_ => PrivateLibvirt->start( name => $_, transports => 1, auth_tcp => 'none' ) }
    qw(here there);
my %address;
@address{qw(here there)} = $libvirt{here}->connect_network( $libvirt{there} );
Guest->install($_) for values %libvirt;
my $libvirt = $libvirt{here};
$libvirt->join_network;
$libvirt->run( qw(truncate -s 16M), "$IMAGES/hot" );
my @HOST = ( '--uri', $libvirt->uri );
my $conn = Sys::Virt->new( uri => $libvirt->uri );

my @NOWHERE      = qw(--uri test+nowhere:///default);
my $NO_DOMAIN    = qr/Domain not found: no domain with matching name 'nobody'/;
my $NO_TRANSPORT = qr/.*transport in URL not recognised.*/;

# ---- a guest starts

$_->run( qw(qemu-img create -q -f qcow2), "$IMAGES/data.qcow2", '16M' ) for values %libvirt;
my $guest = $conn->define_domain(
    Guest->xml( 'guest', 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', <<"XML" ) );
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
  <source file='$IMAGES/data.qcow2'/><target dev='vdb' bus='virtio'/></disk>
XML
fails( [ 'wait-for-agent.pl', @HOST, 'nobody' ], $NO_DOMAIN );
fails( [ 'wait-for-agent.pl', @HOST, 'guest' ],  qr/.*domain is not running/ );

my @watching = map { starts( $_, @HOST ) } 'events.pl', grep {/\Aevent-loop-/} @scripts;
my $events   = $watching[0];
for my $watching (@watching) {
    says( $watching, qr/\Awatching \S+\n/ );
    fails( [ $watching->{script}, @NOWHERE ], $NO_TRANSPORT );
}
$guest->create;
fails( [ 'wait-for-agent.pl', @HOST, qw(--timeout 0.1 guest) ], 'guest: no agent within 0.1 s' );
prints( [ 'wait-for-agent.pl', @HOST, 'guest' ], "guest: the agent is there, on guest\n" );
prints( [ 'wait-for-agent.pl', @HOST, 'guest' ], "guest: the agent is there, on guest\n" );
says( $events, qr/^[0-9:]{8} domain guest started booted$/m );
says( $events, qr/^[0-9:]{8} domain guest agent_lifecycle 1 [12]$/m );
for my $watching ( @watching[ 1 .. $#watching ] ) {
    says( $watching, qr/^guest: started$/m );
    says( $watching, qr/^1 running$/m );
    ends( $watching, 'INT' );
}

# ---- what it has

prints(
    [ 'domain-devices.pl', @HOST, 'guest' ], qr{\Adisk       disk vda $IMAGES/disk
disk       disk vdb $IMAGES/data.qcow2
interface  ethernet guest0 52:54:00:00:00:01
(?:.+\n)*console    pty console1
channel    unix org.qemu.guest_agent.0 channel0
(?:.+\n)*memballoon virtio balloon0
\z}
);
fails( [ 'domain-devices.pl', @HOST, 'nobody' ], $NO_DOMAIN );

prints(
    [ 'domain-stats.pl', @HOST, qw(--interval 0.5 --count 2) ], qr{\A(?:
name\ +CPU/%\ memory/MiB\ read/KiB/s\ write/KiB/s\ +rx/KiB/s\ +tx/KiB/s\n
guest\ +[0-9]+\.[0-9]\ +160\ (?:\ +[0-9]+\.[0-9]){4}\n
){2}\z}x
);
{
    my ( undef, $output ) = run_example( '', 'domain-stats.pl', @HOST, '--json' );
    my $stats = decode_json($output);
    is_deeply( [ keys %$stats ], ['guest'], 'as JSON' );
    is( $stats->{guest}{'balloon.current'}, 160 * 1024, 'what it has' );
    is( $stats->{guest}{'block.1.name'},    'vdb',      'in all groups' );
}
fails( [ 'domain-stats.pl', @NOWHERE ], $NO_TRANSPORT );

my $CPUS = qr/[0-9,-]+/;
prints( [ 'iothreads.pl', @HOST, 'guest' ],              "  id  may run on\n" );
prints( [ 'iothreads.pl', @HOST, qw(--add 5 guest) ],    qr/\A  id  may run on\n   5  $CPUS\n\z/ );
prints( [ 'iothreads.pl', @HOST, qw(--delete 5 guest) ], "  id  may run on\n" );
fails( [ 'iothreads.pl', @HOST, qw(--delete 5 guest) ], qr/.*IOThread.*5.*/ );

my @disk = ( 'hotplug-disk.pl', @HOST );
prints( [ @disk, qw(attach guest vdc), "$IMAGES/hot" ], "vdc: $IMAGES/hot, 16 MiB\n" );
fails( [ @disk, qw(attach guest vdc), "$IMAGES/hot" ], qr/.*ua-vdc.*/ );
prints( [ @disk, qw(detach guest vdc) ], "vdc: gone\n" );
fails( [ @disk, qw(detach guest vdc) ], qr/.*ua-vdc.*/ );
says( $events, qr/^[0-9:]{8} domain guest device_removed ua-vdc$/m );

# ---- its console

my @console = ( 'console.pl', @HOST, qw(--device console1) );
my $console = starts( @console, 'guest' );
says( $console, qr/\Aconnected to guest; to leave, press ctrl\+\]\n/ );
tells( $console, "expr 6 \\* 7\n" );
says( $console, qr/^42\r?$/m );
fails( [ @console, 'guest' ], qr/.*Active console session exists for this domain/ );
tells( $console, "touch /mnt/new\n\x1drm /mnt/new\n" );
ends($console);
$console = starts( @console, qw(--force guest) );
tells( $console, "ls /mnt; head -c 4000000 /dev/urandom >/mnt/new; sync; echo writ''ten\n" );
says( $console, qr/\bnew\r?$/m );
says( $console, qr/^written\r?$/m );
tells( $console, "\x1d" );
ends($console);
fails( [ @console, 'nobody' ], $NO_DOMAIN );

# ---- backups

my @backup = ( 'backup-incremental.pl', @HOST );
my @vdb    = qw(--disk vdb guest);
sub backup { return "$IMAGES/vdb.$_[0].qcow2" }

sub is_as_the_disk {
    my ( $file, $name ) = @_;
    my $compared = $libvirt->run( qw(qemu-img compare -U), $file, "$IMAGES/data.qcow2" );
    is( $compared, "Images are identical.\n", $name );
}

prints(
    [ @backup, qw(--checkpoint one), @vdb, $IMAGES ],
    "everything\ncheckpoint: one\nvdb: ${\ backup('one') }\n"
);
is_as_the_disk( backup('one'), 'the same as the disk' );

$console = starts( @console, 'guest' );
tells( $console, "head -c 300000 /dev/urandom >/mnt/newer; sync; echo writ''ten\n" );
says( $console, qr/^written\r?$/m );
tells( $console, "\x1d" );
ends($console);
prints(
    [ @backup, qw(--progress --checkpoint two), @vdb, $IMAGES ],
    "what has changed since one\ncheckpoint: two\nvdb: ${\ backup('two') }\n",
    errors => qr/\n\z/
);
my $size = -s $libvirt->path( backup('two') );
cmp_ok( $size, '>', 300_000,   'it has what is new' );
cmp_ok( $size, '<', 2_000_000, 'and not much more' );
$libvirt->run( qw(qemu-img rebase -u -F qcow2 -b), backup('one'), backup('two') );
is_as_the_disk( backup('two'), 'both together are the same as the disk' );

my $pull = starts( @backup, qw(--pull /run/guest.socket --checkpoint three --full), @vdb, $IMAGES );
my $nbd  = 'nbd+unix:///vdb?socket=/run/guest.socket';
says( $pull, qr/^vdb: \Q$nbd\E\n/m );
$libvirt->run( qw(qemu-img convert -f raw -O qcow2), $nbd, "$IMAGES/pulled.qcow2" );
is_as_the_disk( "$IMAGES/pulled.qcow2", 'pulled, it is the same as the disk' );
tells( $pull, "\n" );
says( $pull, qr/^checkpoint: three\n/m );
ends($pull);

fails( [ @backup, qw(--pull /run/guest.socket --checkpoint four), @vdb, $IMAGES ], 'not copied' );
fails( [ @backup, qw(--checkpoint five), @vdb, '/nowhere' ], qr/.*No such file or directory.*/ );
is_deeply( [ sort map { $_->get_name } $guest->list_all_checkpoints ],
    [qw(one three two)], 'what failed left no checkpoint' );
fails( [ @backup, 'nobody', $IMAGES ], $NO_DOMAIN );
$_->delete for reverse $guest->list_all_checkpoints;

# ---- the host

prints(
    [ 'node-stats.pl', @HOST, qw(--interval 0.5 --count 2) ],
    qr{\A user/% kernel/% iowait/% +idle/% +total/MiB +free/MiB +buffers/MiB +cached/MiB
(?: +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+\n){2}\z}
);
fails( [ 'node-stats.pl', qw(--uri test:///default) ], qr/.*virNodeGetMemoryStats/ );

my $ksm = sub { return 0 + $libvirt->run( 'cat', "/sys/kernel/mm/ksm/$_[0]" ) };
my @ksm = ( 'node-memory-parameters.pl', @HOST );
prints( \@ksm, qr/^pages_to_scan +${\ $ksm->('pages_to_scan') }  pages to scan before a pause$/m );
prints(
    [ @ksm, '--set', 'sleep_millisecs=' . $ksm->('sleep_millisecs') ],
    qr/^sleep_millisecs +${\ $ksm->('sleep_millisecs') }  ms of pause$/m
);
fails( [ 'node-memory-parameters.pl', qw(--uri test:///default) ],
    qr/.*virNodeGetMemoryParameters/ );

my $network = $conn->create_network(<<'XML');
<network>
  <name>net</name>
  <bridge name='virbr7'/>
  <ip address='192.168.77.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.77.10' end='192.168.77.20'/>
      <host mac='52:54:00:00:00:09' name='client' ip='192.168.77.9'/>
    </dhcp>
  </ip>
</network>
XML
says( $events, qr/^[0-9:]{8} network net started$/m );
my $none = qr/\Anetwork +expires \(UTC\) +MAC +address +host name\n/;
prints( [ 'dhcp-leases.pl', @HOST ], qr/$none\z/ );
$libvirt->run( 'sh', '-ec', <<'SH' );
ip link add client type veth peer name bridged
ip link set bridged master virbr7 up
ip link set client address 52:54:00:00:00:09 up
SH
system( Guest->file('busybox'),
    qw(udhcpc -n -q -f -i client -t 20 -T 1 -s /bin/true -x),
    'hostname:client'
);
my $one = qr{${none}net +[0-9]{4}-[0-9-]+ [0-9:]+ 52:54:00:00:00:09 192\.168\.77\.9/24 +client\n\z};
prints( [ 'dhcp-leases.pl', @HOST ], $one );
prints( [ 'dhcp-leases.pl', @HOST, qw(--mac 52:54:00:00:00:09 net) ], $one );
fails( [ 'dhcp-leases.pl', @HOST, 'nowhere' ], qr/Network not found.*'nowhere'/ );

# ---- volumes: data, a hole, data, and a hole at the end

my $file = "$TEMP/file";
{
    open my $out, '>', $file or die $!;
    print {$out} pack 'N*', 1 .. $MIB / 4;
    seek $out, 8 * $MIB, 0;
    print {$out} pack 'N*', 1 .. $MIB / 2;
    close $out;
    truncate $file, 12 * $MIB;
}
$libvirt->run( 'mkdir', '/var/lib/libvirt/volumes' );
my $pool = $conn->create_storage_pool( <<'XML' );
<pool type='dir'><name>volumes</name><target><path>/var/lib/libvirt/volumes</path></target></pool>
XML
my $volume_xml
    = '<volume><name>%s</name><capacity>%d</capacity><allocation>0</allocation></volume>';
my $digest = sub { return Digest::SHA->new(256)->addfile( $_[0] )->hexdigest };
for my $script ( grep {/\Avolume-upload/} @scripts ) {
    ( my $name = $script ) =~ s/\.pl\z//;
    fails( [ $script, @HOST, 'volumes', 'none', $file ], qr/.*Storage volume not found.*/ );
    fails(
        [ $script, @HOST, 'volumes', $name, "$TEMP/none" ],
        "$TEMP/none: No such file or directory"
    );
    my @create = $script eq 'volume-upload.pl' ? '--create' : ();
    $pool->create_volume( sprintf $volume_xml, $name, 12 * $MIB ) if !@create;
    my $expected
        = $script =~ /sparse/
        ? sprintf( "%s: %d bytes of data, %d bytes of holes\n", $name, 3 * $MIB, 9 * $MIB )
        : sprintf( "%s: %d bytes\n", $name, 12 * $MIB );
    prints( [ $script, @HOST, '--progress', @create, 'volumes', $name, $file ],
        $expected, errors => qr/\A(?:\r[0-9]+ of 12 MiB)*\r12 of 12 MiB\n\z/ );
    is( $digest->( $libvirt->path("/var/lib/libvirt/volumes/$name") ),
        $digest->($file), 'the same' );
}
for my $script ( grep {/\Avolume-download/} @scripts ) {
    my $copy = "$TEMP/copy";
    fails( [ $script, @HOST, 'volumes', 'none', $copy ], qr/.*Storage volume not found.*/ );
    fails( [ $script, @HOST, qw(volumes volume-upload-sparse /nowhere/copy) ],
        '/nowhere/copy.part: No such file or directory' );
    my $expected
        = $script =~ /sparse/
        ? sprintf( "%s: %d bytes of data, %d bytes of holes\n", $copy, 3 * $MIB, 9 * $MIB )
        : sprintf( "%s: %d bytes\n", $copy, 12 * $MIB );
    prints( [ $script, @HOST, qw(--progress volumes volume-upload-sparse), $copy ],
        $expected, errors => qr/\A(?:\r[0-9]+ of 12 MiB)*\r12 of 12 MiB\n\z/ );
    is( $digest->($copy), $digest->($file), 'the same' );
    cmp_ok( 512 * ( stat $copy )[12], '<', 4 * $MIB, 'with its holes' ) if $script =~ /sparse/;
    ok( !-e "$copy.part", 'nothing else is left' );
    unlink $copy;
}

# ---- what the test driver has as well, but does nothing for

prints( [ 'domain-interfaces.pl', @HOST, qw(--source agent guest) ],
    qr{^lo +00:00:00:00:00:00  127\.0\.0\.1/8 ::1/128\neth0 +52:54:00:00:00:01  \S+\n\z}m );
prints( [ 'domain-filesystems.pl', @HOST, 'guest' ], qr/^\/mnt +ext2 +vdb +vdb\n\z/m );
prints( [ 'freeze-filesystems.pl', @HOST, qw(--mountpoint /mnt guest echo now) ],
    "now\n", errors => "frozen\nthawed\n" );
prints( [ 'pin-cpus.pl',  @HOST, qw(--emulator guest 0) ], "emulator: 0\n" );
prints( [ 'send-keys.pl', @HOST, qw(guest a) ],            "sent a (30)\n" );

$libvirt->run( qw(qemu-img create -q -f qcow2), "$IMAGES/small.qcow2", '1M' );
my $small = $conn->define_domain(<<"XML");
<domain type='qemu'>
  <name>small</name>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
      <source file='$IMAGES/small.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
XML
$small->create( $D->START_PAUSED );
my $undone = '$d = Sys::Virt->new( uri => shift )->get_domain_by_name("small");'
    . ' $d->resume; print +( $d->get_state )[0], "\n"; exit 1';
fails(
    [   'snapshot-revert.pl', @HOST, 'small', $^X, qw(-Mblib -MSys::Virt -e), $undone,
        $libvirt->uri
    ],
    qr/\S+: failed with exit status 1/,
    output => qr/\Asnapshot: \S+\n${\ $D->STATE_RUNNING }\nsmall is as it was\n\z/
);
is( ( $small->get_state )[0], $D->STATE_PAUSED, 'it is' );
is( $small->num_of_snapshots, 0,                'the snapshot is deleted' );
prints(
    [ 'save-restore.pl', @HOST, qw(--paused small), "$IMAGES/small.saved" ],
    qr/\Asmall is in \S+ \([0-9.]+ s\)\nsmall is back \([0-9.]+ s\)\n\z/
);
is( ( $small->get_state )[0], $D->STATE_PAUSED, 'saved and restored' );
$small->destroy;
$small->undefine;

# ---- it moves

my @there   = ( 'guest', "qemu+tcp://$address{there}/system" );
my @migrate = ( 'migrate.pl', @HOST, '--address', "tcp://$address{there}" );
fails( [ @migrate, @there ], qr/Unsafe migration.*/ );
fails( [ @migrate, 'nobody', $there[1] ], $NO_DOMAIN );
my $given_up = starts( @migrate, qw(--unsafe --progress --bandwidth 1), @there );
says( $given_up, qr/ MiB sent, / );
kill INT => -$given_up->{pid};
says( $given_up, qr/^examples\/migrate\.pl: .*canceled by client\n\z/m );
waitpid $given_up->{pid}, 0;
is( $? >> 8,                  1,                 'cancelled' );
is( ( $guest->get_state )[0], $D->STATE_RUNNING, 'and it runs on' );
prints(
    [ @migrate, qw(--unsafe --persistent --progress --bandwidth 20), @there ],
    qr/\Aguest runs on there \([0-9.]+ s\)\n\z/,
    errors => qr/\r[0-9]+ of [0-9]+ MiB sent, [0-9]+ MiB left \n\z/
);
is_deeply( [ $conn->list_all_domains ], [], 'it is not here any more' );
says( $events, qr/^[0-9:]{8} domain guest stopped migrated$/m );
ends( $events, 'TERM' );
my $lost = starts( 'events.pl', '--uri', $libvirt{there}->uri );
says( $lost, qr/\Awatching/ );
Sys::Virt->new( uri => $libvirt{there}->uri )->get_domain_by_name('guest')->destroy;
says( $lost, qr/^[0-9:]{8} domain guest stopped destroyed$/m );
$libvirt{there}->signal('KILL');
says( $lost, qr/^examples\/events\.pl: the connection is lost\n\z/m );

all_are_tested(@scripts);

done_testing;
