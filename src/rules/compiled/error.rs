//! Why a compiled rule set is refused.

use std::fmt;

/// A compiled rule set that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledError {
    kind: CompiledErrorKind,
    message: String,
}

/// What is wrong with a compiled rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompiledErrorKind {
    /// The bytes are no compiled rule set.
    NotCompiled,
    /// It was compiled by a version that folds, decides or writes otherwise; compile the packs again.
    OtherVersion,
    /// It is cut short, changed, or inconsistent.
    Damaged,
}

impl CompiledError {
    pub(crate) fn not_compiled() -> Self {
        let message = "these bytes are no compiled rule set".to_owned();
        CompiledError { kind: CompiledErrorKind::NotCompiled, message }
    }

    pub(crate) fn other_version() -> Self {
        let message =
            "the rule set was compiled by another version of unchaff; compile its packs again"
                .to_owned();
        CompiledError { kind: CompiledErrorKind::OtherVersion, message }
    }

    pub(crate) fn damaged(what: impl fmt::Display) -> Self {
        let message = format!("the compiled rule set is damaged: {what}; compile its packs again");
        CompiledError { kind: CompiledErrorKind::Damaged, message }
    }

    /// What is wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> CompiledErrorKind {
        self.kind
    }
}

impl fmt::Display for CompiledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompiledError {}
