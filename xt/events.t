# Every domain event arrives with libvirt's arguments, position by position; and a hundred thousand
# of them leave nothing behind.
use strict;
use warnings;
use Config;
use Test::LeakTrace qw(leaked_count);
use Test::More;

my $DOUBLE = 'xt/build/event-double.so';
if ( !$ENV{SYS_VIRT_EVENT_DOUBLE} ) {
    mkdir 'xt/build';
    system( $Config{cc}, qw(-Wall -Wextra -Werror -shared -fPIC -o), $DOUBLE, 'xt/lib/event-double.c', '-lvirt' ) == 0
        or BAIL_OUT('the stand-in for libvirt does not compile');
    # The stand-in has to be there before libvirt is.
    local $ENV{SYS_VIRT_EVENT_DOUBLE} = 1;
    my @delivered = qx{LD_PRELOAD=./$DOUBLE $^X -Mblib $0};
    is( $?, 0, 'all events are delivered' );
    print map {"    $_"} @delivered;
}

require Sys::Virt;
my $conn = Sys::Virt->new( uri => 'test:///default' );

if ( $ENV{SYS_VIRT_EVENT_DOUBLE} ) {
    my $MAX    = 18446744073709551615;
    my $params = {
        'blkdeviotune.disk'            => 'vda',
        'blkdeviotune.total_bytes_sec' => $MAX,
        'cputune.emulator_quota'       => -1,
    };
    my %EXPECTED = (
        LIFECYCLE => [ 2, 1 ], REBOOT => [], RTC_CHANGE => [-5000000000], WATCHDOG => [3],
        IO_ERROR => [ '/path', 'alias', 1 ], IO_ERROR_REASON => [ '/path', 'alias', 2, 'enospc' ],
        GRAPHICS => [
            1,
            { family => 0, node => '127.0.0.1', service => '5900' },
            { family => 2, node => undef,       service => undef },
            'vnc',
            [   { type => 'x509dname', name => 'CN=alice' }, { type => 'saslUsername', name => 'alice' } ],
        ],
        CONTROL_ERROR => [], BLOCK_JOB => [ 'vda', 2, 3 ], BLOCK_JOB_2 => [ 'vda', 2, 3 ],
        DISK_CHANGE => [ '/old', undef, 'alias', 1 ], TRAY_CHANGE => [ 'alias', 1 ],
        PMWAKEUP => [0], PMSUSPEND => [0], PMSUSPEND_DISK => [0], BALLOON_CHANGE => [$MAX],
        DEVICE_REMOVED => ['alias'], DEVICE_ADDED => ['alias'], DEVICE_REMOVAL_FAILED => ['alias'],
        TUNABLE => [$params], JOB_COMPLETED => [$params], AGENT_LIFECYCLE => [ 1, 2 ],
        MIGRATION_ITERATION => [7], METADATA_CHANGE => [ 2, 'http://uri' ],
        BLOCK_THRESHOLD => [ 'vda', '/path', 9223372036854775808, 5 ],
        MEMORY_FAILURE => [ 0, 3, 4294967295 ], MEMORY_DEVICE_SIZE_CHANGE => [ 'alias', 1048576 ],
        NIC_MAC_CHANGE => [ 'alias', 'old', 'new' ], VCPU_REMOVED => [4294967295],
        CHANNEL_LIFECYCLE => [ 'org.qemu.guest_agent.0', 1, 2 ],
    );
    for my $event ( sort keys %EXPECTED ) {
        my $id = Sys::Virt::Domain->can("EVENT_ID_$event")->();
        my @got;
        $conn->domain_event_register_any( undef, $id, sub { @got = @_ } );
        isa_ok( shift @got, 'Sys::Virt', "$event: the connection" );
        is( ( shift @got )->get_name, 'test', "$event: the domain" );
        is_deeply( \@got, $EXPECTED{$event}, "$event: what else" );
    }
    is( scalar keys %EXPECTED, 30, 'all of them' );
    ok( !eval { $conn->domain_event_register_any( undef, 30, sub { } ); 1 }, 'a later one' );
    done_testing;
    exit;
}

# ---- growth

sub rss {
    open my $file, '<', '/proc/self/statm' or die "/proc/self/statm: $!";
    return 4 * ( split ' ', <$file> )[1];
}

Sys::Virt::Event::register_default();
$conn = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;
my $count = 0;
my $id    = $conn->domain_event_register_any( undef, 0, sub { $count++ } );
my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );

sub deliver {
    my ($events) = @_;
    while ( $events > 0 ) {
        for ( 1 .. 50 ) { $dom->suspend; $dom->resume }
        $events -= 100;
        Sys::Virt::Event::run_default() for 1 .. 3;
    }
}
deliver(10_000);
my $before = rss();
deliver(100_000);
cmp_ok( $count, '>=', 110_000, 'a hundred thousand events' );
cmp_ok( rss() - $before, '<', 500, 'leave no memory (KiB) behind' );
$conn->domain_event_deregister_any($id);

# libvirt 9.0 itself keeps some 300 bytes of each registration, as any binding's process shows:
# what is counted here is ours.
{
    my $freed = 0;
    {
        package Guard;
        sub new { return bless [], shift }
        sub DESTROY { $freed++ }
    }
    for my $number ( 1 .. 10_000 ) {
        my $guard = Guard->new;
        my $id = $conn->domain_event_register_any( undef, 0, sub { return ( $guard, $conn ) } );
        $conn->domain_event_deregister_any($id);
    }
    is( $freed, 10_000, 'ten thousand registrations free their callbacks' );
    my $cycle = sub {
        my $id = $conn->domain_event_register_any( undef, 0, sub {$conn} );
        $conn->domain_event_deregister_any($id);
    };
    $cycle->();
    is( leaked_count { $cycle->() for 1 .. 100 }, 0, 'and all other values' );
}

done_testing;
