//! Scripts: which characters the gate reads.
//!
//! The invariant: in a line of a known script, every character folds to the same whatever stands beside it, and what the
//! core of a literal folds from is the core itself, case of ASCII aside. So a line that does not hold the core has no unit
//! whose view holds the literal. Asked by the gate.

use std::sync::OnceLock;

use super::cuts::Cuts;
use crate::text::chars::is_continuation;
use crate::text::fold::fold_simple;
use crate::text::scan::common_punctuation;

/// What a line is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Ascii,
    /// Latin, Greek, Cyrillic and their like.
    Common,
    /// These, and others that are known character by character.
    Known,
}

impl Script {
    /// The script of a line, if it is known. Shows the punctuation to `cuts`.
    #[inline]
    pub(super) fn of_line(line: &[u8], cuts: &mut Cuts<'_>) -> Option<Self> {
        if cuts.is_ascii {
            Some(Script::Ascii)
        } else if common_punctuation(line, |at| cuts.take_wide(at)) {
            Some(Script::Common)
        } else {
            is_known(line, |at| cuts.take_wide(at)).then_some(Script::Known)
        }
    }

    /// The script of a unit, if it is known.
    pub(super) fn of_unit(unit: &[u8]) -> Option<Self> {
        if unit.is_ascii() {
            Some(Script::Ascii)
        } else if common_punctuation(unit, |_| {}) {
            Some(Script::Common)
        } else {
            is_known(unit, |_| {}).then_some(Script::Known)
        }
    }
}

/// Whether every character is known. Visits those that are neither ASCII nor letters.
fn is_known(line: &[u8], mut each: impl FnMut(usize)) -> bool {
    let mut at = 0;
    while let Some(&first) = line.get(at) {
        if first.is_ascii() {
            at += 1;
            continue;
        }
        let Some((group, last, len)) = group_of(&line[at..]) else { return false };
        let Group { known, visited } = *GROUPS[group].get_or_init(|| Group::new(group));
        if known >> last & 1 == 0 {
            return false;
        }
        if visited >> last & 1 != 0 {
            each(at);
        }
        at += len;
    }
    true
}

/// What is known of the characters of two or three bytes whose first bytes are the same, a bit for each last one.
#[derive(Clone, Copy, Debug)]
struct Group {
    known: u64,
    visited: u64,
}

/// Groups of characters of two bytes, one for each first byte.
const PAIRS: usize = 32;
/// All groups, of two bytes and of three; each is filled when a line holds one of its characters.
static GROUPS: [OnceLock<Group>; PAIRS + 16 * 64] = [const { OnceLock::new() }; PAIRS + 16 * 64];

/// The group of the character that starts here, its place there, and its length; none for longer ones and for bytes that
/// are no character.
#[inline]
fn group_of(bytes: &[u8]) -> Option<(usize, u32, usize)> {
    let low = |byte: u8| is_continuation(byte).then_some(usize::from(byte & 0x3F));
    match *bytes {
        [first @ 0xC0..=0xDF, a, ..] => Some((usize::from(first & 0x1F), low(a)? as u32, 2)),
        [first @ 0xE0..=0xEF, a, b, ..] => {
            Some((PAIRS + (usize::from(first & 0xF) << 6 | low(a)?), low(b)? as u32, 3))
        }
        _ => None,
    }
}

impl Group {
    fn new(group: usize) -> Self {
        // Forms that are longer than needed are no characters.
        let (number, least) = match group.checked_sub(PAIRS) {
            None => (group << 6, 0x80),
            Some(group) => (group << 6, 0x800),
        };
        let mut sets = Group { known: 0, visited: 0 };
        for last in 0..64 {
            let number = number | last;
            let c = u32::try_from(number).ok().and_then(char::from_u32);
            if let Some(c) = c.filter(|_| number >= least) {
                let (is_known, is_visited) = look(c);
                sets.known |= u64::from(is_known) << last;
                sets.visited |= u64::from(is_visited) << last;
            }
        }
        sets
    }
}

/// Whether a character that is not ASCII is known, and whether it is to be visited then.
fn look(c: char) -> (bool, bool) {
    match c {
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => (true, false),
        // Of letters that fold to ASCII, cores know one form only.
        _ if fold_simple(c).is_some_and(|folded| !folded.is_ascii_alphanumeric()) => {
            (true, !is_plain_letter(c))
        }
        '…' => (true, true),
        _ => (c.is_whitespace() || (c.is_numeric() && c < '\u{F900}'), false),
    }
}

