package Sys::Virt::NWFilterBinding;

# The manual is NWFilterBinding.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{portdev} ? _lookup_by_port_dev( $con, $params{portdev} )
        : exists $params{xml}     ? _create_xml( $con, $params{xml}, $flags )
        :                           Sys::Virt::Util::fail('portdev or xml parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
