//! What the archive shows to C: the one function that gives it the tables.
#![allow(unsafe_code, reason = "an exported symbol, called by C")]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::OnceLock;

use libvirt::event_loop;
use libvirt::handle::CLASSES;
use xsub::abi::{xsub_callback, xsub_module, xsub_outcome, xsub_perl, xsub_table};
use xsub::{Tape, pipe};

use crate::TABLES;
use crate::constants::CONSTANTS;

struct Module(xsub_module);

// SAFETY: its pointers lead to constants.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

static MODULE: OnceLock<Module> = OnceLock::new();

/// Initialises libvirt and gives the tables; NULL, and the outcome an error, if that fails.
///
/// # Safety
///
/// `outcome` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_boot(
    perl: *const xsub_perl,
    outcome: *mut xsub_outcome,
) -> *const xsub_module {
    // SAFETY: C's table of its functions is a constant.
    xsub::install(CLASSES, unsafe { perl.as_ref() });
    // SAFETY: promised by C.
    let mut tape = unsafe { Tape::start(outcome) };
    if let Err(exception) = libvirt::initialize() {
        tape.throw(exception);
        return ptr::null();
    }
    &MODULE.get_or_init(module).0
}

fn module() -> Module {
    let tables: Vec<_> = TABLES
        .iter()
        .map(|table| xsub_table {
            items: table.as_ptr(),
            count: table.len(),
        })
        .collect();
    let tables = tables.leak();
    Module(xsub_module {
        tables: tables.as_ptr(),
        table_count: tables.len(),
        classes: CLASSES.as_ptr(),
        class_count: CLASSES.len(),
        constants: CONSTANTS.as_ptr().cast(),
        constant_count: CONSTANTS.len(),
        deregister: Some(libvirt::event::deregister),
    })
}

/// Makes an event implementation libvirt's.
///
/// # Safety
///
/// `functions` are six callbacks that stay for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sys_virt_register_event_impl(functions: *const *mut xsub_callback) {
    // SAFETY: promised by C.
    unsafe { event_loop::register_impl(*functions.cast()) }
}

/// Runs a handle's callback that an event implementation was handed.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_run_handle(
    watch: c_int,
    fd: c_int,
    events: c_int,
    callback: *mut c_void,
    opaque: *mut c_void,
) -> bool {
    pipe::shielded(|| event_loop::run_handle(watch, fd, events, callback as usize, opaque as usize))
}

/// Runs a timer's callback that an event implementation was handed.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_run_timeout(
    timer: c_int,
    callback: *mut c_void,
    opaque: *mut c_void,
) -> bool {
    pipe::shielded(|| event_loop::run_timeout(timer, callback as usize, opaque as usize))
}

/// Frees what an event implementation was handed.
#[unsafe(no_mangle)]
pub extern "C" fn sys_virt_free_opaque(free: *mut c_void, opaque: *mut c_void) -> bool {
    pipe::shielded(|| event_loop::free_opaque(free as usize, opaque as usize))
}
