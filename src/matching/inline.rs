//! `inline` shapes: machine literals anywhere in a raw line.
//!
//! Leftmost first, of several at one place the longest; none overlap. Used by the index.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::ruleset::{Marker, Match, RuleId, RuleSet};

/// The inline literals of a cleaner.
#[derive(Debug, Default)]
pub(crate) struct InlineLiterals {
    /// For each literal, the rules that have it.
    owners: Vec<Vec<RuleId>>,
    search: Option<AhoCorasick>,
    /// Exceptions that may hold against inline rules.
    exceptions: Vec<usize>,
}

impl InlineLiterals {
    pub(crate) fn new(found: Vec<(String, RuleId)>, rules: &RuleSet) -> Self {
        let mut literals: BTreeMap<String, Vec<RuleId>> = BTreeMap::new();
        for (literal, id) in found {
            literals.entry(literal).or_default().push(id);
        }
        let search = (!literals.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(literals.keys())
                .expect("inline literals fit an automaton")
        });
        let exceptions = rules.shapeless_exceptions().collect();
        InlineLiterals { owners: literals.into_values().collect(), search, exceptions }
    }

    pub(crate) fn find(
        &self,
        rules: &RuleSet,
        line: &[u8],
        host: Option<&str>,
        found: &mut Vec<Marker>,
    ) {
        let Some(search) = &self.search else { return };
        for hit in search.find_iter(line) {
            let owners = &self.owners[hit.pattern().as_usize()];
            if let Match::Rule(rule) = rules.choose(owners, &self.exceptions, host) {
                found.push(Marker { start: hit.start(), end: hit.end(), rule });
            }
        }
    }
}
