package Sys::Virt::StoragePool;

# The manual is StoragePool.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ( $proto, %params ) = @_;
    my $con   = Sys::Virt::Util::required( \%params, 'connection' );
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name}        ? _lookup_by_name( $con, $params{name} )
        : exists $params{uuid}        ? _lookup_by_uuid( $con, $params{uuid} )
        : exists $params{volume}      ? _lookup_by_volume( $params{volume} )
        : exists $params{target_path} ? _lookup_by_target_path( $con, $params{target_path} )
        : !exists $params{xml}
        ? Sys::Virt::Util::fail('address, id or uuid parameters are required')
        : $params{nocreate} ? _define_xml( $con, $params{xml}, $flags )
        :                     _create_xml( $con, $params{xml}, $flags );
    return Sys::Virt::Util::object( $self, __PACKAGE__, $proto );
}

sub clone_volume {
    my ( $self, $xml, $clone, $flags ) = @_;
    my $volume
        = $clone
        ? Sys::Virt::StorageVol::_create_xml_from( $self, $xml, $clone, $flags || 0 )
        : Sys::Virt::StorageVol::_create_xml( $self, $xml, $flags || 0 );
    return $volume || Sys::Virt::Util::no_object();
}

sub list_volumes {
    my ($self) = @_;
    return Sys::Virt::Util::list( $self, \&list_all_volumes, 0, \&num_of_storage_volumes,
        \&list_storage_vol_names, \&Sys::Virt::StorageVol::_lookup_by_name,
    );
}

1;
