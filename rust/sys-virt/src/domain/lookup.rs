//! Making and finding domains; what identifies one.

use std::ffi::CStr;

use libvirt::handle::{Connect, Domain, New};
use libvirt::list::array;
use libvirt::list::length;
use libvirt::text::{Borrowed, Text, uuid, uuid_string};
use libvirt::{raw, vir};
use xsub::List;
use xsub::value::Uuid;

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// Starts a transient domain.
    sub _create(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_domain"
        -> New<Domain> {
        vir!(if flags { virDomainCreateXML(con, xml, flags) } else { virDomainCreateLinux(con, xml, 0) })
    }

    /// Starts a transient container that inherits file descriptors.
    sub _create_with_files(con: &Connect, xml: &CStr, fdssv: List<i32>, flags: u32 = 0)
        method "Sys::Virt::create_domain_with_files"
        -> New<Domain> {
        let mut files = array(fdssv, |file| file);
        let count = length(&files);
        vir!(virDomainCreateXMLWithFiles(con, xml, count, files.as_mut_slice(), flags))
    }

    /// Defines a persistent domain.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_domain"
        -> New<Domain> {
        vir!(if flags { virDomainDefineXMLFlags(con, xml, flags) } else { virDomainDefineXML(con, xml) })
    }

    /// Finds a running domain.
    sub _lookup_by_id(con: &Connect, id: i32)
        method "Sys::Virt::get_domain_by_id"
        -> New<Domain> {
        vir!(virDomainLookupByID(con, id))
    }

    /// Finds a domain.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_domain_by_name"
        -> New<Domain> {
        vir!(virDomainLookupByName(con, name))
    }

    /// Finds a domain by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(con: &Connect, uuid: Uuid)
        method "Sys::Virt::get_domain_by_uuid"
        -> New<Domain> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virDomainLookupByUUID(con, bytes)),
            Uuid::Text(text) => vir!(virDomainLookupByUUIDString(con, text)),
        }
    }

    /// Finds a domain by the text of its UUID.
    sub _lookup_by_uuid_string(con: &Connect, uuid: &CStr) -> New<Domain> {
        vir!(virDomainLookupByUUIDString(con, uuid))
    }

    /// `$dom->get_name()`
    sub get_name(dom: &Domain) -> Borrowed {
        vir!(virDomainGetName(dom))
    }

    /// `$dom->get_id()`: -1 where it does not run.
    sub get_id(dom: &Domain) -> i32 {
        Ok(raw!(virDomainGetID(dom)) as i32)
    }

    /// `$dom->get_uuid()`: 16 bytes.
    sub get_uuid(dom: &Domain) -> [u8; 16] {
        uuid(|uuid| vir!(virDomainGetUUID(dom, uuid)))
    }

    /// `$dom->get_uuid_string()`
    sub get_uuid_string(dom: &Domain) -> [u8; 36] {
        uuid_string(|text| vir!(virDomainGetUUIDString(dom, text)))
    }

    /// `$dom->get_os_type()`
    sub get_os_type(dom: &Domain) -> Text {
        vir!(virDomainGetOSType(dom))
    }

    /// `$dom->get_hostname($flags = 0)`: as the guest says.
    sub get_hostname(dom: &Domain, flags: u32 = 0) -> Text {
        vir!(virDomainGetHostname(dom, flags))
    }

    /// `$dom->rename($newname, $flags = 0)`
    sub rename(dom: &Domain, newname: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainRename(dom, newname, flags))
    }

    /// `$dom->get_connection()`: a new handle of the domain's connection.
    sub get_connection(dom: &Domain) -> New<Connect> {
        New::borrowed(raw!(virDomainGetConnect(dom)))
    }
}
