//! A domain's configuration: XML, metadata, memory, virtual CPUs.

use std::ffi::{CStr, c_int, c_ulong};

use libvirt::handle::Domain;
use libvirt::text::Text;
use libvirt::{raw, vir};

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->get_xml_description($flags = 0)`
    sub get_xml_description(dom: &Domain, flags: u32 = 0) -> Text {
        vir!(virDomainGetXMLDesc(dom, flags))
    }

    /// `$dom->get_metadata($type, $uri = undef, $flags = 0)`
    sub get_metadata(
        dom: &Domain,
        r#type: i32,
        uri: Option<&CStr> = undef,
        flags: u32 = 0,
    ) -> Text {
        vir!(virDomainGetMetadata(dom, r#type, uri, flags))
    }

    /// `$dom->set_metadata($type, $metadata, $key, $uri, $flags = 0)`: undef removes it.
    sub set_metadata(
        dom: &Domain,
        r#type: i32,
        metadata: Option<&CStr> = undef,
        key: Option<&CStr> = undef,
        uri: Option<&CStr> = undef,
        flags: u32 = 0,
    ) -> () {
        vir!(virDomainSetMetadata(dom, r#type, metadata, key, uri, flags))
    }

    /// `$dom->get_max_memory()`: KiB.
    sub get_max_memory(dom: &Domain) -> c_ulong {
        vir!(virDomainGetMaxMemory(dom))
    }

    /// `$dom->set_max_memory($kib)`
    sub set_max_memory(dom: &Domain, val: c_ulong) -> () {
        vir!(virDomainSetMaxMemory(dom, val))
    }

    /// `$dom->set_memory($kib, $flags = 0)`
    sub set_memory(dom: &Domain, val: c_ulong, flags: u32 = 0) -> () {
        vir!(if flags { virDomainSetMemoryFlags(dom, val, flags) } else { virDomainSetMemory(dom, val) })
    }

    /// `$dom->set_memory_stats_period($seconds, $flags = 0)`
    sub set_memory_stats_period(dom: &Domain, val: i32, flags: u32 = 0) -> () {
        vir!(virDomainSetMemoryStatsPeriod(dom, val, flags))
    }

    /// `$dom->get_max_vcpus()`: -1 where libvirt cannot tell, as of an inactive domain:
    /// programs look for that.
    sub get_max_vcpus(dom: &Domain) -> c_int {
        Ok(raw!(virDomainGetMaxVcpus(dom)))
    }

    /// `$dom->get_vcpus($flags = 0)`
    sub get_vcpus(dom: &Domain, flags: u32 = 0) -> i32 {
        vir!(virDomainGetVcpusFlags(dom, flags))
    }

    /// `$dom->set_vcpus($count, $flags = 0)`
    sub set_vcpus(dom: &Domain, num: u32, flags: u32 = 0) -> () {
        vir!(if flags { virDomainSetVcpusFlags(dom, num, flags) } else { virDomainSetVcpus(dom, num) })
    }

    /// `$dom->set_vcpu($cpumap, $state, $flags = 0)`: the map is text, as "0-3,^2".
    sub set_vcpu(dom: &Domain, cpumap: &CStr, state: i32, flags: u32 = 0) -> () {
        vir!(virDomainSetVcpu(dom, cpumap, state, flags))
    }

    /// `$dom->set_guest_vcpus($cpumap, $state, $flags = 0)`: the map is text, as "0-3,^2".
    sub set_guest_vcpus(dom: &Domain, cpumap: &CStr, state: i32, flags: u32 = 0) -> () {
        vir!(virDomainSetGuestVcpus(dom, cpumap, state, flags))
    }
}
