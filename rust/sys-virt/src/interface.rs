//! `Sys::Virt::Interface`

use std::ffi::CStr;

use libvirt::handle::{Connect, Interface, New};
use libvirt::text::{Borrowed, Text};
use libvirt::{raw, vir};

xsub::xsubs! {
    package "Sys::Virt::Interface";

    /// Defines an interface.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_interface", "Sys::Virt::define_interface"
        usage "con, xml, flags = 0"
        -> New<Interface> {
        vir!(virInterfaceDefineXML(con, xml, flags))
    }

    /// Finds an interface.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_interface_by_name"
        -> New<Interface> {
        vir!(virInterfaceLookupByName(con, name))
    }

    /// Finds an interface by its MAC address.
    sub _lookup_by_mac(con: &Connect, mac: &CStr)
        method "Sys::Virt::get_interface_by_mac"
        -> New<Interface> {
        vir!(virInterfaceLookupByMACString(con, mac))
    }

    /// `$iface->get_name()`
    sub get_name(iface: &Interface) -> Borrowed {
        vir!(virInterfaceGetName(iface))
    }

    /// `$iface->get_mac()`
    sub get_mac(iface: &Interface) -> Borrowed {
        vir!(virInterfaceGetMACString(iface))
    }

    /// `$iface->get_xml_description($flags = 0)`
    sub get_xml_description(iface: &Interface, flags: u32 = 0) -> Text {
        vir!(virInterfaceGetXMLDesc(iface, flags))
    }

    /// `$iface->is_active()`
    sub is_active(iface: &Interface) -> i32 {
        vir!(virInterfaceIsActive(iface))
    }

    /// `$iface->create($flags = 0)`: starts it.
    sub create(iface: &Interface, flags: u32 = 0) -> () {
        vir!(virInterfaceCreate(iface, flags))
    }

    /// `$iface->destroy($flags = 0)`: stops it; the object stays.
    sub destroy(iface_rv: &Interface, flags: u32 = 0) -> () {
        vir!(virInterfaceDestroy(iface_rv, flags))
    }

    /// `$iface->undefine()`
    sub undefine(iface: &Interface) -> () {
        vir!(virInterfaceUndefine(iface))
    }

    /// `$iface->get_connection()`: a new handle of the connection.
    sub get_connection(iface: &Interface) -> New<Connect> {
        New::borrowed(raw!(virInterfaceGetConnect(iface)))
    }
}
