package Sys::Virt::NetworkPort;

# The manual is NetworkPort.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $net   = Sys::Virt::Util::required( \%params, 'network' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{uuid} ? _lookup_by_uuid( $net, $params{uuid} )
        : exists $params{xml}  ? _create_xml( $net, $params{xml}, $flags )
        :                        Sys::Virt::Util::fail('uuid or xml parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
