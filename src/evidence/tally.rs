//! The tally: what the candidates of one or more runs add up to.
//!
//! The invariant: evidence only grows as lines are added, each folded text counts once, and the lines of one weak rule
//! count no more than a point: a list of the body is often a list of one kind. Filled from runs by the stretch.

use super::points::Points;
use super::run::{Held, Run};
use crate::matching::detach::SEGMENT_COST;
use crate::matching::ruleset::{RuleId, RuleSet, Tongue};
use crate::numbers::{NumberMap, NumberSet};
use crate::rules::category::{Edge, Weight};

/// What a place before or after all prose, or at one end of the document, adds, in half points.
const EDGE_BONUS: u32 = 2;
/// Distinct lines that weak candidates alone need to earn it: a title and the first heading below it may both look like
/// labels.
const MIN_WEAK_LINES: usize = 3;
/// What a repeated label adds, or a line of a rule that needs no other in a document of prose, in half points.
const ENOUGH: u32 = 4;
/// Evidence that candidates away from the very end need more of to earn it, in half points: one label may be the heading
/// of a last section, and several of one kind a list.
const MIN_NEAR_EDGE: u32 = 2;

/// Where candidates stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The end of the document at which, or on the side of whose prose, they stand.
    pub edge: Edge,
    /// No body stands between them and that end.
    pub is_touched: bool,
}

/// What candidates add up to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    seen: NumberSet<u64>,
    /// What each rule has added, in half points.
    shares: NumberMap<RuleId, u32>,
    /// What the weak rules of each language have added.
    weak: NumberMap<Tongue, u32>,
    /// The most of these.
    most_weak: u32,
    halves: u32,
    /// A rule that is more than weak matched.
    pub has_strong: bool,
    /// The certain rules that matched where one line is enough, each once.
    pub certain: Vec<RuleId>,
    /// One of them is that of a marker.
    pub has_marker: bool,
    fits_head: bool,
    fits_tail: bool,
    /// The document has prose, between which labels can repeat and some lines need no other.
    has_prose: bool,
}

impl Tally {
    /// A tally of candidates in a document that has prose, or has not.
    pub(crate) fn new(has_prose: bool) -> Self {
        Tally { has_prose, ..Tally::default() }
    }

    /// What one run adds up to.
    pub(crate) fn of(run: &Run, rules: &RuleSet, has_prose: bool) -> Self {
        let mut tally = Tally::new(has_prose);
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
            let rule = rules.facts(unit.rule);
            let is_lone = rule.stands_alone && !unit.is_part;
            let is_enough = self.has_prose && (unit.is_repeat || is_lone);
            if self.seen.insert(unit.key) {
                let more = if is_enough { ENOUGH } else { self.gain(unit.rule, rules) };
                gained = gained.saturating_add(more);
            }
            self.has_strong |= is_enough;
            self.has_strong |= rule.weight != Weight::Weak;
            let is_certain = rule.weight == Weight::Certain;
            let stands_alone = !unit.is_part || rule.is_affix || rule.has_inline;
            if is_certain && stands_alone && !self.certain.contains(&unit.rule) {
                self.certain.push(unit.rule);
            }
            self.has_marker |= is_certain && stands_alone && rule.has_inline;
            has_affix |= rule.is_affix || (rule.has_inline && is_certain);
            self.fits_head |= rule.edge != Edge::Tail;
            self.fits_tail |= rule.edge != Edge::Head;
        }
        let is_part = units.iter().any(|unit| unit.is_part);
        let cost = if is_part && !has_affix { SEGMENT_COST } else { 0 };
        self.halves = self.halves.saturating_add(gained.saturating_sub(cost));
    }

    /// What a new text adds. A page is written in one language, so the weak words of several do not add up: a list of
    /// school subjects must not count twice because two languages share their names.
    fn gain(&mut self, id: RuleId, rules: &RuleSet) -> u32 {
        let rule = rules.facts(id);
        let share = self.shares.entry(id).or_default();
        let more = rule.weight.halves().min(rule.most_halves() - *share);
        *share += more;
        let Some(tongue) = rules.tongue(id).filter(|_| rule.weight == Weight::Weak) else {
            return more;
        };
        let sum = self.weak.entry(tongue).or_default();
        *sum += more;
        let gained = sum.saturating_sub(self.most_weak);
        self.most_weak += gained;
        gained
    }

    /// The evidence, with the point for the place if the candidates earn it.
    pub(crate) fn evidence(&self, place: Option<Place>) -> Points {
        let fits = match place.map(|place| place.edge) {
            Some(Edge::Head) => self.fits_head,
            Some(Edge::Tail) => self.fits_tail,
            Some(Edge::Any) => true,
            None => false,
        };
        let is_near = place.is_some_and(|place| place.is_touched || self.halves > MIN_NEAR_EDGE);
        let has_bonus = fits && is_near && (self.has_strong || self.seen.len() >= MIN_WEAK_LINES);
        Points::from_halves(self.halves.saturating_add(if has_bonus { EDGE_BONUS } else { 0 }))
    }
}
