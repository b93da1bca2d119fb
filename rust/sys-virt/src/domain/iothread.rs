//! A domain's IOThreads.

use libvirt::cpumap::mask_length;
use libvirt::handle::Domain;
use libvirt::params::{Field, Schema, Settings};
use libvirt::report::{Report, report};
use libvirt::sys::virDomainIOThreadInfo;
use libvirt::{fields, vir};
use xsub::Params;

const IOTHREAD: &[Field] = fields! {
    ULLONG VIR_DOMAIN_IOTHREAD_POLL_MAX_NS;
    UINT VIR_DOMAIN_IOTHREAD_POLL_GROW;
    UINT VIR_DOMAIN_IOTHREAD_POLL_SHRINK;
    UINT VIR_DOMAIN_IOTHREAD_POLL_WEIGHT;
    INT VIR_DOMAIN_IOTHREAD_THREAD_POOL_MIN;
    INT VIR_DOMAIN_IOTHREAD_THREAD_POOL_MAX;
};

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->get_iothread_info($flags = 0)`: a list of hashes of number and affinity, one bit
    /// for each host CPU.
    sub get_iothread_info(dom: &Domain, flags: u32 = 0) -> Report<virDomainIOThreadInfo> {
        report(|infos| vir!(virDomainGetIOThreadInfo(dom, infos, flags)))
    }

    /// `$dom->add_iothread($id, $flags = 0)`
    sub add_iothread(dom: &Domain, iothread_id: u32, flags: u32 = 0) -> () {
        vir!(virDomainAddIOThread(dom, iothread_id, flags))
    }

    /// `$dom->del_iothread($id, $flags = 0)`
    sub del_iothread(dom: &Domain, iothread_id: u32, flags: u32 = 0) -> () {
        vir!(virDomainDelIOThread(dom, iothread_id, flags))
    }

    /// `$dom->set_iothread($id, \%params, $flags = 0)`: ns.
    sub set_iothread(dom: &Domain, iothread_id: u32, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(IOTHREAD)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!(virDomainSetIOThreadParams(dom, iothread_id, params, count, flags))
        })
    }

    /// `$dom->pin_iothread($id, $mask, $flags = 0)`: the mask has one bit for each host CPU.
    sub pin_iothread(dom: &Domain, iothread_id: u32, mask: &[u8], flags: u32 = 0) -> () {
        vir!(virDomainPinIOThread(dom, iothread_id, mask, mask_length(mask)?, flags))
    }
}
