# Random calls of every sub with random values, kind and hostile: none may crash, hang, panic or
# end the process.
use strict;
use warnings;
use Fcntl        qw(SEEK_SET);
use File::Temp   ();
use Getopt::Long ();
use JSON::PP     ();
use Tie::Array   ();
use Tie::Hash    ();

my $HELP = <<'TEXT';
usage: perl xt/scripts/fuzz.pl [--seed N] [--calls N] [--batch N] [--perl COMMAND] [--verbose]

Calls random subs of the module (that of blib/) with random values on libvirt's test driver,
in batches, each in a process of its own. A batch that crashes, hangs, panics or makes perl
complain is reported with its last calls and the command that repeats it, and the exit status
is 1.

  --seed N        where to start; without it, a random one, which is printed
  --calls N       how many calls (10000)
  --batch N       how many in one process (250); to repeat a batch: the same number
  --perl COMMAND  what to run the batches with, like "valgrind -q --error-exitcode=9 perl"
  --verbose       prints each call
TEXT

my ( $SECONDS, $KILOBYTES, $SHOWN, $DEPTH ) = ( 120, 2 * 1024 * 1024, 6, 2 );
my %option = ( calls => 10_000, batch => 250 );
Getopt::Long::GetOptions( \%option, qw(seed=i calls=i batch=i perl=s verbose help worker=s) )
    or die $HELP;
if ( $option{help} ) {
    print $HELP;
    exit;
}
exit( $option{worker} ? work() : supervise() );

# ---- the process that starts the batches

sub supervise {
    my $seed = defined $option{seed} ? $option{seed} : int rand 2**31;
    my $end  = $seed + $option{calls} / $option{batch};
    my ( $batches, $failed ) = ( 0, 0 );
    local $| = 1;
    print "seed $seed, $option{calls} calls\n";
    for ( ; $seed < $end; $seed++ ) {
        $failed += !batch($seed);
        $batches++;
        print STDERR "\r", $batches * $option{batch}, ' calls' if -t STDERR;
    }
    print STDERR "\n" if -t STDERR;
    print "$batches batches, $failed failed\n";
    return $failed ? 1 : 0;
}

# Runs one; false if something went wrong.
sub batch {
    my ($seed) = @_;
    my ( $journal, $output ) = ( File::Temp->new, File::Temp->new );
    my $pid = fork;
    die "fork: $!" if !defined $pid;
    if ( !$pid ) {
        open STDOUT, '>&', $output or die "STDOUT: $!";
        open STDERR, '>&', $output or die "STDERR: $!";

        # What the calls are must not depend on the order of hashes.
        @ENV{qw(PERL_HASH_SEED PERL_PERTURB_KEYS)} = ( 0, 0 );
        $ENV{LIBVIRT_DEFAULT_URI} = 'test:///default';
        my @perl = split ' ', $option{perl} || '';
        @perl = ( '/bin/sh', '-c', "ulimit -v $KILOBYTES && exec \"\$@\"", 'sh', $^X ) if !@perl;
        exec @perl, qw(-Mblib -Ixt/lib), $0, '--worker', "$journal",
            '--seed', $seed, '--batch', $option{batch};
        die "exec: $!";
    }
    waitpid $pid, 0;
    my $status = $?;
    my @calls  = lines("$journal");
    my @said   = lines("$output");
    print map {"  $_"} @calls if $option{verbose};
    my $complete = grep { $_ eq "complete\n" } @said;
    return 1 if $status == 0 && $complete && !grep {/^FAULT/} @said;
    my @last = @calls > $SHOWN ? @calls[ -$SHOWN .. -1 ] : @calls;
    my $how
        = ( $status & 127 ) == 14 ? "hung for $SECONDS s"
        : $status || $complete    ? "ended with status $status"
        :                           'ended early';
    print "seed $seed: $how in call ", scalar(@calls), ":\n", map( {"    $_"} @last ),
        "  and said:\n", map( {"    $_"} @said > 40 ? @said[ -40 .. -1 ] : @said ),
        "  repeat: perl $0 --seed $seed --calls $option{batch} --batch $option{batch}\n";
    return 0;
}

sub lines {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!";
    my @lines = <$file>;
    return map {s/\n?\z/\n/r} @lines;
}

