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
mod interface;
mod network;
mod network_port;
mod node_device;
mod nwfilter;
mod nwfilter_binding;
mod secret;
#[cfg(feature = "selftest")]
mod selftest;
mod storage_pool;
mod storage_vol;
mod stream;

use xsub::abi::xsub;

/// The tables of methods.
static TABLES: &[&[xsub]] = &[
    connect::domains::XSUBS,
    connect::events::XSUBS,
    connect::host::XSUBS,
    connect::objects::XSUBS,
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
    interface::XSUBS,
    network::XSUBS,
    network_port::XSUBS,
    node_device::XSUBS,
    nwfilter::XSUBS,
    nwfilter_binding::XSUBS,
    secret::XSUBS,
    storage_pool::XSUBS,
    storage_vol::XSUBS,
    stream::XSUBS,
    #[cfg(feature = "selftest")]
    selftest::XSUBS,
];
