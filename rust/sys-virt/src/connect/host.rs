//! What a connection says of its host.

use std::ffi::CStr;

use libvirt::cpumap::{CpuMap, cpu_map};
use libvirt::handle::Connect;
use libvirt::list::{Texts, array, length, numbers, strings, texts};
use libvirt::pages::{FreePages, free_pages};
use libvirt::params::{Field, ROOM, Schema, Settings, TypedParams, allocated, filled};
use libvirt::record::{Record, record};
use libvirt::stats::{NamedValues, named_values};
use libvirt::sys::{
    VIR_NODE_CPU_STATS_ALL_CPUS, VIR_NODE_MEMORY_STATS_ALL_CELLS, virNodeCPUStats, virNodeInfo,
    virNodeMemoryStats, virSecurityModel,
};
use libvirt::text::Text;
use libvirt::{check, fields, vir};
use xsub::tape::Values;
use xsub::{Exception, List, Params};

const MEMORY: &[Field] = fields! {
    UINT VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN;
    UINT VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS;
    UINT VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES;
};

fn memory_parameters(conn: &Connect, flags: u32) -> libvirt::Result<TypedParams> {
    filled(ROOM, |params, count| {
        check!(virNodeGetMemoryParameters(conn, params, count, flags))
    })
}

xsub::xsubs! {
    package "Sys::Virt";

    /// `$conn->get_hostname()`
    sub get_hostname(con: &Connect) -> Text {
        vir!(virConnectGetHostname(con))
    }

    /// `$conn->get_sysinfo($flags = 0)`: undef where libvirt has none.
    sub get_sysinfo(con: &Connect, flags: u32 = 0) -> Option<Text> {
        Ok(vir!(virConnectGetSysinfo(con, flags)).ok())
    }

    /// `$conn->get_capabilities()`
    sub get_capabilities(con: &Connect) -> Text {
        vir!(virConnectGetCapabilities(con))
    }

    /// `$conn->get_domain_capabilities($emulator, $arch, $machine, $virttype, $flags = 0)`
    sub get_domain_capabilities(
        con: &Connect,
        emulatorsv: Option<&CStr>,
        archsv: Option<&CStr>,
        machinesv: Option<&CStr>,
        virttypesv: Option<&CStr>,
        flags: u32 = 0,
    ) -> Text {
        vir!(virConnectGetDomainCapabilities(con, emulatorsv, archsv, machinesv, virttypesv, flags))
    }

    /// `$conn->get_storage_pool_capabilities($flags = 0)`
    sub get_storage_pool_capabilities(con: &Connect, flags: u32 = 0) -> Text {
        vir!(virConnectGetStoragePoolCapabilities(con, flags))
    }

    /// `$conn->get_max_vcpus($type)`
    sub get_max_vcpus(con: &Connect, r#type: Option<&CStr>) -> i32 {
        vir!(virConnectGetMaxVcpus(con, r#type))
    }

    /// `$conn->get_cpu_model_names($arch, $flags = 0)`
    sub get_cpu_model_names(con: &Connect, arch: &CStr, flags: u32 = 0) -> Texts {
        texts(|models| vir!(virConnectGetCPUModelNames(con, arch, models, flags)))
    }

    /// `$conn->baseline_cpu(\@xml, $flags = 0)`
    sub baseline_cpu(con: &Connect, xml: List<&CStr>, flags: u32 = 0) -> Text {
        let xml = strings(xml);
        vir!(virConnectBaselineCPU(con, xml.as_slice(), length(&xml), flags))
    }

    /// `$conn->baseline_hypervisor_cpu($emulator, $arch, $machine, $virttype, \@xml, $flags = 0)`
    sub baseline_hypervisor_cpu(
        con: &Connect,
        emulatorsv: Option<&CStr>,
        archsv: Option<&CStr>,
        machinesv: Option<&CStr>,
        virttypesv: Option<&CStr>,
        xml: List<&CStr>,
        flags: u32 = 0,
    ) -> Text {
        let xml = strings(xml);
        let (cpus, count) = (xml.as_slice(), length(&xml));
        vir!(virConnectBaselineHypervisorCPU(
            con, emulatorsv, archsv, machinesv, virttypesv, cpus, count, flags
        ))
    }

    /// `$conn->compare_cpu($xml, $flags = 0)`: one of the CPU_COMPARE constants.
    sub compare_cpu(con: &Connect, xml: &CStr, flags: u32 = 0) -> i32 {
        vir!(virConnectCompareCPU(con, xml, flags))
    }

    /// `$conn->compare_hypervisor_cpu($emulator, $arch, $machine, $virttype, $xml, $flags = 0)`
    sub compare_hypervisor_cpu(
        con: &Connect,
        emulatorsv: Option<&CStr>,
        archsv: Option<&CStr>,
        machinesv: Option<&CStr>,
        virttypesv: Option<&CStr>,
        xml: &CStr,
        flags: u32 = 0,
    ) -> i32 {
        vir!(virConnectCompareHypervisorCPU(
            con, emulatorsv, archsv, machinesv, virttypesv, xml, flags
        ))
    }

    /// `$conn->get_node_info()`: a hash; memory in KiB, mhz in MHz.
    sub get_node_info(con: &Connect) -> Record<virNodeInfo> {
        record(|info| vir!(virNodeGetInfo(con, info)))
    }

    /// `$conn->get_node_security_model()`: a hash of model and doi.
    sub get_node_security_model(con: &Connect) -> Record<virSecurityModel> {
        record(|model| vir!(virNodeGetSecurityModel(con, model)))
    }

    /// `$conn->get_node_cpu_map($flags = 0)`: CPUs in all, a map of those online, and their number.
    sub get_node_cpu_map(con: &Connect, flags: u32 = 0) -> (i32, CpuMap, u32) {
        let mut online = 0;
        let (count, map) = cpu_map(|map| vir!(virNodeGetCPUMap(con, map, &mut online, flags)))?;
        Ok((count, map, online))
    }

    /// `$conn->get_node_cpu_stats($cpuNum = -1, $flags = 0)`: a hash; times in ns.
    sub get_node_cpu_stats(
        con: &Connect,
        cpuNum: i32 = VIR_NODE_CPU_STATS_ALL_CPUS,
        flags: u32 = 0,
    ) -> NamedValues<virNodeCPUStats> {
        named_values(|stats, count| check!(virNodeGetCPUStats(con, cpuNum, stats, count, flags)))
    }

    /// `$conn->get_node_memory_stats($cellNum = -1, $flags = 0)`: a hash; sizes in KiB.
    sub get_node_memory_stats(
        con: &Connect,
        cellNum: i32 = VIR_NODE_MEMORY_STATS_ALL_CELLS,
        flags: u32 = 0,
    ) -> NamedValues<virNodeMemoryStats> {
        // Programs read the key that earlier implementations misspelt.
        named_values(|stats, count| {
            check!(virNodeGetMemoryStats(con, cellNum, stats, count, flags))
        })
        .map(|stats| stats.aliased(&[(c"available", c"availabl")]))
    }

    /// `$conn->get_node_memory_parameters($flags = 0)`: a hash.
    sub get_node_memory_parameters(conn: &Connect, flags: u32 = 0) -> TypedParams {
        memory_parameters(conn, flags)
    }

    /// `$conn->set_node_memory_parameters(\%params, $flags = 0)`
    sub set_node_memory_parameters(conn: &Connect, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(memory_parameters(conn, 0)?, MEMORY)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virNodeSetMemoryParameters(conn, params, count, flags)))
    }

    /// `$conn->get_node_sev_info($flags = 0)`: a hash.
    sub get_node_sev_info(conn: &Connect, flags: u32 = 0) -> TypedParams {
        allocated(|params, count| check!(virNodeGetSEVInfo(conn, params, count, flags)))
    }

    /// `$conn->get_node_free_memory()`: bytes.
    sub get_node_free_memory(con: &Connect) -> u64 {
        vir!(virNodeGetFreeMemory(con))
    }

    /// `$conn->get_node_cells_free_memory($start, $end)`: bytes of each NUMA cell.
    sub get_node_cells_free_memory(con: &Connect, start: i32, end: i32) -> Values<u64> {
        let cells = cell_count(start, end)?;
        numbers(cells, |memory, max| vir!(virNodeGetCellsFreeMemory(con, memory, start, max)))
    }

    /// `$conn->get_node_free_pages(\@pagesizes, $start, $end, $flags = 0)`: a hash of each
    /// NUMA cell; page sizes in KiB.
    sub get_node_free_pages(
        con: &Connect,
        pagesizes: List<u32>,
        start: i32,
        end: i32,
        flags: u32 = 0,
    ) -> FreePages {
        let cells = cell_count(start, end)?;
        free_pages(start, cells, pagesizes, |sizes, cells, counts| {
            let count = length(sizes);
            vir!(virNodeGetFreePages(con, count, sizes, start, cells, counts, flags))
        })
    }

    /// `$conn->node_alloc_pages([[$size, $count], ...], $start, $end, $flags = 0)`: sizes in KiB.
    sub node_alloc_pages(
        con: &Connect,
        pages: List<List<u64>>,
        start: i32,
        end: i32,
        flags: u32 = 0,
    ) -> () {
        let mut counts = array(pages, |pair| pair.iter().nth(1).unwrap_or(0));
        let mut sizes = array(pages, |pair| pair.iter().next().unwrap_or(0) as u32);
        let (count, cells) = (length(&sizes), cell_count(start, end)? as u32);
        vir!(virNodeAllocPages(
            con, count, sizes.as_mut_slice(), counts.as_mut_slice(), start, cells, flags
        ))
    }

    /// `$conn->node_suspend_for_duration($target, $duration, $flags = 0)`: seconds.
    sub node_suspend_for_duration(conn: &Connect, target: u32, duration: u64, flags: u32 = 0) -> () {
        vir!(virNodeSuspendForDuration(conn, target, duration, flags))
    }

    /// `$conn->find_storage_pool_sources($type, $srcspec, $flags = 0)`: XML.
    sub find_storage_pool_sources(
        con: &Connect,
        r#type: &CStr,
        srcspec: Option<&CStr>,
        flags: u32 = 0,
    ) -> Text {
        vir!(virConnectFindStoragePoolSources(con, r#type, srcspec, flags))
    }

    /// `$conn->interface_change_begin($flags = 0)`
    sub interface_change_begin(conn: &Connect, flags: u32 = 0) -> () {
        vir!(virInterfaceChangeBegin(conn, flags))
    }

    /// `$conn->interface_change_commit($flags = 0)`
    sub interface_change_commit(conn: &Connect, flags: u32 = 0) -> () {
        vir!(virInterfaceChangeCommit(conn, flags))
    }

    /// `$conn->interface_change_rollback($flags = 0)`
    sub interface_change_rollback(conn: &Connect, flags: u32 = 0) -> () {
        vir!(virInterfaceChangeRollback(conn, flags))
    }
}

/// How many NUMA cells there are from `start` to `end`, both included.
fn cell_count(start: i32, end: i32) -> libvirt::Result<i32> {
    end.checked_sub(start)
        .and_then(|cells| cells.checked_add(1))
        .filter(|cells| *cells >= 0)
        .ok_or_else(|| Exception::die(format!("there are no cells from {start} to {end}")))
}
