# A guest moves between two private libvirtds: by every form of the calls, and not.
use strict;
use warnings;
use lib 'xt/lib';
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use Failure;
use Guest;
use PrivateLibvirt;
use Sys::Virt;

alarm 1800;
my $D    = 'Sys::Virt::Domain';
my $UUID = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';

Sys::Virt::Event::register_default();
my %settings = ( transports => 1, auth_tcp => 'none' );
my %libvirt  = map { $_ => PrivateLibvirt->start( name => $_, %settings ) } qw(here there);
my %address;
@address{qw(here there)} = $libvirt{here}->connect_network( $libvirt{there} );
Guest->install($_) for values %libvirt;
$libvirt{here}->join_network;
my %uri = map { $_ => "qemu+tcp://$address{$_}/system" } keys %libvirt;
my %to  = map { $_ => "tcp://$address{$_}" } keys %libvirt;

my @events;
my %conn = map { $_ => Sys::Virt->new( uri => $libvirt{$_}->uri ) } keys %libvirt;
for my $where ( sort keys %conn ) {
    $conn{$where}->domain_event_register_any( undef, $D->EVENT_ID_LIFECYCLE,
        sub { push @events, "$where $_[2] $_[3]" } );
}
my @iterations;
my $dom;

# The disk is a file on either side: libvirt has to be told that this is meant.
my $LIVE = $D->MIGRATE_LIVE | $D->MIGRATE_UNSAFE;
my $P2P  = $LIVE | $D->MIGRATE_PEER2PEER;

