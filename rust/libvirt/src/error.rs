//! libvirt's errors: taken at once, on the thread that made the call.

use std::ffi::{CStr, c_void};
use std::ptr;

use virt::sys;
use xsub::Exception;

/// The error of the call that just failed on this thread.
///
/// Where libvirt left none, all numbers are 0 and the message says so.
pub fn last_error() -> Exception {
    // SAFETY: the error belongs to this thread and stays until its next call.
    unsafe {
        let error = sys::virGetLastError();
        if error.is_null() || (*error).code == 0 {
            return Exception::Throw {
                level: 0,
                code: 0,
                domain: 0,
                message: UNKNOWN.to_vec(),
            };
        }
        let message = match (*error).message {
            text if text.is_null() => UNKNOWN.to_vec(),
            text => CStr::from_ptr(text).to_bytes().to_vec(),
        };
        Exception::Throw {
            level: (*error).level as i32,
            code: (*error).code,
            domain: (*error).domain,
            message,
        }
    }
}

const UNKNOWN: &[u8] = b"Unknown problem";

/// Whether the last call on this thread left an error.
pub(crate) fn has_error() -> bool {
    // SAFETY: takes and changes nothing.
    unsafe { sys::virGetLastErrorCode() != 0 }
}

/// Forgets the last error of this thread: for functions that do not do so themselves, and
/// whose failure would else be explained by an older one.
pub(crate) fn reset_error() {
    // SAFETY: takes nothing.
    unsafe { sys::virResetLastError() }
}

/// The exception for a function that the loaded libvirt does not have.
pub(crate) fn unsupported(function: &CStr, since: &str) -> Exception {
    let function = function.to_string_lossy();
    let message = match version() {
        Some(version) => {
            format!(
                "{function} needs libvirt {since}; this is libvirt {}",
                version_text(version)
            )
        }
        None => format!("{function} needs libvirt {since}"),
    };
    Exception::Throw {
        level: sys::VIR_ERR_ERROR as i32,
        code: sys::VIR_ERR_NO_SUPPORT as i32,
        domain: sys::VIR_FROM_NONE as i32,
        message: message.into_bytes(),
    }
}

/// The loaded libvirt's version.
fn version() -> Option<u64> {
    let mut version = 0;
    // SAFETY: the two others may be NULL.
    let status = unsafe { sys::virGetVersion(&mut version, ptr::null(), ptr::null_mut()) };
    (status == 0).then_some(version as _)
}

/// 12008000 as "12.8.0"
pub fn version_text(version: u64) -> String {
    format!(
        "{}.{}.{}",
        version / 1_000_000,
        version / 1_000 % 1_000,
        version % 1_000
    )
}

/// Initialises libvirt, and keeps it from printing errors that become exceptions.
///
/// # Errors
///
/// What libvirt says.
pub fn initialize() -> Result<(), Exception> {
    unsafe extern "C" fn silent(_: *mut c_void, _: sys::virErrorPtr) {}
    // SAFETY: `silent` is a function for ever, and needs no data.
    unsafe {
        if sys::virInitialize() < 0 {
            return Err(last_error());
        }
        sys::virSetErrorFunc(ptr::null_mut(), Some(silent));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_written_as_libvirt_does() {
        assert_eq!(version_text(12_008_000), "12.8.0");
        assert_eq!(version_text(7_000_001), "7.0.1");
    }

    #[test]
    fn a_missing_function_names_itself_and_both_versions() {
        let Exception::Throw {
            level,
            code,
            message,
            ..
        } = unsupported(c"virNewer", "99.1.0")
        else {
            panic!("not thrown");
        };
        let text = String::from_utf8_lossy(&message).into_owned();
        assert_eq!((level, code), (2, 3));
        assert!(
            text.starts_with("virNewer needs libvirt 99.1.0; this is libvirt "),
            "{text}"
        );
    }
}
