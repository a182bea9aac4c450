//! The gate: a glance at a line that tells body from what must be looked at.
//!
//! A rule matches a line, or a segment at an end of one, only if its view begins as the rule's phrases and patterns do, or
//! ends as they do. The gate keeps those ends in two filters and asks them about the few places in a line at which a
//! unit can start or end, on the raw bytes. The invariant: a line that it lets pass is body for the line judge, as a whole
//! and without markers; exceptions aside, which matter for lines that rules match, and for labels. It knows ASCII lines that
//! are not very short; every other one is left to the judge. Built by the index, asked by the decider.

mod ends;
mod filter;

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use self::filter::Filter;
use super::ruleset::RuleSet;
use crate::rules::bounds::{Bounds, plain_head, plain_numbers, plain_tail};
use crate::rules::rule::Shape;
use crate::text::number::NUMBER;
use crate::text::scan::{Marks, is_mark};
use crate::text::segment::is_cut;

/// Shortest unit that the gate looks at, in bytes.
const MIN_UNIT_BYTES: usize = 20;

/// What can stand at the ends of a view that some rule matches.
#[derive(Debug)]
pub(crate) struct Gate {
    heads: Filter,
    tails: Filter,
    /// Words of which one stands in every view that a pattern without known ends matches.
    free: Option<AhoCorasick>,
    signs: Signs,
}

impl Gate {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut tails: Vec<Vec<u8>> = Vec::new();
        let mut free: Vec<String> = Vec::new();
        let mut signs = Signs::default();
        for shape in rules.rules().iter().flat_map(|rule| &rule.shapes) {
            match shape {
                Shape::Line(phrase) => {
                    heads.extend(long_end(phrase));
                    heads.extend(long_end(&phrase.replace(NUMBER, "0")));
                }
                Shape::Starts { phrase, .. } => heads.push(plain_head(phrase)),
                Shape::Ends { phrase, .. } => tails.push(reversed(&plain_tail(phrase))),
                Shape::Pattern(pattern) if !pattern.0.can_be_ascii() => {}
                Shape::Pattern(pattern) => match pattern.0.bounds() {
                    Bounds::Heads(found) => heads.extend_from_slice(found),
                    Bounds::Tails(found) => tails.extend(found.iter().map(|tail| reversed(tail))),
                    Bounds::Free => {
                        free.extend(pattern.0.literals().iter().filter_map(|l| ascii_word(l)))
                    }
                },
                Shape::Inline(literal) => signs.add(literal.as_bytes()),
            }
        }
        let unique = |mut ends: Vec<Vec<u8>>| {
            ends.sort_unstable();
            ends.dedup();
            ends
        };
        free.sort_unstable();
        free.dedup();
        let free = (!free.is_empty()).then(|| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&free)
                .expect("literals of checked patterns fit an automaton")
        });
        Gate { heads: Filter::new(&unique(heads)), tails: Filter::new(&unique(tails)), free, signs }
    }

    /// Whether the line is surely body, as a whole.
    #[inline]
    pub(crate) fn passes(&self, line: &[u8], marks: &Marks<'_>) -> bool {
        if line.len() < MIN_UNIT_BYTES || self.signs.are_everywhere || !marks.is_ascii() {
            return false;
        }
        let mut cuts = Cuts { line, signs: &self.signs, first: None, last: None, is_odd: false };
        marks.each(|at| cuts.take(at));
        if cuts.is_odd {
            return false;
        }
        let first_end = cuts.first.unwrap_or(line.len());
        self.starts_as_body(&line[..first_end])
            && (first_end == line.len() || self.ends_as_body(&line[..first_end]))
            && self.ends_as_body(line)
            && cuts.last.is_none_or(|last| self.starts_as_body(&line[last..]))
            && self.free.as_ref().is_none_or(|free| !free.is_match(line))
    }

    /// Whether the unit, or a longer one that starts with it, surely begins as no rule does.
    #[inline]
    fn starts_as_body(&self, unit: &[u8]) -> bool {
        ends::head(unit).is_some_and(|(end, to)| !self.heads.may_have(end) && has_solid(unit, to))
    }

    #[inline]
    fn ends_as_body(&self, unit: &[u8]) -> bool {
        ends::tail(unit).is_some_and(|(end, _)| !self.tails.may_have(end))
    }
}

/// Whether something that is no dress and ends no sentence stands at `from` or behind it: nothing before it is taken off.
#[inline]
fn has_solid(unit: &[u8], from: usize) -> bool {
    unit[from..].iter().any(u8::is_ascii_alphanumeric)
}

/// The cuts of a line at which its first segment ends and its last one starts.
struct Cuts<'l> {
    line: &'l [u8],
    signs: &'l Signs,
    first: Option<usize>,
    last: Option<usize>,
    /// Something stands in the line that the gate does not judge: a sign of a marker, or labels side by side.
    is_odd: bool,
}

impl Cuts<'_> {
    /// Takes the mark at `at`.
    #[inline]
    fn take(&mut self, at: usize) {
        match self.line[at] {
            b'.' | b'!' | b'?' => self.stop(at),
            b'|' => self.is_odd = true,
            b'/' | b'>' if self.is_spaced(at) => self.is_odd = true,
            byte => self.is_odd |= self.signs.have(byte, self.line.get(at + 1)),
        }
    }

    fn is_spaced(&self, at: usize) -> bool {
        self.line[..at].ends_with(b" ") && self.line[at + 1..].starts_with(b" ")
    }

    /// Takes what may end a sentence: a segment may start behind the quotes and brackets that close after it, and behind
    /// the white space after those.
    #[inline]
    fn stop(&mut self, stop: usize) {
        let mut at = stop + 1;
        while self.line.get(at).is_some_and(|byte| b"\"')]*_".contains(byte)) {
            at += 1;
        }
        while self.line.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t'..=b'\r')) {
            at += 1;
        }
        if at < self.line.len() && is_cut(self.line, at) {
            self.first.get_or_insert(at);
            self.last = Some(at);
        }
    }
}

/// Signs of inline literals: two bytes of each, the first of which the scan marks.
#[derive(Debug, Default)]
struct Signs {
    /// For each first byte, a bit for each second byte.
    pairs: BTreeMap<u8, [u64; 4]>,
    /// A literal has no sign: it may stand in any line.
    are_everywhere: bool,
}

impl Signs {
    fn add(&mut self, literal: &[u8]) {
        let Some([first, second]) = literal.array_windows().find(|[first, _]| is_rare(*first))
        else {
            self.are_everywhere = true;
            return;
        };
        self.pairs.entry(*first).or_default()[usize::from(second / 64)] |= 1 << (second % 64);
    }

    fn have(&self, first: u8, second: Option<&u8>) -> bool {
        let (Some(seconds), Some(second)) = (self.pairs.get(&first), second) else { return false };
        seconds[usize::from(second / 64)] & (1 << (second % 64)) != 0
    }
}

/// A byte that texts seldom hold, and that the scan marks.
fn is_rare(byte: u8) -> bool {
    is_mark(byte) && !matches!(byte, b'.' | b'!' | b'?' | b'/')
}

/// How a phrase that is a whole view begins, if it is long enough for a unit that the gate looks at.
fn long_end(phrase: &str) -> Option<Vec<u8>> {
    let plain = plain_numbers(phrase);
    (plain.len() >= filter::END_BYTES).then(|| plain.into_bytes())
}

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

/// The longest word of a literal, unless no ASCII line can hold it.
fn ascii_word(literal: &str) -> Option<String> {
    let word = literal.split(' ').max_by_key(|word| word.len())?;
    literal.is_ascii().then(|| word.to_owned())
}
