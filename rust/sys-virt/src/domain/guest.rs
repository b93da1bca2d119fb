//! What the guest's agent does, and what is sent to the guest's processes.

use std::ffi::{CStr, c_int};

use libvirt::handle::Domain;
use libvirt::list::{Texts, length, strings, texts};
use libvirt::params::{TypedParams, allocated};
use libvirt::report::{Report, report};
use libvirt::sys::virDomainFSInfo;
use libvirt::{check, vir};
use xsub::List;
use xsub::tape::Array;
use xsub::value::Secret;

xsub::xsubs! {
    package "Sys::Virt::Domain";

    /// `$dom->set_agent_response_timeout($seconds, $flags = 0)`
    sub set_agent_response_timeout(dom: &Domain, timeout: i32, flags: u32 = 0) -> () {
        vir!(virDomainAgentSetResponseTimeout(dom, timeout, flags))
    }

    /// `$dom->get_guest_info($types = 0, $flags = 0)`: a hash.
    sub get_guest_info(dom: &Domain, types: u32 = 0, flags: u32 = 0) -> TypedParams {
        allocated(|params, count| check!(virDomainGetGuestInfo(dom, types, params, count, flags)))
    }

    /// `$dom->get_guest_vcpus($flags = 0)`: a hash of lists of CPUs, as text.
    sub get_guest_vcpus(dom: &Domain, flags: u32 = 0) -> TypedParams {
        allocated(|params, count| {
            let mut unsigned = 0;
            let result = check!(virDomainGetGuestVcpus(dom, params, &mut unsigned, flags));
            *count = unsigned as c_int;
            result
        })
    }

    /// `$dom->get_fs_info($flags = 0)`: a list of hashes of mountpoint, name, fstype and devalias.
    sub get_fs_info(dom: &Domain, flags: u32 = 0) -> Report<virDomainFSInfo> {
        report(|infos| vir!(virDomainGetFSInfo(dom, infos, flags)))
    }

    /// `$dom->fs_freeze(\@mountpoints, $flags = 0)`: none for all of them.
    sub fs_freeze(dom: &Domain, mountPointsSV: List<&CStr>, flags: u32 = 0) -> () {
        let points = strings(mountPointsSV);
        vir!(virDomainFSFreeze(dom, points.as_slice(), length(&points), flags))
    }

    /// `$dom->fs_thaw(\@mountpoints, $flags = 0)`: none for all of them.
    sub fs_thaw(dom: &Domain, mountPointsSV: List<&CStr>, flags: u32 = 0) -> () {
        let points = strings(mountPointsSV);
        vir!(virDomainFSThaw(dom, points.as_slice(), length(&points), flags))
    }

    /// `$dom->fs_trim($mountpoint, $minimum, $flags = 0)`: bytes; undef for all mount points.
    sub fs_trim(dom: &Domain, mountPoint: Option<&CStr>, minimumsv: u64, flags: u32 = 0) -> () {
        vir!(virDomainFSTrim(dom, mountPoint, minimumsv, flags))
    }

    /// `$dom->get_time($flags = 0)`: an array of seconds and nanoseconds.
    sub get_time(dom: &Domain, flags: u32 = 0) -> Array<i64> {
        let (mut seconds, mut nanoseconds) = (0, 0);
        check!(virDomainGetTime(dom, &mut seconds, &mut nanoseconds, flags))?;
        Ok(Array(vec![seconds, nanoseconds.into()]))
    }

    /// `$dom->set_time($seconds, $nanoseconds, $flags = 0)`
    sub set_time(dom: &Domain, secssv: i64, nsecs: u32, flags: u32 = 0) -> () {
        vir!(virDomainSetTime(dom, secssv, nsecs, flags))
    }

    /// `$dom->set_user_password($username, $password, $flags = 0)`
    sub set_user_password(
        dom: &Domain,
        username: &CStr,
        password: Secret<&CStr>,
        flags: u32 = 0,
    ) -> () {
        vir!(virDomainSetUserPassword(dom, username, password.0, flags))
    }

    /// `$dom->authorized_ssh_keys_get($user, $flags = 0)`: a list of lines.
    sub authorized_ssh_keys_get(dom: &Domain, user: &CStr, flags: u32 = 0)
        usage "dom, user, flags = 0"
        -> Texts {
        texts(|keys| vir!(virDomainAuthorizedSSHKeysGet(dom, user, keys, flags)))
    }

    /// `$dom->authorized_ssh_keys_set($user, \@keys, $flags = 0)`
    sub authorized_ssh_keys_set(dom: &Domain, user: &CStr, keysSV: List<&CStr>, flags: u32 = 0)
        usage "dom, user, keysSV, flags = 0"
        -> () {
        let keys = strings(keysSV);
        if keys.is_empty() {
            let none = std::ptr::null_mut();
            return vir!(virDomainAuthorizedSSHKeysSet(dom, user, none, 0, flags));
        }
        vir!(virDomainAuthorizedSSHKeysSet(dom, user, keys.as_slice(), length(&keys), flags))
    }

    /// `$dom->send_process_signal($pid, $signum, $flags = 0)`
    sub send_process_signal(dom: &Domain, pidsv: i64, signum: u32, flags: u32 = 0) -> () {
        vir!(virDomainSendProcessSignal(dom, pidsv, signum, flags))
    }
}
