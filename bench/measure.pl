# What bench/run runs: measures the rows, prints the table.
use strict;
use utf8;
use warnings;
use Getopt::Long ();
use JSON::PP     ();
use List::Util   qw(max min);
use POSIX        ();
use Time::HiRes  ();

my $HELP = <<'HELP';
usage: bench/run [--only ROW]... [--quick] [--markdown FILE] [--json FILE]
       bench/run --list

Measures what libvirt's calls cost in C, with the existing Sys::Virt (which is unpacked
beside, not installed) and with this one, on the same drivers, and prints a table. Takes
some ten minutes; as root, for daemons of its own.

  --only ROW       only the rows whose name begins so
  --list           the names of the rows
  --quick          small sizes and few repetitions: a test of the command itself. Counts of
                   instructions of single calls are good all the same.
  --rounds N       how often times are taken (9)
  --markdown FILE  the table as Markdown as well
  --json FILE      and as JSON

First installs what is missing (on Debian and Ubuntu, as root or by sudo).
bench/README.md says how to read the table.
HELP

my %option = ( rounds => 9, only => [] );
Getopt::Long::GetOptions(
    \%option,     'help',   'list',        'quick', 'rounds=i', 'only=s@',
    'markdown=s', 'json=s', 'directory=s', 'reference=s',
    )
    && !@ARGV
    or die "bench/run: see bench/run --help\n";
if ( $option{help} ) { print $HELP; exit }

my $QUICK  = $option{quick};
my $ROUNDS = $QUICK ? 1 : $option{rounds};

# How many objects the bulk has, and MiB the streams.
my ( $ONE, $TEN, $MANY, $MOST ) = $QUICK ? ( 1, 10, 40, 100 ) : ( 1, 10, 1_000, 10_000 );
my $MIB = $QUICK ? 4 : 512;    # the second, measured time, twice as much

# ---- the rows

# What a row must reach: "overhead" is (ours - C) / (reference - C), "time" is ours /
# reference, "speed" is reference / ours.
my %SMALL        = ( count => 200, source => 'default', measure => 'instructions' );
my $SMALL_TARGET = { overhead => 0.6 };
my $BULK_TARGET  = { overhead => 0.5 };

sub small {
    my ( $name, %more ) = @_;
    return { %SMALL, name => $name, operation => $name, target => $SMALL_TARGET, %more };
}

sub bulk {
    my ( $name, $size, %more ) = @_;
    my ($operation) = $name =~ /\A(\w+)/;
    return {
        %SMALL,
        name      => $size == 1 ? "$name of 1" : "$name of " . thousands($size),
        operation => $operation,
        source    => "file $size",
        count     => max( 1, min( 200, int( 1_000 / $size ) ) ),
        items     => $size,
        target    => $BULK_TARGET,
        %more,
    };
}

