//! `Sys::Virt::SelfTest`: methods that fail on purpose, for the soundness tests.

use std::ffi::CStr;

use libvirt::Exception;
use libvirt::handle::{Connect, Domain, New};
use libvirt::list::{Objects, list};
use libvirt::vir;
use xsub::tape::Assigned;
use xsub::value::Target;
use xsub::{List, Output, Tape};

/// Domains, and behind them a value for the first argument.
struct AssignedDomains(Objects<Domain>);

impl Output for AssignedDomains {
    fn write(self, tape: &mut Tape<'_>) {
        Assigned(0, Some(b"assigned".to_vec())).write(tape);
        self.0.write(tape);
    }
}

xsub::xsubs! {
    package "Sys::Virt::SelfTest";

    /// Panics with `message`, holding a domain.
    sub panic(con: &Connect, message: &CStr) -> () {
        let _domain: New<Domain> = vir!(virDomainLookupByName(con, c"test"))?;
        panic!("{}", message.to_string_lossy());
    }

    /// Throws, holding a domain.
    sub throw(con: &Connect, message: &CStr) -> () {
        let _domain: New<Domain> = vir!(virDomainLookupByName(con, c"test"))?;
        Err(Exception::die(message.to_string_lossy().into_owned()))
    }

    /// Assigns to its first argument, which may die, and then returns domains.
    sub assign(target: Target, con: &Connect) -> AssignedDomains {
        list(|domains| vir!(virConnectListAllDomains(con, domains, 0))).map(AssignedDomains)
    }

    /// Turns the event loop, and gives back the text that it got before.
    sub turn(text: &CStr) -> Vec<u8> {
        libvirt::event_loop::run_default()?;
        Ok(text.to_bytes().to_vec())
    }

    /// Turns the event loop, and then assigns to its argument.
    sub turn_and_assign(target: Target) -> Assigned<Vec<u8>> {
        libvirt::event_loop::run_default()?;
        Ok(Assigned(0, Some(b"assigned".to_vec())))
    }

    /// Loses `size` bytes: what the leak detectors must find.
    sub leak(size: u32) -> () {
        std::mem::forget(vec![1_u8; size as usize]);
        Ok(())
    }

    /// Reads the byte behind `size` bytes: what AddressSanitizer must find.
    sub overrun(size: u32) -> u32 {
        let bytes = std::hint::black_box(vec![1_u8; size as usize]);
        Ok(behind(&bytes).into())
    }

    /// Gives back the strings that it got.
    sub strings(strings: List<&CStr>) -> xsub::tape::Values<Vec<u8>> {
        Ok(xsub::tape::Values(strings.iter().map(|text| text.to_bytes().to_vec()).collect()))
    }
}

#[allow(unsafe_code)]
fn behind(bytes: &[u8]) -> u8 {
    // SAFETY: it isn't.
    unsafe { *bytes.as_ptr().add(bytes.len()) }
}
