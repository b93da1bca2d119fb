//! Streams: libvirt's pumps, with sources and sinks written in Perl.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{c_char, c_int, c_longlong, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use virt::sys::{self, virStream};
use xsub::abi::XSUB_REGISTERED_STREAM;
use xsub::callback::{Callback, Upcall, release};
use xsub::{Exception, Output};

use crate::call::{Pass, check};
use crate::handle::Stream;
use crate::vir;

/// The streams that were ended since they were opened, by their native object: of a local
/// driver, libvirt would crash in sending a hole.
static ENDED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn ended_streams() -> MutexGuard<'static, BTreeSet<usize>> {
    ENDED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn has_ended(native: *mut virStream) -> bool {
    ended_streams().contains(&(native as usize))
}

/// What came of opening a stream.
///
/// # Errors
///
/// The call's.
pub fn opened<T>(stream: &Stream, result: crate::Result<T>) -> crate::Result<T> {
    let native: *mut virStream = stream.pass();
    if result.is_ok() {
        ended_streams().remove(&(native as usize));
    }
    result
}

/// What came of ending a stream: it has ended, also where that is an error, if it was open.
///
/// # Errors
///
/// The call's.
pub fn ended(stream: &Stream, result: crate::Result<()>) -> crate::Result<()> {
    let native: *mut virStream = stream.pass();
    let never_opened = matches!(&result, Err(Exception::Throw { code, .. })
        if *code == sys::VIR_ERR_NO_SUPPORT as i32);
    if !never_opened {
        ended_streams().insert(native as usize);
    }
    result
}

/// What came of a pump: libvirt aborts the stream where it fails.
fn pumped(stream: &Stream, result: crate::Result<()>) -> crate::Result<()> {
    if result.is_err() {
        return ended(stream, result);
    }
    result
}

/// `virStreamSendHole`
///
/// # Errors
///
/// libvirt's, and what it says of an ended stream elsewhere.
pub fn send_hole(stream: &Stream, length: i64, flags: u32) -> crate::Result<()> {
    if has_ended(stream.pass()) {
        return Err(Exception::Throw {
            level: sys::VIR_ERR_ERROR as i32,
            code: sys::VIR_ERR_INTERNAL_ERROR as i32,
            domain: sys::VIR_FROM_STREAMS as i32,
            message: b"internal error: stream is not open".to_vec(),
        });
    }
    vir!(virStreamSendHole(stream, length, flags))
}

/// The callbacks of a pump: what its opaque pointer leads to.
struct Pump {
    data: *mut c_void,
    hole: *mut c_void,
    skip: *mut c_void,
}

impl Pump {
    /// # Safety
    ///
    /// `opaque` leads to the pump that is running.
    unsafe fn upcall(opaque: *mut c_void, which: impl FnOnce(&Self) -> *mut c_void) -> Upcall {
        // SAFETY: promised by the caller; its callbacks live as long as the pump runs.
        unsafe { Upcall::new(which(&*opaque.cast::<Self>())) }
    }

    fn opaque(&mut self) -> *mut c_void {
        std::ptr::from_mut(self).cast()
    }
}

/// What libvirt gets of a callback's answer.
fn answer(number: Option<i64>) -> c_int {
    number
        .and_then(|number| number.try_into().ok())
        .unwrap_or(-1)
}

unsafe extern "C" fn source(
    _: *mut virStream,
    data: *mut c_char,
    size: usize,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: libvirt passes the pump, and room for `size` bytes.
    answer(unsafe { Pump::upcall(opaque, |pump| pump.data).fill(data, size) })
}

unsafe extern "C" fn sink(
    _: *mut virStream,
    data: *const c_char,
    size: usize,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: libvirt passes the pump, and `size` bytes that stay during the callback.
    unsafe {
        answer(Pump::upcall(opaque, |pump| pump.data).count(|tape| {
            tape.borrowed_bytes(std::slice::from_raw_parts(data.cast(), size));
            tape.uint(size as u64);
        }))
    }
}

unsafe extern "C" fn sink_hole(
    _: *mut virStream,
    length: c_longlong,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: libvirt passes the pump.
    let upcall = unsafe { Pump::upcall(opaque, |pump| pump.hole) };
    answer(upcall.number(|tape| length.write(tape)))
}

unsafe extern "C" fn source_section(
    stream: *mut virStream,
    in_data: *mut c_int,
    length: *mut c_longlong,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: libvirt passes the pump.
    let upcall = unsafe { Pump::upcall(opaque, |pump| pump.hole) };
    let Some((is_data, section)) = upcall.pair(|_| ()) else {
        return -1;
    };
    if has_ended(stream) {
        return -1;
    }
    // SAFETY: libvirt passes room for two numbers.
    unsafe {
        *in_data = (is_data != 0).into();
        *length = section;
    }
    0
}

unsafe extern "C" fn source_skip(
    _: *mut virStream,
    length: c_longlong,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: libvirt passes the pump.
    let upcall = unsafe { Pump::upcall(opaque, |pump| pump.skip) };
    answer(upcall.number(|tape| length.write(tape)))
}

