//! Compiles the C side of the tests.

fn main() {
    println!("cargo::rerun-if-changed=src/double.c");
    println!("cargo::rerun-if-changed=../xsub/include/xsub.h");
    cc::Build::new()
        .file("src/double.c")
        .include("../xsub/include")
        .flag_if_supported("-Wall")
        .flag_if_supported("-Wextra")
        .warnings_into_errors(true)
        .compile("double");
}
