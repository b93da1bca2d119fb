# Calls every sub again and again, and prints for each of its ways a line, separated by tabs:
#   sub, way, what it came to, calls, values that leaked in one, growth in KiB, descriptors more
# So many calls are made again if something grew, as a cache does, once: the least growth counts.
# xt/leaks.t judges them and makes a table. The ways:
#   works    with what it wants
#   fails    where libvirt refuses: of an object that is gone, of flags that it does not know
#   refused  with an object that libvirt did not make
#   usage    with too many arguments, where the first is no object
#
#   leaks.pl test PATTERN        those subs that match, on libvirt's test driver
#   leaks.pl stand-in PATTERN    on the stand-in for libvirt, if that is loaded: it does as it is told
#   leaks.pl loop                those of event implementations
#   leaks.pl controls            what is there to be found, in a build that has it
use strict;
use warnings;
use File::Temp      ();
use JSON::PP        ();
use POSIX           ();
use Test::LeakTrace qw(leaked_count);

use Sys::Virt;
use Sys::Virt::Event;

my $CALLS   = 10_000;
my $SECONDS = 0.3;      # where so many calls take longer, they are fewer
my $ROUNDS  = 4;
my $BYTES   = 16;       # a call: less than the least that malloc() gives
my $KIB     = 64;       # what a few calls may take all the same

my ( $on, $pattern ) = @ARGV;
$| = 1;
$ENV{LIBVIRT_LOG_OUTPUTS} = '4:file:/dev/null';
local $SIG{__WARN__} = sub { };

my %surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    %{ JSON::PP->new->utf8->decode(<$file>) };
};

# ---- objects: one of each kind, as far as libvirt has it, and one that is gone

my $GUEST = <<'XML';
<domain type='test'><name>%s</name><memory>1048576</memory><currentMemory>524288</currentMemory>
<vcpu current='1'>4</vcpu><os><type>hvm</type></os><devices>
<disk type='file' device='disk'><source file='/guest.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
<serial type='pty'/></devices></domain>
XML
my %XML = (
    dom   => $GUEST,
    domss => '<domainsnapshot><name>%s</name></domainsnapshot>',
    domcp => '<domaincheckpoint><name>%s</name></domaincheckpoint>',
    iface => "<interface type='ethernet' name='%s'><mac address='aa:bb:cc:dd:ee:00'/></interface>",
    net   => "<network><name>%s</name><bridge name='virbr9'/></network>",
    port  => '<networkport/>',
    dev   => "<device><name>%s</name><parent>scsi_host1</parent><capability type='scsi_host'>"
        . "<capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability></device>",
    filter  => "<filter name='%s'/>",
    binding => '<filterbinding/>',
    sec     => '<secret/>',
    pool    => "<pool type='dir'><name>%s</name><target><path>/%s</path></target></pool>",
    vol     => '<volume><name>%s</name><capacity>1048576</capacity></volume>',
);

sub xml { my ( $kind, $name ) = @_; return $XML{$kind} =~ s/%s/$name/gr }

my ( %object, %gone );
my $conn = $object{con} = Sys::Virt->new( uri => 'test:///default' );
my %MAKE = (
    dom     => sub { $conn->define_domain( xml( dom => $_[0] ) ) },
    domss   => sub { $object{dom}->create_snapshot( xml( domss => $_[0] ) ) },
    domcp   => sub { $object{dom}->create_checkpoint( xml( domcp => $_[0] ) ) },
    iface   => sub { $conn->define_interface( xml( iface => $_[0] ) ) },
    net     => sub { $conn->define_network( xml( net => $_[0] ) ) },
    port    => sub { $object{net}->create_port( xml( port => $_[0] ) ) },
    dev     => sub { $conn->create_node_device( xml( dev  => $_[0] ) ) },
    filter  => sub { $conn->define_nwfilter( xml( filter => $_[0] ) ) },
    binding => sub { $conn->create_nwfilter_binding( xml( binding => $_[0] ) ) },
    sec     => sub { $conn->define_secret( xml( sec => $_[0] ) ) },
    pool    => sub { $conn->define_storage_pool( xml( pool => $_[0] ) ) },
    vol     => sub { $object{pool}->create_volume( xml( vol => $_[0] ) ) },
    st      => sub { $conn->new_stream },
);
my %ACTIVE = map { $_ => 1 } qw(dom iface net pool);
my @KINDS  = qw(dom domss domcp iface net port dev filter binding sec pool vol st);