/// `virStreamSendAll`
///
/// # Errors
///
/// libvirt's.
pub fn send_all(stream: &Stream, data: Callback<'_>) -> crate::Result<()> {
    let mut pump = Pump {
        data: data.opaque(),
        hole: data.opaque(),
        skip: data.opaque(),
    };
    // SAFETY: the pump outlives the call.
    let sent = check(unsafe { sys::virStreamSendAll(stream.pass(), Some(source), pump.opaque()) });
    pumped(stream, sent)
}

/// `virStreamRecvAll`
///
/// # Errors
///
/// libvirt's.
pub fn recv_all(stream: &Stream, data: Callback<'_>) -> crate::Result<()> {
    let mut pump = Pump {
        data: data.opaque(),
        hole: data.opaque(),
        skip: data.opaque(),
    };
    // SAFETY: the pump outlives the call.
    let received =
        check(unsafe { sys::virStreamRecvAll(stream.pass(), Some(sink), pump.opaque()) });
    pumped(stream, received)
}

/// `virStreamSparseSendAll`
///
/// # Errors
///
/// libvirt's.
pub fn sparse_send_all(
    stream: &Stream,
    data: Callback<'_>,
    hole: Callback<'_>,
    skip: Callback<'_>,
) -> crate::Result<()> {
    let mut pump = Pump {
        data: data.opaque(),
        hole: hole.opaque(),
        skip: skip.opaque(),
    };
    // SAFETY: the pump outlives the call.
    let sent = check(unsafe {
        sys::virStreamSparseSendAll(
            stream.pass(),
            Some(source),
            Some(source_section),
            Some(source_skip),
            pump.opaque(),
        )
    });
    pumped(stream, sent)
}

/// `virStreamSparseRecvAll`
///
/// # Errors
///
/// libvirt's.
pub fn sparse_recv_all(
    stream: &Stream,
    data: Callback<'_>,
    hole: Callback<'_>,
) -> crate::Result<()> {
    let mut pump = Pump {
        data: data.opaque(),
        hole: hole.opaque(),
        skip: hole.opaque(),
    };
    // SAFETY: the pump outlives the call.
    let received = check(unsafe {
        sys::virStreamSparseRecvAll(stream.pass(), Some(sink), Some(sink_hole), pump.opaque())
    });
    pumped(stream, received)
}

unsafe extern "C" fn ready(_: *mut virStream, events: c_int, opaque: *mut c_void) {
    // SAFETY: libvirt passes the pointer that was registered.
    unsafe { Upcall::new(opaque) }.call(|tape| events.write(tape));
}

/// The callbacks of which libvirt doesn't say when it needs them no more, by the native object
/// that has one: the remote driver never calls the function for a stream's, and other drivers
/// not that for the end of a connection.
static CALLBACKS: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

fn callbacks() -> MutexGuard<'static, BTreeMap<usize, usize>> {
    CALLBACKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls back when the stream is ready.
///
/// # Errors
///
/// libvirt's.
pub fn add_callback(stream: &Stream, events: i32, callback: Callback<'_>) -> crate::Result<()> {
    let native: *mut virStream = stream.pass();
    callback
        .register(XSUB_REGISTERED_STREAM, native.cast(), |opaque, _| {
            // SAFETY: the callback lives until it is removed.
            check(unsafe {
                sys::virStreamEventAddCallback(native, events, Some(ready), opaque, None)
            })
        })
        .map(|_: i32| keep_callback(native.cast(), callback.opaque()))
}

/// Takes the stream's callback back.
///
/// # Errors
///
/// libvirt's; then it stays.
pub fn remove_callback(stream: &Stream) -> crate::Result<()> {
    vir!(virStreamEventRemoveCallback(stream)).map(|_: i32| {
        let native: *mut virStream = stream.pass();
        forget_callback(native.cast());
    })
}

/// Remembers the callback of an object, in place of one that it had.
pub fn keep_callback(native: *mut c_void, callback: *mut c_void) {
    let before = callbacks().insert(native as usize, callback as usize);
    if let Some(before) = before {
        // SAFETY: it was registered.
        unsafe { release(before as *mut c_void) };
    }
}

/// Gives back the callback of an object that doesn't call it any more.
pub fn forget_callback(native: *mut c_void) {
    let callback = callbacks().remove(&(native as usize));
    if let Some(callback) = callback {
        // SAFETY: it was registered.
        unsafe { release(callback as *mut c_void) };
    }
}

/// Gives back a callback, if it was not before: where libvirt does say that it needs it no more.
/// What is no callback any more is not looked at.
extern "C" fn release_kept(callback: *mut c_void) {
    let object = callbacks()
        .iter()
        .find(|&(_, &kept)| kept == callback as usize)
        .map(|(&object, _)| object);
    if let Some(object) = object {
        forget_callback(object as *mut c_void);
    }
}

/// `release_kept()`, with the type that libvirt gives it.
pub const RELEASE_KEPT: unsafe extern "C" fn(*mut c_void) = release_kept;
