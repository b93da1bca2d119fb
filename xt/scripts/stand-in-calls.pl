# Calls every sub with arguments of all kinds, on the stand-in for libvirt, each in a process of
# its own: prints the call, what the stand-in says that it was called with, and the result. An
# argument is a pattern for the names of the subs.
use strict;
use warnings;
use JSON::PP     ();
use POSIX        ();
use Scalar::Util qw(blessed reftype);

use Sys::Virt;
use Sys::Virt::Event;

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};

# ---- values for arguments

# One object of each class, made when a process needs it.
my %MAKE = (
    con     => sub { Sys::Virt->new( uri => 'stand-in' ) },
    dom     => sub { object('con')->get_domain_by_name('dom') },
    domss   => sub { object('dom')->get_snapshot_by_name('snapshot') },
    domcp   => sub { object('dom')->get_checkpoint_by_name('checkpoint') },
    iface   => sub { object('con')->get_interface_by_name('iface') },
    net     => sub { object('con')->get_network_by_name('net') },
    port    => sub { object('net')->get_port_by_uuid( 'x' x 36 ) },
    dev     => sub { object('con')->get_node_device_by_name('dev') },
    filter  => sub { object('con')->get_nwfilter_by_name('filter') },
    binding => sub { object('con')->get_nwfilter_binding_by_port_dev('port') },
    sec     => sub { object('con')->get_secret_by_uuid( 'x' x 36 ) },
    pool    => sub { object('con')->get_storage_pool_by_name('pool') },
    vol     => sub { object('pool')->get_volume_by_name('vol') },
    st      => sub { object('con')->new_stream },
);
my %INVOCANT = (
    'Sys::Virt'      => 'con',
    Domain           => 'dom',
    DomainSnapshot   => 'domss',
    DomainCheckpoint => 'domcp',
    Interface        => 'iface',
    Network          => 'net',
    NetworkPort      => 'port',
    NodeDevice       => 'dev',
    NWFilter         => 'filter',
    NWFilterBinding  => 'binding',
    Secret           => 'sec',
    StoragePool      => 'pool',
    StorageVol       => 'vol',
    Stream           => 'st',
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
    secretref => 'sec'
);
my %objects;

sub object {
    my ($kind) = @_;
    return $objects{$kind} ||= do {
        local $ENV{STAND_IN_LOG} = -1;
        $MAKE{$kind}->();
    };
}

# Every name of a field that there is, in one hash; and such that take lists.
my %FIELDS = map { ( $_ => 1 ) } qw(an.int a.uint an.llong a.ullong a.double a.boolean a.string);
for my $package ( keys %$surface ) {
    $FIELDS{$_} = 1 for grep {/\A[a-z][-a-z0-9_.]*\z/} values %{ $surface->{$package}{constants} };
}
my %IS_LIST
    = map { $_ => 1 } qw(migrate_disks migrate_disks_detect_zeroes migrate_disks_target_zero);

sub fields {
    my ($value) = @_;
    return { map { $_ => $IS_LIST{$_} ? [ $value, 'vda' ] : $value } keys %FIELDS };
}
my %LIST = (
    keysSV        => [ 'k1',     'k2' ],
    fdssv         => [ 3,        4 ],
    mountPointsSV => [ '/',      '/home' ],
    keycodesSV    => [ 30,       4294967295 ],
    pagesizes     => [ 4,        2048 ],
    pages         => [ [ 4, 9 ], [ 2048, 4294967297 ] ],
    creds         => [ 2,        5 ],
);
my @SCALARS = ( undef, -1, 4294967301, '18446744073709551615', 1.9, "12\0ab", "\x{263a}" );

# The value in position $index of the argument $name.
sub usual {
    my ( $sub, $name, $index ) = @_;
    my $kind = $ALIAS{$name} || $name;
    $kind =~ s/_rv\z//;
    return object($kind)                    if $MAKE{$kind} && ( $index == 0 || $name ne 'dev' );
    return $LIST{$name}                     if $LIST{$name};
    return [ '<a/>', '<b/>' ]               if $name eq 'xml' && $sub =~ /::baseline_/;
    return [ object('dom'), object('dom') ] if $name eq 'doms_sv';
    return sub {1}

        if $name =~ /\A(?:cb|coderef|\w*handler)\z/;
    return fields('3') if $name                   =~ /\A(?:newparams|newident|params_sv)\z/;
    return 'x' x 16    if $name eq 'uuid' && $sub =~ /_by_uuid\z/;
    return 3           if $name                   =~ /\A(?:max\w*|end|ncpus)\z/;
    return 1           if $name eq 'start';
    return 0           if $name eq 'eventID';
    return 101 + $index;
}

# ---- what came of it