my @ROWS = (
    small( 'loop',        target => undef ),
    small( 'method_call', target => undef ),
    map( { small($_) }
        qw(
            connect get_name get_uuid_string is_active get_info get_state get_xml_description
            get_domain_by_name get_domain_by_uuid get_memory_parameters set_memory_parameters
        ) ),
    small( 'constant',       target => undef ),
    small( 'failing_lookup', target => { overhead => 0.5 } ),
    small('event'),
    small('event_loop_turn'),
    small('event_impl_timer'),

    bulk( 'list_all_domains', $ONE, target => $SMALL_TARGET ),
    bulk( 'list_all_domains', $TEN, target => $SMALL_TARGET ),
    bulk( 'list_all_domains', $MANY ),
    bulk( 'list_all_domains', $MOST ),
    bulk( 'list_names',       $MANY ),
    map( { bulk( $_, min( 100, $MANY ) ) }
        qw(
            list_all_networks list_all_storage_pools list_all_interfaces list_all_node_devices
            list_all_volumes
        ) ),
    bulk( 'get_all_domain_stats',                   $ONE, target => $SMALL_TARGET ),
    bulk( 'get_all_domain_stats',                   $TEN, target => $SMALL_TARGET ),
    bulk( 'get_all_domain_stats',                   $MANY ),
    bulk( 'get_all_domain_stats',                   $MOST ),
    bulk( 'keep_all_domain_stats',                  $MANY ),
    bulk( 'get_all_domain_stats of qemu, domains',  3,     source => 'qemu', count => 10 ),
    bulk( 'keep_all_domain_stats of qemu, domains', 3,     source => 'qemu', count => 10 ),
    bulk( 'get_all_domain_stats, remote,',          $MANY, source => "remote $MANY" ),
    bulk( 'list_all_domains, remote,',              $MANY, source => "remote $MANY" ),
    bulk( 'list_domains, remote,',                  40,    source => 'remote 40', count => 20 ),
    bulk( 'list_defined_domains, remote,',          40,    source => 'remote 40', count => 20 ),
    map( { bulk("$_, remote, messages,", 40,
                source  => 'remote 40',
                count   => 20,
                measure => 'messages',
                target  => { most => 1 }
    ) } qw(list_domains list_defined_domains) ),

    {   name    => 'use Sys::Virt',
        measure => 'load',
        target  => { time => 0.65 },
    },
    bulk( 'list_all_domains, time,',     $MANY, measure => 'time' ),
    bulk( 'get_all_domain_stats, time,', $MANY, measure => 'time' ),
    bulk(
        'list_domains, remote, time,', 40,
        source  => 'remote 40',
        measure => 'time',
        count   => 50
    ),
    {   name      => 'domain events',
        operation => 'event',
        measure   => 'time',
        source    => 'default',
        count     => $QUICK ? 10 : 2_000,
        target    => { speed => 1.5 },
    },
    {   name      => 'thread with ' . thousands($MANY) . ' handles',
        operation => 'thread',
        measure   => 'time',
        source    => "file $MANY",
        count     => 5,
        target    => undef,
    },
    map( { {    name      => "stream $_->[0]",
                operation => $_->[0],
                measure   => 'throughput',
                source    => 'volume',
                count     => $MIB,
                target    => { speed => $_->[1] },
                virsh     => $_->[2],
        } }[ recv => 1.5, 'vol-download' ],
        [ recv_all => 1, 'vol-download' ],
        [ send     => 1, 'vol-upload' ],
        [ send_all => 1, 'vol-upload' ] ),

    bulk(
        'handles, bytes each,', $MOST,
        operation => 'handles',
        measure   => 'heap',
        target    => undef
    ),
    bulk(
        'handles, peak memory in KiB,', $MOST,
        operation => 'handles',
        measure   => 'peak',
        source    => "remote $MOST",
        target    => { time => 0.8 }
    ),
);

# What rows of instructions keep to at present, be it more or less than the target; those of
# lists by their names under --quick.
my %LIMITS = (
    connect               => 0.57,
    get_name              => 1.08,
    get_uuid_string       => 0.78,
    is_active             => 1.13,
    get_info              => 0.76,
    get_state             => 1.13,
    get_xml_description   => 0.95,
    get_domain_by_name    => 0.20,
    get_domain_by_uuid    => 0.18,
    get_memory_parameters => 0,
    set_memory_parameters => 0.90,
    failing_lookup        => 0.53,
    event                 => 0.21,
    event_loop_turn       => 1.54,
    event_impl_timer      => 0.82,

    'list_all_domains of 1'                       => 0.63,
    'list_all_domains of 10'                      => 0.45,
    'list_all_domains of 100'                     => 0.40,
    'list_names of 40'                            => 0.78,
    'list_all_networks of 40'                     => 0.41,
    'list_all_storage_pools of 40'                => 0.40,
    'list_all_interfaces of 40'                   => 0.40,
    'list_all_node_devices of 40'                 => 0.40,
    'list_all_volumes of 40'                      => 0.40,
    'keep_all_domain_stats of 40'                 => 0.24,
    'keep_all_domain_stats of qemu, domains of 3' => 0.55,
);

sub thousands { return scalar reverse( join ',', unpack '(A3)*', reverse $_[0] ) }

