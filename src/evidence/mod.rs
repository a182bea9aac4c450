//! Evidence: runs of candidates, the threshold, and what is reported about both.
//!
//! The decider looks at each line once, in order, and never looks back: this is where a removal is decided, for every
//! door of the crate.

pub(crate) mod decider;
pub(crate) mod points;
pub(crate) mod profile;
pub(crate) mod receipt;
pub(crate) mod receipt_builder;
pub(crate) mod removal;
pub(crate) mod repeats;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod stretch;
pub(crate) mod tally;
pub(crate) mod verdict;
pub(crate) mod zone;
