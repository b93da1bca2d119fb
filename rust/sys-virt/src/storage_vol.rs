//! `Sys::Virt::StorageVol`

use std::ffi::CStr;

use libvirt::handle::{Connect, New, StoragePool, StorageVol, Stream};
use libvirt::record::{Record, record};
use libvirt::stream::opened;
use libvirt::sys::virStorageVolInfo;
use libvirt::text::{Borrowed, Text};
use libvirt::{raw, vir};

xsub::xsubs! {
    package "Sys::Virt::StorageVol";

    /// Makes a volume.
    sub _create_xml(pool: &StoragePool, xml: &CStr, flags: u32 = 0)
        method "Sys::Virt::StoragePool::create_volume"
        -> New<StorageVol> {
        vir!(virStorageVolCreateXML(pool, xml, flags))
    }

    /// Makes a volume with the contents of another.
    sub _create_xml_from(
        pool: &StoragePool,
        xml: &CStr,
        clone: &StorageVol,
        flags: u32 = 0,
    ) -> New<StorageVol> {
        vir!(virStorageVolCreateXMLFrom(pool, xml, clone, flags))
    }

    /// Finds a volume of a pool.
    sub _lookup_by_name(pool: &StoragePool, name: &CStr)
        method "Sys::Virt::StoragePool::get_volume_by_name"
        -> New<StorageVol> {
        vir!(virStorageVolLookupByName(pool, name))
    }

    /// Finds a volume by its key.
    sub _lookup_by_key(con: &Connect, key: &CStr)
        method "Sys::Virt::get_storage_volume_by_key"
        -> New<StorageVol> {
        vir!(virStorageVolLookupByKey(con, key))
    }

    /// Finds a volume by its path.
    sub _lookup_by_path(con: &Connect, path: &CStr)
        method "Sys::Virt::get_storage_volume_by_path"
        -> New<StorageVol> {
        vir!(virStorageVolLookupByPath(con, path))
    }

    /// `$vol->get_name()`
    sub get_name(vol: &StorageVol) -> Borrowed {
        vir!(virStorageVolGetName(vol))
    }

    /// `$vol->get_key()`
    sub get_key(vol: &StorageVol) -> Borrowed {
        vir!(virStorageVolGetKey(vol))
    }

    /// `$vol->get_path()`
    sub get_path(vol: &StorageVol) -> Text {
        vir!(virStorageVolGetPath(vol))
    }

    /// `$vol->get_xml_description($flags = 0)`
    sub get_xml_description(vol: &StorageVol, flags: u32 = 0) -> Text {
        vir!(virStorageVolGetXMLDesc(vol, flags))
    }

    /// `$vol->get_info($flags = 0)`: a hash of type, capacity and allocation; bytes.
    sub get_info(vol: &StorageVol, flags: u32 = 0) -> Record<virStorageVolInfo> {
        record(|info| {
            vir!(if flags {
                virStorageVolGetInfoFlags(vol, info, flags)
            } else {
                virStorageVolGetInfo(vol, info)
            })
        })
    }

    /// `$vol->resize($capacity, $flags = 0)`: bytes.
    sub resize(vol: &StorageVol, capacity: u64, flags: u32 = 0) -> () {
        vir!(virStorageVolResize(vol, capacity, flags))
    }

    /// `$vol->upload($st, $offset, $length, $flags = 0)`: bytes; length 0 for all that comes.
    sub upload(vol: &StorageVol, st: &Stream, offsetsv: u64, lengthsv: u64, flags: u32 = 0) -> () {
        opened(st, vir!(virStorageVolUpload(vol, st, offsetsv, lengthsv, flags)))
    }

    /// `$vol->download($st, $offset, $length, $flags = 0)`: bytes; length 0 for all that is there.
    sub download(vol: &StorageVol, st: &Stream, offsetsv: u64, lengthsv: u64, flags: u32 = 0) -> () {
        opened(st, vir!(virStorageVolDownload(vol, st, offsetsv, lengthsv, flags)))
    }

    /// `$vol->wipe($flags = 0)`
    sub wipe(vol: &StorageVol, flags: u32 = 0) -> () {
        vir!(virStorageVolWipe(vol, flags))
    }

    /// `$vol->wipe_pattern($algorithm, $flags = 0)`
    sub wipe_pattern(vol: &StorageVol, algorithm: u32, flags: u32 = 0) -> () {
        vir!(virStorageVolWipePattern(vol, algorithm, flags))
    }

    /// `$vol->delete($flags = 0)`
    sub delete(vol: &StorageVol, flags: u32 = 0) -> () {
        vir!(virStorageVolDelete(vol, flags))
    }

    /// `$vol->get_connection()`: a new handle of the connection.
    sub get_connection(vol: &StorageVol) -> New<Connect> {
        New::borrowed(raw!(virStorageVolGetConnect(vol)))
    }
}
