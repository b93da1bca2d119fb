//! Event loops: libvirt's own, and implementations written in Perl.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{process, ptr};

use virt::sys::{self, virEventHandleCallback, virEventTimeoutCallback, virFreeCallback};
use xsub::abi::xsub_callback;
use xsub::callback::{Callback, Pointer, Upcall};
use xsub::{Exception, Output};

use crate::call;
use crate::error::reset_error;
use crate::raw;

/// As [`call::check`], of a function that leaves the last error as it was.
fn check<T: call::FromC<c_int>>(function: impl FnOnce() -> c_int) -> crate::Result<T> {
    reset_error();
    call::check(function())
}

/// Whether libvirt's own loop is the one that it uses.
static DEFAULT: AtomicBool = AtomicBool::new(false);

/// Takes libvirt's own loop; libvirt ignores it where another one is registered.
///
/// # Errors
///
/// Where the process has no file descriptors left, which the loop needs: GLib would end it.
pub fn register_default() -> crate::Result<()> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors, which are ours.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) < 0 {
            let reason = std::io::Error::last_os_error();
            return Err(Exception::die(format!("no pipe for the loop: {reason}")));
        }
        for end in ends {
            libc::close(end);
        }
    }
    raw!(virEventRegisterDefaultImpl());
    if functions().is_none() && !DEFAULT.swap(true, Relaxed) {
        take_descriptors();
    }
    Ok(())
}

/// The loop opens its descriptors when something is added for the first time. That stays, at
/// rest: what is removed takes part in each turn, until one finds nothing else to do.
fn take_descriptors() {
    unsafe extern "C" fn nothing(_: c_int, _: *mut c_void) {}
    // SAFETY: a function for ever, which needs no data.
    unsafe {
        let timer = sys::virEventAddTimeout(0, Some(nothing), ptr::null_mut(), None);
        sys::virEventUpdateTimeout(timer, -1);
    }
}

/// Turns libvirt's own loop once.
///
/// # Errors
///
/// Where it is not registered: it would wait for ever.
pub fn run_default() -> crate::Result<()> {
    if !DEFAULT.load(Relaxed) {
        let reason = "libvirt's own loop is not registered: register_default() does that";
        return Err(Exception::die(reason));
    }
    raw!(virEventRunDefaultImpl());
    Ok(())
}

unsafe extern "C" fn handle_ready(watch: c_int, fd: c_int, events: c_int, opaque: *mut c_void) {
    // SAFETY: libvirt passes the pointer that was registered.
    unsafe { Upcall::new(opaque) }.call(|tape| {
        (watch, fd, events).write(tape);
    });
}

unsafe extern "C" fn timeout_due(timer: c_int, opaque: *mut c_void) {
    // SAFETY: libvirt passes the pointer that was registered.
    unsafe { Upcall::new(opaque) }.call(|tape| timer.write(tape));
}

/// Watches a file descriptor; gives the watch's id.
///
/// # Errors
///
/// Without a number where no loop is registered.
pub fn add_handle(fd: i32, events: i32, callback: Callback<'_>) -> crate::Result<i32> {
    let nowhere = xsub::abi::XSUB_REGISTERED_NOWHERE;
    callback.register(nowhere, ptr::null_mut(), |opaque, free| {
        // SAFETY: the callback lives until libvirt frees it.
        check(|| unsafe {
            sys::virEventAddHandle(fd, events, Some(handle_ready), opaque, Some(free))
        })
    })
}

/// Adds a timer of `frequency` ms, -1 for a disabled one; gives its id.
///
/// # Errors
///
/// Without a number where no loop is registered.
pub fn add_timeout(frequency: i32, callback: Callback<'_>) -> crate::Result<i32> {
    let nowhere = xsub::abi::XSUB_REGISTERED_NOWHERE;
    callback.register(nowhere, ptr::null_mut(), |opaque, free| {
        // SAFETY: the callback lives until libvirt frees it.
        check(|| unsafe {
            sys::virEventAddTimeout(frequency, Some(timeout_due), opaque, Some(free))
        })
    })
}

/// Stops watching a file descriptor.
///
/// # Errors
///
/// Without a number where nobody knows the watch.
pub fn remove_handle(watch: i32) -> crate::Result<()> {
    // SAFETY: takes any number.
    check(|| unsafe { sys::virEventRemoveHandle(watch) })
}

/// Removes a timer.
///
/// # Errors
///
/// Without a number where nobody knows the timer.
pub fn remove_timeout(timer: i32) -> crate::Result<()> {
    // SAFETY: takes any number.
    check(|| unsafe { sys::virEventRemoveTimeout(timer) })
}

/// What an implementation was handed, to run and to free.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Handed {
    callback: usize,
    opaque: usize,
    free: usize,
    is_timeout: bool,
    /// A forked child must not touch the connections of its parent.
    process: u32,
}

static HANDED: Mutex<Vec<Handed>> = Mutex::new(Vec::new());

fn handed() -> MutexGuard<'static, Vec<Handed>> {
    HANDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The six functions of the implementation, each as Perl's callback.
static FUNCTIONS: Mutex<Option<[usize; 6]>> = Mutex::new(None);

fn functions() -> MutexGuard<'static, Option<[usize; 6]>> {
    FUNCTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

enum Function {
    AddHandle,
    UpdateHandle,
    RemoveHandle,
    AddTimeout,
    UpdateTimeout,
    RemoveTimeout,
}

fn upcall(function: Function) -> Option<Upcall> {
    let callback = functions().map(|functions| functions[function as usize])?;
    // SAFETY: C keeps the six callbacks for ever.
    Some(unsafe { Upcall::new(callback as *mut c_void) })
}

