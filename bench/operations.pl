# The operations in Perl, for this module and the existing one alike; operations.c has the
# same in C. Does one of them COUNT times, then twice as often.
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Event;

{

    package EventLoop;

    our @ISA = (
        Sys::Virt::EventImpl->can('add_timeout') ? 'Sys::Virt::EventImpl' : 'Sys::Virt::Event' );

    sub new { return bless {}, shift }

    sub add_timeout {
        my ( $self, $frequency, $callback, $opaque ) = @_;
        @$self{ 'callback', 'opaque' } = ( $callback, $opaque );
        return 1;
    }

    sub fire {
        my ($self) = @_;
        $self->_run_timeout_callback( 1, $self->{callback}, $self->{opaque} );
        return;
    }

    sub update_timeout {return}

    sub remove_timeout { return 0 }
}

my ( $name, $count, @argument ) = @ARGV;

my $MIB   = 1024 * 1024;
my $BLOCK = 65_536;

sub connection { return Sys::Virt->new( uri => $argument[0] ) }

# ---- one statement, done COUNT times

my %STATEMENTS = (
    get_name              => '$domain->get_name',
    get_uuid_string       => '$domain->get_uuid_string',
    is_active             => '$domain->is_active',
    get_info              => '$domain->get_info',
    get_state             => 'my ($state, $reason) = $domain->get_state',
    get_xml_description   => '$domain->get_xml_description',
    get_memory_parameters => '$domain->get_memory_parameters',
    set_memory_parameters => '$domain->set_memory_parameters($parameters)',
    loop                  => '',
    method_call           => '$domain->STATE_RUNNING',
    constant              => 'my $state = Sys::Virt::Domain::STATE_RUNNING',

    connect            => 'Sys::Virt->new(uri => $uri)',
    get_domain_by_name => '$conn->get_domain_by_name("test")',
    get_domain_by_uuid => '$conn->get_domain_by_uuid($uuid)',
    failing_lookup     => 'eval { $conn->get_domain_by_name("no domain has this name") }',

    # The lists' objects are released each time.
    list_all_domains       => 'my @all = $conn->list_all_domains',
    list_all_networks      => 'my @all = $conn->list_all_networks',
    list_all_storage_pools => 'my @all = $conn->list_all_storage_pools',
    list_all_interfaces    => 'my @all = $conn->list_all_interfaces',
    list_all_node_devices  => 'my @all = $conn->list_all_node_devices',
    list_all_volumes       => 'my @all = $pool->list_all_volumes',
    list_domains           => 'my @all = $conn->list_domains',
    list_defined_domains   => 'my @all = $conn->list_defined_domains',
    list_names             => 'my @names = map { $_->get_name } $conn->list_all_domains',
    get_all_domain_stats   => 'my @all = $conn->get_all_domain_stats(0)',
    keep_all_domain_stats  => 'push @kept, $conn->get_all_domain_stats(0)',
);

my $conn;    # open all the time, so that the driver's objects exist already
our @kept;

sub statement {
    my ($statement) = @_;
    my $uri = $argument[0];
    $conn = connection();
    my $domain     = eval { $conn->get_domain_by_name('test') };
    my $uuid       = $domain && $domain->get_uuid_string;
    my $pool       = eval { $conn->get_storage_pool_by_name('pool') };
    my $parameters = { hard_limit => 4_194_304, soft_limit => 2_097_152 };
    return eval "sub { for (1 .. \$_[0]) { $statement } }" || die $@;
}

# ---- what takes more than a statement

sub download {
    my ($transfer) = @_;
    my $conn       = connection();
    my $volume     = $conn->get_storage_volume_by_path( $argument[1] );
    return sub {
        my ($size) = map { $_ * $MIB } @_;
        my $stream = $conn->new_stream;
        $volume->download( $stream, 0, $size );
        $transfer->( $stream, $size );
        $stream->finish;
    };
}

sub upload {
    my ($transfer) = @_;
    my $conn       = connection();
    my $volume     = $conn->get_storage_volume_by_path( $argument[1] );
    my $data       = "\0" x $MIB;
    return sub {
        my ($size) = map { $_ * $MIB } @_;
        my $stream = $conn->new_stream;
        $volume->upload( $stream, 0, $size );
        $transfer->( $stream, $size, \$data );
        $stream->finish;
    };
}

my %OPERATIONS = (

    # The events are queued before the mark.
    event => sub {
        Sys::Virt::Event::register_default();
        my $conn   = connection();
        my $domain = $conn->get_domain_by_name('test');
        my $seen   = 0;
        $conn->domain_event_register_any(
            undef,
            Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
            sub { $seen++ }
        );
        my $events = 0;
        return sub {
            Sys::Virt::Event::run_default() while $seen < $events;
        }, sub {
            for ( 1 .. $_[0] ) { $domain->suspend; $domain->resume; $events += 2 }
        };
    },
    event_loop_turn => sub {
        Sys::Virt::Event::register_default();
        my $turns = 0;
        Sys::Virt::Event::add_timeout( 0, sub { $turns++ } );
        return sub { Sys::Virt::Event::run_default() for 1 .. $_[0] };
    },
    event_impl_timer => sub {
        my $impl = EventLoop->new;
        Sys::Virt::Event::register($impl);
        my $fired = 0;
        Sys::Virt::Event::add_timeout( 0, sub { $fired++ } );
        return sub { $impl->fire for 1 .. $_[0] };
    },

    recv => sub {
        download(
            sub {
                my ($stream) = @_;
                my $data;
                1 while $stream->recv( $data, $BLOCK ) > 0;
            }
        );
    },
    recv_all => sub {
        download(
            sub {
                my ($stream) = @_;
                $stream->recv_all( sub { $_[2] } );
            }
        );
    },
    send => sub {
        upload(
            sub {
                my ( $stream, $size, $data ) = @_;
                my $block = substr $$data, 0, $BLOCK;
                for ( my $sent = 0; $sent < $size; ) {
                    $sent += $stream->send( $block, length $block );
                }
            }
        );
    },
    send_all => sub {
        upload(
            sub {
                my ( $stream, $size, $data ) = @_;
                my $left = $size;
                $stream->send_all(
                    sub {
                        my $some = $_[2] < $left ? $_[2] : $left;
                        $_[1] = substr $$data, 0, $some;
                        $left -= $some;
                        return $some;
                    }
                );
            }
        );
    },

    # Objects that are kept.
    handles => sub {
        my $conn = connection();
        my @kept;
        return sub { push @kept, [ $conn->list_all_domains ] };
    },
    thread => sub {
        require threads;
        my @objects = connection()->list_all_domains;
        return sub {
            threads->create( sub { scalar @objects } )->join for 1 .. $_[0];
        };
    },
);

my ( $run, $prepare )
    = exists $STATEMENTS{$name} ? statement( $STATEMENTS{$name} )
    : $OPERATIONS{$name}        ? $OPERATIONS{$name}->()
    :                             die "no operation $name\n";
for my $times ( 1, $count, 2 * $count ) {
    $prepare->($times) if $prepare;
    my $mark = getppid;
    $run->($times);
    $mark = getppid;
}

