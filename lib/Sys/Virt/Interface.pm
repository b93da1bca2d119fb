package Sys::Virt::Interface;

# The manual is Interface.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $con, $params{name} )
        : exists $params{mac}  ? _lookup_by_mac( $con, $params{mac} )
        : exists $params{xml}  ? _define_xml( $con, $params{xml}, $flags )
        :                        Sys::Virt::Util::fail('name, mac or xml parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
