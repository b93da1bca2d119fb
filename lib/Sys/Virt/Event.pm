package Sys::Virt::Event;

# The manual is Event.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::EventImpl;
use Sys::Virt::Util;

our @ISA = qw(Sys::Virt::EventImpl);

# The implementation that libvirt's functions go to.
our $eventimpl;

sub register {
    my ($impl) = @_;
    my $valid = do {
        local $@;
        ref $impl && eval { $impl->isa('Sys::Virt::EventImpl') }
    };
    $valid
        or Sys::Virt::Util::fail('event implementation must be a subclass of Sys::Virt::EventImpl');
    warn ref $impl, ' derives from Sys::Virt::Event, which is deprecated:',
        ' derive from Sys::Virt::EventImpl', Sys::Virt::Util::place()
        if $impl->isa(__PACKAGE__);
    $eventimpl = $impl;
    _register_impl();
    return;
}

sub _add_handle { return $eventimpl->add_handle(@_) }

sub _update_handle { return $eventimpl->update_handle(@_) }

sub _remove_handle { return $eventimpl->remove_handle(@_) }

sub _add_timeout { return $eventimpl->add_timeout(@_) }

sub _update_timeout { return $eventimpl->update_timeout(@_) }

sub _remove_timeout { return $eventimpl->remove_timeout(@_) }

1;