# ---- a batch

my ( $journal, %surface, @subs, $loop, %pool );
my $made = 0;
our @arguments;    # of the call that is running
our $deep = 0;     # how many calls it runs in

sub work {
    require Abuse;
    Abuse->import(qw(connection xml));
    open $journal, '>', $option{worker} or die "$option{worker}: $!";
    $journal->autoflush(1);
    load_surface();
    my $directory = File::Temp->newdir;    # some calls write files
    chdir $directory or die "$directory: $!";
    srand $option{seed};
    prepare_loop();
    local $SIG{__WARN__} = \&complaint;

    for my $number ( 0 .. $option{batch} - 1 ) {
        alarm $SECONDS;
        make_pool() if $number % 50 == 0;
        one_call();
    }
    %pool = @arguments = ();
    chdir '/';
    undef $loop;
    return 0;
}

# Behind the end of all that there was.
END {
    print "complete\n" if $option{worker} && !$?;
}

sub load_surface {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    %surface = %{ JSON::PP->new->utf8->decode( join '', <$file> ) };
    for my $package ( sort keys %surface ) {
        push @subs, map { [ $package, $_, $surface{$package}{subs}{$_}{usage} ] }
            sort keys %{ $surface{$package}{subs} };
    }
    return;
}

# libvirt's own event loop, one in Perl, or none.
sub prepare_loop {
    my $choice = pick(qw(none default Loop));
    Sys::Virt::Event::register_default() if $choice eq 'default';
    $loop = Loop->new                    if $choice eq 'Loop';
    return;
}

# What perl says when its data is damaged, and what our code says when it panics.
sub complaint {
    my ($text) = @_;
    print "FAULT: $text\n"
        if $text
        =~ /unreferenced scalar|freed value|freed scalar|Unbalanced|\bpanic|Bizarre|\.rs:[0-9]+/;
    die "from a warning\n" if rand() < 0.02 && $deep;
    return;
}

# An object or two of each class that the test driver has. It keeps what earlier calls did, and
# they may have taken something away.
sub make_pool {
    local $@;
    %pool = ();
    my $conn = connection();
    my $try  = sub {
        my ($make) = @_;
        return grep {defined} eval { $make->() }
    };
    my ($dom)   = $try->( sub { $conn->list_all_domains } );
    my ($store) = $try->( sub { $conn->list_all_storage_pools } );
    my $name    = 'v' . $made++;
    %pool = (
        'Sys::Virt'         => [ $conn,      connection() ],
        'Sys::Virt::Domain' => [ $dom || (), $try->( sub { $conn->define_domain( xml($name) ) } ) ],
        'Sys::Virt::DomainSnapshot' => [
            $try->(
                sub { $dom->create_snapshot("<domainsnapshot><name>$name</name></domainsnapshot>") }
            )
        ],
        'Sys::Virt::Network'     => [ $try->( sub { $conn->list_all_networks } ) ],
        'Sys::Virt::StoragePool' => [ $store || () ],
        'Sys::Virt::StorageVol'  => [
            $try->(
                sub {
                    $store->create_volume(
                        "<volume><name>$name</name><capacity>1</capacity></volume>");
                }
            )
        ],
        'Sys::Virt::Interface'  => [ $try->( sub { $conn->list_all_interfaces } ) ],
        'Sys::Virt::NodeDevice' => [ $try->( sub { $conn->list_all_node_devices } ) ],
        'Sys::Virt::Stream'    => [ $conn->new_stream, $try->( sub { Abuse::screenshot($conn) } ) ],
        'Sys::Virt::EventImpl' => [ $loop || () ],
    );
    eval { $conn->get_domain_by_name('nope') };
    $pool{'Sys::Virt::Error'} = [$@];
    return;
}