/// Whether the character is, among others, no stop, no separator, and seen. Says no where that takes more than a glance.
fn is_plain_letter(c: char) -> bool {
    matches!(c, '\u{C0}'..='\u{2AF}' | '\u{370}'..='\u{37D}' | '\u{388}'..='\u{52F}' | '\u{5D0}'..='\u{5EA}'
        | '\u{620}'..='\u{669}' | '\u{671}'..='\u{6D3}' | '\u{900}'..='\u{963}' | '\u{E01}'..='\u{E3A}'
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}')
}

/// The longest part of a literal that folds from itself only.
pub(super) fn core(literal: &str) -> Option<&str> {
    let is_apart = |c: char| !is_sure(c);
    literal.split(is_apart).max_by_key(|part| part.len()).filter(|part| part.len() > 2)
}

/// Whether nothing but the character itself folds to it, ASCII capitals aside, as far as known scripts go.
fn is_sure(c: char) -> bool {
    let has_no_case = || c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]);
    c.is_ascii_alphanumeric()
        || (c >= '\u{580}' && c.is_alphabetic() && fold_simple(c) == Some(c) && has_no_case())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::compound::is_separator;
    use crate::text::chars::is_invisible;
    use crate::text::fold::fold_into;
    use crate::text::segment::is_stop;
    use proptest::prelude::*;

    #[test]
    fn a_core_is_what_folds_from_itself() {
        assert_eq!(core("版权所有"), Some("版权所有"));
        assert_eq!(core("(新しいウィンドウで開きます)"), Some("新しいウィンドウで開きます"));
        assert_eq!(core("cookies"), Some("cookies"));
        assert_eq!(core("  né "), None);
    }

    #[test]
    fn groups_say_of_each_character_what_a_look_at_it_says() {
        for c in ('\u{80}'..=char::MAX).filter(|c| !('\u{5000}'..'\u{9F00}').contains(c)) {
            let mut visited = 0;
            let line = c.to_string();
            let is_known = is_known(line.as_bytes(), |_| visited += 1);
            let expected = if c.len_utf8() > 3 { (false, false) } else { look(c) };
            assert_eq!((is_known, is_known && visited == 1), expected, "{c:?}");
        }
        for bytes in
            [&b"\xC1\x81"[..], b"\xE0\x81\x81", b"\xED\xA0\x80", b"\xC3", b"\xE4\xB8", b"\x80"]
        {
            assert!(!is_known(bytes, |_| ()), "{bytes:x?}");
        }
    }

    #[test]
    fn plain_letters_cut_nothing() {
        let letters = ('\0'..=char::MAX).filter(|&c| is_plain_letter(c));
        let is_seen = |c: char| !is_stop(c) && !is_separator(c) && !is_invisible(c);
        assert!(letters.clone().all(is_seen));
        assert!(letters.count() > 1000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// A line whose view holds a literal holds its core, if all of the line is known.
        #[test]
        fn what_the_view_holds_the_line_holds(
            parts in proptest::collection::vec(
                prop::sample::select(&["版权", "所有", "版\u{200B}权", "Ｃookie", "COOKIE", "cook", "ie", "K", "\u{212A}", "이용", "\u{110B}\u{1175}", "용",
                    "خ\u{64E}بر", "خبر", "आ", "\u{93C}", "\u{95B}", "ज", "\u{F907}", "が", "か", "\u{3099}", " ", "۔", "…", "İ", "ſ", "١", "①", "ａ"][..]),
                0..8,
            ),
            literal in prop::sample::select(&["版权所有", "cookie", "이용", "خبر", "ज\u{93C}", "が", "\u{9F9C}", "k", "ca", "ss"][..]),
        ) {
            let line = parts.concat();
            let mut buffer = String::new();
            let holds = fold_into(line.as_bytes(), &mut buffer).contains(literal);
            if holds && Script::of_unit(line.as_bytes()) == Some(Script::Known) && let Some(core) = core(literal) {
                prop_assert!(line.to_ascii_lowercase().contains(core), "{}", line);
            }
        }
    }
}