/// What libvirt gets from an implementation: a number, or -1.
fn answer(number: Option<i64>) -> c_int {
    number
        .and_then(|number| number.try_into().ok())
        .unwrap_or(-1)
}

/// Hands something to the implementation, and takes it back where that fails.
fn hand(what: Handed, add: impl FnOnce() -> Option<i64>) -> c_int {
    handed().push(what);
    let id = answer(add());
    if id < 0 {
        take_back(|item| *item == what);
    }
    id
}

/// Takes back the first that fits.
fn take_back(fits: impl Fn(&Handed) -> bool) -> Option<Handed> {
    let mut handed = handed();
    let index = handed.iter().position(fits)?;
    Some(handed.swap_remove(index))
}

unsafe extern "C" fn impl_add_handle(
    fd: c_int,
    event: c_int,
    callback: virEventHandleCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let callback = callback.map_or(0, |function| function as usize);
    let free = free.map_or(0, |function| function as usize);
    let what = Handed {
        callback,
        opaque: opaque as usize,
        free,
        is_timeout: false,
        process: process::id(),
    };
    hand(what, || {
        upcall(Function::AddHandle)?.number(|tape| {
            (fd, event, Pointer(callback as *const c_void)).write(tape);
            (Pointer(opaque), Pointer(free as *const c_void)).write(tape);
        })
    })
}

unsafe extern "C" fn impl_update_handle(watch: c_int, event: c_int) {
    if let Some(upcall) = upcall(Function::UpdateHandle) {
        upcall.call(|tape| (watch, event).write(tape));
    }
}

unsafe extern "C" fn impl_remove_handle(watch: c_int) -> c_int {
    if let Some(upcall) = upcall(Function::RemoveHandle) {
        upcall.call(|tape| watch.write(tape));
    }
    0
}

unsafe extern "C" fn impl_add_timeout(
    timeout: c_int,
    callback: virEventTimeoutCallback,
    opaque: *mut c_void,
    free: virFreeCallback,
) -> c_int {
    let callback = callback.map_or(0, |function| function as usize);
    let free = free.map_or(0, |function| function as usize);
    let what = Handed {
        callback,
        opaque: opaque as usize,
        free,
        is_timeout: true,
        process: process::id(),
    };
    hand(what, || {
        upcall(Function::AddTimeout)?.number(|tape| {
            (timeout, Pointer(callback as *const c_void)).write(tape);
            (Pointer(opaque), Pointer(free as *const c_void)).write(tape);
        })
    })
}

unsafe extern "C" fn impl_update_timeout(timer: c_int, timeout: c_int) {
    if let Some(upcall) = upcall(Function::UpdateTimeout) {
        upcall.call(|tape| (timer, timeout).write(tape));
    }
}

unsafe extern "C" fn impl_remove_timeout(timer: c_int) -> c_int {
    if let Some(upcall) = upcall(Function::RemoveTimeout) {
        upcall.call(|tape| timer.write(tape));
    }
    0
}

/// Makes Perl's functions libvirt's event implementation, in place of those of an interpreter
/// that is gone.
///
/// # Safety
///
/// The six callbacks stay for ever.
pub unsafe fn register_impl(functions: [*mut xsub_callback; 6]) {
    let earlier = self::functions().replace(functions.map(|function| function as usize));
    if earlier.is_some() {
        return;
    }
    // SAFETY: functions for ever.
    unsafe {
        sys::virEventRegisterImpl(
            Some(impl_add_handle),
            Some(impl_update_handle),
            Some(impl_remove_handle),
            Some(impl_add_timeout),
            Some(impl_update_timeout),
            Some(impl_remove_timeout),
        );
    }
}

fn was_handed(callback: usize, opaque: usize, is_timeout: bool) -> bool {
    let process = process::id();
    handed().iter().any(|what| {
        what.callback == callback
            && what.opaque == opaque
            && what.is_timeout == is_timeout
            && what.process == process
    })
}

/// Runs a handle's callback, by the addresses that the implementation was handed; false if
/// it was not.
pub fn run_handle(watch: i32, fd: i32, events: i32, callback: usize, opaque: usize) -> bool {
    if callback == 0 || !was_handed(callback, opaque, false) {
        return false;
    }
    // SAFETY: libvirt handed it out as a virEventHandleCallback, with this opaque pointer.
    unsafe {
        if let Some(function) = std::mem::transmute::<usize, virEventHandleCallback>(callback) {
            function(watch, fd, events, opaque as *mut c_void);
        }
    }
    true
}

/// Runs a timer's callback, by the addresses that the implementation was handed; false if it
/// was not.
pub fn run_timeout(timer: i32, callback: usize, opaque: usize) -> bool {
    if callback == 0 || !was_handed(callback, opaque, true) {
        return false;
    }
    // SAFETY: libvirt handed it out as a virEventTimeoutCallback, with this opaque pointer.
    unsafe {
        if let Some(function) = std::mem::transmute::<usize, virEventTimeoutCallback>(callback) {
            function(timer, opaque as *mut c_void);
        }
    }
    true
}

/// Frees what the implementation was handed; false if it was not, or was freed already.
pub fn free_opaque(free: usize, opaque: usize) -> bool {
    let process = process::id();
    let fits =
        |what: &Handed| what.free == free && what.opaque == opaque && what.process == process;
    if free == 0 || take_back(fits).is_none() {
        return false;
    }
    // SAFETY: libvirt handed it out as the function that frees this opaque pointer.
    unsafe {
        if let Some(function) = std::mem::transmute::<usize, virFreeCallback>(free) {
            function(opaque as *mut c_void);
        }
    }
    true
}
