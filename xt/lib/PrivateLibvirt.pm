package PrivateLibvirt;

use strict;
use warnings;

use Carp             qw(croak);
use Cwd              ();
use File::Basename   qw(dirname);
use IO::Socket::UNIX ();
use POSIX            ();

my $LIB    = Cwd::abs_path( dirname(__FILE__) );
my $SCRIPT = "$LIB/private-libvirt";
my $SOCKET = '/run/libvirt/libvirt-sock';
my $LOG    = '/var/log/libvirt/libvirtd.log';
my $PID    = '/run/libvirtd.pid';
my $PKI    = '/etc/pki';

# What libvirtd.conf says unless a test wants it otherwise.
my %CONF = (
    auth_unix_ro => 'none',
    auth_unix_rw => 'none',
    auth_tcp     => 'sasl',
    auth_tls     => 'none',
    listen_tcp   => 1,
    listen_tls   => 1,
    max_clients  => 200,
    key_file     => "$PKI/server/serverkey.pem",
    cert_file    => "$PKI/server/servercert.pem",
    ca_file      => "$PKI/server/cacert.pem",
    log_outputs  => "3:file:$LOG",

    # A test may leave its event loop alone for as long as it likes.
    keepalive_interval => -1,
);

# setns(2), which perl has no function for.
my %SETNS        = ( x86_64 => 308, aarch64 => 268 );
my $CLONE_NEWNET = 0x4000_0000;

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
my %COMMANDS_OF_TRANSPORTS = (
    'certtool'    => 'gnutls-bin',
    'dropbear'    => 'dropbear-bin',
    'saslpasswd2' => 'sasl2-bin',
    'ssh-keygen'  => 'openssh-client',
);
my $DRIVER = '/usr/lib*/{,*/}libvirt/connection-driver/libvirt_driver_qemu.so';

sub start {
    my ( $class, %option ) = @_;
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";
    my %transports = delete $option{transports} ? %COMMANDS_OF_TRANSPORTS : ();
    _check_machine( %COMMANDS, %transports );
    local $ENV{LIBVIRT_TRANSPORTS} = %transports ? 1 : '';
    local $ENV{LIBVIRT_NAME}       = delete $option{name}      || 'private';
    local $ENV{LIBVIRT_MECHANISM}  = delete $option{mechanism} || 'DIGEST-MD5';
    my %conf = ( %CONF, %option );
    $_ = qq{"$_"} for grep { !/\A-?[0-9]+\z/ } values %conf;
    local $ENV{LIBVIRT_CONF} = join '', map {"$_ = $conf{$_}\n"} sort keys %conf;

    my ( $supervisor, $output ) = _supervise();
    my $self = bless { supervisor => $supervisor, owner => $$ }, $class;
    $self->{transports} = 1 if %transports;

    my $said = '';
    while ( my $line = <$output> ) {
        if ( $line =~ /\Aready ([0-9]+)$/ ) { $self->{pid} = $1; last }
        $said .= $line;
    }
    croak "no private libvirtd: $said"                          if !$self->{pid};
    croak "no private libvirtd: " . _slurp( $self->path($LOG) ) if !$self->_serves;
    return $self;
}

sub _check_machine {
    my %package_of = @_;
    croak 'only root can start a private libvirtd' if $> != 0;
    for my $command ( sort keys %package_of ) {
        next if grep { -x "$_/$command" } split /:/, $ENV{PATH};
        croak "no $command for a private libvirtd; Debian's package is $package_of{$command}";
    }
    return if grep {-e} glob $DRIVER;
    croak q{no qemu driver for a private libvirtd; Debian's package is libvirt-daemon-driver-qemu};
}

sub _supervise {
    pipe my $output, my $input or croak "pipe: $!";
    my $parent     = $$;
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
    my ( $self, $transport, %option ) = @_;
    my $driver = delete $option{driver} || 'qemu';
    my $host   = delete $option{host}   || 'localhost';
    my $path   = $driver eq 'test' ? 'default' : 'system';
    if ( !$transport ) {
        ( $transport, $host ) = ( 'unix', '' );
        $option{socket} = $self->path($SOCKET);
    }
    elsif ( $transport eq 'tls' ) {
        $option{pkipath} = $self->path( "$PKI/" . ( delete $option{certificate} || 'client' ) );
    }
    elsif ( $transport eq 'ssh' ) {
        $host = "root\@$host";
        my %client = ( command => "$LIB/ssh-client", keyfile => $self->path('/etc/ssh/id') );
        %option = ( %client, no_verify => 1, no_tty => 1, %option );
    }
    my $query = join '&', map {"$_=$option{$_}"} sort keys %option;
    return "$driver+$transport://$host/$path" . ( $query && "?$query" );
}

sub join_network {
    my ($self) = @_;
    my $setns = $SETNS{ ( POSIX::uname() )[4] }
        or croak 'setns: number unknown on this architecture';
    open my $network, '<', "/proc/$self->{pid}/ns/net" or croak "network of $self->{pid}: $!";
    syscall( $setns, fileno $network, $CLONE_NEWNET ) == 0 or croak "setns: $!";
    return;
}

sub connect_network {
    my ( $self, $other ) = @_;
    my @ends = ( [ $self, 'here', '10.0.0.1' ], [ $other, 'there', '10.0.0.2' ] );
    my @add  = qw(ip link add here type veth peer name there netns);
    system( 'nsenter', "--net=/proc/$self->{pid}/ns/net", @add, $other->{pid} ) == 0
        or croak 'the two networks cannot be connected';
    for my $end (@ends) {
        my ( $libvirt, $device, $address ) = @$end;
        $libvirt->run( qw(ip address add), "$address/24", 'dev', $device );
        $libvirt->run( qw(ip link set), $device, 'up' );
    }
    return map { $_->[2] } @ends;
}

sub signal {
    my ( $self, $signal ) = @_;
    my $pid = _slurp( $self->path($PID) );
    $self->run( 'kill', "-$signal", $pid =~ /([0-9]+)/ );
    return;
}

sub restart {
    my ($self) = @_;
    $self->run( 'libvirtd', '-d', $self->{transports} ? '-l' : () );
    croak 'libvirtd does not serve again' if !$self->_serves;
    return;
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

=item PrivateLibvirt->start(%option)

Starts one, and returns when it serves. Dies if it can't; with the name of Debian's package
if something isn't installed. Options:

=over

=item transports => 1

It listens on tcp and tls too, and an ssh server runs beside it, with keys made for the run.

=item mechanism => 'DIGEST-MD5'

Of SASL: the user alice has the password C<secret of alice>.

=item name => 'private'

Its host's.

=item auth_tcp => 'none', ...

Anything that libvirtd.conf has.

=back

=item $libvirt->uri($transport, %option)

The URI to connect to from where the test is, outside; without $transport, over the unix
socket. Transports besides C<tcp>, C<tls> and C<ssh> are libvirt's other ones for ssh. Options
are C<driver> (C<qemu>), C<host> (C<localhost>), for tls C<certificate>: one of C<client>,
C<expired> and C<stranger>, and all that libvirt knows as parameters of URIs.

=item $libvirt->join_network

From now on, this process and those that it starts have the network of this libvirtd.

=item $libvirt->connect_network($other)

Connects the networks of two, and returns both addresses.

=item $libvirt->signal($name)

Sends a signal to libvirtd itself.

=item $libvirt->restart

Starts libvirtd again after it was killed.

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
