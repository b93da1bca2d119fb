# The rest of Sys::Virt::Domain on the test driver, its snapshots and its statistics; where the
# driver lacks something, the error says so.
use strict;
use warnings;
use Test::More;

use Sys::Virt;

my $conn = Sys::Virt->new( uri => 'test:///default' );
my $dom  = $conn->define_domain(<<'XML');
<domain type='test'><name>guest</name><memory>1048576</memory><vcpu>2</vcpu><os><type>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/guest.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface></devices></domain>
XML
$dom->create;

sub error_of {
    my ($call) = @_;
    return eval { $call->(); 1 } ? undef : $@;
}

# ---- statistics

# The test driver of libvirt 7.0 has none of all domains, as of some other things below.
my $has = sub {
    my ($call) = @_;
    my $error = error_of($call) or return 1;
    return !is( $error->code, Sys::Virt::Error::ERR_NO_SUPPORT, 'not with this libvirt' );
};
if ( $has->( sub { $conn->get_all_domain_stats(0) } ) ) {
    my @all = $conn->get_all_domain_stats(0);
    is_deeply( [ sort map { $_->{dom}->get_name } @all ], [qw(guest test)], 'of all domains' );
    is_deeply( $all[0]{data},
        { 'state.state' => 1, 'state.reason' => 0 + $all[0]{data}{'state.reason'} },
        'their data' );
    my @one = $conn->get_all_domain_stats( Sys::Virt::Domain::STATS_STATE, [$dom] );
    is( scalar @one, 1, 'of one domain' );
    isa_ok( $one[0]{dom}, 'Sys::Virt::Domain' );
    is( scalar( @{ [ $conn->get_all_domain_stats( 0, [] ) ] } ), 2, 'an empty list is all' );
    {
        my @warnings;
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        is_deeply( [ $conn->get_all_domain_stats( 0, [ $dom, 'x' ] ) ],
            [undef], 'no domain: undef' );
        like(
            "@warnings",
            qr/get_all_domain_stats\(\) -- doms_sv\[1\] is not a blessed SV reference/,
            'and a warning that says which'
        );
        isnt( error_of( sub { $conn->get_all_domain_stats( 0, [$conn] ) } ), undef,
            'a connection' );
        like( $@, qr/doms_sv\[0\] is a connection/, 'is refused' );
    }
}
my @cpus = $dom->get_cpu_stats( 0, 1 );
is( scalar @cpus, 1, 'one record for one CPU: row 4 of the hazards' );
is_deeply( [ sort keys %{ $cpus[0] } ], [qw(cpu_time vcpu_time)], 'with its fields' );
is( scalar( my @several = $dom->get_cpu_stats( 0,  2 ) ), 2, 'two for two' );
is( scalar( my @totals  = $dom->get_cpu_stats( -1, 1 ) ), 1, 'the totals are one' );
cmp_ok( scalar keys %{ $totals[0] },                       '>=', 1, 'with theirs' );
cmp_ok( scalar( my @every = $dom->get_cpu_stats( 0, 0 ) ), '>=', 2, 'all of them for 0' );
is_deeply(
    [ sort keys %{ $dom->block_stats('vda') } ],
    [qw(errs rd_bytes rd_req wr_bytes wr_req)],
    'block_stats falls back to the first version'
);
is( error_of( sub { $dom->block_stats( 'vda', 1 ) } )->code, 3, 'but not with flags' );
is_deeply(
    [ sort keys %{ $dom->interface_stats('52:54:00:00:00:01') } ],
    [qw(rx_bytes rx_drop rx_errs rx_packets tx_bytes tx_drop tx_errs tx_packets)],
    'interface_stats'
);
is_deeply(
    $dom->get_block_info('vda'),
    { capacity => 1099506450432, allocation => 1099511627776, physical => 1099511627776 },
    'get_block_info'
);
is_deeply( [ $dom->get_disk_errors ], [ { path => 'vda', error => 1 } ], 'get_disk_errors' );
is_deeply(
    [ $dom->get_fs_info ]->[0],
    { mountpoint => '/', name => 'vda1', fstype => 'ext4', devalias => ['vda'] },
    'get_fs_info'
);
my ($interface) = $dom->get_interface_addresses(0);
is( $interface->{hwaddr}, '52:54:00:00:00:01', 'get_interface_addresses' );
is_deeply(
    [ map { [ sort keys %$_ ] } @{ $interface->{addrs} } ],
    [ [qw(addr prefix type)] ],
    'with its addresses'
);
like( $interface->{addrs}[0]{addr}, qr/\A192\.168\.122\.[0-9]+\z/, 'as text' );
my $time = $dom->get_time;
is( ref $time, 'ARRAY', 'get_time' );
$dom->set_time( -5, 7 );
is_deeply( $dom->get_time, [ -5, 7 ], 'seconds before 1970: row 34' );
$dom->fs_freeze( [] );
$dom->fs_thaw( [] );

is_deeply( $dom->memory_stats, {}, 'memory_stats without a balloon' );
$dom->fs_trim( undef, 0 );

# ---- what the driver lacks

