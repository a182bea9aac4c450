//! `pattern` shapes: regular expressions behind one search for their literals.
//!
//! The invariant, kept by the pack reader: every match of a pattern contains one of its literals. Used by the index.

use aho_corasick::AhoCorasick;

use crate::rules::bounds::plain_numbers;
use crate::rules::pattern::Pattern;

/// The patterns of a cleaner, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: Vec<(Pattern, u32)>,
    /// For each literal, the pattern it stands for.
    owners: Vec<usize>,
    literals: Option<AhoCorasick>,
}

impl Patterns {
    pub(crate) fn new(patterns: Vec<(Pattern, u32)>) -> Self {
        let mut owners = Vec::new();
        let mut literals = Vec::new();
        for (at, (pattern, _)) in patterns.iter().enumerate() {
            for literal in pattern.literals() {
                owners.push(at);
                literals.push(literal.as_str());
            }
        }
        let literals = (!literals.is_empty()).then(|| {
            AhoCorasick::new(&literals).expect("literals of checked patterns fit an automaton")
        });
        Patterns { patterns, owners, literals }
    }

    pub(crate) fn find(&self, view: &str, found: &mut impl FnMut(u32)) {
        let Some(literals) = &self.literals else { return };
        let hits = literals.find_overlapping_iter(view);
        let mut likely: Vec<usize> =
            hits.map(|hit| self.owners[hit.pattern().as_usize()]).collect();
        if likely.is_empty() {
            return;
        }
        likely.sort_unstable();
        likely.dedup();
        // Most views that hold a literal begin or end otherwise than the pattern: that is seen sooner than matched.
        let plain = plain_numbers(view);
        for at in likely {
            let (pattern, owner) = &self.patterns[at];
            if pattern.bounds().fit(&plain) && pattern.matches(view) {
                found(*owner);
            }
        }
    }
}
