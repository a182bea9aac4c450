//! Dependencies point down: a file imports only from its own floor and those below it.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up. A file belongs to the first floor whose path it starts with.
const FLOORS: [&[&str]; 6] = [
    &["error.rs", "limits.rs", "model.rs", "numbers.rs", "span.rs"],
    &["text/"],
    &["rules/"],
    &["matching/"],
    &["evidence/"],
    &["cleaner.rs", "feed.rs", "stream.rs", "builder.rs", "explain.rs", "examples.rs", "jsonl/"],
];

fn floor(path: &str) -> Option<usize> {
    FLOORS.iter().position(|files| files.iter().any(|file| path.starts_with(file)))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources can be read") {
        let path = entry.expect("the sources can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::a::b` of a source file, as `a/b`.
fn imports(text: &str) -> impl Iterator<Item = String> {
    text.match_indices("crate::").map(|(at, word)| {
        let rest = &text[at + word.len()..];
        let path: String =
            rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        path.replace("::", "/")
    })
}

#[test]
fn every_file_imports_from_its_floor_or_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for file in &files {
        let name =
            file.strip_prefix(&root).expect("it is a source").to_string_lossy().replace('\\', "/");
        if name == "lib.rs" {
            continue;
        }
        let Some(mine) = floor(&name) else {
            wrong.push(format!("{name} stands on no floor"));
            continue;
        };
        // A doc link may point anywhere: it is no dependency.
        let text = fs::read_to_string(file).expect("the sources can be read");
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        for import in imports(&code) {
            let path = format!("{import}.rs");
            let target = FLOORS.iter().position(|files| {
                files.iter().any(|file| {
                    path.starts_with(file)
                        || format!("{import}/").starts_with(file)
                        || import.starts_with(file.trim_end_matches(".rs"))
                })
            });
            match target {
                Some(theirs) if theirs <= mine => checked += 1,
                Some(theirs) => wrong.push(format!(
                    "{name} (floor {mine}) imports crate::{import} (floor {theirs})"
                )),
                None => wrong.push(format!("{name} imports crate::{import}, which is on no floor")),
            }
        }
    }
    println!("{} files, {checked} imports", files.len());
    assert!(checked > 50, "only {checked} imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_does_no_io_spawns_nothing_and_reads_no_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let banned = [
        "std::fs",
        "std::io",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "std::time",
        "println!",
    ];
    for file in &files {
        let text = fs::read_to_string(file).expect("the sources can be read");
        for word in banned {
            assert!(!text.contains(word), "{} uses {word}", file.display());
        }
    }
}
