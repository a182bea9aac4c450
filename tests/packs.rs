//! The built-in packs: every example of every rule.

use std::collections::BTreeMap;
use std::path::Path;

use unchaff::{Category, Cleaner, Pack, Shape};

/// Every example of the rules that act by default, and of each category that does not, switched on alone.
#[test]
fn every_example_of_the_built_in_packs_holds() {
    let off = Category::ALL.iter().copied().filter(|category| !category.is_on_by_default());
    let mut cleaners = vec![(None, Cleaner::builtin())];
    cleaners.extend(off.map(|category| {
        let cleaner = Cleaner::builder().on(category).build().expect("the built-in packs build");
        (Some(category), cleaner)
    }));
    let mut examples = 0;
    let mut failures = Vec::new();
    for (only, cleaner) in &cleaners {
        for rule in
            cleaner.rules().iter().filter(|rule| only.is_none_or(|only| only == rule.category()))
        {
            examples += rule.remove_examples().len() + rule.keep_examples().len();
            failures.extend(cleaner.check_examples(rule));
        }
    }
    println!("{examples} examples");
    let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{} fail\n{}", shown.len(), shown.join("\n"));
}

/// The built-in packs, read with every check, as somebody's own pack is.
fn checked_packs() -> Vec<Pack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/packs");
    let mut packs = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the packs can be read") {
        let path = entry.expect("the packs can be read").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a pack is text");
        packs.push(
            Pack::parse(&path.to_string_lossy(), &text).unwrap_or_else(|error| panic!("{error}")),
        );
    }
    packs
}

#[test]
fn the_built_in_packs_pass_every_check() {
    let packs = checked_packs();
    let rules: usize = packs.iter().map(|pack| pack.rules().len()).sum();
    let acting = Cleaner::builtin().rules().len();
    println!("{} packs, {rules} rules, {acting} act by default", packs.len());
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    assert!(readme.expect("the README can be read").contains(&format!("hold {rules} rules")));
    assert!(acting <= rules && acting > 100);
}

#[test]
fn no_phrase_stands_in_two_built_in_rules() {
    let packs = checked_packs();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in packs.iter().flat_map(Pack::rules) {
        for shape in rule.shapes() {
            if let Shape::Line(phrase) = shape
                && let Some(other) = seen.insert(phrase, rule.id())
            {
                panic!("{phrase:?} stands in {other} and in {}", rule.id());
            }
        }
    }
}

/// The README names tests as proof: each of them exists.
#[test]
fn every_test_that_the_readme_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("the file can be read");
    let readme = read("README.md");
    let sources: String = [
        "tests/laws/main.rs",
        "tests/receipts.rs",
        "tests/stream/main.rs",
        "tests/stream/sinks.rs",
        "tests/corpus.rs",
        "cli/tests/proof.rs",
    ]
    .map(read)
    .concat();
    let rows = readme.lines().filter(|line| line.contains("tests/"));
    let names =
        rows.flat_map(|row| row.split('`').skip(1).step_by(2)).filter(|name| name.contains('_'));
    let mut count = 0;
    for name in names {
        count += 1;
        assert!(
            sources.contains(&format!("fn {name}(")),
            "the README names {name}, which is no test"
        );
    }
    assert!(count >= 12, "only {count} names were found");
}

/// Every file and folder that the README names is there.
#[test]
fn every_path_that_the_readme_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README can be read");
    let prose = readme.lines().filter(|line| !line.starts_with("```"));
    let quoted = prose.flat_map(|line| line.split('`').skip(1).step_by(2));
    let words = quoted.filter_map(|code| code.split(' ').next());
    let folders = ["src/", "tests/", "corpus/", "cli/", ".ci/"];
    let mut count = 0;
    for path in words.filter(|word| folders.iter().any(|folder| word.starts_with(folder))) {
        count += 1;
        assert!(root.join(path).exists(), "the README names {path}, which is not there");
    }
    assert!(count >= 5, "only {count} paths were found");
}
