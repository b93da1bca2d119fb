package Sys::Virt::Stream;

# The manual is Stream.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $self = _new_obj( Sys::Virt::Util::required( \%params, 'connection' ), $params{flags} || 0 );
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
