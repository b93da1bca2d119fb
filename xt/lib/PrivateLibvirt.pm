package PrivateLibvirt;

use strict;
use warnings;

use Carp qw(croak);
use Cwd ();
use File::Basename qw(dirname);
use POSIX ();

my $SCRIPT = Cwd::abs_path( dirname(__FILE__) ) . '/private-libvirt';

# What is run, and the package that Debian has it in.
my %PACKAGE = (
    'ip'                 => 'iproute2',
    'libvirtd'           => 'libvirt-daemon',
    'nsenter'            => 'util-linux',
    'qemu-img'           => 'qemu-utils',
    'qemu-system-x86_64' => 'qemu-system-x86',
    'setpriv'            => 'util-linux',
    'unshare'            => 'util-linux',
    'virtlogd'           => 'libvirt-daemon',
);
my $DRIVER = '/usr/lib*/{,*/}libvirt/connection-driver/libvirt_driver_qemu.so';

sub start {
    my ($class) = @_;
    croak 'only root can start a private libvirtd' if $> != 0;
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";
    for my $command ( sort keys %PACKAGE ) {
        next if grep { -x "$_/$command" } split /:/, $ENV{PATH};
        croak "no $command to start a private libvirtd with; Debian has it in $PACKAGE{$command}";
    }
    croak "no qemu driver in libvirtd; Debian has it in libvirt-daemon-driver-qemu"
        if !grep { -e } glob $DRIVER;

    pipe my $output, my $input or croak "pipe: $!";
    my $parent     = $$;
    my $supervisor = fork;
    croak "fork: $!" if !defined $supervisor;
    if ( !$supervisor ) {
        POSIX::setsid();    # A terminal's Ctrl-C is for the test.
        open STDIN,  '<',  '/dev/null';
        open STDOUT, '>&', $input;
        open STDERR, '>&', $input;
        exec 'setpriv', '--pdeathsig', 'TERM', $SCRIPT, 'supervise', $parent
            or POSIX::_exit(1);
    }
    close $input;
    my $self = bless { owner => $parent, supervisor => $supervisor }, $class;
    my $said = '';
    while ( my $line = <$output> ) {
        if ( $line =~ /\Aready ([0-9]+)$/ ) {
            $self->{pid} = $1;
            return $self;
        }
        $said .= $line;
    }
    croak "no private libvirtd:\n$said";
}

sub uri {
    my ($self) = @_;
    return 'qemu+unix:///system?socket=' . $self->path('/run/libvirt/libvirt-sock');
}

sub path {
    my ( $self, $path ) = @_;
    return "/proc/$self->{pid}/root$path";
}

sub run {
    my ( $self, @command ) = @_;
    open my $output, '-|', 'nsenter', '--all', '--target', $self->{pid}, '--', @command
        or croak "nsenter: $!";
    local $/;
    my $said = <$output>;
    close $output or croak "@command failed in the private libvirtd's namespaces";
    return $said;
}

sub stop {
    my ($self) = @_;
    my $supervisor = delete $self->{supervisor};
    return if !$supervisor || $self->{owner} != $$;
    local $?;
    kill TERM => $supervisor;
    waitpid $supervisor, 0;
    return;
}

sub DESTROY {
    my ($self) = @_;
    # When the process ends, connections may be closed after this: the supervisor waits for that.
    $self->stop if ${^GLOBAL_PHASE} ne 'DESTRUCT';
    return;
}

1;
