//! Peeling: cutting candidates off both ends of a line, segment by segment.
//!
//! The invariant: a segment is compared whole or not at all, and no more of the line is looked at than the segments that
//! are compared. Called by the line judge.

use super::judge::Unit;
use super::ruleset::{Marker, Match, Matcher};
use crate::limits::Limits;
use crate::text::chars::{is_continuation, trim_end, trim_start};
use crate::text::fold::fold_into;
use crate::text::segment::{first_cut, is_cut, last_cut, only_closes};

/// Cuts candidates off both ends of a line.
pub(crate) struct Segments<'l, M> {
    pub line: &'l [u8],
    pub host: Option<&'l str>,
    pub matcher: &'l M,
    pub limits: &'l Limits,
    pub markers: &'l [Marker],
    pub view: &'l mut String,
}

impl<M: Matcher> Segments<'_, M> {
    pub(crate) fn peel_start(&mut self, units: &mut Vec<Unit>) {
        let mut at = trim_start(self.line, 0, self.line.len());
        let mut markers = self.markers.iter().copied().peekable();
        while at < self.line.len() {
            while markers.next_if(|marker| marker.start < at).is_some() {}
            let next = markers.peek().copied();
            let unit = match next {
                Some(marker) if marker.start == at => Some(self.marker(marker)),
                next => {
                    let bound = next.map_or(self.line.len(), |marker| marker.start);
                    self.segment_end(at, bound).and_then(|end| self.text(at, end))
                }
            };
            let Some(unit) = unit else { return };
            at = trim_start(self.line, unit.end, self.line.len());
            units.push(unit);
        }
    }

    pub(crate) fn peel_end(&mut self, from: usize, units: &mut Vec<Unit>) {
        let mut at = trim_end(self.line, from, self.line.len());
        let mut markers = self.markers.iter().rev().copied().peekable();
        while at > from {
            while markers.next_if(|marker| marker.end > at).is_some() {}
            let last = markers.peek().copied().filter(|marker| marker.start >= from);
            let unit = match last {
                Some(marker) if marker.end == at => Some(self.marker(marker)),
                last => {
                    let bound = last.map_or(from, |marker| marker.end);
                    self.segment_start(bound, at).and_then(|start| self.text(start, at))
                }
            };
            let Some(unit) = unit else { break };
            at = trim_end(self.line, from, unit.start);
            units.push(unit);
        }
        units.reverse();
    }

    /// Where the segment that starts at `at` ends, unless it is too long to be compared.
    fn segment_end(&self, at: usize, bound: usize) -> Option<usize> {
        let mut reach = at.saturating_add(self.reach()).min(bound);
        while reach > at && reach < bound && is_continuation(self.line[reach]) {
            reach -= 1;
        }
        first_cut(self.line, at, reach).or_else(|| {
            let end = trim_end(self.line, at, reach);
            let next = trim_start(self.line, end, bound);
            let ends = || is_cut(self.line, next) && !only_closes(self.line, at, end);
            (next == bound || ends()).then_some(end)
        })
    }

    /// Where the segment that ends at `at` starts, unless it is too long to be compared.
    fn segment_start(&self, bound: usize, at: usize) -> Option<usize> {
        let mut reach = at.saturating_sub(self.reach()).max(bound);
        while reach < at && reach > bound && is_continuation(self.line[reach]) {
            reach += 1;
        }
        last_cut(self.line, reach, at).or_else(|| {
            let start = trim_start(self.line, reach, at);
            let is_first = trim_end(self.line, bound, start) == bound;
            (is_first || is_cut(self.line, start)).then_some(start)
        })
    }

    /// How far to look for the other end of a segment: one byte further than it may be long.
    fn reach(&self) -> usize {
        self.limits.max_candidate_bytes.saturating_add(1)
    }

    fn marker(&mut self, marker: Marker) -> Unit {
        let Marker { start, end, rule } = marker;
        Unit::new(start, end, rule, fold_into(&self.line[start..end], self.view))
    }

    fn text(&mut self, start: usize, end: usize) -> Option<Unit> {
        let end = trim_end(self.line, start, end);
        let max = self.limits.max_candidate_bytes;
        // A segment that is all of the line was compared when the line was.
        let is_whole = || {
            let before = trim_end(self.line, 0, start) == 0;
            before && trim_start(self.line, end, self.line.len()) == self.line.len()
        };
        if end - start > max
            || (self.line.len() <= max && is_whole())
            || self.matcher.is_unmatched(&self.line[start..end])
        {
            return None;
        }
        let view = fold_into(&self.line[start..end], self.view);
        let Match::Rule(rule) = self.matcher.best(view, self.host) else { return None };
        Some(Unit::new(start, end, rule, view))
    }
}
