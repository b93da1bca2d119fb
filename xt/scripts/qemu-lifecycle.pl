# The life of a guest under qemu, on a libvirtd of its own: each call, in list and in scalar
# context where it only looks, and what came of it, a line each. xt/differential-daemon.t
# compares two implementations by it.
use strict;
use warnings;
use lib 'xt/lib';

use Guest;
use PrivateLibvirt;
use Report;
use Sys::Virt;

my $libvirt = PrivateLibvirt->start;
Guest->install($libvirt);

my $UUID  = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
my $SAVED = '/var/lib/libvirt/images/saved';
my $XML   = Guest->xml( 'guest', $UUID );
my $CPU   = '<cpu><arch>x86_64</arch><model>qemu64</model></cpu>';

mask( $libvirt->uri, 'URI' );

my $D = 'Sys::Virt::Domain';
my ( $LIVE, $CONFIG ) = ( $D->AFFECT_LIVE, $D->AFFECT_CONFIG );

my $conn = Sys::Virt->new( uri => $libvirt->uri );
my $dom;

my @CONNECTION = qw(
    get_type get_uri get_hostname is_alive is_secure is_encrypted get_version get_library_version
    get_major_version get_minor_version get_micro_version get_node_info get_node_security_model
    get_capabilities get_sysinfo list_domains list_all_domains list_defined_domains
    num_of_domains num_of_defined_domains get_node_cpu_map get_node_cpu_stats
    get_node_memory_parameters get_node_sev_info
);
my @DOMAIN = (
    qw(
        get_name get_uuid get_uuid_string get_id get_os_type get_state get_info get_xml_description
        is_active is_persistent is_updated get_autostart get_max_memory get_max_vcpus get_vcpus
        get_vcpu_info get_scheduler_type get_scheduler_parameters get_memory_parameters
        get_blkio_parameters get_numa_parameters get_perf_events get_control_info get_job_info
        get_job_stats get_disk_errors get_security_label get_security_label_list memory_stats
        has_managed_save_image managed_save_get_xml_description has_current_snapshot
        num_of_snapshots list_snapshots list_all_snapshots list_all_checkpoints current_snapshot
        get_emulator_pin_info get_iothread_info get_messages get_launch_security_info
        migrate_get_max_speed migrate_get_max_downtime migrate_get_compression_cache
    ),
    [ get_state           => 0 ],
    [ get_xml_description => $D->XML_INACTIVE ],
    [ get_xml_description => $D->XML_MIGRATABLE ],
    [ get_vcpus           => $D->VCPU_CONFIG ],
    [ get_vcpus           => $D->VCPU_CONFIG | $D->VCPU_MAXIMUM ],
    [ get_vcpus           => $D->VCPU_LIVE ],
    (   map { [ $_ => $CONFIG ] }
            qw(get_scheduler_parameters get_memory_parameters
            get_blkio_parameters get_numa_parameters get_perf_events get_vcpu_info
            get_emulator_pin_info get_iothread_info)
    ),
    ( map { [ $_ => 'vda' ] } qw(block_stats get_block_info get_block_iotune get_block_job_info) ),
    [ get_block_iotune         => 'vda', $CONFIG ],
    [ get_block_info           => 'vdz' ],
    [ interface_stats          => 'guest0' ],
    [ interface_stats          => 'guest9' ],
    [ get_interface_parameters => 'guest0' ],
    [ get_interface_addresses  => $D->INTERFACE_ADDRESSES_SRC_LEASE ],
    [ get_metadata             => $D->METADATA_TITLE ],
    [ get_metadata             => $D->METADATA_ELEMENT, 'urn:none' ],
    [ block_peek               => 'vda', 0, 32 ],
    [ list_snapshot_names      => 10 ],
);

sub look_at_all {
    my ($when) = @_;
    look_at(
        $conn, "$when, connection", qw(list_domains list_defined_domains list_all_domains
            num_of_domains num_of_defined_domains),
        [ list_domain_ids    => 10 ],      [ list_defined_domain_names => 10 ],
        [ get_domain_by_name => 'guest' ], [ get_domain_by_uuid        => $UUID ],
        [ get_domain_by_id   => 1 ],
        [ list_all_domains   => $D->LIST_ACTIVE ], [ list_all_domains => $D->LIST_PERSISTENT ],
    );
    look_at( $dom, "$when, domain", @DOMAIN );
    look(
        "$when, all statistics",
        sub {
            return map { ( $_->{dom}, $_->{data} ) } $conn->get_all_domain_stats( 0, [$dom] );
        }
    );
}

