//! Reports: lists of C structs that libvirt allocated, in Perl lists of hashes.

use std::ffi::c_char;

use virt::sys;
use xsub::{Output, Tape};

use crate::handle::{Domain, Native};
use crate::list::Allocated;
use crate::params::write_params;

/// A C struct that libvirt allocated, with what it points to.
///
/// # Safety
///
/// `free` releases all of it.
pub unsafe trait Item: Sized {
    /// Releases the struct.
    ///
    /// # Safety
    ///
    /// It is not used any more.
    unsafe fn free(item: *mut Self);

    /// Writes a hash that may point into the struct.
    ///
    /// # Safety
    ///
    /// The struct outlives the tape, and what it points to is alive.
    unsafe fn write(&mut self, tape: &mut Tape<'_>);
}

/// A list of such structs.
pub struct Report<T: Item>(Allocated<*mut T>);

/// Calls a function that allocates an array of structs.
///
/// # Errors
///
/// The call's.
pub fn report<T: Item>(
    call: impl FnOnce(&mut *mut *mut T) -> crate::Result<usize>,
) -> crate::Result<Report<T>> {
    // SAFETY: each item is a struct that `free` releases.
    unsafe { Allocated::new(T::free, call).map(Report) }
}

impl<T: Item + 'static> Output for Report<T> {
    fn write(self, tape: &mut Tape<'_>) {
        let items = tape.keep(Box::new(self)).0.as_slice();
        for &item in items {
            // SAFETY: the tape keeps the structs.
            unsafe { (*item).write(tape) };
        }
    }
}

/// # Safety
///
/// `text` is NULL or a C string that outlives the tape.
unsafe fn write_text(key: &'static std::ffi::CStr, text: *const c_char, tape: &mut Tape<'_>) {
    tape.key(key);
    // SAFETY: promised by the caller.
    unsafe { tape.borrowed(text) };
}

/// # Safety
///
/// There are `count` items at `items`, or none where it is NULL.
unsafe fn slice<'a, T>(items: *const T, count: usize) -> &'a [T] {
    if items.is_null() {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts(items, count) }
}

// SAFETY: libvirt's own function.
unsafe impl Item for sys::virDomainFSInfo {
    unsafe fn free(item: *mut Self) {
        // SAFETY: promised by the caller.
        unsafe { sys::virDomainFSInfoFree(item) };
    }

    unsafe fn write(&mut self, tape: &mut Tape<'_>) {
        // SAFETY: promised by the caller.
        unsafe {
            tape.hash(4);
            write_text(c"mountpoint", self.mountpoint, tape);
            write_text(c"name", self.name, tape);
            write_text(c"fstype", self.fstype, tape);
            tape.key(c"devalias");
            let aliases = slice(self.devAlias, self.ndevAlias);
            tape.array(aliases.len());
            for &alias in aliases {
                tape.borrowed(alias);
            }
        }
    }
}

// SAFETY: libvirt's own function.
unsafe impl Item for sys::virDomainInterface {
    unsafe fn free(item: *mut Self) {
        // SAFETY: promised by the caller.
        unsafe { sys::virDomainInterfaceFree(item) };
    }

    unsafe fn write(&mut self, tape: &mut Tape<'_>) {
        // SAFETY: promised by the caller.
        unsafe {
            let has_hwaddr = !self.hwaddr.is_null();
            tape.hash(2 + usize::from(has_hwaddr));
            write_text(c"name", self.name, tape);
            if has_hwaddr {
                write_text(c"hwaddr", self.hwaddr, tape);
            }
            tape.key(c"addrs");
            let addresses = slice(self.addrs, self.naddrs as usize);
            tape.array(addresses.len());
            for address in addresses {
                tape.hash(3);
                tape.key(c"type");
                tape.int(address.type_.into());
                write_text(c"addr", address.addr, tape);
                tape.key(c"prefix");
                tape.uint(address.prefix.into());
            }
        }
    }
}

// SAFETY: libvirt's own function.
unsafe impl Item for sys::virDomainIOThreadInfo {
    unsafe fn free(item: *mut Self) {
        // SAFETY: promised by the caller.
        unsafe { sys::virDomainIOThreadInfoFree(item) };
    }

    unsafe fn write(&mut self, tape: &mut Tape<'_>) {
        // SAFETY: promised by the caller.
        unsafe {
            tape.hash(2);
            tape.key(c"number");
            tape.uint(self.iothread_id.into());
            tape.key(c"affinity");
            tape.borrowed_bytes(slice(self.cpumap, self.cpumaplen.max(0) as usize));
        }
    }
}

// SAFETY: libvirt's own function.
unsafe impl Item for sys::virNetworkDHCPLease {
    unsafe fn free(item: *mut Self) {
        // SAFETY: promised by the caller.
        unsafe { sys::virNetworkDHCPLeaseFree(item) };
    }

    unsafe fn write(&mut self, tape: &mut Tape<'_>) {
        // SAFETY: promised by the caller.
        unsafe {
            tape.hash(9);
            write_text(c"iface", self.iface, tape);
            tape.key(c"expirytime");
            tape.int(self.expirytime);
            tape.key(c"type");
            tape.int(self.type_.into());
            write_text(c"mac", self.mac, tape);
            write_text(c"iaid", self.iaid, tape);
            write_text(c"ipaddr", self.ipaddr, tape);
            tape.key(c"prefix");
            tape.uint(self.prefix.into());
            write_text(c"hostname", self.hostname, tape);
            write_text(c"clientid", self.clientid, tape);
        }
    }
}

// SAFETY: the parameters, the reference to the domain if it is still there, and the struct.
unsafe impl Item for sys::virDomainStatsRecord {
    unsafe fn free(item: *mut Self) {
        // SAFETY: promised by the caller. libvirt frees whole lists only, and with them
        // the domains that were handed over.
        unsafe {
            sys::virTypedParamsFree((*item).params, (*item).nparams);
            if !(*item).dom.is_null() {
                Domain::free((*item).dom);
            }
            libc::free(item.cast());
        }
    }

    unsafe fn write(&mut self, tape: &mut Tape<'_>) {
        // SAFETY: promised by the caller; the record's reference goes to the tape.
        unsafe {
            tape.hash(2);
            tape.key(c"dom");
            tape.handle::<Domain>(std::mem::replace(&mut self.dom, std::ptr::null_mut()).cast());
            tape.key(c"data");
            write_params(tape, self.params, self.nparams);
        }
    }
}
