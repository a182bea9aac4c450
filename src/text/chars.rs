//! Characters of text that may not be valid UTF-8, and the classes of characters the judges ask about.
//!
//! The invariant: reading forward and reading backward see the same characters; a byte that is part of no valid
//! character is one U+FFFD of its own. Used by the segment cutter and the line judge.

/// The character that starts at `at`, and its length in bytes.
pub(crate) fn next_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = *bytes.get(at)?;
    let len = match first {
        0..=0x7F => return Some((char::from(first), 1)),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Some((char::REPLACEMENT_CHARACTER, 1)),
    };
    Some(whole_char(bytes.get(at..at + len)).map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, len)))
}

/// The character that ends before `at`, and its length in bytes.
pub(crate) fn prev_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let last = *bytes.get(at.checked_sub(1)?)?;
    if last < 0x80 {
        return Some((char::from(last), 1));
    }
    let found = (2..=4.min(at)).find_map(|len| Some((whole_char(bytes.get(at - len..at))?, len)));
    Some(found.unwrap_or((char::REPLACEMENT_CHARACTER, 1)))
}

fn whole_char(bytes: Option<&[u8]>) -> Option<char> {
    let mut chars = std::str::from_utf8(bytes?).ok()?.chars();
    let c = chars.next()?;
    chars.next().is_none().then_some(c)
}

/// Whether the bytes hold nothing a reader would see: white space and zero-width characters only.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    trim_start(bytes, 0, bytes.len()) == bytes.len()
}

/// The first offset in `from..to` at which something visible stands, or `to`.
pub(crate) fn trim_start(bytes: &[u8], mut from: usize, to: usize) -> usize {
    while from < to {
        match next_char(bytes, from) {
            Some((c, len)) if is_invisible(c) => from += len,
            _ => break,
        }
    }
    from.min(to)
}

/// The smallest offset in `from..=to` after which nothing visible stands up to `to`.
pub(crate) fn trim_end(bytes: &[u8], from: usize, mut to: usize) -> usize {
    while to > from {
        match prev_char(bytes, to) {
            Some((c, len)) if is_invisible(c) && to - len >= from => to -= len,
            _ => break,
        }
    }
    to
}

/// White space or zero width.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace() || is_zero_width(c)
}

/// Characters that take no room and carry no meaning for matching: joiners, directional marks, soft hyphens,
/// variation selectors, byte order marks.
pub(crate) fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// A letter of a script without case: Chinese, Arabic, Hindi and the like.
pub(crate) fn is_uncased_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// A character below the scripts of the Near East, or of the blocks of Latin with marks and of general punctuation: one
/// whose UTF-8 form starts with a byte below 0xD6, 0xE1 or 0xE2.
pub(crate) fn is_common(c: char) -> bool {
    matches!(c, '\0'..'\u{580}' | '\u{1000}'..'\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Forward and backward reading find the same characters.
        #[test]
        fn both_directions_agree(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut forward = Vec::new();
            let mut at = 0;
            while let Some((c, len)) = next_char(&bytes, at) {
                forward.push((at, c));
                at += len;
            }
            let mut backward = Vec::new();
            let mut at = bytes.len();
            while let Some((c, len)) = prev_char(&bytes, at) {
                at -= len;
                backward.push((at, c));
            }
            backward.reverse();
            prop_assert_eq!(forward, backward);
        }
    }

    #[test]
    fn blank_means_nothing_visible() {
        assert!(is_blank(b""));
        assert!(is_blank(" \t\u{A0}\u{200B}\u{3000}\r".as_bytes()));
        assert!(!is_blank(b" . "));
        assert!(!is_blank(b"\xFF"));
    }
}
