//! The boundary between Perl and Rust.
//!
//! A method is a plain function: decoded arguments in, a [`tape::Tape`] of
//! values or an [`Exception`] out. This crate knows neither Perl (that is
//! `Virt.xs`, which includes `include/xsub.h`) nor libvirt (that is the crate
//! `libvirt`); [`xsubs!`] turns a table of signatures into what C needs to
//! decode, call and encode.

#[rustfmt::skip]
pub mod abi;
pub mod callback;
mod exception;
pub mod memory;
pub mod method;
pub mod pipe;
pub mod tape;
pub mod value;

pub use callback::{Callback, Upcall};
pub use exception::Exception;
pub use method::{Method, install};
pub use tape::{Output, Tape};
pub use value::{Argument, Class, List, Params};
