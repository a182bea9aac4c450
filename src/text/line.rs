//! Lines of a document.
//!
//! A line ends at `\n` or `\r\n`; every other character, a lone `\r` and U+2028 included, is content. The invariant:
//! the lines of a document, line ends included, are exactly its bytes. Used by both doors.

/// One line: its content, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'t> {
    /// Offset of the first content byte.
    pub start: u64,
    /// The bytes before the line end.
    pub content: &'t [u8],
    /// Offset after the line end; equal to the end of the content where the document ends without one.
    pub end: u64,
}

impl<'t> Line<'t> {
    /// Reads the line that stands at `start` in the document from its raw bytes, line end included.
    pub(crate) fn from_raw(start: u64, raw: &'t [u8]) -> Self {
        let content = match raw {
            [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] => content,
            content => content,
        };
        Line { start, content, end: start + raw.len() as u64 }
    }

    /// Offset after the last content byte.
    pub(crate) fn content_end(&self) -> u64 {
        self.start + self.content.len() as u64
    }
}

/// The bytes of a byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_is_lf_or_crlf_and_nothing_else() {
        let content = |raw: &'static [u8]| Line::from_raw(0, raw).content;
        assert_eq!(content(b"a\n"), b"a");
        assert_eq!(content(b"a\r\n"), b"a");
        assert_eq!(content(b"a\r\r\n"), b"a\r");
        assert_eq!(content(b"a\r"), b"a\r");
        assert_eq!(content(b"\n"), b"");
        assert_eq!(content("a\u{2028}b".as_bytes()), "a\u{2028}b".as_bytes());
    }
}
