//! A domain's jobs: migration, backup, and how far they are.

use std::ffi::{CStr, c_int, c_ulong};

use libvirt::handle::{Connect, Domain, New};
use libvirt::params::{Field, Schema, Settings, TypedParams, allocated};
use libvirt::record::{Record, record};
use libvirt::sys::virDomainJobInfo;
use libvirt::text::{Text, number};
use libvirt::{check, fields, vir};
use xsub::Params;
use xsub::tape::Reference;

const MIGRATE: &[Field] = fields! {
    STRING VIR_MIGRATE_PARAM_URI;
    STRING VIR_MIGRATE_PARAM_DEST_NAME;
    STRING VIR_MIGRATE_PARAM_DEST_XML;
    STRING VIR_MIGRATE_PARAM_PERSIST_XML;
    ULLONG VIR_MIGRATE_PARAM_BANDWIDTH;
    ULLONG VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY;
    ULLONG VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER;
    STRING VIR_MIGRATE_PARAM_GRAPHICS_URI;
    STRING VIR_MIGRATE_PARAM_LISTEN_ADDRESS;
    STRINGS VIR_MIGRATE_PARAM_MIGRATE_DISKS;
    STRINGS VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES;
    STRINGS VIR_MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO;
    INT VIR_MIGRATE_PARAM_DISKS_PORT;
    STRING VIR_MIGRATE_PARAM_DISKS_URI;
    STRINGS VIR_MIGRATE_PARAM_COMPRESSION;
    INT VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL;
    INT VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS;
    INT VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS;
    ULLONG VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE;
    INT VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL;
    INT VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL;
    INT VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL;
    INT VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT;
    INT VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS;
    STRING VIR_MIGRATE_PARAM_TLS_DESTINATION;
};

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// Migrates to a connection; gives the domain there.
    sub _migrate(dom: &Domain, destcon: &Connect, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(MIGRATE)) }
        -> New<Domain> {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainMigrate3(dom, destcon, params, count as u32, flags)))
    }

    /// Migrates to a URI.
    sub _migrate_to_uri(dom: &Domain, desturi: Option<&CStr>, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(MIGRATE)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!(virDomainMigrateToURI3(dom, desturi, params, count as u32, flags))
        })
    }

    /// `$dom->migrate_get_compression_cache($flags = 0)`: bytes.
    sub migrate_get_compression_cache(dom: &Domain, flags: u32 = 0) -> u64 {
        number(|size| vir!(virDomainMigrateGetCompressionCache(dom, size, flags)))
    }

    /// `$dom->migrate_set_compression_cache($bytes, $flags = 0)`
    sub migrate_set_compression_cache(dom: &Domain, cacheSizeSv: u64, flags: u32 = 0) -> () {
        vir!(virDomainMigrateSetCompressionCache(dom, cacheSizeSv, flags))
    }

    /// `$dom->migrate_get_max_downtime($flags = 0)`: ms.
    sub migrate_get_max_downtime(dom: &Domain, flags: u32 = 0) -> u64 {
        number(|downtime| vir!(virDomainMigrateGetMaxDowntime(dom, downtime, flags)))
    }

    /// `$dom->migrate_set_max_downtime($ms, $flags = 0)`
    sub migrate_set_max_downtime(dom: &Domain, downtime: u64, flags: u32 = 0) -> () {
        vir!(virDomainMigrateSetMaxDowntime(dom, downtime, flags))
    }

    /// `$dom->migrate_get_max_speed($flags = 0)`: MiB/s.
    sub migrate_get_max_speed(dom: &Domain, flags: u32 = 0) -> c_ulong {
        number(|speed| vir!(virDomainMigrateGetMaxSpeed(dom, speed, flags)))
    }

    /// `$dom->migrate_set_max_speed($bandwidth, $flags = 0)`: MiB/s.
    sub migrate_set_max_speed(dom: &Domain, bandwidth: c_ulong, flags: u32 = 0) -> () {
        vir!(virDomainMigrateSetMaxSpeed(dom, bandwidth, flags))
    }

    /// `$dom->migrate_start_post_copy($flags = 0)`
    sub migrate_start_post_copy(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainMigrateStartPostCopy(dom, flags))
    }

    /// `$dom->backup_begin($backupxml, $checkpointxml, $flags = 0)`
    sub backup_begin(
        dom: &Domain,
        backupxmlsv: Option<&CStr>,
        checkpointxmlsv: Option<&CStr>,
        flags: u32 = 0,
    ) -> () {
        vir!(virDomainBackupBegin(dom, backupxmlsv, checkpointxmlsv, flags))
    }

    /// `$dom->backup_get_xml_description($flags = 0)`
    sub backup_get_xml_description(dom: &Domain, flags: u32 = 0) -> Text {
        vir!(virDomainBackupGetXMLDesc(dom, flags))
    }

    /// `$dom->get_job_info()`: a hash; ms, bytes.
    sub get_job_info(dom: &Domain) -> Record<virDomainJobInfo> {
        record(|info| vir!(virDomainGetJobInfo(dom, info)))
    }

    /// `$dom->get_job_stats($flags = 0)`: a reference to the type, and a hash.
    sub get_job_stats(dom: &Domain, flags: u32 = 0) -> (Reference<c_int>, TypedParams) {
        let mut kind = 0;
        let stats = allocated(|params, count| {
            check!(virDomainGetJobStats(dom, &mut kind, params, count, flags))
        })?;
        Ok((Reference(kind), stats))
    }

    /// `$dom->abort_job($flags = 0)`
    sub abort_job(dom: &Domain, flags: u32 = 0) -> () {
        if flags == 0 {
            return vir!(virDomainAbortJob(dom));
        }
        vir!("8.5.0": virDomainAbortJobFlags(dom, flags))
    }

    /// `$dom->start_dirty_rate_calc($secs, $flags = 0)`
    sub start_dirty_rate_calc(dom: &Domain, secs: i32, flags: u32 = 0)
        usage "dom, secs, flags = 0"
        -> () {
        vir!("7.2.0": virDomainStartDirtyRateCalc(dom, secs, flags))
    }
}
