package Sys::Virt::EventImpl;

# The manual is EventImpl.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

# What an implementation must have.
my $abstract = sub {
    my ( $method, $self ) = @_;
    my $class = ref($self) || $self;
    Sys::Virt::Util::fail("$class does not implement $method");
};

sub add_handle { $abstract->( 'add_handle', @_ ) }

sub update_handle { $abstract->( 'update_handle', @_ ) }

sub remove_handle { $abstract->( 'remove_handle', @_ ) }

sub add_timeout { $abstract->( 'add_timeout', @_ ) }

sub update_timeout { $abstract->( 'update_timeout', @_ ) }

sub remove_timeout { $abstract->( 'remove_timeout', @_ ) }

# Without an opaque pointer libvirt means NULL.
my $null = \0;

sub _run_handle_callback {
    my ( $self, $watch, $fd, $events, $callback, $opaque ) = @_;
    _run_handle_callback_helper( $watch, $fd, $events, $callback, $opaque || $null );
    return;
}

sub _run_timeout_callback {
    my ( $self, $timer, $callback, $opaque ) = @_;
    _run_timeout_callback_helper( $timer, $callback, $opaque || $null );
    return;
}

sub _free_callback_opaque {
    my ( $self, $free, $opaque ) = @_;
    _free_callback_opaque_helper( $free, $opaque ) if defined $free && defined $opaque;
    return;
}

1;
