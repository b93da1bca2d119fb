package PrivateLibvirt;

use strict;
use warnings;

use Carp qw(croak);
use Cwd ();
use File::Basename qw(dirname);
use IO::Socket::UNIX ();
use POSIX ();

my $SCRIPT = Cwd::abs_path( dirname(__FILE__) ) . '/private-libvirt';
my $SOCKET = '/run/libvirt/libvirt-sock';
my $LOG    = '/var/log/libvirt/libvirtd.log';

# What it takes, and the package that Debian has it in.
my %COMMANDS = (
    'ip'                 => 'iproute2',
    'libvirtd'           => 'libvirt-daemon',
    'mount'              => 'mount',
    'nsenter'            => 'util-linux',
    'qemu-img'           => 'qemu-utils',
    'qemu-system-x86_64' => 'qemu-system-x86',
    'setpriv'            => 'util-linux',
    'unshare'            => 'util-linux',
    'virtlogd'           => 'libvirt-daemon or libvirt-daemon-log',
);
my $DRIVER = '/usr/lib*/{,*/}libvirt/connection-driver/libvirt_driver_qemu.so';

sub start {
    my ($class) = @_;
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";
    _check_machine();
    my ( $supervisor, $output ) = _supervise();
    my $self = bless { supervisor => $supervisor, owner => $$ }, $class;

    my $said = '';
    while ( my $line = <$output> ) {
        if ( $line =~ /\Aready ([0-9]+)$/ ) { $self->{pid} = $1; last }
        $said .= $line;
    }
    croak "no private libvirtd: $said" if !$self->{pid};
    croak "no private libvirtd: " . _slurp( $self->path($LOG) ) if !$self->_serves;
    return $self;
}

sub _check_machine {
    croak 'only root can start a private libvirtd' if $> != 0;
    for my $command ( sort keys %COMMANDS ) {
        next if grep { -x "$_/$command" } split /:/, $ENV{PATH};
        croak "no $command for a private libvirtd; Debian's package is $COMMANDS{$command}";
    }
    return if grep { -e } glob $DRIVER;
    croak q{no qemu driver for a private libvirtd; Debian's package is libvirt-daemon-driver-qemu};
}

sub _supervise {
    pipe my $output, my $input or croak "pipe: $!";
    my $parent = $$;
    my $supervisor = fork;
    croak "fork: $!" if !defined $supervisor;
    if ( !$supervisor ) {
        POSIX::setsid();    # a terminal's Ctrl-C is for the test alone
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $input;
        open STDERR, '>&', $input;
        exec 'setpriv', '--pdeathsig', 'TERM', $SCRIPT, 'supervise', $parent
            or POSIX::_exit(1);
    }
    return ( $supervisor, $output );
}

# libvirtd listens before its drivers have started, and they may fail: a call, the one that
# asks which authentication it wants, is answered after that.
sub _serves {
    my ($self) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $socket = IO::Socket::UNIX->new( $self->path($SOCKET) ) or return 0;
    my ( $length, $program, $version, $auth_list ) = ( 28, 0x20008086, 1, 66 );
    print {$socket} pack 'N7', $length, $program, $version, $auth_list, 0, 0, 0;
    my $answer;
    return sysread $socket, $answer, $length;
}

sub _slurp {
    my ($path) = @_;
    open my $file, '<', $path or return "$path: $!";
    local $/;
    return scalar <$file>;
}

sub uri {
    my ($self) = @_;
    return 'qemu+unix:///system?socket=' . $self->path($SOCKET);
}

sub pid { return $_[0]{pid} }

sub path {
    my ( $self, $path ) = @_;
    return "/proc/$self->{pid}/root$path";
}

sub run {
    my ( $self, @command ) = @_;
    open my $output, '-|', 'nsenter', '--all', '--target', $self->{pid}, '--', @command
        or croak "nsenter: $!";
    my $said = do { local $/; <$output> };
    close $output or croak "@command failed inside";
    return $said;
}

sub stop {
    my ($self) = @_;
    return if $self->{owner} != $$;
    my $supervisor = delete $self->{supervisor} or return;
    local $?;
    kill TERM => $supervisor;
    waitpid $supervisor, 0;
    return;
}

# Connections may be closed after this when the whole process ends. Then the supervisor
# waits until it has ended.
sub DESTROY {
    my ($self) = @_;
    $self->stop if ${^GLOBAL_PHASE} ne 'DESTRUCT';
    return;
}

1;

__END__

=head1 NAME

PrivateLibvirt - a libvirtd of a test's own

=head1 SYNOPSIS

    use lib 'xt/lib';
    use PrivateLibvirt;

    my $libvirt    = PrivateLibvirt->start;
    my $connection = Sys::Virt->new( uri => $libvirt->uri );
    $libvirt->run( 'qemu-img', 'create', '/var/lib/libvirt/images/disk', '1G' );
    is( -s $libvirt->path('/var/lib/libvirt/images/disk'), 2**30 );

    undef $connection;
    $libvirt->stop;

=head1 DESCRIPTION

Starts a libvirtd, with the qemu driver and virtlogd, that has nothing to do with the
machine's: in namespaces of its own for mounts, network, processes, IPC, host name and,
if there are any that can be written to, cgroups. Configuration, state, cache, logs and
sockets are in file systems in memory that no one else sees; the rest of the file system is
read-only, F</etc> is a copy, and F</dev/kvm> can't be opened, so that guests run under
TCG. It takes no systemd, but root.

When the test ends, however it ends, the kernel tells a supervising process. That one ends
all processes inside, whereupon the mounts and the network are gone, and removes the
cgroups.

Any number of them can run at the same time.

=head1 METHODS

=over

=item PrivateLibvirt->start

Starts one, and returns when it serves. Dies if it can't; with the name of Debian's package
if something isn't installed.

=item $libvirt->uri

The URI to connect to from where the test is, outside.

=item $libvirt->pid

The process, as it is seen outside, whose namespaces these are.

=item $libvirt->path($path)

What the file $path inside is called outside.

=item $libvirt->run(@command)

Runs a command inside and returns what it writes to its standard output. Dies if it fails.

=item $libvirt->stop

Ends it, and returns when nothing is left of it. Happens by itself when the object goes out
of scope or the process ends.

=back

=cut
