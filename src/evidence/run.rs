//! A run: candidates that stand beside each other, with nothing but blank lines between them.
//!
//! The invariant: a run knows all that decides what goes with it: what stands before it, what stands after it, and the
//! line end inside it that belongs to a body line. Filled by the decider, judged by the stretch.

use super::removal::KeptBecause;
use super::tally::Tally;
use crate::matching::judge::{Introduction, Unit};
use crate::matching::ruleset::RuleId;
use crate::span::Span;

/// A candidate in a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub span: Span,
    pub line: u64,
    pub rule: RuleId,
    /// Equal for equal folded texts.
    pub key: u64,
    /// Body stands in the same line.
    pub is_part: bool,
    /// The same line stood in the document twice before, and its rule says that this makes it residue.
    pub is_repeat: bool,
}

/// What stands before a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    /// Where a removal of the head may start.
    pub text_start: u64,
    /// Where the last kept text ends, and the line it stands in.
    pub kept_end: u64,
    pub kept_line_end: u64,
    /// Kept text stands somewhere before.
    pub has_body: bool,
    /// Blank lines stand between the run and the body before it.
    pub has_gap: bool,
    /// What the body before the run introduces.
    pub introduction: Introduction,
}

/// What stands after a run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    /// Body: its line starts here, and its core there.
    Body { line_start: u64, core_start: u64 },
    /// Nothing: the document ends, with a line end or without one.
    End { end: u64, is_terminated: bool },
}

/// A stretch of candidate lines and segments.
#[derive(Debug)]
pub(crate) struct Run {
    pub units: Vec<Held>,
    pub before: Before,
    /// The line end that stands inside the run and belongs to the body line the run starts in.
    pub hole: Option<Span>,
    /// Where the first line behind the hole starts.
    pub after_hole: Option<u64>,
    /// Blank lines stand behind the hole.
    pub has_gap: bool,
    /// Where the last line of the run ends, its line end included.
    pub end: u64,
    /// Its last line is a weak heading or introduction: what follows may be the text or the list that belongs to it.
    pub is_open: bool,
}

impl Run {
    pub(crate) fn new(before: Before) -> Self {
        Run {
            units: Vec::new(),
            before,
            hole: None,
            after_hole: None,
            has_gap: false,
            end: 0,
            is_open: false,
        }
    }

    /// Adds candidates that share the line that starts at `line_start` with body.
    pub(crate) fn add_parts(&mut self, units: &[Unit], line_start: u64, line: u64) {
        self.units.extend(units.iter().map(|unit| held(unit, line_start, line, true, false)));
    }

    /// Adds the candidates of a whole line.
    pub(crate) fn add_line(
        &mut self,
        units: &[Unit],
        line_start: u64,
        line: u64,
        mut is_repeat: impl FnMut(&Unit) -> bool,
    ) {
        let held = |unit| held(unit, line_start, line, false, is_repeat(unit));
        self.units.extend(units.iter().map(held));
    }

    /// Says that the run goes on in the line at `line_start`.
    pub(crate) fn reach(&mut self, line_start: u64) {
        if self.hole.is_some_and(|hole| hole.end <= line_start) {
            self.after_hole.get_or_insert(line_start);
        }
    }

    /// Takes a blank line.
    pub(crate) fn blank(&mut self) {
        self.has_gap |= self.hole.is_some() && self.after_hole.is_none();
    }

    /// Where the run starts.
    pub(crate) fn start(&self) -> Option<u64> {
        self.units.first().map(|unit| unit.span.start)
    }

    /// The hole with the lines behind it that are blank or as if they were not there: what separates the body line the run
    /// starts in from what follows, which is the run itself or else the line at `next`.
    pub(crate) fn hole_with_blanks(&self, next: Option<u64>) -> Option<Span> {
        self.hole.map(|hole| Span::new(hole.start, self.after_hole.or(next).unwrap_or(hole.end)))
    }

    /// Why the run is a part of the body before it, if it is. The other half of a frame is none, whatever stands before
    /// it, and a heading introduces only lines that are all weak.
    pub(crate) fn belongs_to_body(&self, tally: &Tally, frame: &[RuleId]) -> Option<KeptBecause> {
        let is_framed = || tally.certain.iter().any(|rule| frame.contains(rule));
        match self.before.introduction {
            Introduction::Colon if !is_framed() => Some(KeptBecause::AfterColon),
            Introduction::Heading if !tally.has_strong => Some(KeptBecause::AfterHeading),
            _ => None,
        }
    }
}

fn held(unit: &Unit, line_start: u64, line: u64, is_part: bool, is_repeat: bool) -> Held {
    let span = Span::new(line_start + unit.start as u64, line_start + unit.end as u64);
    Held { span, line, rule: unit.rule, key: unit.key, is_part, is_repeat }
}
