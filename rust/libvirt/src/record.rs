//! Records: C structs that Perl sees as hashes, one row for each.

use std::mem::MaybeUninit;

use virt::sys;
use xsub::tape::Values;
use xsub::{Exception, Output, Tape};

use crate::list::Allocated;
use crate::text::array_text;

/// A C struct of plain numbers and characters, for which all zeros is a value.
///
/// # Safety
///
/// It has no pointers, and no invalid bit patterns.
pub unsafe trait Plain: Copy {
    /// How it looks in Perl.
    fn write(&self, tape: &mut Tape<'_>);
}

/// A C struct that Perl sees as a hash.
pub struct Record<T: Plain>(pub T);

impl<T: Plain> Output for Record<T> {
    fn write(self, tape: &mut Tape<'_>) {
        self.0.write(tape);
    }
}

/// A C struct, all zeros.
pub fn zeroed<T: Plain>() -> T {
    // SAFETY: that is a value of a Plain type.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// `count` C structs, all zeros.
///
/// # Safety
///
/// All zeros is a value of `T`.
///
/// # Errors
///
/// A plain string where there cannot be so many, whatever a server says.
pub unsafe fn zeroed_array<T: Copy>(count: usize) -> crate::Result<Vec<T>> {
    let mut array = Vec::new();
    if array.try_reserve_exact(count).is_err() {
        return Err(Exception::die(format!(
            "{count} records: more than there is memory"
        )));
    }
    // SAFETY: promised by the caller.
    array.resize(count, unsafe { MaybeUninit::zeroed().assume_init() });
    Ok(array)
}

/// Calls a function that fills a struct.
///
/// # Errors
///
/// The call's.
pub fn record<T: Plain>(
    call: impl FnOnce(&mut T) -> crate::Result<()>,
) -> crate::Result<Record<T>> {
    let mut value = zeroed();
    call(&mut value).map(|()| Record(value))
}

/// Calls a function that allocates an array of structs without pointers.
///
/// # Errors
///
/// The call's.
pub fn records<T: Plain>(
    call: impl FnOnce(&mut *mut T) -> crate::Result<usize>,
) -> crate::Result<Values<Record<T>>> {
    // SAFETY: the structs own nothing but the memory that they are in.
    let items = unsafe { Allocated::new(|_: T| (), call)? };
    Ok(Values(items.map(Record).collect()))
}

macro_rules! records {
    ($( $type:ident { $($field:ident $(=> $key:literal)?),* $(,)? } )*) => {$(
        // SAFETY: libvirt's struct of numbers and arrays of characters.
        unsafe impl Plain for sys::$type {
            fn write(&self, tape: &mut Tape<'_>) {
                tape.hash([$(stringify!($field)),*].len());
                $(
                    tape.key(records!(@key $field $($key)?));
                    Field::write(self.$field, tape);
                )*
            }
        }
    )*};
    (@key $field:ident) => { xsub::cstr!(stringify!($field)) };
    (@key $field:ident $key:literal) => { xsub::cstr!($key) };
}

/// A member of a record.
trait Field {
    fn write(self, tape: &mut Tape<'_>);
}

macro_rules! number_fields {
    ($($method:ident: $($type:ty),*;)*) => {$($(
        impl Field for $type {
            fn write(self, tape: &mut Tape<'_>) {
                tape.$method(self.into());
            }
        }
    )*)*};
}

number_fields! {
    int: i32, i64;
    uint: u8, u16, u32, u64;
}

impl<const N: usize> Field for [std::ffi::c_char; N] {
    fn write(self, tape: &mut Tape<'_>) {
        tape.copy(&array_text(&self));
    }
}

records! {
    virNodeInfo { model, memory, cpus, mhz, nodes, sockets, cores, threads }
    virSecurityModel { model, doi }
    virDomainInfo { state, maxMem, memory, nrVirtCpu, cpuTime }
    virDomainBlockInfo { capacity, allocation, physical }
    virDomainBlockJobInfo { type_ => "type", bandwidth, cur, end }
    virDomainControlInfo { state, details, stateTime }
    virDomainBlockStatsStruct { rd_req, rd_bytes, wr_req, wr_bytes, errs }
    virDomainInterfaceStatsStruct {
        rx_bytes, rx_packets, rx_errs, rx_drop, tx_bytes, tx_packets, tx_errs, tx_drop
    }
    virDomainJobInfo {
        type_ => "type", timeElapsed, timeRemaining, dataTotal, dataProcessed, dataRemaining,
        memTotal, memProcessed, memRemaining, fileTotal, fileProcessed, fileRemaining
    }
    virSecurityLabel { label, enforcing }
    virStoragePoolInfo { state, capacity, allocation, available }
    virStorageVolInfo { type_ => "type", capacity, allocation }
}