for my $call (
    [ get_job_stats           => [] ],
    [ block_peek              => [ 'vda',       2**40, 16 ] ],
    [ memory_peek             => [ 2**40,       16 ] ],
    [ block_commit            => [ 'vda',       undef, undef, 0 ] ],
    [ block_rebase            => [ 'vda',       undef, 0 ] ],
    [ block_pull              => [ 'vda',       0 ] ],
    [ block_copy              => [ 'vda',       '<disk/>', { 'buf-size' => 2**33 } ] ],
    [ backup_begin            => [ '<x/>',      undef ] ],
    [ authorized_ssh_keys_set => [ 'root',      [] ] ],
    [ migrate_to_uri          => [ 'test:///x', 0, 'name', 'uri', 7 ] ],
    [ migrate_to_uri2 => [ 'test:///x', '<x/>',                                              0 ] ],
    [ migrate         => [ $conn,       { migrate_disks => [qw(a b)], compression => 'mt' }, 0 ] ],
    [ open_graphics   => [ 0,           0 ] ],
    )
{
    my ( $method, $arguments ) = @$call;
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    my $error = error_of( sub { $dom->$method(@$arguments) } );
    is( ref $error,  'Sys::Virt::Error', "$method: an error of libvirt" ) or diag $error;
    is( "@warnings", '',                 "$method: without warnings" );
}

# ---- wrong arguments

for my $call (
    [ fs_freeze           => [undef],                qr/mountPointsSV is not an ARRAY reference/ ],
    [ send_key            => [ 0, 0, 'x' ],          qr/keycodesSV is not an ARRAY reference/ ],
    [ create_with_files   => ['x'],                  qr/fdssv is not an ARRAY reference/ ],
    [ block_copy          => [ 'vda', '<x/>', 'x' ], qr/newparams is not a HASH reference/ ],
    [ migrate             => [ $conn, [] ],          qr/newparams is not a HASH reference/ ],
    [ list_snapshot_names => [-1],                   qr/-1 is no number of items/ ],
    [   block_peek => [ 'vda', 0, 2**62 ],
        qr/size is 4611686018427387904 bytes: more than there is/
    ],
    [ memory_peek => [ 0, -1 ], qr/size is 18446744073709551615 bytes: more than there is/ ],
    )
{
    my ( $method, $arguments, $text ) = @$call;
    my $error = error_of( sub { $dom->$method(@$arguments) } );
    like( $error, qr/\ASys::Virt::Domain::_?$method: $text/, "$method says what is wrong" );
}

# ---- snapshots

is( $dom->has_current_snapshot,                       0,  'no snapshot' );
is( error_of( sub { $dom->current_snapshot } )->code, 72, 'NO_DOMAIN_SNAPSHOT' );
my $first  = $dom->create_snapshot('<domainsnapshot><name>first</name></domainsnapshot>');
my $second = $dom->create_snapshot('<domainsnapshot><name>second</name></domainsnapshot>');
isa_ok( $first, 'Sys::Virt::DomainSnapshot' );
is( $first->get_name, 'first', 'name' );
like( $first->get_xml_description, qr/<name>first<\/name>/, 'XML' );
is( $dom->num_of_snapshots, 2, 'two' );
is_deeply( [ sort $dom->list_snapshot_names(10) ], [qw(first second)], 'names' );
is( scalar $dom->list_snapshots, 2, 'list_snapshots counts' );
is_deeply( [ sort map { $_->get_name } $dom->list_all_snapshots ], [qw(first second)], 'all' );
is( $dom->current_snapshot->get_name,                'second', 'current' );
is( $dom->get_snapshot_by_name('first')->is_current, 0,        'not current' );
is( $second->get_parent->get_name,                   'first',  'parent' );
is( error_of( sub { $first->get_parent } )->code,    72,       'no parent' );
is( $first->num_of_child_snapshots,                  1,        'children' );
is_deeply( [ map { $_->get_name } $first->list_child_snapshots ],
    ['second'], 'list_child_snapshots: row 25' );
is_deeply( [ $first->list_child_snapshot_names(5) ], ['second'], 'their names' );
is( ( $first->list_all_children )[0]->get_name, 'second',          'list_all_children' );
is( $second->get_domain->get_name,              'guest',           'its domain' );
is( $second->get_connection->get_uri,           'test:///default', 'its connection' );
is( $first->has_metadata,                       1,                 'metadata' );
$first->revert_to;
$second->delete;
is( error_of( sub { $dom->get_snapshot_by_name('second') } )->code, 72, 'deleted' );
isa_ok( Sys::Virt::DomainSnapshot->_new( domain => $dom, name => 'first' ),
    'Sys::Virt::DomainSnapshot' );
like(
    error_of( sub { Sys::Virt::DomainSnapshot->_new( domain => $dom ) } ),
    qr/\Aname or xml parameters are required at /,
    '_new needs a name or XML'
);

for my $call ( [ create_checkpoint => ['<domaincheckpoint/>'] ],
    [ get_checkpoint_by_name => ['x'] ], )
{
    my ( $method, @arguments ) = ( $call->[0], @{ $call->[1] } );
    is( ref error_of( sub { $dom->$method(@arguments) } ), 'Sys::Virt::Error', $method );
}

# ---- DESTROY

my $last = $dom->create_snapshot('<domainsnapshot><name>last</name></domainsnapshot>');
$last->DESTROY for 1 .. 2;
like( error_of( sub { $last->get_name } ), qr/was released already/, 'released once, and gone' );

done_testing;
