//! Reading JSON without building anything of it.
//!
//! The invariant: a value is passed if and only if `serde_json` would ignore it without complaint, at any depth and
//! without recursion; the only memory is one byte for each array and object that is open. Called by the record.

use std::ops::Range;

use super::block::{BLOCK, Block, Escaping, Places, Survey};
use super::error::Problem;
use super::escape::hex4;

/// Reads the bytes of one JSON text from start to end.
pub(super) struct Scanner<'l> {
    bytes: &'l [u8],
    at: usize,
    /// A buffer.
    places: &'l mut Places,
}

/// A string that was passed.
#[derive(Default)]
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
    pub(super) fn new(bytes: &'l [u8], places: &'l mut Places) -> Self {
        Scanner { bytes, at: 0, places }
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

    /// Reads an object that is all there is. `member` is handed each key, and passes its value.
    #[inline]
    pub(super) fn only_object(
        &mut self,
        mut member: impl FnMut(&mut Self, Passed) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if self.peek() != Some(b'{') {
            return Err(self.problem("this is not a JSON object"));
        }
        self.pass();
        if self.peek() == Some(b'}') {
            self.pass();
        } else {
            loop {
                let key = self.key()?;
                member(self, key)?;
                if self.comma_or_end(b'}')? {
                    break;
                }
            }
        }
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.problem("trailing characters behind the object")),
        }
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
        let mut passed = Passed { inside: start..start, ..Passed::default() };
        let (mut survey, mut escaping) = (Survey::new(), Escaping::default());
        let mut base = start;
        let mut escape_end = start;
        loop {
            let first = base;
            let end = self.blocks(first, &mut base, &mut survey, &mut escaping);
            for at in 0..self.places.get().len() {
                let at = first + usize::from(self.places.get()[at]);
                // The second half of a pair belongs to the first.
                if at >= escape_end {
                    let len = self.escape(at, &mut passed)?;
                    take(at, len);
                    escape_end = at + len;
                }
            }
            if let Some(end) = end {
                self.at = end + 1;
                passed.inside.end = end;
                break;
            }
            if base >= self.bytes.len() {
                self.at = self.bytes.len();
                return Err(self.problem("it ends inside a string"));
            }
        }
        if survey.has_controls() {
            let inside = &self.bytes[passed.inside.clone()];
            let at = start + inside.iter().position(|&byte| byte < b' ').unwrap_or_default();
            return Err(Problem { what: "a control character inside a string", at });
        }
        passed.has_high = survey.has_high();
        Ok(passed)
    }

    /// Reads blocks of a string, finds the places of their escapes, and the end of the string if it is in them.
    #[inline]
    fn blocks(
        &mut self,
        first: usize,
        base: &mut usize,
        survey: &mut Survey,
        escaping: &mut Escaping,
    ) -> Option<usize> {
        self.places.clear();
        for _ in 0..Places::BLOCKS {
            let rest = self.bytes.get(*base..).unwrap_or_default();
            let mut filled = [b' '; BLOCK];
            let bytes = rest.first_chunk().unwrap_or_else(|| {
                filled[..rest.len()].copy_from_slice(rest);
                &filled
            });
            let block = Block::read(bytes);
            let (escaped, escapes) = escaping.read(block.backslashes);
            let quotes = block.quotes & !escaped;
            if quotes != 0 {
                let len = quotes.trailing_zeros() as usize;
                survey.add(&bytes[..len]);
                self.places.add(*base - first, escapes & !(u64::MAX << len));
                return Some(*base + len);
            }
            survey.add(bytes);
            self.places.add(*base - first, escapes);
            *base += BLOCK;
            if *base >= self.bytes.len() {
                break;
            }
        }
        None
    }

    /// Length of the escape that stands at `at`: 12 for a surrogate pair.
    #[inline]
    fn escape(&self, at: usize, passed: &mut Passed) -> Result<usize, Problem> {
        passed.has_escapes = true;
        let Some(&byte) = self.bytes.get(at + 1) else {
            return Err(Problem { what: "it ends inside a string", at: at + 1 });
        };
        // Most escapes are line feeds: one at a time, so that they are foretold well.
        if byte == b'n' {
            return Ok(2);
        }
        match byte {
            b'u' => self.unicode_escape(at, passed),
            _ if b"\"\\/rtbf".contains(&byte) => Ok(2),
            _ => Err(Problem { what: "an unknown escape", at }),
        }
    }

    #[inline]
    fn unicode_escape(&self, at: usize, passed: &mut Passed) -> Result<usize, Problem> {
        let digits = &self.bytes[at + 2..];
        let Some(unit) = hex4(digits) else {
            return Err(match digits.len() {
                0..4 => Problem { what: "it ends inside a string", at: self.bytes.len() },
                _ => Problem { what: "an escape lacks a hexadecimal digit", at },
            });
        };
        if !(0xD800..=0xDFFF).contains(&unit) {
            return Ok(6);
        }
        let trail = digits[4..].strip_prefix(br"\u").and_then(hex4);
        if unit <= 0xDBFF && trail.is_some_and(|trail| (0xDC00..=0xDFFF).contains(&trail)) {
            return Ok(12);
        }
        passed.half_pair.get_or_insert(at);
        Ok(6)
    }
}
