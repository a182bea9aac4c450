//! The lines of a text as they are written inside a JSON string, and where offsets of the text stand among them.
//!
//! The invariant: the lines, each with its line end, are exactly the inside of the string, and an offset of the text that
//! stands before a character is turned into the place where that character is written. Filled by the record, used by the
//! record cleaner.

use super::escape::Token;

/// A line as it is written. It reaches to the start of the next one, its line end included.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenLine {
    /// Where it starts in the line of the file.
    pub start: usize,
    /// Where its first escape stands that is no line feed; `end` if there is none.
    pub escape: usize,
    /// Where its line feed stands, or the end of the text.
    pub end: usize,
    /// Where it starts in the text. Known once the lines before it were read.
    pub text_start: usize,
}

/// Walks over the written lines, from text offset to text offset.
pub(super) struct Walk<'w> {
    line: &'w [u8],
    lines: &'w [WrittenLine],
    /// The written line in hand.
    number: usize,
    /// Where the walk stands, and the offset of the text that is written there.
    at: usize,
    text_at: usize,
}

impl<'w> Walk<'w> {
    /// A walk over the lines of the text that `line` holds. `start` is where the text is written.
    pub(super) fn new(line: &'w [u8], lines: &'w [WrittenLine], start: usize) -> Self {
        Walk { line, lines, number: 0, at: start, text_at: 0 }
    }

    /// The place where the character at this offset of the text is written. Offsets must come in order.
    pub(super) fn to(&mut self, text_offset: usize) -> usize {
        while let Some(next) = self.lines.get(self.number + 1)
            && next.text_start <= text_offset
        {
            self.number += 1;
            (self.at, self.text_at) = (next.start, next.text_start);
        }
        while self.text_at < text_offset && self.at < self.line.len() {
            let wanted = (text_offset - self.text_at).min(self.line.len() - self.at);
            let rest = &self.line[self.at..];
            match memchr::memchr(b'\\', &rest[..wanted]) {
                Some(0) => {
                    let token = Token::of(rest);
                    self.at += token.len;
                    self.text_at += token.text_len;
                }
                plain => {
                    let len = plain.unwrap_or(wanted);
                    self.at += len;
                    self.text_at += len;
                }
            }
        }
        self.at
    }
}
