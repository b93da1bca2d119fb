//! A domain's devices: plugging, interfaces, graphics, keys.

use std::ffi::CStr;

use libvirt::handle::{Domain, Stream};
use libvirt::list::{array, length};
use libvirt::params::{Field, Schema, Settings};
use libvirt::record::{Record, record};
use libvirt::report::{Report, report};
use libvirt::stream::opened;
use libvirt::sys::{virDomainInterface, virDomainInterfaceStatsStruct};
use libvirt::text::Text;
use libvirt::{fields, vir};
use xsub::{List, Params};

const ANNOUNCE: &[Field] = fields! {
    UINT VIR_DOMAIN_ANNOUNCE_INTERFACE_INITIAL;
    UINT VIR_DOMAIN_ANNOUNCE_INTERFACE_MAX;
    UINT VIR_DOMAIN_ANNOUNCE_INTERFACE_ROUNDS;
    UINT VIR_DOMAIN_ANNOUNCE_INTERFACE_STEP;
};

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->attach_device($xml, $flags = 0)`
    sub attach_device(dom: &Domain, xml: &CStr, flags: u32 = 0) -> () {
        vir!(if flags {
            virDomainAttachDeviceFlags(dom, xml, flags)
        } else {
            virDomainAttachDevice(dom, xml)
        })
    }

    /// `$dom->detach_device($xml, $flags = 0)`
    sub detach_device(dom: &Domain, xml: &CStr, flags: u32 = 0) -> () {
        vir!(if flags {
            virDomainDetachDeviceFlags(dom, xml, flags)
        } else {
            virDomainDetachDevice(dom, xml)
        })
    }

    /// `$dom->detach_device_alias($alias, $flags = 0)`
    sub detach_device_alias(dom: &Domain, alias: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainDetachDeviceAlias(dom, alias, flags))
    }

    /// `$dom->update_device($xml, $flags = 0)`
    sub update_device(dom: &Domain, xml: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainUpdateDeviceFlags(dom, xml, flags))
    }

    /// `$dom->interface_stats($path)`: a hash; bytes, packets; -1 where unknown.
    sub interface_stats(dom: &Domain, path: &CStr) -> Record<virDomainInterfaceStatsStruct> {
        let size = size_of::<virDomainInterfaceStatsStruct>();
        record(|stats| vir!(virDomainInterfaceStats(dom, path, stats, size)))
    }

    /// `$dom->get_interface_addresses($src, $flags = 0)`: a list of hashes of name, hwaddr (where
    /// known) and addrs, an array of hashes of type, addr and prefix.
    sub get_interface_addresses(dom: &Domain, src: u32, flags: u32 = 0) -> Report<virDomainInterface> {
        report(|interfaces| vir!(virDomainInterfaceAddresses(dom, interfaces, src, flags)))
    }

    /// `$dom->announce_interface($device, \%params, $flags = 0)`: undef for all interfaces.
    sub announce_interface(dom: &Domain, device: Option<&CStr>, newparams: Params, flags: u32 = 0)
        schema { Ok(Schema::known(ANNOUNCE)) }
        -> () {
        Settings::new(newparams)?.send(|params, count| {
            vir!("12.5.0": virDomainAnnounceInterface(dom, device, params, count, flags))
        })
    }

    /// `$dom->fd_associate($name, \@fds, $flags = 0)`
    sub fd_associate(dom: &Domain, name: &CStr, fdssv: List<i32>, flags: u32 = 0) -> () {
        let mut files = array(fdssv, |file| file);
        let count = length(&files);
        vir!("9.0.0": virDomainFDAssociate(dom, name, count, files.as_mut_slice(), flags))
    }

    /// `$dom->open_graphics($idx, $fd, $flags = 0)`: the descriptor stays the caller's.
    sub open_graphics(dom: &Domain, idx: u32, fd: i32, flags: u32 = 0) -> () {
        vir!(virDomainOpenGraphics(dom, idx, fd, flags))
    }

    /// `$dom->open_graphics_fd($idx, $flags = 0)`: a descriptor that the caller closes.
    sub open_graphics_fd(dom: &Domain, idx: u32, flags: u32 = 0) -> i32 {
        vir!(virDomainOpenGraphicsFD(dom, idx, flags))
    }

    /// `$dom->graphics_reload($type, $flags = 0)`
    sub graphics_reload(dom: &Domain, r#type: u32, flags: u32 = 0) -> () {
        vir!("10.2.0": virDomainGraphicsReload(dom, r#type, flags))
    }

    /// `$dom->open_console($st, $devname, $flags = 0)`: undef for the first.
    sub open_console(dom: &Domain, st: &Stream, devname: Option<&CStr>, flags: u32 = 0) -> () {
        opened(st, vir!(virDomainOpenConsole(dom, devname, st, flags)))
    }

    /// `$dom->open_channel($st, $devname, $flags = 0)`: undef for the first.
    sub open_channel(dom: &Domain, st: &Stream, devname: Option<&CStr>, flags: u32 = 0) -> () {
        opened(st, vir!(virDomainOpenChannel(dom, devname, st, flags)))
    }

    /// `$dom->screenshot($st, $screen, $flags = 0)`: the MIME type of what comes by the stream.
    sub screenshot(dom: &Domain, st: &Stream, screen: u32, flags: u32 = 0) -> Text {
        opened(st, vir!(virDomainScreenshot(dom, st, screen, flags)))
    }

    /// `$dom->send_key($codeset, $holdtime, \@keycodes, $flags = 0)`: ms.
    sub send_key(
        dom: &Domain,
        codeset: u32,
        holdtime: u32,
        keycodesSV: List<u32>,
        flags: u32 = 0,
    ) -> () {
        let mut keys = array(keycodesSV, |key| key);
        let count = length(&keys) as i32;
        vir!(virDomainSendKey(dom, codeset, holdtime, keys.as_mut_slice(), count, flags))
    }

    /// `$dom->inject_nmi($flags = 0)`
    sub inject_nmi(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainInjectNMI(dom, flags))
    }
}