look_at(
    $conn, 'connection', @CONNECTION,
    [ get_max_vcpus                  => 'qemu' ],
    [ get_max_vcpus                  => 'nothing' ],
    [ get_cpu_model_names            => 'x86_64' ],
    [ get_cpu_model_names            => 'nothing' ],
    [ get_domain_capabilities        => undef, 'x86_64', 'pc',      'qemu' ],
    [ get_domain_capabilities        => undef, 'x86_64', 'nothing', 'qemu' ],
    [ compare_cpu                    => '<cpu/>' ],
    [ compare_cpu                    => $CPU ],
    [ baseline_cpu                   => [$CPU] ],
    [ get_node_free_pages            => [2048],          0, 0 ],
    [ node_alloc_pages               => [ [ 2048, 0 ] ], 0, 1 ],
    [ node_suspend_for_duration      => 0,           5 ],    # too short to be done, if it could be
    [ compare_hypervisor_cpu         => undef,       'x86_64', undef, 'qemu', $CPU ],
    [ baseline_hypervisor_cpu        => undef,       'x86_64', undef, 'qemu', [$CPU] ],
    [ domain_xml_to_native           => 'qemu-argv', $XML ],
    [ domain_xml_to_native           => 'nothing',   $XML ],
    [ domain_xml_from_native         => 'qemu-argv', 'qemu' ],
    [ get_domain_by_name             => 'guest' ],
    [ get_domain_by_uuid             => $UUID ],
    [ get_domain_by_uuid             => 'too short' ],
    [ get_domain_by_id               => 1 ],
    [ define_domain                  => '<domain' ],
    [ define_domain                  => '<network/>' ],
    [ create_domain                  => '' ],
    [ restore_domain                 => '/nowhere' ],
    [ get_save_image_xml_description => '/nowhere' ],
    [ get_all_domain_stats           => 0, [] ],
);

act('set_node_memory_parameters to what they are',
    sub {
        my $pages = $conn->get_node_memory_parameters->{shm_pages_to_scan};
        return $conn->set_node_memory_parameters( { shm_pages_to_scan => $pages } );
    }
);
act( 'define',       sub { $dom = $conn->define_domain($XML) } );
act( 'define again', sub { $conn->define_domain($XML) } );
look_at_all('defined');
act( "$_ while it does not run", sub { $dom->$_ } )
    for qw(suspend resume reset reboot shutdown destroy managed_save abort_job inject_nmi);
act( 'rename',      sub { $dom->rename('other') } );
act( 'rename back', sub { $dom->rename('guest') } );
act( 'autostart',   sub { $dom->set_autostart(1) } );
look_at( $dom, 'with autostart', 'get_autostart' );
act( 'no autostart', sub { $dom->set_autostart(0) } );
my ( $TITLE, $ELEMENT ) = ( $D->METADATA_TITLE, $D->METADATA_ELEMENT );
act( 'title',   sub { $dom->set_metadata( $TITLE,   "K\xc3\xb6ln", undef, undef,   $CONFIG ) } );
act( 'element', sub { $dom->set_metadata( $ELEMENT, '<a>1</a>',    'x',   'urn:x', $CONFIG ) } );
look_at( $dom, 'with metadata', [ get_metadata => $TITLE ], [ get_metadata => $ELEMENT, 'urn:x' ] );
act( 'vcpus, next time', sub { $dom->set_vcpus( 2, $CONFIG ) } );
act( 'set_vcpu',         sub { $dom->set_vcpu( '1', 0, $CONFIG ) } );
act( 'too many vcpus',   sub { $dom->set_vcpus( 3, $CONFIG ) } );
act( 'lifecycle action',
    sub { $dom->set_lifecycle_action( $D->LIFECYCLE_CRASH, $D->LIFECYCLE_ACTION_RESTART ) } );
