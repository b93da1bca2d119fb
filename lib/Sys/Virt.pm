package Sys::Virt;

# The manual is Virt.pod, beside this file.

use strict;
use warnings;

our $VERSION = '12.8.0';

require XSLoader;
XSLoader::load( 'Sys::Virt', $VERSION );

use Sys::Virt::Error;
use Sys::Virt::Util;
use Sys::Virt::Domain;
use Sys::Virt::DomainCheckpoint;
use Sys::Virt::DomainSnapshot;
use Sys::Virt::Interface;
use Sys::Virt::NWFilter;
use Sys::Virt::NWFilterBinding;
use Sys::Virt::Network;
use Sys::Virt::NetworkPort;
use Sys::Virt::NodeDevice;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;
use Sys::Virt::Stream;

my $object    = \&Sys::Virt::Util::object;
my $no_object = \&Sys::Virt::Util::no_object;
my $by_uuid   = \&Sys::Virt::Util::by_uuid;
my $list      = \&Sys::Virt::Util::list;
my $by_name   = \&Sys::Virt::Util::by_name;

sub new {
    my ( $proto, %params ) = @_;
    my $uri   = exists $params{address} ? $params{address} : $params{uri};
    my $flags = exists $params{flags}   ? $params{flags}   : 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $self
        = $params{auth}
        ? _open_auth( $uri, $params{credlist}, $params{callback}, $flags )
        : _open( $uri, $flags );
    return $object->( $self, __PACKAGE__, $proto );
}

sub get_version {
    my ($self) = @_;
    return ref $self ? $self->_get_conn_version : _get_library_version(undef);
}

sub get_major_version {
    my ($self) = @_;
    return int( $self->get_version / 1_000_000 );
}

sub get_minor_version {
    my ($self) = @_;
    return int( $self->get_version % 1_000_000 / 1_000 );
}

sub get_micro_version {
    my ($self) = @_;
    return $self->get_version % 1_000;
}

sub get_library_version {
    my ($self) = @_;
    return $self->_get_conn_library_version;
}

sub new_stream {
    my ( $self, $flags ) = @_;
    return Sys::Virt::Stream::_new_obj( $self, $flags || 0 ) || $no_object->();
}

sub create_domain {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Domain::_create( $self, $xml, $flags || 0 ) || $no_object->();
}

sub create_domain_with_files {
    my ( $self, $xml, $fds, $flags ) = @_;
    return Sys::Virt::Domain::_create_with_files( $self, $xml, $fds, $flags || 0 )
        || $no_object->();
}

