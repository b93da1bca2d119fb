//! `Sys::Virt`: connections.

pub mod domains;
pub mod host;
pub mod session;
