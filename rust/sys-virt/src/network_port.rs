//! `Sys::Virt::NetworkPort`

use std::ffi::CStr;

use libvirt::handle::{Network, NetworkPort, New};
use libvirt::params::{Field, Schema, Settings, TypedParams, allocated};
use libvirt::text::{Text, uuid, uuid_string};
use libvirt::{Result, check, fields, raw, vir};
use xsub::Params;
use xsub::value::Uuid;

const BANDWIDTH: &[Field] = fields! {
    UINT VIR_NETWORK_PORT_BANDWIDTH_IN_AVERAGE;
    UINT VIR_NETWORK_PORT_BANDWIDTH_IN_PEAK;
    UINT VIR_NETWORK_PORT_BANDWIDTH_IN_BURST;
    UINT VIR_NETWORK_PORT_BANDWIDTH_IN_FLOOR;
    UINT VIR_NETWORK_PORT_BANDWIDTH_OUT_AVERAGE;
    UINT VIR_NETWORK_PORT_BANDWIDTH_OUT_PEAK;
    UINT VIR_NETWORK_PORT_BANDWIDTH_OUT_BURST;
};

fn parameters(port: &NetworkPort, flags: u32) -> Result<TypedParams> {
    allocated(|params, count| check!(virNetworkPortGetParameters(port, params, count, flags)))
}

xsub::xsubs! {
    package "Sys::Virt::NetworkPort";

    /// Makes a port.
    sub _create_xml(net: &Network, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::Network::create_port"
        -> New<NetworkPort> {
        vir!(virNetworkPortCreateXML(net, xml, flags))
    }

    /// Finds a port by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(net: &Network, uuid: Uuid)
        method "Sys::Virt::Network::get_port_by_uuid"
        -> New<NetworkPort> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virNetworkPortLookupByUUID(net, bytes)),
            Uuid::Text(text) => vir!(virNetworkPortLookupByUUIDString(net, text)),
        }
    }

    /// Finds a port by the text of its UUID.
    sub _lookup_by_uuid_string(net: &Network, uuid: &CStr) -> New<NetworkPort> {
        vir!(virNetworkPortLookupByUUIDString(net, uuid))
    }

    /// `$port->get_uuid()`: 16 bytes.
    sub get_uuid(port: &NetworkPort) -> [u8; 16] {
        uuid(|uuid| vir!(virNetworkPortGetUUID(port, uuid)))
    }

    /// `$port->get_uuid_string()`
    sub get_uuid_string(port: &NetworkPort) -> [u8; 36] {
        uuid_string(|text| vir!(virNetworkPortGetUUIDString(port, text)))
    }

    /// `$port->get_xml_description($flags = 0)`
    sub get_xml_description(port: &NetworkPort, flags: u32 = 0) -> Text {
        vir!(virNetworkPortGetXMLDesc(port, flags))
    }

    /// `$port->get_parameters($flags = 0)`: a hash.
    sub get_parameters(port: &NetworkPort, flags: u32 = 0) -> TypedParams {
        parameters(port, flags)
    }

    /// `$port->set_parameters(\%params, $flags = 0)`
    sub set_parameters(port: &NetworkPort, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(parameters(port, 0)?, BANDWIDTH)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virNetworkPortSetParameters(port, params, count, flags)))
    }

    /// `$port->delete($flags = 0)`
    sub delete(port: &NetworkPort, flags: u32 = 0) -> () {
        vir!(virNetworkPortDelete(port, flags))
    }

    /// `$port->get_network()`: a new handle of its network.
    sub get_network(port: &NetworkPort) -> New<Network> {
        New::borrowed(raw!(virNetworkPortGetNetwork(port)))
    }
}
