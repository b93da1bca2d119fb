//! Generated from `include/xsub.h` by `cargo run -p abi`; do not edit.
#![allow(missing_docs, non_camel_case_types)]

pub const XSUB_IS_FLAGS: i32 = -1;
pub const XSUB_INLINE_NODES: u32 = 16;
pub const XSUB_KIND_IGNORED: xsub_kind = 0;
pub const XSUB_KIND_TARGET: xsub_kind = 1;
pub const XSUB_KIND_I32: xsub_kind = 2;
pub const XSUB_KIND_U32: xsub_kind = 3;
pub const XSUB_KIND_I64: xsub_kind = 4;
pub const XSUB_KIND_U64: xsub_kind = 5;
pub const XSUB_KIND_F64: xsub_kind = 6;
pub const XSUB_KIND_BOOL: xsub_kind = 7;
pub const XSUB_KIND_STRING: xsub_kind = 8;
pub const XSUB_KIND_BYTES: xsub_kind = 9;
pub const XSUB_KIND_UUID: xsub_kind = 10;
pub const XSUB_KIND_HANDLE: xsub_kind = 11;
pub const XSUB_KIND_CALLBACK: xsub_kind = 12;
pub const XSUB_KIND_LIST: xsub_kind = 13;
pub const XSUB_KIND_PARAMS: xsub_kind = 14;
pub const XSUB_KIND_PARAMS_OR_FLAGS: xsub_kind = 15;
pub type xsub_kind = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_type {
    pub kind: u8,
    pub nullable: bool,
    pub secret: bool,
    pub class_row: u8,
    pub of: *const xsub_type,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_type"][::std::mem::size_of::<xsub_type>() - 16usize];
    ["Alignment of xsub_type"][::std::mem::align_of::<xsub_type>() - 8usize];
    [
        "Offset of field: xsub_type::kind",
    ][::std::mem::offset_of!(xsub_type, kind) - 0usize];
    [
        "Offset of field: xsub_type::nullable",
    ][::std::mem::offset_of!(xsub_type, nullable) - 1usize];
    [
        "Offset of field: xsub_type::secret",
    ][::std::mem::offset_of!(xsub_type, secret) - 2usize];
    [
        "Offset of field: xsub_type::class_row",
    ][::std::mem::offset_of!(xsub_type, class_row) - 3usize];
    ["Offset of field: xsub_type::of"][::std::mem::offset_of!(xsub_type, of) - 8usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_callback {
    pub references: usize,
    pub registration: u32,
    pub id: i32,
    pub native: *mut ::std::os::raw::c_void,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_callback"][::std::mem::size_of::<xsub_callback>() - 24usize];
    ["Alignment of xsub_callback"][::std::mem::align_of::<xsub_callback>() - 8usize];
    [
        "Offset of field: xsub_callback::references",
    ][::std::mem::offset_of!(xsub_callback, references) - 0usize];
    [
        "Offset of field: xsub_callback::registration",
    ][::std::mem::offset_of!(xsub_callback, registration) - 8usize];
    [
        "Offset of field: xsub_callback::id",
    ][::std::mem::offset_of!(xsub_callback, id) - 12usize];
    [
        "Offset of field: xsub_callback::native",
    ][::std::mem::offset_of!(xsub_callback, native) - 16usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_value {
    pub as_: xsub_value__bindgen_ty_1,
    pub len: usize,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union xsub_value__bindgen_ty_1 {
    pub i: i64,
    pub u: u64,
    pub f: f64,
    pub bytes: *const ::std::os::raw::c_char,
    pub native: *mut ::std::os::raw::c_void,
    pub callback: *mut xsub_callback,
    pub items: *const xsub_value,
    pub params: *const xsub_param,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of xsub_value__bindgen_ty_1",
    ][::std::mem::size_of::<xsub_value__bindgen_ty_1>() - 8usize];
    [
        "Alignment of xsub_value__bindgen_ty_1",
    ][::std::mem::align_of::<xsub_value__bindgen_ty_1>() - 8usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::i",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, i) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::u",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, u) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::f",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, f) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::bytes",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, bytes) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::native",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, native) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::callback",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, callback) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::items",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, items) - 0usize];
    [
        "Offset of field: xsub_value__bindgen_ty_1::params",
    ][::std::mem::offset_of!(xsub_value__bindgen_ty_1, params) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_value"][::std::mem::size_of::<xsub_value>() - 16usize];
    ["Alignment of xsub_value"][::std::mem::align_of::<xsub_value>() - 8usize];
    [
        "Offset of field: xsub_value::as_",
    ][::std::mem::offset_of!(xsub_value, as_) - 0usize];
    [
        "Offset of field: xsub_value::len",
    ][::std::mem::offset_of!(xsub_value, len) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_param {
    pub name: *const ::std::os::raw::c_char,
    pub kind: u32,
    pub value: xsub_value,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_param"][::std::mem::size_of::<xsub_param>() - 32usize];
    ["Alignment of xsub_param"][::std::mem::align_of::<xsub_param>() - 8usize];
    [
        "Offset of field: xsub_param::name",
    ][::std::mem::offset_of!(xsub_param, name) - 0usize];
    [
        "Offset of field: xsub_param::kind",
    ][::std::mem::offset_of!(xsub_param, kind) - 8usize];
    [
        "Offset of field: xsub_param::value",
    ][::std::mem::offset_of!(xsub_param, value) - 16usize];
};
pub const XSUB_NODE_UNDEF: xsub_tag = 0;
pub const XSUB_NODE_INT: xsub_tag = 1;
pub const XSUB_NODE_UINT: xsub_tag = 2;
pub const XSUB_NODE_FLOAT: xsub_tag = 3;
pub const XSUB_NODE_BYTES: xsub_tag = 4;
pub const XSUB_NODE_OWNED: xsub_tag = 5;
pub const XSUB_NODE_HANDLE: xsub_tag = 6;
pub const XSUB_NODE_ARRAY: xsub_tag = 7;
pub const XSUB_NODE_HASH: xsub_tag = 8;
pub const XSUB_NODE_KEY: xsub_tag = 9;
pub const XSUB_NODE_REF: xsub_tag = 10;
pub const XSUB_NODE_ASSIGN: xsub_tag = 11;
pub const XSUB_NODE_FIELD: xsub_tag = 12;
pub const XSUB_NODE_FIELDS: xsub_tag = 13;
pub const XSUB_NODE_LENT: xsub_tag = 14;
pub type xsub_tag = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_node {
    pub tag: u32,
    pub detail: u32,
    pub len: usize,
    pub as_: xsub_node__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union xsub_node__bindgen_ty_1 {
    pub i: i64,
    pub u: u64,
    pub f: f64,
    pub bytes: *const ::std::os::raw::c_char,
    pub owned: *mut ::std::os::raw::c_char,
    pub native: *mut ::std::os::raw::c_void,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    [
        "Size of xsub_node__bindgen_ty_1",
    ][::std::mem::size_of::<xsub_node__bindgen_ty_1>() - 8usize];
    [
        "Alignment of xsub_node__bindgen_ty_1",
    ][::std::mem::align_of::<xsub_node__bindgen_ty_1>() - 8usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::i",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, i) - 0usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::u",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, u) - 0usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::f",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, f) - 0usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::bytes",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, bytes) - 0usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::owned",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, owned) - 0usize];
    [
        "Offset of field: xsub_node__bindgen_ty_1::native",
    ][::std::mem::offset_of!(xsub_node__bindgen_ty_1, native) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_node"][::std::mem::size_of::<xsub_node>() - 24usize];
    ["Alignment of xsub_node"][::std::mem::align_of::<xsub_node>() - 8usize];
    ["Offset of field: xsub_node::tag"][::std::mem::offset_of!(xsub_node, tag) - 0usize];
    [
        "Offset of field: xsub_node::detail",
    ][::std::mem::offset_of!(xsub_node, detail) - 4usize];
    ["Offset of field: xsub_node::len"][::std::mem::offset_of!(xsub_node, len) - 8usize];
    [
        "Offset of field: xsub_node::as_",
    ][::std::mem::offset_of!(xsub_node, as_) - 16usize];
};
pub const XSUB_RETURN: xsub_status = 0;
pub const XSUB_THROW: xsub_status = 1;
pub const XSUB_DIE: xsub_status = 2;
pub type xsub_status = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_outcome {
    pub status: u32,
    pub level: i32,
    pub code: i32,
    pub domain: i32,
    pub nodes: *mut xsub_node,
    pub count: usize,
    pub capacity: usize,
    pub bytes: usize,
    pub owns: bool,
    pub owner: *mut ::std::os::raw::c_void,
    pub drop_owner: ::std::option::Option<
        unsafe extern "C" fn(owner: *mut ::std::os::raw::c_void),
    >,
    pub inline_nodes: [xsub_node; 16usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_outcome"][::std::mem::size_of::<xsub_outcome>() - 456usize];
    ["Alignment of xsub_outcome"][::std::mem::align_of::<xsub_outcome>() - 8usize];
    [
        "Offset of field: xsub_outcome::status",
    ][::std::mem::offset_of!(xsub_outcome, status) - 0usize];
    [
        "Offset of field: xsub_outcome::level",
    ][::std::mem::offset_of!(xsub_outcome, level) - 4usize];
    [
        "Offset of field: xsub_outcome::code",
    ][::std::mem::offset_of!(xsub_outcome, code) - 8usize];
    [
        "Offset of field: xsub_outcome::domain",
    ][::std::mem::offset_of!(xsub_outcome, domain) - 12usize];
    [
        "Offset of field: xsub_outcome::nodes",
    ][::std::mem::offset_of!(xsub_outcome, nodes) - 16usize];
    [
        "Offset of field: xsub_outcome::count",
    ][::std::mem::offset_of!(xsub_outcome, count) - 24usize];
    [
        "Offset of field: xsub_outcome::capacity",
    ][::std::mem::offset_of!(xsub_outcome, capacity) - 32usize];
    [
        "Offset of field: xsub_outcome::bytes",
    ][::std::mem::offset_of!(xsub_outcome, bytes) - 40usize];
    [
        "Offset of field: xsub_outcome::owns",
    ][::std::mem::offset_of!(xsub_outcome, owns) - 48usize];
    [
        "Offset of field: xsub_outcome::owner",
    ][::std::mem::offset_of!(xsub_outcome, owner) - 56usize];
    [
        "Offset of field: xsub_outcome::drop_owner",
    ][::std::mem::offset_of!(xsub_outcome, drop_owner) - 64usize];
    [
        "Offset of field: xsub_outcome::inline_nodes",
    ][::std::mem::offset_of!(xsub_outcome, inline_nodes) - 72usize];
};
pub const XSUB_REGISTERED_NOWHERE: xsub_registration = 0;
pub const XSUB_REGISTERED_DOMAIN_LIFECYCLE: xsub_registration = 1;
pub const XSUB_REGISTERED_DOMAIN: xsub_registration = 2;
pub const XSUB_REGISTERED_NETWORK: xsub_registration = 3;
pub const XSUB_REGISTERED_STORAGE_POOL: xsub_registration = 4;
pub const XSUB_REGISTERED_NODE_DEVICE: xsub_registration = 5;
pub const XSUB_REGISTERED_SECRET: xsub_registration = 6;
pub const XSUB_REGISTERED_CLOSE: xsub_registration = 7;
pub const XSUB_REGISTERED_STREAM: xsub_registration = 8;
pub type xsub_registration = ::std::os::raw::c_uint;
pub const XSUB_REPLY_NOTHING: xsub_reply = 0;
pub const XSUB_REPLY_INT: xsub_reply = 1;
pub const XSUB_REPLY_COUNT: xsub_reply = 2;
pub const XSUB_REPLY_PAIR: xsub_reply = 3;
pub const XSUB_REPLY_BUFFER: xsub_reply = 4;
pub const XSUB_REPLY_CREDENTIALS: xsub_reply = 5;
pub type xsub_reply = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_credential {
    pub result: *mut ::std::os::raw::c_char,
    pub len: usize,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_credential"][::std::mem::size_of::<xsub_credential>() - 16usize];
    ["Alignment of xsub_credential"][::std::mem::align_of::<xsub_credential>() - 8usize];
    [
        "Offset of field: xsub_credential::result",
    ][::std::mem::offset_of!(xsub_credential, result) - 0usize];
    [
        "Offset of field: xsub_credential::len",
    ][::std::mem::offset_of!(xsub_credential, len) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_upcall {
    pub callback: *mut xsub_callback,
    pub reply: u32,
    pub failed: bool,
    pub first: i64,
    pub second: i64,
    pub buffer: *mut ::std::os::raw::c_char,
    pub size: usize,
    pub credentials: *mut xsub_credential,
    pub credential_count: usize,
    pub arguments: xsub_outcome,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_upcall"][::std::mem::size_of::<xsub_upcall>() - 520usize];
    ["Alignment of xsub_upcall"][::std::mem::align_of::<xsub_upcall>() - 8usize];
    [
        "Offset of field: xsub_upcall::callback",
    ][::std::mem::offset_of!(xsub_upcall, callback) - 0usize];
    [
        "Offset of field: xsub_upcall::reply",
    ][::std::mem::offset_of!(xsub_upcall, reply) - 8usize];
    [
        "Offset of field: xsub_upcall::failed",
    ][::std::mem::offset_of!(xsub_upcall, failed) - 12usize];
    [
        "Offset of field: xsub_upcall::first",
    ][::std::mem::offset_of!(xsub_upcall, first) - 16usize];
    [
        "Offset of field: xsub_upcall::second",
    ][::std::mem::offset_of!(xsub_upcall, second) - 24usize];
    [
        "Offset of field: xsub_upcall::buffer",
    ][::std::mem::offset_of!(xsub_upcall, buffer) - 32usize];
    [
        "Offset of field: xsub_upcall::size",
    ][::std::mem::offset_of!(xsub_upcall, size) - 40usize];
    [
        "Offset of field: xsub_upcall::credentials",
    ][::std::mem::offset_of!(xsub_upcall, credentials) - 48usize];
    [
        "Offset of field: xsub_upcall::credential_count",
    ][::std::mem::offset_of!(xsub_upcall, credential_count) - 56usize];
    [
        "Offset of field: xsub_upcall::arguments",
    ][::std::mem::offset_of!(xsub_upcall, arguments) - 64usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_perl {
    pub upcall: ::std::option::Option<unsafe extern "C" fn(upcall: *mut xsub_upcall)>,
    pub release: ::std::option::Option<
        unsafe extern "C" fn(callback: *mut ::std::os::raw::c_void),
    >,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_perl"][::std::mem::size_of::<xsub_perl>() - 16usize];
    ["Alignment of xsub_perl"][::std::mem::align_of::<xsub_perl>() - 8usize];
    [
        "Offset of field: xsub_perl::upcall",
    ][::std::mem::offset_of!(xsub_perl, upcall) - 0usize];
    [
        "Offset of field: xsub_perl::release",
    ][::std::mem::offset_of!(xsub_perl, release) - 8usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_parameter {
    pub name: *const ::std::os::raw::c_char,
    pub default_text: *const ::std::os::raw::c_char,
    pub default_number: i64,
    pub type_: xsub_type,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_parameter"][::std::mem::size_of::<xsub_parameter>() - 40usize];
    ["Alignment of xsub_parameter"][::std::mem::align_of::<xsub_parameter>() - 8usize];
    [
        "Offset of field: xsub_parameter::name",
    ][::std::mem::offset_of!(xsub_parameter, name) - 0usize];
    [
        "Offset of field: xsub_parameter::default_text",
    ][::std::mem::offset_of!(xsub_parameter, default_text) - 8usize];
    [
        "Offset of field: xsub_parameter::default_number",
    ][::std::mem::offset_of!(xsub_parameter, default_number) - 16usize];
    [
        "Offset of field: xsub_parameter::type_",
    ][::std::mem::offset_of!(xsub_parameter, type_) - 24usize];
};
pub type xsub_function = ::std::option::Option<
    unsafe extern "C" fn(args: *const xsub_value, outcome: *mut xsub_outcome),
>;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub {
    pub name: *const ::std::os::raw::c_char,
    pub usage: *const ::std::os::raw::c_char,
    pub methods: *const *const ::std::os::raw::c_char,
    pub parameters: *const xsub_parameter,
    pub required: u8,
    pub count: u8,
    pub call: xsub_function,
    pub schema: xsub_function,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub"][::std::mem::size_of::<xsub>() - 56usize];
    ["Alignment of xsub"][::std::mem::align_of::<xsub>() - 8usize];
    ["Offset of field: xsub::name"][::std::mem::offset_of!(xsub, name) - 0usize];
    ["Offset of field: xsub::usage"][::std::mem::offset_of!(xsub, usage) - 8usize];
    ["Offset of field: xsub::methods"][::std::mem::offset_of!(xsub, methods) - 16usize];
    [
        "Offset of field: xsub::parameters",
    ][::std::mem::offset_of!(xsub, parameters) - 24usize];
    [
        "Offset of field: xsub::required",
    ][::std::mem::offset_of!(xsub, required) - 32usize];
    ["Offset of field: xsub::count"][::std::mem::offset_of!(xsub, count) - 33usize];
    ["Offset of field: xsub::call"][::std::mem::offset_of!(xsub, call) - 40usize];
    ["Offset of field: xsub::schema"][::std::mem::offset_of!(xsub, schema) - 48usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_table {
    pub items: *const xsub,
    pub count: usize,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_table"][::std::mem::size_of::<xsub_table>() - 16usize];
    ["Alignment of xsub_table"][::std::mem::align_of::<xsub_table>() - 8usize];
    [
        "Offset of field: xsub_table::items",
    ][::std::mem::offset_of!(xsub_table, items) - 0usize];
    [
        "Offset of field: xsub_table::count",
    ][::std::mem::offset_of!(xsub_table, count) - 8usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_class {
    pub package: *const ::std::os::raw::c_char,
    pub noun: *const ::std::os::raw::c_char,
    pub destroy_argument: *const ::std::os::raw::c_char,
    pub invalid_code: i32,
    pub error_domain: i32,
    pub ref_: ::std::option::Option<
        unsafe extern "C" fn(
            native: *mut ::std::os::raw::c_void,
        ) -> ::std::os::raw::c_int,
    >,
    pub free: ::std::option::Option<
        unsafe extern "C" fn(
            native: *mut ::std::os::raw::c_void,
        ) -> ::std::os::raw::c_int,
    >,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_class"][::std::mem::size_of::<xsub_class>() - 48usize];
    ["Alignment of xsub_class"][::std::mem::align_of::<xsub_class>() - 8usize];
    [
        "Offset of field: xsub_class::package",
    ][::std::mem::offset_of!(xsub_class, package) - 0usize];
    [
        "Offset of field: xsub_class::noun",
    ][::std::mem::offset_of!(xsub_class, noun) - 8usize];
    [
        "Offset of field: xsub_class::destroy_argument",
    ][::std::mem::offset_of!(xsub_class, destroy_argument) - 16usize];
    [
        "Offset of field: xsub_class::invalid_code",
    ][::std::mem::offset_of!(xsub_class, invalid_code) - 24usize];
    [
        "Offset of field: xsub_class::error_domain",
    ][::std::mem::offset_of!(xsub_class, error_domain) - 28usize];
    [
        "Offset of field: xsub_class::ref_",
    ][::std::mem::offset_of!(xsub_class, ref_) - 32usize];
    [
        "Offset of field: xsub_class::free",
    ][::std::mem::offset_of!(xsub_class, free) - 40usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xsub_constant {
    pub package: *const ::std::os::raw::c_char,
    pub name: *const ::std::os::raw::c_char,
    pub value: xsub_node,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_constant"][::std::mem::size_of::<xsub_constant>() - 40usize];
    ["Alignment of xsub_constant"][::std::mem::align_of::<xsub_constant>() - 8usize];
    [
        "Offset of field: xsub_constant::package",
    ][::std::mem::offset_of!(xsub_constant, package) - 0usize];
    [
        "Offset of field: xsub_constant::name",
    ][::std::mem::offset_of!(xsub_constant, name) - 8usize];
    [
        "Offset of field: xsub_constant::value",
    ][::std::mem::offset_of!(xsub_constant, value) - 16usize];
};
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct xsub_module {
    pub tables: *const xsub_table,
    pub table_count: usize,
    pub classes: *const xsub_class,
    pub class_count: usize,
    pub constants: *const xsub_constant,
    pub constant_count: usize,
    pub deregister: ::std::option::Option<
        unsafe extern "C" fn(callback: *const xsub_callback),
    >,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xsub_module"][::std::mem::size_of::<xsub_module>() - 56usize];
    ["Alignment of xsub_module"][::std::mem::align_of::<xsub_module>() - 8usize];
    [
        "Offset of field: xsub_module::tables",
    ][::std::mem::offset_of!(xsub_module, tables) - 0usize];
    [
        "Offset of field: xsub_module::table_count",
    ][::std::mem::offset_of!(xsub_module, table_count) - 8usize];
    [
        "Offset of field: xsub_module::classes",
    ][::std::mem::offset_of!(xsub_module, classes) - 16usize];
    [
        "Offset of field: xsub_module::class_count",
    ][::std::mem::offset_of!(xsub_module, class_count) - 24usize];
    [
        "Offset of field: xsub_module::constants",
    ][::std::mem::offset_of!(xsub_module, constants) - 32usize];
    [
        "Offset of field: xsub_module::constant_count",
    ][::std::mem::offset_of!(xsub_module, constant_count) - 40usize];
    [
        "Offset of field: xsub_module::deregister",
    ][::std::mem::offset_of!(xsub_module, deregister) - 48usize];
};
unsafe extern "C" {
    pub fn xsub_outcome_drop(outcome: *mut xsub_outcome);
}
