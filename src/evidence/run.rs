//! A run: candidates that stand beside each other, and the evidence they add up to.
//!
//! The invariant: evidence only grows as a run grows, each folded text counts once, and the lines of one weak rule count
//! no more than a point: a list of the body is often a list of one kind. Filled and asked by the decider.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::Xxh3Builder;

use super::points::Points;
use super::profile::Profile;
use super::removal::KeptBecause;
use crate::matching::detach::{SEGMENT_COST, has_affix};
use crate::matching::judge::{Introduction, Unit};
use crate::matching::ruleset::{RuleId, RuleSet};
use crate::rules::category::{Edge, Weight};
use crate::span::Span;

/// What one end of the document adds to a run that touches it, in half points.
const EDGE_BONUS: u32 = 2;
/// Distinct lines that a run of weak lines needs to earn it.
const MIN_WEAK_LINES: usize = 3;

/// A candidate in a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub span: Span,
    pub line: u64,
    pub rule: RuleId,
}

/// A stretch of candidate lines and segments, with nothing but blank lines between them.
#[derive(Debug)]
pub(crate) struct Run {
    pub units: Vec<Held>,
    /// The line end that stands inside the run and belongs to the body line the run starts in.
    pub hole: Option<Span>,
    /// Where the last line of the run ends, its line end included.
    pub end: u64,
    /// No body stands before the run.
    pub touches_head: bool,
    /// Blank lines stand between the run and the body before it.
    has_gap: bool,
    /// Where the first line behind the hole starts.
    after_hole: Option<u64>,
    /// What the body before the run introduces.
    introduction: Introduction,
    seen: HashSet<u64, Xxh3Builder>,
    /// What each rule has added, in half points.
    shares: HashMap<RuleId, u32, Xxh3Builder>,
    halves: u32,
    /// A rule that is more than weak matched.
    has_strong: bool,
    /// The certain rules that matched where one line is enough, each once.
    pub certain: Vec<RuleId>,
    fits_head: bool,
    fits_tail: bool,
}

impl Run {
    pub(crate) fn new(touches_head: bool, has_gap: bool, introduction: Introduction) -> Self {
        Run {
            units: Vec::new(),
            hole: None,
            end: 0,
            touches_head,
            has_gap,
            after_hole: None,
            introduction,
            seen: HashSet::default(),
            shares: HashMap::default(),
            halves: 0,
            has_strong: false,
            certain: Vec::new(),
            fits_head: false,
            fits_tail: false,
        }
    }

    /// Adds candidates of the line that starts at `line_start`. `is_part` says that body stands in that line too.
    pub(crate) fn add(
        &mut self,
        units: &[Unit],
        line_start: u64,
        line: u64,
        is_part: bool,
        rules: &RuleSet,
    ) {
        let mut gained = 0u32;
        for unit in units {
            let rule = rules.rule(unit.rule);
            if self.seen.insert(unit.key) {
                let share = self.shares.entry(unit.rule).or_default();
                let more = rule.weight.halves().min(rule.most_halves() - *share);
                *share += more;
                gained = gained.saturating_add(more);
            }
            self.has_strong |= rule.weight != Weight::Weak;
            let stands_alone = !is_part || rule.is_affix || rule.has_inline;
            if rule.weight == Weight::Certain && stands_alone && !self.certain.contains(&unit.rule)
            {
                self.certain.push(unit.rule);
            }
            self.fits_head |= rule.edge != Edge::Tail;
            self.fits_tail |= rule.edge != Edge::Head;
            let span = Span::new(line_start + unit.start as u64, line_start + unit.end as u64);
            self.units.push(Held { span, line, rule: unit.rule });
        }
        let cost = if is_part && !has_affix(units, rules) { SEGMENT_COST } else { 0 };
        self.halves = self.halves.saturating_add(gained.saturating_sub(cost));
    }

    /// Says that the run goes on in the line at `line_start`.
    pub(crate) fn reach(&mut self, line_start: u64) {
        if self.hole.is_some_and(|hole| hole.end <= line_start) {
            self.after_hole.get_or_insert(line_start);
        }
    }

    /// The hole with the blank lines behind it: what separates the body line the run starts in from what follows.
    pub(crate) fn hole_with_blanks(&self) -> Option<Span> {
        self.hole.map(|hole| Span::new(hole.start, self.after_hole.unwrap_or(hole.end)))
    }

    /// Whether blank lines stand before the first whole line of the run, so that those after it can go.
    pub(crate) fn is_set_off(&self) -> bool {
        self.has_gap
            || self
                .hole_with_blanks()
                .is_some_and(|blanks| self.hole.is_some_and(|hole| blanks.end > hole.end))
    }

    /// Where the run starts.
    pub(crate) fn start(&self) -> Option<u64> {
        self.units.first().map(|unit| unit.span.start)
    }

    /// The evidence, with the point for an end of the document if the run touches one. Weak lines alone earn that point
    /// only if they are several: a title and the first heading below it may both look like labels.
    pub(crate) fn evidence(&self, touches: Option<Edge>) -> Points {
        let fits = match touches {
            Some(Edge::Head) => self.fits_head,
            Some(Edge::Tail) => self.fits_tail,
            Some(Edge::Any) => true,
            None => false,
        };
        let has_bonus = fits && (self.has_strong || self.seen.len() >= MIN_WEAK_LINES);
        Points::from_halves(self.halves.saturating_add(if has_bonus { EDGE_BONUS } else { 0 }))
    }

    /// Whether so much evidence suffices. `frame` are the certain rules that removed something before.
    pub(crate) fn suffices(&self, evidence: Points, profile: Profile, frame: &[RuleId]) -> bool {
        self.belongs_to_body(frame).is_none()
            && (!self.certain.is_empty() || evidence >= profile.threshold())
    }

    /// Why the run is a part of the body before it, if it is. The other half of a frame is none, whatever stands before
    /// it, and a heading introduces only lines that are all weak.
    pub(crate) fn belongs_to_body(&self, frame: &[RuleId]) -> Option<KeptBecause> {
        let is_framed = || self.certain.iter().any(|rule| frame.contains(rule));
        match self.introduction {
            Introduction::Colon if !is_framed() => Some(KeptBecause::AfterColon),
            Introduction::Heading if !self.has_strong => Some(KeptBecause::AfterHeading),
            _ => None,
        }
    }
}
