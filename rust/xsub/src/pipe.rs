//! A lost connection is an error, not the end of the process.
//!
//! Who writes to a connection whose other end is gone gets SIGPIPE, which ends
//! a process that does not expect it. The thread that writes is the one that
//! gets it: so a handler can tell calls of ours from everything else, which
//! keeps its `SIGPIPE`.

use std::cell::Cell;
use std::ffi::c_int;
use std::{mem, ptr};

thread_local! {
    static SHIELDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call`; in it, SIGPIPE does nothing.
pub fn shielded<R>(call: impl FnOnce() -> R) -> R {
    set_for(true, call)
}

/// Runs `call`, which came out of a shielded one, without the shield.
pub fn unshielded<R>(call: impl FnOnce() -> R) -> R {
    set_for(false, call)
}

fn set_for<R>(shielded: bool, call: impl FnOnce() -> R) -> R {
    SHIELDED.with(|state| {
        let outer = state.replace(shielded);
        let result = call();
        state.set(outer);
        result
    })
}

/// Installs the handler, where SIGPIPE is left to its default: at each connection
/// that is opened, as Perl's `local $SIG{PIPE}` ends with the default.
pub fn install() {
    // SAFETY: sigaction() is given structs of its own type; `handle` does what a
    // signal handler may.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        libc::sigaction(libc::SIGPIPE, ptr::null(), &mut action);
        if action.sa_sigaction == libc::SIG_DFL {
            action.sa_sigaction = handle as extern "C" fn(c_int) as libc::sighandler_t;
            libc::sigaction(libc::SIGPIPE, &action, ptr::null_mut());
        }
    }
}

extern "C" fn handle(signal: c_int) {
    if SHIELDED.get() {
        return;
    }
    // SAFETY: both may be called here. The signal is blocked until this returns, and
    // then ends the process.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shield_ends_with_its_call() {
        let inner = shielded(|| {
            (
                SHIELDED.get(),
                unshielded(|| SHIELDED.get()),
                SHIELDED.get(),
            )
        });
        assert_eq!(inner, (true, false, true));
        assert!(!SHIELDED.get());
    }
}
