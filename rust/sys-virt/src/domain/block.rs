//! A domain's block devices: their statistics, their jobs.

use std::ffi::{CStr, c_ulong};

use libvirt::disk_errors::{DiskErrors, disk_errors};
use libvirt::handle::Domain;
use libvirt::params::{Field, ROOM, Renamed, Schema, Settings, filled};
use libvirt::record::{Record, record};
use libvirt::sys::{self, virDomainBlockInfo, virDomainBlockJobInfo, virDomainBlockStatsStruct};
use libvirt::text::buffer;
use libvirt::{Exception, check, fields, vir};
use xsub::Params;
use xsub::tape::Either;

use super::tuning::BLOCK_IOTUNE;

const COPY: &[Field] = fields! {
    ULLONG VIR_DOMAIN_BLOCK_COPY_BANDWIDTH;
    UINT VIR_DOMAIN_BLOCK_COPY_GRANULARITY;
    ULLONG VIR_DOMAIN_BLOCK_COPY_BUF_SIZE;
};

/// The keys that the first versions of the statistics had.
const STATS_KEYS: &[(&CStr, &CStr)] = &[
    (sys::VIR_DOMAIN_BLOCK_STATS_READ_REQ, c"rd_req"),
    (sys::VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, c"wr_req"),
    (sys::VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ, c"flush_reqs"),
];

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->block_stats($path, $flags = 0)`: a hash; bytes, requests, times in ns.
    sub block_stats(
        dom: &Domain,
        path: &CStr,
        flags: u32 = 0,
    ) -> Either<Renamed, Record<virDomainBlockStatsStruct>> {
        let stats = filled(ROOM, |params, count| {
            check!(virDomainBlockStatsFlags(dom, path, params, count, flags))
        });
        match stats {
            Err(Exception::Throw { code, .. })
                if code == sys::VIR_ERR_NO_SUPPORT as i32 && flags == 0 =>
            {
                let size = size_of::<virDomainBlockStatsStruct>();
                record(|stats| vir!(virDomainBlockStats(dom, path, stats, size))).map(Either::B)
            }
            stats => Ok(Either::A(stats?.renamed(STATS_KEYS))),
        }
    }

    /// `$dom->get_block_info($dev, $flags = 0)`: a hash; bytes.
    sub get_block_info(dom: &Domain, dev: &CStr, flags: u32 = 0) -> Record<virDomainBlockInfo> {
        record(|info| vir!(virDomainGetBlockInfo(dom, dev, info, flags)))
    }

    /// `$dom->get_disk_errors($flags = 0)`: a list of hashes of path and error.
    sub get_disk_errors(dom: &Domain, flags: u32 = 0) -> DiskErrors {
        disk_errors(|errors, max| vir!(virDomainGetDiskErrors(dom, errors, max, flags)))
    }

    /// `$dom->block_peek($path, $offset, $size, $flags = 0)`: bytes.
    sub block_peek(dom: &Domain, path: &CStr, offset: u64, size: u64, flags: u32 = 0) -> Vec<u8> {
        let mut bytes = buffer("size", size)?;
        let (to, length) = (bytes.as_mut_ptr().cast(), bytes.len());
        check!(virDomainBlockPeek(dom, path, offset, length, to, flags))?;
        Ok(bytes)
    }

    /// `$dom->block_resize($disk, $size, $flags = 0)`: KiB, or bytes with the flag BLOCK_RESIZE_BYTES.
    sub block_resize(dom: &Domain, disk: &CStr, size: u64, flags: u32 = 0) -> () {
        vir!(virDomainBlockResize(dom, disk, size, flags))
    }

    /// `$dom->set_block_threshold($dev, $threshold, $flags = 0)`: bytes.
    sub set_block_threshold(dom: &Domain, dev: &CStr, thresholdsv: u64, flags: u32 = 0) -> () {
        vir!(virDomainSetBlockThreshold(dom, dev, thresholdsv, flags))
    }

    /// `$dom->block_pull($path, $bandwidth, $flags = 0)`: MiB/s, or bytes/s by a flag.
    sub block_pull(dom: &Domain, path: &CStr, bandwidth: c_ulong, flags: u32 = 0) -> () {
        vir!(virDomainBlockPull(dom, path, bandwidth, flags))
    }

    /// `$dom->block_rebase($path, $base, $bandwidth, $flags = 0)`: an undefined base is none.
    sub block_rebase(
        dom: &Domain,
        path: &CStr,
        base: Option<&CStr>,
        bandwidth: c_ulong,
        flags: u32 = 0,
    ) -> () {
        vir!(virDomainBlockRebase(dom, path, base, bandwidth, flags))
    }

    /// `$dom->block_commit($path, $base, $top, $bandwidth, $flags = 0)`: an undefined base or top
    /// is the end of the chain.
    sub block_commit(
        dom: &Domain,
        path: &CStr,
        base: Option<&CStr>,
        top: Option<&CStr>,
        bandwidth: c_ulong,
        flags: u32 = 0,
    ) -> () {
        vir!(virDomainBlockCommit(dom, path, base, top, bandwidth, flags))
    }

    /// `$dom->block_copy($path, $destxml, \%params, $flags = 0)`: bandwidth in bytes/s, sizes in bytes.
    sub block_copy(dom: &Domain, path: &CStr, destxml: &CStr, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(COPY)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!(virDomainBlockCopy(dom, path, destxml, params, count, flags))
        })
    }

    /// `$dom->get_block_job_info($path, $flags = 0)`: a hash; all zeros without a job.
    sub get_block_job_info(dom: &Domain, path: &CStr, flags: u32 = 0) -> Record<virDomainBlockJobInfo> {
        record(|info| vir!(virDomainGetBlockJobInfo(dom, path, info, flags)))
    }

    /// `$dom->set_block_job_speed($path, $bandwidth, $flags = 0)`: MiB/s, or bytes/s by a flag.
    sub set_block_job_speed(dom: &Domain, path: &CStr, bandwidth: c_ulong, flags: u32 = 0) -> () {
        vir!(virDomainBlockJobSetSpeed(dom, path, bandwidth, flags))
    }

    /// `$dom->abort_block_job($path, $flags = 0)`
    sub abort_block_job(dom: &Domain, path: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainBlockJobAbort(dom, path, flags))
    }

    /// `$dom->set_throttle_group($group, \%params, $flags = 0)`
    sub set_throttle_group(dom: &Domain, group: &CStr, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(BLOCK_IOTUNE)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!("11.2.0": virDomainSetThrottleGroup(dom, group, params, count, flags))
        })
    }

    /// `$dom->del_throttle_group($group, $flags = 0)`
    sub del_throttle_group(dom: &Domain, group: &CStr, flags: u32 = 0) -> () {
        vir!("11.2.0": virDomainDelThrottleGroup(dom, group, flags))
    }
}
