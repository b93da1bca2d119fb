//! Results: a flat description of Perl values, without Perl.

use std::any::Any;
use std::ffi::{CStr, c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::OnceLock;

use crate::abi::{self, xsub_class, xsub_node, xsub_node__bindgen_ty_1 as Payload, xsub_outcome};
use crate::value::Class;
use crate::{Exception, memory};

/// The table of classes: how the outcome releases handles that nobody took over.
static CLASSES: OnceLock<&'static [xsub_class]> = OnceLock::new();

pub(crate) fn set_classes(classes: &'static [xsub_class]) {
    CLASSES.get_or_init(|| classes);
}

/// Where a method writes what it returns, node by node in pre-order.
pub struct Tape<'a> {
    outcome: &'a mut xsub_outcome,
}

impl<'a> Tape<'a> {
    /// Starts an empty tape in memory that C provides, initialised or not.
    ///
    /// # Safety
    ///
    /// `outcome` can be written to, holds nothing, and stays where it is until it is dropped.
    pub unsafe fn start(outcome: *mut xsub_outcome) -> Self {
        // SAFETY: only the head is written; `inline_nodes` may stay uninitialised,
        // nothing reads beyond `count`.
        let outcome = unsafe {
            (*outcome).status = abi::XSUB_RETURN;
            (*outcome).nodes = (&raw mut (*outcome).inline_nodes).cast();
            (*outcome).count = 0;
            (*outcome).capacity = abi::XSUB_INLINE_NODES as usize;
            (*outcome).bytes = 0;
            (*outcome).owns = false;
            (*outcome).owner = ptr::null_mut();
            (*outcome).drop_owner = None;
            &mut *outcome
        };
        Self { outcome }
    }

    #[inline]
    fn push(&mut self, tag: abi::xsub_tag, detail: u32, len: usize, as_: Payload) {
        self.outcome.owns |= matches!(tag, abi::XSUB_NODE_OWNED | abi::XSUB_NODE_HANDLE);
        if matches!(tag, abi::XSUB_NODE_BYTES | abi::XSUB_NODE_OWNED) {
            self.outcome.bytes += len;
        }
        self.reserve(1);
        // SAFETY: reserve() made room for one more.
        unsafe {
            let end = self.outcome.nodes.add(self.outcome.count);
            end.write(xsub_node {
                tag,
                detail,
                len,
                as_,
            });
        }
        self.outcome.count += 1;
    }

    /// Makes room for `more` nodes.
    #[inline]
    pub fn reserve(&mut self, more: usize) {
        if self.outcome.count + more > self.outcome.capacity {
            self.grow(more);
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let outcome = &mut *self.outcome;
        // SAFETY: `count` nodes are initialised. Where there is no memory, reserve() unwinds, and
        // the outcome keeps what it has.
        unsafe {
            let mut nodes = ManuallyDrop::new(if is_inline(outcome) {
                Vec::new()
            } else {
                Vec::from_raw_parts(outcome.nodes, outcome.count, outcome.capacity)
            });
            let missing = outcome.count + more - nodes.len();
            memory::reserve(&mut nodes, missing);
            if is_inline(outcome) {
                nodes.extend_from_slice(std::slice::from_raw_parts(outcome.nodes, outcome.count));
            }
            outcome.capacity = nodes.capacity();
            outcome.nodes = nodes.as_mut_ptr();
        }
    }

    /// undef
    pub fn undef(&mut self) {
        self.push(abi::XSUB_NODE_UNDEF, 0, 0, Payload { i: 0 });
    }

    /// A signed integer.
    pub fn int(&mut self, value: i64) {
        self.push(abi::XSUB_NODE_INT, 0, 0, Payload { i: value });
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        self.push(abi::XSUB_NODE_UINT, 0, 0, Payload { u: value });
    }

    /// A floating-point number.
    pub fn float(&mut self, value: f64) {
        self.push(abi::XSUB_NODE_FLOAT, 0, 0, Payload { f: value });
    }

    /// A copy of some bytes, and a NUL behind them.
    pub fn copy(&mut self, bytes: &[u8]) {
        let len = bytes.len();
        let (tag, copy) = match self.inline_room(len + 1) {
            Some(room) => (abi::XSUB_NODE_BYTES, room),
            // SAFETY: any length is fine.
            None => (
                abi::XSUB_NODE_OWNED,
                unsafe { libc::malloc(len + 1) }.cast(),
            ),
        };
        if copy.is_null() {
            memory::none();
        }
        // SAFETY: there is room for the bytes and the NUL.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), copy, len);
            *copy.add(len) = 0;
        }
        let owned = copy.cast();
        self.push(tag, 0, len, Payload { owned });
    }

