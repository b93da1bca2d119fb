//! Maps of CPUs: one bit for each, in the order of C's `VIR_CPU_USED`.

use std::ffi::{c_int, c_uchar};
use std::ptr;

use virt::sys::virVcpuInfo;
use xsub::{Output, Tape};

use crate::text::buffer;

/// The bytes that a map of `cpus` CPUs takes.
pub fn map_length(cpus: i32) -> usize {
    usize::try_from(cpus).unwrap_or_default().div_ceil(8)
}

/// A map that libvirt allocated: in Perl, its bytes.
pub struct CpuMap {
    bytes: *mut c_uchar,
    length: usize,
}

// SAFETY: nobody else has the pointer.
unsafe impl Send for CpuMap {}

/// Calls a function that allocates a map and returns the number of CPUs in it.
///
/// # Errors
///
/// The call's.
pub fn cpu_map(
    call: impl FnOnce(&mut *mut c_uchar) -> crate::Result<i32>,
) -> crate::Result<(i32, CpuMap)> {
    let mut map = CpuMap {
        bytes: ptr::null_mut(),
        length: 0,
    };
    let cpus = call(&mut map.bytes)?;
    if !map.bytes.is_null() {
        map.length = map_length(cpus);
    }
    Ok((cpus, map))
}

impl Drop for CpuMap {
    fn drop(&mut self) {
        // SAFETY: from malloc(), and ours.
        unsafe { libc::free(self.bytes.cast()) };
    }
}

impl Output for CpuMap {
    fn write(self, tape: &mut Tape<'_>) {
        if self.length == 0 {
            return tape.copy(&[]);
        }
        // SAFETY: libvirt filled that many bytes.
        tape.copy(unsafe { std::slice::from_raw_parts(self.bytes, self.length) });
    }
}

/// Maps of several virtual CPUs, one behind the other.
pub struct CpuMaps {
    bytes: Vec<u8>,
    length: usize,
}

impl CpuMaps {
    /// `count` empty maps of `cpus` CPUs.
    ///
    /// # Errors
    ///
    /// A plain string where a host says it has more CPUs than there is memory for.
    pub fn new(count: i32, cpus: i32) -> crate::Result<Self> {
        let length = map_length(cpus);
        let size = (length as u64).saturating_mul(count.max(0) as u64);
        Ok(Self {
            bytes: buffer("the map of the CPUs", size)?,
            length,
        })
    }

    /// The bytes of one map.
    pub fn length(&self) -> c_int {
        self.length as c_int
    }

    /// For C.
    pub fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

/// Virtual CPUs: in Perl, a list of hashes.
pub struct Vcpus {
    /// What runs them.
    pub infos: Vec<virVcpuInfo>,
    /// What may run them.
    pub maps: CpuMaps,
}

impl Output for Vcpus {
    fn write(self, tape: &mut Tape<'_>) {
        let maps = self.maps.bytes.chunks(self.maps.length.max(1));
        for (info, map) in self.infos.iter().zip(maps) {
            tape.hash(5);
            tape.key(c"number");
            tape.uint(info.number.into());
            tape.key(c"state");
            tape.int(info.state.into());
            tape.key(c"cpuTime");
            tape.uint(info.cpuTime);
            tape.key(c"cpu");
            tape.int(info.cpu.into());
            tape.key(c"affinity");
            tape.copy(map);
        }
    }
}

/// The length of a caller's map, as C takes it.
///
/// # Errors
///
/// A plain string where it is too long.
pub fn mask_length(mask: &[u8]) -> crate::Result<c_int> {
    c_int::try_from(mask.len())
        .map_err(|_| crate::Exception::die(format!("a mask of {} bytes is too long", mask.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_has_eight_cpus() {
        assert_eq!([-1, 0, 1, 8, 9].map(map_length), [0, 0, 1, 1, 2]);
    }
}
