# A guest under qemu, for real: started, looked at, tuned, saved, restored and ended.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;
use Time::HiRes qw(sleep);

use Failure;
use Guest;
use PrivateLibvirt;
use Sys::Virt;

my $D     = 'Sys::Virt::Domain';
my $UUID  = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
my $SAVED = '/var/lib/libvirt/images/saved';

my $libvirt = PrivateLibvirt->start;
Guest->install($libvirt);
my $conn = Sys::Virt->new( uri => $libvirt->uri );
my $dom;

# Those that libvirtd makes for a guest that runs.
sub has_cgroups {
    return grep { -d $libvirt->path("/sys/fs/cgroup/$_") } 'cpu/machine', 'machine';
}

sub comes_up {
    my ( $times, $name ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    note "waiting: $name";
    ok( Guest->comes_up( $libvirt, 'guest', $times ), $name );
}

sub state_is {
    my ( $state, $reason, $name ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is_deeply( [ $dom->get_state ], [ $state, $reason ], $name );
}

subtest 'the connection' => sub {
    is( $conn->get_type,     'QEMU',        'type' );
    is( $conn->get_uri,      $libvirt->uri, 'URI' );
    is( $conn->get_hostname, 'private',     "its host's name" );
    is( $conn->is_alive,     1,             'alive' );
    is( $conn->is_secure,    1,             'secure, by a local socket' );
    is( $conn->is_encrypted, 0,             'but not encrypted' );
    my ($version) = $libvirt->run( 'qemu-system-x86_64', '--version' ) =~ /version ([0-9.]+)/;
    is( join( '.', map { $conn->$_ } qw(get_major_version get_minor_version get_micro_version) ),
        $version, q{qemu's version} );
    cmp_ok( $conn->get_library_version, '>=', 7_000_000, q{libvirtd's version} );
    like( $conn->get_capabilities, qr/<domain type='qemu'/, 'capabilities: qemu' );
    unlike( $conn->get_capabilities, qr/<domain type='kvm'/, 'no KVM' );
    like( $conn->get_domain_capabilities( undef, 'x86_64', 'pc', 'qemu' ),
        qr{<domain>qemu</domain>}, 'capabilities of a domain' );
    cmp_ok( $conn->get_max_vcpus('qemu'), '>=', 2, 'virtual processors, at most' );
    ok( ( grep { $_ eq 'qemu64' } $conn->get_cpu_model_names('x86_64') ), 'processor models' );
    like( $conn->get_node_info->{cpus}, qr/\A[1-9][0-9]*\z/, q{the host's processors} );
    is( scalar $conn->list_domains, 0, 'no domain runs' );
    is_deeply( [ $conn->list_all_domains ], [], 'none is defined' );
    is( $conn->num_of_domains,         0, 'so many run' );
    is( $conn->num_of_defined_domains, 0, 'so many are defined' );
    like(
        $conn->domain_xml_to_native( 'qemu-argv', Guest->xml( 'guest', $UUID ) ),
        qr/-uuid $UUID/,
        'a command line'
    );
};

subtest 'no domain' => sub {
    fails( 'by name', sub { $conn->get_domain_by_name('guest') },
        42, qr/no domain with matching name 'guest'/ );
    fails( 'by UUID', sub { $conn->get_domain_by_uuid($UUID) },
        42, qr/no domain with matching uuid '$UUID'/ );
    fails( 'by id', sub { $conn->get_domain_by_id(1) }, 42, qr/no domain with matching id 1/ );
    fails(
        'XML that is none',
        sub { $conn->define_domain('<domain') },
        35, qr/\(domain_definition\):1: /
    );
    fails(
        'XML of something else',
        sub { $conn->define_domain('<network/>') },
        27, qr/XML error: /
    );
    fails(
        'nothing to restore',
        sub { $conn->restore_domain('/nowhere') },
        38, qr{'/nowhere': No such file or directory}
    );
};

subtest 'defined' => sub {
    $dom = $conn->define_domain( Guest->xml( 'guest', $UUID ) );
    isa_ok( $dom, 'Sys::Virt::Domain' );
    is( $dom->get_name,                 'guest',          'name' );
    is( $dom->get_uuid_string,          $UUID,            'UUID' );
    is( unpack( 'H*', $dom->get_uuid ), $UUID =~ s/-//gr, 'UUID in binary' );
    is( $dom->get_id,                   -1,               'no id' );
    is( $dom->get_os_type,              'hvm',            'what it is' );
    is( $dom->is_active,                0,                'not active' );
    is( $dom->is_persistent,            1,                'persistent' );
    is( $dom->is_updated,               0,                'not updated' );
    state_is( $D->STATE_SHUTOFF, $D->STATE_SHUTOFF_UNKNOWN, 'shut off' );
    is_deeply(
        $dom->get_info,
        {   state     => $D->STATE_SHUTOFF,
            maxMem    => 192 * 1024,
            memory    => 160 * 1024,
            nrVirtCpu => 1,
            cpuTime   => 0,
        },
        'info'
    );
    is( $dom->get_max_memory,                                  192 * 1024, 'memory, at most' );
    is( $dom->get_vcpus( $D->VCPU_CONFIG | $D->VCPU_MAXIMUM ), 2, 'virtual processors, at most' );
    is( $dom->get_vcpus( $D->VCPU_CONFIG ),                    1, 'virtual processors' );
    like( $dom->get_xml_description, qr{<name>guest</name>.*<uuid>$UUID</uuid>}s, 'XML' );

    is( $dom->get_autostart, 0, "doesn't start by itself" );
    $dom->set_autostart(1);
    is( $dom->get_autostart, 1, 'does' );
    ok( -l $libvirt->path('/etc/libvirt/qemu/autostart/guest.xml'), 'libvirtd notes that' );
    $dom->set_autostart(0);
    is( $dom->get_autostart, 0, "doesn't again" );

    is( $_->get_uuid_string, $UUID, 'found' )
        for $conn->get_domain_by_name('guest'), $conn->get_domain_by_uuid($UUID),
        $conn->get_domain_by_uuid( $dom->get_uuid ), $conn->list_all_domains,
        $conn->list_defined_domains;
    is_deeply( [ $conn->list_defined_domain_names(10) ], ['guest'], 'its name' );
    is( $conn->num_of_defined_domains, 1, 'is the only one' );
    is( $conn->num_of_domains,         0, 'and does not run' );

    fails( 'suspend',    sub { $dom->suspend },            55, qr/domain is not running/ );
    fails( 'destroy',    sub { $dom->destroy },            55, qr/domain is not running/ );
    fails( 'statistics', sub { $dom->block_stats('vda') }, 55, qr/domain is not running/ );

    $dom->rename('other');
    is( $conn->get_domain_by_uuid($UUID)->get_name, 'other', 'renamed' );
    $dom->rename('guest');
};

subtest 'read-only' => sub {
    my $reader = Sys::Virt->new( uri => $libvirt->uri, readonly => 1 );
    my $seen   = $reader->get_domain_by_name('guest');
    is( $seen->get_info->{maxMem}, 192 * 1024, 'may look' );
    fails( "can't start", sub { $seen->create }, 29,
        qr/read only access prevents virDomainCreate/ );
    fails(
        "can't undefine",
        sub { $seen->undefine },
        29, qr/read only access prevents virDomainUndefine/
    );
    fails( "can't define", sub { $reader->define_domain( Guest->xml( 'guest', $UUID ) ) },
        29, qr/read only access prevents virDomainDefineXML/ );
};

subtest 'started' => sub {
    $dom->create;
    is( $dom->is_active, 1, 'active' );
    is( $dom->get_id,    1, 'id' );
    state_is( $D->STATE_RUNNING, $D->STATE_RUNNING_BOOTED, 'running' );
    is( $conn->get_domain_by_id(1)->get_name, 'guest', 'found by its id' );
    is_deeply( [ $conn->list_domain_ids(10) ],               [1],       'its id' );
    is_deeply( [ map { $_->get_name } $conn->list_domains ], ['guest'], 'listed' );
    is( scalar $conn->list_defined_domains, 0, 'not among those that do not run' );
    is( $conn->num_of_domains,              1, 'one domain runs' );
    fails( 'once more', sub { $dom->create },          55, qr/domain is already running/ );
    fails( 'rename',    sub { $dom->rename('other') }, 55, qr/cannot rename active domain/ );
    fails(
        'a second one of that name',
        sub { $conn->create_domain( Guest->xml( 'guest', $UUID =~ s/9$/8/r ) ) },
        9, qr/domain 'guest' already exists/
    );
    comes_up( 1, 'it has come up' );
};

subtest 'looked at' => sub {
    my $info = $dom->get_info;
    is( $info->{state},     $D->STATE_RUNNING, 'state' );
    is( $info->{maxMem},    192 * 1024,        'memory, at most' );
    is( $info->{nrVirtCpu}, 1,                 'virtual processors' );
    cmp_ok( $info->{cpuTime}, '>', 500_000_000, 'time to boot' );
    is( $dom->get_max_vcpus, 2, 'virtual processors, at most' );
    is( $dom->get_vcpus,     1, 'virtual processors' );

    my ($vcpu) = $dom->get_vcpu_info;
    is( $vcpu->{number}, 0,                'virtual processor 0' );
    is( $vcpu->{state},  $D->VCPU_RUNNING, 'runs' );
    cmp_ok( $vcpu->{cpuTime}, '>', 500_000_000, 'has run' );
    ok( vec( $vcpu->{affinity}, 0, 1 ), 'may run on processor 0' );

    my $stats = $dom->block_stats('vda');
    cmp_ok( $stats->{rd_bytes}, '>=', 2**20, 'it has read from its disk' );
    cmp_ok( $stats->{rd_req},   '>=', 1,     'with requests' );
    is( $stats->{wr_bytes}, 0, 'it has written nothing' );
    my $disk = $dom->get_block_info('vda');
    is( $disk->{capacity}, 64 * 2**20, 'the size of its disk' );
    is( $disk->{physical}, -s $libvirt->path('/var/lib/libvirt/images/disk'), 'and of the file' );
    is( $dom->block_peek( 'vda', 4, 20 ), "guest's disk\n" . "\0" x 7,        'a few bytes of it' );
    is( length $dom->memory_peek( 0, 4096, $D->MEMORY_PHYSICAL ), 4096, 'a page of its memory' );
    is_deeply( [ $dom->get_disk_errors ], [], 'no disk errors' );
    fails( 'no such disk', sub { $dom->get_block_info('vdz') }, 8, qr/vdz/ );

    wait_until( 'it asks for an address', sub { $dom->interface_stats('guest0')->{tx_packets} } );
    my $interface = $dom->interface_stats('guest0');
    cmp_ok( $interface->{tx_bytes}, '>=', 64, 'in some bytes' );
    is_deeply(
        [ sort keys %$interface ],
        [qw(rx_bytes rx_drop rx_errs rx_packets tx_bytes tx_drop tx_errs tx_packets)],
        'what is counted'
    );
    is( $dom->get_job_info->{type},      $D->JOB_NONE,   'no job' );
    is( $dom->get_control_info->{state}, $D->CONTROL_OK, 'qemu answers' );
    is_deeply( $dom->get_security_label, { label => '', enforcing => 0 }, 'no security label' );
    cmp_ok( ( $dom->get_cpu_stats( -1, 1 ) )[0]{cpu_time},
        '>', 500_000_000, 'time on all processors' )
        if has_cgroups();

    my ($all) = $conn->get_all_domain_stats( $D->STATS_STATE, [$dom] );
    is( $all->{dom}->get_uuid_string, $UUID, 'all statistics: of this domain' );
    is_deeply( $all->{data}, { 'state.state' => 1, 'state.reason' => 1 }, 'its state' );
};

subtest 'tuned' => sub {
    my $affect = $D->AFFECT_LIVE;

    $dom->set_memory( 130 * 1024 );
    wait_until( 'it gives memory back', sub { $dom->get_info->{memory} == 130 * 1024 } );
    $dom->set_memory_stats_period(1);
    like( $dom->get_xml_description, qr/<stats period='1'/, 'memory statistics each second' );
    wait_until( 'which it sends', sub { $dom->memory_stats->{available} } );
    is( $dom->memory_stats->{actual_balloon}, 130 * 1024, 'of the memory it has' );

    $dom->set_vcpus( 2, $affect );
    is( $dom->get_info->{nrVirtCpu}, 2, 'a second virtual processor' );
    $dom->pin_vcpu( 1, "\1" );
    is( ( $dom->get_vcpu_info )[1]{affinity} =~ s/\0+\z//r, "\1", 'on processor 0' );
    $dom->pin_emulator("\1");
    is( $dom->get_emulator_pin_info =~ s/\0+\z//r, "\1", 'where qemu is' );

    $dom->set_block_iotune( 'vda', { total_bytes_sec => 10_000_000, total_iops_sec => 500 } );
    my $tune = $dom->get_block_iotune('vda');
    is( $tune->{total_bytes_sec}, 10_000_000, 'bytes of the disk a second' );
    is( $tune->{total_iops_sec},  500,        'requests a second' );
    is( $tune->{read_bytes_sec},  0,          'no other limit' );
    fails(
        'two at once',
        sub { $dom->set_block_iotune( 'vda', { total_bytes_sec => 1000, read_bytes_sec => 1000 } ) }
        ,
        8,
        qr/total and read/
    );

    $dom->set_numa_parameters( { numa_nodeset => '0' } );
    is_deeply( $dom->get_numa_parameters, { numa_mode => 0, numa_nodeset => '0' }, 'NUMA' );
    is( $dom->get_perf_events->{cpu_clock}, 0, 'performance events' );

    $dom->block_resize( 'vda', 128 * 1024 );
    is( $dom->get_block_info('vda')->{capacity}, 128 * 2**20, 'a larger disk' );

    my $title = $D->METADATA_TITLE;
    fails( 'no title', sub { $dom->get_metadata($title) }, 80, qr/element is not present/ );
    $dom->set_metadata( $title, "K\xc3\xb6ln", undef, undef, $affect );
    is( $dom->get_metadata( $title, undef, $affect ), "K\xc3\xb6ln", 'a title, in bytes' );
};

subtest 'tuned, by cgroups' => sub {
    if ( !has_cgroups() ) {
        fails( 'no cgroups', sub { $dom->get_scheduler_parameters },
            55, qr/cgroup CPU controller is not mounted/ );
        ok( !$ENV{CI}, 'cgroups can be made on this machine' );
        return;
    }
    is( $dom->get_scheduler_type,                     'posix', 'scheduler' );
    is( $dom->get_scheduler_parameters->{vcpu_quota}, -1,      'no quota' );
    $dom->set_scheduler_parameters(
        { cpu_shares => 512, vcpu_quota => 50_000, vcpu_period => 100_000 } );
    my $scheduler = $dom->get_scheduler_parameters;
    is( $scheduler->{cpu_shares},  512,     'shares' );
    is( $scheduler->{vcpu_quota},  50_000,  'quota' );
    is( $scheduler->{vcpu_period}, 100_000, 'period' );
    $dom->set_scheduler_parameters( { vcpu_quota => -1 } );
    is( $dom->get_scheduler_parameters->{vcpu_quota}, -1, 'no quota again' );
    fails( 'too little', sub { $dom->set_scheduler_parameters( { vcpu_quota => 1 } ) },
        8, qr/out of range/ );

    is( $dom->get_memory_parameters->{hard_limit}, $D->MEMORY_PARAM_UNLIMITED, 'no limit' );
    $dom->set_memory_parameters( { hard_limit => 2**20, soft_limit => 2**19 } );
    my $memory = $dom->get_memory_parameters;
    is( $memory->{hard_limit}, 2**20, 'a limit' );
    is( $memory->{soft_limit}, 2**19, 'a soft limit' );
    $dom->set_memory_parameters( { hard_limit => $D->MEMORY_PARAM_UNLIMITED } );
    is( $dom->get_memory_parameters->{hard_limit}, $D->MEMORY_PARAM_UNLIMITED, 'no limit again' );

    $dom->set_blkio_parameters( { weight => 500 } );
    is( $dom->get_blkio_parameters->{weight}, 500, 'weight' );
    my $config = $D->AFFECT_CONFIG;
    $dom->set_blkio_parameters( { device_read_bytes_sec => '/dev/null,1000,/dev/zero,2000' },
        $config );
    is( $dom->get_blkio_parameters($config)->{device_read_bytes_sec},
        '/dev/null,1000,/dev/zero,2000',
        'limits of devices, next time'
    );
    $dom->set_blkio_parameters( { device_read_bytes_sec => '/dev/null,0,/dev/zero,0' }, $config );
    is( $dom->get_blkio_parameters($config)->{device_read_bytes_sec}, '', 'no limits again' );
};

subtest 'suspended and resumed' => sub {
    $dom->suspend;
    state_is( $D->STATE_PAUSED, $D->STATE_PAUSED_USER, 'suspended' );
    my $time = ( $dom->get_vcpu_info )[0]{cpuTime};
    sleep 0.3;
    is( ( $dom->get_vcpu_info )[0]{cpuTime}, $time, 'time stands still' );
    $dom->resume;
    state_is( $D->STATE_RUNNING, $D->STATE_RUNNING_UNPAUSED, 'resumed' );
};

subtest 'dumped' => sub {
    $dom->core_dump('/var/lib/libvirt/images/core');
    cmp_ok( -s $libvirt->path('/var/lib/libvirt/images/core'), '>', 20 * 2**20, 'its memory' );
    state_is( $D->STATE_RUNNING, $D->STATE_RUNNING_UNPAUSED, 'it runs on' );
    $dom->core_dump_format(
        '/var/lib/libvirt/images/zlib',
        $D->CORE_DUMP_FORMAT_KDUMP_ZLIB,
        $D->DUMP_MEMORY_ONLY
    );
    open my $file, '<', $libvirt->path('/var/lib/libvirt/images/zlib') or die $!;
    read $file, my $magic, 8;
    is( $magic, 'makedump', 'in another format' );
    unlink map { $libvirt->path("/var/lib/libvirt/images/$_") } qw(core zlib);
};

subtest 'saved and restored' => sub {
    $dom->save($SAVED);
    state_is( $D->STATE_SHUTOFF, $D->STATE_SHUTOFF_SAVED, 'saved' );
    is( $dom->is_persistent, 1, 'still defined' );
    my $xml = $conn->get_save_image_xml_description($SAVED);
    like( $xml, qr{<uuid>$UUID</uuid>}, 'whom' );
    $conn->define_save_image_xml( $SAVED, $xml =~ s/on_crash>destroy/on_crash>restart/gr );
    like( $conn->get_save_image_xml_description($SAVED), qr/on_crash>restart/, 'changed' );
    $conn->restore_domain($SAVED);
    state_is( $D->STATE_RUNNING, $D->STATE_RUNNING_RESTORED, 'restored' );
    is( $conn->get_domain_by_name('guest')->get_id, 2, 'with another id' );
    like( $dom->get_xml_description, qr/on_crash>restart/, 'as it was changed' );

SKIP: {
        skip 'libvirt before 8.4.0', 3 if $conn->get_library_version < 8_004_000;
        $dom->save( undef, undef, { $D->SAVE_PARAM_FILE => $SAVED } );
        is( ( $dom->get_state )[0], $D->STATE_SHUTOFF, 'saved, with parameters' );
        $conn->restore_domain( $SAVED, $xml, undef, $D->SAVE_PAUSED );
        is( ( $dom->get_state )[0], $D->STATE_PAUSED, 'restored and suspended, with XML' );
        like( $dom->get_xml_description, qr/on_crash>destroy/, 'that XML' );
        $dom->resume;
    }

    is( $dom->has_managed_save_image, 0, 'libvirtd keeps no image' );
    $dom->managed_save;
    is( $dom->has_managed_save_image, 1, 'it does' );
    state_is( $D->STATE_SHUTOFF, $D->STATE_SHUTOFF_SAVED, 'saved' );
    like( $dom->managed_save_get_xml_description, qr{<uuid>$UUID</uuid>}, 'whom' );
    $dom->create;
    state_is( $D->STATE_RUNNING, $D->STATE_RUNNING_RESTORED, 'restored by a start' );
    is( $dom->has_managed_save_image, 0, 'which uses the image up' );

    $dom->managed_save( $D->SAVE_PAUSED );
    $dom->create;
    is( ( $dom->get_state )[0], $D->STATE_PAUSED, 'restored and suspended' );
    $dom->managed_save;
    $dom->managed_save_remove;
    is( $dom->has_managed_save_image, 0, 'an image removed' );
};

subtest 'reset, rebooted and shut down' => sub {
    $dom->create;
    my $id = $conn->get_domain_by_name('guest')->get_id;
    comes_up( 1, 'it comes up' );
    $dom->reset;
    is( $dom->is_active, 1, 'reset' );
    comes_up( 2, 'it comes up again' );
    $dom->reboot( $D->REBOOT_ACPI_POWER_BTN );
    comes_up( 3, 'and once more' );
    is( $conn->get_domain_by_name('guest')->get_id, $id, 'all the time the same qemu' );
    $dom->shutdown;
    wait_until( 'it ends', sub { !$dom->is_active } );
    state_is( $D->STATE_SHUTOFF, $D->STATE_SHUTOFF_SHUTDOWN, 'by itself' );
};

subtest 'ended' => sub {
    $dom->create( $D->START_PAUSED );
    is( ( $dom->get_state )[0], $D->STATE_PAUSED, 'started and suspended' );
    $dom->undefine;
    is( $dom->is_persistent, 0, 'not defined any more' );
    is( $dom->is_active,     1, 'but still there' );
    $dom->destroy;
    fails( 'gone', sub { $dom->get_info }, 42, qr/no domain with matching uuid '$UUID' \(guest\)/ );
    is_deeply( [ $conn->list_all_domains ], [], 'nothing is left' );

    my $other = Sys::Virt->new( uri => $libvirt->uri );
    $dom = $other->create_domain( Guest->xml( 'transient', $UUID ), $D->START_AUTODESTROY );
    is( $dom->is_persistent, 0, 'a transient domain' );
    fails( "doesn't start by itself", sub { $dom->set_autostart(1) }, 55, qr/transient domain/ );
    undef $_ for $dom, $other;
    wait_until( 'ends with its connection', sub { !$conn->num_of_domains } );
};

done_testing;
