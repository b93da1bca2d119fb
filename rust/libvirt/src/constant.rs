//! Constants: one table, from which everything else follows.

use std::ffi::CStr;

use xsub::abi::{XSUB_NODE_BYTES, XSUB_NODE_INT, xsub_node, xsub_node__bindgen_ty_1};

/// A constant's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Int(i64),
    /// A name of a field.
    Text(&'static CStr),
}

impl Value {
    /// As C reads it.
    pub const fn node(self) -> xsub_node {
        let (tag, len, as_) = match self {
            Self::Int(i) => (XSUB_NODE_INT, 0, xsub_node__bindgen_ty_1 { i }),
            Self::Text(text) => {
                let bytes = text.as_ptr();
                (
                    XSUB_NODE_BYTES,
                    text.count_bytes(),
                    xsub_node__bindgen_ty_1 { bytes },
                )
            }
        };
        xsub_node {
            tag,
            detail: 0,
            len,
            as_,
        }
    }
}

/// A table of constants: `CONSTANTS`.
///
/// A row is `NAME = symbol`, where the symbol is libvirt's, a number in C.
/// Rows behind `text` are macros that name a field.
#[macro_export]
macro_rules! constants {
    ($( $package:literal { $($kind:ident { $($name:ident = $symbol:ident),* $(,)? })* } )*) => {
        /// The constants, by package.
        pub static CONSTANTS: &[$crate::constant::Constant] = &[$($($(
            $crate::constant::Constant(::xsub::abi::xsub_constant {
                package: ::xsub::cstr!($package).as_ptr(),
                name: ::xsub::cstr!(stringify!($name)).as_ptr(),
                value: $crate::constants!(@value $kind $symbol).node(),
            }),
        )*)*)*];
    };
    (@value number $symbol:ident) => {
        $crate::constant::Value::Int($crate::sys::$symbol as i64)
    };
    (@value text $symbol:ident) => { $crate::constant::Value::Text($crate::sys::$symbol) };
}

/// A row of the table.
#[repr(transparent)]
pub struct Constant(pub xsub::abi::xsub_constant);

// SAFETY: it points to constants.
unsafe impl Sync for Constant {}
