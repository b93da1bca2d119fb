# A guest that answers: through its agent, its consoles, its devices, and by events.
use strict;
use warnings;
use lib 'xt/lib';
use IO::Socket::INET ();
use JSON::PP         ();
use Socket           qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use Test::More;

use Failure;
use Guest;
use PrivateLibvirt;
use Sys::Virt;

alarm 1800;
my $D    = 'Sys::Virt::Domain';
my $UUID = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
my ( $INTERNAL_ERROR, $INVALID_OPERATION, $UNSUPPORTED, $NO_AGENT ) = ( 1, 55, 74, 86 );
my ( $CONFIG, $LIVE ) = ( $D->AFFECT_CONFIG, $D->AFFECT_LIVE );

Sys::Virt::Event::register_default();
my $libvirt = PrivateLibvirt->start;
Guest->install($libvirt);
my $IMAGES = '/var/lib/libvirt/images';
$libvirt->run( qw(truncate -s 32M), "$IMAGES/data", "$IMAGES/hot" );

sub disk_xml {
    my ( $file, $device, $more ) = @_;
    return
          "<disk type='file' device='disk'><driver name='qemu' type='raw' discard='unmap'"
        . " error_policy='stop'/><source file='$IMAGES/$file'/>"
        . "<target dev='$device' bus='virtio'/>"
        . ( $more || '' )
        . '</disk>';
}

my $conn = Sys::Virt->new( uri => $libvirt->uri );
my $dom = $conn->define_domain( Guest->xml( 'guest', $UUID, disk_xml( 'data', 'vdb' ) . <<'XML' ) );
<channel type='unix'><target type='virtio' name='org.example.channel'/></channel>
<graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
<video><model type='vga'/></video>
<input type='keyboard' bus='ps2'/>
<panic model='isa'/>
XML

# ---- events: the names of their arguments are those of the manual

my ( %events, %id );

sub listen_to {
    my ($name) = @_;
    my $event = $D->can("EVENT_ID_$name")->();
    $id{$name} = $conn->domain_event_register_any(
        $dom, $event,
        sub {
            my ( $connection, $domain, @arguments ) = @_;
            push @{ $events{$name} }, [ $connection->get_uri, $domain->get_name, @arguments ];
        }
    );
}
listen_to($_)
    for qw(LIFECYCLE REBOOT RTC_CHANGE BALLOON_CHANGE AGENT_LIFECYCLE DEVICE_ADDED DEVICE_REMOVED
    DEVICE_REMOVAL_FAILED PMSUSPEND PMWAKEUP IO_ERROR IO_ERROR_REASON GRAPHICS TUNABLE METADATA_CHANGE
    BLOCK_THRESHOLD JOB_COMPLETED);

# A timer, so that a turn of the loop ends.
Sys::Virt::Event::add_timeout( 50, sub { } );
sub turn { Sys::Virt::Event::run_default() }

