# What the existing implementation is known to do wrong, one subtest for each row of the list,
# as far as the test driver can show it; xt/hazards.t shows the others.
use strict;
use warnings;
use Config;
use File::Temp ();
use Test::More;

use Sys::Virt;
use Sys::Virt::Event;

alarm 60;

my $conn  = Sys::Virt->new( uri => 'test:///default' );
my ($dom) = $conn->list_domains;
my ($nic) = $dom->get_xml_description =~ /<mac address='([^']+)'/;
my @warnings;
local $SIG{__WARN__} = sub { push @warnings, @_ };

{

    package Guard;
    sub DESTROY { ${ $_[0][0] }++ }
}

sub error_of {
    my ($call) = @_;
    @warnings = ();
    return eval { $call->(); 1 } ? '' : $@;
}

sub row {
    my ( $number, $name, $code ) = @_;
    subtest "row $number: $name" => $code;
}

row(4,
    'CPU statistics have a record for each CPU',
    sub {
        is( scalar( my @records = $dom->get_cpu_stats( 0, 3 ) ), 3, 'three' );
    }
);
row(5,
    'foreign objects are refused',
    sub {
        is( error_of(
                sub {
                    Sys::Virt::Domain::get_name( bless \do { my $x = 1 }, 'Foo' );
                }
            )->code,
            7,
            'INVALID_DOMAIN'
        );
    }
);
row(6,
    'no object at all is warned of, everywhere',
    sub {
        for my $sub (
            qw(Domain::destroy Domain::DESTROY Network::destroy StoragePool::destroy
            NodeDevice::destroy Interface::destroy Stream::remove_callback)
            )
        {
            no strict 'refs';
            @warnings = ();
            &{"Sys::Virt::$sub"}('x');
            like( "@warnings", qr/is not a blessed SV reference/, $sub );
        }
        @warnings = ();
        Sys::Virt::domain_event_register( 'x', sub { } );
        Sys::Virt::Stream::send_all( 'x', sub { } );
        is( scalar @warnings, 2, 'callbacks, too' );
    }
);
row(7,
    'what is no list is named',
    sub {
        like( error_of( sub { $dom->fs_freeze(undef) } ),
            qr/fs_freeze: mountPointsSV is not an ARRAY reference/, 'undef' );
        like(
            error_of( sub { $conn->get_node_free_pages( {}, 0, 0 ) } ),
            qr/pagesizes is not an ARRAY/,
            'a hash'
        );
    }
);
row(8,
    'die in a callback comes out of the call',
    sub {
        my $stream = $conn->new_stream;
        $dom->screenshot( $stream, 0 );
        my $freed = 0;
        {
            my $guard = bless [ \$freed ], 'Guard';
            is( error_of(
                    sub {
                        $stream->recv_all( sub { my $held = $guard; die "thrown\n" } );
                    }
                ),
                "thrown\n",
                'as it was'
            );
        }
        is( $freed, 1, 'and leaves nothing behind' );
    }
);
row(9,
    'unsigned values stay unsigned',
    sub {
        $dom->set_interface_parameters( $nic, { 'inbound.average' => 4294967295 } );
        is( $dom->get_interface_parameters($nic)->{'inbound.average'}, 4294967295, 'the largest' );
    }
);
row(10,
    'save leaves the hash alone',
    sub {
        my %params = ( file => '/a' );
        error_of( sub { $dom->save( '/no/such/file', '<x/>', \%params ) } );
        is_deeply( \%params, { file => '/a' }, 'as it was' );
    }
);
row(11,
    'the third argument of save may be flags, and nothing else',
    sub {
        is( error_of( sub { $dom->save( '/no', undef, 1 << 30 ) } )->code, 8, 'flags arrive' );
        like(
            error_of( sub { $dom->save( '/no', undef, [] ) } ),
            qr/params_sv is not a HASH/,
            'an array'
        );
    }
);
row(12,
    'records are freed',
    sub {
        my $other = Sys::Virt->new( uri => 'test:///default' );
        my @stats = eval { $other->get_all_domain_stats(0) }
            or return pass('not with this libvirt');
        my $weak = $stats[0]{dom};
        require Scalar::Util;
        Scalar::Util::weaken($weak);
        @stats = ();
        is( $weak, undef, 'with the list' );
    }
);
row(16,
    'a UUID of another length is refused',
    sub {
        like(
            error_of( sub { Sys::Virt::Domain::_lookup_by_uuid( $conn, 'x' ) } ),
            qr/\AUUID must be either 16 unsigned bytes/,
            'one byte'
        );
    }
);
row(25,
    'children of snapshots are found',
    sub {
        my $first = $dom->create_snapshot('<domainsnapshot><name>a</name></domainsnapshot>');
        $dom->create_snapshot('<domainsnapshot><name>b</name></domainsnapshot>');
        is_deeply( [ map { $_->get_name } $first->list_child_snapshots ], ['b'], 'one' );
        is( scalar $first->list_child_snapshots, 1, 'counted' );
    }
);
row(26,
    'migrate_to_uri2 reaches libvirt',
    sub {
        is( ref error_of( sub { $dom->migrate_to_uri2( 'test:///x', undef, 0 ) } ),
            'Sys::Virt::Error', 'an error of its' );
    }
);
row(27,
    'get_version by every form',
    sub {
        my $version = Sys::Virt::get_version();
        is( Sys::Virt->get_version,             $version, 'class method' );
        is( Sys::Virt::_get_library_version(1), $version, 'the helper with an argument' );
        is( &Sys::Virt::_get_library_version(), $version, 'and without' );
        is( $conn->get_version,                 2,        'object method' );
    }
);
row(28,
    'level is the level',
    sub {
        is( error_of( sub { $conn->get_domain_by_name('x') } )->level, 2, 'VIR_ERR_ERROR' );
    }
);
row(29,
    'errors can be compared',
    sub {
        my $error = error_of( sub { $conn->get_domain_by_name('x') } );
        ok( $error eq "$error", 'eq' );
        ok( $error == 42,       '==' );
    }
);
row(30,
    'constants are what is returned',
    sub {
        is( Sys::Virt::Domain::VCPU_INFO_CPU_OFFLINE(),       -1,         'offline' );
        is( Sys::Virt::Domain::GET_ALL_STATS_ENFORCE_STATS(), 0x80000000, 'the highest bit' );
        is( Sys::Virt::NODE_CPU_STATS_ALL_CPUS(),             -1,         'all CPUs' );
    }
);
row(31,
    'get_max_vcpus of a domain that does not run',
    sub {
        my $idle
            = $conn->define_domain(
            "<domain type='test'><name>idle</name><memory>1</memory><os><type>hvm</type></os></domain>"
            );
        is( $idle->get_max_vcpus, -1, '-1, as programs expect' );
    }
);
row(33,
    'what hides failures goes on doing so',
    sub {
        is( error_of( sub { $conn->domain_event_deregister_any(99) } ), '', 'deregistering' );
    }
);
row(34,
    'seconds before 1970 are negative',
    sub {
        $dom->set_time( -1, 0 );
        is( $dom->get_time->[0], -1, 'one' );
    }
);
row(35,
    'undef is NULL where C allows it',
    sub {
        error_of( sub { $dom->fs_trim( undef, 0 ) } );
        error_of( sub { $dom->block_commit( 'vda', undef, undef, 0 ) } );
        error_of( sub { $dom->block_rebase( 'vda', undef, 0 ) } );
        error_of( sub { $conn->find_storage_pool_sources( 'dir', undef ) } );
        is( $conn->get_max_vcpus(undef), 32, 'max_vcpus' );
        is( "@warnings",                 '', 'no warning' );
    }
);
row(36,
    'impossible sizes are errors',
    sub {
        like(
            error_of( sub { $conn->list_network_names(-5) } ),
            qr/-5 is no number of items/,
            'a list'
        );
        like(
            error_of( sub { $dom->memory_peek( 0, 2**63 ) } ),
            qr/more than there is memory/,
            'a buffer'
        );
    }
);
row(37,
    'handles in threads have references of their own',
    sub {
        return pass('this perl has no threads') if !$Config{useithreads};
        require threads;
        my $name
            = threads->create( sub { my $name = $dom->get_name; undef $dom; return $name } )->join;
        is( $name,          'test', 'used there' );
        is( $dom->get_name, 'test', 'and here' );
    }
);
row(39,
    'what a registration that fails was given is freed',
    sub {
        my $freed = 0;
        {
            my $guard = bless [ \$freed ], 'Guard';
            error_of(
                sub {
                    $conn->secret_event_register_any( undef, 0, sub {$guard} );
                }
            );
        }
        is( $freed, 1, 'the callback' );
    }
);
row(40,
    'the callback is a copy',
    sub {
        Sys::Virt::Event::register_default();
        my $second = Sys::Virt->new( uri => 'test:///default' );
        my @got;
        my $callback = sub { push @got, 'first' };
        my $id       = $second->domain_event_register_any( undef, 0, $callback );
        $callback = sub { push @got, 'second' };
        ( $second->list_domains )[0]->suspend;
        my $timer = Sys::Virt::Event::add_timeout( 0, sub { } );
        Sys::Virt::Event::run_default() for 1 .. 3;
        Sys::Virt::Event::remove_timeout($timer);
        is_deeply( \@got, ['first'], 'of what was there' );
        $second->domain_event_deregister_any($id);
    }
);
row(41,
    'pointers that nobody handed out are not called',
    sub {
        my $loop = bless {}, 'Sys::Virt::EventImpl';
        like(
            error_of( sub { $loop->_run_timeout_callback( 1, \12345, undef ) } ),
            qr/no timeout callback/,
            'a timer'
        );
        is( error_of( sub { $loop->_free_callback_opaque( \12345, \1 ) } ),
            '', 'freeing does nothing' );
    }
);
row(45,
    'a constructor without its parent says so',
    sub {
        like( error_of( sub { Sys::Virt::Domain->_new( connection => undef, name => 'x' ) } ),
            qr/Sys::Virt::Domain was not made/, 'undef' );
    }
);

done_testing;
