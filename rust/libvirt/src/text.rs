//! Text, UUIDs and buffers.

use std::ffi::{c_char, c_uchar};
use std::mem::MaybeUninit;

use xsub::{Exception, Output, Tape};

use crate::call::FromC;

/// A string that libvirt allocated for us.
#[derive(Debug)]
pub struct Text(*mut c_char);

// SAFETY: nobody else has the pointer.
unsafe impl Send for Text {}

impl Text {
    /// Takes over what libvirt put there; NULL is undef.
    ///
    /// # Safety
    ///
    /// `text` is NULL, or a string from malloc() that belongs to nobody else.
    pub unsafe fn from_raw(text: *mut c_char) -> Self {
        Self(text)
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        // SAFETY: it is ours, from malloc().
        unsafe { libc::free(self.0.cast()) };
    }
}

/// NULL is a failure.
impl FromC<*mut c_char> for Text {
    fn from_c(text: *mut c_char) -> Option<Self> {
        (!text.is_null()).then_some(Self(text))
    }
}

impl Output for Text {
    fn write(self, tape: &mut Tape<'_>) {
        let text = self.0;
        std::mem::forget(self);
        // SAFETY: ours, and given away.
        unsafe { tape.owned(text) };
    }
}

/// A string that the object keeps which it was asked of.
pub struct Borrowed(*const c_char);

/// NULL is a failure.
impl FromC<*const c_char> for Borrowed {
    fn from_c(text: *const c_char) -> Option<Self> {
        (!text.is_null()).then_some(Self(text))
    }
}

impl Output for Borrowed {
    fn write(self, tape: &mut Tape<'_>) {
        // SAFETY: the object is an argument of the call, and so outlives the tape.
        unsafe { tape.borrowed(self.0) };
    }
}

/// A string that the caller may miss: NULL without an error is undef.
pub struct Optional<T>(pub Option<T>);

impl<T: FromC<*const c_char>> FromC<*const c_char> for Optional<T> {
    fn from_c(text: *const c_char) -> Option<Self> {
        let value = T::from_c(text);
        (value.is_some() || !crate::error::has_error()).then_some(Self(value))
    }
}

impl<T: Output> Output for Optional<T> {
    fn write(self, tape: &mut Tape<'_>) {
        self.0.write(tape);
    }
}

/// A string that libvirt allocates and puts where it is told.
///
/// # Errors
///
/// The call's.
pub fn text(call: impl FnOnce(&mut *mut c_char) -> crate::Result<()>) -> crate::Result<Text> {
    let mut text = std::ptr::null_mut();
    let result = call(&mut text);
    // SAFETY: NULL, or libvirt put a string of ours there.
    let text = unsafe { Text::from_raw(text) };
    result.map(|()| text)
}

/// Overwrites a secret, by writes that nobody may leave out.
///
/// # Safety
///
/// There are `size` bytes, and nobody else uses them.
pub unsafe fn wipe(bytes: *mut c_uchar, size: usize) {
    for index in 0..size {
        // SAFETY: promised by the caller.
        unsafe { bytes.add(index).write_volatile(0) };
    }
}

/// The value of a secret, which does not stay in memory.
pub struct SecretValue {
    bytes: *mut c_uchar,
    size: usize,
}

// SAFETY: nobody else has the pointer.
unsafe impl Send for SecretValue {}

/// Calls a function that allocates a secret's value and gives its size.
///
/// # Errors
///
/// The call's.
pub fn secret_value(
    call: impl FnOnce(&mut usize) -> crate::Result<Allocation>,
) -> crate::Result<SecretValue> {
    let mut size = 0;
    let Allocation(bytes) = call(&mut size)?;
    Ok(SecretValue { bytes, size })
}

/// Bytes that libvirt allocated for us.
pub struct Allocation(*mut c_uchar);

/// NULL is a failure, unless libvirt says nothing of one.
impl FromC<*mut c_uchar> for Allocation {
    fn from_c(bytes: *mut c_uchar) -> Option<Self> {
        (!bytes.is_null() || !crate::error::has_error()).then_some(Self(bytes))
    }
}

