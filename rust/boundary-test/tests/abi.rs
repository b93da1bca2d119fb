//! `rust/xsub/src/abi.rs` is what bindgen makes of `rust/xsub/include/xsub.h`.
//!
//! After a change of the header: `UPDATE_ABI=1 cargo test -p boundary-test --test abi`.

#![allow(clippy::expect_used, reason = "a test")]

use std::{env, fs, path::Path};

fn generated() -> String {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xsub/include/xsub.h");
    bindgen::builder()
        .header(header.to_str().expect("a path in UTF-8"))
        .allowlist_item("(xsub|XSUB).*")
        .prepend_enum_name(false)
        .size_t_is_usize(true)
        .merge_extern_blocks(true)
        .raw_line("//! Generated from `include/xsub.h` by `boundary-test`; do not edit.")
        .raw_line("#![allow(missing_docs, non_camel_case_types)]")
        .disable_header_comment()
        .rust_target(bindgen::RustTarget::stable(85, 0).unwrap_or_default())
        .rust_edition(bindgen::RustEdition::Edition2024)
        .formatter(bindgen::Formatter::Prettyplease)
        .generate()
        .expect("bindgen reads the header")
        .to_string()
}

#[test]
fn abi_is_what_the_header_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xsub/src/abi.rs");
    if env::var_os("UPDATE_ABI").is_some() {
        fs::write(&path, generated()).expect("abi.rs can be written");
    }
    let checked_in = fs::read_to_string(&path).expect("abi.rs can be read");
    assert!(
        checked_in == generated(),
        "abi.rs is stale: UPDATE_ABI=1 cargo test -p boundary-test --test abi"
    );
}
