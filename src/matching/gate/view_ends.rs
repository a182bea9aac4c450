//! The ends of a folded view in plain form, by which affixes and patterns are found.
//!
//! The invariant: they are the first and last bytes of the plain form of the view, of all of it where it is shorter. Made by
//! the index, asked by the known ends and the patterns.

use crate::matching::filter::{END_BYTES, End};
use crate::rules::bounds::{is_number, plain_numbers};

/// The ends of a view in plain form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewEnds {
    /// The first bytes, and the last ones from the last to the first; zeros behind them where the view is shorter.
    head: [u8; END_BYTES],
    tail: [u8; END_BYTES],
}

/// Bytes at an end of a view that surely hold the ends of its plain form.
const WINDOW: usize = 96;

impl ViewEnds {
    #[inline]
    pub(crate) fn of(view: &str) -> Self {
        let has_numbers = match view.is_ascii() {
            true => view.bytes().any(|byte| byte.is_ascii_digit()),
            false => view.contains(is_number),
        };
        if !has_numbers {
            return Self::of_plain(view.as_bytes(), view.as_bytes());
        }
        Self::of_numbered(view)
    }

    #[cold]
    fn of_numbered(view: &str) -> Self {
        if view.len() > 2 * WINDOW {
            let head = plain_numbers(&view[..boundary(view, WINDOW)]);
            let tail = plain_numbers(&view[boundary(view, view.len() - WINDOW)..]);
            // The numbers that the windows cut lie behind the ends.
            if head.len() > 2 * END_BYTES && tail.len() > 2 * END_BYTES {
                return Self::of_plain(head.as_bytes(), tail.as_bytes());
            }
        }
        let plain = plain_numbers(view);
        Self::of_plain(plain.as_bytes(), plain.as_bytes())
    }

    /// The ends of a view that begins and ends with these parts of it.
    #[inline]
    fn of_plain(first: &[u8], last: &[u8]) -> Self {
        let len = first.len().min(last.len()).min(END_BYTES);
        let mut ends = ViewEnds { head: [0; END_BYTES], tail: [0; END_BYTES] };
        ends.head[..len].copy_from_slice(&first[..len]);
        ends.tail[..len].copy_from_slice(&last[last.len() - len..]);
        ends.tail[..len].reverse();
        ends
    }

    /// The first ones and the last ones.
    pub(crate) fn keys(&self) -> (End, End) {
        (End::new(self.head), End::new(self.tail))
    }
}

/// The start of the character that stands at `at`.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
