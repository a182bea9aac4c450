//! What is wrong with a pack, and where.
//!
//! The invariant: a pack is read to its end, so that every problem is reported at once. Made by the pack reader.

use std::cell::Cell;
use std::fmt;

/// One problem in a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Name of the file, as it was given to [`Pack::parse`](crate::Pack::parse).
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { file, line, column, message } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// A pack that cannot be used: all of its problems, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    pub(crate) problems: Vec<Problem>,
}

impl PackError {
    /// The problems, in the order of the file. Never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let end = if n + 1 < self.problems.len() { "\n" } else { "" };
            write!(f, "{problem}{end}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PackError {}

/// A value as messages quote it: escaped, and cut short.
pub(crate) fn quoted(value: &str) -> String {
    const MAX_SHOWN: usize = 80;
    match value.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

/// Turns byte offsets of a file into lines and columns, and collects problems.
pub(crate) struct Problems<'f> {
    file: &'f str,
    text: &'f str,
    /// Where each line starts: a pack of a million rules asks for a million places.
    line_starts: Vec<usize>,
    /// The last place that was asked for, as offset, line and column: a line may hold a million phrases.
    last: Cell<(usize, usize, usize)>,
    found: Vec<Problem>,
}

impl<'f> Problems<'f> {
    pub(crate) fn new(file: &'f str, text: &'f str) -> Self {
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Problems {
            file,
            text,
            line_starts: line_starts.collect(),
            last: Cell::new((0, 1, 1)),
            found: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, offset: usize, message: impl Into<String>) {
        let (line, column) = self.place(offset);
        let file = self.file.to_owned();
        self.found.push(Problem { file, line, column, message: message.into() });
    }

    /// Line of a byte offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset.min(self.text.len()))
    }

    /// Line and column of a byte offset, both counted from 1.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let line = self.line(end);
        let (from, column) = match self.last.get() {
            (last, last_line, column) if last_line == line && last <= end => (last, column),
            _ => (self.line_starts[line - 1], 1),
        };
        let column = column + self.text[from..end].chars().count();
        self.last.set((end, line, column));
        (line, column)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_error(self) -> Option<PackError> {
        let mut problems = self.found;
        problems.sort();
        problems.dedup();
        (!problems.is_empty()).then_some(PackError { problems })
    }
}
