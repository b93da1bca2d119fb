package Sys::Virt::NWFilter;

# The manual is NWFilter.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $con, $params{name} )
        : exists $params{uuid} ? _lookup_by_uuid( $con, $params{uuid} )
        : exists $params{xml}  ? _define_xml( $con, $params{xml}, $flags )
        :   Sys::Virt::Util::fail('address, id or uuid parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
