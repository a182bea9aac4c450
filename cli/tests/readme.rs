//! The README shows what the program prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_what_explain_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README can be read");
    let (_, block) = readme.split_once("```text\n").expect("the README shows output");
    let (shown, _) = block.split_once("```").expect("the block ends");
    let output = Command::new(env!("CARGO_BIN_EXE_unchaff"))
        .args(["explain", "-c", "0", "corpus/article.txt"])
        .current_dir(root)
        .output()
        .expect("the program runs");
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    let bare = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(bare(&printed), bare(shown));
}
