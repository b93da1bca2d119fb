//! Events: one row for each, with the arguments that libvirt gives its callback.

use std::ffi::{c_int, c_longlong, c_uint, c_ulonglong, c_void};

use virt::sys::{self, virConnect, virTypedParameterPtr};
use xsub::abi::{self, xsub_callback, xsub_registration};
use xsub::callback::{CText, Callback, Upcall};
use xsub::{Exception, Output, Tape, pipe};

use crate::call::Pass;
use crate::handle::{Connect, Domain, Native, Network, NodeDevice, Secret, StoragePool};
use crate::params::write_params;
use crate::stream::{RELEASE_KEPT, forget_callback, keep_callback};

/// A function that frees what it gets.
pub type Free = sys::virFreeCallback;

/// A callback of libvirt's for objects of the class `T`, as its registration takes it.
pub type Function<T> = unsafe extern "C" fn(*mut virConnect, *mut <T as Native>::Raw, *mut c_void);

/// An event of objects of the class `T`.
pub struct Event<T: Native> {
    id: c_uint,
    function: Function<T>,
}

/// Writes a handle of an object that libvirt lends to its callback.
fn write_object<T: Native>(native: *mut T::Raw, tape: &mut Tape<'_>) {
    if native.is_null() {
        return tape.undef();
    }
    // SAFETY: libvirt keeps the object during the callback.
    unsafe { tape.lent::<T>(native.cast()) };
}

macro_rules! write_arguments {
    ($tape:ident, $params:ident: virTypedParameterPtr, $count:ident: c_int) => {
        // SAFETY: libvirt keeps its parameters during the callback.
        unsafe { write_params($tape, $params, $count) }
    };
    ($tape:ident, $($argument:ident: $type:ident),*) => {
        $(Output::write($argument, $tape);)*
    };
}

macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $table:ident: $class:ident {
            $($id:ident => $name:ident($($argument:ident: $type:ident),*);)*
        }
    )*) => {$(
        $(
            unsafe extern "C" fn $name(
                _: *mut virConnect,
                object: *mut <$class as Native>::Raw,
                $($argument: $type,)*
                opaque: *mut c_void,
            ) -> c_int {
                // SAFETY: libvirt passes the pointer that was registered.
                unsafe { Upcall::new(opaque) }.call(|tape| {
                    write_object::<$class>(object, tape);
                    write_arguments!(tape, $($argument: $type),*);
                });
                0
            }
        )*

        $(#[$doc])*
        pub static $table: &[Event<$class>] = &[$(
            Event {
                id: sys::$id,
                // SAFETY: libvirt calls the function with the arguments that the event has;
                // where it wants no result, it looks at none.
                function: unsafe {
                    std::mem::transmute::<
                        unsafe extern "C" fn(
                            *mut virConnect,
                            *mut <$class as Native>::Raw,
                            $($type,)*
                            *mut c_void,
                        ) -> c_int,
                        Function<$class>,
                    >($name)
                },
            },
        )*];
    )*};
}