for my $kind (@KINDS) {
    $object{$kind} = eval { $MAKE{$kind}->("the-$kind") } or next;
    eval { $object{$kind}->create } if $ACTIVE{$kind};
    my $gone = $gone{$kind} = eval { $MAKE{$kind}->("gone-$kind") };
    for my $method (qw(destroy undefine delete)) {
        eval { $gone->$method } if $gone && $gone->can($method);
    }
}
eval { $conn->get_domain_by_name('nope') };
my $error = $@;

my %KIND = (
    'Sys::Virt' => 'con',
    map { ( "Sys::Virt::$_->[0]" => $_->[1] ) } [ Domain => 'dom' ], [ DomainSnapshot => 'domss' ],
    [ DomainCheckpoint => 'domcp' ],
    [ Interface        => 'iface' ], [ Network => 'net' ], [ NetworkPort => 'port' ],
    [ NodeDevice       => 'dev' ],
    [ NWFilter         => 'filter' ], [ NWFilterBinding => 'binding' ], [ Secret => 'sec' ],
    [ StoragePool      => 'pool' ],   [ StorageVol      => 'vol' ],     [ Stream => 'st' ],
);
my %ALIAS = (
    conn      => 'con',
    conref    => 'con',
    destcon   => 'con',
    nodedev   => 'dev',
    stref     => 'st',
    domref    => 'dom',
    netref    => 'net',
    poolref   => 'pool',
    devref    => 'dev',
    secretref => 'sec',
    clone     => 'vol',
);

# ---- arguments, by the parameter's name

my %VALUE = (
    pages         => [ [ 4, 1 ] ],
    pagesizes     => [4],
    keycodesSV    => [30],
    fdssv         => [0],
    mountPointsSV => ['/'],
    keysSV        => ['key'],
    creds         => [],
    dev           => 'vda',
    disk          => 'vda',
    device        => 'vda',
    path          => 'vda',
    target        => 'vda',
    intf          => '52:54:00:00:00:01',
    mac           => 'aa:bb:cc:dd:ee:00',
    arch          => 'x86_64',
    cpumap        => "\1",
    data          => 'x',
    size          => 16,
    eventID       => 0,
    frequency     => -1,
    timer         => -1,
    cellNum       => -1,
    cpuNum        => -1,
    file          => '/dev/null',
    section       => 6,
    start         => 0,
    flags         => 0,
    types         => 0,
    stats         => 0,
    val           => 2**18,
    capacity      => 2**20,
    algorithm     => 0,
    uri           => undef,
    desturi       => 'test:///default',
    val           => 1,
    value         => 'x',
    emulatorsv    => undef,
    archsv        => undef,
    machinesv     => undef,
    virttypesv    => undef,
    type          => undef,
);
my %BY_SUB = (
    'Sys::Virt::Domain::set_memory'                  => [ $object{dom}, 262_144 ],
    'Sys::Virt::Domain::set_max_memory'              => [ $object{dom}, 1_048_576 ],
    'Sys::Virt::Domain::block_stats'                 => [ $object{dom}, 'vda' ],
    'Sys::Virt::Domain::interface_stats'             => [ $object{dom}, '52:54:00:00:00:01' ],
    'Sys::Virt::StoragePool::_lookup_by_target_path' => [ $conn,        '/the-pool' ],
    'Sys::Virt::StoragePool::_lookup_by_volume'      => [ $object{vol} ],
    'Sys::Virt::_open'                               => [ 'test:///default', 0 ],
    'Sys::Virt::_open_auth'                          => [ 'test:///default', [], undef, 0 ],
    'Sys::Virt::Domain::set_interface_parameters'    =>
        [ $object{dom}, '52:54:00:00:00:01', { 'inbound.average' => 7 } ],
    'Sys::Virt::Domain::set_block_iotune' =>
        [ $object{dom}, 'vda', { total_bytes_sec => 9, group_name => 'g' } ],
    'Sys::Virt::get_node_cells_free_memory' => [ $conn, 0, 1 ],
);

