//! `Sys::Virt`: connections.

pub mod domains;
pub mod events;
pub mod host;
pub mod objects;
pub mod session;
