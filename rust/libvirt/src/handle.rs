//! Handles: the one table of libvirt's classes of objects.

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use virt::sys;
use xsub::abi::xsub_class;
use xsub::{Class, Output, Tape, pipe};

use crate::call::{FromC, Pass};

/// A class of libvirt objects.
pub trait Native: Class {
    /// libvirt's type.
    type Raw;
    /// Gives a reference back.
    ///
    /// # Safety
    ///
    /// The caller holds the reference that it gives back.
    unsafe fn free(native: *mut Self::Raw) -> c_int;
    /// Takes one more reference.
    ///
    /// # Safety
    ///
    /// The object is alive.
    unsafe fn take_ref(native: *mut Self::Raw) -> c_int;
}

macro_rules! classes {
    ($(
        $class:ident = $raw:ident, $package:literal, $noun:literal, $destroy_argument:literal,
        $code:ident, $domain:ident, $take_ref:ident, $free:ident;
    )*) => {
        #[allow(clippy::upper_case_acronyms)]
        enum Row { $($class),* }

        $(
            #[doc = concat!("A `", stringify!($raw), "`, in Perl a `", $package, "`.")]
            #[repr(transparent)]
            pub struct $class(sys::$raw);

            impl Class for $class {
                const ROW: u8 = Row::$class as u8;
            }

            impl Native for $class {
                type Raw = sys::$raw;
                unsafe fn free(native: *mut sys::$raw) -> c_int {
                    // SAFETY: promised by the caller.
                    unsafe { sys::$free(native) }
                }
                unsafe fn take_ref(native: *mut sys::$raw) -> c_int {
                    // SAFETY: promised by the caller.
                    unsafe { sys::$take_ref(native) }
                }
            }

            impl Pass<*mut sys::$raw> for &$class {
                fn pass(self) -> *mut sys::$raw {
                    ptr::from_ref(self).cast_mut().cast()
                }
            }

            impl Pass<*mut sys::$raw> for Option<&$class> {
                fn pass(self) -> *mut sys::$raw {
                    self.map_or(ptr::null_mut(), Pass::pass)
                }
            }
        )*

        /// The rows, as C reads them.
        pub static CLASSES: &[xsub_class] = &[$(
            xsub_class {
                package: xsub::cstr!($package).as_ptr(),
                noun: xsub::cstr!($noun).as_ptr(),
                destroy_argument: xsub::cstr!($destroy_argument).as_ptr(),
                invalid_code: sys::$code as i32,
                error_domain: sys::$domain as i32,
                ref_: Some(take_ref::<$class>),
                free: Some(free::<$class>),
            },
        )*];
    };
}

unsafe extern "C" fn take_ref<T: Native>(native: *mut c_void) -> c_int {
    // SAFETY: C passes an object of this row.
    unsafe { T::take_ref(native.cast()) }
}

unsafe extern "C" fn free<T: Native>(native: *mut c_void) -> c_int {
    // SAFETY: C passes an object of this row, and its own reference.
    pipe::shielded(|| unsafe { T::free(native.cast()) })
}

