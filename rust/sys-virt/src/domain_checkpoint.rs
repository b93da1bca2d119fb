//! `Sys::Virt::DomainCheckpoint`

use std::ffi::CStr;

use libvirt::handle::{Connect, Domain, DomainCheckpoint, New};
use libvirt::list::{Objects, list};
use libvirt::text::{Borrowed, Text};
use libvirt::{raw, vir};

xsub::xsubs! {
    package "Sys::Virt::DomainCheckpoint";

    /// Makes a checkpoint.
    sub _create_xml(dom: &Domain, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::Domain::create_checkpoint"
        -> New<DomainCheckpoint> {
        vir!(virDomainCheckpointCreateXML(dom, xml, flags))
    }

    /// Finds a checkpoint.
    sub _lookup_by_name(dom: &Domain, name: &CStr, flags: u32 = 0) -> New<DomainCheckpoint> {
        vir!(virDomainCheckpointLookupByName(dom, name, flags))
    }

    /// `$checkpoint->get_name()`
    sub get_name(domcp: &DomainCheckpoint) -> Borrowed {
        vir!(virDomainCheckpointGetName(domcp))
    }

    /// `$checkpoint->get_xml_description($flags = 0)`
    sub get_xml_description(domcp: &DomainCheckpoint, flags: u32 = 0) -> Text {
        vir!(virDomainCheckpointGetXMLDesc(domcp, flags))
    }

    /// `$checkpoint->get_parent($flags = 0)`
    sub get_parent(domcp: &DomainCheckpoint, flags: u32 = 0) -> New<DomainCheckpoint> {
        vir!(virDomainCheckpointGetParent(domcp, flags))
    }

    /// `$checkpoint->list_all_children($flags = 0)`
    sub list_all_children(domcp: &DomainCheckpoint, flags: u32 = 0) -> Objects<DomainCheckpoint> {
        list(|children| vir!(virDomainCheckpointListAllChildren(domcp, children, flags)))
    }

    /// `$checkpoint->delete($flags = 0)`
    sub delete(domcp: &DomainCheckpoint, flags: u32 = 0) -> () {
        vir!(virDomainCheckpointDelete(domcp, flags))
    }

    /// `$checkpoint->get_domain()`: a new handle of the domain.
    sub get_domain(domcp: &DomainCheckpoint) -> New<Domain> {
        New::borrowed(raw!(virDomainCheckpointGetDomain(domcp)))
    }

    /// `$checkpoint->get_connection()`: a new handle of the connection.
    sub get_connection(domcp: &DomainCheckpoint) -> New<Connect> {
        New::borrowed(raw!(virDomainCheckpointGetConnect(domcp)))
    }
}
