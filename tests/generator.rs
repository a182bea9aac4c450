//! The generated inputs of the benchmarks have the statistics that `BENCHMARKS.md` names, and stay what they are.

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::collections::HashSet;

use generator::{Kind, SEPARATOR, learned, residue};
use unchaff::{Cleaner, Pack, Shape};

const BYTES: usize = 4 << 20;

/// Counts of the lines that are not empty.
#[derive(Debug, Default)]
struct Counts {
    documents: usize,
    flat_documents: usize,
    lines: usize,
    bytes: usize,
    non_ascii: usize,
    short_lines: usize,
    medium_lines: usize,
    residue_lines: usize,
    words: HashSet<String>,
}

fn count(kind: Kind) -> Counts {
    let learned = learned::lines(learned::IN_DOCUMENTS);
    let mut known: HashSet<&str> = learned.iter().map(String::as_str).collect();
    known.extend(residue::HEAD_MARKERS.iter().chain(&residue::TAIL_MARKERS));
    for phrases in &residue::PHRASES {
        known.extend(phrases.head.iter().chain(phrases.middle).chain(phrases.tail));
    }
    let mut counts = Counts::default();
    for document in generator::documents(kind, 1, BYTES) {
        assert!(document.ends_with('\n'), "a document ends with a line end");
        assert!(!document.contains(&format!("\n{SEPARATOR}")), "{document}");
        counts.documents += 1;
        counts.flat_documents += usize::from(document.matches('\n').count() == 1);
        for line in document.lines().filter(|line| !line.is_empty()) {
            assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
            counts.lines += 1;
            counts.bytes += line.len();
            counts.non_ascii += line.bytes().filter(|byte| !byte.is_ascii()).count();
            counts.short_lines += usize::from(line.len() <= 40);
            counts.medium_lines += usize::from(line.len() <= 120);
            let undressed = line.trim_matches(['•', '-', '»', ' ', '\u{A0}']);
            counts.residue_lines += usize::from(known.contains(undressed));
            counts.words.extend(line.split_whitespace().map(str::to_lowercase));
        }
    }
    counts
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[allow(clippy::print_stdout, reason = "the statistics are worth seeing")]
fn within(name: &str, value: f64, from: f64, to: f64) {
    println!("{name}: {value:.2}");
    assert!((from..=to).contains(&value), "{name} is {value:.2}, not between {from} and {to}");
}

#[test]
fn residue_has_the_statistics_of_real_text() {
    let counts = count(Kind::Residue);
    within("bytes a line", counts.bytes as f64 / counts.lines as f64, 132.0, 144.0);
    within("lines of at most 40 bytes, %", share(counts.short_lines, counts.lines), 18.0, 22.0);
    within("lines of at most 120 bytes, %", share(counts.medium_lines, counts.lines), 61.0, 69.0);
    within("lines of residue, %", share(counts.residue_lines, counts.lines), 5.5, 6.9);
    within("bytes that are not ASCII, %", share(counts.non_ascii, counts.bytes), 9.0, 11.0);
    within("flattened documents, %", share(counts.flat_documents, counts.documents), 0.5, 1.6);
    within("KiB a document", BYTES as f64 / 1024.0 / counts.documents as f64, 3.0, 6.0);
    within("different words, thousands", counts.words.len() as f64 / 1000.0, 20.0, 200.0);
}

#[test]
fn body_is_the_same_without_residue() {
    let counts = count(Kind::Body);
    within("bytes a line", counts.bytes as f64 / counts.lines as f64, 136.0, 154.0);
    within("lines of at most 40 bytes, %", share(counts.short_lines, counts.lines), 13.0, 20.0);
    within("lines of residue, %", share(counts.residue_lines, counts.lines), 0.0, 0.01);
    within("bytes that are not ASCII, %", share(counts.non_ascii, counts.bytes), 9.0, 11.5);
}

#[test]
fn the_other_kinds_are_what_they_say() {
    let flat = count(Kind::Flattened);
    assert_eq!(flat.flat_documents, flat.documents);
    let unicode = count(Kind::Unicode);
    within("bytes that are not ASCII, %", share(unicode.non_ascii, unicode.bytes), 45.0, 75.0);
    within("lines of residue, %", share(unicode.residue_lines, unicode.lines), 4.0, 8.0);
    let near = count(Kind::NearMiss);
    within("lines of residue, %", share(near.residue_lines, near.lines), 0.0, 2.0);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    for kind in Kind::ALL {
        let one = generator::documents(kind, 1, 1 << 16);
        assert_eq!(one, generator::documents(kind, 1, 1 << 16));
        assert_ne!(one, generator::documents(kind, 2, 1 << 16));
    }
}

#[test]
fn residue_is_known_and_body_is_not() {
    let rules = Pack::builtin().iter().flat_map(Pack::rules);
    let shapes: Vec<&Shape> = rules.flat_map(|rule| rule.shapes()).collect();
    let is_known = |line: &str| {
        let view = unchaff::FoldedView::new(line.as_bytes());
        shapes.iter().any(|shape| match shape {
            Shape::Inline(literal) => line.contains(literal.as_str()),
            shape => shape.matches(view.as_str()),
        })
    };
    let mut unknown = Vec::new();
    let mut known = 0;
    for phrases in &residue::PHRASES {
        for line in phrases.head.iter().chain(phrases.middle).chain(phrases.tail) {
            if is_known(line) { known += 1 } else { unknown.push(*line) }
        }
    }
    println!("{known} known, unknown: {unknown:?}");
    assert!(unknown.len() * 20 <= known, "{unknown:?}");
    assert!(residue::INLINE.iter().all(|line| is_known(line)));

    let cleaner = Cleaner::builtin();
    let removed = |kind: Kind| {
        let documents = generator::documents(kind, 1, 1 << 20);
        let removals = |text: &String| cleaner.clean(text).removals().len();
        documents.iter().map(removals).sum::<usize>()
    };
    assert_eq!(removed(Kind::Body), 0);
    assert!(removed(Kind::Residue) > 300);
}

#[test]
fn learned_lines_are_all_different_and_begin_the_same() {
    let few = learned::lines(1000);
    let many = learned::lines(20_000);
    assert_eq!(few[..], many[..1000]);
    let different: HashSet<String> = many.iter().map(|line| line.to_lowercase()).collect();
    assert_eq!(different.len(), many.len());
}
