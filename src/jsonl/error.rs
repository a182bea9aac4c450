//! Why a line cannot be cleaned.

use std::fmt;

/// Why a line cannot be cleaned. It stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    kind: LineErrorKind,
    /// The field that holds the text; empty where the line itself is the matter.
    field: String,
    problem: Option<Problem>,
}

/// What is the matter with a line that cannot be cleaned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineErrorKind {
    /// It is no JSON object, or is cut off, or more stands behind it.
    NotAnObject,
    /// The object has no field of that name.
    NoText,
    /// Two fields of the object have that name.
    TextTwice,
    /// The field holds something else than a string.
    TextNotString,
    /// The string stands for no text: half a surrogate pair is in it.
    TextNotUnicode,
}

/// What is wrong with JSON, and at which of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub what: &'static str,
    pub at: usize,
}

impl LineError {
    pub(super) fn syntax(problem: Problem) -> Self {
        let kind = LineErrorKind::NotAnObject;
        LineError { kind, field: String::new(), problem: Some(problem) }
    }

    pub(super) fn text(kind: LineErrorKind, field: &str, problem: Option<Problem>) -> Self {
        LineError { kind, field: field.to_owned(), problem }
    }

    /// What is the matter, in one word.
    #[must_use]
    pub fn kind(&self) -> LineErrorKind {
        self.kind
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match self.kind {
            LineErrorKind::NotAnObject => {}
            LineErrorKind::NoText => write!(f, "no field {field:?}")?,
            LineErrorKind::TextTwice => write!(f, "the field {field:?} stands twice")?,
            LineErrorKind::TextNotString => write!(f, "the field {field:?} is not a string")?,
            LineErrorKind::TextNotUnicode => write!(f, "the field {field:?}: ")?,
        }
        match self.problem {
            Some(Problem { what, at }) => write!(f, "{what} (column {})", at + 1),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LineError {}