events! {
    /// `virConnectDomainEventRegisterAny`
    DOMAIN: Domain {
        VIR_DOMAIN_EVENT_ID_LIFECYCLE => lifecycle(event: c_int, detail: c_int);
        VIR_DOMAIN_EVENT_ID_REBOOT => reboot();
        VIR_DOMAIN_EVENT_ID_RTC_CHANGE => rtc_change(utcoffset: c_longlong);
        VIR_DOMAIN_EVENT_ID_WATCHDOG => watchdog(action: c_int);
        VIR_DOMAIN_EVENT_ID_IO_ERROR => io_error(path: CText, alias: CText, action: c_int);
        VIR_DOMAIN_EVENT_ID_GRAPHICS => graphics(
            phase: c_int, local: GraphicsAddress, remote: GraphicsAddress, auth_scheme: CText,
            subject: GraphicsSubject
        );
        VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON => io_error_reason(
            path: CText, alias: CText, action: c_int, reason: CText
        );
        VIR_DOMAIN_EVENT_ID_CONTROL_ERROR => control_error();
        VIR_DOMAIN_EVENT_ID_BLOCK_JOB => block_job(path: CText, kind: c_int, status: c_int);
        VIR_DOMAIN_EVENT_ID_DISK_CHANGE => disk_change(
            old_path: CText, new_path: CText, alias: CText, reason: c_int
        );
        VIR_DOMAIN_EVENT_ID_TRAY_CHANGE => tray_change(alias: CText, reason: c_int);
        VIR_DOMAIN_EVENT_ID_PMWAKEUP => pm_wakeup(reason: c_int);
        VIR_DOMAIN_EVENT_ID_PMSUSPEND => pm_suspend(reason: c_int);
        VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE => balloon_change(actual: c_ulonglong);
        VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK => pm_suspend_disk(reason: c_int);
        VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED => device_removed(alias: CText);
        VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2 => block_job_2(device: CText, kind: c_int, status: c_int);
        VIR_DOMAIN_EVENT_ID_TUNABLE => tunable(params: virTypedParameterPtr, count: c_int);
        VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE => agent_lifecycle(state: c_int, reason: c_int);
        VIR_DOMAIN_EVENT_ID_DEVICE_ADDED => device_added(alias: CText);
        VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION => migration_iteration(iteration: c_int);
        VIR_DOMAIN_EVENT_ID_JOB_COMPLETED => job_completed(params: virTypedParameterPtr, count: c_int);
        VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED => device_removal_failed(alias: CText);
        VIR_DOMAIN_EVENT_ID_METADATA_CHANGE => metadata_change(kind: c_int, uri: CText);
        VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD => block_threshold(
            device: CText, path: CText, threshold: c_ulonglong, excess: c_ulonglong
        );
        VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE => memory_failure(
            recipient: c_int, action: c_int, flags: c_uint
        );
        VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE => memory_device_size_change(
            alias: CText, size: c_ulonglong
        );
        VIR_DOMAIN_EVENT_ID_NIC_MAC_CHANGE => nic_mac_change(
            alias: CText, old_mac: CText, new_mac: CText
        );
        VIR_DOMAIN_EVENT_ID_VCPU_REMOVED => vcpu_removed(vcpu: c_uint);
        VIR_DOMAIN_EVENT_ID_CHANNEL_LIFECYCLE => channel_lifecycle(
            channel: CText, state: c_int, reason: c_int
        );
    }

    /// `virConnectNetworkEventRegisterAny`
    NETWORK: Network {
        VIR_NETWORK_EVENT_ID_LIFECYCLE => network_lifecycle(event: c_int, detail: c_int);
        VIR_NETWORK_EVENT_ID_METADATA_CHANGE => network_metadata_change(kind: c_int, uri: CText);
    }

    /// `virConnectStoragePoolEventRegisterAny`
    STORAGE_POOL: StoragePool {
        VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE => storage_pool_lifecycle(event: c_int, detail: c_int);
        VIR_STORAGE_POOL_EVENT_ID_REFRESH => storage_pool_refresh();
    }

    /// `virConnectNodeDeviceEventRegisterAny`
    NODE_DEVICE: NodeDevice {
        VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE => node_device_lifecycle(event: c_int, detail: c_int);
        VIR_NODE_DEVICE_EVENT_ID_UPDATE => node_device_update();
    }

    /// `virConnectSecretEventRegisterAny`
    SECRET: Secret {
        VIR_SECRET_EVENT_ID_LIFECYCLE => secret_lifecycle(event: c_int, detail: c_int);
        VIR_SECRET_EVENT_ID_VALUE_CHANGED => secret_value_changed();
    }
}

/// `virDomainEventGraphicsAddress`: in Perl, a hash.
#[repr(transparent)]
struct GraphicsAddress(*const sys::virDomainEventGraphicsAddress);

impl Output for GraphicsAddress {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: libvirt keeps the address, if there is one, during the callback.
        let Some(address) = (unsafe { self.0.as_ref() }) else {
            return tape.undef();
        };
        tape.hash(3);
        tape.key(c"family");
        tape.int(address.family.into());
        tape.key(c"node");
        CText(address.node).write(tape);
        tape.key(c"service");
        CText(address.service).write(tape);
    }
}

/// `virDomainEventGraphicsSubject`: in Perl, an array of hashes.
#[repr(transparent)]
struct GraphicsSubject(*const sys::virDomainEventGraphicsSubject);

impl Output for GraphicsSubject {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: libvirt keeps the subject, if there is one, and as many identities
        // as it says, during the callback.
        let identities = unsafe {
            match self.0.as_ref() {
                Some(subject) if subject.nidentity > 0 && !subject.identities.is_null() => {
                    std::slice::from_raw_parts(subject.identities, subject.nidentity as usize)
                }
                _ => &[],
            }
        };
        tape.array(identities.len());
        for identity in identities {
            tape.hash(2);
            tape.key(c"type");
            CText(identity.type_).write(tape);
            tape.key(c"name");
            CText(identity.name).write(tape);
        }
    }
}

/// Registers a callback for an event; `call` is the function that does it.
///
/// # Errors
///
/// The call's; `ERR_INVALID_ARG` for an event that we know no arguments of.
pub fn register<T: Native>(
    events: &[Event<T>],
    registration: xsub_registration,
    conn: &Connect,
    id: i32,
    callback: Callback<'_>,
    call: impl FnOnce(Option<Function<T>>, *mut c_void, Free) -> crate::Result<i32>,
) -> crate::Result<i32> {
    let Some(event) = events.iter().find(|event| event.id as i32 == id) else {
        return Err(unknown(id));
    };
    callback.register(registration, native(conn), |opaque, free| {
        call(Some(event.function), opaque, Some(free))
    })
}