sub shown {
    my ($value) = @_;
    return 'undef'    if !defined $value;
    return ref $value if blessed $value;
    my $type = reftype($value) || '';
    return '[' . join( ', ', map { shown($_) } @$value ) . ']' if $type eq 'ARRAY';
    return keys %$value > 20
        ? '{...}'
        : '{' . join( ', ', map { "$_ => " . shown( $value->{$_} ) } sort keys %$value ) . '}'
        if $type eq 'HASH';
    return 'sub'                 if $type eq 'CODE';
    return '\\' . shown($$value) if $type;
    return '"' . ( "$value" =~ s/([^\x20-\x7e]|["\\])/sprintf '\\x{%x}', ord $1/ger ) . '"';
}

# ---- the calls

sub try_call {
    my ( $label, $sub, @arguments ) = @_;
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, $_[0] =~ s/ at \S+ line \d+.*//sr };
    print "$label(", join( ', ', map { shown($_) } @arguments ), ") returning $ENV{STAND_IN}\n";
    my @results = eval { $sub->(@arguments) };
    my $error   = $@;
    if ( ref $error ) {
        print '  error ', $error->code, ' ', $error->{level}, ' ', $error->message, "\n";
    }
    elsif ($error) { print '  dies ', $error =~ s/ at \S+ line \d+\.?$//r }
    else {
        print '  gives ', join( ', ', map { shown($_) } @results ), "\n";
    }
    print "  warns $_\n" for @warnings;
}

# The calls of a sub, each a closure.
sub calls_of {
    my ( $full, $required, @names ) = @_;
    no strict 'refs';
    my $sub = \&$full;
    my @calls;
    for my $mode ( 2, 0, -1 ) {
        for my $count ( $required .. @names ) {
            push @calls, sub {
                my @arguments = map { usual( $full, $names[$_], $_ ) } 0 .. $count - 1;
                local $ENV{STAND_IN} = $mode;
                try_call( $full, $sub, @arguments );
            };
        }
    }
    for my $index ( 1 .. $#names ) {
        for my $scalar (@SCALARS) {

            # So much memory, and so many CPUs, takes its time.
            next
                if $names[$index] =~ /\A(?:nbytes|size|ncpus)\z/
                && defined $scalar
                && $scalar =~ /\A(?:-1|4294967301)\z/;
            push @calls, sub {
                my @arguments = map { usual( $full, $names[$_], $_ ) } 0 .. $#names;
                my $ref       = reftype( $arguments[$index] ) || '';
                $arguments[$index]
                    = $ref eq 'HASH'  ? fields( defined $scalar ? $scalar : 0 )
                    : $ref eq 'ARRAY' ? [$scalar]
                    :                   $scalar;
                try_call( $full, $sub, @arguments );
            };
        }
    }
    return @calls;
}

# Makes the calls in a process, and in another one those behind a call that ends it.
sub make_calls {
    my (@calls) = @_;
    while (@calls) {
        pipe my $reader, my $writer or die "pipe: $!";
        my $child = fork;
        die "fork: $!" if !defined $child;
        if ( !$child ) {
            for my $call (@calls) {
                syswrite $writer, '.';
                alarm 10;
                $call->();
            }
            POSIX::_exit(0);
        }
        close $writer;
        my $made = '';
        while ( sysread $reader, $made, 1000, length $made ) { }
        waitpid $child, 0;
        print '  ends by signal ', $? & 127, "\n" if $? & 127;
        print '  exits with ',     $? >> 8,  "\n" if $? >> 8;
        splice @calls, 0, length $made;
    }
}

open my $log, '>&', \*STDOUT or die $!;
$ENV{STAND_IN_LOG} = fileno $log;
$| = 1;
my $only = @ARGV ? $ARGV[0] : '.';
for my $package ( sort keys %$surface ) {
    my ($class) = $package =~ /\ASys::Virt::(\w+)\z/;
    my $invocant = $INVOCANT{ $class || $package } or next;
    for my $name ( sort keys %{ $surface->{$package}{subs} } ) {
        my $full = "${package}::$name";
        next if $full !~ /$only/ || $name =~ /\A(?:DESTROY|_?new|_new_obj)\z/;

        # Compiled subs say how many arguments they want; others take as many as there are.
        my $usage = $surface->{$package}{subs}{$name}{usage};
        my @names
            = defined $usage
            ? map {s/\s*=.*//r} split /,\s*/, $usage
            : ( $invocant, qw(a b c d e) );
        my $required = defined $usage ? grep { !/=/ } split /,\s*/, $usage : 1;
        $names[1] = 'vol' if $name eq 'get_storage_pool_by_volume';
        $names[2] = 'vol' if $name eq 'clone_volume';
        $names[1] = 'con' if $name =~ /\Amigrate2?\z/;
        make_calls( calls_of( $full, $required, @names ) );
    }
}
