//! The places in a line at which a unit can start or end.
//!
//! The invariant: where the line judge would find the first or the last cut of a line, or the end of the first of several
//! labels, this finds it too, as long as nothing odd stands in the line. Filled by the gate from the marks of a line.

use super::signs::Signs;
use crate::matching::compound::is_separator;
use crate::text::chars::{is_zero_width, next_char};
use crate::text::segment::{cuts_behind, is_stop};

/// Closing punctuation behind a sentence that is surely read back from its end.
const MAX_CLOSING: usize = 12;

/// Where the units of a line can start and end.
pub(super) struct Cuts<'l> {
    line: &'l [u8],
    signs: &'l Signs,
    pub is_ascii: bool,
    /// Where the first segment ends.
    pub first: Option<usize>,
    /// Where the last segment starts.
    pub last: Option<usize>,
    /// Where the first of several labels side by side ends.
    pub part: Option<usize>,
    /// Something stands in the line that separates labels.
    is_parted: bool,
    /// Something stands in the line that the gate does not judge, such as the sign of a marker.
    pub is_odd: bool,
}

impl<'l> Cuts<'l> {
    pub(super) fn new(line: &'l [u8], signs: &'l Signs) -> Self {
        Cuts {
            line,
            signs,
            is_ascii: false,
            first: None,
            last: None,
            part: None,
            is_parted: false,
            is_odd: false,
        }
    }

    /// Whether the whole line is one unit, as long as nothing odd stands in it.
    pub(super) fn are_none(&self) -> bool {
        self.first.is_none() && self.last.is_none() && !self.is_parted
    }

    /// Takes the mark at `at`.
    #[inline]
    pub(super) fn take(&mut self, at: usize) {
        match self.line[at] {
            b'.' | b'!' | b'?' => self.stop(at + 1),
            b'|' => self.separator(at),
            b'/' | b'>' if self.is_spaced(at) => self.separator(at),
            byte => self.is_odd |= self.signs.have(byte, self.line.get(at + 1)),
        }
    }

    /// Takes a character that is neither ASCII nor a letter.
    pub(super) fn take_wide(&mut self, at: usize) {
        match next_char(self.line, at) {
            Some((c, len)) if is_stop(c) => self.stop_wide(at + len),
            Some((c, _)) if is_separator(c) => self.separator(at),
            Some((c, _)) => self.is_odd |= is_zero_width(c) || c == char::REPLACEMENT_CHARACTER,
            None => {}
        }
    }

    fn is_spaced(&self, at: usize) -> bool {
        self.line[..at].ends_with(b" ") && self.line[at + 1..].starts_with(b" ")
    }

    /// Takes what may separate labels. What stands before the first of them may be no label but dress, which a unit that
    /// starts with it is read without; `/` is none.
    fn separator(&mut self, at: usize) {
        let is_label = |&byte: &u8| byte.is_ascii_alphanumeric() || byte >= 0x80;
        self.is_parted = true;
        if self.part.is_some_and(|part| part < at) {
            return;
        }
        if self.line[..at].iter().any(is_label) {
            self.part = Some(at);
        } else {
            self.is_odd |= self.line[at] == b'/';
        }
    }

    /// Takes what may end a sentence, up to `end`: a segment may start behind the quotes and brackets that close after
    /// it, and behind the white space after those.
    #[inline]
    fn stop(&mut self, end: usize) {
        let rest = &self.line[end..];
        let closing = rest.iter().take_while(|byte| b"\"')]*_".contains(byte)).count();
        let is_spaced = rest.get(closing).is_some_and(|&byte| is_space(byte));
        let gap = rest[closing..].iter().take_while(|&&byte| is_space(byte)).count();
        let at = end + closing + gap;
        let Some(&next) = self.line.get(at) else { return };
        // A letter of two bytes, which no mark of the kinds above starts with.
        let is_letter = next.is_ascii() || (is_spaced && matches!(next, 0xC3..0xD5));
        if !is_letter {
            return self.stop_wide(end);
        }
        let may_join = next.is_ascii_uppercase()
            || next == b'['
            || (closing > 0 && next.is_ascii_alphanumeric());
        if is_spaced || may_join {
            // So much punctuation is not read back from its end.
            self.is_odd |= closing > MAX_CLOSING;
            self.add(at);
        }
    }

    #[cold]
    fn stop_wide(&mut self, end: usize) {
        cuts_behind(self.line, end, 0, self.line.len()).for_each(|at| self.add(at));
    }

    #[inline]
    fn add(&mut self, at: usize) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = self.last.max(Some(at));
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
