//! Rules are data: what a rule is, how packs are read, and the packs that come with the crate.
//!
//! This floor knows nothing of matching: it turns TOML into checked, folded, immutable rules.

pub(crate) mod builtin;
pub(crate) mod category;
pub(crate) mod check;
pub(crate) mod compiled;
pub(crate) mod content;
pub(crate) mod facts;
pub(crate) mod pack;
pub(crate) mod pattern;
pub(crate) mod problem;
pub(crate) mod rule;
mod toml;
