//! Characters of text that may not be valid UTF-8, and the classes of characters the judges ask about.
//!
//! The invariant: reading forward and reading backward see the same characters; a byte that is part of no valid
//! character is one U+FFFD of its own. Used by the segment cutter and the line judge.

/// The character that starts at `at`, and its length in bytes.
#[inline]
pub(crate) fn next_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let first = *bytes.get(at)?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    Some(wide_char(&bytes[at..]).unwrap_or((char::REPLACEMENT_CHARACTER, 1)))
}

/// The character that ends before `at`, and its length in bytes.
#[inline]
pub(crate) fn prev_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let last = *bytes.get(at.checked_sub(1)?)?;
    if last < 0x80 {
        return Some((char::from(last), 1));
    }
    // Only the last byte that continues no other can start the character.
    let len = (2..=4.min(at)).find(|len| !is_continuation(bytes[at - len]));
    let found = len.and_then(|len| wide_char(&bytes[at - len..at]).filter(|found| found.1 == len));
    Some(found.unwrap_or((char::REPLACEMENT_CHARACTER, 1)))
}

/// The valid character of several bytes that starts here, and its length.
#[inline]
fn wide_char(bytes: &[u8]) -> Option<(char, usize)> {
    let low = |byte: u8| is_continuation(byte).then_some(u32::from(byte & 0x3F));
    let high = |byte: u8, mask: u8| u32::from(byte & mask);
    let (number, least, len) = match *bytes {
        [first @ 0xC2..=0xDF, a, ..] => ((high(first, 0x1F) << 6) | low(a)?, 0x80, 2),
        [first @ 0xE0..=0xEF, a, b, ..] => {
            ((high(first, 0x0F) << 12) | (low(a)? << 6) | low(b)?, 0x800, 3)
        }
        [first @ 0xF0..=0xF4, a, b, c, ..] => {
            let last = (low(a)? << 12) | (low(b)? << 6) | low(c)?;
            ((high(first, 0x07) << 18) | last, 0x1_0000, 4)
        }
        _ => return None,
    };
    // Longer forms than needed are not valid.
    char::from_u32(number).filter(|_| number >= least).map(|c| (c, len))
}

/// Whether a byte stands inside a UTF-8 character.
#[inline]
pub(crate) fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Whether the bytes hold nothing a reader would see: white space and zero-width characters only.
pub(crate) fn is_blank(bytes: &[u8]) -> bool {
    trim_start(bytes, 0, bytes.len()) == bytes.len()
}

/// The first offset in `from..to` at which something visible stands, or `to`.
#[inline]
pub(crate) fn trim_start(bytes: &[u8], from: usize, to: usize) -> usize {
    match bytes[..to].get(from) {
        Some(first) if first.is_ascii_graphic() => from,
        _ => trim_start_slowly(bytes, from, to),
    }
}

fn trim_start_slowly(bytes: &[u8], mut from: usize, to: usize) -> usize {
    while from < to {
        match next_char(bytes, from) {
            Some((c, len)) if is_invisible(c) => from += len,
            _ => break,
        }
    }
    from.min(to)
}

/// The smallest offset in `from..=to` after which nothing visible stands up to `to`.
#[inline]
pub(crate) fn trim_end(bytes: &[u8], from: usize, to: usize) -> usize {
    match bytes[..to].get(from..).and_then(<[u8]>::last) {
        Some(last) if last.is_ascii_graphic() => to,
        _ => trim_end_slowly(bytes, from, to),
    }
}

fn trim_end_slowly(bytes: &[u8], from: usize, mut to: usize) -> usize {
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

/// A character below the scripts of the Near East, or of the blocks of Latin with marks and of general punctuation.
pub(crate) fn is_common(c: char) -> bool {
    matches!(c, '\0'..'\u{580}' | '\u{1000}'..'\u{3000}')
}

/// Whether a byte stands in the UTF-8 form of common characters: no other character has only such bytes.
pub(crate) fn is_common_byte(byte: u8) -> bool {
    matches!(byte, 0..0xD6 | 0xE1 | 0xE2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is read is what the standard library reads, and a byte that it does not read is one character.
        #[test]
        fn characters_are_those_of_the_standard_library(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                proptest::collection::vec(prop::sample::select(&b"a\x80\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5"[..]), 0..40),
                ".{0,20}".prop_map(String::into_bytes),
            ],
        ) {
            let mut read = Vec::new();
            let mut at = 0;
            while let Some((c, len)) = next_char(&bytes, at) {
                read.push(c);
                at += len;
            }
            let lost = |chunk: &[u8]| std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.len());
            let expected: Vec<char> =
                bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars().chain(lost(chunk.invalid()))).collect();
            prop_assert_eq!(read, expected);
        }

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
    fn common_characters_have_common_bytes() {
        let are_common = |c: char| c.encode_utf8(&mut [0; 4]).bytes().all(is_common_byte);
        assert!(('\0'..=char::MAX).all(|c| is_common(c) == are_common(c)));
    }

    #[test]
    fn blank_means_nothing_visible() {
        assert!(is_blank(b""));
        assert!(is_blank(" \t\u{A0}\u{200B}\u{3000}\r".as_bytes()));
        assert!(!is_blank(b" . "));
        assert!(!is_blank(b"\xFF"));
    }
}
