package Sys::Virt::EventImpl;

# The manual is EventImpl.pod, beside this file.

use strict;
use warnings;


# What an implementation must have.
for my $method (qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout))
{
    no strict 'refs';
    *$method = sub {
        my ($self) = @_;
        my $class = ref($self) || $self;
        die "$class does not implement $method";
    };
}

# Without an opaque pointer libvirt means NULL.
my $null = \0;

sub _run_handle_callback {
    my ($self, $watch, $fd, $events, $callback, $opaque) = @_;
    _run_handle_callback_helper($watch, $fd, $events, $callback, $opaque || $null);
    return;
}

sub _run_timeout_callback {
    my ($self, $timer, $callback, $opaque) = @_;
    _run_timeout_callback_helper($timer, $callback, $opaque || $null);
    return;
}

sub _free_callback_opaque {
    my ($self, $free, $opaque) = @_;
    _free_callback_opaque_helper($free, $opaque) if defined $free && defined $opaque;
    return;
}

1;
