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

1;
