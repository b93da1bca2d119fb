//! What a method throws.

use std::borrow::Cow;

/// An error on its way to Perl: a value until the last line of C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exception {
    /// Becomes an object of the class `Sys::Virt::Error`.
    Throw {
        /// `virErrorLevel`
        level: i32,
        /// `virErrorNumber`
        code: i32,
        /// `virErrorDomain`
        domain: i32,
        /// Bytes, as libvirt gave them.
        message: Vec<u8>,
    },
    /// Becomes a plain string that names the method and the caller's line:
    /// the arguments cannot be what the method needs.
    Die(Cow<'static, str>),
}

impl Exception {
    /// A plain string.
    pub fn die(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Die(message.into())
    }
}
