//! Callbacks: the one way back into Perl.
//!
//! An upcall always returns: what the callback throws, and its exit, wait in C
//! until libvirt has returned as well.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, offset_of};
use std::sync::OnceLock;

use crate::abi::{self, xsub_callback, xsub_credential, xsub_perl, xsub_upcall, xsub_value};
use crate::value::plain;
use crate::{Argument, Output, Tape, pipe};

static PERL: OnceLock<&'static xsub_perl> = OnceLock::new();

// SAFETY: two functions.
unsafe impl Sync for xsub_perl {}
// SAFETY: two functions.
unsafe impl Send for xsub_perl {}

pub(crate) fn set_perl(perl: &'static xsub_perl) {
    PERL.get_or_init(|| perl);
}

/// Something that Perl can call.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    callback: *mut xsub_callback,
    lives: PhantomData<&'a xsub_callback>,
}

// SAFETY: a CALLBACK is decoded as a pointer that lives during the call.
unsafe impl<'a> Argument<'a> for Callback<'a> {
    const TYPE: abi::xsub_type = plain(abi::XSUB_KIND_CALLBACK);
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        let callback = unsafe { value.as_.callback };
        Self {
            callback,
            lives: PhantomData,
        }
    }
}

impl Callback<'_> {
    /// The pointer that C functions hand back to their callbacks, for this call only.
    pub fn opaque(self) -> *mut c_void {
        self.callback.cast()
    }

    /// Registers the callback with `native`: `register` gets the opaque pointer and
    /// the function that frees it, and gives the registration's id.
    ///
    /// # Errors
    ///
    /// Those of `register`; then nothing stays registered.
    pub fn register<E>(
        self,
        registration: abi::xsub_registration,
        native: *mut c_void,
        register: impl FnOnce(*mut c_void, unsafe extern "C" fn(*mut c_void)) -> Result<i32, E>,
    ) -> Result<i32, E> {
        // SAFETY: the callback lives during the call; C counts without locks, as all
        // its callbacks belong to one thread.
        unsafe {
            (*self.callback).references += 1;
            (*self.callback).registration = registration;
            (*self.callback).native = native;
        }
        let result = register(self.opaque(), release);
        // SAFETY: as above; the decoder holds a count of its own until the call is over.
        unsafe {
            match &result {
                Ok(id) => (*self.callback).id = *id,
                Err(_) => {
                    (*self.callback).registration = abi::XSUB_REGISTERED_NOWHERE;
                    (*self.callback).references -= 1;
                }
            }
        }
        result
    }
}

/// Gives a callback back: what C functions call when they need it no more.
///
/// # Safety
///
/// `callback` came from [`Callback::register`].
pub unsafe extern "C" fn release(callback: *mut c_void) {
    if let Some(release) = PERL.get().and_then(|perl| perl.release) {
        // SAFETY: promised by the caller.
        unsafe { release(callback) };
    }
}

/// One call of Perl.
#[derive(Clone, Copy)]
pub struct Upcall(*mut xsub_callback);

impl Upcall {
    /// Prepares a call of what `opaque` stands for.
    ///
    /// # Safety
    ///
    /// `opaque` came from a [`Callback`] that is alive.
    pub unsafe fn new(opaque: *mut c_void) -> Self {
        Self(opaque.cast())
    }

    /// Calls; gives the numbers that are returned, `None` if that failed. `write` adds arguments
    /// behind the object that the callback belongs to, `prepare` says where other answers go.
    #[inline]
    fn run(
        self,
        reply: abi::xsub_reply,
        write: impl FnOnce(&mut Tape<'_>),
        prepare: impl FnOnce(&mut xsub_upcall),
    ) -> Option<(i64, i64)> {
        let mut memory = MaybeUninit::<xsub_upcall>::uninit();
        // SAFETY: all zeros is a value of what is before the arguments, and an empty tape one of
        // theirs. They have no destructor: C drops them when it has made Perl's of them.
        let upcall = unsafe {
            let upcall = memory.as_mut_ptr();
            upcall
                .cast::<u8>()
                .write_bytes(0, offset_of!(xsub_upcall, arguments));
            write(&mut Tape::start(&raw mut (*upcall).arguments));
            &mut *upcall
        };
        upcall.callback = self.0;
        upcall.reply = reply;
        upcall.failed = true;
        prepare(upcall);
        if let Some(perl) = PERL.get().and_then(|perl| perl.upcall) {
            // SAFETY: the upcall was filled as C expects.
            pipe::unshielded(|| unsafe { perl(upcall) });
        }
        (!upcall.failed).then_some((upcall.first, upcall.second))
    }

    /// Calls, and forgets what is returned.
    pub fn call(self, write: impl FnOnce(&mut Tape<'_>)) {
        self.run(abi::XSUB_REPLY_NOTHING, write, |_| ());
    }

    /// Calls; gives the number that is returned, `None` if that failed.
    pub fn number(self, write: impl FnOnce(&mut Tape<'_>)) -> Option<i64> {
        let numbers = self.run(abi::XSUB_REPLY_INT, write, |_| ());
        numbers.map(|(number, _)| number)
    }

    /// Calls; gives how much was taken, `None` if that failed or was not said.
    pub fn count(self, write: impl FnOnce(&mut Tape<'_>)) -> Option<i64> {
        let numbers = self.run(abi::XSUB_REPLY_COUNT, write, |_| ());
        numbers.map(|(count, _)| count)
    }

    /// Calls; gives the two numbers that are returned, `None` if that failed.
    pub fn pair(self, write: impl FnOnce(&mut Tape<'_>)) -> Option<(i64, i64)> {
        self.run(abi::XSUB_REPLY_PAIR, write, |_| ())
    }

    /// Calls with an empty buffer and how much is wanted; gives how many bytes of
    /// `buffer` were filled, `None` if that failed.
    ///
    /// # Safety
    ///
    /// `buffer` has room for `size` bytes.
    pub unsafe fn fill(self, buffer: *mut std::ffi::c_char, size: usize) -> Option<i64> {
        let write = |tape: &mut Tape<'_>| {
            tape.copy(&[]);
            tape.uint(size as u64);
        };
        let numbers = self.run(abi::XSUB_REPLY_BUFFER, write, |upcall| {
            upcall.buffer = buffer;
            upcall.size = size;
        });
        numbers.map(|(filled, _)| filled)
    }

    /// Calls with an array of credentials; C fills `results`. Gives the number that
    /// is returned, `None` if that failed.
    pub fn credentials(
        self,
        results: &mut [xsub_credential],
        write: impl FnOnce(&mut Tape<'_>),
    ) -> Option<i64> {
        let numbers = self.run(abi::XSUB_REPLY_CREDENTIALS, write, |upcall| {
            upcall.credentials = results.as_mut_ptr();
            upcall.credential_count = results.len();
        });
        numbers.map(|(number, _)| number)
    }
}

/// A C string that lives as long as the upcall; NULL is undef.
#[repr(transparent)]
pub struct CText(pub *const std::ffi::c_char);

impl Output for CText {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: libvirt keeps the callback's arguments while it runs.
        unsafe { tape.borrowed(self.0) };
    }
}

/// A C pointer: in Perl, a reference to a scalar that holds it; NULL is undef.
#[repr(transparent)]
pub struct Pointer(pub *const c_void);

impl Output for Pointer {
    fn write(self, tape: &mut Tape<'_>) {
        if self.0.is_null() {
            return tape.undef();
        }
        tape.reference();
        tape.uint(self.0 as u64);
    }
}
