//! Arguments: which Rust types a signature may name, and what Perl may pass there.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::slice;

use crate::abi::{self, xsub_param, xsub_type, xsub_value};

/// A type that a method's signature may name as an argument.
///
/// # Safety
///
/// `TYPE` makes the decoder fill the member of the union that `from_value` reads.
pub unsafe trait Argument<'a>: Sized {
    /// What the decoder must produce.
    const TYPE: xsub_type;
    /// The argument may be missing although it has no default.
    const OMITTABLE: bool = false;

    /// # Safety
    ///
    /// `value` was decoded as `Self::TYPE` and lives as long as the call.
    unsafe fn from_value(value: &'a xsub_value) -> Self;
}

pub(crate) const fn plain(kind: abi::xsub_kind) -> xsub_type {
    xsub_type {
        kind: kind as u8,
        nullable: false,
        secret: false,
        class_row: 0,
        of: std::ptr::null(),
    }
}

macro_rules! scalar_arguments {
    ($($type:ty: $kind:ident, $member:ident;)*) => {$(
        // SAFETY: the decoder fills `$member` for this kind.
        unsafe impl<'a> Argument<'a> for $type {
            const TYPE: xsub_type = plain(abi::$kind);
            unsafe fn from_value(value: &'a xsub_value) -> Self {
                // SAFETY: the caller promises that the value is of this kind. The
                // cast cuts a number to C's width, as C itself would.
                unsafe { value.as_.$member as $type }
            }
        }
    )*};
}

scalar_arguments! {
    i32: XSUB_KIND_I32, i;
    u32: XSUB_KIND_U32, u;
    i64: XSUB_KIND_I64, i;
    u64: XSUB_KIND_U64, u;
    f64: XSUB_KIND_F64, f;
}

/// An argument that some callers pass and nobody reads.
pub struct Ignored;

// SAFETY: nothing is read.
unsafe impl<'a> Argument<'a> for Ignored {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_IGNORED);
    const OMITTABLE: bool = true;
    unsafe fn from_value(_: &'a xsub_value) -> Self {
        Self
    }
}

// SAFETY: a STRING is decoded as bytes that end with NUL.
unsafe impl<'a> Argument<'a> for &'a CStr {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_STRING);
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above; only a nullable STRING can be NULL.
        unsafe { CStr::from_ptr(value.as_.bytes) }
    }
}

// SAFETY: BYTES are decoded as a pointer and a length.
unsafe impl<'a> Argument<'a> for &'a [u8] {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_BYTES);
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above; only nullable BYTES can be NULL.
        unsafe { slice::from_raw_parts(value.as_.bytes.cast(), value.len) }
    }
}

/// A UUID, as callers give it.
#[derive(Clone, Copy)]
pub enum Uuid<'a> {
    /// Its 16 bytes.
    Bytes(&'a [u8]),
    /// Its text, of 32 or 36 characters.
    Text(&'a CStr),
}

// SAFETY: a UUID is decoded as bytes that end with NUL, and their length.
unsafe impl<'a> Argument<'a> for Uuid<'a> {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_UUID);
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        unsafe {
            match value.len {
                16 => Self::Bytes(<&[u8]>::from_value(value)),
                _ => Self::Text(<&CStr>::from_value(value)),
            }
        }
    }
}

/// A password, or whatever else shall not stay in memory.
pub struct Secret<T>(pub T);

// SAFETY: as `T`.
unsafe impl<'a, T: Argument<'a>> Argument<'a> for Secret<T> {
    const TYPE: xsub_type = xsub_type {
        secret: true,
        ..T::TYPE
    };
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: as `T`.
        Self(unsafe { T::from_value(value) })
    }
}

/// A variable that the result is assigned to: what it holds is not read.
pub struct Target;

// SAFETY: nothing is read.
unsafe impl<'a> Argument<'a> for Target {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_TARGET);
    unsafe fn from_value(_: &'a xsub_value) -> Self {
        Self
    }
}

/// A class of native objects that Perl holds handles of.
pub trait Class {
    /// Its row in the table of classes.
    const ROW: u8;
}

// SAFETY: the decoder checks that a HANDLE is genuine, alive and of the class `ROW`.
unsafe impl<'a, C: Class> Argument<'a> for &'a C {
    const TYPE: xsub_type = xsub_type {
        class_row: C::ROW,
        ..plain(abi::XSUB_KIND_HANDLE)
    };
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above; only a nullable HANDLE can be NULL.
        unsafe { &*value.as_.native.cast() }
    }
}

/// A reference to an array.
#[derive(Clone, Copy)]
pub struct List<'a, T> {
    items: &'a [xsub_value],
    of: PhantomData<T>,
}

impl<'a, T: Argument<'a>> List<'a, T> {
    /// The elements, each converted to `T`.
    pub fn iter(self) -> impl ExactSizeIterator<Item = T> {
        // SAFETY: the decoder read every element as `T::TYPE`.
        self.items.iter().map(|item| unsafe { T::from_value(item) })
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// No elements at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

struct ElementType<T>(PhantomData<T>);

impl<'a, T: Argument<'a>> ElementType<T> {
    const TYPE: &'static xsub_type = &T::TYPE;
}

// SAFETY: a LIST is decoded as items of the type `of`.
unsafe impl<'a, T: Argument<'a>> Argument<'a> for List<'a, T> {
    const TYPE: xsub_type = xsub_type {
        of: ElementType::<T>::TYPE,
        ..plain(abi::XSUB_KIND_LIST)
    };
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        let items = unsafe { raw_slice(value.as_.items, value.len) };
        Self {
            items,
            of: PhantomData,
        }
    }
}

