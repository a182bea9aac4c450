//! The version of the decision model.

/// Raised when the same rules come to other removals: a part of every fingerprint and of every compiled rule set.
pub(crate) const MODEL: u32 = 8;