impl SecretValue {
    fn as_slice(&self) -> &[u8] {
        if self.bytes.is_null() || self.size == 0 {
            return &[];
        }
        // SAFETY: libvirt gave that many.
        unsafe { std::slice::from_raw_parts(self.bytes, self.size) }
    }
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        // SAFETY: the bytes are ours.
        unsafe {
            wipe(self.bytes, self.as_slice().len());
            libc::free(self.bytes.cast());
        }
    }
}

impl Output for SecretValue {
    fn write(self, tape: &mut Tape<'_>) {
        let value = tape.keep(Box::new(self));
        // SAFETY: the tape keeps it.
        unsafe { tape.borrowed_bytes(value.as_slice()) };
    }
}

/// The 16 bytes of a UUID.
///
/// # Errors
///
/// The call's.
pub fn uuid(call: impl FnOnce(&mut [u8]) -> crate::Result<()>) -> crate::Result<[u8; 16]> {
    let mut uuid = [0; 16];
    call(&mut uuid).map(|()| uuid)
}

/// A UUID's 36 characters.
///
/// # Errors
///
/// The call's.
pub fn uuid_string(
    call: impl FnOnce(&mut [c_char]) -> crate::Result<()>,
) -> crate::Result<[u8; 36]> {
    let mut text = [0 as c_char; 37];
    call(&mut text)?;
    Ok(std::array::from_fn(|index| text[index] as u8))
}

/// The characters of an array in a C struct, up to the first NUL.
pub fn array_text(array: &[c_char]) -> Vec<u8> {
    array
        .iter()
        .map(|&character| character as u8)
        .take_while(|&byte| byte != 0)
        .collect()
}

/// Whole memory that C fills: `size` zeros, or an exception where that is too much.
///
/// # Errors
///
/// A plain string that names the argument `name`.
pub fn buffer(name: &str, size: u64) -> crate::Result<Vec<u8>> {
    let mut buffer = reserved(name, size)?;
    buffer.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
    Ok(buffer)
}

/// Memory for `size` bytes, which nothing is in yet.
fn reserved(name: &str, size: u64) -> crate::Result<Vec<u8>> {
    let mut buffer = Vec::new();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if buffer.try_reserve_exact(size).is_err() {
        return Err(Exception::die(format!(
            "{name} is {size} bytes: more than there is memory"
        )));
    }
    Ok(buffer)
}

/// Bytes that C has written into memory of ours.
pub struct Received(Vec<u8>);

impl Output for Received {
    fn write(self, tape: &mut Tape<'_>) {
        let bytes = tape.keep(Box::new(self.0));
        // SAFETY: the tape keeps them.
        unsafe { tape.borrowed_bytes(bytes) };
    }
}

/// Calls a function that fills memory of `size` bytes and returns how many it filled, or a
/// negative number: gives what was received, unless that is nothing, and the number.
///
/// # Errors
///
/// The call's; a plain string that names the argument `name` where `size` is too much.
pub fn received(
    name: &str,
    size: u64,
    call: impl FnOnce(&mut [MaybeUninit<u8>]) -> crate::Result<i32>,
) -> crate::Result<(Option<Received>, i32)> {
    let mut bytes = reserved(name, size)?;
    let room = bytes
        .capacity()
        .min(usize::try_from(size).unwrap_or(usize::MAX));
    let count = call(&mut bytes.spare_capacity_mut()[..room])?;
    let filled = usize::try_from(count).unwrap_or_default().min(room);
    // SAFETY: C has written that many.
    unsafe { bytes.set_len(filled) };
    Ok(((filled > 0).then_some(Received(bytes)), count))
}

/// One integer that C writes where it is told.
///
/// # Errors
///
/// The call's.
pub fn number<T: Default>(call: impl FnOnce(&mut T) -> crate::Result<()>) -> crate::Result<T> {
    let mut number = T::default();
    call(&mut number).map(|()| number)
}
