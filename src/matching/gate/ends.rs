//! The ends of an ASCII unit as a rule would see them: the first and last bytes of its folded view, in plain form.
//!
//! The invariant: what is read is exactly how the plain form of the unit's view begins (or ends); where that takes more
//! than a glance, nothing is read. The view is not made: this is what spares body lines the folding. Asked by the gate.

use super::filter::{END_BYTES, End};

/// How much decoration is passed over at an end.
const MAX_DRESS: usize = 32;

/// The first bytes of the view of an ASCII unit, and where in the unit the last of them stands.
#[inline]
pub(super) fn head(unit: &[u8]) -> Option<(End, usize)> {
    let first = unit.iter().take(MAX_DRESS).position(|&byte| !is_dress(byte))?;
    // An ellipsis or a link may be taken off, and `o` may be a bullet.
    if matches!(unit[first], b'.' | b'[') || unit[first..].starts_with(b"o ") {
        return None;
    }
    if let Some(bytes) = unit[first..].first_chunk::<END_BYTES>()
        && is_simple(bytes)
    {
        return Some((End::new(bytes.map(|byte| byte.to_ascii_lowercase())), first + END_BYTES));
    }
    plain_head(unit, first)
}

/// The same where white space or numbers have to be looked at one by one.
#[cold]
fn plain_head(unit: &[u8], first: usize) -> Option<(End, usize)> {
    let mut plain = [0; END_BYTES];
    let mut len = 0;
    let mut is_spaced = false;
    let mut at = first;
    while len < END_BYTES {
        let byte = *unit.get(at)?;
        if is_space(byte) {
            is_spaced = true;
            at += 1;
            continue;
        }
        if std::mem::take(&mut is_spaced) {
            plain[len] = b' ';
            len += 1;
            continue;
        }
        plain[len] = byte.to_ascii_lowercase();
        at += 1;
        if byte.is_ascii_digit() {
            plain[len] = b'0';
            at += number_rest(&unit[at..]);
        }
        len += 1;
    }
    Some((End::new(plain), at))
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

/// The last bytes of the view of an ASCII unit, the last one outermost, and where in the unit the first of them stands.
#[inline]
pub(super) fn tail(unit: &[u8]) -> Option<(End, usize)> {
    let end = undressed_end(unit)?;
    let bytes = unit[..end].last_chunk::<END_BYTES>()?;
    if is_simple(bytes) {
        let mut last = bytes.map(|byte| byte.to_ascii_lowercase());
        last.reverse();
        return Some((End::new(last), end - END_BYTES));
    }
    plain_tail(unit, end)
}

#[cold]
fn plain_tail(unit: &[u8], end: usize) -> Option<(End, usize)> {
    let mut plain = [0; END_BYTES];
    let mut len = 0;
    let mut at = end;
    while len < END_BYTES {
        let byte = *unit.get(at.checked_sub(1)?)?;
        if is_space(byte) {
            while at > 0 && is_space(unit[at - 1]) {
                at -= 1;
            }
            plain[len] = b' ';
        } else if byte.is_ascii_digit() {
            at = number_start(unit, at);
            plain[len] = b'0';
        } else {
            at -= 1;
            plain[len] = byte.to_ascii_lowercase();
        }
        len += 1;
    }
    Some((End::new(plain), at))
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
            &byte if is_dress(byte) => end -= 1,
            b'.' if unit[..end].ends_with(b"...") => {
                while unit[..end].last() == Some(&b'.') {
                    end -= 1;
                }
            }
            _ => return Some(end),
        }
    }
    None
}

/// Whether bytes stand in the view as they are, but for case: no number, and no white space but single spaces.
#[inline]
fn is_simple(bytes: &[u8; END_BYTES]) -> bool {
    let mut is_odd = 0u8;
    for &byte in bytes {
        is_odd |= u8::from(byte < b' ') | u8::from(byte.wrapping_sub(b'0') < 10);
    }
    for at in 1..END_BYTES {
        is_odd |= u8::from(bytes[at] == b' ') & u8::from(bytes[at - 1] == b' ');
    }
    is_odd == 0
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// ASCII that is taken off at both ends of a view, white space included.
#[inline]
fn is_dress(byte: u8) -> bool {
    is_space(byte)
        || matches!(
            byte,
            b'*' | b'_' | b'~' | b'#' | b'>' | b'<' | b'|' | b'=' | b'+' | b'-' | b':'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::bounds::plain_numbers;
    use crate::text::fold::fold_into;
    use proptest::prelude::*;

    fn plain_view(unit: &str) -> String {
        plain_numbers(fold_into(unit.as_bytes(), &mut String::new()))
    }

    fn bytes(end: End) -> Vec<u8> {
        end.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// What is read at an end is how the plain view begins or ends, whatever else the unit holds.
        #[test]
        fn ends_are_those_of_the_view(
            unit in proptest::collection::vec(
                prop::sample::select(&["a", "B", "o ", " ", "  ", "\t", ".", "...", ",", "7", "12", "-", ":", "* ", "|", "[", "](b)", "word", "Two words", "\""][..]),
                0..40,
            ),
        ) {
            let unit = unit.concat();
            let view = plain_view(&unit);
            let mark = "solid";
            if let Some((end, to)) = head(unit.as_bytes()) {
                // Something that no dress can be taken from stands behind what was read.
                let longer = plain_view(&format!("{}{mark}", &unit[..to]));
                prop_assert!(longer.as_bytes().starts_with(&bytes(end)), "{unit:?} {view:?}");
            }
            if let Some((end, from)) = tail(unit.as_bytes()) {
                let longer = plain_view(&format!("{mark}{}", &unit[from..]));
                let mut last = bytes(end);
                last.reverse();
                prop_assert!(longer.as_bytes().ends_with(&last), "{unit:?} {view:?}");
            }
        }
    }
}
