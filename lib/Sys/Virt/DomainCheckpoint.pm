package Sys::Virt::DomainCheckpoint;

# The manual is DomainCheckpoint.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $dom   = Sys::Virt::Util::required( \%params, 'domain' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $dom, $params{name} )
        : exists $params{xml}  ? _create_xml( $dom, $params{xml}, $flags )
        :                        Sys::Virt::Util::fail('name or xml parameters are required');
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
