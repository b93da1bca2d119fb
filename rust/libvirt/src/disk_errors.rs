//! Errors of disks.

use std::ffi::c_uint;
use std::ptr;

use virt::sys::virDomainDiskError;
use xsub::{Output, Tape};

use crate::record::zeroed_array;

/// Disks that had errors: in Perl, a list of hashes of path and error.
pub struct DiskErrors(Vec<virDomainDiskError>);

// SAFETY: nobody else has the names.
unsafe impl Send for DiskErrors {}

impl Drop for DiskErrors {
    fn drop(&mut self) {
        for error in &self.0 {
            // SAFETY: libvirt allocated the name for us.
            unsafe { libc::free(error.disk.cast()) };
        }
    }
}

/// Asks how many errors there may be, then for the errors.
///
/// # Errors
///
/// The call's.
pub fn disk_errors(
    call: impl Fn(*mut virDomainDiskError, c_uint) -> crate::Result<usize>,
) -> crate::Result<DiskErrors> {
    let max = call(ptr::null_mut(), 0)?;
    // SAFETY: all zeros is an error of no disk.
    let mut errors = DiskErrors(unsafe { zeroed_array(max) }?);
    if max > 0 {
        let count = call(errors.0.as_mut_ptr(), max as c_uint)?;
        errors.0.truncate(count);
    }
    Ok(errors)
}

impl Output for DiskErrors {
    fn write(self, tape: &mut Tape<'_>) {
        for error in &tape.keep(Box::new(self)).0 {
            tape.hash(2);
            tape.key(c"path");
            // SAFETY: the tape keeps the names.
            unsafe { tape.borrowed(error.disk) };
            tape.key(c"error");
            tape.int(error.error.into());
        }
    }
}
