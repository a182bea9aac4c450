//! One document, line by line: what its labels say against what was removed.
//!
//! The invariant: a removed byte counts for the line in which it stands, and bytes between lines count for none. Used by
//! `tally`.

use super::gold::{Document, Label};
use super::spans::Cut;

/// A line, and what was removed of it.
pub struct ScoredLine<'d> {
    /// Counted from 1.
    pub number: usize,
    pub text: &'d str,
    pub label: Label,
    /// Whether at least 90 % of its bytes were removed.
    pub is_removed: bool,
    /// What was removed of it, in order.
    pub parts: Vec<Part<'d>>,
}

/// A removed part of a line.
pub struct Part<'d> {
    pub text: &'d str,
    pub cut: &'d Cut,
}

impl Part<'_> {
    pub fn words(&self) -> u64 {
        words(self.text)
    }
}

impl ScoredLine<'_> {
    pub fn words_cut(&self) -> u64 {
        self.parts.iter().map(Part::words).sum()
    }

    pub fn chars_cut(&self) -> u64 {
        self.parts.iter().map(|part| chars(part.text)).sum()
    }

    /// The part that took most words, the first of several.
    pub fn main_part(&self) -> Option<&Part<'_>> {
        self.parts.iter().rev().max_by_key(|part| part.words())
    }
}

/// Words are what stands between white space.
pub fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

pub fn chars(text: &str) -> u64 {
    text.chars().count() as u64
}

/// Passes on the lines that hold anything visible, each with what was removed of it.
pub fn each_line<'d>(
    document: &'d Document,
    cuts: &'d [Cut],
    mut take: impl FnMut(&ScoredLine<'d>),
) {
    let mut next = 0;
    for (at, line) in document.lines.iter().enumerate() {
        let range = &line.range;
        while cuts.get(next).is_some_and(|cut| cut.range.end <= range.start) {
            next += 1;
        }
        let text = &document.text[range.clone()];
        if text.trim().is_empty() {
            continue;
        }
        let touching = cuts[next..].iter().take_while(|cut| cut.range.start < range.end);
        let parts: Vec<Part<'d>> = touching
            .map(|cut| {
                let from = cut.range.start.max(range.start);
                let to = cut.range.end.min(range.end);
                Part { text: &document.text[from..to], cut }
            })
            .collect();
        let gone: usize = parts.iter().map(|part| part.text.len()).sum();
        let is_removed = gone as u128 * 10 >= text.len() as u128 * 9;
        take(&ScoredLine { number: at + 1, text, label: line.label, is_removed, parts });
    }
}

/// Whether something visible was removed and nothing visible is left.
pub fn is_emptied(document: &Document, cuts: &[Cut]) -> bool {
    let mut at = 0;
    let is_blank = |from: usize, to: usize| document.text[from..to].trim().is_empty();
    for cut in cuts {
        if !is_blank(at, cut.range.start) {
            return false;
        }
        at = cut.range.end;
    }
    is_blank(at, document.text.len()) && !document.text.trim().is_empty()
}