sub one_call {
    my ( $package, $name, $usage ) = @{ pick(@subs) };
    my @values;
    if ( defined $usage ) {
        my @parameters = grep { $_ ne 'void' } split /\s*,\s*/, $usage;
        pop @parameters while @parameters && $parameters[-1] =~ /=/ && rand() < 0.6;
        @values = map { value_for( $package, $_ ) } @parameters;
        unshift @values, handle('Sys::Virt') if !@parameters && rand() < 0.1;
    }
    else {
        my $class = $name =~ /\A(?:_?new|register)\z/ || $package eq 'Sys::Virt::Event';
        @values = $class ? [ "'$package'", $package ] : handle($package);
        push @values, anything() for 1 .. rand 5;
        push @values, [ "'connection'", 'connection' ], handle('Sys::Virt'),
            [ "'name'", 'name' ], string()
            if $name eq '_new' && rand() < 0.8;
    }
    push @values, anything() if rand() < 0.02;
    pop @values if rand() < 0.02;
    turn()      if $name eq 'run_default';
    call( $package, $name, @values );
    return;
}

sub call {
    my ( $package, $name, @values ) = @_;
    print {$journal} '  ' x $deep, "${package}::$name(", join( ', ', map { $_->[0] } @values ),
        ")\n";
    my $context = pick( 0, 1, undef );
    my $code    = \&{"${package}::$name"};
    local @arguments = map { $_->[1] } @values;
    for my $argument (@arguments) {
        tie $argument, 'Cell', $argument->[0] if ref $argument eq 'ToBeTied';
    }

    # Perl's own assignment from @_ does not survive that these are freed.
    my @kept = $surface{$package}{subs}{$name}{impl} eq 'perl' ? \(@arguments) : ();
    local $@;
    eval {
        if    ( !defined $context ) { &$code(@arguments) }
        elsif ($context)            { my @list = &$code(@arguments) }
        else                        { my $scalar = &$code(@arguments) }
        1;
    } or complaint_about($@);
    return;
}

sub complaint_about {
    my ($error) = @_;
    local $deep = 0;
    complaint( eval {"$error"} || '' );
    return;
}

# A turn of the event loop must find something to do.
sub turn {
    local $@;
    eval {
        Sys::Virt::Event::add_timeout( 0, sub { } );
    };
    return;
}

# ---- random values, each with the text that shows it

sub pick { return $_[ rand @_ ] }

sub value_for {
    my ( $package, $parameter ) = @_;
    return anything() if rand() < 0.2;
    my ($name) = $parameter =~ /\A(\w+)/ or return anything();
    return handle( $1 ? 'Sys::Virt' : $package )
        if $name =~ /\A(?:(con|conn|conref|destcon)|\w+_rv)\z/;
    my %class = (
        clone     => 'StorageVol',
        dev       => 'NodeDevice',
        devref    => 'NodeDevice',
        dom       => 'Domain',
        domcp     => 'DomainCheckpoint',
        domref    => 'Domain',
        domss     => 'DomainSnapshot',
        filter    => 'NWFilter',
        binding   => 'NWFilterBinding',
        iface     => 'Interface',
        net       => 'Network',
        netref    => 'Network',
        nodedev   => 'NodeDevice',
        pool      => 'StoragePool',
        poolref   => 'StoragePool',
        port      => 'NetworkPort',
        sec       => 'Secret',
        secretref => 'Secret',
        st        => 'Stream',
        stref     => 'Stream',
        vol       => 'StorageVol',
    );
    return handle("Sys::Virt::$class{$name}") if $class{$name};
    return string() if $name =~ /name|xml|path|uuid|alias|mac|device|disk|file|uri|user|type\z/;
    return code()   if $name =~ /\A(?:cb|coderef|handler|hole_handler|skip_handler)\z/;
    return list()
        if $name =~ /\A(?:fdssv|mountPointsSV|keysSV|keycodesSV|pages|pagesizes|doms_sv|creds)\z/;
    return hash() if $name =~ /params|newident/;
    return number();
}

# Of this class most often; and all that looks like it.
sub handle {
    my ($class) = @_;
    my $chance = rand;
    if ( $chance < 0.85 ) {
        my $objects = $pool{$class} || [];
        return [ "undef # no $class", undef ] if !@$objects;
        my $index = int rand @$objects;
        return [ "$class $index", $objects->[$index] ];
    }
    my $forged   = pick( 0, 1, -1, 2**40, 'x', undef );
    my $other    = pick( sort keys %pool );
    my ($object) = @{ $pool{$other} };
    return pick(
        [ $other,              $object ],
        [ "forged $class",     bless \$forged, $class ],
        [ "a hash as $class",  bless {},       $class ],
        [ "'$class'",          $class ],
        [ 'a released stream', released() ],
        [ "a subclass's",      bless( \( my $none = 0 ), 'Sub' ) ],
        anything(),
    );
}

