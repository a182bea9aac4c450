//! Repetition: labels that a page shows again and again, such as the button below every comment.
//!
//! The invariant: memory is bounded, and a line counts as repeated only if it stood in the document twice before, so
//! that removing lines never makes another one repeated. Asked by the decider.

use crate::matching::judge::Unit;
use crate::matching::ruleset::RuleSet;
use crate::numbers::NumberMap;

/// How often a line must have stood in the document before.
const TIMES_BEFORE: u8 = 2;
/// Most lines that are counted; further ones are never repeated.
const MAX_LINES: usize = 4096;

/// How often the lines of rules that ask for it stood in the document.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    counts: NumberMap<u64, u8>,
}

impl Repeats {
    /// Counts a candidate that is a line. Says whether it stood there often enough before.
    pub(crate) fn count(&mut self, unit: &Unit, rules: &RuleSet) -> bool {
        if !rules.facts(unit.rule).is_repeated {
            return false;
        }
        if self.counts.len() >= MAX_LINES && !self.counts.contains_key(&unit.key) {
            return false;
        }
        let count = self.counts.entry(unit.key).or_default();
        let is_repeat = *count >= TIMES_BEFORE;
        *count = count.saturating_add(1);
        is_repeat
    }
}
