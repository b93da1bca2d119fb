package Sys::Virt::StorageVol;

# The manual is StorageVol.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $parent = sub { Sys::Virt::Util::required( \%params, $_[0] ) };
    my $flags  = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name( $parent->('pool'), $params{name} )
        : exists $params{key}  ? _lookup_by_key( $parent->('connection'), $params{key} )
        : exists $params{path} ? _lookup_by_path( $parent->('connection'), $params{path} )
        : !exists $params{xml}
        ? Sys::Virt::Util::fail('name, key, path or xml parameters are required')
        : $params{clone}
        ? _create_xml_from( $parent->('pool'), $params{xml}, $params{clone}, $flags )
        : _create_xml( $parent->('pool'), $params{xml}, $flags );
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

1;
