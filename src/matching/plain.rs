//! The plain matcher: every shape of every rule, one after the other.
//!
//! Slow and obviously right. `verify` re-derives removals with it, and the fast index is tested against it.

use super::ruleset::{Marker, Match, Matcher, RuleId, RuleSet};
use crate::rules::check::matches_view;
use crate::rules::rule::Shape;
use crate::text::number::{NUMBER, mask_numbers};

/// The same rules, matched without an index.
#[derive(Debug)]
pub(crate) struct Plain<'r> {
    rules: &'r RuleSet,
    /// Every phrase that is a whole line, whether `{n}` stands in it, and its rule.
    lines: Vec<(&'r str, bool, RuleId)>,
    /// Every other shape and its rule.
    others: Vec<(&'r Shape, RuleId)>,
    /// Every inline literal and its rule.
    literals: Vec<(&'r str, RuleId)>,
    /// Every exception and its shapes.
    exceptions: Vec<(usize, Vec<Shape>)>,
}

impl<'r> Plain<'r> {
    pub(crate) fn new(rules: &'r RuleSet) -> Self {
        let mut plain = Plain {
            rules,
            lines: Vec::new(),
            others: Vec::new(),
            literals: Vec::new(),
            exceptions: rules.exceptions().collect(),
        };
        for (id, rule) in rules.ids() {
            for shape in rule.shapes() {
                match shape {
                    Shape::Line(phrase) => plain.lines.push((phrase, phrase.contains(NUMBER), id)),
                    Shape::Inline(literal) => plain.literals.push((literal, id)),
                    _ => plain.others.push((shape, id)),
                }
            }
        }
        plain
    }
}

/// Most views hold no literal of a pattern, and are spared the expression.
fn fits(shape: &Shape, view: &str) -> bool {
    let may_fit = match shape {
        Shape::Pattern(pattern) => pattern.0.holds_literal(view),
        _ => true,
    };
    may_fit && matches_view(shape, view)
}

impl Matcher for Plain<'_> {
    fn rules(&self) -> &RuleSet {
        self.rules
    }

    fn best(&self, view: &str, host: Option<&str>) -> Match {
        let mut masked = String::new();
        mask_numbers(view, &mut masked);
        let is_line =
            |phrase: &str, has_number: bool| phrase == view || (has_number && phrase == masked);
        let lines = self.lines.iter().filter(|(phrase, number, _)| is_line(phrase, *number));
        let others = self.others.iter().filter(|(shape, _)| fits(shape, view));
        let matched: Vec<RuleId> =
            lines.map(|(.., id)| *id).chain(others.map(|(_, id)| *id)).collect();
        let excepted: Vec<usize> = self
            .exceptions
            .iter()
            .filter(|(_, shapes)| shapes.is_empty() || shapes.iter().any(|shape| fits(shape, view)))
            .map(|(at, _)| *at)
            .collect();
        self.rules.choose(&matched, &excepted, host)
    }

    fn is_excepted(&self, view: &str, host: Option<&str>) -> bool {
        self.best(view, host) == Match::Excepted
    }

    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>) {
        let exceptions: Vec<usize> = self.rules.shapeless_exceptions().collect();
        let mut at = 0;
        while at < line.len() {
            let stands_here = |literal: &str| line[at..].starts_with(literal.as_bytes());
            let here: Vec<(usize, RuleId)> = self
                .literals
                .iter()
                .filter(|(literal, _)| stands_here(literal))
                .map(|(literal, id)| (literal.len(), *id))
                .collect();
            let Some(len) = here.iter().map(|(len, _)| *len).max() else {
                at += 1;
                continue;
            };
            let owners: Vec<RuleId> =
                here.iter().filter(|(longest, _)| *longest == len).map(|(_, id)| *id).collect();
            if let Match::Rule(rule) = self.rules.choose(&owners, &exceptions, host) {
                found.push(Marker { start: at, end: at + len, rule });
            }
            at += len;
        }
    }
}
