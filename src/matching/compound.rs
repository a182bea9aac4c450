//! Compound lines: several labels in one line, as in `Home | About us | Contact`.
//!
//! The invariant: a line is compound only if every part between its separators is matched by a rule. Called by the line
//! judge for lines that no rule matches as a whole.

use super::judge::Unit;
use super::ruleset::{Match, Matcher};
use crate::text::chars::{next_char, trim_end, trim_start};
use crate::text::fold::fold_into;

/// Fills `units` with the parts of a line if it has several and a rule matches each. Says whether it did.
pub(crate) fn find_parts(
    matcher: &impl Matcher,
    host: Option<&str>,
    line: &[u8],
    view: &mut String,
    units: &mut Vec<Unit>,
) -> bool {
    if part_end(line, 0).1 == line.len() {
        return false;
    }
    let mut from = 0;
    while from < line.len() {
        let (end, next) = part_end(line, from);
        let (start, end) = (trim_start(line, from, end), trim_end(line, from, end));
        from = next;
        let part = fold_into(line.get(start..end).unwrap_or_default(), view);
        if part.is_empty() {
            continue;
        }
        let Match::Rule(rule) = matcher.best(part, host) else {
            units.clear();
            return false;
        };
        units.push(Unit::new(start, end, rule, part));
    }
    let is_compound = units.len() > 1;
    if !is_compound {
        units.clear();
    }
    is_compound
}

/// Whether a character separates labels wherever it stands; `/` and `>` do so between spaces.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, '|' | '·' | '•' | '»' | '›' | '│' | '・')
}

/// Where the part that starts at `from` ends, and where the next one starts.
fn part_end(line: &[u8], from: usize) -> (usize, usize) {
    let mut at = from;
    loop {
        at += line[at..].iter().position(|&byte| may_separate(byte)).unwrap_or(line.len() - at);
        let Some((c, len)) = next_char(line, at) else { return (at, at) };
        let is_spaced = || line[from..at].ends_with(b" ") && line[at + len..].starts_with(b" ");
        if is_separator(c) || (matches!(c, '/' | '>') && is_spaced()) {
            return (at, at + len);
        }
        at += len;
    }
}

/// A byte that a separator starts with.
fn may_separate(byte: u8) -> bool {
    matches!(byte, b'|' | b'/' | b'>' | 0xC2 | 0xE2 | 0xE3)
}
