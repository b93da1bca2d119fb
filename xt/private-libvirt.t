# A private libvirtd leaves nothing behind, however the process that started it ends.
use strict;
use warnings;
use lib 'xt/lib';
use Test::More;
use Time::HiRes qw(sleep time);

use PrivateLibvirt;

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar <$file>;
}

# What the machine has, as far as these tests could change it.
sub machine {
    return { mounts => read_file('/proc/mounts'), network => [ glob '/sys/class/net/*' ] };
}

my $before  = machine();
my $CGROUPS = do {
    use filetest 'access';
    grep {-w} glob '/sys/fs/cgroup/{,*/}cgroup.procs';
};

sub cgroups_of {
    my ($supervisor) = @_;
    return grep {-d} glob "/sys/fs/cgroup/{,*/}private-libvirt-$supervisor";
}

sub processes_in {
    my ($namespace) = @_;
    return grep { ( readlink("$_/ns/pid") || '' ) eq $namespace } glob '/proc/[0-9]*';
}

sub nothing_left {
    my ( $supervisor, $namespace, $name ) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $end = time + 120;
    sleep 0.05 while time < $end && ( cgroups_of($supervisor) || processes_in($namespace) );
    is_deeply( [ processes_in($namespace) ], [],      "$name: no process" );
    is_deeply( [ cgroups_of($supervisor) ],  [],      "$name: no cgroup" );
    is_deeply( machine(),                    $before, "$name: the machine is as it was" );
}

subtest 'two at once' => sub {
    my @libvirt = map { PrivateLibvirt->start } 1, 2;
    isnt( $libvirt[0]->uri, $libvirt[1]->uri, 'each has an URI' );
    my @inside;
    for my $libvirt (@libvirt) {
        my $path = '/var/lib/libvirt/images/file';
        $libvirt->run( 'sh', '-c', "test ! -e $path && echo mine >$path" );
        is( read_file( $libvirt->path($path) ), "mine\n", 'files of its own' );
        is( $libvirt->run( 'cat', '/proc/sys/kernel/hostname' ), "private\n", 'a host name' );
        is( $libvirt->run( 'ls',  '/sys/class/net' ),            "lo\n",      'a network' );
        is( $libvirt->run( 'sh', '-c', '! touch /usr/file 2>&1' ),
            "touch: cannot touch '/usr/file': Read-only file system\n",
            'may write nowhere else'
        );
        is( $libvirt->run( 'sh', '-c', 'test -w /dev/kvm || echo no' ), "no\n", 'no KVM' );
        push @inside, [ $libvirt->{supervisor}, readlink '/proc/' . $libvirt->pid . '/ns/pid' ];
        cmp_ok( scalar processes_in( $inside[-1][1] ), '>=', 4,
            'control: its processes are found' );
        ok( !$CGROUPS || cgroups_of( $inside[-1][0] ), 'control: its cgroups are found' );
    }
    $_->stop for @libvirt;
    nothing_left( @{ $inside[$_] }, "number $_" ) for 0, 1;
};

my $START = <<'PERL';
    $| = 1;
    my $libvirt = PrivateLibvirt->start;
    $libvirt->run( 'sh', '-c', 'setsid sleep 600 >/dev/null 2>&1 &' );
    print "$libvirt->{supervisor} ", readlink( '/proc/' . $libvirt->pid . '/ns/pid' ), "\n";
PERL
my %END = (
    'an exit'      => 'exit 0',
    'an exception' => 'close STDERR; die',
    'SIGTERM'      => 'kill TERM => $$; sleep 9',
    'SIGKILL'      => 'kill KILL => $$; sleep 9',
    'a fork'       => 'if ( !fork ) { sleep 2; exit } kill KILL => $$; sleep 9',
);
for my $end ( sort keys %END ) {
    note "ended by $end";
    open my $output, '-|', $^X, '-Ixt/lib', '-MPrivateLibvirt', '-e', $START . $END{$end}
        or die "perl: $!";
    my ( $supervisor, $namespace ) = split ' ', <$output>;
    close $output;
    nothing_left( $supervisor, $namespace, $end );
}

{
    local $ENV{PATH} = '';
    ok( !eval { PrivateLibvirt->start }, 'nothing is installed' );
    like(
        $@,
        qr/\Ano \S+ for a private libvirtd; Debian's package is \S+ at/,
        'tells what to install'
    );
}

done_testing;
