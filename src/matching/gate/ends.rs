//! The ends of a unit as a rule would see them: the first and last bytes of its folded view, in plain form.
//!
//! The invariant: what is read is exactly how the plain form of the unit's view begins (or ends), as long as something
//! that no dress is taken from stands behind (or before) it; where that takes more than a glance, nothing is read. The
//! view is not made: this is what spares body lines the folding. Asked by the gate.

use wide::u8x16;

use crate::matching::filter::{END_BYTES, End};
use crate::text::chars::{next_char, prev_char};
use crate::text::dress::is_decoration;
use crate::text::fold::fold_simple;

/// How many characters of dress are passed over at an end.
const MAX_DRESS: usize = 32;

/// What was read at an end of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outermost {
    pub end: End,
    /// How many of its bytes were read: all, or enough.
    pub len: usize,
    /// Where in the unit that ends, on the inner side.
    pub at: usize,
}

impl Outermost {
    /// Whether all bytes of the end were read.
    pub(super) fn is_whole(&self) -> bool {
        self.len == END_BYTES
    }
}

/// The first bytes of the view of a unit: all that an end has, or [`End::QUICK_BYTES`] if they (so many) and what follows
/// them are enough.
#[inline]
pub(super) fn head(
    unit: &[u8],
    is_enough: impl Fn(End, usize, &[u8]) -> bool,
) -> Option<Outermost> {
    let first = unit.iter().take(MAX_DRESS).position(|&byte| !is_dress(byte))?;
    if let Some(bytes) = unit[first..].first_chunk::<END_BYTES>()
        && let Some(bytes) = simple(*bytes)
        && !matches!(unit[first], b'.' | b'[')
        && !unit[first..].starts_with(b"o ")
        && unit.get(first + END_BYTES).is_some_and(u8::is_ascii)
    {
        return Some(Outermost { end: End::new(bytes), len: END_BYTES, at: first + END_BYTES });
    }
    plain_head(unit, is_enough)
}

