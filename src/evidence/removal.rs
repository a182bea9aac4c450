//! What was removed, and what nearly was.

use std::fmt;

use super::points::Points;
use crate::matching::ruleset::RuleId;
use crate::span::Span;

/// One piece that was removed: where it stood, the rule that matched it, and the evidence that licensed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// The bytes, blank lines and line ends that went with it included.
    pub span: Span,
    /// The line of the candidate it goes with, counted from 1.
    pub line: u64,
    /// The best rule that matched.
    pub rule: RuleId,
    /// The evidence of the run it belongs to.
    pub evidence: Points,
}

/// A candidate that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearMiss {
    /// The bytes of the line or segment, without its line end.
    pub span: Span,
    /// The line in which it stands, counted from 1.
    pub line: u64,
    /// The best rule that matched.
    pub rule: RuleId,
    /// The evidence of the run it belongs to.
    pub evidence: Points,
    /// The evidence that the run would have needed where it stands.
    pub needed: Points,
    /// Why it was kept.
    pub reason: KeptBecause,
}

/// Why a candidate was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeptBecause {
    /// The evidence of its run stayed below the threshold.
    TooLittleEvidence,
    /// A line that ends in a colon stands before its run: it is a list of the body.
    AfterColon,
    /// A heading stands before its run, and all of the run is weak: it is the text below the heading.
    AfterHeading,
    /// All of its run is weak, in a document of prose that has shown no residue before: that needs more evidence.
    WeakAlone,
    /// Its run outgrew `Limits::with_max_held_bytes`.
    Limit,
}

impl KeptBecause {
    /// A short name for outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            KeptBecause::TooLittleEvidence => "too-little-evidence",
            KeptBecause::AfterColon => "after-colon",
            KeptBecause::AfterHeading => "after-heading",
            KeptBecause::WeakAlone => "weak-alone",
            KeptBecause::Limit => "limit",
        }
    }
}

impl fmt::Display for KeptBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
