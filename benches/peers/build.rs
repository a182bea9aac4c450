//! Looks for Hyperscan when it is asked for.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_HYPERSCAN").is_none() {
        return;
    }
    let is_known = |folder: &str| Path::new(folder).join("libhs.so").exists();
    let is_found = Command::new("pkg-config")
        .args(["--exists", "libhs"])
        .status()
        .is_ok_and(|status| status.success())
        || ["/usr/lib/x86_64-linux-gnu", "/usr/lib", "/usr/local/lib"].into_iter().any(is_known);
    if is_found {
        println!("cargo::rustc-cfg=has_hyperscan");
        println!("cargo::rustc-link-lib=hs");
    } else {
        println!(
            "cargo::warning=Hyperscan is left out: libhs was not found; apt-get install libhyperscan-dev"
        );
    }
}
