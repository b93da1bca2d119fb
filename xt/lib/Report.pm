package Report;

# For scripts whose output is compared, line by line: what each call gave.

use strict;
use warnings;

use Exporter     qw(import);
use JSON::PP     ();
use Scalar::Util qw(blessed);

our @EXPORT = qw(act look look_at mask shown);

$| = 1;
my @warnings;
$SIG{__WARN__} = sub { push @warnings, $_[0] =~ s/ at \S+ line \d+\.\n//r };

my $json = JSON::PP->new->canonical->allow_nonref->ascii;

# What is counted or measured: numbers that are others each time.
my $VARYING = join '|', map {qr/$_/} qw(
    allocation available physical rss cpu cpuTime cpu_time mhz disk_caches minor_fault unused usable
    last_update stateTime idle iowait kernel user free buffers cached expirytime
    rd_\w+ rx_\w+ (?:time|data|mem|file)[A-Z]\w*
    balloon\.[\w.-]+ block\.\d+\.[\w.]+ cpu\.[\w.]+ dirtyrate\.[\w.]+ net\.\d+\.[\w.]+ vcpu\.\d+\.[\w.]+
);

# Lists whose order libvirt leaves to chance.
my $UNORDERED = qr/\Alist_(?:all_)?(?:volumes|storage_vol_names|node_device)/;

my %masked;

# A text that differs from run to run is printed as this.
sub mask {
    my ( $text, $as ) = @_;
    $masked{$text} = $as;
    return;
}

# Objects, and references to plain values, as something that JSON knows.
sub plain {
    my ($value) = @_;
    if ( blessed $value ) {
        return { ref $value => [ @$value{qw(code domain level message)} ] }
            if $value->can('message');
        my ($name)
            = grep { $value->can($_) }
            qw(get_name get_port_dev get_usage_id get_uuid_string get_uri);
        return { ref $value => $name ? $value->$name : '' };
    }
    return [ map { plain($_) } @$value ] if ref $value eq 'ARRAY';
    return { map { $_ => plain( $value->{$_} ) } keys %$value } if ref $value eq 'HASH';
    return { reference => plain($$value) }                      if ref $value;
    return $value;
}

sub shown { return $json->encode( plain( $_[0] ) ) }

sub report {
    my ( $what, @result ) = @_;
    my $line = shown( \@result );
    $line =~ s/"($VARYING)":-?[0-9.]+/"$1":N/g;
    $line =~ s/\Q$_/$masked{$_}/g for keys %masked;
    $line =~ s{/dev/pts/\K[0-9]+}{N}g;
    $line =~ s{<([acm]time)>[0-9.]+}{<$1>N}g;
    $line =~ s{<host>\\n +<uuid>\K[-0-9a-f]+}{UUID};

    # Some machines get more memory while they run.
    $line        =~ s{"cores":.*?"memory":\K[0-9]+}{N};
    $line        =~ s{<(?:memory|pages) unit='KiB'(?: size='[0-9]+')?>\K[0-9]+}{N}g
        if $what =~ /capabilities/;
    $line =~ s{\bfd\W+\K[0-9]+}{N}g;    # on qemu's command line
    $line .= ' warned: ' . shown( [ splice @warnings ] ) if @warnings;
    print "$what: $line\n";
    return;
}

# Changes something.
sub act {
    my ( $what, $call ) = @_;
    my @list = eval { $call->() };
    return report( $what, $@ ? ( 'died', $@ ) : @list );
}

# Only looks: in list and in scalar context.
sub look {
    my ( $what, $call ) = @_;
    act( $what, $call );
    return act( "scalar $what", sub { return scalar $call->() } );
}

# Looks by methods, which are names or lists of a name and arguments.
sub look_at {
    my ( $object, $prefix, @calls ) = @_;
    for my $call (@calls) {
        my ( $method, @arguments ) = ref $call ? @$call : $call;
        my $what = "$prefix $method " . shown( \@arguments );
        if ( $method =~ $UNORDERED ) {
            act($what,
                sub {
                    return sort map { shown($_) } $object->$method(@arguments);
                }
            );
        }
        else {
            look( $what, sub { $object->$method(@arguments) } );
        }
    }
    return;
}

1;
