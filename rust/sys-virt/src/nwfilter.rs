//! `Sys::Virt::NWFilter`

use std::ffi::CStr;

use libvirt::handle::{Connect, NWFilter, New};
use libvirt::text::{Borrowed, Text, uuid, uuid_string};
use libvirt::vir;
use xsub::value::Uuid;

xsub::xsubs! {
    package "Sys::Virt::NWFilter";

    /// Defines a filter.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_nwfilter"
        -> New<NWFilter> {
        if flags == 0 {
            return vir!(virNWFilterDefineXML(con, xml));
        }
        vir!("7.7.0": virNWFilterDefineXMLFlags(con, xml, flags))
    }

    /// Finds a filter.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_nwfilter_by_name"
        -> New<NWFilter> {
        vir!(virNWFilterLookupByName(con, name))
    }

    /// Finds a filter by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(con: &Connect, uuid: Uuid)
        method "Sys::Virt::get_nwfilter_by_uuid"
        -> New<NWFilter> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virNWFilterLookupByUUID(con, bytes)),
            Uuid::Text(text) => vir!(virNWFilterLookupByUUIDString(con, text)),
        }
    }

    /// Finds a filter by the text of its UUID.
    sub _lookup_by_uuid_string(con: &Connect, uuid: &CStr) -> New<NWFilter> {
        vir!(virNWFilterLookupByUUIDString(con, uuid))
    }

    /// `$filter->get_name()`
    sub get_name(filter: &NWFilter) -> Borrowed {
        vir!(virNWFilterGetName(filter))
    }

    /// `$filter->get_uuid()`: 16 bytes.
    sub get_uuid(filter: &NWFilter) -> [u8; 16] {
        uuid(|uuid| vir!(virNWFilterGetUUID(filter, uuid)))
    }

    /// `$filter->get_uuid_string()`
    sub get_uuid_string(filter: &NWFilter) -> [u8; 36] {
        uuid_string(|text| vir!(virNWFilterGetUUIDString(filter, text)))
    }

    /// `$filter->get_xml_description($flags = 0)`
    sub get_xml_description(filter: &NWFilter, flags: u32 = 0) -> Text {
        vir!(virNWFilterGetXMLDesc(filter, flags))
    }

    /// `$filter->undefine()`
    sub undefine(filter: &NWFilter) -> () {
        vir!(virNWFilterUndefine(filter))
    }
}
