# Every event arrives with libvirt's arguments, position by position. What registers for one gets it
# at once, from a stand-in for libvirt that calls back as libvirt's headers say.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

use StandIn;
StandIn::entered();
require Sys::Virt;

my $conn = Sys::Virt->new( uri => 'stand-in' );

my $MAX    = 18446744073709551615;
my $params = {
    'blkdeviotune.disk'            => 'vda',
    'blkdeviotune.total_bytes_sec' => $MAX,
    'cputune.emulator_quota'       => -1,
    'not.invented.yet'             => undef,
};
my %EXPECTED = (
    LIFECYCLE       => [ 2, 1 ],
    REBOOT          => [],
    RTC_CHANGE      => [-5000000000],
    WATCHDOG        => [3],
    IO_ERROR        => [ '/path', 'alias', 1 ],
    IO_ERROR_REASON => [ '/path', 'alias', 2, 'enospc' ],
    GRAPHICS        => [
        1,
        { family => 0, node => '127.0.0.1', service => '5900' },
        { family => 2, node => undef,       service => undef },
        'vnc',
        [   { type => 'x509dname', name => 'CN=alice' }, { type => 'saslUsername', name => 'alice' }
        ],
    ],
    CONTROL_ERROR             => [],
    BLOCK_JOB                 => [ 'vda',   2,     3 ],
    BLOCK_JOB_2               => [ 'vda',   2,     3 ],
    DISK_CHANGE               => [ '/old',  undef, 'alias', 1 ],
    TRAY_CHANGE               => [ 'alias', 1 ],
    PMWAKEUP                  => [0],
    PMSUSPEND                 => [0],
    PMSUSPEND_DISK            => [0],
    BALLOON_CHANGE            => [$MAX],
    DEVICE_REMOVED            => ['alias'],
    DEVICE_ADDED              => ['alias'],
    DEVICE_REMOVAL_FAILED     => ['alias'],
    TUNABLE                   => [$params],
    JOB_COMPLETED             => [$params],
    AGENT_LIFECYCLE           => [ 1, 2 ],
    MIGRATION_ITERATION       => [7],
    METADATA_CHANGE           => [ 2,       'http://uri' ],
    BLOCK_THRESHOLD           => [ 'vda',   '/path', 9223372036854775808, 5 ],
    MEMORY_FAILURE            => [ 0,       3, 4294967295 ],
    MEMORY_DEVICE_SIZE_CHANGE => [ 'alias', 1048576 ],
    NIC_MAC_CHANGE            => [ 'alias', 'old', 'new' ],
    VCPU_REMOVED              => [4294967295],
    CHANNEL_LIFECYCLE         => [ 'org.qemu.guest_agent.0', 1, 2 ],
);

# Registers for an event and gives what arrived.
sub arguments_of {
    my ( $method, $id ) = @_;
    my @got;
    $conn->$method( undef, $id, sub { @got = @_ } );
    return @got;
}

for my $event ( sort keys %EXPECTED ) {
    my ( $first, $object, @others )
        = arguments_of( 'domain_event_register_any',
        Sys::Virt::Domain->can("EVENT_ID_$event")->() );
    is( $first, $conn, "$event: the connection" );
    isa_ok( $object, 'Sys::Virt::Domain', "$event: the domain" );
    is_deeply( \@others, $EXPECTED{$event}, "$event: what else" );
}
is( scalar keys %EXPECTED, 30, 'all that domains have' );

for my $case (
    [ network      => 'Network',     LIFECYCLE       => 2, 1 ],
    [ network      => 'Network',     METADATA_CHANGE => 2, 'http://uri' ],
    [ storage_pool => 'StoragePool', LIFECYCLE       => 2, 1 ],
    [ storage_pool => 'StoragePool', 'REFRESH' ],
    [ node_device  => 'NodeDevice',  LIFECYCLE => 2, 1 ],
    [ node_device  => 'NodeDevice',  'UPDATE' ],
    [ secret       => 'Secret',      LIFECYCLE => 2, 1 ],
    [ secret       => 'Secret',      'VALUE_CHANGED' ],
    )
{
    my ( $kind, $class, $event, @expected ) = @$case;
    my ( $first, $object, @others )
        = arguments_of( "${kind}_event_register_any",
        "Sys::Virt::$class"->can("EVENT_ID_$event")->() );
    is( $first, $conn, "$class $event: the connection" );
    isa_ok( $object, "Sys::Virt::$class", "$class $event: the object" );
    is_deeply( \@others, \@expected, "$class $event: what else" );
}

# What a later libvirt may have.
for my $case (
    [ domain       => 30 ],
    [ network      => 2 ],
    [ storage_pool => 2 ],
    [ node_device  => 2 ],
    [ secret       => 2 ]
    )
{
    my ( $kind, $id ) = @$case;
    my $method = "${kind}_event_register_any";
    my @calls  = StandIn::calls_of(
        sub {
            eval {
                $conn->$method( undef, $id, sub { } );
            }
        }
    );
    is( ref $@ && $@->code,
        Sys::Virt::Error::ERR_INVALID_ARG(),
        "$method: an event that we do not know"
    );
    is_deeply( \@calls, [], 'is not asked for' );
}

done_testing;