# Waits for an event, and checks the arguments behind connection and domain.
sub happens {
    my ( $event, $name, @arguments ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $text = sub {
        join ' ', map { defined ? $_ : 'undef' } @_;
    };
    my $wanted = $text->( $libvirt->uri, 'guest', @arguments );
    my $found  = sub {
        return grep { $text->(@$_) eq $wanted } @{ $events{$event} || [] };
    };
    wait_until( "$event: $name", $found, \&turn ) or diag explain $events{$event};
    @{ $events{$event} } = ();
}

# The guest comes up, and then its agent is connected: once for each start, reset or reboot.
sub comes_up {
    my ( $times, $name ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok( Guest->comes_up( $libvirt, 'guest', $times ), $name );
    happens(
        AGENT_LIFECYCLE => 'connected',
        $D->EVENT_AGENT_LIFECYCLE_STATE_CONNECTED,
        $D->EVENT_AGENT_LIFECYCLE_REASON_CHANNEL
    );
    agent_answers($name);
}

sub agent_answers {
    my ($name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    wait_until(
        "$name: its agent answers",
        sub {
            eval { $dom->get_hostname( $D->GET_HOSTNAME_AGENT ) eq 'guest' }
        },
        \&turn
    );
}

# ---- started: the agent comes with its guest

fails(
    'no guest, no agent',
    sub { $dom->get_hostname( $D->GET_HOSTNAME_AGENT ) },
    $INVALID_OPERATION, qr/domain is not running/
);
$dom->create;
happens( LIFECYCLE => 'started', $D->EVENT_STARTED, $D->EVENT_STARTED_BOOTED );
comes_up( 1, 'it has come up' );

subtest 'the agent' => sub {
    is( $dom->get_hostname( $D->GET_HOSTNAME_AGENT ), 'guest', 'host name' );
    my ($time) = $dom->get_time;
    cmp_ok( abs( $time->[0] - time ), '<', 100, 'seconds' );
    cmp_ok( $time->[1],               '<', 1e9, 'nanoseconds' );
    fails(
        'set_time: it has no hwclock',
        sub { $dom->set_time( 1_700_000_000, 5 ) },
        $INTERNAL_ERROR, qr/'guest-set-time': this feature or command is not currently supported/
    );
    fails(
        'set_time to now',
        sub { $dom->set_time( 0, 0, $D->TIME_SYNC ) },
        $INTERNAL_ERROR, qr/'guest-set-time'/
    );

    is_deeply(
        [ $dom->get_fs_info ],
        [ { name => 'vdb', devalias => ['vdb'], fstype => 'ext2', mountpoint => '/mnt' } ],
        'file systems'
    );
    $dom->fs_freeze( [] );
    fails( 'frozen twice', sub { $dom->fs_freeze( [] ) },
        $INTERNAL_ERROR, qr/'guest-fsfreeze-freeze'.*the agent is in frozen state/ );
    $dom->fs_thaw( [] );
    $dom->fs_freeze( ['/mnt'] );
    fails(
        'thawed by name',
        sub { $dom->fs_thaw( ['/mnt'] ) },
        $UNSUPPORTED, qr/specifying mountpoints is not supported/
    );
    $dom->fs_thaw( [] );
    ok( !$dom->fs_trim( undef, 0 ), 'trimmed' );
    fails(
        'trimmed by name',
        sub { $dom->fs_trim( '/mnt', 0 ) },
        $UNSUPPORTED, qr/Specifying mount point is not supported/
    );

    my %interface = map { $_->{name} => $_ }
        $dom->get_interface_addresses( $D->INTERFACE_ADDRESSES_SRC_AGENT );
    is_deeply(
        $interface{lo},
        {   name   => 'lo',
            hwaddr => '00:00:00:00:00:00',
            addrs  => [
                { addr => '127.0.0.1', prefix => 8,   type => Sys::Virt::IP_ADDR_TYPE_IPV4 },
                { addr => '::1',       prefix => 128, type => Sys::Virt::IP_ADDR_TYPE_IPV6 },
            ],
        },
        'addresses'
    );
    is( $interface{eth0}{hwaddr}, '52:54:00:00:00:01', 'of its network interface too' );

    my $info = sub {
        my ($what) = @_;
        return $dom->get_guest_info( $D->can("GUEST_INFO_$what")->() );
    };
    is_deeply( $info->('USERS'), { 'user.count' => 0 }, 'users' );
    my $os = $info->('OS');
    like( delete $os->{'os.kernel-release'}, qr/\A[0-9]+\.[0-9]+/, 'kernel' );
    like( delete $os->{'os.kernel-version'}, qr/\A#/,              'its version' );
    is_deeply(
        $os,
        {   'os.id'         => 'guest',
            'os.machine'    => 'x86_64',
            'os.name'       => 'Guest',
            'os.version-id' => '1',
        },
        'operating system'
    );
    is_deeply( $info->('TIMEZONE'), { 'timezone.name' => 'UTC', 'timezone.offset' => 0 },
        'time zone' );
    is_deeply( $info->('HOSTNAME'), { hostname => 'guest' }, 'host name' );
    my $filesystem = $info->('FILESYSTEM');
    cmp_ok( delete $filesystem->{'fs.0.total-bytes'}, '>', 2**24, 'size of a file system' );
    cmp_ok( delete $filesystem->{'fs.0.used-bytes'},  '>', 2**10, 'and what is used of it' );
    is_deeply(
        $filesystem,
        {   'fs.count'           => 1,
            'fs.0.name'          => 'vdb',
            'fs.0.mountpoint'    => '/mnt',
            'fs.0.fstype'        => 'ext2',
            'fs.0.disk.count'    => 1,
            'fs.0.disk.0.alias'  => 'vdb',
            'fs.0.disk.0.device' => '/dev/vdb',
        },
        'what else there is of it'
    );
    is( $info->('DISKS')->{'disk.1.alias'},   'vdb',  'disks' );
    is( $info->('INTERFACES')->{'if.1.name'}, 'eth0', 'network interfaces' );
    my $all = $dom->get_guest_info(0);
    is( $all->{ $_->[0] }, $_->[1], "all of it: $_->[0]" )
        for [ hostname => 'guest' ], [ 'fs.count' => 1 ], [ 'disk.count' => 2 ],
        [ 'os.id' => 'guest' ];

    is_deeply( $dom->get_guest_vcpus, { vcpus => '0', online => '0', offlinable => '' },
        'processors' );
    ok( !$dom->set_guest_vcpus( '0', 1 ), 'one stays' );
    $dom->set_vcpus( 1, $D->VCPU_GUEST | $D->VCPU_LIVE );
    is( $dom->get_vcpus( $D->VCPU_GUEST | $D->VCPU_LIVE ), 1, 'as the guest sees it' );

    fails( 'no keys', sub { $dom->authorized_ssh_keys_get('root') },
        $INTERNAL_ERROR, qr/authorized_keys/ );
    my @keys = map {"ssh-ed25519 KEY$_ name$_"} 1 .. 3;
    $dom->authorized_ssh_keys_set( 'root', [ @keys[ 0, 1 ] ] );
    is_deeply( [ sort $dom->authorized_ssh_keys_get('root') ], [ @keys[ 0, 1 ] ], 'keys' );
    $dom->authorized_ssh_keys_set( 'root', [ $keys[2] ], $D->AUTHORIZED_SSH_KEYS_SET_APPEND );
    $dom->authorized_ssh_keys_set( 'root', [ $keys[0] ], $D->AUTHORIZED_SSH_KEYS_SET_REMOVE );
    is_deeply(
        [ sort $dom->authorized_ssh_keys_get('root') ],
        [ @keys[ 1, 2 ] ],
        'one more, one less'
    );
    fails(
        'keys of nobody',
        sub { $dom->authorized_ssh_keys_get('nobody') },
        $INTERNAL_ERROR, qr/failed to lookup user 'nobody'/
    );
    ok( !$dom->set_agent_response_timeout(20), 'it may take 20 seconds' );
    fails( 'a timeout that is none', sub { $dom->set_agent_response_timeout(-3) }, 8, qr/timeout/ );
};

# ---- consoles and channels

sub run_on_console {
    my ( $stream, $command ) = @_;
    my $line = "$command; echo END-\$?\n";
    while ( length $line ) {
        my $sent = $stream->send( $line, length $line );
        substr $line, 0, $sent, '';
    }
    my $output = '';
    while ( $output !~ /END-[0-9]+\r\n/ ) {
        my $count = $stream->recv( my $data, 1000 );
        last if $count <= 0;
        $output .= $data;
    }
    my ($said) = $output =~ /\A(.*)END-0/s;
    return $said =~ s/\r//gr;
}

my $stream = $conn->new_stream;
$dom->open_console( $stream, 'console1' );
is( run_on_console( $stream, 'expr 6 \* 7' ), "42\n", 'a console' );
$dom->set_user_password( 'root', 'secret' );
is( run_on_console( $stream, 'cat /run/chpasswd' ), "root:secret\n", 'a password is set' );
$dom->set_user_password( 'root', '$6$x', $D->PASSWORD_ENCRYPTED );
is( run_on_console( $stream, 'cat /run/chpasswd' ), "root:\$6\$x\n", 'one that is encrypted' );
fails(
    'a second one at the console',
    sub { $dom->open_console( $conn->new_stream, 'console1' ) },
    9, qr/Active console session exists for this domain/
);
fails(
    'no such console',
    sub { $dom->open_console( $conn->new_stream, 'console7' ) },
    $INTERNAL_ERROR, qr/cannot find/
);
$dom->open_console( my $forced = $conn->new_stream, 'console1', $D->OPEN_CONSOLE_FORCE );
is( run_on_console( $forced, 'echo mine' ), "mine\n", 'but by force' );
$forced->abort;
eval { $stream->abort };

# What a command prints, at a console of its own.
sub on_console {
    my ($command) = @_;
    my $console = $conn->new_stream;
    $dom->open_console( $console, 'console1', $D->OPEN_CONSOLE_FORCE );
    my $said = run_on_console( $console, $command );
    $console->abort;
    return $said;
}

# A device is there when qemu says so, but not for the guest yet.
sub guest_has {
    my ($path) = @_;
    on_console("until [ -e $path ]; do sleep 1; done");
}

subtest 'a console in an event loop' => sub {
    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $dom->open_console( $stream, 'console1', $D->OPEN_CONSOLE_FORCE );
    my ( $line, $output ) = ( "echo loop; echo END\n", '' );
    my $events = Sys::Virt::Stream::EVENT_READABLE | Sys::Virt::Stream::EVENT_WRITABLE;
    $stream->add_callback(
        $events,
        sub {
            my ( $st, $ready ) = @_;
            if ( $ready & Sys::Virt::Stream::EVENT_READABLE ) {
                while ( ( my $count = $st->recv( my $data, 1000 ) ) > 0 ) { $output .= $data }
            }
            if ( $ready & Sys::Virt::Stream::EVENT_WRITABLE && length $line ) {
                my $sent = $st->send( $line, length $line );
                substr $line, 0, $sent, '' if $sent > 0;
                $st->update_callback(Sys::Virt::Stream::EVENT_READABLE) if !length $line;
            }
        }
    );
    wait_until( 'it answers', sub { $output eq "loop\r\nEND\r\n" }, \&turn ) or diag $output;
    $stream->remove_callback;
    $stream->abort;
};

subtest 'a channel' => sub {
    my $channel = $conn->new_stream;
    $dom->open_channel( $channel, 'org.example.channel' );
    my $port = '$(grep -l org.example.channel /sys/class/virtio-ports/*/name | cut -d / -f 5)';
    on_console("echo said >/dev/$port");
    is( $channel->recv( my $data, 100 ), 5,        'five bytes' );
    is( $data,                           "said\n", 'of the guest' );
    $channel->abort;
    fails(
        'no such channel',
        sub { $dom->open_channel( $conn->new_stream, 'nowhere' ) },
        $INTERNAL_ERROR, qr/nowhere|channel/
    );
};

subtest 'screen and keyboard' => sub {
    my $stream = $conn->new_stream;
    my $type   = $dom->screenshot( $stream, 0 );
    like( $type, qr{\Aimage/(?:x-portable-pixmap|png)\z}, 'what kind of picture' );
    my $picture = '';
    $stream->recv_all( sub { $picture .= $_[1]; return $_[2] } );
    $stream->finish;
    like( $picture, qr/\A(?:P6\n|\x89PNG)/, 'a picture' );
    cmp_ok( length $picture, '>', 300, 'which is not empty' );
    ok( !$dom->send_key( $D->KEYCODE_SET_LINUX, 50, [ 30, 48 ] ), 'keys' );
    fails(
        'a key that there is not',
        sub { $dom->send_key( $D->KEYCODE_SET_LINUX, 50, [99_999] ) },
        $INTERNAL_ERROR, qr/cannot translate keycode|invalid/
    );
    fails( 'a signal', sub { $dom->send_process_signal( 1, $D->PROCESS_SIGNAL_TERM ) },
        3, qr/virDomainSendProcessSignal/ );
    ok( !$dom->inject_nmi, 'an interrupt' );
};

# ---- devices come and go

subtest 'a disk' => sub {
    my $xml = disk_xml( 'hot', 'vdc', "<alias name='ua-hot'/><serial>HOT</serial>" );
    $dom->attach_device( $xml, $LIVE );
    happens( DEVICE_ADDED => 'a disk', 'ua-hot' );
    like( $dom->get_xml_description, qr/ua-hot/, 'in its XML' );
    is( $dom->get_block_info('vdc')->{capacity}, 32 * 2**20, 'its size' );
    fails( 'once more', sub { $dom->attach_device( $xml, $LIVE ) },
        67, qr/non unique alias detected: ua-hot/ );
    guest_has('/dev/vdc');
    $dom->detach_device_alias( 'ua-hot', $LIVE );
    happens( DEVICE_REMOVED => 'by its alias', 'ua-hot' );
    unlike( $dom->get_xml_description, qr/ua-hot/, 'gone from its XML' );
    $dom->attach_device( $xml, $CONFIG );
    like( $dom->get_xml_description( $D->XML_INACTIVE ), qr/ua-hot/, 'for the next start' );
    $dom->detach_device( $xml, $CONFIG );
    unlike( $dom->get_xml_description( $D->XML_INACTIVE ), qr/ua-hot/, 'not any more' );
    fails(
        'none of that alias',
        sub { $dom->detach_device_alias( 'ua-none', $LIVE ) },
        $INTERNAL_ERROR, qr/ua-none/
    );
};

subtest 'a disk that is written to' => sub {
    my ( $MIB, $BLOCK ) = ( 2**20, 2**16 );
    my $image = sub {"$IMAGES/$_[0].qcow2"};
    $libvirt->run( qw(qemu-img create -q -f qcow2), $image->('written'), '32M' );
    $dom->attach_device(
        disk_xml( 'written.qcow2', 'vdc', "<alias name='ua-written'/>" )
            =~ s/type='raw'/type='qcow2'/r,
        $LIVE
    );
    guest_has('/dev/vdc');
    my $write = sub {
        on_console("dd if=/dev/urandom of=/dev/vdc bs=64k seek=$_[0] count=1 conv=fsync 2>&-");
    };

    $dom->set_block_threshold( 'vdc', 2 * $BLOCK );
    $write->(0);
    wait_until( 'BLOCK_THRESHOLD', sub { @{ $events{BLOCK_THRESHOLD} || [] } }, \&turn );
    my ( undef, undef, $disk, $path, $threshold, $excess ) = @{ $events{BLOCK_THRESHOLD}[0] };
    is( $disk,      'vdc',               'which disk' );
    is( $path,      $image->('written'), 'its file' );
    is( $threshold, 2 * $BLOCK,          'the threshold' );
    cmp_ok( $excess, '>', 0, 'by how much it is exceeded' );

    $dom->create_checkpoint( '<domaincheckpoint><name>before</name><disks>'
            . "<disk name='vda' checkpoint='no'/><disk name='vdb' checkpoint='no'/>"
            . "<disk name='vdc' checkpoint='bitmap'/></disks></domaincheckpoint>" );
    $write->(16);
    $dom->backup_begin(
        "<domainbackup mode='push'><incremental>before</incremental><disks>"
            . "<disk name='vda' backup='no'/><disk name='vdb' backup='no'/><disk name='vdc' type='file'>"
            . "<target file='${\ $image->('since') }'/><driver type='qcow2'/></disk></disks></domainbackup>",
        undef
    );
    my $backup;
    my $found = sub {
        ($backup) = grep { $_->{ $D->JOB_OPERATION } == $D->JOB_OPERATION_BACKUP }
            map { $_->[2] } @{ $events{JOB_COMPLETED} || [] };
    };
    wait_until( 'an incremental backup', $found, \&turn );
    is( $backup->{ $D->JOB_DISK_TOTAL }, $BLOCK, 'of what has changed' );
    my $map  = $libvirt->run( qw(qemu-img map -U --output=json), $image->('since') );
    my @data = grep { $_->{data} && !$_->{depth} } @{ JSON::PP->new->decode($map) };
    is_deeply(
        [ map { [ @$_{qw(start length)} ] } @data ],
        [ [ $MIB, $BLOCK ] ],
        'and nothing else'
    );
    my @same = map {
        $libvirt->run( qw(qemu-io -U -r -c), "read -v $MIB 64", $image->($_) ) =~ /^0010\w+:.*/mg
    } qw(written since);
    is( scalar @same, 8, 'four lines of each' );
    is_deeply( [ @same[ 0 .. 3 ] ], [ @same[ 4 .. 7 ] ], 'with the same bytes' );
    $_->delete for $dom->list_all_checkpoints;
    $dom->detach_device_alias( 'ua-written', $LIVE );
    happens( DEVICE_REMOVED => 'the disk', 'ua-written' );
};

subtest 'a network interface' => sub {
    my $xml = "<interface type='ethernet'><mac address='52:54:00:00:00:02'/>"
        . "<target dev='guest1'/><model type='virtio'/>%s<alias name='ua-net'/></interface>";
    $dom->attach_device( sprintf( $xml, '' ), $LIVE );
    happens( DEVICE_ADDED => 'a network interface', 'ua-net' );
    $dom->update_device( sprintf( $xml, "<link state='down'/>" ), $LIVE );
    like( $dom->get_xml_description, qr/<link state='down'/, 'unplugged' );
    guest_has('/sys/class/net/eth1');
    $dom->detach_device( sprintf( $xml, '' ), $LIVE );
    happens( DEVICE_REMOVED => 'the network interface', 'ua-net' );
};

subtest 'IOThreads' => sub {
    $dom->add_iothread( 5, $LIVE );
    my ($thread) = $dom->get_iothread_info;
    is( $thread->{number}, 5, 'one more' );
    ok( vec( $thread->{affinity}, 0, 1 ), 'which may run on processor 0' );
    $dom->pin_iothread( 5, "\1", $LIVE );
    ($thread) = $dom->get_iothread_info;
    is( $thread->{affinity} =~ s/\0+\z//r, "\1", 'only there' );
    ok( !$dom->set_iothread( 5, { $D->IOTHREAD_PARAM_POLL_MAX_NS => 4096 }, $LIVE ), 'polling' );
    $dom->del_iothread( 5, $LIVE );
    is_deeply( [ $dom->get_iothread_info($LIVE) ], [], 'one less' );
};

# Before the guest has a second processor: its BIOS would wait for that one for ever.
subtest 'suspended by itself' => sub {
    $dom->pm_suspend_for_duration( Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0 );
    happens( PMSUSPEND => 'to memory', 0 );
    is( ( $dom->get_state )[0], $D->STATE_PMSUSPENDED, 'state' );
    $dom->pm_wakeup;
    happens( PMWAKEUP => 'woken up', 0 );
    is( ( $dom->get_state )[0], $D->STATE_RUNNING, 'state' );
    fails( 'for a time',
        sub { $dom->pm_suspend_for_duration( Sys::Virt::NODE_SUSPEND_TARGET_MEM, 5 ) },
        $UNSUPPORTED, qr/Duration not supported/ );
    agent_answers('the guest goes on');
};

subtest 'processors and memory' => sub {
    $dom->set_vcpus( 2, $LIVE );
    is( $dom->get_vcpus($LIVE), 2, 'a second processor' );
    wait_until( 'the guest has it',
        sub { on_console('cat /sys/devices/system/cpu/present') eq "0-1\n" } );
    $dom->set_memory( 140 * 1024 );
    happens( BALLOON_CHANGE => 'a balloon', 140 * 1024 );
    is( $dom->get_info->{memory}, 140 * 1024, 'memory' );
    $dom->set_metadata( $D->METADATA_DESCRIPTION, 'described', undef, undef, $LIVE );
    happens( METADATA_CHANGE => 'a description', $D->METADATA_DESCRIPTION, undef );
    @{ $events{TUNABLE} } = ();
    $dom->pin_vcpu( 0, "\1", $LIVE );
    wait_until( 'TUNABLE: pinned', sub { @{ $events{TUNABLE} || [] } }, \&turn );
    is_deeply( $events{TUNABLE}[-1][2], { 'cputune.vcpupin0' => '0' }, 'what is tuned' );
};

subtest 'graphics' => sub {
    my ($port) = $dom->get_xml_description =~ /<graphics type='vnc' port='([0-9]+)'/;
    cmp_ok( $port, '>=', 5900, 'a port' );
    $libvirt->join_network;
    my $vnc = IO::Socket::INET->new( PeerAddr => '127.0.0.1', PeerPort => $port ) or die $!;
    sysread $vnc, my $greeting, 12;
    like( $greeting, qr/\ARFB 003\.[0-9]+\n\z/, 'a VNC server' );
    syswrite $vnc, "RFB 003.008\n";
    sysread $vnc, my $security, 2;
    is( $security, "\1\1", 'it wants no password' );
    syswrite $vnc, "\1\1";
    wait_until( 'GRAPHICS', sub { @{ $events{GRAPHICS} || [] } >= 2 }, \&turn );
    is_deeply( [ map { $_->[2] } @{ $events{GRAPHICS} }[ 0, 1 ] ],
        [ $D->EVENT_GRAPHICS_CONNECT, $D->EVENT_GRAPHICS_INITIALIZE ], 'phases' );
    my ( undef, undef, undef, $local, $remote, $scheme, $subject ) = @{ $events{GRAPHICS}[0] };
    is_deeply(
        $local,
        {   family  => $D->EVENT_GRAPHICS_ADDRESS_IPV4,
            node    => '127.0.0.1',
            service => $port,
        },
        'the address of the server'
    );
    is( $remote->{node}, '127.0.0.1', 'and of the client' );
    is( $scheme,         'none',      'no authentication' );
    is_deeply( $subject, [], 'of nobody' );

    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!";
    $dom->open_graphics( 0, fileno $theirs, $D->OPEN_GRAPHICS_SKIPAUTH );
    sysread $ours, $greeting, 12;
    like( $greeting, qr/\ARFB 003/, 'a VNC server at a descriptor' );
    my $descriptor = $dom->open_graphics_fd( 0, $D->OPEN_GRAPHICS_SKIPAUTH );
    open my $socket, '+<&=', $descriptor or die "descriptor $descriptor: $!";
    sysread $socket, $greeting, 12;
    like( $greeting, qr/\ARFB 003/, "at one of libvirt's" );
    fails(
        'no such display',
        sub { $dom->open_graphics( 7, fileno $theirs ) },
        $INTERNAL_ERROR, qr/No graphics backend with index 7/
    );
};

# ---- trouble

subtest 'a full disk' => sub {
    $libvirt->run( 'mkdir',                             "$IMAGES/small" );
    $libvirt->run( qw(mount -t tmpfs -o size=1m tmpfs), "$IMAGES/small" );
    $libvirt->run( qw(truncate -s 16M),                 "$IMAGES/small/disk" );
    $dom->attach_device( disk_xml( 'small/disk', 'vdd', "<alias name='ua-small'/>" ), $LIVE );
    happens( DEVICE_ADDED => 'a disk without space', 'ua-small' );
    guest_has('/dev/vdc');
    my $console = $conn->new_stream;
    $dom->open_console( $console, 'console1', $D->OPEN_CONSOLE_FORCE );
    my $write = "dd if=/dev/urandom of=/dev/vdc bs=64k count=64 conv=fsync 2>/dev/null &\n";
    $console->send( $write, length $write );
    wait_until( 'IO_ERROR', sub { @{ $events{IO_ERROR} || [] } }, \&turn );
    is_deeply(
        $events{IO_ERROR}[0],
        [ $libvirt->uri, 'guest', "$IMAGES/small/disk", 'ua-small', $D->EVENT_IO_ERROR_PAUSE ],
        'its arguments'
    );
    wait_until( 'IO_ERROR_REASON', sub { @{ $events{IO_ERROR_REASON} || [] } }, \&turn );
    is_deeply(
        $events{IO_ERROR_REASON}[0],
        [   $libvirt->uri,            'guest', "$IMAGES/small/disk", 'ua-small',
            $D->EVENT_IO_ERROR_PAUSE, 'enospc'
        ],
        'and those with a reason'
    );
    is_deeply( [ $dom->get_state ], [ $D->STATE_PAUSED, $D->STATE_PAUSED_IOERROR ], 'it pauses' );
    is_deeply(
        [ $dom->get_disk_errors ],
        [ { path => 'vdd', error => $D->DISK_ERROR_NO_SPACE } ],
        'which disk'
    );
    $libvirt->run( qw(mount -o), 'remount,size=64m', "$IMAGES/small" );
    $dom->resume;
    wait_until( 'it goes on',
        sub { $libvirt->run( qw(du -k), "$IMAGES/small/disk" ) =~ /\A4[0-9]{3}\s/ } );
    $console->abort;
};

subtest 'an agent that ends' => sub {
    on_console('kill $(cat /run/qemu-ga.pid)');
    happens(
        AGENT_LIFECYCLE => 'disconnected',
        $D->EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED,
        $D->EVENT_AGENT_LIFECYCLE_REASON_CHANNEL
    );
    wait_until(
        'is gone',
        sub {
            !eval { $dom->get_hostname( $D->GET_HOSTNAME_AGENT ) }
        }
    );
    fails( 'is missed', sub { $dom->get_hostname( $D->GET_HOSTNAME_AGENT ) },
        $NO_AGENT, qr/QEMU guest agent is not connected/ );
};

subtest 'reset, reboot, crash' => sub {
    @{ $events{$_} } = () for qw(REBOOT AGENT_LIFECYCLE);
    $dom->reset;
    happens( REBOOT => 'reset' );
    comes_up( 2, 'it comes up again' );
    ok( !$dom->reboot( $D->REBOOT_GUEST_AGENT ), 'rebooted by its agent' );
    happens( REBOOT => 'by itself' );
    comes_up( 3, 'and once more' );
    my $console = $conn->new_stream;
    $dom->open_console( $console, 'console1', $D->OPEN_CONSOLE_FORCE );
    my $crash = "echo c >/proc/sysrq-trigger\n";
    $console->send( $crash, length $crash );
    happens( LIFECYCLE => 'crashed', $D->EVENT_STOPPED, $D->EVENT_STOPPED_CRASHED );
    eval { $console->abort };
    is_deeply( [ $dom->get_state ], [ $D->STATE_CRASHED, $D->STATE_CRASHED_PANICKED ], 'state' )
        if $dom->is_active;
};

subtest 'shut down by its agent' => sub {
    $dom->destroy if $dom->is_active;
    $dom->create;
    comes_up( 1, 'it comes up' );
    $dom->shutdown( $D->SHUTDOWN_GUEST_AGENT );
    happens( LIFECYCLE => 'ended', $D->EVENT_STOPPED, $D->EVENT_STOPPED_SHUTDOWN );
    is( $dom->is_active, 0, 'not active' );
};

$conn->domain_event_deregister_any($_) for values %id;
$dom->undefine;

done_testing;
