//! The plain matcher: every shape of every rule, one after the other.
//!
//! Slow and obviously right. `verify` re-derives removals with it, and the fast index is tested against it.

use super::ruleset::{Marker, Match, Matcher, RuleId, RuleSet};
use crate::rules::check::matches_view;
use crate::rules::rule::Shape;

/// The same rules, matched without an index.
#[derive(Debug)]
pub(crate) struct Plain<'r>(pub &'r RuleSet);

impl Matcher for Plain<'_> {
    fn rules(&self) -> &RuleSet {
        self.0
    }

    fn best(&self, view: &str, host: Option<&str>) -> Match {
        let fits = |shapes: &[Shape]| shapes.iter().any(|shape| matches_view(shape, view));
        let matched: Vec<RuleId> =
            self.0.ids().filter(|(_, rule)| fits(&rule.shapes)).map(|(id, _)| id).collect();
        let exceptions = self.0.exceptions().iter().enumerate();
        let excepted: Vec<usize> = exceptions
            .filter(|(_, e)| e.shapes.is_empty() || fits(&e.shapes))
            .map(|(at, _)| at)
            .collect();
        self.0.choose(&matched, &excepted, host)
    }

    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>) {
        let exceptions: Vec<usize> = self.0.shapeless_exceptions().collect();
        let mut at = 0;
        while at < line.len() {
            let here = |shape: &Shape| match shape {
                Shape::Inline(literal) if line[at..].starts_with(literal.as_bytes()) => {
                    literal.len()
                }
                _ => 0,
            };
            let longest = |id: RuleId| self.0.rule(id).shapes.iter().map(here).max().unwrap_or(0);
            let len = self.0.ids().map(|(id, _)| longest(id)).max().unwrap_or(0);
            if len == 0 {
                at += 1;
                continue;
            }
            let has_it = |id: RuleId| self.0.rule(id).shapes.iter().any(|shape| here(shape) == len);
            let owners: Vec<RuleId> =
                self.0.ids().map(|(id, _)| id).filter(|&id| has_it(id)).collect();
            if let Match::Rule(rule) = self.0.choose(&owners, &exceptions, host) {
                found.push(Marker { start: at, end: at + len, rule });
            }
            at += len;
        }
    }
}