# ---- what is measured

# A host for libvirt's test driver to play.
sub host {
    my ($size) = @_;
    my $host = '<node>';
    for my $i ( 1 .. $size ) {
        my $uuid = sprintf '%08x-0000-4000-8000-', $i;
        $host
            .= "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"
            . "<name>guest$i</name><uuid>${uuid}000000000001</uuid><memory>65536</memory>"
            . '<os><type>hvm</type></os>'
            . ( $i % 2 ? '' : '<test:runstate>5</test:runstate>' )
            . '</domain>';
        next if $i > 100;
        my $pool    = $i == 1 ? 'pool'                     : "pool$i";
        my @volumes = $i == 1 ? ( 1 .. min( $size, 100 ) ) : ();
        my $mac     = sprintf '52:54:00:00:00:%02x', $i;
        $host
            .= "<network><name>network$i</name><uuid>${uuid}000000000002</uuid>"
            . "<bridge name='bridge$i'/></network>"
            . "<interface type='ethernet' name='eth$i'><start mode='onboot'/><mac address='$mac'/>"
            . "<protocol family='ipv4'><dhcp/></protocol></interface>"
            . "<pool type='dir'><name>$pool</name><uuid>${uuid}000000000003</uuid>"
            . "<target><path>/pool$i</path></target>"
            . join( '',
            map {"<volume><name>volume$_</name><capacity>1</capacity></volume>"} @volumes )
            . "</pool><device><name>device$i</name><capability type='system'><hardware>"
            . "<uuid>${uuid}000000000004</uuid></hardware><firmware/></capability></device>";
    }
    return "$host</node>";
}

sub write_file {
    my ( $path, $content ) = @_;
    open my $file, '>:encoding(UTF-8)', $path or die "$path: $!";
    print {$file} $content;
    close $file or die "$path: $!";
    return $path;
}

my $libvirt;

sub libvirt {
    return $libvirt if $libvirt;
    require PrivateLibvirt;
    require Sys::Virt;
    say_progress('starting a libvirtd');
    return $libvirt = PrivateLibvirt->start;
}

my %PREPARED;
my %SOURCES = (
    default => sub {'test:///default'},
    file    => sub {
        my ($size) = @_;
        require Cwd;
        return 'test://'
            . write_file( Cwd::abs_path( $option{directory} ) . "/$size.xml", host($size) );
    },
    remote => sub {
        my ($size) = @_;
        write_file( libvirt()->path("/tmp/$size.xml"), host($size) );
        return libvirt()->uri( undef, driver => 'test' ) =~ s{/default}{/tmp/$size.xml}r;
    },
    qemu => sub {
        my $conn = Sys::Virt->new( uri => libvirt()->uri );
        for my $i ( 1 .. 3 ) {
            libvirt()->run( 'qemu-img', 'create', '-q', "/var/lib/libvirt/images/disk$i", '1M' );
            $conn->create_domain(
                "<domain type='qemu'><name>guest$i</name><memory>65536</memory>"
                    . '<vcpu>2</vcpu><os><type>hvm</type></os><devices>'
                    . "<disk type='file'><source file='/var/lib/libvirt/images/disk$i'/>"
                    . "<target dev='vda' bus='virtio'/></disk><interface type='user'/>"
                    . '</devices></domain>',
                Sys::Virt::Domain::START_PAUSED()
            );
        }
        return libvirt()->uri;
    },
    volume => sub {
        my $conn = Sys::Virt->new( uri => libvirt()->uri );
        my $size = 2 * $MIB;
        my $pool = $conn->create_storage_pool( "<pool type='dir'><name>pool</name>"
                . '<target><path>/var/lib/libvirt/images</path></target></pool>' );
        my $volume = $pool->create_volume(
            "<volume><name>volume</name>" . "<capacity unit='MiB'>$size</capacity></volume>" );
        return ( libvirt()->uri, $volume->get_path );
    },
);

