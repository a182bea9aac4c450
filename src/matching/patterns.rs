//! `pattern` shapes: regular expressions behind what their matches begin or end with.
//!
//! The invariants: a match begins or ends as the bounds of its pattern say, or contains one of its literals, which is kept
//! by the pack reader; and a pattern is only run where that is so. Used by the index.

use aho_corasick::AhoCorasick;

use super::end_index::EndIndex;
use super::gate::view_ends::ViewEnds;
use super::literals::search_of;
use crate::rules::bounds::Bounds;
use crate::rules::pattern::Pattern;

/// The patterns of a cleaner, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<(Pattern, u32)>,
    heads: EndIndex,
    tails: EndIndex,
    /// For each literal of those whose ends are unknown, the pattern it stands for.
    owners: Vec<u32>,
    literals: Option<AhoCorasick>,
}

impl Patterns {
    pub(crate) fn new(patterns: Vec<(Pattern, u32)>) -> Self {
        let (mut heads, mut tails) = (Vec::new(), Vec::new());
        let (mut owners, mut literals) = (Vec::new(), Vec::new());
        for (at, (pattern, _)) in (0..).zip(&patterns) {
            match pattern.bounds() {
                Bounds::Heads(ends) => {
                    heads.extend(ends.iter().map(|head| (head.as_bytes().to_vec(), at)));
                }
                Bounds::Tails(ends) => {
                    tails.extend(ends.iter().map(|tail| (tail.bytes().rev().collect(), at)));
                }
                Bounds::Free => {
                    owners.extend(pattern.literals().iter().map(|_| at));
                    literals.extend(pattern.literals().iter().map(String::as_str));
                }
            }
        }
        let literals = (!literals.is_empty()).then(|| {
            let search = search_of(&literals);
            search.build(&literals).expect("literals of checked patterns fit an automaton")
        });
        let (heads, tails) = (EndIndex::new(&heads), EndIndex::new(&tails));
        Patterns { patterns, heads, tails, owners, literals }
    }

    /// Finds the owners of the patterns of known ends that match a view with these ends.
    pub(crate) fn find(&self, view: &str, ends: &ViewEnds, found: &mut impl FnMut(u32)) {
        let (head, tail) = ends.keys();
        self.heads.find(head, |at| self.try_one(at, view, found));
        self.tails.find(tail, |at| self.try_one(at, view, found));
    }

    /// Finds the owners of all other patterns that match a view.
    pub(crate) fn find_free(&self, view: &str, found: &mut impl FnMut(u32)) {
        let Some(literals) = &self.literals else { return };
        let hits = literals.find_overlapping_iter(view);
        let mut likely: Vec<u32> = hits.map(|hit| self.owners[hit.pattern().as_usize()]).collect();
        likely.sort_unstable();
        likely.dedup();
        likely.into_iter().for_each(|at| self.try_one(at, view, found));
    }

    fn try_one(&self, at: u32, view: &str, found: &mut impl FnMut(u32)) {
        let (pattern, owner) = &self.patterns[at as usize];
        if pattern.may_match(view) && pattern.matches(view) {
            found(*owner);
        }
    }
}
