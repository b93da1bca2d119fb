package Sys::Virt::Event::Mojo;

# The manual is Mojo.pod, beside this file.

use strict;
use warnings;

use Mojo::IOLoop ();
use Sys::Virt::Event::Loop;

our @ISA = qw(Sys::Virt::Event::Loop);

sub new {
    my ( $class, $loop ) = @_;
    my $self = $class->SUPER::new;
    $self->{reactor} = ( $loop || Mojo::IOLoop->singleton )->reactor;
    return $self;
}

sub watch_handle {
    my ( $self, $fd, $read, $write, $ready ) = @_;
    my $reactor = $self->{reactor};
    my $handle  = $self->handle_of($fd);
    $reactor->io( $handle => sub { $ready->( $_[1] ? $write : $read ) } );
    $reactor->watch( $handle, $read, $write );
    return $self->guard( sub { $reactor->remove($handle) if $reactor } );
}

sub start_timer {
    my ( $self, $seconds, $due ) = @_;
    my $reactor = $self->{reactor};
    my $id      = $reactor->recurring( $seconds => $due );
    return $self->guard( sub { $reactor->remove($id) if $reactor } );
}

sub run_later {
    my ( $self, $code ) = @_;
    $self->{reactor}->next_tick($code);
    return;
}

1;
