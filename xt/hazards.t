# What the existing implementation is known to do wrong and the test driver cannot show, one subtest
# for each row of the list, on a stand-in for libvirt. t/50-hazards.t has the others.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;

BEGIN { $ENV{MALLOC_PERTURB_} = 165 }    # memory that nobody has written to is no zeros
use StandIn;
StandIn::entered();
require Sys::Virt;

my $conn = Sys::Virt->new( uri => 'stand-in' );
my $dom  = $conn->get_domain_by_name('guest');
my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

my %tested;

sub row {
    my ( $number, $name, $code ) = @_;
    $tested{$number} = 1;
    return subtest "row $number: $name" => $code;
}

# What the last function of libvirt is called with.
sub last_call {
    my ($code) = @_;
    return ( StandIn::calls_of($code) )[-1];
}

sub error_of {
    my ($code) = @_;
    return eval { $code->(); 1 } ? undef : $@;
}

sub rss {
    open my $file, '<', '/proc/self/statm' or die "/proc/self/statm: $!";
    return 4 * ( split ' ', <$file> )[1];
}

# How many KiB the process grows by while the code runs many times.
sub growth_of {
    my ($code) = @_;
    $code->() for 1 .. 1_000;
    my $before = rss();
    $code->() for 1 .. 20_000;
    return rss() - $before;
}

