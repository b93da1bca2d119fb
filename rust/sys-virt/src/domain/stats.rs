//! A domain's statistics and messages.

use std::ffi::{CStr, c_int};

use libvirt::handle::Domain;
use libvirt::list::{Texts, texts};
use libvirt::params::{Field, PerCpu, Schema, Settings, TypedParams, allocated, filled_with};
use libvirt::record::{Record, record, records};
use libvirt::stats::Numbers;
use libvirt::sys::{self, virDomainMemoryStatStruct, virSecurityLabel};
use libvirt::text::buffer;
use libvirt::{Result, check, fields, vir};
use xsub::Params;
use xsub::tape::Values;

const PERF: &[Field] = fields! {
    BOOLEAN VIR_PERF_PARAM_ALIGNMENT_FAULTS;
    BOOLEAN VIR_PERF_PARAM_BRANCH_INSTRUCTIONS;
    BOOLEAN VIR_PERF_PARAM_BRANCH_MISSES;
    BOOLEAN VIR_PERF_PARAM_BUS_CYCLES;
    BOOLEAN VIR_PERF_PARAM_CACHE_MISSES;
    BOOLEAN VIR_PERF_PARAM_CACHE_REFERENCES;
    BOOLEAN VIR_PERF_PARAM_CMT;
    BOOLEAN VIR_PERF_PARAM_CONTEXT_SWITCHES;
    BOOLEAN VIR_PERF_PARAM_CPU_CLOCK;
    BOOLEAN VIR_PERF_PARAM_CPU_CYCLES;
    BOOLEAN VIR_PERF_PARAM_CPU_MIGRATIONS;
    BOOLEAN VIR_PERF_PARAM_EMULATION_FAULTS;
    BOOLEAN VIR_PERF_PARAM_INSTRUCTIONS;
    BOOLEAN VIR_PERF_PARAM_MBML;
    BOOLEAN VIR_PERF_PARAM_MBMT;
    BOOLEAN VIR_PERF_PARAM_PAGE_FAULTS;
    BOOLEAN VIR_PERF_PARAM_PAGE_FAULTS_MAJ;
    BOOLEAN VIR_PERF_PARAM_PAGE_FAULTS_MIN;
    BOOLEAN VIR_PERF_PARAM_REF_CPU_CYCLES;
    BOOLEAN VIR_PERF_PARAM_STALLED_CYCLES_BACKEND;
    BOOLEAN VIR_PERF_PARAM_STALLED_CYCLES_FRONTEND;
    BOOLEAN VIR_PERF_PARAM_TASK_CLOCK;
};

const LAUNCH_SECURITY: &[Field] = fields! {
    STRING VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET;
    STRING VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_HEADER;
    ULLONG VIR_DOMAIN_LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS;
};

/// The keys of the memory statistics, by tag.
const MEMORY_TAGS: &[(u32, &CStr)] = &[
    (sys::VIR_DOMAIN_MEMORY_STAT_SWAP_IN, c"swap_in"),
    (sys::VIR_DOMAIN_MEMORY_STAT_SWAP_OUT, c"swap_out"),
    (sys::VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT, c"major_fault"),
    (sys::VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT, c"minor_fault"),
    (sys::VIR_DOMAIN_MEMORY_STAT_UNUSED, c"unused"),
    (sys::VIR_DOMAIN_MEMORY_STAT_AVAILABLE, c"available"),
    (
        sys::VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON,
        c"actual_balloon",
    ),
    (sys::VIR_DOMAIN_MEMORY_STAT_RSS, c"rss"),
    (sys::VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE, c"last_update"),
    (sys::VIR_DOMAIN_MEMORY_STAT_USABLE, c"usable"),
    (sys::VIR_DOMAIN_MEMORY_STAT_DISK_CACHES, c"disk_caches"),
    (
        sys::VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC,
        c"hugetlb_pgalloc",
    ),
    (
        sys::VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL,
        c"hugetlb_pgfail",
    ),
];

fn perf_events(dom: &Domain, flags: u32) -> Result<TypedParams> {
    allocated(|params, count| check!(virDomainGetPerfEvents(dom, params, count, flags)))
}

/// How many CPUs libvirt answers for in one call over a connection.
const CPUS_AT_ONCE: u32 = 128;

