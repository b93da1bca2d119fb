//! Writes `rust/xsub/src/abi.rs` from `rust/xsub/include/xsub.h`: `cargo run -p abi`, after
//! each change of the header. Its test says whether that was forgotten.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn xsub(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../xsub")
        .join(path)
}

fn generate() -> Result<String, Box<dyn Error>> {
    let bindings = bindgen::builder()
        .header(xsub("include/xsub.h").to_string_lossy())
        .allowlist_item("(xsub|XSUB).*")
        .prepend_enum_name(false)
        .size_t_is_usize(true)
        .merge_extern_blocks(true)
        .raw_line("//! Generated from `include/xsub.h` by `cargo run -p abi`; do not edit.")
        .raw_line("#![allow(missing_docs, non_camel_case_types)]")
        .disable_header_comment()
        .rust_target(bindgen::RustTarget::stable(85, 0).unwrap_or_default())
        .rust_edition(bindgen::RustEdition::Edition2024)
        .formatter(bindgen::Formatter::Prettyplease)
        .generate()?;
    Ok(bindings.to_string())
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(fs::write(xsub("src/abi.rs"), generate()?)?)
}

#[test]
fn abi_is_what_the_header_says() {
    let checked_in = fs::read_to_string(xsub("src/abi.rs")).unwrap();
    let stale = checked_in != generate().unwrap();
    assert!(!stale, "abi.rs is stale: cargo run -p abi");
}
