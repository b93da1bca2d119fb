//! `Sys::Virt::NodeDevice`

use std::ffi::{CStr, c_int};

use libvirt::handle::{Connect, New, NodeDevice};
use libvirt::list::{Texts, names};
use libvirt::text::{Borrowed, Optional, Text, number};
use libvirt::vir;

xsub::xsubs! {
    package "Sys::Virt::NodeDevice";

    /// Makes a transient device.
    sub _create_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_node_device"
        -> New<NodeDevice> {
        vir!(virNodeDeviceCreateXML(con, xml, flags))
    }

    /// Defines a persistent device.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_node_device"
        -> New<NodeDevice> {
        vir!("7.3.0": virNodeDeviceDefineXML(con, xml, flags))
    }

    /// Finds a device.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_node_device_by_name"
        -> New<NodeDevice> {
        vir!(virNodeDeviceLookupByName(con, name))
    }

    /// Finds a SCSI host by its World Wide Names.
    sub _lookup_scsihost_by_wwn(
        con: &Connect,
        wwnn: &CStr,
        wwpn: &CStr,
        flags: u32 = 0,
    )
        method "Sys::Virt::get_node_device_scsihost_by_wwn"
        -> New<NodeDevice> {
        vir!(virNodeDeviceLookupSCSIHostByWWN(con, wwnn, wwpn, flags))
    }

    /// `$dev->get_name()`
    sub get_name(dev: &NodeDevice) -> Borrowed {
        vir!(virNodeDeviceGetName(dev))
    }

    /// `$dev->get_parent()`: undef where it has none.
    sub get_parent(dev: &NodeDevice) -> Optional<Borrowed> {
        vir!(virNodeDeviceGetParent(dev))
    }

    /// `$dev->get_xml_description($flags = 0)`
    sub get_xml_description(dev: &NodeDevice, flags: u32 = 0) -> Text {
        vir!(virNodeDeviceGetXMLDesc(dev, flags))
    }

    /// `$dev->list_capabilities()`
    sub list_capabilities(dev: &NodeDevice) -> Texts {
        let count = vir!(virNodeDeviceNumOfCaps(dev))?;
        names(count, |names, max| vir!(virNodeDeviceListCaps(dev, names, max)))
    }

    /// `$dev->dettach($driver, $flags = 0)`: from the host; undef for the default driver.
    sub dettach(dev: &NodeDevice, driversv: Option<&CStr>, flags: u32 = 0) -> () {
        if driversv.is_none() && flags == 0 {
            return vir!(virNodeDeviceDettach(dev));
        }
        vir!(virNodeDeviceDetachFlags(dev, driversv, flags))
    }

    /// `$dev->reattach()`: to the host.
    sub reattach(dev: &NodeDevice) -> () {
        vir!(virNodeDeviceReAttach(dev))
    }

    /// `$dev->reset()`
    sub reset(dev: &NodeDevice) -> () {
        vir!(virNodeDeviceReset(dev))
    }

    /// `$dev->create($flags = 0)`: starts it.
    sub create(dev: &NodeDevice, flags: u32 = 0) -> () {
        vir!("7.3.0": virNodeDeviceCreate(dev, flags))
    }

    /// `$dev->destroy()`: stops it; the object stays.
    sub destroy(dev_rv: &NodeDevice) -> () {
        vir!(virNodeDeviceDestroy(dev_rv))
    }

    /// `$dev->undefine($flags = 0)`
    sub undefine(dev: &NodeDevice, flags: u32 = 0) -> () {
        vir!("7.3.0": virNodeDeviceUndefine(dev, flags))
    }

    /// `$dev->update($xml, $flags = 0)`
    sub update(nodedev: &NodeDevice, xml: &CStr, flags: u32 = 0) -> () {
        vir!("10.1.0": virNodeDeviceUpdate(nodedev, xml, flags))
    }

    /// `$dev->get_autostart()`
    sub get_autostart(nodedev: &NodeDevice) -> c_int {
        number(|autostart| vir!("7.8.0": virNodeDeviceGetAutostart(nodedev, autostart)))
    }

    /// `$dev->set_autostart($autostart)`
    sub set_autostart(nodedev: &NodeDevice, autostart: i32) -> () {
        vir!("7.8.0": virNodeDeviceSetAutostart(nodedev, autostart))
    }

    /// `$dev->is_active()`
    sub is_active(nodedev: &NodeDevice) -> i32 {
        vir!("7.8.0": virNodeDeviceIsActive(nodedev))
    }

    /// `$dev->is_persistent()`
    sub is_persistent(nodedev: &NodeDevice) -> i32 {
        vir!("7.8.0": virNodeDeviceIsPersistent(nodedev))
    }
}
