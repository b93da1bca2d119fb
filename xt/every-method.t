# Every sub of the interface is called by some test, for real: it has returned something
# there, or else it has thrown what libvirt has to say about it, as %ERROR says. Which ones, with
# which driver and by which transport, goes to xt/build/methods.txt.
use strict;
use warnings;
use lib 'xt/lib';
use Cwd        qw(getcwd);
use File::Path qw(make_path);
use File::Temp ();
use JSON::PP   ();
use Test::More;

# libvirt would write to the terminal what goes wrong.
BEGIN { $ENV{LIBVIRT_LOG_OUTPUTS} = '1:file:/dev/null' }

use PrivateLibvirt;

my $TABLE = 'xt/build/methods.txt';
my $LOG   = 'xt/build/methods.log';

# What never works on a machine for tests.
my $ABSTRACT = 'Sys::Virt::EventImpl does not implement ';
my $NO_SEV   = 'libvirt error code: 84, message: Operation not supported: ';
my $NO_PCI
    = 'libvirt error code: 8, message: invalid argument: device computer is not a PCI device';
my $NO_DEVICE
    = q{libvirt error code: 1, message: internal error: no device capabilities for 'new device'};
my $NO_FC = 'libvirt error code: 1, message: An error occurred, but the cause is unknown';
my %ERROR = (
    'Sys::Virt::get_node_sev_info'                 => $NO_SEV . 'QEMU does not support SEV guest',
    'Sys::Virt::Domain::set_launch_security_state' => $NO_SEV
        . 'setting a launch secret is only supported in SEV-enabled domains',
    'Sys::Virt::node_suspend_for_duration' =>
        'libvirt error code: 74, message: argument unsupported: Suspend-to-RAM',
    'Sys::Virt::get_node_device_scsihost_by_wwn'     => $NO_FC,
    'Sys::Virt::NodeDevice::_lookup_scsihost_by_wwn' => $NO_FC,
    'Sys::Virt::NodeDevice::dettach'                 =>
        q{libvirt error code: 8, message: invalid argument: unknown driver name 'none'},
    'Sys::Virt::NodeDevice::reattach' => $NO_PCI,
    'Sys::Virt::NodeDevice::reset'    => $NO_PCI,
    map { ( "Sys::Virt::EventImpl::$_" => $ABSTRACT . $_ ) }
        qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout),
);

# And what is newer than the libvirt that is here: it says so.
my $NEWER
    = qr/\Alibvirt error code: 3, message: vir\w+ needs libvirt [0-9.]+; this is libvirt [0-9.]+/;

my $surface = do {
    open my $file, '<', 't/data/surface.json' or die "t/data/surface.json: $!";
    local $/;
    JSON::PP->new->utf8->decode(<$file>);
};
my @wanted = sort map {
    my $package = $_;
    map {"${package}::$_"} keys %{ $surface->{$package}{subs} };
} keys %$surface;

# ---- the tests, each noting its calls

make_path('xt/build');
unlink $LOG;
my $top   = getcwd;
my $calls = File::Temp->new;
local $ENV{SYS_VIRT_CALLS} = "$calls";

# What it tests is not the point here: under the debugger it may count values differently.
sub trace {
    my ( $script, @arguments ) = @_;
    diag "with its calls noted: $script @arguments";
    my $command = join ' ', map {"'$_'"} $^X, "-I$top/xt/lib", qw(-d:CallTrace -Mblib), $script,
        @arguments;
    system "$command >>$LOG 2>&1";
    diag "which ended with $?, see $LOG" if $? && $script !~ m{\At/};
    return;
}

my $libvirt = PrivateLibvirt->start( transports => 1, auth_tcp => 'none' );
trace("xt/$_") for qw(
    objects.t host.t transports.t migration.t guest.t block.t
    scripts/host-lifecycle.pl scripts/qemu-lifecycle.pl scripts/calls.pl
);
trace($_) for grep { !/surface/ } glob 't/*.t';
trace( 'xt/scripts/event-loop.pl', 'default', $libvirt->uri );
$libvirt->join_network;
trace( 'xt/scripts/calls.pl', $libvirt->uri( $_, driver => 'test' ) ) for '', qw(tcp tls ssh);

# ---- what came of them

my ( %returned, %threw, %cell, %column );
open my $lines, '<', "$calls" or die "$calls: $!";
while (<$lines>) {
    chomp;
    my ( $sub, $driver, $transport, $outcome ) = split /\t/;
    my $column = $driver eq '-' ? 'none' : "$driver+$transport";
    $column{$column} = 1;
    if ( $outcome eq 'returned' ) {
        $returned{$sub} = 1;
        $cell{$sub}{$column} = 'ok';
    }
    else {
        push @{ $threw{$sub} }, $outcome;
        my ($code) = $outcome =~ /\Alibvirt error code: ([0-9]+)/;
        $cell{$sub}{$column} ||= defined $code ? $code : 'died';
    }
}

# An overloaded operator is called by its method's name.
my $operator = 'Sys::Virt::Error::(""';
$returned{$operator} = $returned{'Sys::Virt::Error::stringify'};

# A method that another sub serves is that sub.
for my $file ( glob 'rust/sys-virt/src/*.rs rust/sys-virt/src/*/*.rs' ) {
    open my $table, '<', $file or die "$file: $!";
    my $rows = do { local $/; <$table> };
    my ($package) = $rows =~ /package "([\w:]+)";/ or next;
    while ( $rows =~ /sub (\w+)\([^{]*?\)\s+method ("[^{]+?")\s/g ) {
        my ( $sub, @methods ) = ( "${package}::$1", $2 =~ /"([\w:]+)"/g );
        $returned{$sub} ||= grep { $returned{$_} } @methods;
        push @{ $threw{$sub} }, map { @{ $threw{$_} || [] } } @methods;
    }
}

my @never;
for my $sub (@wanted) {
    my $error = $ERROR{$sub};
    if ( $returned{$sub} ) {
        fail("$sub: works, after all") if defined $error;
        next;
    }
    my @errors = @{ $threw{$sub} || [] };
    next if grep { $_ =~ $NEWER } @errors;
    if ( defined $error ) {
        ok( ( grep { index( $_, $error ) == 0 } @errors ), "$sub: throws what it has to" )
            or diag explain \@errors;
        next;
    }
    push @never, join "\n    ", $sub, @errors;
}
is_deeply( \@never, [], 'every other one has returned something' ) or diag join "\n", @never;

# ---- the table

my @columns = sort keys %column;
my ($width) = sort { $b <=> $a } map {length} @wanted;
open my $table, '>', $TABLE or die "$TABLE: $!";
print {$table}
    "# Calls by the tests, by driver and transport: how many subs have returned something\n";
for my $column (@columns) {
    my @cells = grep {defined} map { $cell{$_}{$column} } @wanted;
    printf {$table} "%-${width}s  %3d of %3d\n", $column, scalar( grep { $_ eq 'ok' } @cells ),
        scalar @cells;
}
print {$table}
    "\n# What came of each sub: ok, the code of libvirt's error if it always failed, or died\n";
printf {$table} "%-${width}s  %s\n", 'sub', join '  ', @columns;
for my $sub (@wanted) {
    my @cells = map { sprintf '%-' . length($_) . 's', $cell{$sub}{$_} || '' } @columns;
    printf {$table} "%-${width}s  %s\n", $sub, join( '  ', @cells ) =~ s/\s+\z//r;
}
close $table or die "$TABLE: $!";
note scalar @wanted, " subs: see $TABLE";

done_testing;