sub value {
    my ( $class, $name, $parameter, $index ) = @_;
    my $kind = $ALIAS{$parameter} || $parameter;
    $kind =~ s/_rv\z//;
    return $object{$kind}
        if ( $MAKE{$kind} || $kind eq 'con' ) && ( $index == 0 || $kind ne 'dev' );
    my $own = $object{ $KIND{$class} };
    return ['<cpu/>'] if $name =~ /\Abaseline/ && $parameter eq 'xml';
    return '<cpu/>'   if $name =~ /\Acompare/  && $parameter eq 'xml';
    return xml( $KIND{$class}, "the-$KIND{$class}" ) if $parameter eq 'xml';
    return sub {0}

        if $parameter =~ /\A(?:cb|coderef|\w*handler)\z/;
    return {}               if $parameter =~ /\A(?:newparams|newident|params_sv)\z/;
    return [ $object{dom} ] if $parameter eq 'doms_sv';
    return $name =~ /string/ ? $own->get_uuid_string : $own->get_uuid
        if $parameter eq 'uuid' && $own;
    return $class =~ /StorageVol\z/ ? $own->get_path : 'vda' if $parameter eq 'path' && $own;
    return $own->get_key if $parameter eq 'key' && $own && $class =~ /StorageVol/;
    return "the-$KIND{$class}" if $parameter eq 'name';
    return exists $VALUE{$parameter} ? $VALUE{$parameter} : 1;
}

# ---- what is called: closures by sub, where the sub's arguments alone don't tell

