//! The table of faults names tests that are there, each after its row.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rows about records, compression, files and processes.
fn wanted() -> BTreeSet<u32> {
    (21..=40).chain(48..=64).collect()
}

/// The names of all functions below the folders.
fn functions(folders: &[PathBuf]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in folders {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                found.extend(functions(&[path]));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("it is UTF-8");
                let name =
                    |rest: &str| rest.split(['(', '<']).next().unwrap_or_default().to_owned();
                found.extend(text.split("fn ").skip(1).map(name));
            }
        }
    }
    found
}

/// The rows that the name of a test is for: `row_48_…`, `rows_32_33_…`, `rows_22_to_31_…`.
fn rows_of(test: &str) -> Vec<u32> {
    let mut rows: Vec<u32> = Vec::new();
    let mut parts = test.split('_');
    if !matches!(parts.next(), Some("row" | "rows")) {
        return rows;
    }
    let mut goes_on = false;
    for part in parts {
        match (part.parse(), rows.last()) {
            (Ok(row), Some(last)) if goes_on => rows.extend(last + 1..=row),
            (Ok(row), _) => rows.push(row),
            (Err(_), Some(_)) if part == "to" => {}
            (Err(_), _) => break,
        }
        goes_on = part == "to";
    }
    rows
}

#[test]
fn every_row_has_a_test_that_is_named_after_it() {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR"));
    let there = functions(&[cli.join("src"), cli.join("tests"), cli.join("../tests")]);
    let table = fs::read_to_string(cli.join("FAULTS.md")).expect("the table can be read");
    let mut rows = BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [number, .., tests] = cells[..] else { panic!("{line}") };
        let names = tests.split('`').skip(1).step_by(2).filter(|name| name.contains('_'));
        let named: Vec<&str> = names.filter(|name| !name.starts_with("UNCHAFF")).collect();
        for name in &named {
            // A name may be cut short, with an ellipsis.
            let is_there = match name.strip_suffix('…') {
                Some(start) => there.iter().any(|known| known.starts_with(start)),
                None => there.contains(*name),
            };
            assert!(is_there, "there is no test {name}: {line}");
        }
        if let Ok(number) = number.trim().parse::<u32>() {
            let is_named = named.iter().any(|name| rows_of(name).contains(&number));
            assert!(is_named, "no test is named after row {number}: {line}");
            rows.insert(number);
        }
    }
    let missing: Vec<u32> = wanted().difference(&rows).copied().collect();
    assert!(missing.is_empty(), "rows without tests: {missing:?}");
}

#[test]
fn names_say_which_rows_they_are_for() {
    assert_eq!(rows_of("row_48_a_full_disk"), [48]);
    assert_eq!(rows_of("rows_32_33_every_cut"), [32, 33]);
    assert_eq!(rows_of("rows_22_to_25_lines"), [22, 23, 24, 25]);
    assert!(rows_of("a_row_48").is_empty());
}
