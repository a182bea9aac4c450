//! Invented web text with residue in it: the same bytes for the same seed, on every machine.
//!
//! The invariant: nothing here knows how the cleaner works. Lengths and shares are those that were counted in real text
//! (see `BENCHMARKS.md`), words are made of letters as often as their language uses them, and residue is what widely used
//! software writes. Used by the benchmarks, by `cargo run --release --example generate` and by `tests/generator.rs`.
#![allow(dead_code, reason = "each user needs a part of what they share")]

pub mod document;
pub mod language;
pub mod learned;
pub mod prose;
pub mod random;
pub mod residue;

use self::document::Writer;

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Articles, of whose lines 6 % are residue.
    Residue,
    /// The same without residue: nothing is to be removed.
    Body,
    /// Every document on one line.
    Flattened,
    /// Nothing but lines that are almost residue.
    NearMiss,
    /// Articles with residue in twelve languages and eight scripts, in equal shares.
    Unicode,
}

impl Kind {
    pub const ALL: [Kind; 5] =
        [Kind::Residue, Kind::Body, Kind::Flattened, Kind::NearMiss, Kind::Unicode];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Residue => "residue",
            Kind::Body => "body",
            Kind::Flattened => "flattened",
            Kind::NearMiss => "nearmiss",
            Kind::Unicode => "unicode",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Stands between documents: the end of the last line is followed by two blank lines.
pub const SEPARATOR: &str = "\n\n";

/// Documents of at least `bytes` together, separators counted. Each ends with a line end.
pub fn documents(kind: Kind, seed: u64, bytes: usize) -> Vec<String> {
    let mut writer = Writer::new(kind, seed);
    let mut documents = Vec::new();
    let mut size = 0;
    while size < bytes {
        let document = writer.document();
        size += document.len() + SEPARATOR.len();
        documents.push(document);
    }
    documents
}

/// A document as a line of JSONL, its text as most programs write it: only what must be escaped is.
pub fn record(number: usize, text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!(
        "{{\"id\":\"d{number}\",\"url\":\"https://example.org/{number}\",\"text\":{text},\"date\":\"2026-01-01\",\"score\":0.5}}\n"
    )
}
