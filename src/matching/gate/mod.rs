//! The gate: a glance at a line that tells body from what must be looked at.
//!
//! A rule matches a line, or a segment at an end of one, only if its view begins as the rule's phrases and patterns do, or
//! ends as they do. The gate asks for those ends at the few places in a line at which a unit can start or end, on the raw
//! bytes. The invariant: a line that it lets pass is body for the line judge, as a whole and without markers; exceptions
//! aside, which matter for lines that rules match, and for labels. Very short lines, and lines of scripts that it does not
//! read, are left to the judge. Built by the index, asked by the decider.

mod cuts;
pub(crate) mod ends;
pub(crate) mod known;
mod signs;

use self::cuts::Cuts;
use self::known::KnownEnds;
use self::signs::Signs;
use crate::text::scan::{Marks, common_punctuation};

/// Shortest line that the gate looks at, in bytes.
const MIN_LINE_BYTES: usize = 20;

/// Tells lines that are surely body.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The known ends of each layer.
    known: Vec<KnownEnds>,
    signs: Signs,
}

impl Gate {
    pub(crate) fn new<'l>(known: Vec<KnownEnds>, inline: impl Iterator<Item = &'l str>) -> Self {
        let mut signs = Signs::default();
        inline.for_each(|literal| signs.add(literal.as_bytes()));
        Gate { known, signs }
    }

    /// Whether an affix or a pattern may match the view.
    #[inline]
    pub(crate) fn may_match(&self, view: &str) -> bool {
        let ends = ends::ViewEnds::of(view);
        self.known.iter().any(|known| known.may_match(view, &ends))
    }

    /// Whether an inline literal may stand in the line.
    pub(crate) fn may_hold_markers(&self, line: &[u8]) -> bool {
        self.signs.may_stand_in(line)
    }

    /// Whether the line is surely body, as a whole.
    #[inline]
    pub(crate) fn passes(&self, line: &[u8], marks: &Marks<'_>) -> bool {
        if line.len() < MIN_LINE_BYTES || self.signs.are_everywhere {
            return false;
        }
        let mut cuts = Cuts::new(line, &self.signs, marks.is_ascii());
        marks.each(|at| cuts.take(at));
        let is_read = cuts.is_ascii || common_punctuation(line, |at| cuts.take_wide(at));
        is_read && !cuts.is_odd && self.known.iter().all(|known| is_body(known, line, &cuts))
    }
}

/// Whether no unit of the line begins or ends as a rule of this layer does.
#[inline]
fn is_body(known: &KnownEnds, line: &[u8], cuts: &Cuts<'_>) -> bool {
    let end = line.len();
    let first_end = cuts.first.unwrap_or(end).min(cuts.part.unwrap_or(end));
    !known.is_open(cuts.is_ascii)
        && known.starts_as_body(&line[..first_end])
        && cuts.last.is_none_or(|last| known.starts_as_body(&line[last..]))
        && known.ends_as_body(line)
        && cuts.first.is_none_or(|end| known.ends_as_body(&line[..end]))
        && cuts.part.is_none_or(|end| known.ends_as_body(&line[..end]))
}