sub released {
    my $stream = connection()->new_stream;
    $stream->DESTROY;
    return $stream;
}

sub anything {
    my $chance = rand;
    return number()                             if $chance < 0.2;
    return string()                             if $chance < 0.4;
    return handle( pick( sort keys %surface ) ) if $chance < 0.5;
    return code()                               if $chance < 0.55;
    return list()                               if $chance < 0.65;
    return hash()                               if $chance < 0.75;
    return hostile()                            if $chance < 0.92;
    return odd();
}

sub number {
    my $number = pick(
        0, 0, 0, 1, 1, 2, 3, 7, 16, 100, -1, -2, 255, 256, 65_536, 2**31 - 1, 2**31, -2**31,
        2**32 - 1,
        2**32, 2**53, 9_223_372_036_854_775_807, -9_223_372_036_854_775_807 - 1,
        18_446_744_073_709_551_615, 1e19, 1e300, -1e300, 9**9**9, -sin 9**9**9, 0.5, -0.5, '12',
        '12x',                      '0x10',
        ' 5',                       '', int rand 2**32
    );
    return [ "'$number'", $number ];
}

sub string {
    my $text = pick(
        'test',     'guest', 'default', 'default-pool', 'eth1', 'computer', 'vda', 's', 'v', 'test',
        'x',        '',      '/',       '.',
        '/no/such', 'aa:bb:cc:dd:ee:ff', '6695eb01-f6a4-8304-79aa-97f2502e193f', "a\0b", "\0",
        "\x{263a}", "\xff\xfe", '%s%n%d', 'test:///default', 'x' x 16, 'x' x 36, 'x' x 1025,
        'y' x 200_000,
        join( '', map {chr} 0 .. 255 ), '<broken', '<domain/>', xml('other'),
        '<network><name>n</name></network>',
        '<volume><name>w</name><capacity>1</capacity></volume>',
        "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
        '<domainsnapshot/>', '<domaincheckpoint/>', '<cpu/>', 'Sys::Virt', 'qemu', 'x86_64',
    );
    return [ shown($text), $text ];
}

sub shown {
    my ($text) = @_;
    my $length = length $text;
    $text = substr( $text, 0, 40 ) . "...($length)" if $length > 60;
    $text =~ s/([^\x20-\x7e])/sprintf '\\x{%x}', ord $1/ge;
    return "'$text'";
}

sub some {
    return map { anything() } 1 .. rand shift;
}

sub list {
    my @values = some(5);
    push @values, ( handle('Sys::Virt::Domain') ) x rand 4 if rand() < 0.3;
    my @list = map { $_->[1] } @values;
    $#list += 3     if rand() < 0.1;
    $list[5000] = 1 if rand() < 0.02;
    return [ '[' . join( ', ', map { $_->[0] } @values ) . ']', \@list ];
}

