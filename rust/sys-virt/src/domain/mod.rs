//! `Sys::Virt::Domain`, by libvirt's own areas.

pub mod block;
pub mod config;
pub mod device;
pub mod guest;
pub mod iothread;
pub mod job;
pub mod lifecycle;
pub mod lookup;
pub mod snapshot;
pub mod stats;
pub mod tuning;
