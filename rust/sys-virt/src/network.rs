//! `Sys::Virt::Network`

use std::ffi::{CStr, c_int};

use libvirt::handle::{Connect, Network, NetworkPort, New};
use libvirt::list::{Objects, list};
use libvirt::report::{Report, report};
use libvirt::sys::virNetworkDHCPLease;
use libvirt::text::{Borrowed, Text, number, uuid, uuid_string};
use libvirt::{raw, vir};
use xsub::value::Uuid;

xsub::xsubs! {
    package "Sys::Virt::Network";

    /// Starts a transient network.
    sub _create_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_network"
        -> New<Network> {
        if flags == 0 {
            return vir!(virNetworkCreateXML(con, xml));
        }
        vir!("7.8.0": virNetworkCreateXMLFlags(con, xml, flags))
    }

    /// Defines a persistent network.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_network"
        -> New<Network> {
        if flags == 0 {
            return vir!(virNetworkDefineXML(con, xml));
        }
        vir!("7.7.0": virNetworkDefineXMLFlags(con, xml, flags))
    }

    /// Finds a network.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_network_by_name"
        -> New<Network> {
        vir!(virNetworkLookupByName(con, name))
    }

    /// Finds a network by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(con: &Connect, uuid: Uuid)
        method "Sys::Virt::get_network_by_uuid"
        -> New<Network> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virNetworkLookupByUUID(con, bytes)),
            Uuid::Text(text) => vir!(virNetworkLookupByUUIDString(con, text)),
        }
    }

    /// Finds a network by the text of its UUID.
    sub _lookup_by_uuid_string(con: &Connect, uuid: &CStr) -> New<Network> {
        vir!(virNetworkLookupByUUIDString(con, uuid))
    }

    /// `$net->get_name()`
    sub get_name(net: &Network) -> Borrowed {
        vir!(virNetworkGetName(net))
    }

    /// `$net->get_uuid()`: 16 bytes.
    sub get_uuid(net: &Network) -> [u8; 16] {
        uuid(|uuid| vir!(virNetworkGetUUID(net, uuid)))
    }

    /// `$net->get_uuid_string()`
    sub get_uuid_string(net: &Network) -> [u8; 36] {
        uuid_string(|text| vir!(virNetworkGetUUIDString(net, text)))
    }

    /// `$net->get_bridge_name()`
    sub get_bridge_name(net: &Network) -> Text {
        vir!(virNetworkGetBridgeName(net))
    }

    /// `$net->get_xml_description($flags = 0)`
    sub get_xml_description(net: &Network, flags: u32 = 0) -> Text {
        vir!(virNetworkGetXMLDesc(net, flags))
    }

    /// `$net->is_active()`
    sub is_active(net: &Network) -> i32 {
        vir!(virNetworkIsActive(net))
    }

    /// `$net->is_persistent()`
    sub is_persistent(net: &Network) -> i32 {
        vir!(virNetworkIsPersistent(net))
    }

    /// `$net->get_autostart()`
    sub get_autostart(net: &Network) -> c_int {
        number(|autostart| vir!(virNetworkGetAutostart(net, autostart)))
    }

    /// `$net->set_autostart($autostart)`
    sub set_autostart(net: &Network, autostart: i32) -> () {
        vir!(virNetworkSetAutostart(net, autostart))
    }

    /// `$net->create()`: starts it.
    sub create(net: &Network) -> () {
        vir!(virNetworkCreate(net))
    }

    /// `$net->destroy()`: stops it; the object stays.
    sub destroy(net_rv: &Network) -> () {
        vir!(virNetworkDestroy(net_rv))
    }

    /// `$net->undefine()`
    sub undefine(net: &Network) -> () {
        vir!(virNetworkUndefine(net))
    }

    /// `$net->update($command, $section, $parentIndex, $xml, $flags = 0)`: index -1 for none.
    sub update(
        net: &Network,
        command: u32,
        section: u32,
        parentIndex: i32,
        xml: &CStr,
        flags: u32 = 0,
    ) -> () {
        vir!(virNetworkUpdate(net, command, section, parentIndex, xml, flags))
    }

    /// `$net->get_dhcp_leases($mac = undef, $flags = 0)`: a list of hashes; expirytime in seconds.
    sub get_dhcp_leases(
        net: &Network,
        macsv: Option<&CStr> = undef,
        flags: u32 = 0,
    ) -> Report<virNetworkDHCPLease> {
        report(|leases| vir!(virNetworkGetDHCPLeases(net, macsv, leases, flags)))
    }

    /// `$net->get_metadata($type, $uri = undef, $flags = 0)`
    sub get_metadata(
        net: &Network,
        r#type: i32,
        uri: Option<&CStr> = undef,
        flags: u32 = 0,
    ) -> Text {
        vir!("9.7.0": virNetworkGetMetadata(net, r#type, uri, flags))
    }

    /// `$net->set_metadata($type, $metadata, $key, $uri, $flags = 0)`: undef removes it.
    sub set_metadata(
        net: &Network,
        r#type: i32,
        metadata: Option<&CStr> = undef,
        key: Option<&CStr> = undef,
        uri: Option<&CStr> = undef,
        flags: u32 = 0,
    ) -> () {
        vir!("9.7.0": virNetworkSetMetadata(net, r#type, metadata, key, uri, flags))
    }

    /// `$net->list_all_ports($flags = 0)`
    sub list_all_ports(net: &Network, flags: u32 = 0) -> Objects<NetworkPort> {
        list(|ports| vir!(virNetworkListAllPorts(net, ports, flags)))
    }

    /// `$net->get_connection()`: a new handle of the connection.
    sub get_connection(net: &Network) -> New<Connect> {
        New::borrowed(raw!(virNetworkGetConnect(net)))
    }
}
