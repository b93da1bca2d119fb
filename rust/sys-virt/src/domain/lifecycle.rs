//! A domain's life: starting, stopping, saving, and its state on the way.

use std::ffi::{CStr, c_int};

use libvirt::handle::Domain;
use libvirt::list::{array, length};
use libvirt::params::{Field, Schema, Settings};
use libvirt::record::{Record, record};
use libvirt::sys::{self, virDomainControlInfo, virDomainInfo};
use libvirt::text::{Text, number};
use libvirt::{Exception, Result, check, fields, vir};
use xsub::List;
use xsub::value::ParamsOrFlags;

/// The fields of a save image.
pub const SAVE: &[Field] = fields! {
    STRING VIR_DOMAIN_SAVE_PARAM_FILE;
    STRING VIR_DOMAIN_SAVE_PARAM_DXML;
    STRING VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT;
    INT VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS;
};

/// Which of the functions saves a domain, or restores it.
pub enum ImageCall {
    /// That which takes parameters, path and XML among them.
    Params(Settings),
    /// That which takes flags.
    Flags(u32),
    /// The oldest one.
    Plain,
}

/// Which function suits the arguments; `missing` is said where there is no path.
pub fn image_call(
    path: Option<&CStr>,
    dxml: Option<&CStr>,
    params: ParamsOrFlags<'_>,
    flags: u32,
    missing: &'static str,
) -> Result<ImageCall> {
    let flags = match params {
        ParamsOrFlags::Params(params) => {
            let mut params = Settings::new(params)?;
            params.set_string(sys::VIR_DOMAIN_SAVE_PARAM_FILE, path)?;
            params.set_string(sys::VIR_DOMAIN_SAVE_PARAM_DXML, dxml)?;
            return Ok(ImageCall::Params(params));
        }
        ParamsOrFlags::Flags(old_flags) => flags | old_flags,
        ParamsOrFlags::Neither => flags,
    };
    match (path, dxml, flags) {
        (None, ..) => Err(Exception::die(missing)),
        (_, None, 0) => Ok(ImageCall::Plain),
        _ => Ok(ImageCall::Flags(flags)),
    }
}

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->create($flags = 0)`: starts it.
    sub create(dom: &Domain, flags: u32 = 0) -> () {
        vir!(if flags { virDomainCreateWithFlags(dom, flags) } else { virDomainCreate(dom) })
    }

    /// `$dom->create_with_files(\@fds, $flags = 0)`: starts a container that inherits files.
    sub create_with_files(dom: &Domain, fdssv: List<i32>, flags: u32 = 0) -> () {
        let mut files = array(fdssv, |file| file);
        let count = length(&files);
        vir!(virDomainCreateWithFiles(dom, count, files.as_mut_slice(), flags))
    }

    /// `$dom->suspend()`
    sub suspend(dom: &Domain) -> () {
        vir!(virDomainSuspend(dom))
    }

    /// `$dom->resume()`
    sub resume(dom: &Domain) -> () {
        vir!(virDomainResume(dom))
    }

    /// `$dom->shutdown($flags = 0)`: asks the guest.
    sub shutdown(dom: &Domain, flags: u32 = 0) -> () {
        vir!(if flags { virDomainShutdownFlags(dom, flags) } else { virDomainShutdown(dom) })
    }

    /// `$dom->reboot($flags = 0)`: asks the guest.
    sub reboot(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainReboot(dom, flags))
    }

    /// `$dom->reset($flags = 0)`
    sub reset(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainReset(dom, flags))
    }

    /// `$dom->destroy($flags = 0)`: stops it at once; the object stays.
    sub destroy(dom_rv: &Domain, flags: u32 = 0) -> () {
        vir!(if flags { virDomainDestroyFlags(dom_rv, flags) } else { virDomainDestroy(dom_rv) })
    }

    /// `$dom->undefine($flags = 0)`
    sub undefine(dom: &Domain, flags: u32 = 0) -> () {
        vir!(if flags { virDomainUndefineFlags(dom, flags) } else { virDomainUndefine(dom) })
    }

    /// `$dom->save($to, $xml, \%params, $flags = 0)`; as callers of old do, the third
    /// argument may be flags.
    sub save(
        dom: &Domain,
        tosv: Option<&CStr> = undef,
        dxmlsv: Option<&CStr> = undef,
        params_sv: ParamsOrFlags = undef,
        flags: u32 = 0,
    )
        schema { Ok(Schema::known(SAVE)) }
        -> () {
        let missing = "Either $to or $params parameter must be supplied";
        match image_call(tosv, dxmlsv, params_sv, flags, missing)? {
            ImageCall::Params(params) => params.send(|params, count| {
                vir!("8.4.0": virDomainSaveParams(dom, params, count, flags))
            }),
            ImageCall::Flags(flags) => vir!(virDomainSaveFlags(dom, tosv, dxmlsv, flags)),
            ImageCall::Plain => vir!(virDomainSave(dom, tosv)),
        }
    }

    /// `$dom->managed_save($flags = 0)`
    sub managed_save(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainManagedSave(dom, flags))
    }

    /// `$dom->has_managed_save_image($flags = 0)`
    sub has_managed_save_image(dom: &Domain, flags: u32 = 0) -> i32 {
        vir!(virDomainHasManagedSaveImage(dom, flags))
    }

    /// `$dom->managed_save_remove($flags = 0)`
    sub managed_save_remove(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainManagedSaveRemove(dom, flags))
    }

    /// `$dom->managed_save_define_xml($xml, $flags = 0)`
    sub managed_save_define_xml(dom: &Domain, xml: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainManagedSaveDefineXML(dom, xml, flags))
    }

    /// `$dom->managed_save_get_xml_description($flags = 0)`
    sub managed_save_get_xml_description(dom: &Domain, flags: u32 = 0) -> Text {
        vir!(virDomainManagedSaveGetXMLDesc(dom, flags))
    }

    /// `$dom->core_dump($to, $flags = 0)`
    sub core_dump(dom: &Domain, to: &CStr, flags: u32 = 0) -> () {
        vir!(virDomainCoreDump(dom, to, flags))
    }

    /// `$dom->core_dump_format($to, $format, $flags = 0)`
    sub core_dump_format(dom: &Domain, to: &CStr, format: u32, flags: u32 = 0) -> () {
        vir!(virDomainCoreDumpWithFormat(dom, to, format, flags))
    }

    /// `$dom->is_active()`
    sub is_active(dom: &Domain) -> i32 {
        vir!(virDomainIsActive(dom))
    }

    /// `$dom->is_persistent()`
    sub is_persistent(dom: &Domain) -> i32 {
        vir!(virDomainIsPersistent(dom))
    }

    /// `$dom->is_updated()`
    sub is_updated(dom: &Domain) -> i32 {
        vir!(virDomainIsUpdated(dom))
    }

    /// `$dom->get_state($flags = 0)`: state and reason.
    sub get_state(dom: &Domain, flags: u32 = 0) -> (c_int, c_int) {
        let (mut state, mut reason) = (0, 0);
        check!(virDomainGetState(dom, &mut state, &mut reason, flags))?;
        Ok((state, reason))
    }

    /// `$dom->get_info()`: a hash of state, maxMem and memory (KiB), nrVirtCpu, cpuTime (ns).
    sub get_info(dom: &Domain) -> Record<virDomainInfo> {
        record(|info| vir!(virDomainGetInfo(dom, info)))
    }

    /// `$dom->get_control_info($flags = 0)`: a hash of state, details, stateTime (ms).
    sub get_control_info(dom: &Domain, flags: u32 = 0) -> Record<virDomainControlInfo> {
        record(|info| vir!(virDomainGetControlInfo(dom, info, flags)))
    }

    /// `$dom->get_autostart()`
    sub get_autostart(dom: &Domain) -> c_int {
        number(|autostart| vir!(virDomainGetAutostart(dom, autostart)))
    }

    /// `$dom->set_autostart($autostart)`
    sub set_autostart(dom: &Domain, autostart: i32) -> () {
        vir!(virDomainSetAutostart(dom, autostart))
    }

    /// `$dom->get_autostart_once()`
    sub get_autostart_once(dom: &Domain) -> c_int {
        number(|autostart| vir!("11.2.0": virDomainGetAutostartOnce(dom, autostart)))
    }

    /// `$dom->set_autostart_once($autostart)`
    sub set_autostart_once(dom: &Domain, autostart: i32) -> () {
        vir!("11.2.0": virDomainSetAutostartOnce(dom, autostart))
    }

    /// `$dom->set_lifecycle_action($type, $action, $flags = 0)`
    sub set_lifecycle_action(dom: &Domain, r#type: u32, action: u32, flags: u32 = 0) -> () {
        vir!(virDomainSetLifecycleAction(dom, r#type, action, flags))
    }

    /// `$dom->pm_suspend_for_duration($target, $duration, $flags = 0)`: seconds.
    sub pm_suspend_for_duration(dom: &Domain, target: u32, duration: u64, flags: u32 = 0) -> () {
        vir!(virDomainPMSuspendForDuration(dom, target, duration, flags))
    }

    /// `$dom->pm_wakeup($flags = 0)`
    sub pm_wakeup(dom: &Domain, flags: u32 = 0) -> () {
        vir!(virDomainPMWakeup(dom, flags))
    }
}