sub define_domain {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Domain::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub create_network {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Network::_create_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_network {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Network::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub create_storage_pool {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::StoragePool::_create_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_storage_pool {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::StoragePool::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

# Interfaces are defined, and started by their own method.
sub create_interface {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Interface::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_interface {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Interface::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub create_node_device {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::NodeDevice::_create_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_node_device {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::NodeDevice::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_nwfilter {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::NWFilter::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub create_nwfilter_binding {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::NWFilterBinding::_create_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub define_secret {
    my ( $self, $xml, $flags ) = @_;
    return Sys::Virt::Secret::_define_xml( $self, $xml, $flags || 0 ) || $no_object->();
}

sub get_domain_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::Domain::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_domain_by_id {
    my ( $self, $id ) = @_;
    return Sys::Virt::Domain::_lookup_by_id( $self, $id ) || $no_object->();
}

sub get_network_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::Network::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_storage_pool_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::StoragePool::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_storage_pool_by_target_path {
    my ( $self, $path ) = @_;
    return Sys::Virt::StoragePool::_lookup_by_target_path( $self, $path ) || $no_object->();
}

sub get_storage_volume_by_path {
    my ( $self, $path ) = @_;
    return Sys::Virt::StorageVol::_lookup_by_path( $self, $path ) || $no_object->();
}

sub get_storage_volume_by_key {
    my ( $self, $key ) = @_;
    return Sys::Virt::StorageVol::_lookup_by_key( $self, $key ) || $no_object->();
}

sub get_node_device_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::NodeDevice::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_interface_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::Interface::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_interface_by_mac {
    my ( $self, $mac ) = @_;
    return Sys::Virt::Interface::_lookup_by_mac( $self, $mac ) || $no_object->();
}

sub get_nwfilter_by_name {
    my ( $self, $name ) = @_;
    return Sys::Virt::NWFilter::_lookup_by_name( $self, $name ) || $no_object->();
}

sub get_nwfilter_binding_by_port_dev {
    my ( $self, $name ) = @_;
    return Sys::Virt::NWFilterBinding::_lookup_by_port_dev( $self, $name ) || $no_object->();
}

sub get_secret_by_usage {
    my ( $self, $type, $id ) = @_;
    return Sys::Virt::Secret::_lookup_by_usage( $self, $type, $id ) || $no_object->();
}

sub get_node_device_scsihost_by_wwn {
    my ( $self, $wwnn, $wwpn, $flags ) = @_;
    return Sys::Virt::NodeDevice::_lookup_scsihost_by_wwn( $self, $wwnn, $wwpn, $flags || 0 )
        || $no_object->();
}

sub get_storage_pool_by_volume {
    my ( $self, $volume ) = @_;
    return Sys::Virt::StoragePool::_lookup_by_volume($volume) || $no_object->();
}

sub get_domain_by_uuid {
    my ( $self, $uuid ) = @_;
    return $by_uuid->( 'Sys::Virt::Domain', $self, $uuid ) || $no_object->();
}

sub get_network_by_uuid {
    my ( $self, $uuid ) = @_;
    return $by_uuid->( 'Sys::Virt::Network', $self, $uuid ) || $no_object->();
}

sub get_storage_pool_by_uuid {
    my ( $self, $uuid ) = @_;
    return $by_uuid->( 'Sys::Virt::StoragePool', $self, $uuid ) || $no_object->();
}

sub get_nwfilter_by_uuid {
    my ( $self, $uuid ) = @_;
    return $by_uuid->( 'Sys::Virt::NWFilter', $self, $uuid ) || $no_object->();
}

sub get_secret_by_uuid {
    my ( $self, $uuid ) = @_;
    return $by_uuid->( 'Sys::Virt::Secret', $self, $uuid ) || $no_object->();
}

sub list_domains {
    my ($self) = @_;
    return $list->(
        $self,            \&list_all_domains, Sys::Virt::Domain::LIST_ACTIVE(),
        \&num_of_domains, \&list_domain_ids,  \&Sys::Virt::Domain::_lookup_by_id,
    );
}

sub list_defined_domains {
    my ($self) = @_;
    return $list->(
        $self,                    \&list_all_domains,          Sys::Virt::Domain::LIST_INACTIVE(),
        \&num_of_defined_domains, \&list_defined_domain_names, \&Sys::Virt::Domain::_lookup_by_name,
    );
}

sub list_networks {
    my ($self) = @_;
    return $list->(
        $self,             \&list_all_networks,  Sys::Virt::Network::LIST_ACTIVE(),
        \&num_of_networks, \&list_network_names, \&Sys::Virt::Network::_lookup_by_name,
    );
}

sub list_defined_networks {
    my ($self) = @_;
    return $list->(
        $self, \&list_all_networks, Sys::Virt::Network::LIST_INACTIVE(),
        \&num_of_defined_networks,
        \&list_defined_network_names,
        \&Sys::Virt::Network::_lookup_by_name,
    );
}

sub list_storage_pools {
    my ($self) = @_;
    return $list->(
        $self, \&list_all_storage_pools, Sys::Virt::StoragePool::LIST_ACTIVE(),
        \&num_of_storage_pools, \&list_storage_pool_names,
        \&Sys::Virt::StoragePool::_lookup_by_name,
    );
}

sub list_defined_storage_pools {
    my ($self) = @_;
    return $list->(
        $self,                                   \&list_all_storage_pools,
        Sys::Virt::StoragePool::LIST_INACTIVE(), \&num_of_defined_storage_pools,
        \&list_defined_storage_pool_names,       \&Sys::Virt::StoragePool::_lookup_by_name,
    );
}

sub list_interfaces {
    my ($self) = @_;
    return $list->(
        $self,               \&list_all_interfaces,  Sys::Virt::Interface::LIST_ACTIVE(),
        \&num_of_interfaces, \&list_interface_names, \&Sys::Virt::Interface::_lookup_by_name,
    );
}

sub list_defined_interfaces {
    my ($self) = @_;

    # By names: in a list of all, those that are neither up nor down, like lo, count as inactive.
    my @names = list_defined_interface_names( $self, num_of_defined_interfaces($self) );
    return $by_name->( $self, \&Sys::Virt::Interface::_lookup_by_name, @names );
}

sub list_secrets {
    my ($self) = @_;
    return $list->(
        $self, \&list_all_secrets, 0, \&num_of_secrets, \&list_secret_uuids,
        \&Sys::Virt::Secret::_lookup_by_uuid_string,
    );
}

sub list_nwfilters {
    my ($self) = @_;
    return $list->(
        $self, \&list_all_nwfilters, 0, \&num_of_nwfilters, \&list_nwfilter_names,
        \&Sys::Virt::NWFilter::_lookup_by_name,
    );
}

sub list_node_devices {
    my ( $self, $capability ) = @_;

    # By names even without a capability: the flag for active devices is newer than the call.
    my @names
        = list_node_device_names( $self, $capability, num_of_node_devices( $self, $capability ) );
    return $by_name->( $self, \&Sys::Virt::NodeDevice::_lookup_by_name, @names );
}

1;