/// Handing libvirt a callback whose arguments we do not know would crash on delivery.
fn unknown(id: i32) -> Exception {
    Exception::Throw {
        level: sys::VIR_ERR_ERROR as i32,
        code: sys::VIR_ERR_INVALID_ARG as i32,
        domain: sys::VIR_FROM_NONE as i32,
        message: format!("invalid argument: eventID {id} is no event that this module knows")
            .into_bytes(),
    }
}

fn native(conn: &Connect) -> *mut c_void {
    let conn: *mut virConnect = conn.pass();
    conn.cast()
}

/// The one callback that a connection may have for its domains' lifecycle, without an id.
///
/// # Errors
///
/// libvirt's.
pub fn register_lifecycle(conn: &Connect, callback: Callback<'_>) -> crate::Result<i32> {
    let registration = abi::XSUB_REGISTERED_DOMAIN_LIFECYCLE;
    callback.register(registration, native(conn), |opaque, free| {
        crate::vir!(virConnectDomainEventRegister(
            conn,
            Some(LIFECYCLE),
            opaque,
            Some(free)
        ))
    })
}

/// `lifecycle()`, with the type that the oldest interface gives it.
const LIFECYCLE: unsafe extern "C" fn(
    *mut virConnect,
    *mut sys::virDomain,
    c_int,
    c_int,
    *mut c_void,
) -> c_int = lifecycle;

/// Takes back what `register_lifecycle` registered.
pub fn deregister_lifecycle(conn: &Connect) {
    crate::raw!(virConnectDomainEventDeregister(conn, Some(LIFECYCLE)));
}

unsafe extern "C" fn closed(_: *mut virConnect, reason: c_int, opaque: *mut c_void) {
    // SAFETY: libvirt passes the pointer that was registered.
    unsafe { Upcall::new(opaque) }.call(|tape| Output::write(reason, tape));
}

/// Registers a callback for the end of the connection.
///
/// # Errors
///
/// libvirt's.
pub fn register_close(conn: &Connect, callback: Callback<'_>) -> crate::Result<i32> {
    let registered = callback.register(abi::XSUB_REGISTERED_CLOSE, native(conn), |opaque, _| {
        crate::vir!(virConnectRegisterCloseCallback(
            conn,
            Some(CLOSED),
            opaque,
            Some(RELEASE_KEPT)
        ))
    })?;
    keep_callback(native(conn), callback.opaque());
    Ok(registered)
}

const CLOSED: unsafe extern "C" fn(*mut virConnect, c_int, *mut c_void) = closed;

/// Takes back what `register_close` registered.
pub fn deregister_close(conn: &Connect) {
    if crate::raw!(virConnectUnregisterCloseCallback(conn, Some(CLOSED))) == 0 {
        forget_callback(native(conn));
    }
}

/// Takes back a callback's registration, as its object is about to go.
///
/// # Safety
///
/// The callback is registered, with an object that is alive.
pub unsafe extern "C" fn deregister(callback: *const xsub_callback) {
    // SAFETY: promised by the caller; the registration says of what class the object is.
    pipe::shielded(|| unsafe {
        let (registration, id) = ((*callback).registration, (*callback).id);
        let conn: *mut virConnect = (*callback).native.cast();
        match registration {
            abi::XSUB_REGISTERED_DOMAIN_LIFECYCLE => {
                sys::virConnectDomainEventDeregister(conn, Some(LIFECYCLE))
            }
            abi::XSUB_REGISTERED_DOMAIN => sys::virConnectDomainEventDeregisterAny(conn, id),
            abi::XSUB_REGISTERED_NETWORK => sys::virConnectNetworkEventDeregisterAny(conn, id),
            abi::XSUB_REGISTERED_STORAGE_POOL => {
                sys::virConnectStoragePoolEventDeregisterAny(conn, id)
            }
            abi::XSUB_REGISTERED_NODE_DEVICE => {
                sys::virConnectNodeDeviceEventDeregisterAny(conn, id)
            }
            abi::XSUB_REGISTERED_SECRET => sys::virConnectSecretEventDeregisterAny(conn, id),
            abi::XSUB_REGISTERED_CLOSE => {
                let result = sys::virConnectUnregisterCloseCallback(conn, Some(CLOSED));
                if result == 0 {
                    forget_callback((*callback).native);
                }
                result
            }
            abi::XSUB_REGISTERED_STREAM => {
                let result = sys::virStreamEventRemoveCallback((*callback).native.cast());
                forget_callback((*callback).native);
                result
            }
            _ => 0,
        };
    });
}