classes! {
    Connect = virConnect, "Sys::Virt", "connection", "con_rv",
        VIR_ERR_INVALID_CONN, VIR_FROM_NONE, virConnectRef, virConnectClose;
    Domain = virDomain, "Sys::Virt::Domain", "domain", "dom_rv",
        VIR_ERR_INVALID_DOMAIN, VIR_FROM_DOM, virDomainRef, virDomainFree;
    DomainCheckpoint = virDomainCheckpoint, "Sys::Virt::DomainCheckpoint", "checkpoint", "domcp_rv",
        VIR_ERR_INVALID_DOMAIN_CHECKPOINT, VIR_FROM_DOMAIN_CHECKPOINT,
        virDomainCheckpointRef, virDomainCheckpointFree;
    DomainSnapshot = virDomainSnapshot, "Sys::Virt::DomainSnapshot", "snapshot", "domss_rv",
        VIR_ERR_INVALID_DOMAIN_SNAPSHOT, VIR_FROM_DOMAIN_SNAPSHOT,
        virDomainSnapshotRef, virDomainSnapshotFree;
    Interface = virInterface, "Sys::Virt::Interface", "interface", "iface_rv",
        VIR_ERR_INVALID_INTERFACE, VIR_FROM_INTERFACE, virInterfaceRef, virInterfaceFree;
    Network = virNetwork, "Sys::Virt::Network", "network", "net_rv",
        VIR_ERR_INVALID_NETWORK, VIR_FROM_NETWORK, virNetworkRef, virNetworkFree;
    NetworkPort = virNetworkPort, "Sys::Virt::NetworkPort", "network port", "port_rv",
        VIR_ERR_INVALID_NETWORK_PORT, VIR_FROM_NETWORK, virNetworkPortRef, virNetworkPortFree;
    NodeDevice = virNodeDevice, "Sys::Virt::NodeDevice", "node device", "dev_rv",
        VIR_ERR_INVALID_NODE_DEVICE, VIR_FROM_NODEDEV, virNodeDeviceRef, virNodeDeviceFree;
    NWFilter = virNWFilter, "Sys::Virt::NWFilter", "network filter", "filter_rv",
        VIR_ERR_INVALID_NWFILTER, VIR_FROM_NWFILTER, virNWFilterRef, virNWFilterFree;
    NWFilterBinding = virNWFilterBinding, "Sys::Virt::NWFilterBinding", "network filter binding",
        "binding_rv", VIR_ERR_INVALID_NWFILTER_BINDING, VIR_FROM_NWFILTER,
        virNWFilterBindingRef, virNWFilterBindingFree;
    Secret = virSecret, "Sys::Virt::Secret", "secret", "sec_rv",
        VIR_ERR_INVALID_SECRET, VIR_FROM_SECRET, virSecretRef, virSecretFree;
    StoragePool = virStoragePool, "Sys::Virt::StoragePool", "storage pool", "pool_rv",
        VIR_ERR_INVALID_STORAGE_POOL, VIR_FROM_STORAGE, virStoragePoolRef, virStoragePoolFree;
    StorageVol = virStorageVol, "Sys::Virt::StorageVol", "storage volume", "vol_rv",
        VIR_ERR_INVALID_STORAGE_VOL, VIR_FROM_STORAGE, virStorageVolRef, virStorageVolFree;
    Stream = virStream, "Sys::Virt::Stream", "stream", "st_rv",
        VIR_ERR_INVALID_STREAM, VIR_FROM_STREAMS, virStreamRef, virStreamFree;
}

/// A native object with a reference of our own: in Perl, a new handle.
pub struct New<T: Native>(NonNull<T::Raw>);

// SAFETY: libvirt's objects may be used and released on any thread.
unsafe impl<T: Native> Send for New<T> {}

impl<T: Native> New<T> {
    /// Takes one more reference to an object that something else keeps alive.
    ///
    /// # Errors
    ///
    /// libvirt's, where `native` is NULL.
    pub fn borrowed(native: *mut T::Raw) -> crate::Result<Self> {
        let new: Self = crate::call::check(native)?;
        // SAFETY: the object is alive; `new` now holds a reference of its own.
        unsafe { T::take_ref(new.0.as_ptr()) };
        Ok(new)
    }

    fn into_raw(self) -> *mut T::Raw {
        let native = self.0.as_ptr();
        std::mem::forget(self);
        native
    }
}

impl<T: Native> Drop for New<T> {
    fn drop(&mut self) {
        // SAFETY: the reference is ours.
        unsafe { T::free(self.0.as_ptr()) };
    }
}

/// NULL is a failure.
impl<T: Native> FromC<*mut T::Raw> for New<T> {
    fn from_c(native: *mut T::Raw) -> Option<Self> {
        NonNull::new(native).map(Self)
    }
}

impl<T: Native> Output for New<T> {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: an object of the class `T`, whose reference goes to the tape.
        unsafe { tape.handle::<T>(self.into_raw().cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_class() {
        assert_eq!(CLASSES.len(), 14);
        assert_eq!(Stream::ROW, 13);
    }
}