# Those that undo each other are called one after the other.
my ( $dom, $net, $pool, $vol, $iface, $domss ) = @object{qw(dom net pool vol iface domss)};
my %cycle = (
    'Domain::create Domain::destroy' => sub { $dom->destroy;  $dom->create },
    'Domain::shutdown'               => sub { $dom->shutdown; $dom->create },
    'Domain::suspend Domain::resume' => sub { $dom->suspend;  $dom->resume },
    'Domain::undefine _define_xml Domain::_define_xml define_domain' =>
        sub { $MAKE{dom}->('other')->undefine },
    'create_domain Domain::_create' =>
        sub { $conn->create_domain( xml( dom => 'other' ) )->destroy },
    'create_domain_with_files Domain::_create_with_files' =>
        sub { $conn->create_domain_with_files( xml( dom => 'other' ), [] )->destroy },
    'Domain::create_with_files'                        => sub { $dom->create_with_files( [0] ) },
    'Domain::managed_save Domain::managed_save_remove' =>
        sub { $dom->managed_save; $dom->managed_save_remove; $dom->create },
    'Domain::save restore_domain' => sub { $dom->save('saved'); $conn->restore_domain('saved') },
    'Domain::rename'              =>
        sub { my $other = $MAKE{dom}->('other'); $other->rename('another'); $other->undefine },
    'Domain::create_snapshot DomainSnapshot::_create_xml DomainSnapshot::delete' =>
        sub { $MAKE{domss}->('other')->delete },
    'Domain::get_snapshot_by_name'         => sub { $dom->get_snapshot_by_name('the-domss') },
    'Domain::list_snapshots'               => sub { my @all = $dom->list_snapshots },
    'Domain::create_checkpoint'            => sub { $MAKE{domcp}->('other') },
    'Domain::get_checkpoint_by_name'       => sub { $dom->get_checkpoint_by_name('the-domcp') },
    'DomainSnapshot::list_child_snapshots' => sub { my @all = $domss->list_child_snapshots },
    'Domain::migrate Domain::_migrate'     => sub { $dom->migrate( $conn, {}, 0 ) },
    'Domain::migrate2'                     => sub { $dom->migrate2( $conn, undef, 0 ) },
    'Domain::migrate_to_uri Domain::_migrate_to_uri' =>
        sub { $dom->migrate_to_uri( 'test:///default', {}, 0 ) },
    'Domain::migrate_to_uri2' => sub { $dom->migrate_to_uri2( 'test:///default', undef, 0 ) },
    'Network::create Network::destroy'                      => sub { $net->destroy; $net->create },
    'Network::undefine define_network Network::_define_xml' =>
        sub { $MAKE{net}->('other')->undefine },
    'create_network Network::_create_xml' =>
        sub { $conn->create_network( xml( net => 'other' ) )->destroy },
    'Network::create_port NetworkPort::_create_xml' => sub { $MAKE{port}->() },
    'Network::get_port_by_uuid'                     => sub { $net->get_port_by_uuid( 'x' x 16 ) },
    'StoragePool::create StoragePool::destroy'      => sub { $pool->destroy; $pool->create },
    'StoragePool::undefine define_storage_pool StoragePool::_define_xml' =>
        sub { $MAKE{pool}->('other')->undefine },
    'create_storage_pool StoragePool::_create_xml' =>
        sub { $conn->create_storage_pool( xml( pool => 'other' ) )->destroy },
    'StoragePool::create_volume StorageVol::_create_xml StorageVol::delete' =>
        sub { $MAKE{vol}->('other')->delete },
    'StoragePool::clone_volume StorageVol::_create_xml_from' =>
        sub { $pool->clone_volume( xml( vol => 'other' ), $vol )->delete },
    'StoragePool::get_volume_by_name'        => sub { $pool->get_volume_by_name('the-vol') },
    'StoragePool::list_volumes'              => sub { my @all = $pool->list_volumes },
    'StoragePool::delete StoragePool::build' =>
        sub { my $other = $MAKE{pool}->('other'); $other->build; $other->delete; $other->undefine },
    'Interface::create Interface::destroy' => sub { $iface->destroy; $iface->create },
    'Interface::undefine define_interface Interface::_define_xml' =>
        sub { $MAKE{iface}->('other')->undefine },
    'interface_change_begin interface_change_commit' =>
        sub { $conn->interface_change_begin; $conn->interface_change_commit },
    'interface_change_rollback' =>
        sub { $conn->interface_change_begin; $conn->interface_change_rollback },
    'create_node_device NodeDevice::_create_xml NodeDevice::destroy' =>
        sub { $MAKE{dev}->('other')->destroy },
    'define_node_device'        => sub { $conn->define_node_device( xml( dev => 'other' ) ) },
    'create_nwfilter_binding'   => sub { $MAKE{binding}->('other') },
    'define_nwfilter'           => sub { $MAKE{filter}->('other') },
    'define_secret'             => sub { $MAKE{sec}->('other') },
    'DESTROY'                   => sub { Sys::Virt->new( uri => 'test:///default' )->DESTROY },
    'Domain::DESTROY'           => sub { $conn->get_domain_by_name('the-dom')->DESTROY },
    'DomainSnapshot::DESTROY'   => sub { $dom->get_snapshot_by_name('the-domss')->DESTROY },
    'DomainCheckpoint::DESTROY' => sub { $dom->get_checkpoint_by_name('the-domcp')->DESTROY },
    'Interface::DESTROY'        => sub { $conn->get_interface_by_name('the-iface')->DESTROY },
    'Network::DESTROY'          => sub { $conn->get_network_by_name('the-net')->DESTROY },
    'NetworkPort::DESTROY'      => sub { $net->get_port_by_uuid( 'x' x 16 )->DESTROY },
    'NodeDevice::DESTROY'       => sub { $conn->get_node_device_by_name('computer')->DESTROY },
    'NWFilter::DESTROY'         => sub { $conn->get_nwfilter_by_name('the-filter')->DESTROY },
    'NWFilterBinding::DESTROY'  =>
        sub { $conn->get_nwfilter_binding_by_port_dev('the-binding')->DESTROY },
    'Secret::DESTROY'      => sub { $conn->get_secret_by_usage( 1, 'usage' )->DESTROY },
    'StoragePool::DESTROY' => sub { $conn->get_storage_pool_by_name('the-pool')->DESTROY },
    'StorageVol::DESTROY'  => sub { $pool->get_volume_by_name('the-vol')->DESTROY },
    'Stream::DESTROY'      => sub { $conn->new_stream->DESTROY },
    'new'                  => sub { Sys::Virt->new( uri => 'test:///default' ) },
    'new_stream Stream::_new Stream::_new_obj' => sub { $conn->new_stream },
    'get_storage_pool_by_volume'               => sub { $conn->get_storage_pool_by_volume($vol) },
    'get_storage_pool_by_target_path'          =>
        sub { $conn->get_storage_pool_by_target_path('/the-pool') },
    'get_storage_volume_by_key'  => sub { $conn->get_storage_volume_by_key( $vol->get_key ) },
    'get_storage_volume_by_path' => sub { $conn->get_storage_volume_by_path( $vol->get_path ) },
    'get_interface_by_mac'       => sub { $conn->get_interface_by_mac( $iface->get_mac ) },
    'get_secret_by_usage'        => sub { $conn->get_secret_by_usage( 1, 'usage' ) },
    'get_domain_by_id'           => sub { $conn->get_domain_by_id( $dom->get_id ) },
    'Domain::_lookup_by_id'      => sub { Sys::Virt::Domain::_lookup_by_id( $conn, $dom->get_id ) },
    'get_node_device_scsihost_by_wwn' => sub { $conn->get_node_device_scsihost_by_wwn( 'a', 'b' ) },
    'get_nwfilter_binding_by_port_dev' =>
        sub { $conn->get_nwfilter_binding_by_port_dev('the-binding') },
    'domain_event_register domain_event_deregister' => sub {
        $conn->domain_event_register( sub { } );
        $conn->domain_event_deregister;
        turn();
    },
    'register_close_callback unregister_close_callback' => sub {
        $conn->register_close_callback( sub { } );
        $conn->unregister_close_callback;
        turn();
    },
    'Event::register_default' => sub { Sys::Virt::Event::register_default() },
    'Event::add_timeout Event::update_timeout Event::remove_timeout Event::run_default' => \&turn,
    'Event::add_handle Event::update_handle Event::remove_handle'                       => sub {
        my $watch = Sys::Virt::Event::add_handle( 0, 0, sub { } );
        Sys::Virt::Event::update_handle( $watch, 1 );
        Sys::Virt::Event::remove_handle($watch);
        turn();
    },
    'Stream::add_callback Stream::update_callback Stream::remove_callback' => sub {
        my $stream = screenshot();
        $stream->add_callback( 1, sub { } );
        $stream->update_callback(3);
        $stream->remove_callback;
        $stream->abort;
        turn();
    },
    'Domain::screenshot Stream::recv_all Stream::finish' => sub {
        my $stream = screenshot();
        $stream->recv_all( sub { $_[2] } );
        $stream->finish;
    },
    'Stream::recv Stream::abort' =>
        sub { my $stream = screenshot(); $stream->recv( my $data, 100 ); $stream->abort },
    'Stream::sparse_recv_all' => sub {
        screenshot()->sparse_recv_all( sub { $_[2] }, sub {0} );
    },
    'Error::(""' => sub {"$error"},
    map( {
            my $event = $_;
            (   "${event}_event_register_any ${event}_event_deregister_any" => sub {
                    my ( $register, $deregister )
                        = ( "${event}_event_register_any", "${event}_event_deregister_any" );
                    $conn->$deregister( $conn->$register( undef, 0, sub { } ) );
                    turn();
                }
            )
    } qw(domain network node_device secret storage_pool) ),
    map( {
            my $name = $_;
            ( "Error::$name" => sub { $error->$name } )
    } qw(code domain level message stringify) ),
    map( {
            my $name = $_;
            ( "EventImpl::$name" => sub { Sys::Virt::EventImpl->$name } )
    } qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout) ),
);

