//! `Sys::Virt::StoragePool`

use std::ffi::{CStr, c_int};

use libvirt::handle::{Connect, New, StoragePool, StorageVol};
use libvirt::list::{Objects, Texts, list, names};
use libvirt::record::{Record, record};
use libvirt::sys::virStoragePoolInfo;
use libvirt::text::{Borrowed, Text, number, uuid, uuid_string};
use libvirt::{raw, vir};
use xsub::value::Uuid;

xsub::xsubs! {
    package "Sys::Virt::StoragePool";

    /// Starts a transient pool.
    sub _create_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::create_storage_pool"
        -> New<StoragePool> {
        vir!(virStoragePoolCreateXML(con, xml, flags))
    }

    /// Defines a persistent pool.
    sub _define_xml(con: &Connect, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::define_storage_pool"
        -> New<StoragePool> {
        vir!(virStoragePoolDefineXML(con, xml, flags))
    }

    /// Finds a pool.
    sub _lookup_by_name(con: &Connect, name: &CStr)
        method "Sys::Virt::get_storage_pool_by_name"
        -> New<StoragePool> {
        vir!(virStoragePoolLookupByName(con, name))
    }

    /// Finds a pool by the 16 bytes of its UUID, or their text.
    sub _lookup_by_uuid(con: &Connect, uuid: Uuid)
        method "Sys::Virt::get_storage_pool_by_uuid"
        -> New<StoragePool> {
        match uuid {
            Uuid::Bytes(bytes) => vir!(virStoragePoolLookupByUUID(con, bytes)),
            Uuid::Text(text) => vir!(virStoragePoolLookupByUUIDString(con, text)),
        }
    }

    /// Finds a pool by the text of its UUID.
    sub _lookup_by_uuid_string(con: &Connect, uuid: &CStr) -> New<StoragePool> {
        vir!(virStoragePoolLookupByUUIDString(con, uuid))
    }

    /// Finds the pool of a volume.
    sub _lookup_by_volume(vol: &StorageVol) -> New<StoragePool> {
        vir!(virStoragePoolLookupByVolume(vol))
    }

    /// Finds a pool by where it is in the file system.
    sub _lookup_by_target_path(con: &Connect, path: &CStr)
        method "Sys::Virt::get_storage_pool_by_target_path"
        -> New<StoragePool> {
        vir!(virStoragePoolLookupByTargetPath(con, path))
    }

    /// `$pool->get_name()`
    sub get_name(pool: &StoragePool) -> Borrowed {
        vir!(virStoragePoolGetName(pool))
    }

    /// `$pool->get_uuid()`: 16 bytes.
    sub get_uuid(pool: &StoragePool) -> [u8; 16] {
        uuid(|uuid| vir!(virStoragePoolGetUUID(pool, uuid)))
    }

    /// `$pool->get_uuid_string()`
    sub get_uuid_string(pool: &StoragePool) -> [u8; 36] {
        uuid_string(|text| vir!(virStoragePoolGetUUIDString(pool, text)))
    }

    /// `$pool->get_xml_description($flags = 0)`
    sub get_xml_description(pool: &StoragePool, flags: u32 = 0) -> Text {
        vir!(virStoragePoolGetXMLDesc(pool, flags))
    }

    /// `$pool->get_info()`: a hash of state, capacity, allocation and available; bytes.
    sub get_info(pool: &StoragePool) -> Record<virStoragePoolInfo> {
        record(|info| vir!(virStoragePoolGetInfo(pool, info)))
    }

    /// `$pool->is_active()`
    sub is_active(pool: &StoragePool) -> i32 {
        vir!(virStoragePoolIsActive(pool))
    }

    /// `$pool->is_persistent()`
    sub is_persistent(pool: &StoragePool) -> i32 {
        vir!(virStoragePoolIsPersistent(pool))
    }

    /// `$pool->get_autostart()`
    sub get_autostart(pool: &StoragePool) -> c_int {
        number(|autostart| vir!(virStoragePoolGetAutostart(pool, autostart)))
    }

    /// `$pool->set_autostart($autostart)`
    sub set_autostart(pool: &StoragePool, autostart: i32) -> () {
        vir!(virStoragePoolSetAutostart(pool, autostart))
    }

    /// `$pool->create($flags = 0)`: starts it.
    sub create(pool: &StoragePool, flags: u32 = 0) -> () {
        vir!(virStoragePoolCreate(pool, flags))
    }

    /// `$pool->destroy()`: stops it; the object stays.
    sub destroy(pool_rv: &StoragePool) -> () {
        vir!(virStoragePoolDestroy(pool_rv))
    }

    /// `$pool->undefine()`
    sub undefine(pool: &StoragePool) -> () {
        vir!(virStoragePoolUndefine(pool))
    }

    /// `$pool->build($flags = 0)`
    sub build(pool: &StoragePool, flags: u32 = 0) -> () {
        vir!(virStoragePoolBuild(pool, flags))
    }

    /// `$pool->delete($flags = 0)`
    sub delete(pool: &StoragePool, flags: u32 = 0) -> () {
        vir!(virStoragePoolDelete(pool, flags))
    }

    /// `$pool->refresh($flags = 0)`
    sub refresh(pool: &StoragePool, flags: u32 = 0) -> () {
        vir!(virStoragePoolRefresh(pool, flags))
    }

    /// `$pool->num_of_storage_volumes()`
    sub num_of_storage_volumes(pool: &StoragePool) -> i32 {
        vir!(virStoragePoolNumOfVolumes(pool))
    }

    /// `$pool->list_storage_vol_names($maxnames)`
    sub list_storage_vol_names(pool: &StoragePool, maxnames: i32) -> Texts {
        names(maxnames, |names, max| vir!(virStoragePoolListVolumes(pool, names, max)))
    }

    /// `$pool->list_all_volumes($flags = 0)`
    sub list_all_volumes(pool: &StoragePool, flags: u32 = 0) -> Objects<StorageVol> {
        list(|volumes| vir!(virStoragePoolListAllVolumes(pool, volumes, flags)))
    }

    /// `$pool->get_connection()`: a new handle of the connection.
    sub get_connection(pool: &StoragePool) -> New<Connect> {
        New::borrowed(raw!(virStoragePoolGetConnect(pool)))
    }
}
