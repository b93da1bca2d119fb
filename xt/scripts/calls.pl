# Calls everything that the test driver can answer, by itself or on the libvirtd whose URI is
# given, and prints one line for each call:
# its name, what it gave in list and in scalar context or what it threw, and warnings.
# xt/differential.t and xt/differential-daemon.t compare the lines of two implementations.
use strict;
use warnings;
use File::Temp   ();
use JSON::PP     ();
use Scalar::Util qw(blessed looks_like_number reftype);

use Sys::Virt;

my $json = JSON::PP->new->canonical->allow_nonref->allow_blessed;
my ( $conn, @warnings );
$SIG{__WARN__} = sub {
    my $text = "@_";
    $text =~ s/ at \S+ line \d+\.?$//mg;
    push @warnings, $text;
};

# Objects by class and name, bytes as hexadecimal digits, numbers as numbers.
sub plain {
    my ($value) = @_;
    return undef if !defined $value;
    if ( blessed $value && $value->can('message') ) {
        return { %$value, message => masked( $value->message ) };
    }
    if ( blessed $value ) {
        my $name = $value->can('get_name') ? eval { $value->get_name } : eval { $value->get_uri };
        return ref($value) . '=' . ( defined $name ? $name : '?' );
    }
    my $type = reftype($value) || '';
    return [ map { plain($_) } @$value ] if $type eq 'ARRAY';
    return { map { $_ => plain( $value->{$_} ) } keys %$value } if $type eq 'HASH';
    return { reference => plain($$value) }                      if $type;
    return 'hex ' . unpack( 'H*', $value ) if $value =~ /[^\x20-\x7e\n]/;
    return masked($value);
}

# What differs from run to run: names of files, lines, UUIDs that libvirt makes.
sub masked {
    my ($value) = @_;
    $value                                     =~ s{/tmp/[A-Za-z0-9_]+}{TEMPORARY}g;
    $value                                     =~ s{ at \S+ line \d+\.?}{}g;
    $value                                     =~ s/(?<=with uuid )[-0-9a-f]{36}/UUID/;
    return looks_like_number($value) && $value !~ /\D/ ? $value + 0 : $value;
}

