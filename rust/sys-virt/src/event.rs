//! `Sys::Virt::Event`: libvirt's own event loop.

use libvirt::{event_loop, raw};
use xsub::Callback;

xsub::xsubs! {
    package "Sys::Virt::Event";

    /// `Sys::Virt::Event::register_default()`
    sub register_default() -> () {
        event_loop::register_default()
    }

    /// `Sys::Virt::Event::run_default()`: one turn of the loop.
    sub run_default() -> () {
        event_loop::run_default()
    }

    /// `Sys::Virt::Event::add_handle($fd, $events, $callback)`: the watch's id; the callback
    /// gets ($watch, $fd, $events).
    sub add_handle(fd: i32, events: i32, coderef: Callback) -> i32 {
        event_loop::add_handle(fd, events, coderef)
    }

    /// `Sys::Virt::Event::update_handle($watch, $events)`
    sub update_handle(watch: i32, events: i32) -> () {
        raw!(virEventUpdateHandle(watch, events));
        Ok(())
    }

    /// `Sys::Virt::Event::remove_handle($watch)`
    sub remove_handle(watch: i32) -> () {
        event_loop::remove_handle(watch)
    }

    /// `Sys::Virt::Event::add_timeout($frequency, $callback)`: the timer's id; ms, -1 for a
    /// disabled one; the callback gets ($timer).
    sub add_timeout(frequency: i32, coderef: Callback) -> i32 {
        event_loop::add_timeout(frequency, coderef)
    }

    /// `Sys::Virt::Event::update_timeout($timer, $frequency)`: ms.
    sub update_timeout(timer: i32, frequency: i32) -> () {
        raw!(virEventUpdateTimeout(timer, frequency));
        Ok(())
    }

    /// `Sys::Virt::Event::remove_timeout($timer)`
    sub remove_timeout(timer: i32) -> () {
        event_loop::remove_timeout(timer)
    }
}
