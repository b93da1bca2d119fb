package Sys::Virt::Event::IOAsync;

# The manual is IOAsync.pod, beside this file.

use strict;
use warnings;

use IO::Async::Loop ();
use Sys::Virt::Event::Loop;

our @ISA = qw(Sys::Virt::Event::Loop);

sub new {
    my ( $class, $loop ) = @_;
    my $self = $class->SUPER::new;
    $self->{loop} = $loop || IO::Async::Loop->new;
    return $self;
}

sub watch_handle {
    my ( $self, $fd, $read, $write, $ready ) = @_;
    my $loop   = $self->{loop};
    my $handle = $self->handle_of($fd);
    my %ready  = (
        $read  ? ( on_read_ready  => sub { $ready->($read) } )  : (),
        $write ? ( on_write_ready => sub { $ready->($write) } ) : (),
    );
    $loop->watch_io( handle => $handle, %ready );
    return $self->guard( sub { $loop->unwatch_io( handle => $handle, %ready ) if $loop } );
}

sub start_timer {
    my ( $self, $seconds, $due ) = @_;
    my $loop = $self->{loop};
    my ( $id, $again );
    $again = sub {
        $id = $loop->watch_time( after => $seconds, code => sub { $again->(); $due->() } );
    };
    $again->();
    return $self->guard( sub { $loop->unwatch_time($id) if $loop; undef $again } );
}

sub run_later {
    my ( $self, $code ) = @_;
    $self->{loop}->later($code);
    return;
}

1;
