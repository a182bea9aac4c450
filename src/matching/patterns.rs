//! `pattern` shapes: expressions that are tried only on views that begin or end as their matches do.
//!
//! The invariant, kept by the pack reader: every match of a pattern has one of its heads or tails, or contains one of its
//! literals. Used by the index.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use xxhash_rust::xxh3::Xxh3Builder;

use super::gate::ends::ViewEnds;
use crate::rules::bounds::Bounds;
use crate::rules::pattern::Pattern;

/// The patterns of a cleaner, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<(Pattern, u32)>,
    heads: ByEnd,
    /// By the bytes of a tail, from the last to the first.
    tails: ByEnd,
    /// A search for the literals of the patterns of which no end is known, and for each literal its pattern.
    free: Option<(AhoCorasick, Vec<usize>)>,
}

/// Patterns by an end of their matches.
#[derive(Debug, Default)]
struct ByEnd {
    patterns: HashMap<Vec<u8>, Vec<usize>, Xxh3Builder>,
    /// The lengths of the ends.
    lens: Vec<usize>,
}

impl ByEnd {
    fn add(&mut self, end: Vec<u8>, pattern: usize) {
        if !self.lens.contains(&end.len()) {
            self.lens.push(end.len());
        }
        self.patterns.entry(end).or_default().push(pattern);
    }

    fn find<'p>(&'p self, end: &'p [u8]) -> impl Iterator<Item = usize> + 'p {
        let parts = self.lens.iter().filter_map(|&len| end.get(..len));
        parts.filter_map(|part| self.patterns.get(part)).flatten().copied()
    }
}

impl Patterns {
    pub(crate) fn new(patterns: Vec<(Pattern, u32)>) -> Self {
        let (mut heads, mut tails) = (ByEnd::default(), ByEnd::default());
        let (mut literals, mut owners) = (Vec::new(), Vec::new());
        for (at, (pattern, _)) in patterns.iter().enumerate() {
            match pattern.bounds() {
                Bounds::Heads(found) => found.iter().for_each(|head| heads.add(head.clone(), at)),
                Bounds::Tails(found) => {
                    found
                        .iter()
                        .for_each(|tail| tails.add(tail.iter().rev().copied().collect(), at));
                }
                Bounds::Free => {
                    for literal in pattern.literals() {
                        literals.push(literal.as_str());
                        owners.push(at);
                    }
                }
            }
        }
        let automaton =
            || AhoCorasick::new(&literals).expect("literals of checked patterns fit an automaton");
        let free = (!literals.is_empty()).then(|| (automaton(), owners));
        Patterns { patterns, heads, tails, free }
    }

    pub(crate) fn find(&self, view: &str, ends: &ViewEnds, found: &mut impl FnMut(u32)) {
        let mut likely: Vec<usize> =
            self.heads.find(ends.head()).chain(self.tails.find(ends.tail())).collect();
        if let Some((literals, owners)) =
            self.free.as_ref().filter(|(literals, _)| literals.is_match(view))
        {
            let hits = literals.find_overlapping_iter(view);
            likely.extend(hits.map(|hit| owners[hit.pattern().as_usize()]));
        }
        likely.sort_unstable();
        likely.dedup();
        for at in likely {
            let (pattern, owner) = &self.patterns[at];
            if pattern.matches(view) {
                found(*owner);
            }
        }
    }
}