    /// Room in the outcome itself, taken from the end of the nodes that are there from the
    /// start: none if they wouldn't suffice then.
    fn inline_room(&mut self, len: usize) -> Option<*mut u8> {
        let taken = len.div_ceil(size_of::<xsub_node>());
        if !is_inline(self.outcome) || self.outcome.count + taken >= self.outcome.capacity {
            return None;
        }
        self.outcome.capacity -= taken;
        // SAFETY: it is within the inline nodes.
        let room = unsafe { self.outcome.nodes.add(self.outcome.capacity) };
        Some(room.cast())
    }

    /// A C string that somebody else keeps until the call's arguments go; NULL is undef.
    ///
    /// # Safety
    ///
    /// `text` is NULL or ends with NUL, and lives as long as the arguments or the tape's owner.
    pub unsafe fn borrowed(&mut self, text: *const c_char) {
        if text.is_null() {
            return self.undef();
        }
        // SAFETY: promised by the caller.
        let len = unsafe { libc::strlen(text) };
        self.push(abi::XSUB_NODE_BYTES, 0, len, Payload { bytes: text });
    }

    /// Bytes that the tape's owner keeps.
    ///
    /// # Safety
    ///
    /// They live as long as the arguments or the tape's owner.
    pub unsafe fn borrowed_bytes(&mut self, bytes: &[u8]) {
        let payload = Payload {
            bytes: bytes.as_ptr().cast(),
        };
        self.push(abi::XSUB_NODE_BYTES, 0, bytes.len(), payload);
    }

    /// A C string from malloc(), taken over; NULL is undef.
    ///
    /// # Safety
    ///
    /// `text` is NULL or ends with NUL, and belongs to nobody else.
    pub unsafe fn owned(&mut self, text: *mut c_char) {
        if text.is_null() {
            return self.undef();
        }
        // SAFETY: promised by the caller.
        let len = unsafe { libc::strlen(text) };
        self.push(abi::XSUB_NODE_OWNED, 0, len, Payload { owned: text });
    }

    /// A native object with a reference that is taken over.
    ///
    /// # Safety
    ///
    /// `native` is an object of the class `C`, not NULL.
    pub unsafe fn handle<C: Class>(&mut self, native: *mut C) {
        let payload = Payload {
            native: native.cast(),
        };
        self.push(abi::XSUB_NODE_HANDLE, C::ROW.into(), 0, payload);
    }

    /// A native object that libvirt keeps alive while the upcall runs: C takes a reference
    /// if the handle outlives that.
    ///
    /// # Safety
    ///
    /// `native` is an object of the class `C`, not NULL, and the tape is that of an upcall.
    pub unsafe fn lent<C: Class>(&mut self, native: *mut C) {
        let payload = Payload {
            native: native.cast(),
        };
        self.push(abi::XSUB_NODE_LENT, C::ROW.into(), 0, payload);
    }

    /// A reference to an array of the next `len` values.
    pub fn array(&mut self, len: usize) {
        self.push(abi::XSUB_NODE_ARRAY, 0, len, Payload { i: 0 });
    }

    /// A reference to a hash of the next `len` pairs of key and value.
    pub fn hash(&mut self, len: usize) {
        self.push(abi::XSUB_NODE_HASH, 0, len, Payload { i: 0 });
    }

    /// The key of the value that comes next.
    pub fn key(&mut self, key: &'static CStr) {
        // SAFETY: it lives for ever.
        unsafe { self.borrowed_key(key) }
    }