# Of the event loop: there libvirt frees what was removed.
sub turn {
    my $timer = Sys::Virt::Event::add_timeout( -1, sub { } );
    Sys::Virt::Event::update_timeout( $timer, 0 );
    Sys::Virt::Event::run_default();
    Sys::Virt::Event::remove_timeout($timer);
    Sys::Virt::Event::run_default();
    return;
}

sub screenshot {
    my $stream = $conn->new_stream;
    $dom->screenshot( $stream, 0 );
    return $stream;
}

my %call;
for my $names ( keys %cycle ) {
    $call{ /::/ ? "Sys::Virt::$_" : "Sys::Virt::$_" } = $cycle{$names} for split ' ', $names;
}

# A closure that calls a sub with what it wants.
sub call_of {
    my ( $class, $name ) = @_;
    my $full = "${class}::$name";
    return $call{$full} if $call{$full};
    no strict 'refs';
    my $code  = \&$full;
    my $usage = $surface{$class}{subs}{$name}{usage};
    my @arguments
        = $BY_SUB{$full}  ? @{ $BY_SUB{$full} }
        : defined $usage  ? arguments( $class, $name, $usage )
        : $name eq '_new' ? (
        $class, parent_of($class),
        name    => "the-$KIND{$class}",
        portdev => 'x',
        uuid    => '0' x 16
        )
        : $name =~ /_by_name\z/ ? ( $conn, 'the-' . kind_in($name) )
        : $name =~ /_by_uuid\z/
        ? ( $conn, $object{ kind_in($name) } ? $object{ kind_in($name) }->get_uuid : 'x' x 16 )
        : $object{ $KIND{$class} };
    return sub { &$code(@arguments) };
}