/// A hash of typed parameters: those of its fields that the schema knows.
#[derive(Clone, Copy)]
pub struct Params<'a> {
    fields: &'a [xsub_param],
}

impl<'a> Params<'a> {
    /// The fields, in the schema's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Param<'a>> {
        self.fields.iter().map(Param)
    }
}

/// One typed parameter.
#[derive(Clone, Copy)]
pub struct Param<'a>(&'a xsub_param);

/// The value of a typed parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParamValue<'a> {
    /// `VIR_TYPED_PARAM_INT`
    Int(i32),
    /// `VIR_TYPED_PARAM_UINT`
    UInt(u32),
    /// `VIR_TYPED_PARAM_LLONG`
    LLong(i64),
    /// `VIR_TYPED_PARAM_ULLONG`
    ULLong(u64),
    /// `VIR_TYPED_PARAM_DOUBLE`
    Double(f64),
    /// `VIR_TYPED_PARAM_BOOLEAN`
    Boolean(bool),
    /// `VIR_TYPED_PARAM_STRING`
    String(&'a CStr),
}

impl<'a> Param<'a> {
    /// The field's name.
    pub fn name(&self) -> &'a CStr {
        // SAFETY: the decoder took the name from the schema, where it is a C string.
        unsafe { CStr::from_ptr(self.0.name) }
    }

    /// Its value, of the kind that the schema gave it.
    pub fn value(&self) -> ParamValue<'a> {
        let value = &self.0.value;
        // SAFETY: the decoder filled the member that belongs to the kind.
        unsafe {
            match self.0.kind {
                abi::XSUB_KIND_I32 => ParamValue::Int(i32::from_value(value)),
                abi::XSUB_KIND_U32 => ParamValue::UInt(u32::from_value(value)),
                abi::XSUB_KIND_I64 => ParamValue::LLong(i64::from_value(value)),
                abi::XSUB_KIND_U64 => ParamValue::ULLong(u64::from_value(value)),
                abi::XSUB_KIND_F64 => ParamValue::Double(f64::from_value(value)),
                abi::XSUB_KIND_BOOL => ParamValue::Boolean(value.as_.i != 0),
                _ => ParamValue::String(<&CStr>::from_value(value)),
            }
        }
    }
}

// SAFETY: PARAMS are decoded as an array of xsub_param.
unsafe impl<'a> Argument<'a> for Params<'a> {
    const TYPE: xsub_type = plain(abi::XSUB_KIND_PARAMS);
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        let fields = unsafe { raw_slice(value.as_.params, value.len) };
        Self { fields }
    }
}

/// Either typed parameters or, as callers of old did, flags in their place.
pub enum ParamsOrFlags<'a> {
    /// undef, or no argument
    Neither,
    /// A hash reference.
    Params(Params<'a>),
    /// A plain number.
    Flags(u32),
}

// SAFETY: the decoder marks a number by the length `XSUB_IS_FLAGS`, undef by NULL.
unsafe impl<'a> Argument<'a> for ParamsOrFlags<'a> {
    const TYPE: xsub_type = xsub_type {
        nullable: true,
        ..plain(abi::XSUB_KIND_PARAMS_OR_FLAGS)
    };
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        unsafe {
            if value.len == abi::XSUB_IS_FLAGS as usize {
                Self::Flags(u32::from_value(value))
            } else if value.as_.params.is_null() {
                Self::Neither
            } else {
                Self::Params(Params::from_value(value))
            }
        }
    }
}

/// A type that is a pointer in C, so that undef can be NULL.
pub trait Nullable {}
impl Nullable for &CStr {}
impl Nullable for &[u8] {}
impl<C: Class> Nullable for &C {}
impl<T> Nullable for List<'_, T> {}
impl Nullable for Params<'_> {}
impl Nullable for crate::Callback<'_> {}

// SAFETY: as `T`, and every pointer member shares its place with `bytes`.
unsafe impl<'a, T: Argument<'a> + Nullable> Argument<'a> for Option<T> {
    const TYPE: xsub_type = xsub_type {
        nullable: true,
        ..T::TYPE
    };
    unsafe fn from_value(value: &'a xsub_value) -> Self {
        // SAFETY: see above.
        unsafe { (!value.as_.bytes.is_null()).then(|| T::from_value(value)) }
    }
}

/// A slice of `len` items, empty where C has NULL.
///
/// # Safety
///
/// `items` points to `len` items that live for `'a`, or `len` is 0.
unsafe fn raw_slice<'a, T>(items: *const T, len: usize) -> &'a [T] {
    if len == 0 {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { slice::from_raw_parts(items, len) }
}

/// A C string that a table was written with: without Rust's mark of a raw identifier.
pub const fn parameter_name(name: &'static CStr) -> *const c_char {
    let bytes = name.to_bytes();
    let raw = bytes.len() > 2 && bytes[0] == b'r' && bytes[1] == b'#';
    // SAFETY: two bytes into a string of more than two.
    unsafe { name.as_ptr().add(if raw { 2 } else { 0 }) }
}
