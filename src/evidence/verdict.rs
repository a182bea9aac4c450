//! The verdict: what was decided about runs, and which bytes go with them.
//!
//! The invariant: removals are reported in order and never overlap. Blank lines: in mid-document a run takes those after
//! it if others stand before it, so that paragraphs stay as far apart as they were. At the head and at the tail it takes
//! those on both sides. A document that ends without a line end ends without one afterwards. Filled by the stretch and by
//! the decider.

use std::collections::VecDeque;

use super::points::Points;
use super::profile::{Demand, Profile};
use super::removal::{KeptBecause, NearMiss, Removal};
use super::run::{After, Held, Run};
use super::tally::Tally;
use crate::matching::ruleset::RuleId;
use crate::span::Span;

/// What was decided about a document so far.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub profile: Profile,
    /// Removals, in order. The caller may take them at any time.
    pub removals: Vec<Removal>,
    /// Candidates that were kept, in order; only where `collects_near` was set.
    pub near: Vec<NearMiss>,
    pub collects_near: bool,
    pub near_misses: u64,
    /// Something was removed before.
    pub has_removed: bool,
    /// The certain rules that removed something before: the other half of a frame may follow.
    pub frame: Vec<RuleId>,
    /// Removals of lines without words that stand in the document as if they were not there: told when nothing before
    /// them can come any more, unless they go with what stands around them.
    wordless: VecDeque<Removal>,
}

impl Verdict {
    /// Of a document of which nothing is known.
    pub(crate) fn new(profile: Profile, collects_near: bool) -> Self {
        Verdict { profile, collects_near, ..Verdict::default() }
    }

    /// Whether so much evidence suffices. Weak candidates alone need more until something was removed: where one menu
    /// stood, others stand.
    pub(crate) fn suffices(&self, tally: &Tally, evidence: Points, demand: Demand) -> bool {
        let surcharge = if tally.has_strong || self.has_removed { 0 } else { demand.weak };
        let is_certain = tally.has_marker || (demand.takes_certain && !tally.certain.is_empty());
        is_certain || evidence.halves() >= demand.evidence.saturating_add(surcharge)
    }

    /// Removes a line without words that says nothing of the lines around it.
    pub(crate) fn remove_wordless(&mut self, removal: Removal) {
        self.wordless.push_back(removal);
    }

    /// Tells the removals of lines without words that end at `decided` or before.
    #[inline]
    pub(crate) fn tell_wordless(&mut self, decided: u64) {
        while let Some(removal) = self.take_wordless(decided) {
            self.removals.push(removal);
        }
    }

    /// Tells a removal, in order.
    pub(crate) fn tell(&mut self, removal: Removal) {
        self.tell_wordless(removal.span.start);
        // What goes with it is not told twice.
        while self.take_wordless(removal.span.end).is_some() {}
        self.removals.push(removal);
    }

    /// Takes the first removal of a line without words, if it ends at `end` or before.
    #[inline]
    fn take_wordless(&mut self, end: u64) -> Option<Removal> {
        let first = self.wordless.front()?;
        if first.span.end <= end { self.wordless.pop_front() } else { None }
    }

    /// Removes runs with all that stands between them. `first_gap` is where the first body line between them starts.
    pub(crate) fn remove(
        &mut self,
        runs: &[&Run],
        after: &After,
        first_gap: Option<u64>,
        evidence: Points,
        certain: &[RuleId],
    ) {
        if let Some((whole, hole)) = extent(runs, after, first_gap) {
            self.remember(certain);
            self.remove_units(runs, whole, hole, evidence);
        }
    }

    /// Removes a run that goes on behind `end`.
    pub(crate) fn remove_open(
        &mut self,
        run: &Run,
        end: u64,
        evidence: Points,
        certain: &[RuleId],
    ) {
        let start = match run.start() {
            Some(start) if run.before.has_body => start,
            _ => run.before.text_start,
        };
        self.remember(certain);
        self.remove_units(&[run], Span::new(start, end), run.hole_with_blanks(None), evidence);
    }

    /// Shares what is removed among the candidates of runs, in order.
    fn remove_units(&mut self, runs: &[&Run], whole: Span, hole: Option<Span>, evidence: Points) {
        self.has_removed = true;
        let mut units = runs.iter().flat_map(|run| &run.units).peekable();
        let mut start = whole.start;
        while let Some(unit) = units.next() {
            let end = units.peek().map_or(whole.end, |next| next.span.start);
            self.remove_unit(unit, Span::new(start, end), hole, evidence);
            start = end;
        }
    }

    /// Reports the removal of what goes with one candidate, without the line end in `hole`.
    fn remove_unit(&mut self, unit: &Held, span: Span, hole: Option<Span>, evidence: Points) {
        let pieces = match hole.filter(|hole| hole.start < span.end && hole.end > span.start) {
            Some(hole) => [(span.start, hole.start), (hole.end, span.end)],
            None => [(span.start, span.end), (span.end, span.end)],
        };
        for (start, end) in pieces {
            if start < end {
                let Held { line, rule, .. } = *unit;
                self.tell(Removal { span: Span::new(start, end), line, rule, evidence });
            }
        }
    }

    /// Removes certain markers between the sentences of a body line.
    pub(crate) fn remove_markers(&mut self, markers: &[Removal]) {
        markers.iter().for_each(|marker| self.tell(*marker));
        self.has_removed |= !markers.is_empty();
        for marker in markers {
            self.remember(&[marker.rule]);
        }
    }

    /// Remembers certain rules that removed something.
    pub(crate) fn remember(&mut self, certain: &[RuleId]) {
        for rule in certain {
            if !self.frame.contains(rule) {
                self.frame.push(*rule);
            }
        }
    }

    /// Keeps a run.
    pub(crate) fn keep(
        &mut self,
        run: &Run,
        evidence: Points,
        demand: Demand,
        reason: KeptBecause,
    ) {
        self.near_misses += run.units.len() as u64;
        if self.collects_near {
            let needed = Points::from_halves(demand.evidence);
            let near = |unit: &Held| {
                let Held { span, line, rule, .. } = *unit;
                NearMiss { span, line, rule, evidence, needed, reason }
            };
            self.near.extend(run.units.iter().map(near));
        }
    }
}

/// What goes with runs, blank lines included, and the line end in it that stays.
fn extent(runs: &[&Run], after: &After, first_gap: Option<u64>) -> Option<(Span, Option<Span>)> {
    let (first, last) = runs.first().zip(runs.last())?;
    let blanks = first.hole_with_blanks(first_gap);
    let run_start = first.start()?;
    let before = &first.before;
    // Blank lines stand before the first whole line, so that those after the last can go.
    let is_set_off = before.has_gap || (first.has_gap && first.after_hole.or(first_gap).is_some());
    Some(match *after {
        After::Body { line_start, core_start } => {
            let end = if last.end > line_start {
                core_start
            } else if !before.has_body || is_set_off {
                line_start
            } else {
                last.end
            };
            let start = if before.has_body { run_start } else { before.text_start };
            (Span::new(start, end), blanks)
        }
        After::End { end, is_terminated } => {
            let start = match (before.has_body, is_terminated) {
                (false, _) => before.text_start,
                (true, true) => run_start.min(before.kept_line_end),
                (true, false) => before.kept_end,
            };
            (Span::new(start, end), first.hole.filter(|_| is_terminated))
        }
    })
}
