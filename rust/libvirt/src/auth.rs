//! Authentication: credentials asked of Perl while a connection opens.

use std::ffi::{CStr, c_int, c_uint, c_void};

use virt::sys::{self, virConnectAuth, virConnectCredential};
use xsub::Output;
use xsub::abi::xsub_credential;
use xsub::callback::{CText, Callback, Upcall};

use crate::call::{Pass, check};
use crate::handle::{Connect, New};
use crate::text::wipe;

/// Opens a connection that asks `callback` for credentials of the given kinds.
///
/// # Errors
///
/// libvirt's.
pub fn open(
    uri: Option<&CStr>,
    mut kinds: Vec<c_int>,
    callback: Callback<'_>,
    flags: u32,
) -> crate::Result<New<Connect>> {
    let mut auth = virConnectAuth {
        credtype: kinds.as_mut_ptr(),
        ncredtype: crate::list::length(&kinds),
        cb: Some(ask),
        cbdata: callback.opaque(),
    };
    // SAFETY: all of it is used during the call only.
    check(unsafe { sys::virConnectOpenAuth(uri.pass(), &mut auth, flags) })
}

/// Opens a connection that asks for credentials on the terminal.
///
/// # Errors
///
/// libvirt's.
pub fn open_on_terminal(uri: Option<&CStr>, flags: u32) -> crate::Result<New<Connect>> {
    // SAFETY: libvirt's constant, which it may write nothing to.
    check(unsafe { sys::virConnectOpenAuth(uri.pass(), sys::virConnectAuthPtrDefault, flags) })
}

unsafe extern "C" fn ask(
    credentials: *mut virConnectCredential,
    count: c_uint,
    opaque: *mut c_void,
) -> c_int {
    if credentials.is_null() || count == 0 {
        return 0;
    }
    // SAFETY: libvirt passes `count` credentials and the pointer it was given.
    unsafe {
        let credentials = std::slice::from_raw_parts_mut(credentials, count as usize);
        let results: *mut xsub_credential =
            libc::calloc(credentials.len(), size_of::<xsub_credential>()).cast();
        if results.is_null() {
            return -1;
        }
        let results = std::slice::from_raw_parts_mut(results, credentials.len());
        let answer = Upcall::new(opaque).credentials(results, |tape| {
            tape.array(credentials.len());
            for credential in &*credentials {
                tape.hash(4);
                tape.key(c"type");
                credential.type_.write(tape);
                tape.key(c"prompt");
                CText(credential.prompt).write(tape);
                tape.key(c"challenge");
                CText(credential.challenge).write(tape);
                tape.key(c"result");
                CText(credential.defresult).write(tape);
            }
        });
        let given = answer.is_some_and(|answer| answer >= 0);
        for (credential, result) in credentials.iter_mut().zip(&*results) {
            if given {
                // From here on it is libvirt's.
                credential.result = result.result;
                credential.resultlen = result.len as c_uint;
            } else if !result.result.is_null() {
                wipe(result.result.cast(), result.len);
                libc::free(result.result.cast());
            }
        }
        libc::free(results.as_mut_ptr().cast());
        if given { 0 } else { -1 }
    }
}
