package Sys::Virt::Event::Loop;

# The manual is Loop.pod, beside this file.

use strict;
use warnings;

use Sys::Virt;
use Sys::Virt::Event;

our @ISA = qw(Sys::Virt::EventImpl);

sub register {
    my ( $class, @arguments ) = @_;
    my $self = $class->new(@arguments);
    Sys::Virt::Event::register($self);
    return $self;
}

sub new {
    my ($class) = @_;
    return bless { last => 0, handles => {}, timers => {} }, $class;
}

# A handle is watched while libvirt wants events of it; the guard is what the loop gave.
my $watch = sub {
    my ( $self, $id, $handle ) = @_;
    delete $handle->{guard};
    my $events = $handle->{events};
    my $read   = $events & Sys::Virt::Event::HANDLE_READABLE();
    my $write  = $events & Sys::Virt::Event::HANDLE_WRITABLE();
    return unless $read || $write;
    $handle->{guard} = $self->watch_handle(
        $handle->{fd},
        $read, $write,
        sub {
            my ($ready) = @_;
            $self->_run_handle_callback( $id, $handle->{fd}, $ready, @$handle{qw(callback opaque)} )
                if $self->{handles}{$id};
        }
    );
};

my $arm = sub {
    my ( $self, $id, $timer ) = @_;
    delete $timer->{guard};
    return if $timer->{interval} < 0;
    $timer->{guard} = $self->start_timer(
        $timer->{interval} / 1000,
        sub {
            $self->_run_timeout_callback( $id, @$timer{qw(callback opaque)} )
                if $self->{timers}{$id};
        }
    );
};

# libvirt wants its data to be freed when the call that removes it is over.
my $free = sub {
    my ( $self, $item ) = @_;
    delete $item->{guard};
    $self->run_later( sub { $self->_free_callback_opaque( @$item{qw(free opaque)} ) } );
};

sub add_handle {
    my ( $self, $fd, $events, $callback, $opaque, $free ) = @_;
    my $id     = ++$self->{last};
    my $handle = $self->{handles}{$id} = {
        fd       => $fd,
        events   => $events,
        callback => $callback,
        opaque   => $opaque,
        free     => $free,
    };
    $watch->( $self, $id, $handle );
    return $id;
}

sub update_handle {
    my ( $self, $id, $events ) = @_;
    my $handle = $self->{handles}{$id} or return;
    return if $handle->{events} == $events;
    $handle->{events} = $events;
    $watch->( $self, $id, $handle );
    return;
}

sub remove_handle {
    my ( $self, $id ) = @_;
    my $handle = delete $self->{handles}{$id} or return -1;
    $free->( $self, $handle );
    return 0;
}

sub add_timeout {
    my ( $self, $interval, $callback, $opaque, $free ) = @_;
    my $id    = ++$self->{last};
    my $timer = $self->{timers}{$id}
        = { interval => $interval, callback => $callback, opaque => $opaque, free => $free };
    $arm->( $self, $id, $timer );
    return $id;
}

sub update_timeout {
    my ( $self, $id, $interval ) = @_;
    my $timer = $self->{timers}{$id} or return;
    $timer->{interval} = $interval;
    $arm->( $self, $id, $timer );
    return;
}

sub remove_timeout {
    my ( $self, $id ) = @_;
    my $timer = delete $self->{timers}{$id} or return -1;
    $free->( $self, $timer );
    return 0;
}

# A Perl handle of a descriptor, for loops that want one: a copy, so that libvirt's stays open.
sub handle_of {
    my ( $self, $fd ) = @_;
    open my $handle, '+<&', $fd or die "descriptor $fd: $!";
    return $handle;
}

# Something that calls a sub when it goes away: for loops whose watchers do not end by themselves.
sub guard {
    my ( $self, $code ) = @_;
    return bless [$code], 'Sys::Virt::Event::Loop::Guard';
}

sub Sys::Virt::Event::Loop::Guard::DESTROY { $_[0][0]->() }

1;