# Methods of the test driver that make numbers of the time of day.
my $COUNTERS = qr/->(?:get_vcpu_info|block_stats|interface_stats|get_info|get_all_domain_stats)\(/;

# Methods whose order libvirt leaves to chance.
my $UNORDERED = qr/->list_(?:node_device|snapshot|all_node_device|all_snapshot|all_child|child)/;

sub try_call {
    my ( $name, $code ) = @_;
    @warnings = ();
    my @list   = eval { $code->() };
    my $error  = $@;
    my $scalar = $error ? undef : eval { scalar $code->() };
    my $result
        = $error
        ? { threw => plain( ref $error ? $error : "$error" ) }
        : { list  => plain( \@list ), scalar => plain($scalar) };
    $result->{warned} = [@warnings] if @warnings;
    if ( $name =~ $UNORDERED && $result->{list} ) {
        $result->{list}   = [ sort @{ $result->{list} } ];
        $result->{scalar} = ref $scalar;
    }
    my $line = $json->encode($result);
    $line =~ s/(?<![-\w.])\d{8,}/COUNTER/g if $name =~ $COUNTERS;
    print "$name $line\n";
}

# Calls a method with arguments, named after both.
sub call {
    my ( $object, $method, @arguments ) = @_;
    my $label = ref($object) . "->$method(" . join( ', ', map { shown($_) } @arguments ) . ')';
    try_call( $label, sub { $object->$method(@arguments) } );
}

sub shown {
    my ($value) = @_;
    my $text = $json->encode( plain($value) );
    return length $text > 60 ? substr( $text, 0, 57 ) . '...' : $text;
}

sub function {
    my ( $name, @arguments ) = @_;
    no strict 'refs';
    try_call( "$name(" . join( ', ', map { shown($_) } @arguments ) . ')',
        sub { &$name(@arguments) } );
}

$conn = Sys::Virt->new( uri => @ARGV ? $ARGV[0] : 'test:///default' );
my ($dom) = $conn->list_all_domains;

# ---- Sys::Virt

call( $conn, $_ ) for qw(
    get_uri get_type get_sysinfo get_capabilities get_version get_major_version
    get_minor_version get_micro_version get_library_version is_alive is_secure is_encrypted
    get_node_info get_node_cpu_map get_node_cpu_stats get_node_memory_stats
    get_node_memory_parameters get_node_security_model get_node_free_memory get_node_sev_info
    get_storage_pool_capabilities
    num_of_domains num_of_defined_domains num_of_networks num_of_defined_networks
    num_of_interfaces num_of_defined_interfaces num_of_storage_pools num_of_defined_storage_pools
    num_of_secrets num_of_nwfilters
    list_domains list_defined_domains list_all_domains list_networks list_defined_networks
    list_all_networks list_interfaces list_defined_interfaces list_all_interfaces
    list_storage_pools list_defined_storage_pools list_all_storage_pools list_secrets
    list_all_secrets list_nwfilters list_all_nwfilters list_all_nwfilter_bindings
    list_node_devices list_all_node_devices
);
call( $conn, $_, 10 ) for qw(
    list_domain_ids list_defined_domain_names list_network_names list_defined_network_names
    list_interface_names list_defined_interface_names list_storage_pool_names
    list_defined_storage_pool_names list_secret_uuids list_nwfilter_names
);
call( $conn, $_, 0 ) for qw(list_domain_ids list_defined_domain_names list_network_names);
call( $conn, 'list_node_device_names',     undef,       100 );
call( $conn, 'list_node_device_names',     'scsi_host', 100 );
call( $conn, 'list_node_devices',          'scsi_host' );
call( $conn, 'num_of_node_devices',        $_ ) for undef, 'scsi_host', 'nope';
call( $conn, 'get_max_vcpus',              'test' );
call( $conn, 'get_domain_capabilities',    undef, undef, undef, undef );
call( $conn, 'get_cpu_model_names',        $_ ) for 'x86_64', 'nope';
call( $conn, 'get_node_cells_free_memory', 0, 1 );
call( $conn, 'compare_cpu',                '<cpu/>' );
call( $conn, 'compare_hypervisor_cpu',     undef, undef, undef, undef, '<cpu/>' );
call( $conn, 'baseline_cpu',               ['<cpu/>'] );
call( $conn, 'baseline_cpu',               [] );
call( $conn, 'baseline_hypervisor_cpu',    undef,        undef, undef, undef, ['<cpu/>'] );
call( $conn, 'node_suspend_for_duration',  0,            60 );
call( $conn, 'node_alloc_pages',           [ [ 4, 1 ] ], 0, 0 );
call( $conn, 'set_keep_alive',             5,            3 );
call( $conn, 'set_identity',               {} );
call( $conn, 'set_node_memory_parameters', {} );
call( $conn, 'find_storage_pool_sources',  'dir', $_ ) for '', '<source/>';
call( $conn, "interface_change_$_" ) for qw(begin rollback begin commit commit);
call( $conn, 'domain_xml_from_native',         'qemu', '' );
call( $conn, 'domain_xml_to_native',           'qemu', '<domain/>' );
call( $conn, 'get_save_image_xml_description', '/no/such' );
call( $conn, 'define_save_image_xml',          '/no/such', '<domain/>' );
call( $conn, 'restore_domain',                 '/no/such' );
call( $conn, 'restore_domain',                 undef );
call( $conn, 'get_domain_by_name',             $_ ) for 'test', 'nope', '', "test\0x";
call( $conn, 'get_domain_by_id',               $_ ) for 1,      99,     -1, '1';
call( $conn, 'get_domain_by_uuid',             $_ )
    for $dom->get_uuid, $dom->get_uuid_string, 'x' x 16, 'x' x 36, 'short', undef;
call( $conn, 'get_network_by_name',              $_ ) for 'default', 'nope';
call( $conn, 'get_network_by_uuid',              'x' x 16 );
call( $conn, 'get_storage_pool_by_name',         $_ ) for 'default-pool', 'nope';
call( $conn, 'get_storage_pool_by_target_path',  '/default-pool' );
call( $conn, 'get_storage_volume_by_path',       '/no' );
call( $conn, 'get_storage_volume_by_key',        'no' );
call( $conn, 'get_interface_by_name',            $_ ) for 'eth1',              'nope';
call( $conn, 'get_interface_by_mac',             $_ ) for 'aa:bb:cc:dd:ee:ff', 'nope';
call( $conn, 'get_node_device_by_name',          $_ ) for 'computer',          'nope';
call( $conn, 'get_secret_by_uuid',               'x' x 16 );
call( $conn, 'get_secret_by_usage',              1, 'x' );
call( $conn, 'get_nwfilter_by_name',             'x' );
call( $conn, 'get_nwfilter_by_uuid',             'x' x 16 );
call( $conn, 'get_nwfilter_binding_by_port_dev', 'x' );
call( $conn, 'define_secret',                    '<secret/>' );
call( $conn, 'define_nwfilter',                  '<filter/>' );
call( $conn, 'create_nwfilter_binding',          '<x/>' );
call( $conn, 'define_node_device',               '<device/>' );
call( $conn, 'create_node_device',               '<device/>' );
call( $conn, $_,                                 '<broken' ) for qw(
    create_domain define_domain create_network define_network create_storage_pool
    define_storage_pool define_interface
);
call( $conn, 'define_domain',        '<domain/>', 1 << 20 );
call( $conn, 'get_all_domain_stats', 0 );
call( $conn, 'get_all_domain_stats', Sys::Virt::Domain::STATS_STATE(), [$dom] );
call( $conn, 'get_all_domain_stats', 0, [], 1 << 20 );

# ---- what is not a handle, and what is too much

function( 'Sys::Virt::Domain::get_name', $_ ) for undef, 'x', 7, [], {};
function('Sys::Virt::Domain::get_metadata');
function( 'Sys::Virt::Domain::get_info',              $dom, 1 );
function( 'Sys::Virt::Domain::set_memory_parameters', $dom, [] );
function( 'Sys::Virt::_get_conn_version',             undef );
function( 'Sys::Virt::_get_library_version',          1 );
function( 'Sys::Virt::get_version',                   $conn );

# ---- Sys::Virt::Domain

my $XML = <<'XML';
<domain type='test'><name>guest</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<memory>1048576</memory><currentMemory>524288</currentMemory><vcpu current='1'>4</vcpu>
<os><type>hvm</type></os><devices>
<disk type='file' device='disk'><source file='/guest.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
<serial type='pty'/></devices></domain>
XML

my $image   = File::Temp->new;
my $guest   = $conn->define_domain($XML);
my @READING = qw(
    get_name get_uuid get_uuid_string get_id get_os_type get_state get_info get_xml_description
    is_active is_persistent is_updated get_autostart get_max_memory get_max_vcpus get_vcpus
    get_vcpu_info get_emulator_pin_info get_control_info get_scheduler_type
    get_scheduler_parameters get_memory_parameters get_blkio_parameters get_numa_parameters
    get_job_info get_security_label get_security_label_list get_disk_errors get_hostname
    get_time get_fs_info get_guest_info get_guest_vcpus get_iothread_info get_perf_events
    get_launch_security_info memory_stats has_managed_save_image has_current_snapshot
    current_snapshot num_of_snapshots list_snapshots list_all_snapshots list_all_checkpoints
    migrate_get_compression_cache migrate_get_max_downtime migrate_get_max_speed
    backup_get_xml_description managed_save_get_xml_description get_messages
);

for my $state (qw(inactive active)) {
    print "## $state\n";
    call( $guest, $_ ) for @READING;
    call( $guest, 'get_vcpus',                $_ ) for 1, 2, 4, 1 << 20;
    call( $guest, 'get_metadata',             $_ ) for 0, 1, 2;
    call( $guest, 'set_metadata',             1, 'a title' );
    call( $guest, 'get_metadata',             1 );
    call( $guest, 'set_metadata',             1, undef );
    call( $guest, 'set_autostart',            1 );
    call( $guest, 'set_scheduler_parameters', { weight       => '60', unknown => 1 } );
    call( $guest, 'set_memory_parameters',    { hard_limit   => 2**40 } );
    call( $guest, 'set_blkio_parameters',     { weight       => 500 } );
    call( $guest, 'set_numa_parameters',      { numa_nodeset => '0' }, 2 );
    call( $guest, 'get_numa_parameters',      2 );
    call( $guest, 'get_interface_parameters', '52:54:00:00:00:01' );
    call( $guest, 'set_interface_parameters', '52:54:00:00:00:01', { 'inbound.average' => 100 } );
    call( $guest, 'get_interface_parameters', '52:54:00:00:00:01' );
    call( $guest, 'get_block_iotune',         $_ ) for 'vda', 'nope';
    call( $guest, 'set_block_iotune', 'vda',
        { total_bytes_sec => 1000, total_bytes_sec_max => 2000, group_name => 'g' } );
    call( $guest, 'get_block_iotune',        'vda' );
    call( $guest, 'get_block_info',          'vda' );
    call( $guest, 'block_stats',             $_ ) for 'vda',               'nope';
    call( $guest, 'interface_stats',         $_ ) for '52:54:00:00:00:01', 'nope';
    call( $guest, 'block_peek',              'vda', 0, 16 );
    call( $guest, 'memory_peek',             0,     16 );
    call( $guest, 'get_interface_addresses', $_ ) for 0, 1, 2;
    call( $guest, 'get_cpu_stats',           0, 1 );
    call( $guest, 'set_vcpus',               2 );
    call( $guest, 'set_vcpu',                '1', 1 );
    call( $guest, 'set_guest_vcpus',         '1', 1 );
    call( $guest, 'pin_vcpu',                0,   "\x03" );
    call( $guest, 'pin_vcpu',                9,   "\x03" );
    call( $guest, 'pin_emulator',            "\x03" );
    call( $guest, 'get_emulator_pin_info' );
    call( $guest, 'set_memory',              262144 );
    call( $guest, 'set_max_memory',          1048576 );
    call( $guest, 'set_memory_stats_period', 5 );
    call( $guest, 'set_user_password',       'root', 'x' );
    call( $guest, 'set_time',                1,      2 );
    call( $guest, 'fs_freeze',               [] );
    call( $guest, 'fs_freeze',               ['/'] );
    call( $guest, 'fs_thaw',                 [] );
    call( $guest, 'fs_trim',                 '/', 0 );
    call( $guest, 'authorized_ssh_keys_get', 'root' );
    call( $guest, 'authorized_ssh_keys_set', 'root', ['key'] );
    call( $guest, 'send_key',                0,      50, [ 1, 2 ] );
    call( $guest, 'send_process_signal',     1,      15 );
    call( $guest, 'inject_nmi' );
    call( $guest, 'set_agent_response_timeout', 5 );
    call( $guest, 'set_lifecycle_action',       0, 0 );
    call( $guest, 'add_iothread',               1 );
    call( $guest, 'set_iothread',               1, { poll_max_ns => 1 } );
    call( $guest, 'pin_iothread',               1, "\x01" );
    call( $guest, 'del_iothread',               1 );
    call( $guest, 'attach_device',              '<x/>' );
    call( $guest, 'detach_device',              '<x/>' );
    call( $guest, 'update_device',              '<x/>' );
    call( $guest, 'detach_device_alias',        'x' );
    call( $guest, 'block_resize',               'vda', 1024 );
    call( $guest, 'block_pull',                 'vda', 0 );
    call( $guest, 'block_commit',               'vda', 'a',       'b', 0 );
    call( $guest, 'block_rebase',               'vda', 'a',       0 );
    call( $guest, 'block_copy',                 'vda', '<disk/>', { bandwidth => 1 } );
    call( $guest, 'get_block_job_info',         'vda' );
    call( $guest, 'set_block_job_speed',        'vda', 1 );
    call( $guest, 'abort_block_job',            'vda' );
    call( $guest, 'set_block_threshold',        'vda', 1 );
    call( $guest, 'abort_job' );
    call( $guest, 'backup_begin',                  '<domainbackup/>', undef );
    call( $guest, 'migrate_set_max_downtime',      100 );
    call( $guest, 'migrate_set_max_speed',         100 );
    call( $guest, 'migrate_set_compression_cache', 100 );
    call( $guest, 'migrate_start_post_copy' );
    call( $guest, 'migrate_to_uri',          'test:///default', {},    0 );
    call( $guest, 'migrate',                 $conn,             {},    0 );
    call( $guest, 'migrate2',                $conn,             undef, 0 );
    call( $guest, 'open_graphics',           0,                 0 );
    call( $guest, 'open_graphics_fd',        0 );
    call( $guest, 'pm_suspend_for_duration', 0, 0 );
    call( $guest, 'pm_wakeup' );
    call( $guest, 'set_perf_events',       { cmt => 1 } );
    call( $guest, 'start_dirty_rate_calc', 1 );
    call( $guest, 'rename',                'other' );
    call( $guest, 'rename',                'guest' );
    $guest->create if !$guest->is_active;
}
call( $guest, $_ ) for qw(suspend get_state resume reboot shutdown create reset get_state);
call( $guest, 'create_with_files', [] );
call( $guest, 'save',              "$image" );
call( $guest, 'save' );
call( $conn,  'restore_domain',   "$image" );
call( $guest, 'core_dump',        "$image" );
call( $guest, 'core_dump_format', "$image", 0 );
call( $guest, $_ ) for qw(managed_save has_managed_save_image managed_save_remove);
call( $guest, 'managed_save_define_xml', '<domain/>' );

# ---- snapshots and checkpoints

call( $guest, 'create_snapshot', '<broken' );
my $snapshot = $guest->create_snapshot('<domainsnapshot><name>first</name></domainsnapshot>');
my $second   = $guest->create_snapshot('<domainsnapshot><name>second</name></domainsnapshot>');
call( $guest, $_ )
    for
    qw(num_of_snapshots list_snapshots list_all_snapshots current_snapshot has_current_snapshot);
call( $guest, 'list_snapshot_names', 10 );
call( $guest, 'get_snapshot_by_name', $_ ) for 'first', 'nope';
for my $one ( $snapshot, $second ) {
    call( $one, $_ )
        for
        qw(get_name get_parent is_current has_metadata num_of_child_snapshots list_all_children);
    call( $one, 'list_child_snapshot_names', 10 );
}
call( $snapshot, 'revert_to' );
call( $second,   'delete' );
call( $second,   'delete' );
call( $guest,    'create_checkpoint',      '<domaincheckpoint/>' );
call( $guest,    'get_checkpoint_by_name', 'x' );
call( $guest,    'list_all_checkpoints' );
call( $snapshot, 'delete' );

# ---- networks

my $network = $conn->get_network_by_name('default');
my @NETWORK = qw(
    get_name get_uuid get_uuid_string get_bridge_name get_xml_description is_active
    is_persistent get_autostart get_dhcp_leases list_all_ports
);
call( $network, $_ ) for @NETWORK;
call( $network, 'set_autostart', 1 );
call( $network, 'get_autostart' );
call( $network, 'update',           1, 2, 0, '<x/>' );
call( $network, 'create_port',      '<networkport/>' );
call( $network, 'get_port_by_uuid', 'x' x 16 );
call( $network, $_ ) for qw(destroy destroy is_active create create);
my $NET = "<network><name>n2</name><bridge name='virbr9'/></network>";
call( $conn, 'define_network', $NET );
my $net2 = $conn->get_network_by_name('n2');
call( $net2, $_ ) for qw(is_active get_autostart create undefine destroy);
call( $conn, 'create_network', $NET );

# ---- storage

my $pool = $conn->get_storage_pool_by_name('default-pool');
call( $pool, $_ ) for qw(
    get_name get_uuid get_uuid_string get_info get_xml_description is_active is_persistent
    get_autostart num_of_storage_volumes list_volumes list_all_volumes refresh
);
call( $pool, 'list_storage_vol_names', 10 );
my $VOL    = "<volume><name>%s</name><capacity>1048576</capacity></volume>";
my $volume = $pool->create_volume( sprintf $VOL, 'one' );
call( $pool,   'create_volume', sprintf $VOL, 'one' );
call( $volume, $_ ) for qw(get_name get_key get_path get_info get_xml_description);
call( $pool,   'get_volume_by_name',         $_ ) for 'one', 'nope';
call( $conn,   'get_storage_volume_by_path', $volume->get_path );
call( $conn,   'get_storage_volume_by_key',  $volume->get_key );
call( $conn,   'get_storage_pool_by_volume', $volume );
call( $pool,   'list_volumes' );
my $clone = $pool->clone_volume( sprintf( $VOL, 'two' ), $volume );
call( $clone,  'get_name' );
call( $volume, 'resize', 2097152 );
call( $volume, $_ ) for qw(wipe);
call( $volume, 'wipe_pattern', 0 );
call( $volume, $_ ) for qw(delete delete);
call( $pool,   $_ ) for qw(destroy destroy create undefine);
call( $pool,   'set_autostart', 1 );
my $POOL = "<pool type='dir'><name>p2</name><target><path>/p2</path></target></pool>";
call( $conn, 'define_storage_pool', $POOL );
my $pool2 = $conn->get_storage_pool_by_name('p2');
call( $pool2, $_ ) for qw(is_active build create get_info destroy delete undefine);

# ---- interfaces and node devices

call( $conn, 'define_interface', "<interface type='ethernet' name='eth7'/>" );
call( $conn->get_interface_by_name('eth7'), $_ ) for qw(is_active undefine);
my $interface = $conn->get_interface_by_name('eth1');
call( $interface, $_ )
    for qw(get_name get_mac is_active get_xml_description destroy is_active create undefine);
my $device = $conn->get_node_device_by_name('computer');
call( $device, $_ )
    for qw(get_name get_parent get_xml_description list_capabilities destroy reset reattach);
call( $device, 'dettach', undef );

for my $name ( sort map { $_->get_name } $conn->list_all_node_devices ) {
    my $device = $conn->get_node_device_by_name($name);
    call( $device, $_ ) for qw(get_parent list_capabilities);
}

# ---- streams

my $stream = $conn->new_stream;
call( $stream, $_ ) for qw(finish abort recv_hole remove_callback);
call( $stream, 'send',         'x', 1 );
call( $stream, 'send_hole',    1 );
call( $dom,    'open_console', $stream, undef );
call( $dom,    'open_channel', $stream, undef );
try_call(
    'screenshot',
    sub {
        my $stream = $conn->new_stream;
        my $type   = $dom->screenshot( $stream, 0 );
        my $bytes  = '';
        $stream->recv_all( sub { $bytes .= $_[1]; return $_[2] } );
        $stream->finish;
        return ( $type, length $bytes, unpack '%32C*', $bytes );
    }
);

call( $guest, $_ ) for qw(destroy undefine get_info);
call( $conn, 'get_domain_by_name', 'guest' );
