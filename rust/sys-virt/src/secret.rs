//! `Sys::Virt::Secret`

use std::ffi::CStr;

use libvirt::handle::{Connect, New, Secret};
use libvirt::text::{Borrowed, SecretValue, Text, secret_value, uuid, uuid_string};
use libvirt::{raw, vir};
use xsub::value::{self, Uuid};

xsub::xsubs! {
    package "Sys::Virt::Secret";

    /// Defines a secret.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_secret"
        -> New<Secret> {
        vir!(virSecretDefineXML(con, xml, flags))
    }

    /// Finds a secret by what it is for.
    sub _lookup_by_usage(con: &Connect, usageType: i32, usageID: &CStr)
        method "Sys::Virt::get_secret_by_usage"
        -> New<Secret> {
        vir!(virSecretLookupByUsage(con, usageType, usageID))
    }

    /// Finds a secret by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(con: &Connect, uuid: Uuid)
        method "Sys::Virt::get_secret_by_uuid"
        -> New<Secret> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virSecretLookupByUUID(con, bytes)),
            Uuid::Text(text) => vir!(virSecretLookupByUUIDString(con, text)),
        }
    }

    /// Finds a secret by the text of its UUID.
    sub _lookup_by_uuid_string(con: &Connect, uuid: &CStr) -> New<Secret> {
        vir!(virSecretLookupByUUIDString(con, uuid))
    }

    /// `$secret->get_uuid()`: 16 bytes.
    sub get_uuid(sec: &Secret) -> [u8; 16] {
        uuid(|uuid| vir!(virSecretGetUUID(sec, uuid)))
    }

    /// `$secret->get_uuid_string()`
    sub get_uuid_string(sec: &Secret) -> [u8; 36] {
        uuid_string(|text| vir!(virSecretGetUUIDString(sec, text)))
    }

    /// `$secret->get_usage_type()`: one of the USAGE_TYPE constants.
    sub get_usage_type(sec: &Secret) -> i32 {
        vir!(virSecretGetUsageType(sec))
    }

    /// `$secret->get_usage_id()`
    sub get_usage_id(sec: &Secret) -> Borrowed {
        vir!(virSecretGetUsageID(sec))
    }

    /// `$secret->get_xml_description($flags = 0)`
    sub get_xml_description(sec: &Secret, flags: u32 = 0) -> Text {
        vir!(virSecretGetXMLDesc(sec, flags))
    }

    /// `$secret->get_value($flags = 0)`: bytes.
    sub get_value(sec: &Secret, flags: u32 = 0) -> SecretValue {
        secret_value(|size| vir!(virSecretGetValue(sec, size, flags)))
    }

    /// `$secret->set_value($value, $flags = 0)`: bytes.
    sub set_value(sec: &Secret, value: value::Secret<&[u8]>, flags: u32 = 0) -> () {
        vir!(virSecretSetValue(sec, value.0, value.0.len(), flags))
    }

    /// `$secret->undefine()`
    sub undefine(sec: &Secret) -> () {
        vir!(virSecretUndefine(sec))
    }

    /// `$secret->get_connection()`: a new handle of the connection.
    sub get_connection(sec: &Secret) -> New<Connect> {
        New::borrowed(raw!(virSecretGetConnect(sec)))
    }
}
