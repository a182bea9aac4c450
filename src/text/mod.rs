//! The anatomy of text: lines, the folded view, segments, protected regions.
//!
//! This floor knows nothing of rules. Everything in it is a pure function of bytes, or a small state machine over lines.

pub(crate) mod chars;
pub(crate) mod dress;
pub(crate) mod fold;
pub(crate) mod line;
pub(crate) mod number;
pub(crate) mod region;
pub(crate) mod scan;
pub(crate) mod segment;
pub(crate) mod texture;
