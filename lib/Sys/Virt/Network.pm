package Sys::Virt::Network;

# The manual is Network.pod, beside this file.

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
        : !exists $params{xml}
        ? Sys::Virt::Util::fail('address, id or uuid parameters are required')
        : $params{nocreate} ? _define_xml( $con, $params{xml}, $flags )
        :                     _create_xml( $con, $params{xml}, $flags );
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
