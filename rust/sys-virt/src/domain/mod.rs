//! `Sys::Virt::Domain`, by libvirt's own areas.

pub mod config;
pub mod lifecycle;
pub mod lookup;
pub mod tuning;
