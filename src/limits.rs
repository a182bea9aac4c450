//! What bounds memory and time, whatever the input.
//!
//! The one invariant: a limit never loses a byte. A line that is too long to be examined, and lines that are too many to
//! be judged as one, are counted (`Report::limits`); that a line is too long to be residue is a part of the model and is
//! not. Read by the decider and the stream cleaner.

/// Bounds on what the cleaner looks at and holds.
///
/// ```
/// use unchaff::{Cleaner, Limits};
///
/// let limits = Limits::default().with_max_line_bytes(64 * 1024);
/// let cleaner = Cleaner::builder().limits(limits).build()?;
/// # let _ = cleaner;
/// # Ok::<(), unchaff::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub(crate) max_line_bytes: usize,
    pub(crate) max_held_bytes: usize,
    pub(crate) max_candidate_bytes: usize,
    pub(crate) max_rules: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_line_bytes: 1 << 20,
            max_held_bytes: 1 << 20,
            max_candidate_bytes: 1024,
            max_rules: 4_000_000,
        }
    }
}

impl Limits {
    /// Longest line that is examined, in bytes up to its line feed; default 1 MiB.
    ///
    /// A longer line is kept as it is. A stream cleaner holds at most one such line in memory.
    #[must_use]
    pub fn with_max_line_bytes(mut self, bytes: usize) -> Self {
        self.max_line_bytes = bytes;
        self
    }

    /// Most bytes of undecided lines (a run of candidates and the blank lines around it); default 1 MiB.
    ///
    /// When a run outgrows it, the run is kept unless its evidence already suffices. A stream cleaner holds at most
    /// this many bytes beside the line in hand.
    #[must_use]
    pub fn with_max_held_bytes(mut self, bytes: usize) -> Self {
        self.max_held_bytes = bytes;
        self
    }

    /// Longest line or segment that is compared with rules, in bytes; default 1,024.
    ///
    /// Residue is short. A longer line is never residue as a whole; its segments and inline markers are still judged.
    #[must_use]
    pub fn with_max_candidate_bytes(mut self, bytes: usize) -> Self {
        self.max_candidate_bytes = bytes;
        self
    }

    /// Most rules in one cleaner; default 4,000,000. More are a [`BuildError`](crate::BuildError).
    #[must_use]
    pub fn with_max_rules(mut self, rules: usize) -> Self {
        self.max_rules = rules;
        self
    }
}
