//! Cutting a JSON string where it stands.
//!
//! Offsets of the text (bytes, unescaped) are turned into offsets of the written string by walking over its escapes
//! once. The invariant: a written character is never split, and what is not cut is copied byte for byte.

use std::ops::Range;

/// Walks over the inside of a JSON string, from text offset to text offset.
struct Walk<'w> {
    written: &'w [u8],
    /// Offset in the written string, and in the text.
    at: usize,
    text_at: u64,
}

impl Walk<'_> {
    /// The place in the written string where the text offset stands. Offsets must come in order.
    fn to(&mut self, text_offset: u64) -> usize {
        while self.text_at < text_offset && self.at < self.written.len() {
            let (written, text) = token(&self.written[self.at..]);
            self.at += written;
            self.text_at += text;
        }
        self.at
    }
}

/// Length of the first character as it is written, and of its text in UTF-8. Plain bytes are taken one by one.
fn token(written: &[u8]) -> (usize, u64) {
    match written {
        [b'\\', b'u', ..] => match code(written) {
            Some(0xD800..=0xDBFF) => (12.min(written.len()), 4),
            Some(code) => (
                6,
                if code < 0x80 {
                    1
                } else if code < 0x800 {
                    2
                } else {
                    3
                },
            ),
            None => (2, 1),
        },
        [b'\\', ..] => (2, 1),
        _ => (1, 1),
    }
}

/// The number of a `\uXXXX`.
fn code(written: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(written.get(2..6)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

/// Where spans of the text stand in the written string. The spans must be sorted.
pub fn written(written: &str, spans: &[Range<u64>]) -> Vec<Range<usize>> {
    let mut walk = Walk { written: written.as_bytes(), at: 0, text_at: 0 };
    spans.iter().map(|span| walk.to(span.start)..walk.to(span.end)).collect()
}

/// The line with pieces put back into the string that stands at `inside`: each at an offset of its text.
pub fn insert(line: &[u8], inside: Range<usize>, pieces: &[(u64, String)]) -> Vec<u8> {
    let mut walk = Walk { written: &line[inside.clone()], at: 0, text_at: 0 };
    let mut whole = Vec::with_capacity(line.len());
    let mut at = 0;
    for (offset, piece) in pieces {
        let place = inside.start + walk.to(*offset);
        whole.extend_from_slice(&line[at..place]);
        whole.extend_from_slice(piece.as_bytes());
        at = place;
    }
    whole.extend_from_slice(&line[at..]);
    whole
}

/// A text as the inside of a JSON string, in the shortest common way.
pub fn canonical(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line without the given ranges of the string whose inside starts at `inside`.
    fn cut(line: &[u8], inside: usize, ranges: &[Range<usize>]) -> Vec<u8> {
        let mut rest = Vec::with_capacity(line.len());
        let mut at = 0;
        for range in ranges {
            rest.extend_from_slice(&line[at..inside + range.start]);
            at = inside + range.end;
        }
        rest.extend_from_slice(&line[at..]);
        rest
    }

    #[test]
    fn spans_of_the_text_are_found_among_escapes() {
        let line = r#"a\n\u00e9\ud83d\ude00€\/"#;
        let text: String = serde_json::from_str(&format!("\"{line}\"")).expect("it is a string");
        assert_eq!(text, "a\né😀€/");
        let bounds: Vec<u64> =
            text.char_indices().map(|(at, _)| at as u64).chain([text.len() as u64]).collect();
        let spans: Vec<_> = bounds.windows(2).map(|pair| pair[0]..pair[1]).collect();
        let pieces: Vec<&str> =
            written(line, &spans).into_iter().map(|range| &line[range]).collect();
        assert_eq!(pieces, ["a", r"\n", r"\u00e9", r"\ud83d\ude00", "€", r"\/"]);
    }

    #[test]
    fn what_was_cut_can_be_put_back() {
        let line = r#"{"text":"[ad_1]\n\u00e9 tea\r\n","b":1}"#;
        let marker = 0..7;
        let cut = cut(line.as_bytes(), 9, &written(&line[9..30], std::slice::from_ref(&marker)));
        assert_eq!(cut, br#"{"text":"\u00e9 tea\r\n","b":1}"#);
        let whole = insert(&cut, 9..22, &[(0, r"[ad_1]\n".to_owned())]);
        assert_eq!(String::from_utf8_lossy(&whole), line);
    }
}
