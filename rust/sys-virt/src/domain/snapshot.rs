//! A domain's snapshots and checkpoints, as it lists them.

use libvirt::handle::{Domain, DomainCheckpoint, DomainSnapshot, New};
use libvirt::list::{Objects, Texts, list, names};
use libvirt::vir;

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->has_current_snapshot($flags = 0)`
    sub has_current_snapshot(dom: &Domain, flags: u32 = 0) -> i32 {
        vir!(virDomainHasCurrentSnapshot(dom, flags))
    }

    /// `$dom->current_snapshot($flags = 0)`
    sub current_snapshot(dom: &Domain, flags: u32 = 0) -> New<DomainSnapshot> {
        vir!(virDomainSnapshotCurrent(dom, flags))
    }

    /// `$dom->num_of_snapshots($flags = 0)`
    sub num_of_snapshots(dom: &Domain, flags: u32 = 0) -> i32 {
        vir!(virDomainSnapshotNum(dom, flags))
    }

    /// `$dom->list_snapshot_names($maxnames, $flags = 0)`
    sub list_snapshot_names(dom: &Domain, maxnames: i32, flags: u32 = 0) -> Texts {
        names(maxnames, |names, max| vir!(virDomainSnapshotListNames(dom, names, max, flags)))
    }

    /// `$dom->list_all_snapshots($flags = 0)`
    sub list_all_snapshots(dom: &Domain, flags: u32 = 0) -> Objects<DomainSnapshot> {
        list(|snapshots| vir!(virDomainListAllSnapshots(dom, snapshots, flags)))
    }

    /// `$dom->list_all_checkpoints($flags = 0)`
    sub list_all_checkpoints(dom: &Domain, flags: u32 = 0) -> Objects<DomainCheckpoint> {
        list(|checkpoints| vir!(virDomainListAllCheckpoints(dom, checkpoints, flags)))
    }
}
