//! What a domain may use: typed parameters, and CPUs to run on.

use std::ffi::{CStr, c_int};

use libvirt::cpumap::{CpuMaps, Vcpus, map_length, mask_length};
use libvirt::handle::Domain;
use libvirt::params::{Field, ROOM, Schema, Settings, TypedParams, filled, filled_with};
use libvirt::record::record;
use libvirt::sys::{virDomainInfo, virNodeInfo, virVcpuInfo};
use libvirt::text::Text;
use libvirt::{Exception, Result, check, fields, raw, sys, vir};
use xsub::Params;

const MEMORY: &[Field] = fields! {
    ULLONG VIR_DOMAIN_MEMORY_HARD_LIMIT;
    ULLONG VIR_DOMAIN_MEMORY_SOFT_LIMIT;
    ULLONG VIR_DOMAIN_MEMORY_MIN_GUARANTEE;
    ULLONG VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT;
};

const SCHEDULER: &[Field] = fields! {
    UINT VIR_DOMAIN_SCHEDULER_CAP;
    ULLONG VIR_DOMAIN_SCHEDULER_CPU_SHARES;
    ULLONG VIR_DOMAIN_SCHEDULER_EMULATOR_PERIOD;
    LLONG VIR_DOMAIN_SCHEDULER_EMULATOR_QUOTA;
    ULLONG VIR_DOMAIN_SCHEDULER_GLOBAL_PERIOD;
    LLONG VIR_DOMAIN_SCHEDULER_GLOBAL_QUOTA;
    ULLONG VIR_DOMAIN_SCHEDULER_IOTHREAD_PERIOD;
    LLONG VIR_DOMAIN_SCHEDULER_IOTHREAD_QUOTA;
    LLONG VIR_DOMAIN_SCHEDULER_LIMIT;
    LLONG VIR_DOMAIN_SCHEDULER_RESERVATION;
    INT VIR_DOMAIN_SCHEDULER_SHARES;
    ULLONG VIR_DOMAIN_SCHEDULER_VCPU_PERIOD;
    LLONG VIR_DOMAIN_SCHEDULER_VCPU_QUOTA;
    UINT VIR_DOMAIN_SCHEDULER_WEIGHT;
};

const BLKIO: &[Field] = fields! {
    UINT VIR_DOMAIN_BLKIO_WEIGHT;
    STRING VIR_DOMAIN_BLKIO_DEVICE_WEIGHT;
    STRING VIR_DOMAIN_BLKIO_DEVICE_READ_IOPS;
    STRING VIR_DOMAIN_BLKIO_DEVICE_WRITE_IOPS;
    STRING VIR_DOMAIN_BLKIO_DEVICE_READ_BPS;
    STRING VIR_DOMAIN_BLKIO_DEVICE_WRITE_BPS;
};

const NUMA: &[Field] = fields! {
    INT VIR_DOMAIN_NUMA_MODE;
    STRING VIR_DOMAIN_NUMA_NODESET;
};

const INTERFACE: &[Field] = fields! {
    UINT VIR_DOMAIN_BANDWIDTH_IN_AVERAGE;
    UINT VIR_DOMAIN_BANDWIDTH_IN_PEAK;
    UINT VIR_DOMAIN_BANDWIDTH_IN_BURST;
    UINT VIR_DOMAIN_BANDWIDTH_IN_FLOOR;
    UINT VIR_DOMAIN_BANDWIDTH_OUT_AVERAGE;
    UINT VIR_DOMAIN_BANDWIDTH_OUT_PEAK;
    UINT VIR_DOMAIN_BANDWIDTH_OUT_BURST;
};

/// The limits of a block device's I/O, alone or in a group.
pub const BLOCK_IOTUNE: &[Field] = fields! {
    STRING VIR_DOMAIN_BLOCK_IOTUNE_GROUP_NAME;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_SIZE_IOPS_SEC;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX_LENGTH;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC_MAX_LENGTH;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX_LENGTH;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX_LENGTH;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_READ_IOPS_SEC_MAX_LENGTH;
    ULLONG VIR_DOMAIN_BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX_LENGTH;
};

