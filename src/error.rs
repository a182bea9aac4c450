//! Errors of building a cleaner. Reading packs has its own, with places: see `rules/problem.rs`.
//!
//! Text never causes an error: only rules and options do, and only while a cleaner is built.

use std::fmt;

/// A cleaner that cannot be built from the given packs and options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    messages: Vec<String>,
}

impl BuildError {
    pub(crate) fn new(messages: Vec<String>) -> Self {
        BuildError { messages }
    }

    /// Everything that is wrong. Never empty.
    #[must_use]
    pub fn messages(&self) -> &[String] {
        &self.messages
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join("\n"))
    }
}

impl std::error::Error for BuildError {}
