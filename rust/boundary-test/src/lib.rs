//! The boundary as C sees it: `double.c` stands in for `Virt.xs`.

use std::ffi::{CStr, c_char};
use std::ptr;

use ::xsub::abi::{xsub, xsub_value, xsub_value__bindgen_ty_1 as Member};

/// The sizes that C and Rust must agree on.
pub mod sizes {
    unsafe extern "C" {
        /// C's size of the struct.
        pub safe fn double_size_of_value() -> usize;
        /// C's size of the struct.
        pub safe fn double_size_of_param() -> usize;
        /// C's size of the struct.
        pub safe fn double_size_of_node() -> usize;
        /// C's size of the struct.
        pub safe fn double_size_of_outcome() -> usize;
        /// C's size of the struct.
        pub safe fn double_size_of_sub() -> usize;
        /// C's size of the struct.
        pub safe fn double_size_of_class() -> usize;
    }
}

unsafe extern "C" {
    fn double_call(
        sub: *const xsub,
        args: *const xsub_value,
        schema: bool,
        take: usize,
        text: *mut c_char,
        size: usize,
    );
}

/// What a test passes to a method.
pub enum Value<'a> {
    /// A signed number.
    Int(i64),
    /// A string.
    Text(&'a CStr),
    /// An object.
    Native(*mut u8),
    /// undef
    Undef,
    /// A list.
    Items(&'a [xsub_value]),
}

/// A value as the decoder would have made it.
pub fn value(from: &Value<'_>) -> xsub_value {
    let (as_, len) = match *from {
        Value::Int(i) => (Member { i }, 0),
        Value::Text(text) => (
            Member {
                bytes: text.as_ptr(),
            },
            text.count_bytes(),
        ),
        Value::Native(native) => (
            Member {
                native: native.cast(),
            },
            0,
        ),
        Value::Undef => (
            Member {
                native: ptr::null_mut(),
            },
            0,
        ),
        Value::Items(items) => (
            Member {
                items: items.as_ptr(),
            },
            items.len(),
        ),
    };
    xsub_value { as_, len }
}

/// Calls a method through C, and gives what came of it as text; C takes over `take` handles.
///
/// # Safety
///
/// The values are what the method's parameters say.
pub unsafe fn call(sub: &xsub, args: &[Value<'_>], take: usize) -> String {
    // SAFETY: promised by the caller.
    unsafe { run(sub, args, take, false) }
}

/// Asks a method for the fields of its hash.
///
/// # Safety
///
/// The values are what the method's parameters say, and it has a schema.
pub unsafe fn schema(sub: &xsub, args: &[Value<'_>]) -> String {
    // SAFETY: promised by the caller.
    unsafe { run(sub, args, 0, true) }
}

unsafe fn run(sub: &xsub, args: &[Value<'_>], take: usize, schema: bool) -> String {
    let mut values: Vec<_> = args.iter().map(value).collect();
    // A method without arguments gets an address all the same.
    values.push(value(&Value::Undef));
    let mut text = vec![0_u8; 64 * 1024];
    // SAFETY: promised by the caller; the text has room for what the tests write.
    unsafe {
        double_call(
            sub,
            values.as_ptr(),
            schema,
            take,
            text.as_mut_ptr().cast(),
            text.len(),
        );
    }
    let end = text.iter().position(|&byte| byte == 0).unwrap_or_default();
    String::from_utf8_lossy(&text[..end]).into_owned()
}