fn memory(dom: &Domain, flags: u32) -> Result<TypedParams> {
    filled(ROOM, |params, count| {
        check!(virDomainGetMemoryParameters(dom, params, count, flags))
    })
}

fn blkio(dom: &Domain, flags: u32) -> Result<TypedParams> {
    filled(ROOM, |params, count| {
        check!(virDomainGetBlkioParameters(dom, params, count, flags))
    })
}

fn numa(dom: &Domain, flags: u32) -> Result<TypedParams> {
    filled(ROOM, |params, count| {
        check!(virDomainGetNumaParameters(dom, params, count, flags))
    })
}

fn interface(dom: &Domain, name: &CStr, flags: u32) -> Result<TypedParams> {
    filled(ROOM, |params, count| {
        check!(virDomainGetInterfaceParameters(
            dom, name, params, count, flags
        ))
    })
}

/// There are more of them than of others, and libvirt's protocol has more room for them.
fn block_iotune(dom: &Domain, disk: &CStr, flags: u32) -> Result<TypedParams> {
    filled(2 * ROOM, |params, count| {
        check!(virDomainGetBlockIoTune(dom, disk, params, count, flags))
    })
}

/// How many parameters there are comes with the scheduler's name.
fn scheduler(dom: &Domain, flags: u32) -> Result<TypedParams> {
    let mut count = 0;
    let _name: Text = vir!(virDomainGetSchedulerType(dom, &mut count))?;
    filled_with(count, |params, count| {
        check!(if flags {
            virDomainGetSchedulerParametersFlags(dom, params, count, flags)
        } else {
            virDomainGetSchedulerParameters(dom, params, count)
        })
    })
}

/// How many CPUs the domain's host may have.
fn host_cpus(dom: &Domain) -> Result<i32> {
    let conn = raw!(virDomainGetConnect(dom));
    let node = record::<virNodeInfo>(|info| vir!(virNodeGetInfo(conn, info)))?.0;
    let cpus = [node.nodes, node.sockets, node.cores, node.threads];
    Ok(cpus.iter().fold(1_i32, |product, &factor| {
        product.saturating_mul(factor as i32)
    }))
}

const VCPU: virVcpuInfo = virVcpuInfo {
    number: 0,
    state: 0,
    cpuTime: 0,
    cpu: 0,
};