sub arguments {
    my ($row) = @_;
    my ( $kind, $size ) = split ' ', $row->{source};
    return @{ $PREPARED{ $row->{source} } ||= [ $SOURCES{$kind}->($size) ] };
}

# ---- how it is measured

my @SIDES = qw(c reference ours);

my %COMMANDS = (
    c         => ["$option{directory}/operations"],
    reference => [ $^X, "-I$option{reference}", 'bench/operations.pl' ],
    ours      => [ $^X, '-Iblib/lib', '-Iblib/arch', 'bench/operations.pl' ],
);

sub run {
    my ( $environment, @command ) = @_;
    my $log = "$option{directory}/log.$$";
    my $pid = fork // die "fork: $!";
    if ( !$pid ) {
        %ENV = ( %ENV, PERL_HASH_SEED => 0, %$environment );
        open STDOUT, '>',  $log or die "$log: $!";
        open STDERR, '>&', \*STDOUT;
        exec @command or die "$command[0]: $!";
    }
    waitpid $pid, 0;
    open my $file, '<', $log or die "$log: $!";
    unlink $log;
    die "bench/run: @command failed:\n", <$file> if $?;
    return;
}

# Runs an operation; gives the fields of the marks before and after it was done 2 * COUNT
# times.
sub meter {
    my ( $row, $side, @under ) = @_;
    my $report = "$option{directory}/$side.report";
    run({ METER => $report, LD_PRELOAD => "$option{directory}/meter.so" },
        @under, @{ $COMMANDS{$side} },
        $row->{operation}, $row->{count}, arguments($row)
    );
    open my $file, '<', $report or die "$report: $!";
    my @marks = map { [split] } <$file>;
    return @marks[ 4, 5 ];
}

# Instructions of one operation: twice as many less so many, so that what is done once is
# not counted.
sub instructions {
    my ( $row, $side ) = @_;
    my $dump = "$option{directory}/$side.callgrind";
    unlink glob "$dump.*";
    meter( $row, $side, qw(valgrind -q --tool=callgrind --instr-atstart=no),
        "--callgrind-out-file=$dump" );
    my ( $few, $many ) = map { total("$dump.$_") } 3, 5;
    return ( $many - $few ) / $row->{count};
}

sub total {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    my ($total) = map {/\A(?:totals|summary): ([0-9]+)/} <$file>;
    return $total // die "$path: no total";
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return ( $sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ] ) / 2;
}

# All sides at once: instructions are the same, whatever else runs.
sub at_once {
    my ($take) = @_;
    my ( %pipe, %value );
    for my $side (@SIDES) {
        my $pid = open( $pipe{$side}, '-|' ) // die "fork: $!";
        next if $pid;
        my $value = eval { $take->($side) };
        print STDERR $@ if $@;
        binmode STDOUT, ":raw";
        syswrite STDOUT, $value if defined $value;
        POSIX::_exit( defined $value ? 0 : 1 );    # without the parent's destructors
    }
    for my $side (@SIDES) {
        $value{$side} = readline $pipe{$side};
        close $pipe{$side} or exit 1;
    }
    return %value;
}

# Each side in turn, so that whatever else the machine does hits all of them.
sub rounds {
    my ( $take, $rounds ) = @_;
    my %values;
    for ( 1 .. $rounds || $ROUNDS ) {
        push @{ $values{$_} }, $take->($_) for @SIDES;
    }
    return \%values;
}

sub seconds {
    my ( $row,   $side ) = @_;
    my ( $begin, $end )  = meter( $row, $side );
    return ( $end->[0] - $begin->[5] ) / 1e9;
}

# Of a process, from outside. Installed: in blib, XSLoader loads DynaLoader first.
sub load_time {
    my ($side) = @_;
    my %code = (
        c => 'require DynaLoader; DynaLoader::dl_load_file(DynaLoader::dl_findfile("-lvirt"))'
            . ' or die DynaLoader::dl_error()',
        reference => 'use Sys::Virt',
        ours      => 'use Sys::Virt',
    );
    my %lib = (
        c         => [],
        reference => ["-I$option{reference}"],
        ours      => ["-I$option{directory}/installed"],
    );
    my $start = Time::HiRes::time();
    run( {}, $^X, @{ $lib{$side} }, '-e', $code{$side} );
    return Time::HiRes::time() - $start;
}

