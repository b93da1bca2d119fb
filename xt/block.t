# Disks of a domain under qemu: block jobs, snapshots, checkpoints and backups. The domain is
# paused from the start: no guest is needed to move its blocks.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use Failure;
use PrivateLibvirt;
use Sys::Virt;

alarm 1800;
my $D      = 'Sys::Virt::Domain';
my $S      = 'Sys::Virt::DomainSnapshot';
my $IMAGES = '/var/lib/libvirt/images';
my $MIB    = 2**20;
my ( $INTERNAL_ERROR, $INVALID_ARG, $INVALID_OPERATION ) = ( 1, 8, 55 );

Sys::Virt::Event::register_default();
my $libvirt = PrivateLibvirt->start;
my $conn    = Sys::Virt->new( uri => $libvirt->uri );

sub image { return "$IMAGES/$_[0].qcow2" }

$libvirt->run( qw(qemu-img create -q -f qcow2), image('disk'),      '64M' );
$libvirt->run( qw(qemu-io -c),                  'write -P 65 0 1M', image('disk') );

my $dom = $conn->define_domain( <<"XML" );
<domain type='qemu'>
  <name>disks</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='${\ image('disk') }'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
XML
$dom->create( $D->START_PAUSED );

my ( @jobs, @jobs2, @completed );
$conn->domain_event_register_any( $dom, $D->EVENT_ID_BLOCK_JOB,
    sub { push @jobs, [ @_[ 2 .. $#_ ] ] } );
$conn->domain_event_register_any( $dom, $D->EVENT_ID_BLOCK_JOB_2,
    sub { push @jobs2, [ @_[ 2 .. $#_ ] ] } );
$conn->domain_event_register_any(
    $dom,
    $D->EVENT_ID_JOB_COMPLETED,
    sub { push @completed, [ @_[ 2 .. $#_ ] ] }
);

# A timer, so that a turn of the loop ends.
Sys::Virt::Event::add_timeout( 50, sub { } );
sub turn { Sys::Virt::Event::run_default() }

# Waits until a job of this type reaches this status.
sub job_is {
    my ( $name, $type, $status ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $found = sub {
        return grep { $_->[0] eq 'vda' && $_->[1] == $type && $_->[2] == $status } @jobs2;
    };
    wait_until( $name, $found, \&turn ) or diag explain \@jobs2;
}

sub source {
    return $dom->get_xml_description =~ m{<source file='$IMAGES/([^']+)\.qcow2'} ? $1 : '';
}

sub snapshot {
    my ($name) = @_;
    return $dom->create_snapshot(
        "<domainsnapshot><name>$name</name><disks><disk name='vda' snapshot='external'>"
            . "<source file='${\ image($name) }'/></disk></disks></domainsnapshot>",
        $S->CREATE_DISK_ONLY | $S->CREATE_NO_METADATA
    );
}

subtest 'looked at' => sub {
    is( $dom->get_block_info('vda')->{capacity}, 64 * $MIB, 'its size' );
    fails(
        'bytes of what is not raw',
        sub { $dom->block_peek( 'vda', 0, 4 ) },
        84, qr/only supported for disk with 'raw' format/
    );
    is( $dom->get_block_job_info('vda')->{type}, $D->BLOCK_JOB_TYPE_UNKNOWN, 'no job' );
    fails( 'no such disk', sub { $dom->get_block_job_info('vdz') }, $INVALID_ARG, qr/vdz/ );
    $dom->block_resize( 'vda', 96 * $MIB, $D->BLOCK_RESIZE_BYTES );
    is( $dom->get_block_info('vda')->{capacity}, 96 * $MIB, 'larger, in bytes' );
    $dom->block_resize( 'vda', 128 * 1024 );
    is( $dom->get_block_info('vda')->{capacity}, 128 * $MIB, 'in KiB' );
    $dom->set_block_threshold( 'vda', 32 * $MIB );
    my ($stats) = $conn->get_all_domain_stats( $D->STATS_BLOCK, [$dom] );
    is( $stats->{data}{'block.0.threshold'}, 32 * $MIB, 'a threshold' );
    $dom->set_block_iotune(
        'vda',
        {   $D->BLOCK_IOTUNE_TOTAL_IOPS_SEC => 500,
            $D->BLOCK_IOTUNE_GROUP_NAME     => 'slow'
        }
    );
    my $tune = $dom->get_block_iotune('vda');
    is( $tune->{total_iops_sec}, 500,    'a limit' );
    is( $tune->{group_name},     'slow', 'of a group' );
    $dom->set_block_iotune( 'vda', { $D->BLOCK_IOTUNE_TOTAL_IOPS_SEC => 0 } );
};

subtest 'commit' => sub {
    snapshot('top');
    is( source(), 'top', 'a layer' );
    $dom->block_commit( 'vda', undef, undef, 0, $D->BLOCK_COMMIT_ACTIVE );
    job_is( 'ready', $D->BLOCK_JOB_TYPE_ACTIVE_COMMIT, $D->BLOCK_JOB_READY );
    my $info = $dom->get_block_job_info('vda');
    is( $info->{type}, $D->BLOCK_JOB_TYPE_ACTIVE_COMMIT, 'what job' );
    is( $info->{cur},  $info->{end},                     'all is copied' );
    $dom->abort_block_job( 'vda', $D->BLOCK_JOB_ABORT_PIVOT );
    job_is( 'done', $D->BLOCK_JOB_TYPE_ACTIVE_COMMIT, $D->BLOCK_JOB_COMPLETED );
    is( source(), 'disk', 'back on the base' );
    is_deeply(
        [ map { $_->[0] } grep { $_->[1] == $D->BLOCK_JOB_TYPE_ACTIVE_COMMIT } @jobs ],
        [ image('top'), image('disk') ],
        'the older event has the path'
    );

    snapshot($_) for qw(lower upper);
    $dom->block_commit( 'vda', image('disk'), image('lower'), 0 );
    job_is( 'of a middle layer', $D->BLOCK_JOB_TYPE_COMMIT, $D->BLOCK_JOB_COMPLETED );
    is( source(), 'upper', 'the top stays' );
    like( $dom->get_xml_description, qr{<backingStore type='file'[^>]*>.*disk\.qcow2}s,
        'on the base' );
};

subtest 'pull and rebase' => sub {
    ( @jobs, @jobs2 ) = ();
    $dom->block_pull( 'vda', 0 );
    job_is( 'pulled', $D->BLOCK_JOB_TYPE_PULL, $D->BLOCK_JOB_COMPLETED );
    like( $dom->get_xml_description, qr{<backingStore/>}, 'nothing is below it' );
    snapshot($_) for qw(one two);
    @jobs2 = ();
    $dom->block_rebase( 'vda', image('upper'), 0 );
    job_is( 'rebased', $D->BLOCK_JOB_TYPE_PULL, $D->BLOCK_JOB_COMPLETED );
    unlike( $dom->get_xml_description, qr/one\.qcow2/, 'a layer less' );
    fails(
        'a base that is none',
        sub { $dom->block_rebase( 'vda', '/nowhere', 0 ) },
        $INVALID_ARG, qr/nowhere/
    );
};

subtest 'copy' => sub {
    my $xml = "<disk type='file'><driver type='qcow2'/><source file='${\ image('copy') }'/></disk>";
    @jobs2 = ();
    $dom->block_copy(
        'vda', $xml,
        { $D->BLOCK_COPY_BANDWIDTH => 512 * $MIB },
        $D->BLOCK_COPY_TRANSIENT_JOB
    );
    job_is( 'ready', $D->BLOCK_JOB_TYPE_COPY, $D->BLOCK_JOB_READY );
    $dom->set_block_job_speed( 'vda', 100 );
    is( $dom->get_block_job_info('vda')->{bandwidth}, 100, 'speed, in MiB/s' );
    $dom->abort_block_job('vda');
    job_is( 'canceled', $D->BLOCK_JOB_TYPE_COPY, $D->BLOCK_JOB_CANCELED );
    is( source(), 'two', 'it stays where it was' );
    $libvirt->run( 'rm', image('copy') );
    @jobs2 = ();
    $dom->block_copy( 'vda', $xml, {}, $D->BLOCK_COPY_TRANSIENT_JOB );
    job_is( 'ready again', $D->BLOCK_JOB_TYPE_COPY, $D->BLOCK_JOB_READY );
    $dom->abort_block_job( 'vda', $D->BLOCK_JOB_ABORT_PIVOT );
    wait_until( 'it uses the copy', sub { source() eq 'copy' }, \&turn );
    fails(
        'no job to end',
        sub { $dom->abort_block_job('vda') },
        $INVALID_ARG, qr/disk vda does not have an active block job/
    );
};

subtest 'snapshots' => sub {
    my $xml = '<domainsnapshot><name>%s</name></domainsnapshot>';
    my ( $first, $second, $third )
        = map { $dom->create_snapshot( sprintf $xml, $_ ) } qw(first second third);
    is( $dom->num_of_snapshots, 3, 'three' );
    is_deeply( [ sort map { $_->get_name } $dom->list_all_snapshots ],
        [qw(first second third)], 'names' );
    is( $third->get_parent->get_name, 'second', 'parent' );
    is_deeply( [ map { $_->get_name } $first->list_all_children ], ['second'], 'child' );
    is( $first->num_of_child_snapshots( $S->LIST_DESCENDANTS ), 2,       'descendants' );
    is( $dom->current_snapshot->get_name,                       'third', 'current' );
    is( $first->is_current,                                     0,       'not the first' );
    is( $first->has_metadata,                                   1,       'libvirt knows it' );
    $first->revert_to( $S->REVERT_PAUSED );
    is_deeply( [ $dom->get_state ],
        [ $D->STATE_PAUSED, $D->STATE_PAUSED_FROM_SNAPSHOT ], 'reverted' );
    is( $dom->current_snapshot->get_name, 'first', 'to the first' );
    fails( 'no parent', sub { $first->get_parent }, 72, qr/does not have a parent/ );
    $second->delete( $S->DELETE_CHILDREN );
    is_deeply( [ map { $_->get_name } $dom->list_all_snapshots ],
        ['first'], 'deleted, with its child' );
    my $saved = $first->get_xml_description;
    $first->delete( $S->DELETE_METADATA_ONLY );
    is( $dom->num_of_snapshots, 0, 'forgotten' );
    $first = $dom->create_snapshot( $saved, $S->CREATE_REDEFINE );
    is( $first->get_name, 'first', 'and known again' );
    $first->delete;
};

subtest 'external snapshots' => sub {
    my $external = sub {
        my ( $name, $memory ) = @_;
        return
              "<domainsnapshot><name>$name</name>"
            . ( $memory ? "<memory snapshot='external' file='$IMAGES/$name.memory'/>" : '' )
            . "<disks><disk name='vda' snapshot='external'><source file='${\ image($name) }'/></disk>"
            . '</disks></domainsnapshot>';
    };
    my $disk = $dom->create_snapshot( $external->('disk-only'), $S->CREATE_DISK_ONLY );
    is( source(), 'disk-only', 'a layer of its own' );
    my $all = $dom->create_snapshot( $external->( 'all', 1 ) );
    cmp_ok( -s $libvirt->path("$IMAGES/all.memory"), '>', 0, 'and one with its memory' );
    is( $all->get_parent->get_name, 'disk-only', 'parent' );
    my $names = sub {
        return [ sort map { $_->get_name } $dom->list_all_snapshots(@_) ];
    };
    my $internal = $dom->create_snapshot('<domainsnapshot><name>internal</name></domainsnapshot>');
    is_deeply( $names->( $S->LIST_EXTERNAL ),  [qw(all disk-only)], 'those outside of the image' );
    is_deeply( $names->( $S->LIST_INTERNAL ),  ['internal'],        'those inside' );
    is_deeply( $names->( $S->LIST_DISK_ONLY ), ['disk-only'],       'those without memory' );
    is_deeply( $names->( $S->LIST_LEAVES ),    ['internal'],        'those without children' );
    is_deeply( $names->( $S->LIST_ROOTS ),     ['disk-only'],       'those without a parent' );
    like( $all->get_xml_description, qr/<memory snapshot='external'/, 'XML' );
    $internal->delete;

    if ( $conn->get_library_version < 9_009_000 ) {
        fails(
            'reverted', sub { $all->revert_to( $S->REVERT_PAUSED ) },
            67,         qr/revert to external snapshot not supported yet/
        );
    }
    else {
        $all->revert_to( $S->REVERT_PAUSED );
        is( $dom->current_snapshot->get_name, 'all', 'reverted' );
    }
    $_->delete( $S->DELETE_METADATA_ONLY ) for $all, $disk;
    is( $dom->num_of_snapshots, 0,     'forgotten' );
    is( source(),               'all', 'the layers stay' );
};

subtest 'checkpoints and backups' => sub {
    my $C   = 'Sys::Virt::DomainCheckpoint';
    my $xml = "<domaincheckpoint><name>%s</name><disks><disk name='vda' checkpoint='bitmap'/>"
        . '</disks></domaincheckpoint>';
    my $one = $dom->create_checkpoint( sprintf $xml, 'one' );
    my $two = $dom->create_checkpoint( sprintf $xml, 'two' );
    is( $two->get_parent->get_name, 'one', 'parent' );
    is_deeply( [ map { $_->get_name } $one->list_all_children ], ['two'], 'child' );
    like( $one->get_xml_description( $C->XML_SIZE ), qr/size='[0-9]+'/, 'how much has changed' );
    my $again = $dom->get_checkpoint_by_name('one');
    $again->DESTROY for 1 .. 2;
    ok( !eval { $again->get_name; 1 }, 'a checkpoint is released once, and gone' );

    my $push = "<domainbackup mode='push'>%s<disks><disk name='vda' type='file'>"
        . "<target file='${\ image('%s') }'/><driver type='qcow2'/></disk></disks></domainbackup>";
    my $is_done = sub {
        my ($name) = @_;
        my $backup;
        my $found = sub {
            ($backup) = grep { $_->{ $D->JOB_OPERATION } == $D->JOB_OPERATION_BACKUP }
                map { $_->[0] } @completed;
        };
        wait_until( $name, $found, \&turn );
        @completed = ();
        return $backup;
    };
    $dom->backup_begin( sprintf( $push, '', 'full' ), undef );
    my $backup = $is_done->('a full backup');
    is( $backup->{ $D->JOB_SUCCESS } // 1, 1,          'which succeeds' );
    is( $backup->{ $D->JOB_DISK_TOTAL },   128 * $MIB, 'of all of the disk' );
    my $compared = $libvirt->run( qw(qemu-img compare -U), image('full'), image( source() ) );
    is( $compared, "Images are identical.\n", 'the same as the disk' );
    $dom->backup_begin( sprintf( $push, '<incremental>one</incremental>', 'since' ), undef );
    $is_done->('an incremental one');
    my $map = $libvirt->run( qw(qemu-img map -U --output=json), image('since') );
    unlike( $map, qr/"depth": 0/, 'has nothing, as nothing has changed' );

    $dom->backup_begin(
        "<domainbackup mode='pull'><server transport='unix' socket='/run/backup.sock'/>"
            . "<disks><disk name='vda' type='file'><scratch file='${\ image('scratch') }'/></disk>"
            . '</disks></domainbackup>',
        sprintf $xml,
        'three'
    );
    like( $dom->backup_get_xml_description, qr/mode='pull'/, 'one to pull' );
    my $uri = 'nbd+unix:///vda?socket=/run/backup.sock';
    like(
        $libvirt->run( qw(qemu-io -r -f raw -c), 'read -P 65 0 1M', $uri ),
        qr/\Aread 1048576\/1048576 bytes/,
        'which has the bytes'
    );
    is( $dom->get_job_info->{type}, $D->JOB_UNBOUNDED, 'a job' );
    $dom->abort_job;
    wait_until( 'which ends', sub { $dom->get_job_info->{type} == $D->JOB_NONE }, \&turn );
    fails( 'no backup', sub { $dom->backup_get_xml_description },
        104, qr/no domain backup job present/ );
    is_deeply( [ sort map { $_->get_name } $dom->list_all_checkpoints ],
        [qw(one three two)], 'a third' );
    fails( 'no such checkpoint', sub { $dom->get_checkpoint_by_name('four') }, 103, qr/four/ );
    $_->delete for $dom->list_all_checkpoints;
    is_deeply( [ $dom->list_all_checkpoints ], [], 'all deleted' );
};

subtest 'a file by its descriptor' => sub {
    open my $file, '+<', $libvirt->path( image('full') ) or die "full: $!";
    ok( !$dom->fd_associate( 'full', [ fileno $file ] ), 'associated' );
    fails(
        'no descriptor',
        sub { $dom->fd_associate( 'none', [] ) },
        $INVALID_ARG, qr/must not be zero/
    );
    }
    if $conn->get_library_version >= 9_000_000;

$dom->destroy;
$dom->undefine;

done_testing;
