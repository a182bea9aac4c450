//! The tally: what the candidates of one or more runs add up to.
//!
//! The invariant: evidence only grows as lines are added, each folded text counts once, and the lines of one weak rule
//! count no more than a point: a list of the body is often a list of one kind. Filled from runs by the stretch.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::Xxh3Builder;

use super::points::Points;
use super::run::{Held, Run};
use crate::matching::detach::SEGMENT_COST;
use crate::matching::ruleset::{RuleId, RuleSet};
use crate::rules::category::{Edge, Weight};

/// What a place before or after all prose, or at one end of the document, adds, in half points.
const EDGE_BONUS: u32 = 2;
/// Distinct lines that weak candidates alone need to earn it.
const MIN_WEAK_LINES: usize = 3;

/// What candidates add up to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    seen: HashSet<u64, Xxh3Builder>,
    /// What each rule has added, in half points.
    shares: HashMap<RuleId, u32, Xxh3Builder>,
    halves: u32,
    /// A rule that is more than weak matched.
    pub has_strong: bool,
    /// The certain rules that matched where one line is enough, each once.
    pub certain: Vec<RuleId>,
    fits_head: bool,
    fits_tail: bool,
    /// Candidates that were added, repetitions included.
    pub candidates: usize,
}

impl Tally {
    /// What one run adds up to.
    pub(crate) fn of(run: &Run, rules: &RuleSet) -> Self {
        let mut tally = Tally::default();
        tally.add(run, rules);
        tally
    }

    /// Adds the candidates of a run, line by line.
    pub(crate) fn add(&mut self, run: &Run, rules: &RuleSet) {
        for line in run.units.chunk_by(|a, b| a.line == b.line) {
            self.add_line(line, rules);
        }
    }

    fn add_line(&mut self, units: &[Held], rules: &RuleSet) {
        let mut gained = 0u32;
        let mut has_affix = false;
        for unit in units {
            let rule = rules.rule(unit.rule);
            if self.seen.insert(unit.key) {
                let share = self.shares.entry(unit.rule).or_default();
                let more = rule.weight.halves().min(rule.most_halves() - *share);
                *share += more;
                gained = gained.saturating_add(more);
            }
            self.has_strong |= rule.weight != Weight::Weak;
            let is_certain = rule.weight == Weight::Certain;
            let stands_alone = !unit.is_part || rule.is_affix || rule.has_inline;
            if is_certain && stands_alone && !self.certain.contains(&unit.rule) {
                self.certain.push(unit.rule);
            }
            has_affix |= rule.is_affix || (rule.has_inline && is_certain);
            self.fits_head |= rule.edge != Edge::Tail;
            self.fits_tail |= rule.edge != Edge::Head;
        }
        self.candidates += units.len();
        let is_part = units.iter().any(|unit| unit.is_part);
        let cost = if is_part && !has_affix { SEGMENT_COST } else { 0 };
        self.halves = self.halves.saturating_add(gained.saturating_sub(cost));
    }

    /// The evidence, with the point for an end of the document if the candidates stand at one. Weak ones alone earn that
    /// point only if they are several: a title and the first heading below it may both look like labels.
    pub(crate) fn evidence(&self, edge: Option<Edge>) -> Points {
        let fits = match edge {
            Some(Edge::Head) => self.fits_head,
            Some(Edge::Tail) => self.fits_tail,
            Some(Edge::Any) => true,
            None => false,
        };
        let has_bonus = fits && (self.has_strong || self.seen.len() >= MIN_WEAK_LINES);
        Points::from_halves(self.halves.saturating_add(if has_bonus { EDGE_BONUS } else { 0 }))
    }
}
