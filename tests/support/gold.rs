//! The labelled documents beside the repository, where they are present. Other people's text: read, never copied.

use std::path::{Path, PathBuf};

/// The path of a file beside the repository, or `None` with a printed reason.
#[allow(clippy::print_stdout, reason = "a test that looks at nothing must say so")]
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not beside this repository");
    None
}
