//! A record without its residue.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::escape::plain;
use super::record_cleaner::RecordCleaner;
use crate::evidence::receipt::Receipt;
use crate::evidence::removal::Removal;
use crate::evidence::report::{DocumentReport, Status};

/// A line of JSONL without the residue of its text.
pub struct CleanedLine<'c> {
    cleaner: &'c RecordCleaner,
    line: &'c [u8],
    document: DocumentReport,
}

impl<'c> CleanedLine<'c> {
    pub(super) fn new(
        cleaner: &'c RecordCleaner,
        line: &'c [u8],
        document: DocumentReport,
    ) -> Self {
        CleanedLine { cleaner, line, document }
    }

    /// What was removed, in order; spans count bytes of the text, unescaped.
    #[must_use]
    pub fn removals(&self) -> &'c [Removal] {
        &self.cleaner.removals
    }

    /// Where the removals are written, in order: ranges of the line.
    #[must_use]
    pub fn cuts(&self) -> &'c [Range<usize>] {
        &self.cleaner.cuts
    }

    /// The pieces of the line that are left, in order.
    pub fn kept(&self) -> impl Iterator<Item = &'c [u8]> + use<'c> {
        let line = self.line;
        let starts = [0].into_iter().chain(self.cuts().iter().map(|cut| cut.end));
        let ends = self.cuts().iter().map(|cut| cut.start).chain([line.len()]);
        starts.zip(ends).map(move |(start, end)| &line[start..end])
    }

    /// Appends the line that is left.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        self.kept().for_each(|piece| out.extend_from_slice(piece));
    }

    /// The line as it was.
    #[must_use]
    pub fn line(&self) -> &'c [u8] {
        self.line
    }

    /// What became of the text, in numbers; its bytes are counted unescaped.
    #[must_use]
    pub fn document(&self) -> &DocumentReport {
        &self.document
    }

    /// What became of the text, in one word.
    #[must_use]
    pub fn status(&self) -> Status {
        self.document.status
    }

    /// The text as it was, unescaped.
    #[must_use]
    pub fn text(&self) -> Cow<'c, str> {
        plain(&self.line[self.cleaner.record.text.clone()]).expect("the text was read")
    }

    /// The id: the inside of a string, or a number as it is written.
    #[must_use]
    pub fn id(&self) -> Option<Cow<'c, str>> {
        self.written_id().map(value)
    }

    /// The id as it is written: a string with its quotes, or a number.
    #[must_use]
    pub fn written_id(&self) -> Option<&'c str> {
        let id = self.cleaner.record.id.clone()?;
        Some(std::str::from_utf8(&self.line[id]).expect("the id was read"))
    }

    /// The receipt of the text, with its id, and with how the removed pieces are written. It names no place.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        let cleaner = self.cleaner.cleaner_for(self.line);
        let mut receipt = cleaner.receipt_of(self.text().as_bytes(), self.removals());
        receipt.id = self.id().map(Cow::into_owned);
        let pieces = receipt.removed().iter().zip(self.cuts()).map(|(removed, cut)| {
            let written = String::from_utf8_lossy(&self.line[cut.clone()]);
            let is_common =
                std::str::from_utf8(&removed.bytes).is_ok_and(|text| canonical(text) == *written);
            (!is_common).then(|| written.into_owned())
        });
        let pieces = pieces.collect();
        receipt.set_written(pieces);
        receipt
    }
}

impl fmt::Debug for CleanedLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleanedLine")
            .field("line", &String::from_utf8_lossy(self.line))
            .field("cuts", &self.cuts())
            .field("removals", &self.removals())
            .field("document", &self.document)
            .finish()
    }
}

/// A value as plain text: a string unescaped, unless it stands for no text, and anything else as it is written.
fn value(written: &str) -> Cow<'_, str> {
    let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.and_then(|inside| plain(inside.as_bytes())).unwrap_or(Cow::Borrowed(written))
}

/// A text as the inside of a JSON string, in the shortest common way.
fn canonical(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
