//! What a rule or an exception says at length: its shapes, where they stand, its examples.
//!
//! The invariant: it is the same whether it was read from a pack or comes from a compiled rule set, save that examples and
//! places of the latter are those of its original, where there is one. Held by rules and exceptions.

use std::sync::{Arc, OnceLock};

use super::compiled::stored::StoredRules;
use super::rule::{Rule, Shape};

/// Finds the rule of an id as it was read from its pack.
pub(crate) type Originals = fn(&str) -> Option<&'static Rule>;

/// What is said at length. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Read(Arc<Written>),
    Stored(Arc<Stored>),
}

/// What was read from a pack.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub shapes: Vec<Shape>,
    /// Where each shape stands in the file: line and column.
    pub places: Vec<(usize, usize)>,
    pub remove: Vec<String>,
    pub keep: Vec<String>,
}

/// What a compiled rule set holds.
#[derive(Debug)]
pub(crate) struct Stored {
    rules: Arc<StoredRules>,
    owner: u32,
    shapes: OnceLock<Vec<Shape>>,
    originals: Option<Originals>,
}

impl From<Written> for Content {
    fn from(written: Written) -> Self {
        Content::Read(Arc::new(written))
    }
}

impl Content {
    /// What a compiled rule set says of an owner, read when somebody asks.
    pub(crate) fn stored(
        rules: Arc<StoredRules>,
        owner: u32,
        originals: Option<Originals>,
    ) -> Self {
        Content::Stored(Arc::new(Stored { rules, owner, shapes: OnceLock::new(), originals }))
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        match self {
            Content::Read(written) => &written.shapes,
            Content::Stored(stored) => {
                stored.shapes.get_or_init(|| stored.rules.shapes(stored.owner))
            }
        }
    }

    pub(crate) fn places(&self) -> &[(usize, usize)] {
        self.written().map_or(&[], |written| &written.places)
    }

    pub(crate) fn remove_examples(&self) -> &[String] {
        self.written().map_or(&[], |written| &written.remove)
    }

    pub(crate) fn keep_examples(&self) -> &[String] {
        self.written().map_or(&[], |written| &written.keep)
    }

    /// What was written in the pack, if that can be known.
    fn written(&self) -> Option<&Written> {
        match self {
            Content::Read(written) => Some(written),
            Content::Stored(stored) => {
                let original = stored.originals?(stored.rules.id(stored.owner))?;
                match &original.content {
                    Content::Read(written) => Some(written),
                    Content::Stored(_) => None,
                }
            }
        }
    }
}
