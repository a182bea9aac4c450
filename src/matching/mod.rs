//! Matching: which rules a line, a segment or a marker matches. Nothing here decides what is removed.
//!
//! Two matchers give the same answers: `index` is fast, `plain` is a few loops that are obviously right. The judge turns
//! a line into candidates with either of them.

pub(crate) mod affixes;
pub(crate) mod compiled;
pub(crate) mod compound;
pub(crate) mod detach;
pub(crate) mod end_index;
pub(crate) mod end_sets;
pub(crate) mod filter;
pub(crate) mod gate;
pub(crate) mod index;
pub(crate) mod inline;
pub(crate) mod judge;
pub(crate) mod layer;
pub(crate) mod literals;
pub(crate) mod merge;
pub(crate) mod patterns;
pub(crate) mod phrases;
pub(crate) mod plain;
pub(crate) mod ruleset;
pub(crate) mod segments;
