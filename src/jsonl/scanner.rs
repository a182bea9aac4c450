//! Reading JSON without building anything of it.
//!
//! The invariant: a value is passed if and only if `serde_json` would ignore it without complaint, at any depth and
//! without recursion; the only memory is one byte for each array and object that is open. Called by the record.

use std::ops::Range;

use super::error::Problem;
use super::escape::hex4;

/// Reads the bytes of one JSON text from start to end.
pub(super) struct Scanner<'l> {
    bytes: &'l [u8],
    at: usize,
}

/// A string that was passed.
pub(super) struct Passed {
    /// Where its inside stands.
    pub inside: Range<usize>,
    /// It holds escapes.
    pub has_escapes: bool,
    /// It holds bytes that are not ASCII.
    pub has_high: bool,
    /// Where half a surrogate pair stands in it.
    pub half_pair: Option<usize>,
}

impl<'l> Scanner<'l> {
    pub(super) fn new(bytes: &'l [u8]) -> Self {
        Scanner { bytes, at: 0 }
    }

    /// Where the scanner stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is no white space.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Passes a byte that was peeked.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.at += 1;
    }

    /// A problem with the next byte.
    #[cold]
    pub(super) fn problem(&self, what: &'static str) -> Problem {
        Problem { what, at: self.at }
    }

    /// A problem with the next byte, or with the end of the line.
    #[cold]
    fn wanted(&self, what: &'static str, cut_off: &'static str) -> Problem {
        self.problem(if self.at < self.bytes.len() { what } else { cut_off })
    }

    /// Passes a key and its colon.
    #[inline]
    pub(super) fn key(&mut self) -> Result<Passed, Problem> {
        if self.peek() != Some(b'"') {
            return Err(self.wanted("a key was expected here", "it ends inside an object"));
        }
        self.pass();
        let key = self.string(|_, _| {})?;
        if self.peek() != Some(b':') {
            return Err(self.wanted("a colon was expected here", "it ends inside an object"));
        }
        self.pass();
        Ok(key)
    }

    /// Passes the comma or the end of an array or object, and says whether it was the end.
    #[inline]
    pub(super) fn comma_or_end(&mut self, end: u8) -> Result<bool, Problem> {
        let next = self.peek();
        if next != Some(b',') && next != Some(end) {
            return Err(match end {
                b'}' => self.wanted("a comma or } was expected here", "it ends inside an object"),
                _ => self.wanted("a comma or ] was expected here", "it ends inside an array"),
            });
        }
        self.pass();
        Ok(next == Some(end))
    }

    /// Passes any value. `open` is a buffer.
    pub(super) fn value(&mut self, open: &mut Vec<u8>) -> Result<(), Problem> {
        open.clear();
        loop {
            let first = self.peek();
            if let Some(begin @ (b'[' | b'{')) = first {
                self.pass();
                // Their ends are two behind their beginnings.
                let end = begin + 2;
                if self.peek() != Some(end) {
                    open.push(end);
                    if end == b'}' {
                        self.key()?;
                    }
                    continue;
                }
                self.pass();
            } else {
                self.scalar(first)?;
            }
            loop {
                let Some(&end) = open.last() else { return Ok(()) };
                if !self.comma_or_end(end)? {
                    if end == b'}' {
                        self.key()?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    /// Passes a value that holds no other.
    fn scalar(&mut self, first: Option<u8>) -> Result<(), Problem> {
        match first {
            Some(b'"') => {
                self.pass();
                self.string(|_, _| {}).map(|_| ())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(self.wanted("a value was expected here", "it ends where a value should be")),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Problem> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.problem("this is no value"))
        }
    }

    fn number(&mut self) -> Result<(), Problem> {
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        if let [b'0', _, ..] = self.digits()? {
            return Err(self.problem("a number begins with a zero"));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    /// Passes at least one digit.
    fn digits(&mut self) -> Result<&'l [u8], Problem> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += len;
        match len {
            0 => Err(self.problem("a number lacks a digit")),
            _ => Ok(&rest[..len]),
        }
    }

    /// Passes a string of which the opening quote was passed. `take` is told where each escape stands and its length.
    #[inline]
    pub(super) fn string(&mut self, mut take: impl FnMut(usize, usize)) -> Result<Passed, Problem> {
        let start = self.at;
        let mut half_pair = None;
        let mut has_escapes = false;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(len) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                self.survey(start..self.at)?;
                return Err(self.problem("it ends inside a string"));
            };
            self.at += len;
            if rest[len] == b'"' {
                break;
            }
            has_escapes = true;
            // Escapes often stand beside each other.
            while self.bytes.get(self.at) == Some(&b'\\') {
                let len = self.escape(&mut half_pair)?;
                take(self.at, len);
                self.at += len;
            }
        }
        let inside = start..self.at;
        self.at += 1;
        let has_high = self.survey(inside.clone())?;
        Ok(Passed { inside, has_escapes, has_high, half_pair })
    }

    /// Refuses control characters, and says whether there are bytes that are not ASCII.
    #[inline]
    fn survey(&self, range: Range<usize>) -> Result<bool, Problem> {
        let bytes = &self.bytes[range.clone()];
        let (mut lowest, mut all) = (u8::MAX, 0);
        for &byte in bytes {
            lowest = lowest.min(byte);
            all |= byte;
        }
        if lowest < b' ' {
            let at = bytes.iter().position(|&byte| byte < b' ').unwrap_or_default();
            let what = "a control character inside a string";
            return Err(Problem { what, at: range.start + at });
        }
        Ok(all >= 0x80)
    }

    /// Length of the escape at hand: 12 for a surrogate pair.
    #[inline]
    fn escape(&self, half_pair: &mut Option<usize>) -> Result<usize, Problem> {
        match self.bytes.get(self.at + 1) {
            Some(b'n' | b'"' | b'\\' | b'/' | b'r' | b't' | b'b' | b'f') => Ok(2),
            Some(b'u') => self.unicode_escape(half_pair),
            Some(_) => Err(self.problem("an unknown escape")),
            None => Err(self.problem("it ends inside a string")),
        }
    }

    fn unicode_escape(&self, half_pair: &mut Option<usize>) -> Result<usize, Problem> {
        let escape = &self.bytes[self.at..];
        let Some(unit) = hex4(&escape[2..]) else {
            return Err(self.problem(match escape.len() {
                0..6 => "it ends inside a string",
                _ => "an escape lacks a hexadecimal digit",
            }));
        };
        if !(0xD800..=0xDFFF).contains(&unit) {
            return Ok(6);
        }
        let trail = escape[6..].strip_prefix(br"\u").and_then(hex4);
        if unit <= 0xDBFF && trail.is_some_and(|trail| (0xDC00..=0xDFFF).contains(&trail)) {
            return Ok(12);
        }
        half_pair.get_or_insert(self.at);
        Ok(6)
    }
}