/// The statistics of `ncpus` CPUs, of all of them for 0; those of -1 are the totals.
fn cpu_stats(dom: &Domain, start_cpu: c_int, ncpus: u32, flags: u32) -> Result<PerCpu> {
    let none = std::ptr::null_mut::<sys::virTypedParameter>();
    let mut left = ncpus;
    if ncpus == 0 {
        let cpus: i32 = vir!(virDomainGetCPUStats(dom, none, 0, 0, 0, flags))?;
        left = (cpus - start_cpu.max(0)).max(0) as u32;
    }
    let fields: i32 = vir!(virDomainGetCPUStats(dom, none, 0, start_cpu, 1, flags))?;
    let (mut start, mut chunks) = (start_cpu, Vec::new());
    while left > 0 && fields > 0 {
        let cpus = left.min(CPUS_AT_ONCE);
        let mut each = 0;
        let room = fields.saturating_mul(cpus as c_int);
        let params = filled_with(room, |params, _| {
            each = vir!(virDomainGetCPUStats(
                dom,
                params,
                fields as u32,
                start,
                cpus,
                flags
            ))?;
            Ok(())
        })?;
        chunks.push((params, each.min(fields as usize)));
        start += cpus as c_int;
        left -= cpus;
    }
    Ok(PerCpu { chunks })
}

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->get_cpu_stats($start_cpu, $ncpus, $flags = 0)`: a list of hashes, one for each CPU;
    /// times in ns. (-1, 1) asks for the totals, ncpus 0 for all CPUs.
    sub get_cpu_stats(dom: &Domain, start_cpu: i32, ncpus: u32, flags: u32 = 0) -> PerCpu {
        cpu_stats(dom, start_cpu, ncpus, flags)
    }

    /// `$dom->memory_stats($flags = 0)`: a hash; KiB, counts, seconds.
    sub memory_stats(dom: &Domain, flags: u32 = 0) -> Numbers {
        const ROOM: usize = sys::VIR_DOMAIN_MEMORY_STAT_NR as usize;
        let mut stats = [virDomainMemoryStatStruct { tag: 0, val: 0 }; ROOM];
        let count: usize =
            vir!(virDomainMemoryStats(dom, stats.as_mut_slice(), ROOM as u32, flags))?;
        let key_of = |tag| MEMORY_TAGS.iter().find(|row| row.0 as c_int == tag);
        let known = stats[..count.min(ROOM)].iter();
        Ok(Numbers(known.filter_map(|stat| Some((key_of(stat.tag)?.1, stat.val))).collect()))
    }

    /// `$dom->memory_peek($offset, $size, $flags = 0)`: bytes.
    sub memory_peek(dom: &Domain, offset: u64, size: u64, flags: u32 = 0) -> Vec<u8> {
        let mut bytes = buffer("size", size)?;
        let (to, length) = (bytes.as_mut_ptr().cast(), bytes.len());
        check!(virDomainMemoryPeek(dom, offset, length, to, flags))?;
        Ok(bytes)
    }

    /// `$dom->get_perf_events($flags = 0)`: a hash of 0 or 1.
    sub get_perf_events(dom: &Domain, flags: u32 = 0) -> TypedParams {
        perf_events(dom, flags)
    }

    /// `$dom->set_perf_events(\%events, $flags = 0)`
    sub set_perf_events(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(perf_events(dom, 0)?, PERF)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainSetPerfEvents(dom, params, count, flags)))
    }

    /// `$dom->get_launch_security_info($flags = 0)`: a hash.
    sub get_launch_security_info(dom: &Domain, flags: u32 = 0) -> TypedParams {
        allocated(|params, count| check!(virDomainGetLaunchSecurityInfo(dom, params, count, flags)))
    }

    /// `$dom->set_launch_security_state(\%state, $flags = 0)`
    sub set_launch_security_state(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(LAUNCH_SECURITY)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!("8.0.0": virDomainSetLaunchSecurityState(dom, params, count, flags))
        })
    }

    /// `$dom->get_security_label()`: a hash of label and enforcing.
    sub get_security_label(dom: &Domain) -> Record<virSecurityLabel> {
        record(|label| vir!(virDomainGetSecurityLabel(dom, label)))
    }

    /// `$dom->get_security_label_list()`: a list of such hashes.
    sub get_security_label_list(dom: &Domain) -> Values<Record<virSecurityLabel>> {
        records(|labels| vir!(virDomainGetSecurityLabelList(dom, labels)))
    }

    /// `$dom->get_messages($flags = 0)`: a list of messages.
    sub get_messages(dom: &Domain, flags: u32 = 0) usage "dom, flags = 0" -> Texts {
        texts(|messages| vir!("7.1.0": virDomainGetMessages(dom, messages, flags)))
    }
}