my %MEASURES = (
    instructions => sub {
        my ($row) = @_;
        arguments($row);
        return { unit => 'instructions', at_once( sub { instructions( $row, $_[0] ) } ) };
    },
    time => sub {
        my ($row) = @_;
        my $times = rounds( sub { seconds( $row, $_[0] ) * 1e6 / ( 2 * $row->{count} ) } );
        return { unit => 'µs', paired($times) };
    },
    load => sub {
        return { unit => 'ms', paired( rounds( sub { load_time( $_[0] ) * 1e3 }, 5 * $ROUNDS ) ) };
    },
    throughput => sub {
        my ($row)  = @_;
        my %paired = paired( rounds( sub { seconds( $row, $_[0] ) } ) );
        my $virsh  = virsh($row);
        $_ = 2 * $MIB / $_ for @paired{@SIDES};
        return { unit => 'MiB/s', %paired, virsh => 2 * $MIB / $virsh };
    },
    messages => sub {
        my ($row) = @_;
        return { unit => 'messages', map { $_ => messages( $row, $_ ) } @SIDES };
    },
    heap => sub {
        my ($row) = @_;
        return { unit => 'bytes', map { $_ => heap( $row, $_ ) } @SIDES };
    },
    peak => sub {
        my ($row) = @_;
        return { unit => 'KiB', paired( rounds( sub { peak( $row, $_[0] ) } ) ) };
    },
);

# Medians, of the values and of the ratios of values that were taken together.
sub paired {
    my ($values) = @_;
    my ( @time, @overhead );
    for my $round ( 0 .. $#{ $values->{ours} } ) {
        my ( $c, $reference, $ours ) = map { $values->{$_}[$round] } @SIDES;
        push @time,     $ours / $reference;
        push @overhead, ratio( $ours - $c, $reference - $c );
    }
    return (
        ( map { $_ => median( @{ $values->{$_} } ) } @SIDES ),
        time     => median(@time),
        overhead => median(@overhead),
    );
}

sub ratio { return $_[1] ? $_[0] / $_[1] : 1 }

sub messages {
    my ( $row,   $side ) = @_;
    my ( $begin, $end )  = meter( $row, $side );
    return ( $end->[1] - $begin->[1] ) / ( 2 * $row->{count} );
}

sub heap {
    my ( $row,   $side ) = @_;
    my ( $begin, $end )  = meter( $row, $side );
    return ( $end->[2] - $begin->[2] ) / $row->{items};
}

sub peak {
    my ( $row,   $side ) = @_;
    my ( $begin, $end )  = meter( $row, $side );
    return $end->[4] - $begin->[3];
}

# Seconds that virsh takes for the same transfer.
sub virsh {
    my ($row) = @_;
    my ( $uri, $path ) = arguments($row);
    my $file = "$option{directory}/volume";
    write_file( $file, '' );
    truncate $file, 2 * $MIB * 1024 * 1024;
    my $target  = $row->{virsh} eq 'vol-download' ? '/dev/null' : $file;
    my $seconds = median(
        map {
            my $start = Time::HiRes::time();
            run( {}, 'virsh', '-q', '-c', $uri, $row->{virsh}, $path, $target );
            Time::HiRes::time() - $start
        } 1 .. $ROUNDS
    );
    unlink $file;
    return $seconds;
}

# ---- results

sub say_progress { printf STDERR "bench: %s\n", @_ }

