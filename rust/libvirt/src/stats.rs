//! Statistics that libvirt gives as arrays of pairs.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use virt::sys;
use xsub::{Output, Tape};

use crate::record::zeroed_array;

/// A C struct of a name and a number.
///
/// # Safety
///
/// It has nothing else, and its name ends with NUL.
pub unsafe trait NamedValue: Copy {
    /// The name.
    fn name(&self) -> &[c_char];
    /// The number.
    fn value(&self) -> u64;
}

macro_rules! named_values {
    ($($type:ident),*) => {$(
        // SAFETY: a name of 80 characters and a number.
        unsafe impl NamedValue for sys::$type {
            fn name(&self) -> &[c_char] {
                &self.field
            }
            fn value(&self) -> u64 {
                self.value
            }
        }
    )*};
}

named_values!(virNodeCPUStats, virNodeMemoryStats);

/// Pairs of name and number: in Perl, a hash.
pub struct NamedValues<T> {
    values: Vec<T>,
    aliases: &'static [(&'static CStr, &'static CStr)],
}

/// Asks how many pairs there are, then for the pairs.
///
/// # Errors
///
/// The call's.
pub fn named_values<T: NamedValue>(
    call: impl Fn(*mut T, &mut c_int) -> crate::Result<()>,
) -> crate::Result<NamedValues<T>> {
    let mut count = 0;
    call(ptr::null_mut(), &mut count)?;
    // SAFETY: all zeros is a pair with an empty name.
    let mut values = unsafe { zeroed_array::<T>(count.max(0) as usize) }?;
    call(values.as_mut_ptr(), &mut count)?;
    values.truncate(count.max(0) as usize);
    Ok(NamedValues {
        values,
        aliases: &[],
    })
}

impl<T> NamedValues<T> {
    /// With some values under a second key as well: pairs of the name and that key.
    #[must_use]
    pub fn aliased(self, aliases: &'static [(&'static CStr, &'static CStr)]) -> Self {
        Self { aliases, ..self }
    }
}

impl<T: NamedValue + Send + 'static> Output for NamedValues<T> {
    fn write(self, tape: &mut Tape<'_>) {
        let aliases = self.aliases;
        let values = tape.keep(Box::new(self.values));
        // SAFETY: the tape keeps the values, whose names end with NUL.
        let name = |value: &T| unsafe { CStr::from_ptr(value.name().as_ptr()) };
        let alias = |value: &T| aliases.iter().find(|pair| pair.0 == name(value));
        tape.hash(values.len() + values.iter().filter_map(alias).count());
        for value in values {
            // SAFETY: the tape keeps the values.
            unsafe { tape.borrowed_key(name(value)) };
            tape.uint(value.value());
            if let Some(pair) = alias(value) {
                tape.key(pair.1);
                tape.uint(value.value());
            }
        }
    }
}

/// A hash of numbers, under keys of ours.
pub struct Numbers(pub Vec<(&'static CStr, u64)>);

impl Output for Numbers {
    fn write(self, tape: &mut Tape<'_>) {
        tape.reserve(2 * self.0.len() + 1);
        tape.hash(self.0.len());
        for (key, number) in self.0 {
            tape.key(key);
            tape.uint(number);
        }
    }
}