act( 'maximum of memory', sub { $dom->set_max_memory( 224 * 1024 ) } );
look_at_all('changed');

{
    my $reader = Sys::Virt->new( uri => $libvirt->uri, readonly => 1 );
    my $seen   = $reader->get_domain_by_name('guest');
    look_at( $seen, 'read-only', qw(get_name get_info) );
    look_at( $reader, 'read-only', [ define_domain => $XML ], [ create_domain => $XML ] );
    act( "read-only $_", sub { $seen->$_ } ) for qw(create destroy undefine);
}

act( 'create', sub { $dom->create( $D->START_PAUSED ) } );
look_at_all('started');
act( 'create again',         sub { $dom->create } );
act( 'rename while it runs', sub { $dom->rename('other') } );

# Still suspended, so that the guest itself changes nothing.
my @PARAMETERS = (
    [ scheduler => { cpu_shares   => 512, vcpu_quota => 50_000, vcpu_period => '100000' } ],
    [ scheduler => { vcpu_quota   => -1 } ],
    [ scheduler => { vcpu_quota   => 1 } ],
    [ scheduler => { unknown      => 1 } ],
    [ memory    => { hard_limit   => 2**20, soft_limit => 2**19 } ],
    [ memory    => { hard_limit   => $D->MEMORY_PARAM_UNLIMITED } ],
    [ blkio     => { weight       => 500 } ],
    [ blkio     => { weight       => 5 } ],
    [ numa      => { numa_nodeset => '0' } ],
    [ numa      => { numa_mode    => 2 } ],
);
for my $change (@PARAMETERS) {
    my ( $kind, $values ) = @$change;
    my ( $set,  $get )    = ( "set_${kind}_parameters", "get_${kind}_parameters" );
    act( "$set " . shown($values), sub { $dom->$set($values) } );
    look_at( $dom, 'after that', $get, [ $get => $LIVE ] );
}
for my $values (
    { total_bytes_sec => 10_000_000, total_iops_sec => 500 },
    { total_bytes_sec => 1000,       read_bytes_sec => 1000 },
    { total_bytes_sec => 0,          group_name     => 'them' }
    )
{
    act( 'set_block_iotune ' . shown($values), sub { $dom->set_block_iotune( 'vda', $values ) } );
    look_at( $dom, 'after that', [ get_block_iotune => 'vda' ] );
}
act( 'set_perf_events', sub { $dom->set_perf_events( { cpu_clock => 1 }, $CONFIG ) } );
look_at( $dom, 'after that', [ get_perf_events => $CONFIG ] );
act( 'pin_vcpu',     sub { $dom->pin_vcpu( 0, "\1" ) } );
act( 'pin_emulator', sub { $dom->pin_emulator("\1") } );
act( 'add_iothread', sub { $dom->add_iothread( 1, $LIVE ) } );
look_at( $dom, 'pinned', qw(get_emulator_pin_info get_iothread_info) );
act( 'pin_iothread', sub { $dom->pin_iothread( 1, "\1", $LIVE ) } );
look_at( $dom, 'pinned', [ get_iothread_info => $LIVE ] );
act( 'del_iothread',             sub { $dom->del_iothread( 1, $LIVE ) } );
act( 'set_memory',               sub { $dom->set_memory( 150 * 1024 ) } );
act( 'set_memory_stats_period',  sub { $dom->set_memory_stats_period(1) } );
act( 'block_resize',             sub { $dom->block_resize( 'vda', 128 * 1024 ) } );
act( 'migrate_set_max_downtime', sub { $dom->migrate_set_max_downtime(500) } );
act( 'migrate_set_max_speed',    sub { $dom->migrate_set_max_speed(200) } );
act( 'send_key',                 sub { $dom->send_key( $D->KEYCODE_SET_LINUX, 50, [ 30, 48 ] ) } );
act( 'inject_nmi',               sub { $dom->inject_nmi } );
act( 'abort_job',                sub { $dom->abort_job } );
act('set_launch_security_state',
    sub {
        $dom->set_launch_security_state( { 'sev-secret-header' => 'x', 'sev-secret' => 'y' } );
    }
);
act( 'start_dirty_rate_calc', sub { $dom->start_dirty_rate_calc(1) } );
act( 'fd_associate',          sub { $dom->fd_associate( 'group', [0] ) } );
look( 'memory_peek', sub { length $dom->memory_peek( 0, 4096, $D->MEMORY_PHYSICAL ) } );
look_at_all('tuned');

