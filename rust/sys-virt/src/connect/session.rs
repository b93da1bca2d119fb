//! The connection itself: opening, versions, liveness, identity.

use std::ffi::{CStr, c_ulong};

use libvirt::handle::{Connect, New};
use libvirt::params::{Field, Schema, Settings};
use libvirt::text::{Borrowed, Text, number};
use libvirt::{auth, check, fields, vir};
use xsub::value::Ignored;
use xsub::{Callback, List, Params, pipe};

const IDENTITY: &[Field] = fields! {
    STRING VIR_CONNECT_IDENTITY_USER_NAME;
    ULLONG VIR_CONNECT_IDENTITY_UNIX_USER_ID;
    STRING VIR_CONNECT_IDENTITY_GROUP_NAME;
    ULLONG VIR_CONNECT_IDENTITY_UNIX_GROUP_ID;
    LLONG VIR_CONNECT_IDENTITY_PROCESS_ID;
    ULLONG VIR_CONNECT_IDENTITY_PROCESS_TIME;
    STRING VIR_CONNECT_IDENTITY_SASL_USER_NAME;
    STRING VIR_CONNECT_IDENTITY_X509_DISTINGUISHED_NAME;
    STRING VIR_CONNECT_IDENTITY_SELINUX_CONTEXT;
};

xsub::xsubs! {
    package "Sys::Virt";

    /// Opens a connection without authentication callbacks; undef is the default URI.
    sub _open(name: Option<&CStr>, flags: u32) -> New<Connect> {
        pipe::install();
        vir!(virConnectOpenAuth(name, std::ptr::null_mut(), flags))
    }

    /// Opens a connection that asks for credentials: by the callback, or, where it or the
    /// list of kinds is undef, on the terminal.
    sub _open_auth(
        name: Option<&CStr>,
        creds: Option<List<i32>>,
        cb: Option<Callback>,
        flags: u32,
    ) -> New<Connect> {
        pipe::install();
        match (creds, cb) {
            (Some(kinds), Some(callback)) => auth::open(name, kinds.iter().collect(), callback, flags),
            _ => auth::open_on_terminal(name, flags),
        }
    }

    /// The version of the loaded libvirt.
    sub _get_library_version(void: Ignored) -> c_ulong {
        number(|version| check!(virGetVersion(version, None::<&CStr>, std::ptr::null_mut())))
    }

    /// The version of the hypervisor.
    sub _get_conn_version(con: &Connect) -> c_ulong {
        number(|version| check!(virConnectGetVersion(con, version)))
    }

    /// The version of the libvirt that serves the connection.
    sub _get_conn_library_version(con: &Connect) -> c_ulong {
        number(|version| check!(virConnectGetLibVersion(con, version)))
    }

    /// `$conn->get_type()`: the name of the driver; undef where it has none.
    sub get_type(con: &Connect) -> Option<Borrowed> {
        Ok(vir!(virConnectGetType(con)).ok())
    }

    /// `$conn->get_uri()`: undef where libvirt cannot tell.
    sub get_uri(con: &Connect) -> Option<Text> {
        Ok(vir!(virConnectGetURI(con)).ok())
    }

    /// `$conn->is_alive()`
    sub is_alive(conn: &Connect) -> i32 {
        vir!(virConnectIsAlive(conn))
    }

    /// `$conn->is_encrypted()`
    sub is_encrypted(conn: &Connect) -> i32 {
        vir!(virConnectIsEncrypted(conn))
    }

    /// `$conn->is_secure()`
    sub is_secure(conn: &Connect) -> i32 {
        vir!(virConnectIsSecure(conn))
    }

    /// `$conn->set_keep_alive($interval, $count)`: seconds between packets, and how many may be lost.
    sub set_keep_alive(conn: &Connect, interval: i32, count: u32) -> () {
        vir!(virConnectSetKeepAlive(conn, interval, count))
    }

    /// `$conn->set_identity(\%identity, $flags = 0)`
    sub set_identity(conn: &Connect, newident: Params, flags: u32 = 0)
        schema { Ok(Schema::known(IDENTITY)) }
        -> () {
        Settings::new(newident)?
            .send(|params, count| vir!(virConnectSetIdentity(conn, params, count, flags)))
    }
}
