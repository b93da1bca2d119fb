//! `Sys::Virt::Stream`: bulk data.

use libvirt::handle::{Connect, New, Stream};
use libvirt::text::{Received, number, received};
use libvirt::{Result, raw, stream, vir};
use xsub::Callback;
use xsub::tape::Assigned;
use xsub::value::Target;

/// The results of a transfer that are no failure: it would block, or there is a hole.
const WOULD_BLOCK: i32 = -2;
const AT_HOLE: i32 = -3;

/// How much a stream took or gave, or why not.
fn transferred(result: i32) -> Result<i32> {
    match result {
        WOULD_BLOCK | AT_HOLE => Ok(result),
        result => libvirt::call::check(result),
    }
}

xsub::xsubs! {
    package "Sys::Virt::Stream";

    /// Makes a stream.
    sub _new_obj(con: &Connect, flags: u32 = 0)
        method "Sys::Virt::new_stream"
        -> New<Stream> {
        vir!(virStreamNew(con, flags))
    }

    /// `$st->send($data, $nbytes)`: how many bytes it took; -2 where it would block.
    sub send(st: &Stream, data: Option<&[u8]>, nbytes: u64) -> i32 {
        let data = data.unwrap_or_default();
        let size = data.len().min(usize::try_from(nbytes).unwrap_or(usize::MAX));
        transferred(raw!(virStreamSend(st, data.as_ptr().cast(), size)))
    }

    /// `$st->recv($data, $nbytes, $flags = 0)`: how many bytes are in $data; 0 at the end,
    /// -2 where it would block, -3 at a hole: then $data stays as it is.
    sub recv(
        st: &Stream,
        data: Target,
        nbytes: u64,
        flags: u32 = 0,
    ) -> (Assigned<Received>, i32) {
        let (data, count) = received("nbytes", nbytes, |room| {
            let (to, size) = (room.as_mut_ptr().cast(), room.len());
            transferred(if flags == 0 {
                raw!(virStreamRecv(st, to, size))
            } else {
                raw!(virStreamRecvFlags(st, to, size, flags))
            })
        })?;
        Ok((Assigned(1, data), count))
    }

    /// `$st->send_hole($length, $flags = 0)`: bytes.
    sub send_hole(st: &Stream, lengthSV: i64, flags: u32 = 0) -> () {
        stream::send_hole(st, lengthSV, flags)
    }

    /// `$st->recv_hole($flags = 0)`: bytes.
    sub recv_hole(st: &Stream, flags: u32 = 0) -> i64 {
        number(|length| vir!(virStreamRecvHole(st, length, flags)))
    }

    /// `$st->send_all($handler)`: the handler gets ($st, $data, $nbytes), puts up to that
    /// many bytes into $_[1] and returns how many; 0 at the end.
    sub send_all(stref: &Stream, handler: Callback) -> () {
        stream::send_all(stref, handler)
    }

    /// `$st->recv_all($handler)`: the handler gets ($st, $data, $nbytes) and returns how
    /// many bytes it took.
    sub recv_all(stref: &Stream, handler: Callback) -> () {
        stream::recv_all(stref, handler)
    }

    /// `$st->sparse_send_all($handler, $hole_handler, $skip_handler)`
    sub sparse_send_all(
        stref: &Stream,
        handler: Callback,
        hole_handler: Callback,
        skip_handler: Callback,
    ) -> () {
        stream::sparse_send_all(stref, handler, hole_handler, skip_handler)
    }

    /// `$st->sparse_recv_all($handler, $hole_handler)`
    sub sparse_recv_all(stref: &Stream, handler: Callback, hole_handler: Callback) -> () {
        stream::sparse_recv_all(stref, handler, hole_handler)
    }

    /// `$st->finish()`
    sub finish(st: &Stream) -> () {
        stream::ended(st, vir!(virStreamFinish(st)))
    }

    /// `$st->abort()`
    sub abort(st: &Stream) -> () {
        stream::ended(st, vir!(virStreamAbort(st)))
    }

    /// `$st->add_callback($events, $callback)`: the callback gets ($st, $events).
    sub add_callback(stref: &Stream, events: i32, cb: Callback) -> () {
        stream::add_callback(stref, events, cb)
    }

    /// `$st->update_callback($events)`
    sub update_callback(st: &Stream, events: i32) -> () {
        vir!(virStreamEventUpdateCallback(st, events))
    }

    /// `$st->remove_callback()`
    sub remove_callback(st: &Stream) -> () {
        stream::remove_callback(st)
    }
}
