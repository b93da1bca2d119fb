//! What the archive shows to C: the one function that gives it the tables.
#![allow(unsafe_code, reason = "an exported symbol, called by C")]

use std::ptr;
use std::sync::OnceLock;

use libvirt::handle::CLASSES;
use xsub::Tape;
use xsub::abi::{xsub_module, xsub_outcome, xsub_table};

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
pub unsafe extern "C" fn sys_virt_boot(outcome: *mut xsub_outcome) -> *const xsub_module {
    xsub::install(CLASSES);
    // SAFETY: promised by C.
    let mut tape = unsafe { Tape::start(outcome) };
    if let Err(exception) = libvirt::initialize() {
        tape.throw(&exception);
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
    })
}
