//! The methods and constants of Sys::Virt: tables, one module for each Perl package.
#![deny(unsafe_code)]
// Arguments have the names that the usage texts show.
#![allow(non_snake_case)]

mod boot;
mod connect;
mod constants;
mod domain;
mod domain_checkpoint;
mod domain_snapshot;
mod event;
#[cfg(feature = "selftest")]
mod selftest;
mod stream;

use xsub::abi::xsub;

/// The tables of methods.
static TABLES: &[&[xsub]] = &[
    connect::domains::XSUBS,
    connect::events::XSUBS,
    connect::host::XSUBS,
    connect::session::XSUBS,
    domain::block::XSUBS,
    domain::config::XSUBS,
    domain::device::XSUBS,
    domain::guest::XSUBS,
    domain::iothread::XSUBS,
    domain::job::XSUBS,
    domain::lifecycle::XSUBS,
    domain::lookup::XSUBS,
    domain::snapshot::XSUBS,
    domain::stats::XSUBS,
    domain::tuning::XSUBS,
    domain_checkpoint::XSUBS,
    domain_snapshot::XSUBS,
    event::XSUBS,
    stream::XSUBS,
    #[cfg(feature = "selftest")]
    selftest::XSUBS,
];