/// The same character by character.
#[cold]
fn plain_head(unit: &[u8], is_enough: impl Fn(End, usize, &[u8]) -> bool) -> Option<Outermost> {
    let mut at = 0;
    for _ in 0..MAX_DRESS {
        if unit.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            break;
        }
        let (c, len) = next_char(unit, at)?;
        if !is_white(c) && !is_decoration(fold_simple(c)?) {
            break;
        }
        at += len;
    }
    // An ellipsis or a link may be taken off, and `o` may be a bullet.
    if matches!(unit.get(at)?, b'.' | b'[') || unit[at..].starts_with(b"o ") {
        return None;
    }
    let mut plain = Plain::default();
    let mut quick = End::QUICK_BYTES.into_iter();
    let mut asked_at = quick.next();
    while plain.len < END_BYTES {
        if asked_at.is_some_and(|len| plain.len >= len) {
            asked_at = quick.next();
            if is_enough(End::new(plain.bytes), plain.len, &unit[at..]) {
                break;
            }
        }
        if let Some(byte) = unit.get(at).copied().filter(is_itself) {
            plain.push(byte.to_ascii_lowercase());
            at += 1;
            continue;
        }
        let (c, len) = next_char(unit, at)?;
        at += len;
        if is_white(c) {
            while let Some((_, len)) = next_char(unit, at).filter(|&(c, _)| is_white(c)) {
                at += len;
            }
            plain.put(b" ");
        } else if c.is_ascii_digit() {
            at += number_rest(&unit[at..]);
            plain.put(b"0");
        } else if c == '…' {
            plain.put(b"...");
        } else {
            plain.put(fold_simple(c)?.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    // A mark behind the last letter would change it.
    let (next, _) = next_char(unit, at)?;
    let is_apart = is_white(next) || next == '…' || fold_simple(next).is_some();
    is_apart.then(|| plain.read_to(at))
}

/// Length of the rest of a number, behind its first digit.
fn number_rest(rest: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match rest[at..] {
            [byte, ..] if byte.is_ascii_digit() => at += 1,
            [b'.' | b',', next, ..] if next.is_ascii_digit() => at += 2,
            _ => return at,
        }
    }
}

/// The last bytes of the view of a unit, the last one outermost: all that an end has, or [`End::QUICK_BYTES`] if they (so
/// many) are enough.
#[inline]
pub(super) fn tail(unit: &[u8], is_enough: impl Fn(End, usize) -> bool) -> Option<Outermost> {
    let end = undressed_end(unit)?;
    if let Some(bytes) = unit[..end].last_chunk::<END_BYTES>()
        && let Some(mut last) = simple(*bytes)
    {
        last.reverse();
        return Some(Outermost { end: End::new(last), len: END_BYTES, at: end - END_BYTES });
    }
    plain_tail(unit, end, is_enough)
}

#[cold]
fn plain_tail(
    unit: &[u8],
    end: usize,
    is_enough: impl Fn(End, usize) -> bool,
) -> Option<Outermost> {
    let mut plain = Plain::default();
    let mut at = end;
    let mut quick = End::QUICK_BYTES.into_iter();
    let mut asked_at = quick.next();
    while plain.len < END_BYTES {
        if asked_at.is_some_and(|len| plain.len >= len) {
            asked_at = quick.next();
            if is_enough(End::new(plain.bytes), plain.len) {
                break;
            }
        }
        if let Some(byte) = unit[..at].last().copied().filter(is_itself) {
            plain.push(byte.to_ascii_lowercase());
            at -= 1;
            continue;
        }
        let (c, len) = prev_char(unit, at)?;
        if is_white(c) {
            while let Some((_, len)) = prev_char(unit, at).filter(|&(c, _)| is_white(c)) {
                at -= len;
            }
            plain.put(b" ");
        } else if c.is_ascii_digit() {
            at = number_start(unit, at);
            // Digits of other scripts may stand before the point.
            if matches!(unit[..at], [.., before, b'.' | b','] if !before.is_ascii()) {
                return None;
            }
            plain.put(b"0");
        } else if c == '…' {
            at -= len;
            plain.put(b"...");
        } else {
            at -= len;
            let mut utf8 = [0; 4];
            let len = fold_simple(c)?.encode_utf8(&mut utf8).len();
            utf8[..len].reverse();
            plain.put(&utf8[..len]);
        }
    }
    Some(plain.read_to(at))
}

/// Where the number starts whose last digit stands before `end`.
fn number_start(unit: &[u8], end: usize) -> usize {
    let mut at = end;
    loop {
        match &unit[..at] {
            [.., byte] if byte.is_ascii_digit() => at -= 1,
            [.., before, b'.' | b','] if at < end && before.is_ascii_digit() => at -= 2,
            _ => return at,
        }
    }
}

/// Where the unit ends when its dress is taken off.
#[inline]
fn undressed_end(unit: &[u8]) -> Option<usize> {
    let mut end = unit.len();
    for _ in 0..MAX_DRESS {
        match unit[..end].last()? {
            b'.' => match unit[..end - 1].last()? {
                before if *before == b'.' || !before.is_ascii() => {
                    match before_ellipsis(unit, end)? {
                        at if at == end => return Some(end),
                        at => end = at,
                    }
                }
                _ => return Some(end),
            },
            &byte if is_dress(byte) => end -= 1,
            byte if byte.is_ascii() => return Some(end),
            _ => match prev_char(unit, end)? {
                ('…', _) => end = before_ellipsis(unit, end)?,
                (c, len) if is_white(c) || is_decoration(fold_simple(c)?) => end -= len,
                _ => return Some(end),
            },
        }
    }
    None
}

/// Where the full stops start that end at `end`, or `end` if they are too few for an ellipsis. None where what stands
/// before them is not known well enough.
#[cold]
fn before_ellipsis(unit: &[u8], end: usize) -> Option<usize> {
    let (mut at, mut stops) = (end, 0);
    for _ in 0..MAX_DRESS {
        match prev_char(unit, at)? {
            ('.', len) => (at, stops) = (at - len, stops + 1),
            ('…', len) => (at, stops) = (at - len, stops + 3),
            (c, _) if is_white(c) || fold_simple(c).is_some() => {
                return Some(if stops < 3 { end } else { at });
            }
            _ => return None,
        }
    }
    None
}

/// Whether nothing is left of a unit when its dress is taken off.
pub(super) fn is_nothing(unit: &[u8]) -> bool {
    let mut at = 0;
    while let Some((c, len)) = next_char(unit, at) {
        if at > MAX_DRESS || !(is_white(c) || fold_simple(c).is_some_and(is_decoration)) {
            return false;
        }
        at += len;
    }
    true
}

/// Whether something that is no dress and ends no sentence stands in the text: nothing before it is taken off.
#[inline]
pub(super) fn has_solid(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_alphanumeric) || has_letter(text)
}

#[cold]
fn has_letter(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some((c, len)) = next_char(text, at) {
        if c.is_alphanumeric() && fold_simple(c).is_some() {
            return true;
        }
        at += len;
    }
    false
}

/// Letters that surely are in the view of a text that is longer than an end: this many.
const MANY_LETTERS: u32 = END_BYTES as u32;
/// Bytes in which so many are looked for.
const LETTERS_WINDOW: usize = 64;

/// Whether so many letters stand in the text that its view has all bytes of an end, whatever is taken off it. Only ASCII
/// letters and the first bytes of letters of two bytes count, without marks above letters: each is at least one byte of the view.
pub(super) fn has_many_letters(text: &[u8]) -> bool {
    let text = &text[..text.len().min(LETTERS_WINDOW)];
    let letters = |chunk: &[u8; 16]| {
        let bytes = u8x16::new(*chunk);
        let ascii = ((bytes | u8x16::splat(0x20)) - u8x16::splat(b'a')).simd_lt(u8x16::splat(26));
        let wide = (bytes - u8x16::splat(0xC3)).simd_lt(u8x16::splat(0xD5 - 0xC3));
        let mark = (bytes | u8x16::splat(1)).simd_eq(u8x16::splat(0xCD));
        ((ascii | wide) & !mark).to_bitmask().count_ones()
    };
    text.as_chunks::<16>().0.iter().map(letters).sum::<u32>() >= MANY_LETTERS
}