sub hash {
    my @fields = map {
        pick(
            qw(weight hard_limit total_bytes_sec group_name bandwidth inbound.average vcpu_quota name uri
                params_sv domain_xml destination_xml migrate_disks auth credlist callback readonly flags
                poll_max_ns cmt numa_nodeset device_weight id connection xml address user-name),
            ''
        )
    } 1 .. rand 5;
    my @values = map { anything() } @fields;
    my %hash;
    @hash{@fields} = map { $_->[1] } @values;
    return [ '{' . join( ', ', map {"'$fields[$_]' => $values[$_][0]"} 0 .. $#fields ) . '}',
        \%hash ];
}

# Code that does what callbacks, tied and overloaded values may do.
sub code {
    my ( $text, $act ) = @{ act() };
    my $answer = pick( \&anything, \&number, \&number, \&string )->();
    my $times  = 0;
    my $code   = sub {
        die "enough\n" if $times > 20;     # or a sink would never end
        return 0       if $times++ > 5;    # or a source
        $act->();
        $_[1] = 'source' if @_ > 1 && rand() < 0.3;
        return $answer->[1];
    };
    return [ "sub { $text; $answer->[0] }", $code ];
}

sub act {
    my $class = pick( sort keys %pool );
    return pick(
        [ '',                   sub { } ],
        [ '',                   sub { } ],
        [ 'die "text"',         sub { die "text\n" } ],
        [ 'die {}',             sub { die {} } ],
        [ 'die undef',          sub { die undef } ],
        [ 'free the arguments', sub { @arguments = () } ],
        [   'undef the arguments',
            sub {
                undef $_ for grep { !Internals::SvREADONLY($_) } @arguments;
            }
        ],
        [ "free each $class", sub { $pool{$class} = [] } ],
        [   "DESTROY each $class",
            sub {
                $_->DESTROY for grep { ref && $_->can('DESTROY') } @{ $pool{$class} };
            }
        ],
        [ 'free all',        sub { %pool = ( 'Sys::Virt' => [] ) } ],
        [ 'make new ones',   sub { make_pool() } ],
        [ 'empty the lists', \&empty_lists ],
        [ 'a call', sub { return if $deep >= $DEPTH; local $deep = $deep + 1; one_call() } ],
    );
}

sub empty_lists {
    for my $value (@arguments) {
        my $type = ref $value or next;
        @$value = () if $type eq 'ARRAY';
        %$value = () if $type eq 'HASH';
    }
    return;
}

sub hostile {
    my ( $text, $act )    = @{ act() };
    my ( $shown, $value ) = @{ pick( \&number, \&string, \&anything )->() };
    my $hook = sub { $act->(); return $value };
    my $kind = pick(qw(Scalar Overloaded Array Hash));
    return [ "tied { $text; $shown }",       bless [$hook], 'ToBeTied' ]   if $kind eq 'Scalar';
    return [ "overloaded { $text; $shown }", bless [$hook], 'Overloaded' ] if $kind eq 'Overloaded';
    if ( $kind eq 'Array' ) {
        tie my @array, 'TiedArray', $hook;
        return [ "tied array { $text; $shown }", \@array ];
    }
    tie my %hash, 'TiedHash', $hook;
    return [ "tied hash { $text; $shown }", \%hash ];
}

sub odd {
    my $deeply = [];
    $deeply = [$deeply] for 1 .. 50;
    my $cycle = {};
    $cycle->{name} = $cycle;
    return pick(
        [ 'undef',         undef ],
        [ 'undef',         undef ],
        [ '\\undef',       \undef ],
        [ 'a glob',        *STDIN ],
        [ 'a file',        \*STDIN ],
        [ 'a regex',       qr/x/ ],
        [ 'a deep list',   $deeply ],
        [ 'a cycle',       $cycle ],
        [ '\\\\1',         \\1 ],
        [ 'a version',     $^V ],
        [ 'a lvalue',      \substr 'text', 1, 2 ],
        [ 'a big list',    [ 1 .. 5000 ] ],
        [ 'a locked hash', $pool{'Sys::Virt::Error'}[0] ],
    );
}

{

    package Sub;
    our @ISA = qw(Sys::Virt::Domain);
    sub DESTROY { }

    package Cell;
    sub TIESCALAR { my ( $class, $hook ) = @_; return bless [$hook], $class }
    sub FETCH     { return $_[0][0]->() }
    sub STORE     { return $_[0][0]->() }

    package TiedArray;
    our @ISA = qw(Tie::Array);
    sub TIEARRAY  { my ( $class, $hook ) = @_; return bless [$hook], $class }
    sub FETCH     { return $_[0][0]->() }
    sub FETCHSIZE { return $_[0][1]++ % 2 ? 3 : 2 }
    sub STORE     { }
    sub STORESIZE { }

    package TiedHash;
    our @ISA = qw(Tie::StdHash);
    sub TIEHASH { my ( $class, $hook ) = @_; return bless { hook => $hook }, $class }
    sub FETCH   { return $_[0]{hook}->() }
    sub EXISTS  { return 1 }

    package Overloaded;
    use overload
        '""'       => sub { $_[0][0]->() },
        '0+'       => sub { $_[0][0]->() },
        'bool'     => sub { $_[0][0]->() },
        'fallback' => 1;
}