sub complete {
    my ( $row, $result ) = @_;
    my ( $c, $reference, $ours ) = @$result{@SIDES};
    $result->{name}  = $row->{name};
    $result->{limit} = $LIMITS{ $row->{name} };
    $result->{overhead} //= ratio( $ours - $c, $reference - $c );
    $result->{time}     //= ratio( $ours,      $reference );
    $result->{speed} = 1 / $result->{time};
    $result->{most}  = $ours;
    my ( $kind, $limit ) = %{ $row->{target} || {} };

    if ($kind) {
        $result->{target} = ( $kind eq 'speed' ? '>= ' : '<= ' ) . "$limit x $kind";
        $result->{met} = $kind eq 'speed' ? $result->{$kind} >= $limit : $result->{$kind} <= $limit;
        $result->{met} = $result->{met}   ? JSON::PP::true()           : JSON::PP::false();
    }
    return $result;
}

# How much more an item costs where there are most of them than where there are ten.
sub add_growth {
    my ( $rows, $results ) = @_;
    my %of_ten;
    for my $index ( 0 .. $#$rows ) {
        my ( $row, $result ) = ( $rows->[$index], $results->[$index] );
        next if $row->{measure} ne 'instructions' || !$row->{items};
        $of_ten{ $row->{operation} } = $result if $row->{items} == $TEN;
        my $ten = $of_ten{ $row->{operation} } or next;
        next if $row->{items} != $MOST;
        $result->{growth}
            = { map { $_ => ( $result->{$_} / $MOST ) / ( $ten->{$_} / $TEN ) } @SIDES };
    }
    return;
}

sub number {
    my ($value) = @_;
    return $value >= 100 ? thousands( sprintf '%.0f', $value ) : sprintf '%.4g', $value;
}

my @HEAD = ( 'row', 'unit', 'C', 'reference', 'ours', 'ratio', 'target', '' );

sub cells {
    my ($result) = @_;
    return (
        @$result{qw(name unit)},
        ( map { number( $result->{$_} ) } @SIDES ),
        sprintf( '%.2f', $result->{overhead} ),
        $result->{target} // '',
        !defined $result->{met} ? '' : $result->{met} ? 'met' : 'missed',
    );
}

sub as_table {
    my (@lines) = @_;
    my @width = map {
        my $column = $_;
        max map { length $_->[$column] } @lines
    } 0 .. $#HEAD;
    return map {
        my $line = $_;
        join( '  ',
            map { sprintf $_ < 2 || $_ > 5 ? "%-$width[$_]s" : "%$width[$_]s", $line->[$_] }
                0 .. $#HEAD )
            =~ s/\s*\z/\n/r
    } @lines;
}

sub as_markdown {
    my ( $head, @lines ) = @_;
    return map { '| ' . join( ' | ', @$_ ) . " |\n" } $head,
        [qw(--- --- ---: ---: ---: ---: --- ---)],
        @lines;
}

# ---- the run

sub selected {
    my @only = @{ $option{only} };
    return @ROWS if !@only;
    for my $only (@only) {
        grep { index( $_->{name}, $only ) == 0 } @ROWS
            or die "bench/run: no row's name begins with $only; see bench/run --list\n";
    }
    return grep {
        my $name = $_->{name};
        grep { index( $name, $_ ) == 0 } @only
    } @ROWS;
}

my @rows = selected();
if ( $option{list} ) {
    print map {"$_->{name}\n"} @rows;
    exit;
}

binmode $_, ':encoding(UTF-8)' for *STDOUT, *STDERR;
my @results;
for my $row (@rows) {
    say_progress( sprintf '[%d/%d] %s', 1 + @results, scalar @rows, $row->{name} );
    push @results, complete( $row, $MEASURES{ $row->{measure} }->($row) );
}
add_growth( \@rows, \@results );
my @lines = ( \@HEAD, map { [ cells($_) ] } @results );
print as_table(@lines);
for my $result (@results) {
    printf "%s: virsh %s MiB/s\n", $result->{name}, number( $result->{virsh} ) if $result->{virsh};
    printf "%s: an item costs %.2f times one of $TEN; C %.2f, reference %.2f\n", $result->{name},
        @{ $result->{growth} }{qw(ours c reference)}
        if $result->{growth};
}
write_file( $option{markdown}, join '', as_markdown(@lines) ) if $option{markdown};
write_file( $option{json}, JSON::PP->new->pretty->canonical->encode( \@results ) ) if $option{json};
