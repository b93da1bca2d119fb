//! The methods and constants of Sys::Virt: tables, one module for each Perl package.
#![deny(unsafe_code)]
// Arguments have the names that the usage texts show.
#![allow(non_snake_case)]

mod boot;
mod connect;
mod constants;
mod domain;
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
    domain::config::XSUBS,
    domain::lifecycle::XSUBS,
    domain::lookup::XSUBS,
    domain::tuning::XSUBS,
    event::XSUBS,
    stream::XSUBS,
    #[cfg(feature = "selftest")]
    selftest::XSUBS,
];