# The event of a domain, as its callback gets it.
sub event {
    my ($name) = @_;
    my @got;
    $conn->domain_event_register_any(
        undef,
        Sys::Virt::Domain->can("EVENT_ID_$name")->(),
        sub { @got = @_ }
    );
    return @got[ 2 .. $#got ];
}

row(1,
    'the name of a channel arrives',
    sub {
        is_deeply(
            [ event('CHANNEL_LIFECYCLE') ],
            [ 'org.qemu.guest_agent.0', 1, 2 ],
            'before state and reason'
        );
    }
);
row(2,
    'an event that only libvirt knows is refused',
    sub {
        is( error_of(
                sub {
                    $conn->domain_event_register_any( undef, 30, sub { } );
                }
            )->code,
            8,
            'INVALID_ARG'
        );
    }
);
row(3,
    'a source may give less than it is asked for, and no more than it has',
    sub {
        my $stream = $conn->new_stream;
        my $send   = sub {
            my @source = @_;
            sub {
                $stream->send_all( sub { $_[1] = $source[0]; $source[1] } );
            }
        };
        is( last_call( $send->( 'abc', 3 ) ),
            'virStreamSendAll virStreamPtr given hex 616263',
            'three bytes'
        );
        is( last_call( $send->( 'x' x 20, 20 ) ),
            'virStreamSendAll virStreamPtr given hex ' . '78' x 16,
            'too many'
        );
        like(
            error_of( $send->( 'abc', 16 ) ),
            qr/source says 16 bytes, but gave 3/,
            'more than it has'
        );
    }
);
row(13,
    'records are whole',
    sub {
        my $labels = [ $dom->get_security_label_list ];
        is_deeply( $labels, [ map { { label => 'a label', enforcing => $_ } } 0, 1 ], 'labels' );
        my ( undef, $stats ) = $dom->get_job_stats;
        is( $stats->{'a.string'}, 'a value', 'statistics of a job' );
        is_deeply( [ map { scalar keys %$_ } $dom->get_cpu_stats( 0, 2 ) ], [ 7, 7 ], 'of CPUs' );
    }
);
row(14,
    'what libvirt allocates is freed',
    sub {
        my ($pool)   = $conn->list_all_storage_pools;
        my ($secret) = $conn->list_all_secrets;
        my $volume   = $pool->get_volume_by_name('volume');
        my %calls    = (
            get_uri                   => sub { $conn->get_uri },
            get_sysinfo               => sub { $conn->get_sysinfo },
            get_metadata              => sub { $dom->get_metadata(0) },
            get_path                  => sub { $volume->get_path },
            get_hostname              => sub { $dom->get_hostname },
            get_scheduler_type        => sub { $dom->get_scheduler_type },
            find_storage_pool_sources => sub { $conn->find_storage_pool_sources( 'dir', undef ) },
            block_peek                => sub { $dom->block_peek( 'vda', 0, 500 ) },
            memory_peek               => sub { $dom->memory_peek( 0, 500 ) },
            get_value                 => sub { $secret->get_value },
        );
        my @kept;
        cmp_ok( growth_of( sub { push @kept, 'some text' } ),
            '>', 600, 'control: what is kept is seen' );
        cmp_ok( growth_of( $calls{$_} ), '<', 300, $_ ) for sort keys %calls;
    }
);
row(15,
    'an empty secret',
    sub {
        my ($secret) = $conn->list_all_secrets;
        is( $secret->get_value, 'virSecr', 'as many bytes as libvirt says' );
        local $ENV{STAND_IN} = 0;
        is( $secret->get_value, '', 'none' );
    }
);
row(17,
    'the second call of two fails',
    sub {
        local $ENV{STAND_IN_FILLED} = 1;
        for my $method (
            qw(get_memory_parameters get_blkio_parameters get_numa_parameters get_scheduler_parameters)
            )
        {
            my $call = last_call(
                sub {
                    is( ref error_of( sub { $dom->$method } ), 'Sys::Virt::Error', $method );
                }
            );
            like( $call, qr/ clear\z/, 'what is cleared up is clear' );
        }
        for my $method (qw(get_block_iotune get_interface_parameters block_stats)) {
            my $call = last_call(
                sub {
                    is( ref error_of( sub { $dom->$method('vda') } ), 'Sys::Virt::Error', $method );
                }
            );
            like( $call, qr/ clear\z/, 'what is cleared up is clear' );
        }
    }
);
row(18,
    'values that are replaced are freed',
    sub {
        my %params = ( 'a.string' => 'x' x 100 );
        cmp_ok( growth_of( sub { $dom->set_memory_parameters( \%params ) } ), '<', 300, 'texts' );
    }
);
row(19,
    'offsets have 64 bits',
    sub {
        is( last_call( sub { $dom->block_peek( 'vda', 2**40 + 1, 4 ) } ),
            'virDomainBlockPeek virDomainPtr "vda" 1099511627777 4 0',
            'of a disk'
        );
        is( last_call( sub { $dom->memory_peek( 2**63, 4 ) } ),
            'virDomainMemoryPeek virDomainPtr 9223372036854775808 4 0',
            'of memory'
        );
    }
);
row(20,
    'sizes and bandwidths have all the bits that C gives them',
    sub {
        is( last_call( sub { $dom->set_max_memory( 2**40 ) } ),
            'virDomainSetMaxMemory virDomainPtr 1099511627776', 'memory' );
        is( last_call( sub { $dom->block_pull( 'vda', 2**40 ) } ),
            'virDomainBlockPull virDomainPtr "vda" 1099511627776 0', 'bandwidth' );
    }
);
row(21,
    'the size of the buffer of a copy',
    sub {
        is( last_call( sub { $dom->block_copy( 'vda', '<disk/>', { 'buf-size' => 2**33 } ) } ),
            'virDomainBlockCopy virDomainPtr "vda" "<disk/>" { buf-size ullong 8589934592; } 1 0',
            'has 64 bits'
        );
    }
);
row(22,
    'disks whose target is zero',
    sub {
        my %params
            = ( Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO() => [ 'vda', 'vdb' ] );
        like(
            last_call( sub { $dom->migrate( $conn, \%params ) } ),
            qr/\AvirDomainMigrate3 virDomainPtr virConnectPtr \{ migrate_disks_target_zero string "vda"; migrate_disks_target_zero string "vdb"; \} 2 0\z/,
            'are sent'
        );
    }
);
row(23,
    'what the driver does not report may be set',
    sub {
        is( last_call(
                sub { $dom->set_memory_parameters( { min_guarantee => 2**40, nonsense => 1 } ) }
            ),
            'virDomainSetMemoryParameters virDomainPtr { min_guarantee ullong 1099511627776; } 1 0',
            'min_guarantee'
        );
    }
);
row(24,
    'the memory that is available',
    sub {
        my $stats = $conn->get_node_memory_stats;
        is( $stats->{ Sys::Virt::NODE_MEMORY_STATS_AVAILABLE() },
            18446744073709551614, 'by the name that the manual has' );
        is( $stats->{availabl}, 18446744073709551614, 'and by the one that programs use' );
    }
);
row(32,
    'nothing is not a failure',
    sub {
        my ($secret) = $conn->list_all_secrets;
        local $ENV{STAND_IN} = 0;
        is( $secret->get_usage_type,     0, 'the usage of a secret' );
        is( $conn->get_node_free_memory, 0, 'free memory' );
    }
);
row(34,
    'thresholds beyond 63 bits',
    sub {
        is( ( event('BLOCK_THRESHOLD') )[2], 9223372036854775808, 'of an event' );
        is( last_call( sub { $dom->set_block_threshold( 'vda', '18446744073709551615' ) } ),
            'virDomainSetBlockThreshold virDomainPtr "vda" 18446744073709551615 0',
            'that are set'
        );
    }
);
row(42,
    'a parameter of an unknown type',
    sub {
        my ($params) = event('TUNABLE');
        my %copy = %$params;
        is_deeply( [ @copy{qw(not.invented.yet blkdeviotune.disk)} ], [ undef, 'vda' ],
            'is undef' );
    }
);
row(44,
    'a truth value is more than its lowest byte',
    sub {
        is( last_call(
                sub { $dom->set_perf_events( { 'a.boolean' => 256, cmt => 'yes', mbmt => '0' } ) }
            ),
            'virDomainSetPerfEvents virDomainPtr { a.boolean boolean 1; cmt boolean 1; mbmt boolean 0; } 3 0',
            'true'
        );
    }
);

{
    local $ENV{STAND_IN} = 2_000_000_000;
    like(
        error_of( sub { $dom->get_vcpu_info } ),
        qr/get_vcpu_info: the map of the CPUs is \d+ bytes: more than there is memory/,
        'a host that says it has billions of CPUs'
    );
    like(
        error_of( sub { $dom->get_disk_errors } ),
        qr/get_disk_errors: 2000000000 records: more than there is memory/,
        'and errors of as many disks'
    );
}

# ---- all of them

for my $file ( 't/26-stream.t', 't/27-auth.t', 't/50-hazards.t' ) {
    open my $test, '<', $file or die "$file: $!";
    while (<$test>) { $tested{$1} = 1 while /\brow(?:\(| )\s*(\d+)/g }
}
is_deeply( [ sort { $a <=> $b } keys %tested ], [ 1 .. 45 ], 'every row has its test' );
is( "@warnings", '', 'and nothing warns' );

done_testing;