sub kind_in {
    my ($name)  = @_;
    my ($class) = grep { my $noun = lc( $_ =~ s/.*:://r ); ( $name =~ s/_//gr ) =~ /get${noun}by/ }
        sort keys %KIND;
    return $class ? $KIND{$class} : 'vol';
}

sub parent_of {
    my ($class) = @_;
    return ( domain     => $dom )  if $class =~ /DomainSnapshot|DomainCheckpoint/;
    return ( network    => $net )  if $class =~ /NetworkPort/;
    return ( pool       => $pool ) if $class =~ /StorageVol/;
    return ( connection => $conn );
}

sub arguments {
    my ( $class, $name, $usage ) = @_;
    my @parameters = grep { $_ ne 'void' } split /\s*,\s*/, $usage;
    my @wanted     = grep { !/=/ } @parameters;
    return map { value( $class, $name, $wanted[$_], $_ ) } 0 .. $#wanted;
}

# Closures that call it so that libvirt refuses: one of them will do.
sub failing_calls_of {
    my ( $class, $name ) = @_;
    my $usage = $surface{$class}{subs}{$name}{usage};

    # One that registers something all the same would leave that behind.
    return if !defined $usage || "${class}::$name" =~ /register|::Event::/;
    no strict 'refs';
    my $code      = \&{"${class}::$name"};
    my @arguments = @{ $BY_SUB{"${class}::$name"} || [ arguments( $class, $name, $usage ) ] };
    my ( $first, @others ) = @arguments;
    my @ways;

    # One that is gone, flags that there are not, and other values.
    push @ways, [ $gone{ $KIND{$class} }, @others ]
        if $gone{ $KIND{$class} || '' } && ref $first eq $class;
    if ( $usage =~ /flags\s*(?:=\s*0)?\z/ ) {
        my $count = () = $usage =~ /,/g;
        push @ways, [ @arguments, (0) x ( $count - @arguments ), 1 << 30 ];
    }
    for my $value ( @others ? ( 'no such', -1 ) : () ) {
        push @ways, [ $first, map { ref $_ || defined $_ && $_ eq '0' ? $_ : $value } @others ];
    }
    return map {
        my $way = $_;
        sub { &$code(@$way) }
    } @ways;
}

# ---- measuring

sub rss {
    open my $file, '<', '/proc/self/statm' or die "/proc/self/statm: $!";
    return 4 * ( split ' ', <$file> )[1];
}

sub descriptors { return scalar( my @all = glob '/proc/self/fd/*' ) }

sub seconds { my ( $user, $system ) = times; return $user + $system }

sub repeat {
    my ( $call, $times ) = @_;
    for ( 1 .. $times ) {
        my @results = eval { $call->() };
    }
    return;
}

sub measure {
    my ( $sub, $way, $call ) = @_;
    my $outcome = eval { my @results = $call->(); 1 } ? 'ok' : "$@";
    $outcome =~ s/\s+/ /g;
    repeat( $call, 20 );
    my $leaked = leaked_count { repeat( $call, 1 ) };
    my $open   = descriptors();
    my $start  = seconds();
    repeat( $call, $CALLS / 50 );
    my $each  = ( seconds() - $start ) * 50 / $CALLS;
    my $calls = $each * $CALLS > $SECONDS ? int( $SECONDS / $each / 100 + 1 ) * 100 : $CALLS;
    my $growth;

    for ( 1 .. $ROUNDS ) {
        my $before = rss();
        repeat( $call, $calls );
        my $more = rss() - $before;
        $growth = $more if !defined $growth || $more < $growth;
        last if $growth <= $KIB || $growth * 1024 <= $calls * $BYTES;
    }
    print join( "\t",
        $sub,   $way,    substr( $outcome, 0, 150 ),
        $calls, $leaked, $growth, descriptors() - $open ),
        "\n";
    return;
}

my %RUN = (
    test       => \&run_subs,
    'stand-in' => \&run_subs,
    loop       => \&run_loop,
    controls   => \&run_controls
);
$RUN{$on}->();

sub run_controls {
    measure( 'memory',      'control', sub { Sys::Virt::SelfTest::leak(24) } );
    measure( 'values',      'control', sub { Sys::Virt::SelfTest::leak_value() } );
    measure( 'descriptors', 'control', sub { POSIX::dup(0) } );
    return;
}

sub run_loop {
    require Abuse;
    my $loop  = Loop->new;
    my $timer = sub {
        my $id = Sys::Virt::Event::add_timeout( 0, sub { } );
        $loop->run;
        Sys::Virt::Event::update_timeout( $id, -1 );
        Sys::Virt::Event::remove_timeout($id);
        $loop->run;
    };
    my $handle = sub {
        my $id = Sys::Virt::Event::add_handle( 0, 1, sub { } );
        $loop->run;
        Sys::Virt::Event::update_handle( $id, 0 );
        Sys::Virt::Event::remove_handle($id);
        $loop->run;
    };
    my @helpers = qw(_free_callback_opaque _free_callback_opaque_helper);
    measure( "Sys::Virt::Event::$_", 'works', $timer )
        for qw(_add_timeout _update_timeout _remove_timeout);
    measure( "Sys::Virt::Event::$_", 'works', $handle )
        for qw(_add_handle _update_handle _remove_handle);
    measure( "Sys::Virt::EventImpl::$_", 'works', $timer )
        for '_run_timeout_callback', '_run_timeout_callback_helper';
    measure( "Sys::Virt::EventImpl::$_", 'works', $handle )
        for '_run_handle_callback', '_run_handle_callback_helper', @helpers;
    measure( "Sys::Virt::Event::$_", 'works', sub { Sys::Virt::Event::register($loop) } )
        for qw(register _register_impl);
    return;
}

sub run_subs {
    my $directory = File::Temp->newdir;    # some write files
    chdir $directory or die "$directory: $!";
    Sys::Virt::Event::register_default();
    for my $class ( sort keys %surface ) {
        for my $name ( sort keys %{ $surface{$class}{subs} } ) {
            my $sub = "${class}::$name";

            # The stand-in never gives callbacks back.
            next if $sub !~ /$pattern/ || $on eq 'stand-in' && $sub =~ /register|callback|Event/;
            measure_sub( $class, $name );
        }
    }
    chdir '/';
    return;
}

sub measure_sub {
    my ( $class, $name ) = @_;
    my $sub   = "${class}::$name";
    my $call  = call_of( $class, $name );
    my $works = succeeds($call);
    measure( $sub, 'works', $call ) if $works;
    return fails_too( $sub, $call ) if $on eq 'stand-in';

    my ($failing)
        = $works ? grep { refused_by_libvirt($_) } failing_calls_of( $class, $name ) : $call;
    measure( $sub, 'fails', $failing ) if $failing;
    my $usage = $surface{$class}{subs}{$name}{usage};
    return if !defined $usage;
    no strict 'refs';
    my $code = \&$sub;
    if ( $usage =~ /\A\w+/ && $KIND{$class} && $usage ne 'void' ) {
        my ( undef, @more ) = arguments( $class, $name, $usage );
        my $forged = bless \( my $integer = 1 ), $class;
        measure( $sub, 'refused', sub { &$code( $forged, @more ) } );
    }
    else {
        measure( $sub, 'usage', sub { &$code( (1) x 13 ) } );
    }
    return;
}

# On the stand-in libvirt fails when it is told to, and nothing else is of interest.
sub fails_too {
    my ( $sub, $call ) = @_;
    local $ENV{STAND_IN} = -1;
    measure( $sub, 'fails', $call ) if !succeeds($call);
    return;
}

sub succeeds {
    my ($call) = @_;
    return eval { my @results = $call->(); 1 };
}

sub refused_by_libvirt {
    my ($call) = @_;
    return !succeeds($call) && ref $@ && $@->message !~ /\Ainvalid \w+ pointer in Sys/;
}
