//! What happened to each line, for a person to read.
//!
//! The invariant: the parts of all lines, in order, are exactly the text. Made by `Cleaner::explain`.

use crate::evidence::removal::{NearMiss, Removal};
use crate::evidence::report::Status;
use crate::span::Span;

/// A text, line by line, with the fate of each part.
#[derive(Clone, Debug)]
pub struct Explanation<'t> {
    status: Status,
    lines: Vec<ExplainedLine<'t>>,
}

/// One line, and what became of its parts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExplainedLine<'t> {
    /// Its number, counted from 1.
    pub number: u64,
    /// Its parts, in order; the last one holds the line end.
    pub parts: Vec<ExplainedPart<'t>>,
}

/// A part of a line with one fate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExplainedPart<'t> {
    /// Where it stands in the text.
    pub span: Span,
    /// Its bytes.
    pub bytes: &'t [u8],
    /// What became of it.
    pub fate: Fate,
}

/// What became of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is body: no rule matched.
    Kept,
    /// A rule matched, and it was kept all the same.
    NearMiss(NearMiss),
    /// It was removed.
    Removed(Removal),
}

impl<'t> Explanation<'t> {
    pub(crate) fn new(
        text: &'t [u8],
        status: Status,
        removals: Vec<Removal>,
        near: Vec<NearMiss>,
    ) -> Self {
        let mut fates: Vec<(Span, Fate)> =
            removals.into_iter().map(|removal| (removal.span, Fate::Removed(removal))).collect();
        fates.extend(near.into_iter().map(|near| (near.span, Fate::NearMiss(near))));
        fates.sort_by_key(|(span, _)| *span);
        let mut next = 0;
        let mut lines = Vec::new();
        let mut start = 0;
        for raw in text.split_inclusive(|&byte| byte == b'\n') {
            let line = Span::new(start, start + raw.len() as u64);
            let mut parts = Vec::new();
            let mut at = line.start;
            let mut add = |from: u64, to: u64, fate: Fate| {
                if from < to {
                    let span = Span::new(from, to);
                    parts.push(ExplainedPart { span, bytes: &text[span.range()], fate });
                }
            };
            while let Some(&(span, fate)) =
                fates.get(next).filter(|(span, _)| span.start < line.end)
            {
                let (from, to) = (span.start.max(at), span.end.min(line.end));
                add(at, from, Fate::Kept);
                add(from, to, fate);
                at = to;
                if span.end > line.end {
                    break;
                }
                next += 1;
            }
            add(at, line.end, Fate::Kept);
            lines.push(ExplainedLine { number: lines.len() as u64 + 1, parts });
            start = line.end;
        }
        Explanation { status, lines }
    }

    /// What became of the document, in one word.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The lines, in order.
    #[must_use]
    pub fn lines(&self) -> &[ExplainedLine<'t>] {
        &self.lines
    }
}
