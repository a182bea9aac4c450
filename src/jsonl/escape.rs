//! Escapes of JSON strings that were already found to be in order.
//!
//! The invariant: `unescape` and `Token::text_len` agree: a token stands for exactly so many bytes of the text. Called
//! by the record cleaner, for lines that hold more than line ends.

use std::borrow::Cow;

/// Length of the escape that a string starts with, and of what it stands for in UTF-8.
pub(super) struct Token {
    pub len: usize,
    pub text_len: usize,
}

impl Token {
    /// Measures the escape at the start of `written`.
    pub(super) fn of(written: &[u8]) -> Token {
        let (len, c) = decode(written);
        Token { len, text_len: c.map_or(0, char::len_utf8) }
    }
}

/// Whether a line feed is what the escape of this length stands for.
#[inline]
pub(super) fn is_line_feed(escape: &[u8]) -> bool {
    matches!(escape, [_, b'n', ..] | [_, b'u', b'0', b'0', b'0', b'a' | b'A'])
}

/// The number that four hexadecimal digits stand for.
#[inline]
pub(super) fn hex4(digits: &[u8]) -> Option<u16> {
    // All four at once: adding sets the highest bit of each byte that is at least, or more than, the digit compared with.
    const HIGHEST: u32 = 0x8080_8080;
    let each = |byte: u8| u32::from_ne_bytes([byte; 4]);
    let digits = u32::from_be_bytes(*digits.first_chunk::<4>()?);
    let lower = digits | each(0x20);
    let reach = |bytes: u32, least: u8| bytes.wrapping_add(each(0x80 - least));
    let are_numerals = reach(digits, b'0') & !reach(digits, b'9' + 1);
    let are_letters = reach(lower, b'a') & !reach(lower, b'f' + 1);
    if digits & HIGHEST != 0 || (are_numerals | are_letters) & HIGHEST != HIGHEST {
        return None;
    }
    let values = (digits & each(0x0F)) + 9 * (digits >> 6 & each(1));
    let pairs = values | values >> 4;
    Some((pairs >> 8 & 0xFF00 | pairs & 0xFF) as u16)
}

/// Appends the text that `written` stands for, and says whether it stands for text: half a surrogate pair does not.
pub(super) fn unescape(written: &[u8], text: &mut Vec<u8>) -> bool {
    let mut rest = written;
    let mut is_text = true;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        // Escapes often stand beside each other: all of a word, or of a text in another script.
        while rest.first() == Some(&b'\\') {
            let (len, c) = decode(rest);
            match c {
                Some(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => is_text = false,
            }
            rest = rest.get(len..).unwrap_or_default();
        }
    }
    text.extend_from_slice(rest);
    is_text
}

/// The text that the inside of a string stands for; none where it stands for no text.
pub(super) fn plain(inside: &[u8]) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', inside).is_none() {
        return Some(String::from_utf8_lossy(inside));
    }
    let mut text = Vec::with_capacity(inside.len());
    let is_text = unescape(inside, &mut text);
    is_text.then(|| Cow::Owned(String::from_utf8_lossy(&text).into_owned()))
}

/// The escape that `written` starts with: its length, and what it stands for.
#[inline]
fn decode(written: &[u8]) -> (usize, Option<char>) {
    let c = match written.get(1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return decode_unicode(written),
        Some(&byte) => char::from(byte),
        None => return (1, None),
    };
    (2, Some(c))
}

fn decode_unicode(written: &[u8]) -> (usize, Option<char>) {
    let unit = |at: usize| written.get(at..).and_then(hex4).map(u32::from);
    let Some(lead @ 0xD800..=0xDBFF) = unit(2) else {
        return (6, unit(2).and_then(char::from_u32));
    };
    let trail = unit(8).filter(|trail| (0xDC00..=0xDFFF).contains(trail));
    match trail.filter(|_| written[6..].starts_with(br"\u")) {
        Some(trail) => (12, char::from_u32(0x1_0000 + ((lead - 0xD800) << 10) + (trail - 0xDC00))),
        None => (6, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_measured_and_decoded_alike() {
        for (written, text) in [
            (r"\n", "\n"),
            (r"\u000A", "\n"),
            (r#"\""#, "\""),
            (r"\\", "\\"),
            (r"\/", "/"),
            (r"\b", "\u{8}"),
            (r"\f", "\u{c}"),
            (r"\r", "\r"),
            (r"\t", "\t"),
            (r"\u00e9", "é"),
            (r"\u20AC", "€"),
            (r"\ud83d\uDE00", "😀"),
            (r"\uffff", "\u{ffff}"),
        ] {
            let token = Token::of(written.as_bytes());
            assert_eq!((token.len, token.text_len), (written.len(), text.len()), "{written}");
            assert_eq!(is_line_feed(written.as_bytes()), text == "\n", "{written}");
            let mut all = Vec::new();
            assert!(unescape(format!("a{written}{written}b{written}").as_bytes(), &mut all));
            assert_eq!(String::from_utf8_lossy(&all), format!("a{text}{text}b{text}"));
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        for written in
            [r"\ud800", r"a\udc00", r"\ud83d\u0041", r"\ud83dx", r"\ud83d\n\ude00", r"\ud83d\ud83d"]
        {
            assert!(!unescape(written.as_bytes(), &mut Vec::new()), "{written}");
        }
    }

    #[test]
    fn hexadecimal_digits_are_read() {
        assert_eq!(hex4(b"00aF9"), Some(0xAF));
        for wrong in ["", "00a", "g000", "0g00", "00/0", "000:"] {
            assert_eq!(hex4(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
