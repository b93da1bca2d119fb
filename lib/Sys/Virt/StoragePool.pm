package Sys::Virt::StoragePool;

# The manual is StoragePool.pod, beside this file.

use strict;
use warnings;

use Sys::Virt::Util;

sub _new {
    my ($proto, %params) = @_;
    my $con = Sys::Virt::Util::required(\%params, 'connection');
    my $flags = $params{flags} || 0;

    my $self
        = exists $params{name} ? _lookup_by_name($con, $params{name})
        : exists $params{uuid} ? Sys::Virt::Util::by_uuid(__PACKAGE__, $con, $params{uuid})
        : exists $params{volume} ? _lookup_by_volume($params{volume})
        : exists $params{target_path} ? _lookup_by_target_path($con, $params{target_path})
        : !exists $params{xml}
        ? die 'name, uuid, volume, target_path or xml parameters are required'
        : $params{nocreate} ? _define_xml($con, $params{xml}, $flags)
        :                     _create_xml($con, $params{xml}, $flags);
    return Sys::Virt::Util::object($self, __PACKAGE__, $proto);
}

sub create_volume {
    my ($self, $xml, $flags) = @_;
    return Sys::Virt::StorageVol::_create_xml($self, $xml, $flags || 0);
}

sub clone_volume {
    my ($self, $xml, $clone, $flags) = @_;
    return create_volume($self, $xml, $flags) unless $clone;
    return Sys::Virt::StorageVol::_create_xml_from($self, $xml, $clone, $flags || 0);
}

sub get_volume_by_name {
    my ($self, $name) = @_;
    return Sys::Virt::StorageVol::_lookup_by_name($self, $name);
}

sub list_volumes {
    my ($self) = @_;
    my @volumes = Sys::Virt::Util::list(
        sub { list_all_volumes($self) },
        sub { list_storage_vol_names($self, num_of_storage_volumes($self)) },
        sub { Sys::Virt::StorageVol::_lookup_by_name($self, $_[0]) },
    );
    return @volumes;
}

1;