    /// The key of the value that comes next.
    ///
    /// # Safety
    ///
    /// `key` lives as long as the tape's owner.
    pub unsafe fn borrowed_key(&mut self, key: &CStr) {
        let len = key.count_bytes();
        self.push(
            abi::XSUB_NODE_KEY,
            0,
            len,
            Payload {
                bytes: key.as_ptr(),
            },
        );
    }

    /// A reference to the value that comes next.
    pub fn reference(&mut self) {
        self.push(abi::XSUB_NODE_REF, 0, 0, Payload { i: 0 });
    }

    /// The next value goes into the argument at `index`. Assignments come before the values.
    pub fn assign(&mut self, index: u32) {
        self.push(abi::XSUB_NODE_ASSIGN, index, 0, Payload { i: 0 });
    }

    /// One field of a schema; `repeated` lets an array stand for several of them.
    ///
    /// # Safety
    ///
    /// `name` lives as long as the tape's owner.
    pub unsafe fn field(&mut self, name: &CStr, kind: abi::xsub_kind, repeated: bool) {
        let tag = if repeated {
            abi::XSUB_NODE_FIELDS
        } else {
            abi::XSUB_NODE_FIELD
        };
        self.push(
            tag,
            kind,
            name.count_bytes(),
            Payload {
                bytes: name.as_ptr(),
            },
        );
    }

    /// Keeps `owner` until the tape has been read: nodes point into it. A tape
    /// has one owner.
    pub fn keep<T: Any + Send>(&mut self, owner: Box<T>) -> &'a T {
        unsafe extern "C" fn drop_box<T>(owner: *mut c_void) {
            // SAFETY: `owner` came from Box::into_raw() below.
            drop(unsafe { Box::from_raw(owner.cast::<T>()) });
        }
        debug_assert!(self.outcome.owner.is_null(), "a tape has one owner");
        let owner = Box::into_raw(owner);
        self.outcome.owner = owner.cast();
        self.outcome.drop_owner = Some(drop_box::<T>);
        // SAFETY: the box lives until the outcome is dropped, which is after `'a`.
        unsafe { &*owner }
    }

    /// Replaces what was written by an exception.
    #[cold]
    pub fn throw(&mut self, exception: Exception) {
        match exception {
            Exception::Throw {
                level,
                code,
                domain,
                message,
            } => {
                self.fail(abi::XSUB_THROW, [level, code, domain], &message);
            }
            Exception::Die(message) => self.fail(abi::XSUB_DIE, [0; 3], message.as_bytes()),
        }
    }

    fn fail(&mut self, status: abi::xsub_status, numbers: [i32; 3], message: &[u8]) {
        // SAFETY: the outcome is initialised, and started anew.
        unsafe {
            let outcome: *mut xsub_outcome = self.outcome;
            xsub_outcome_drop(outcome);
            *self = Self::start(outcome);
        }
        self.outcome.status = status;
        [self.outcome.level, self.outcome.code, self.outcome.domain] = numbers;
        self.copy(message);
    }
}

fn is_inline(outcome: &xsub_outcome) -> bool {
    outcome.nodes.cast_const() == (&raw const outcome.inline_nodes).cast()
}

/// # Safety
///
/// `outcome` is initialised; its nodes are not used afterwards.
unsafe fn free_nodes(outcome: &mut xsub_outcome) {
    if !is_inline(outcome) {
        // SAFETY: reserve() got them from a Vec of this capacity.
        drop(unsafe { Vec::from_raw_parts(outcome.nodes, 0, outcome.capacity) });
    }
}

/// Releases whatever the outcome still owns; it is empty afterwards.
///
/// # Safety
///
/// `outcome` was filled by a method, or dropped already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn xsub_outcome_drop(outcome: *mut xsub_outcome) {
    // SAFETY: promised by the caller; C turns a node that it took over into UNDEF.
    unsafe {
        let outcome = &mut *outcome;
        for index in 0..outcome.count {
            let node = &*outcome.nodes.add(index);
            match node.tag {
                abi::XSUB_NODE_OWNED => libc::free(node.as_.owned.cast()),
                abi::XSUB_NODE_HANDLE => release(node),
                _ => {}
            }
        }
        if let Some(drop_owner) = outcome.drop_owner.take() {
            drop_owner(outcome.owner);
        }
        free_nodes(outcome);
        outcome.count = 0;
        outcome.capacity = abi::XSUB_INLINE_NODES as usize;
        outcome.nodes = (&raw mut outcome.inline_nodes).cast();
    }
}