sub is_at {
    my ( $where, $name, $domain_name ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my %names = map {
        my $side = $_;
        ( $side => [ map { $_->get_name } $conn{$side}->list_domains ] )
    } keys %conn;
    my ($other) = grep { $_ ne $where } keys %conn;
    is_deeply( \%names, { $where => [ $domain_name || 'guest' ], $other => [] }, $name );
    $dom = $conn{$where}->get_domain_by_uuid($UUID);
    is( ( $dom->get_state )[0], $D->STATE_RUNNING, "$name: it runs" );
}

# A timer, so that a turn of the loop ends.
Sys::Virt::Event::add_timeout( 50, sub { } );
sub turn { Sys::Virt::Event::run_default() }

$dom = $conn{here}->create_domain( Guest->xml( 'guest', $UUID ) );
ok( Guest->comes_up( $libvirt{here}, 'guest', 1 ), 'a guest has come up' );

# ---- settings

$dom->migrate_set_max_speed(200);
is( $dom->migrate_get_max_speed, 200, 'speed, in MiB/s' );
$dom->migrate_set_max_downtime(500);
is( $dom->migrate_get_max_downtime, 500, 'downtime, in ms' );
$dom->migrate_set_compression_cache( 8 * 2**20 );
is( $dom->migrate_get_compression_cache, 8 * 2**20, 'compression cache, in bytes' );
fails(
    'not migrating',
    sub { $dom->migrate_start_post_copy },
    55, qr/post-copy can only be started while outgoing migration is in progress/
);

# ---- directly

wait_until( 'events of its start', sub { @events == 2 }, \&turn );
is_deeply(
    [ sort splice @events ],
    [   join( ' ', 'here', $D->EVENT_STARTED, $D->EVENT_STARTED_BOOTED ),
        join( ' ', 'here', $D->EVENT_RESUMED, $D->EVENT_RESUMED_UNPAUSED ),
    ],
    'started and running'
);
my $iteration = $conn{here}->domain_event_register_any(
    undef,
    $D->EVENT_ID_MIGRATION_ITERATION,
    sub { push @iterations, [ $_[1]->get_name, $_[2] ] }
);
$conn{here}->get_domain_by_uuid($UUID)->migrate(
    $conn{there},
    { $D->MIGRATE_PARAM_URI => $to{there} },
    $LIVE | $D->MIGRATE_PERSIST_DEST
);
is_at( 'there', 'directly, with parameters' );
is( $dom->is_persistent, 1, 'and it is defined there' );
my %seen;
wait_until( 'events', sub { @events == 5 && @iterations }, \&turn );

for my $event (@events) {
    my ( $where, $what ) = split / /, $event, 2;
    push @{ $seen{$where} }, $what;
}
is_deeply(
    \%seen,
    {   there => [
            join( ' ', $D->EVENT_STARTED, $D->EVENT_STARTED_MIGRATED ),
            join( ' ', $D->EVENT_DEFINED, $D->EVENT_DEFINED_ADDED ),
            join( ' ', $D->EVENT_RESUMED, $D->EVENT_RESUMED_MIGRATED ),
        ],
        here => [
            join( ' ', $D->EVENT_SUSPENDED, $D->EVENT_SUSPENDED_MIGRATED ),
            join( ' ', $D->EVENT_STOPPED,   $D->EVENT_STOPPED_MIGRATED ),
        ],
    },
    'what happens on either side'
);
is_deeply( $iterations[0], [ 'guest', 1 ], 'iterations of this domain, from 1' );
$conn{here}->domain_event_deregister_any($iteration);
my ( $type, $stats ) = $dom->get_job_stats( $D->JOB_STATS_COMPLETED );
is( $$type, $D->JOB_COMPLETED, 'what came of the job' );
cmp_ok( $stats->{ $D->JOB_MEMORY_PROCESSED }, '>', 2**20, 'and how much was sent' );

my $back = $dom->migrate( $conn{here}, $LIVE, 'renamed', $to{here}, 0 );
isa_ok( $back, 'Sys::Virt::Domain', 'its result' );
is( $back->get_name, 'renamed', 'directly, by position: the name' );
is_at( 'here', 'by position', 'renamed' );
$conn{there}->get_domain_by_uuid($UUID)->undefine;

# ---- by the two libvirtds themselves

$dom->migrate_to_uri(
    $uri{there},
    {   $D->MIGRATE_PARAM_URI       => $to{there},
        $D->MIGRATE_PARAM_DEST_NAME => 'guest',
        $D->MIGRATE_PARAM_BANDWIDTH => 1000
    },
    $P2P
);
is_at( 'there', 'peer to peer, with parameters' );
$dom->migrate_to_uri( $uri{here}, $P2P, 'renamed', $to{here}, 0 );
is_at( 'here', 'peer to peer, by position', 'renamed' );
$dom->migrate_to_uri2( $uri{there}, undef, $P2P, 'guest', $to{there}, 0 );
is_at( 'there', 'migrate_to_uri2' );
$dom->migrate2( $conn{here}, undef, $LIVE, undef, $to{here}, 0 );
is_at( 'here', 'migrate2' );
$dom->migrate_to_uri( $uri{there}, {}, $P2P | $D->MIGRATE_TUNNELLED );
is_at( 'there', 'tunnelled' );
$dom->migrate(
    $conn{here},
    {   $D->MIGRATE_PARAM_URI                     => $to{here},
        $D->MIGRATE_PARAM_AUTO_CONVERGE_INITIAL   => 20,
        $D->MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT => 10,
    },
    $LIVE | $D->MIGRATE_AUTO_CONVERGE
);
is_at( 'here', 'slowed down while it moves' );
$dom->migrate(
    $conn{there},
    {   $D->MIGRATE_PARAM_URI                  => $to{there},
        $D->MIGRATE_PARAM_PARALLEL_CONNECTIONS => 2,
    },
    $LIVE | $D->MIGRATE_PARALLEL
);
is_at( 'there', 'by two connections at once' );
$dom->migrate(
    $conn{here},
    { $D->MIGRATE_PARAM_URI => $to{here}, $D->MIGRATE_PARAM_COMPRESSION => ['xbzrle'] },
    $LIVE | $D->MIGRATE_COMPRESSED
);
is_at( 'here', 'compressed' );
my $xml = $dom->get_xml_description( $D->XML_MIGRATABLE );
$xml =~ s{<on_crash>destroy}{<on_crash>restart} or die 'no on_crash';
$dom->migrate(
    $conn{there},
    {   $D->MIGRATE_PARAM_URI           => $to{there},
        $D->MIGRATE_PARAM_DEST_XML      => $xml,
        $D->MIGRATE_PARAM_MIGRATE_DISKS => ['vda'],
    },
    $D->MIGRATE_LIVE | $D->MIGRATE_NON_SHARED_DISK
);
is_at( 'there', 'with its disk and other XML' );
like( $dom->get_xml_description, qr/<on_crash>restart/, 'that XML' );

# ---- not

fails( 'nobody there', sub { $dom->migrate_to_uri( 'qemu+tcp://10.0.0.1:1/system', {}, $P2P ) },
    38, qr/\Aunable to connect to server at '10\.0\.0\.1:1': Connection refused\z/ );
fails(
    'a disk of its own',
    sub {
        $dom->migrate( $conn{here}, { $D->MIGRATE_PARAM_URI => $to{here} }, $D->MIGRATE_LIVE );
    },
    81,
    qr/Unsafe migration/
);
fails(
    'RDMA',
    sub {
        $dom->migrate( $conn{here}, { $D->MIGRATE_PARAM_URI => 'rdma://10.0.0.1:0' }, $LIVE );
    },
    55,
    qr/RDMA migration with no memory hard limit set/
);
is_at( 'there', 'it stays' );

# Slowly, so that there is time to look and to abort.
my $job_events = 0;
$conn{there}->domain_event_register_any( undef, $D->EVENT_ID_JOB_COMPLETED, sub { $job_events++ } );
$dom->migrate_set_max_speed(1);
my $child = fork;
die "fork: $!" if !defined $child;
if ( !$child ) {
    my $there = Sys::Virt->new( uri => $libvirt{there}->uri )->get_domain_by_uuid($UUID);
    my $end   = time + 600;
    sleep 0.05 until $there->get_job_info->{dataProcessed} || time > $end;
    my $info  = $there->get_job_info;
    my %about = %{ $there->get_job_stats };
    my $seen
        = $info->{type} == $D->JOB_UNBOUNDED
        && $info->{dataRemaining} > 2**20
        && $about{ $D->JOB_OPERATION } == $D->JOB_OPERATION_MIGRATION_OUT;
    eval { $there->migrate_set_max_downtime(300); $there->abort_job; 1 } or $seen = 0;
    POSIX::_exit( $seen ? 0 : 1 );
}
fails( 'aborted',
    sub { $dom->migrate( $conn{here}, { $D->MIGRATE_PARAM_URI => $to{here} }, $LIVE ) },
    78, qr/\Aoperation aborted: .*canceled by client\z/ );
waitpid $child, 0;
is( $?, 0, 'by another program, that has looked at the job' );
is_at( 'there', 'it stays' );
is( $dom->get_job_info->{type}, $D->JOB_NONE, 'and no job is left' );

# The guest runs over there while some of its memory is still here.
$dom->migrate_set_max_speed(8);
@events = ();
$child  = fork;
die "fork: $!" if !defined $child;
if ( !$child ) {
    my $there = Sys::Virt->new( uri => $libvirt{there}->uri )->get_domain_by_uuid($UUID);
    my $end   = time + 600;
    sleep 0.05 until $there->get_job_info->{dataProcessed} || time > $end;
    my $started = eval { $there->migrate_start_post_copy; 1 };
    print {*STDERR} "# $@" if !$started;
    POSIX::_exit( $started ? 0 : 1 );
}
$dom->migrate(
    $conn{here},
    { $D->MIGRATE_PARAM_URI => $to{here}, $D->MIGRATE_PARAM_BANDWIDTH_POSTCOPY => 1000 },
    $LIVE | $D->MIGRATE_POSTCOPY
);
waitpid $child, 0;
is( $?, 0, 'the other program has switched to post-copy' );
is_at( 'here', 'post-copy' );
my $suspended = join ' ', 'there', $D->EVENT_SUSPENDED, $D->EVENT_SUSPENDED_POSTCOPY;
wait_until(
    'the source is suspended for it',
    sub {
        grep { $_ eq $suspended } @events;
    },
    \&turn
) or diag explain \@events;

$dom->destroy;
is_deeply( [ map { $_->list_all_domains } values %conn ], [], 'nothing is left' );

done_testing;