/// Bytes of a view, from the outermost inwards.
#[derive(Default)]
struct Plain {
    bytes: [u8; END_BYTES],
    len: usize,
}

impl Plain {
    /// Adds a byte, for which there is room.
    #[inline]
    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// What was read, up to this place in the unit.
    fn read_to(self, at: usize) -> Outermost {
        Outermost { end: End::new(self.bytes), len: self.len, at }
    }

    /// Adds the bytes of a character; what there is no room for is left out.
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take(END_BYTES - self.len) {
            self.push(byte);
        }
    }
}

/// The bytes as they stand in a view, if they do so but for case: ASCII without numbers and without white space but single
/// spaces.
#[inline]
fn simple(bytes: [u8; END_BYTES]) -> Option<[u8; END_BYTES]> {
    let bytes = u8x16::new(bytes);
    let is_digit = (bytes - u8x16::splat(b'0')).simd_lt(u8x16::splat(10));
    let is_control = bytes.simd_lt(u8x16::splat(b' '));
    let spaces = bytes.simd_eq(u8x16::splat(b' ')).to_bitmask();
    let odd = (is_digit | is_control | bytes).to_bitmask();
    if odd | (spaces & (spaces << 1)) != 0 {
        return None;
    }
    let is_capital = (bytes - u8x16::splat(b'A')).simd_lt(u8x16::splat(26));
    Some((bytes | (is_capital & u8x16::splat(0x20))).to_array())
}

/// ASCII that stands in a view as it is, but for case: no white space and no digit.
#[inline]
fn is_itself(byte: &u8) -> bool {
    matches!(byte, b'!'..b'0' | b':'..=b'~')
}

fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\u{A0}')
}

/// ASCII that is taken off at both ends of a view, white space included.
#[inline]
fn is_dress(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            ..=b'\r' | b'*' | b'_' | b'~' | b'#' | b'>' | b'<' | b'|' | b'=' | b'+' | b'-' | b':'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::bounds::plain_numbers;
    use crate::text::fold::fold_into;
    use proptest::prelude::*;

    const PARTS: &[&str] = &[
        "a",
        "B",
        "o ",
        " ",
        "  ",
        "\t",
        ".",
        "...",
        "…",
        ",",
        "7",
        "12",
        "-",
        ":",
        "* ",
        "|",
        "[",
        "](b)",
        "word",
        "Two words",
        "\"",
        "é",
        "Ж",
        "“",
        "” ",
        "« ",
        " »",
        "\u{A0}",
        "–",
        "•",
        "e\u{301}",
        "I\u{307}",
        "\u{301}",
        "\u{200B}",
        "Straße",
        "İ",
        "ς",
        "ệ",
        "Ａ",
        "漢",
        "1,2",
        "３",
        "…",
        "..",
        "من ",
        "\u{64E}",
        "पर्",
        "\u{93C}",
        "の",
        "。",
        "가",
        "\u{1161}",
        "ไทย",
    ];

    fn plain_view(unit: &[u8]) -> String {
        plain_numbers(fold_into(unit, &mut String::new())).into_owned()
    }

    fn bytes(read: Outermost) -> Vec<u8> {
        read.end.0.iter().flat_map(|word| word.to_le_bytes()).take(read.len).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// What is read at an end is how the plain view begins or ends, whatever else the unit holds.
        #[test]
        fn ends_are_those_of_the_view(
            parts in proptest::collection::vec(prop::sample::select(PARTS), 0..40),
            enough in 4..20usize,
        ) {
            let unit = parts.concat().into_bytes();
            if is_nothing(&unit) {
                prop_assert_eq!(plain_view(&unit), "");
            }
            if let Some(read) = head(&unit, |_, len, _| len >= enough) {
                prop_assert!(read.is_whole() || read.len >= enough);
                let longer = plain_view(&[&unit[..read.at], &unit[read.at..], b"solid"].concat());
                prop_assert!(longer.as_bytes().starts_with(&bytes(read)), "{}", String::from_utf8_lossy(&unit));
                if has_many_letters(&unit[read.at..]) {
                    prop_assert!(plain_view(&unit).len() >= END_BYTES, "{}", String::from_utf8_lossy(&unit));
                }
            }
            if let Some(read) = tail(&unit, |_, len| len >= enough) {
                let longer = plain_view(&[b"solid", &unit[..read.at], &unit[read.at..]].concat());
                let mut last = bytes(read);
                last.reverse();
                prop_assert!(longer.as_bytes().ends_with(&last), "{}", String::from_utf8_lossy(&unit));
            }
        }
    }
}
