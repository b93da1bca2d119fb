package Sys::Virt::Event::AnyEvent;

# The manual is AnyEvent.pod, beside this file.

use strict;
use warnings;

use AnyEvent ();
use Sys::Virt::Event::Loop;

our @ISA = qw(Sys::Virt::Event::Loop);

sub watch_handle {
    my ( $self, $fd, $read, $write, $ready ) = @_;
    my @watchers;
    push @watchers, AnyEvent->io( fh => $fd, poll => 'r', cb => sub { $ready->($read) } ) if $read;
    push @watchers, AnyEvent->io( fh => $fd, poll => 'w', cb => sub { $ready->($write) } )
        if $write;
    return \@watchers;
}

sub start_timer {
    my ( $self, $seconds, $due ) = @_;

    # An interval of 0 would be none.
    return AnyEvent->timer( after => $seconds, interval => $seconds || 0.001, cb => $due );
}

sub run_later {
    my ( $self, $code ) = @_;
    AnyEvent::postpone { $code->() };
    return;
}

1;
