//! Telling the documents of a text stream apart.
//!
//! The invariant: texts and separators, in order, are exactly the stream, however it is cut into pieces; what is held
//! back is at most the line ends of the blank lines that may turn out to be a separator.

use std::str::FromStr;

use unchaff::{Sink, StreamCleaner};

/// What stands between documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// At least so many empty lines.
    BlankLines(usize),
    /// A form feed.
    FormFeed,
    /// A NUL.
    Nul,
}

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("blank-lines:").map(str::parse)) {
            ("form-feed", _) => Ok(Separator::FormFeed),
            ("nul", _) => Ok(Separator::Nul),
            (_, Some(Ok(count))) if (1..=1000).contains(&count) => Ok(Separator::BlankLines(count)),
            _ => Err("use blank-lines:N (N from 1 to 1000), form-feed or nul".into()),
        }
    }
}

/// A piece of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// Bytes of the document in hand.
    Text(&'b [u8]),
    /// Bytes between two documents; the first of them ends the document in hand.
    Separator(&'b [u8]),
}

/// A sink that takes the bytes between documents, too.
pub trait DocumentSink: Sink {
    fn separate(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// The documents of a stream on their way through a cleaner.
pub struct Documents<S: DocumentSink> {
    stream: StreamCleaner<S>,
    /// Whether there is a document in hand, be it empty.
    is_open: bool,
}

impl<S: DocumentSink> Documents<S> {
    /// Nothing was passed on yet; `is_open` says that nothing is one empty document.
    pub fn new(stream: StreamCleaner<S>, is_open: bool) -> Self {
        Documents { stream, is_open }
    }

    /// Passes the next piece on.
    pub fn pass(&mut self, piece: Piece<'_>) -> Result<(), S::Error> {
        match piece {
            Piece::Text(bytes) => {
                self.is_open |= !bytes.is_empty();
                self.stream.push(bytes)
            }
            Piece::Separator(bytes) => {
                if std::mem::take(&mut self.is_open) {
                    self.stream.end_document()?;
                }
                self.stream.sink().separate(bytes)
            }
        }
    }

    /// Ends the document in hand.
    pub fn end(mut self) -> Result<StreamCleaner<S>, S::Error> {
        if self.is_open {
            self.stream.end_document()?;
        }
        Ok(self.stream)
    }
}

/// Splits a stream that arrives in pieces.
#[derive(Debug)]
pub struct Splitter {
    separator: Option<Separator>,
    /// Ends of empty lines that may belong to a separator.
    held: Vec<u8>,
    blank_lines: usize,
    at_line_start: bool,
    /// Whether the first document has begun: blank lines before it belong to it.
    has_begun: bool,
}

impl Splitter {
    pub fn new(separator: Option<Separator>) -> Self {
        Splitter {
            separator,
            held: Vec::new(),
            blank_lines: 0,
            at_line_start: false,
            has_begun: false,
        }
    }

    /// Splits the rest of a stream from the start of a document on that is not its first.
    pub fn at_document(separator: Option<Separator>) -> Self {
        Splitter { has_begun: true, ..Splitter::new(separator) }
    }

    /// Passes on what is known of the next bytes.
    pub fn push<E>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.separator {
            None => each(Piece::Text(bytes)),
            Some(Separator::Nul) => split_at(0, bytes, each),
            Some(Separator::FormFeed) => split_at(0x0C, bytes, each),
            Some(Separator::BlankLines(count)) => {
                self.split_at_blank_lines(count, bytes, &mut each)
            }
        }
    }

    /// Passes on what was held back.
    pub fn finish<E>(&mut self, mut each: impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        match self.separator {
            Some(Separator::BlankLines(count)) => self.release(count, &mut each),
            _ => Ok(()),
        }
    }

    fn split_at_blank_lines<E>(
        &mut self,
        count: usize,
        mut bytes: &[u8],
        each: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(&first) = bytes.first() {
            if !self.at_line_start {
                let len = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
                each(Piece::Text(&bytes[..len]))?;
                self.has_begun |= bytes[..len].iter().any(|byte| !matches!(byte, b'\n' | b'\r'));
                self.at_line_start = self.has_begun && bytes[len - 1] == b'\n';
                bytes = &bytes[len..];
                continue;
            }
            let after_return = self.held.last() == Some(&b'\r');
            if first == b'\n' || (first == b'\r' && !after_return) {
                self.held.push(first);
                self.blank_lines += usize::from(first == b'\n');
                // A stretch of blank lines may be longer than memory: once it is a separator, it is passed on.
                if self.blank_lines > count {
                    each(Piece::Separator(&self.held))?;
                    self.held.clear();
                    self.blank_lines = count;
                }
                bytes = &bytes[1..];
                continue;
            }
            self.release(count, each)?;
            self.at_line_start = false;
        }
        Ok(())
    }

    /// What is held is a separator or text; a carriage return without a line feed is text in any case.
    fn release<E>(
        &mut self,
        count: usize,
        each: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let held = std::mem::take(&mut self.held);
        let blank_len = if held.last() == Some(&b'\r') { held.len() - 1 } else { held.len() };
        let (blank, text) = held.split_at(blank_len);
        if !blank.is_empty() {
            let is_separator = self.blank_lines >= count;
            each(if is_separator { Piece::Separator(blank) } else { Piece::Text(blank) })?;
        }
        if !text.is_empty() {
            each(Piece::Text(text))?;
        }
        self.blank_lines = 0;
        Ok(())
    }
}

fn split_at<E>(
    mark: u8,
    bytes: &[u8],
    mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut start = 0;
    for at in memchr::memchr_iter(mark, bytes) {
        if start < at {
            each(Piece::Text(&bytes[start..at]))?;
        }
        each(Piece::Separator(&bytes[at..=at]))?;
        start = at + 1;
    }
    if start < bytes.len() { each(Piece::Text(&bytes[start..])) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documents and separators of a stream that arrives in pieces of `step` bytes, neighbours joined.
    fn split(separator: &str, text: &str, step: usize) -> Vec<(char, String)> {
        let mut splitter = Splitter::new(Some(separator.parse().expect("a separator")));
        let mut found: Vec<(char, String)> = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let (kind, bytes) = match piece {
                Piece::Text(bytes) => ('t', bytes),
                Piece::Separator(bytes) => ('s', bytes),
            };
            let text = String::from_utf8_lossy(bytes);
            match found.last_mut() {
                Some((last, joined)) if *last == kind => joined.push_str(&text),
                _ => found.push((kind, text.into_owned())),
            }
            Ok::<(), ()>(())
        };
        for piece in text.as_bytes().chunks(step) {
            splitter.push(piece, &mut each).expect("nothing fails");
        }
        splitter.finish(&mut each).expect("nothing fails");
        found
    }

    #[test]
    fn blank_lines_separate_documents_however_the_stream_is_cut() {
        let text = "\n\n\na\n\nb\r\n\r\n\r\nc\n\n\n\n\n\nd\n\n\re\n\n\n";
        for step in 1..=text.len() {
            let parts = split("blank-lines:2", text, step);
            let kinds: Vec<char> = parts.iter().map(|(kind, _)| *kind).collect();
            let joined: String = parts.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(joined, text, "{step}");
            assert_eq!(kinds, ['t', 's', 't', 's', 't', 's'], "{step}: {parts:?}");
            assert_eq!(parts[1].1, "\r\n\r\n", "{step}");
            assert_eq!(parts[4].1, "d\n\n\re\n", "{step}");
        }
    }

    #[test]
    fn single_bytes_separate_documents() {
        let kinds = |parts: Vec<(char, String)>| {
            parts.into_iter().map(|(kind, _)| kind).collect::<String>()
        };
        assert_eq!(kinds(split("nul", "a\0b\0\0c", 2)), "tstst");
        assert_eq!(kinds(split("form-feed", "\u{c}a\u{c}", 1)), "sts");
    }
}
