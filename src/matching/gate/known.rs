//! What is known of the ends of every view that some shape matches.
//!
//! The invariant: a view that begins with none of the heads, ends with none of the tails, and is not open to a pattern of
//! unknown ends is matched by no affix, by no pattern, and by no phrase of 16 bytes or more. Built from the shapes of an
//! index; asked about views by the index, about raw units by the gate.

use aho_corasick::AhoCorasick;

use super::ends::{self, ViewEnds};
use super::filter::{END_BYTES, Filter};
use crate::rules::bounds::{Bounds, plain_head, plain_numbers, plain_tail};
use crate::rules::pattern::Pattern;
use crate::rules::rule::Shape;
use crate::text::number::NUMBER;

/// The ends of views.
#[derive(Debug, Default)]
pub(crate) struct KnownEnds {
    heads: Filter,
    tails: Filter,
    /// Literals of which one stands in every view that a pattern of unknown ends matches.
    free: Option<AhoCorasick>,
    /// Such a pattern can match ASCII.
    pub free_ascii: bool,
    /// Such a pattern can match a text of common characters.
    pub free_common: bool,
}

impl KnownEnds {
    pub(crate) fn new<'s>(shapes: impl Iterator<Item = &'s Shape>) -> Self {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut tails: Vec<Vec<u8>> = Vec::new();
        let mut free: Vec<&Pattern> = Vec::new();
        for shape in shapes {
            match shape {
                Shape::Line(phrase) => {
                    heads.extend(long_head(phrase));
                    heads.extend(
                        phrase
                            .contains(NUMBER)
                            .then(|| phrase.replace(NUMBER, "0"))
                            .and_then(|p| long_head(&p)),
                    );
                }
                Shape::Starts { phrase, .. } => heads.push(plain_head(phrase)),
                Shape::Ends { phrase, .. } => tails.push(reversed(&plain_tail(phrase))),
                Shape::Pattern(pattern) => match pattern.0.bounds() {
                    Bounds::Heads(found) => heads.extend_from_slice(found),
                    Bounds::Tails(found) => tails.extend(found.iter().map(|tail| reversed(tail))),
                    Bounds::Free => free.push(&pattern.0),
                },
                Shape::Inline(_) => {}
            }
        }
        let literals: Vec<&str> =
            free.iter().flat_map(|p| p.literals()).map(String::as_str).collect();
        let automaton =
            || AhoCorasick::new(&literals).expect("literals of checked patterns fit an automaton");
        KnownEnds {
            heads: Filter::new(unique(heads)),
            tails: Filter::new(unique(tails)),
            free: (!literals.is_empty()).then(automaton),
            free_ascii: free.iter().any(|pattern| pattern.is_for_ascii()),
            free_common: free.iter().any(|pattern| pattern.is_for_common()),
        }
    }

    /// Whether an affix or a pattern may match the view.
    #[inline]
    pub(crate) fn may_match(&self, view: &str, ends: &ViewEnds) -> bool {
        let (head, tail) = ends.keys();
        self.heads.may_have(head) || self.tails.may_have(tail) || self.is_open_to(view)
    }

    /// Whether a pattern of unknown ends may match the view.
    fn is_open_to(&self, view: &str) -> bool {
        (self.free_ascii || !view.is_ascii())
            && self.free.as_ref().is_some_and(|free| free.is_match(view))
    }

    /// Whether the unit, or a longer one that starts with it, surely begins as no rule does.
    #[inline]
    pub(super) fn starts_as_body(&self, unit: &[u8]) -> bool {
        ends::head(unit)
            .is_some_and(|(end, to)| !self.heads.may_have(end) && ends::has_solid(&unit[to..]))
    }

    /// Whether the unit, or a longer one that ends with it, surely ends as no rule does.
    #[inline]
    pub(super) fn ends_as_body(&self, unit: &[u8]) -> bool {
        ends::tail(unit).is_some_and(|(end, _)| !self.tails.may_have(end))
    }
}

/// How a phrase that is a whole view begins, if it is long enough for a unit that the gate looks at.
fn long_head(phrase: &str) -> Option<Vec<u8>> {
    let plain = plain_numbers(phrase);
    (plain.len() >= END_BYTES).then(|| plain.into_bytes())
}

fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

fn unique(mut ends: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    ends.iter_mut().for_each(|end| end.truncate(END_BYTES));
    ends.sort_unstable();
    ends.dedup();
    ends
}