/// # Safety
///
/// `node` is a HANDLE that the outcome still owns.
unsafe fn release(node: &xsub_node) {
    let classes = CLASSES.get().copied().unwrap_or_default();
    if let Some(free) = classes
        .get(node.detail as usize)
        .and_then(|class| class.free)
    {
        // SAFETY: `native` is an object of this class, with a reference of ours.
        unsafe { free(node.as_.native) };
    }
}

/// What a method may return: it knows how it looks in Perl.
pub trait Output {
    /// Writes itself, as one value or as several, and gives away what it owns.
    fn write(self, tape: &mut Tape<'_>);
}

/// Nothing: an empty list.
impl Output for () {
    fn write(self, _: &mut Tape<'_>) {}
}

macro_rules! integer_outputs {
    ($($type:ty: $method:ident as $wide:ty;)*) => {$(
        impl Output for $type {
            fn write(self, tape: &mut Tape<'_>) {
                tape.$method(self as $wide);
            }
        }
    )*};
}

integer_outputs! {
    i32: int as i64;
    u32: uint as u64;
    i64: int as i64;
    u64: uint as u64;
    f64: float as f64;
}

/// 1 or 0
impl Output for bool {
    fn write(self, tape: &mut Tape<'_>) {
        tape.int(self.into());
    }
}

/// Bytes of our own.
impl Output for Vec<u8> {
    fn write(self, tape: &mut Tape<'_>) {
        tape.copy(&self);
    }
}

/// Text or numbers of a fixed length.
impl<const N: usize> Output for [u8; N] {
    fn write(self, tape: &mut Tape<'_>) {
        tape.copy(&self);
    }
}

/// `None` is undef.
impl<T: Output> Output for Option<T> {
    fn write(self, tape: &mut Tape<'_>) {
        match self {
            Some(value) => value.write(tape),
            None => tape.undef(),
        }
    }
}

/// Several values; in scalar context Perl sees the last.
impl<A: Output, B: Output> Output for (A, B) {
    fn write(self, tape: &mut Tape<'_>) {
        self.0.write(tape);
        self.1.write(tape);
    }
}

/// Several values; in scalar context Perl sees the last.
impl<A: Output, B: Output, C: Output> Output for (A, B, C) {
    fn write(self, tape: &mut Tape<'_>) {
        (self.0, self.1).write(tape);
        self.2.write(tape);
    }
}

/// One of two.
pub enum Either<A, B> {
    /// This.
    A(A),
    /// Or that.
    B(B),
}

impl<A: Output, B: Output> Output for Either<A, B> {
    fn write(self, tape: &mut Tape<'_>) {
        match self {
            Self::A(value) => value.write(tape),
            Self::B(value) => value.write(tape),
        }
    }
}

/// A list: as many values as it has items.
pub struct Values<T>(pub Vec<T>);

impl<T: Output> Output for Values<T> {
    fn write(self, tape: &mut Tape<'_>) {
        tape.reserve(self.0.len());
        self.0.into_iter().for_each(|item| item.write(tape));
    }
}

/// A reference to an array.
pub struct Array<T>(pub Vec<T>);

impl<T: Output> Output for Array<T> {
    fn write(self, tape: &mut Tape<'_>) {
        tape.array(self.0.len());
        self.0.into_iter().for_each(|item| item.write(tape));
    }
}

/// A reference to a scalar.
pub struct Reference<T>(pub T);

impl<T: Output> Output for Reference<T> {
    fn write(self, tape: &mut Tape<'_>) {
        tape.reference();
        self.0.write(tape);
    }
}

/// A value for the argument at this place; none leaves it as it is.
pub struct Assigned<T>(pub u32, pub Option<T>);

impl<T: Output> Output for Assigned<T> {
    fn write(self, tape: &mut Tape<'_>) {
        if let Some(value) = self.1 {
            tape.assign(self.0);
            value.write(tape);
        }
    }
}
