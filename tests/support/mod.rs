//! What several test files share. Each uses a part of it.
#![allow(dead_code, reason = "each test file uses a part of what they share")]

pub mod cases;
pub mod escapes;
pub mod gold;
pub mod jsonl;
pub mod law;
pub mod reference;
pub mod small_pack;
pub mod texts;

use unchaff::{Cleaner, Removal};

/// A removal as the laws compare it: bytes, rule, evidence in half points.
pub type Mark = (u64, u64, String, u32);

/// The removals of the library, one byte range each, neighbours of one rule and evidence joined.
pub fn marks(cleaner: &Cleaner, removals: &[Removal]) -> Vec<Mark> {
    let plain = removals.iter().map(|removal| {
        let rule = cleaner.rule(removal.rule).id().to_owned();
        (removal.span.start, removal.span.end, rule, removal.evidence.halves())
    });
    join(plain)
}

/// Joins ranges that touch and agree.
pub fn join(marks: impl IntoIterator<Item = Mark>) -> Vec<Mark> {
    let mut joined: Vec<Mark> = Vec::new();
    for mark in marks {
        match joined.last_mut() {
            Some(last) if last.1 == mark.0 && last.2 == mark.2 && last.3 == mark.3 => {
                last.1 = mark.1
            }
            _ => joined.push(mark),
        }
    }
    joined
}

/// A text without the marked bytes.
pub fn without(text: &[u8], marks: &[Mark]) -> Vec<u8> {
    let mut rest = Vec::new();
    let mut at = 0;
    for (start, end, ..) in marks {
        rest.extend_from_slice(&text[at..*start as usize]);
        at = *end as usize;
    }
    rest.extend_from_slice(&text[at..]);
    rest
}
