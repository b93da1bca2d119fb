//! libvirt's C conventions, each written once.
//!
//! A method in the tables of `sys-virt` says which C function it calls and
//! what Perl gets; this crate knows how to call ([`vir!`]), which result means
//! failure ([`call::FromC`]), who frees what, and how each C type looks on the
//! tape. It never sees Perl.

pub mod auth;
pub mod call;
pub mod constant;
pub mod cpumap;
pub mod disk_errors;
mod error;
pub mod event;
pub mod event_loop;
pub mod handle;
pub mod list;
pub mod pages;
pub mod params;
pub mod record;
pub mod report;
pub mod stats;
pub mod stream;
pub mod text;

pub use error::{initialize, last_error, version_text};
pub use virt::sys;
pub use xsub::Exception;

/// What a method's body gives: its result, or the exception that Perl sees.
pub type Result<T> = std::result::Result<T, Exception>;