/// What runs the virtual CPUs, or, where nothing does, what may run them.
fn vcpus(dom: &Domain, flags: u32) -> Result<Vcpus> {
    let cpus = host_cpus(dom)?;
    let domain = record::<virDomainInfo>(|info| vir!(virDomainGetInfo(dom, info)))?.0;
    let count = c_int::from(domain.nrVirtCpu);
    let mut infos = vec![VCPU; count as usize];
    let mut maps = CpuMaps::new(count, cpus)?;
    let length = maps.length();

    if flags == 0 {
        match vir!(virDomainGetVcpus(
            dom,
            infos.as_mut_slice(),
            count,
            maps.bytes(),
            length
        )) {
            Err(Exception::Throw { code, .. }) if code == sys::VIR_ERR_OPERATION_INVALID as i32 => {
            }
            running => {
                infos.truncate(running?);
                return Ok(Vcpus { infos, maps });
            }
        }
    }
    let pinned = vir!(virDomainGetVcpuPinInfo(
        dom,
        count,
        maps.bytes(),
        length,
        flags
    ))?;
    infos.truncate(pinned);
    for (number, info) in (0..).zip(&mut infos) {
        info.number = number;
    }
    Ok(Vcpus { infos, maps })
}

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->get_scheduler_type()`: its name.
    sub get_scheduler_type(dom: &Domain) -> Text {
        vir!(virDomainGetSchedulerType(dom, &mut 0))
    }

    /// `$dom->get_scheduler_parameters($flags = 0)`: a hash.
    sub get_scheduler_parameters(dom: &Domain, flags: u32 = 0) -> TypedParams {
        scheduler(dom, flags)
    }

    /// `$dom->set_scheduler_parameters(\%params, $flags = 0)`
    sub set_scheduler_parameters(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(scheduler(dom, 0)?, SCHEDULER)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!(if flags {
                virDomainSetSchedulerParametersFlags(dom, params, count, flags)
            } else {
                virDomainSetSchedulerParameters(dom, params, count)
            })
        })
    }

    /// `$dom->get_memory_parameters($flags = 0)`: a hash; KiB.
    sub get_memory_parameters(dom: &Domain, flags: u32 = 0) -> TypedParams {
        memory(dom, flags)
    }

    /// `$dom->set_memory_parameters(\%params, $flags = 0)`: KiB.
    sub set_memory_parameters(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(memory(dom, 0)?, MEMORY)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainSetMemoryParameters(dom, params, count, flags)))
    }

    /// `$dom->get_blkio_parameters($flags = 0)`: a hash.
    sub get_blkio_parameters(dom: &Domain, flags: u32 = 0) -> TypedParams {
        blkio(dom, flags)
    }

    /// `$dom->set_blkio_parameters(\%params, $flags = 0)`
    sub set_blkio_parameters(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(blkio(dom, 0)?, BLKIO)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainSetBlkioParameters(dom, params, count, flags)))
    }

    /// `$dom->get_numa_parameters($flags = 0)`: a hash.
    sub get_numa_parameters(dom: &Domain, flags: u32 = 0) -> TypedParams {
        numa(dom, flags)
    }

    /// `$dom->set_numa_parameters(\%params, $flags = 0)`
    sub set_numa_parameters(dom: &Domain, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(numa(dom, 0)?, NUMA)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainSetNumaParameters(dom, params, count, flags)))
    }

    /// `$dom->get_interface_parameters($intf, $flags = 0)`: a hash.
    sub get_interface_parameters(dom: &Domain, intf: &CStr, flags: u32 = 0) -> TypedParams {
        interface(dom, intf, flags)
    }

    /// `$dom->set_interface_parameters($intf, \%params, $flags = 0)`
    sub set_interface_parameters(dom: &Domain, intf: &CStr, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(interface(dom, intf, 0)?, INTERFACE)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!(virDomainSetInterfaceParameters(dom, intf, params, count, flags))
        })
    }

    /// `$dom->get_block_iotune($disk, $flags = 0)`: a hash.
    sub get_block_iotune(dom: &Domain, disk: &CStr, flags: u32 = 0) -> TypedParams {
        block_iotune(dom, disk, flags)
    }

    /// `$dom->set_block_iotune($disk, \%params, $flags = 0)`
    sub set_block_iotune(dom: &Domain, disk: &CStr, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::current(block_iotune(dom, disk, 0)?, BLOCK_IOTUNE)) }
        -> () {
        Settings::new(newparams)?
            .send(|params, count| vir!(virDomainSetBlockIoTune(dom, disk, params, count, flags)))
    }

    /// `$dom->get_vcpu_info($flags = 0)`: a list of hashes; cpuTime in ns.
    sub get_vcpu_info(dom: &Domain, flags: u32 = 0) -> Vcpus {
        vcpus(dom, flags)
    }

    /// `$dom->pin_vcpu($vcpu, $mask, $flags = 0)`: the mask has one bit for each host CPU.
    sub pin_vcpu(dom: &Domain, vcpu: u32, mask: &[u8], flags: u32 = 0) -> () {
        let length = mask_length(mask)?;
        vir!(if flags {
            virDomainPinVcpuFlags(dom, vcpu, mask, length, flags)
        } else {
            virDomainPinVcpu(dom, vcpu, mask, length)
        })
    }

    /// `$dom->get_emulator_pin_info($flags = 0)`: one bit for each host CPU.
    sub get_emulator_pin_info(dom: &Domain, flags: u32 = 0) -> Vec<u8> {
        let mut map = vec![0; map_length(host_cpus(dom)?)];
        let length = mask_length(&map)?;
        check!(virDomainGetEmulatorPinInfo(dom, map.as_mut_slice(), length, flags))?;
        Ok(map)
    }

    /// `$dom->pin_emulator($mask, $flags = 0)`: the mask has one bit for each host CPU.
    sub pin_emulator(dom: &Domain, mask: &[u8], flags: u32 = 0) -> () {
        vir!(virDomainPinEmulator(dom, mask, mask_length(mask)?, flags))
    }
}
