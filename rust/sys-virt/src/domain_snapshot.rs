//! `Sys::Virt::DomainSnapshot`

use std::ffi::CStr;

use libvirt::handle::{Connect, Domain, DomainSnapshot, New};
use libvirt::list::{Objects, Texts, list, names};
use libvirt::text::{Borrowed, Text};
use libvirt::{raw, vir};

xsub::xsubs! {
    package "Sys::Virt::DomainSnapshot";

    /// Takes a snapshot.
    sub _create_xml(dom: &Domain, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::Domain::create_snapshot"
        -> New<DomainSnapshot> {
        vir!(virDomainSnapshotCreateXML(dom, xml, flags))
    }

    /// Finds a snapshot.
    sub _lookup_by_name(dom: &Domain, name: &CStr, flags: u32 = 0) -> New<DomainSnapshot> {
        vir!(virDomainSnapshotLookupByName(dom, name, flags))
    }

    /// `$snapshot->get_name()`
    sub get_name(domss: &DomainSnapshot) -> Borrowed {
        vir!(virDomainSnapshotGetName(domss))
    }

    /// `$snapshot->get_xml_description($flags = 0)`
    sub get_xml_description(domss: &DomainSnapshot, flags: u32 = 0) -> Text {
        vir!(virDomainSnapshotGetXMLDesc(domss, flags))
    }

    /// `$snapshot->is_current($flags = 0)`
    sub is_current(domss: &DomainSnapshot, flags: u32 = 0) -> i32 {
        vir!(virDomainSnapshotIsCurrent(domss, flags))
    }

    /// `$snapshot->has_metadata($flags = 0)`
    sub has_metadata(domss: &DomainSnapshot, flags: u32 = 0) -> i32 {
        vir!(virDomainSnapshotHasMetadata(domss, flags))
    }

    /// `$snapshot->get_parent($flags = 0)`
    sub get_parent(domss: &DomainSnapshot, flags: u32 = 0) -> New<DomainSnapshot> {
        vir!(virDomainSnapshotGetParent(domss, flags))
    }

    /// `$snapshot->num_of_child_snapshots($flags = 0)`
    sub num_of_child_snapshots(domss: &DomainSnapshot, flags: u32 = 0) -> i32 {
        vir!(virDomainSnapshotNumChildren(domss, flags))
    }

    /// `$snapshot->list_child_snapshot_names($maxnames, $flags = 0)`
    sub list_child_snapshot_names(domss: &DomainSnapshot, maxnames: i32, flags: u32 = 0) -> Texts {
        names(maxnames, |names, max| {
            vir!(virDomainSnapshotListChildrenNames(domss, names, max, flags))
        })
    }

    /// `$snapshot->list_all_children($flags = 0)`
    sub list_all_children(domss: &DomainSnapshot, flags: u32 = 0) -> Objects<DomainSnapshot> {
        list(|children| vir!(virDomainSnapshotListAllChildren(domss, children, flags)))
    }

    /// `$snapshot->revert_to($flags = 0)`
    sub revert_to(domss: &DomainSnapshot, flags: u32 = 0) -> () {
        vir!(virDomainRevertToSnapshot(domss, flags))
    }

    /// `$snapshot->delete($flags = 0)`
    sub delete(domss: &DomainSnapshot, flags: u32 = 0) -> () {
        vir!(virDomainSnapshotDelete(domss, flags))
    }

    /// `$snapshot->get_domain()`: a new handle of the domain.
    sub get_domain(domss: &DomainSnapshot) -> New<Domain> {
        New::borrowed(raw!(virDomainSnapshotGetDomain(domss)))
    }

    /// `$snapshot->get_connection()`: a new handle of the connection.
    sub get_connection(domss: &DomainSnapshot) -> New<Connect> {
        New::borrowed(raw!(virDomainSnapshotGetConnect(domss)))
    }
}