act( 'resume', sub { $dom->resume } );
look_at( $dom, 'resumed', 'get_state' );
act( 'suspend', sub { $dom->suspend } );
look_at( $dom, 'suspended', qw(get_state get_info) );
act( 'resume',               sub { $dom->resume } );
act( 'core_dump',            sub { $dom->core_dump('/var/lib/libvirt/images/core') } );
act( 'core_dump to nowhere', sub { $dom->core_dump('/nowhere/core') } );
act( 'core_dump_format',
    sub { $dom->core_dump_format( '/var/lib/libvirt/images/core', 0, $D->DUMP_MEMORY_ONLY ) } );
act( 'save to nowhere', sub { $dom->save('/nowhere/saved') } );
act( 'save',            sub { $dom->save($SAVED) } );
look_at( $dom,  'saved', qw(get_state is_active) );
look_at( $conn, 'saved', [ get_save_image_xml_description => $SAVED ] );
act('define_save_image_xml',
    sub {
        my $xml = $conn->get_save_image_xml_description($SAVED);
        $xml =~ s/on_reboot>restart/on_reboot>destroy/;
        return $conn->define_save_image_xml( $SAVED, $xml );
    }
);
act( 'restore', sub { $conn->restore_domain($SAVED) } );
look_at( $dom, 'restored', qw(get_state get_xml_description) );
act( 'save with parameters',
    sub { $dom->save( undef, undef, { $D->SAVE_PARAM_FILE => $SAVED } ) } );
act('restore with parameters',
    sub {
        $conn->restore_domain( undef, undef, { $D->SAVE_PARAM_FILE => $SAVED }, $D->SAVE_PAUSED );
    }
);
look_at( $dom, 'restored', 'get_state' );
act( 'managed_save', sub { $dom->managed_save } );
look_at( $dom, 'managed', qw(get_state has_managed_save_image managed_save_get_xml_description) );
act( 'managed_save_define_xml',
    sub { $dom->managed_save_define_xml( $dom->managed_save_get_xml_description ) } );
act( 'create from it', sub { $dom->create } );
look_at( $dom, 'from the image', qw(get_state has_managed_save_image) );
act( 'managed_save',           sub { $dom->managed_save( $D->SAVE_RUNNING ) } );
act( 'undefine with an image', sub { $dom->undefine } );
act( 'managed_save_remove',    sub { $dom->managed_save_remove } );

act( 'create',      sub { $dom->create } );
act( 'it comes up', sub { Guest->comes_up( $libvirt, 'guest', 1 ) } );
act( 'reset',       sub { $dom->reset } );
act( 'it comes up', sub { Guest->comes_up( $libvirt, 'guest', 2 ) } );
act('shutdown',
    sub {
        $dom->shutdown( $D->SHUTDOWN_ACPI_POWER_BTN );
        for ( 1 .. 600 ) {
            return $dom->get_state if !$dom->is_active;
            sleep 1;
        }
        return 'no reaction';
    }
);
act( 'create',                 sub { $dom->create } );
act( 'reboot',                 sub { $dom->reboot } );
act( 'undefine while it runs', sub { $dom->undefine } );
look_at( $dom, 'undefined', qw(is_active is_persistent is_updated) );
act( 'set_autostart', sub { $dom->set_autostart(1) } );
act( 'destroy',       sub { $dom->destroy( $D->DESTROY_GRACEFUL ) } );
look_at( $dom, 'gone', @DOMAIN );
act( $_,          sub { $dom->$_ } ) for qw(create undefine destroy);
act( 'transient', sub { $dom = $conn->create_domain( $XML, $D->START_PAUSED ) } );
look_at( $dom, 'transient', qw(is_persistent get_state) );
act( 'destroy', sub { $dom->destroy } );
look_at( $conn, 'at the end', qw(list_all_domains num_of_domains num_of_defined_domains) );
