//! What else a connection has, to count and to list.

use std::ffi::CStr;

use libvirt::handle::{
    Connect, Interface, NWFilter, NWFilterBinding, Network, NodeDevice, Secret, StoragePool,
};
use libvirt::list::{Objects, Texts, list, names};
use libvirt::vir;

xsub::xsubs! {
    package "Sys::Virt";

    /// `$conn->num_of_networks()`: the active ones.
    sub num_of_networks(con: &Connect) -> i32 {
        vir!(virConnectNumOfNetworks(con))
    }

    /// `$conn->list_network_names($maxnames)`: the active ones.
    sub list_network_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListNetworks(con, names, max)))
    }

    /// `$conn->num_of_defined_networks()`: the inactive ones.
    sub num_of_defined_networks(con: &Connect) -> i32 {
        vir!(virConnectNumOfDefinedNetworks(con))
    }

    /// `$conn->list_defined_network_names($maxnames)`: the inactive ones.
    sub list_defined_network_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListDefinedNetworks(con, names, max)))
    }

    /// `$conn->list_all_networks($flags = 0)`
    sub list_all_networks(con: &Connect, flags: u32 = 0) -> Objects<Network> {
        list(|all| vir!(virConnectListAllNetworks(con, all, flags)))
    }

    /// `$conn->num_of_interfaces()`: the active ones.
    sub num_of_interfaces(con: &Connect) -> i32 {
        vir!(virConnectNumOfInterfaces(con))
    }

    /// `$conn->list_interface_names($maxnames)`: the active ones.
    sub list_interface_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListInterfaces(con, names, max)))
    }

    /// `$conn->num_of_defined_interfaces()`: the inactive ones.
    sub num_of_defined_interfaces(con: &Connect) -> i32 {
        vir!(virConnectNumOfDefinedInterfaces(con))
    }

    /// `$conn->list_defined_interface_names($maxnames)`: the inactive ones.
    sub list_defined_interface_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListDefinedInterfaces(con, names, max)))
    }

    /// `$conn->list_all_interfaces($flags = 0)`
    sub list_all_interfaces(con: &Connect, flags: u32 = 0) -> Objects<Interface> {
        list(|all| vir!(virConnectListAllInterfaces(con, all, flags)))
    }

    /// `$conn->num_of_storage_pools()`: the active ones.
    sub num_of_storage_pools(con: &Connect) -> i32 {
        vir!(virConnectNumOfStoragePools(con))
    }

    /// `$conn->list_storage_pool_names($maxnames)`: the active ones.
    sub list_storage_pool_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListStoragePools(con, names, max)))
    }

    /// `$conn->num_of_defined_storage_pools()`: the inactive ones.
    sub num_of_defined_storage_pools(con: &Connect) -> i32 {
        vir!(virConnectNumOfDefinedStoragePools(con))
    }

    /// `$conn->list_defined_storage_pool_names($maxnames)`: the inactive ones.
    sub list_defined_storage_pool_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListDefinedStoragePools(con, names, max)))
    }

    /// `$conn->list_all_storage_pools($flags = 0)`
    sub list_all_storage_pools(con: &Connect, flags: u32 = 0) -> Objects<StoragePool> {
        list(|all| vir!(virConnectListAllStoragePools(con, all, flags)))
    }

    /// `$conn->num_of_nwfilters()`.
    sub num_of_nwfilters(con: &Connect) -> i32 {
        vir!(virConnectNumOfNWFilters(con))
    }

    /// `$conn->list_nwfilter_names($maxnames)`.
    sub list_nwfilter_names(con: &Connect, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virConnectListNWFilters(con, names, max)))
    }

    /// `$conn->list_all_nwfilters($flags = 0)`
    sub list_all_nwfilters(con: &Connect, flags: u32 = 0) -> Objects<NWFilter> {
        list(|all| vir!(virConnectListAllNWFilters(con, all, flags)))
    }

    /// `$conn->list_all_nwfilter_bindings($flags = 0)`
    sub list_all_nwfilter_bindings(con: &Connect, flags: u32 = 0) -> Objects<NWFilterBinding> {
        list(|all| vir!(virConnectListAllNWFilterBindings(con, all, flags)))
    }

    /// `$conn->num_of_secrets()`
    sub num_of_secrets(con: &Connect) -> i32 {
        vir!(virConnectNumOfSecrets(con))
    }

    /// `$conn->list_secret_uuids($maxuuids)`: as text.
    sub list_secret_uuids(con: &Connect, maxuuids: i32) -> Texts {
        names(maxuuids, |uuids, max| vir!(virConnectListSecrets(con, uuids, max)))
    }

    /// `$conn->list_all_secrets($flags = 0)`
    sub list_all_secrets(con: &Connect, flags: u32 = 0) -> Objects<Secret> {
        list(|all| vir!(virConnectListAllSecrets(con, all, flags)))
    }

    /// `$conn->num_of_node_devices($cap, $flags = 0)`: undef for all capabilities.
    sub num_of_node_devices(con: &Connect, cap: Option<&CStr>, flags: u32 = 0) -> i32 {
        vir!(virNodeNumOfDevices(con, cap, flags))
    }

    /// `$conn->list_node_device_names($cap, $maxnames, $flags = 0)`: undef for all capabilities.
    sub list_node_device_names(
        con: &Connect,
        cap: Option<&CStr>,
        maxnames: i32,
        flags: u32 = 0,
    ) -> Texts {
        names(maxnames, |names, max| vir!(virNodeListDevices(con, cap, names, max, flags)))
    }

    /// `$conn->list_all_node_devices($flags = 0)`
    sub list_all_node_devices(con: &Connect, flags: u32 = 0) -> Objects<NodeDevice> {
        list(|all| vir!(virConnectListAllNodeDevices(con, all, flags)))
    }
}
