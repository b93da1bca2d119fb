package Sys::Virt::Event::EV;

# The manual is EV.pod, beside this file.

use strict;
use warnings;

use EV ();
use Sys::Virt::Event::Loop;

our @ISA = qw(Sys::Virt::Event::Loop);

sub watch_handle {
    my ( $self, $fd, $read, $write, $ready ) = @_;
    my $events = ( $read ? EV::READ() : 0 ) | ( $write ? EV::WRITE() : 0 );
    return EV::io(
        $fd, $events,
        sub {
            my ( undef, $got ) = @_;
            $ready->( ( $got & EV::READ() ? $read : 0 ) | ( $got & EV::WRITE() ? $write : 0 ) );
        }
    );
}

sub start_timer {
    my ( $self, $seconds, $due ) = @_;

    # A repetition of 0 would be none.
    return EV::timer( $seconds, $seconds || 0.001, $due );
}

sub run_later {
    my ( $self, $code ) = @_;
    my $once;
    $once = EV::timer( 0, 0, sub { undef $once; $code->() } );
    return;
}

1;
