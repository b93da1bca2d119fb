//! `Sys::Virt::NWFilterBinding`

use std::ffi::CStr;

use libvirt::handle::{Connect, NWFilterBinding, New};
use libvirt::text::{Borrowed, Text};
use libvirt::vir;

xsub::xsubs! {
    package "Sys::Virt::NWFilterBinding";

    /// Binds a filter to a port.
    sub _create_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_nwfilter_binding"
        -> New<NWFilterBinding> {
        vir!(virNWFilterBindingCreateXML(con, xml, flags))
    }

    /// Finds the binding of a port.
    sub _lookup_by_port_dev(con: &Connect, name: &CStr)
        method "Sys::Virt::get_nwfilter_binding_by_port_dev"
        -> New<NWFilterBinding> {
        vir!(virNWFilterBindingLookupByPortDev(con, name))
    }

    /// `$binding->get_port_dev()`
    sub get_port_dev(binding: &NWFilterBinding) -> Borrowed {
        vir!(virNWFilterBindingGetPortDev(binding))
    }

    /// `$binding->get_filter_name()`
    sub get_filter_name(binding: &NWFilterBinding) -> Borrowed {
        vir!(virNWFilterBindingGetFilterName(binding))
    }

    /// `$binding->get_xml_description($flags = 0)`
    sub get_xml_description(binding: &NWFilterBinding, flags: u32 = 0) -> Text {
        vir!(virNWFilterBindingGetXMLDesc(binding, flags))
    }

    /// `$binding->delete()`
    sub delete(binding: &NWFilterBinding) -> () {
        vir!(virNWFilterBindingDelete(binding))
    }
}
