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

my $list    = \&Sys::Virt::Util::list;
my $by_name = \&Sys::Virt::Util::by_name;

sub new {
    my ( $proto, %params ) = @_;
    my $flags = exists $params{flags} ? $params{flags} : 0;
    $flags |= CONNECT_RO()          if $params{readonly};
    $params{uri} = $params{address} if exists $params{address};
    return bless(
        $params{auth}
        ? _open_auth( $params{uri}, $params{credlist}, $params{callback}, $flags )
        : _open( $params{uri}, $flags ),
        ref($proto) || $proto
    );
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

sub get_storage_pool_by_volume {
    my ( $self, $volume ) = @_;
    return Sys::Virt::StoragePool::_lookup_by_volume($volume) || Sys::Virt::Util::no_object();
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
