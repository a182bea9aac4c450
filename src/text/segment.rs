//! Segments: where a line of flattened text may be cut.
//!
//! A cut lies after the end of a sentence: a full stop, question or exclamation mark of any script, with the quotes and
//! brackets that close behind it, followed by white space or by what starts like a sentence. The invariant: whether a
//! place is a cut depends only on the few characters around it, so taking a segment away moves no other cut. Used by
//! the line judge.

use super::chars::{is_invisible, is_uncased_letter, next_char, prev_char, trim_end};

/// How many characters of closing punctuation are looked at behind a sentence.
const MAX_CLOSING: usize = 16;
/// Longest target of a link that is looked at, in bytes.
const MAX_TARGET_BYTES: usize = 1024;

/// Whether a segment may start at `at`: the text before it, white space aside, ends a sentence.
///
/// `at` is the place of a visible character.
pub(crate) fn is_cut(line: &[u8], at: usize) -> bool {
    if !may_follow_sentence(line, at) {
        return false;
    }
    let end = trim_end(line, 0, at);
    joins_as_cut(line, end, end < at, at)
}

/// A quick look at the characters before `at`: most places in a text stand behind a letter, or a letter and a space.
fn may_follow_sentence(line: &[u8], at: usize) -> bool {
    let before = |at: usize| match line[..at].last() {
        Some(&byte) if byte.is_ascii() => Some(char::from(byte)),
        _ => prev_char(line, at).map(|(c, _)| c),
    };
    match before(at) {
        Some(' ') => before(at - 1).is_some_and(may_end),
        Some(c) => may_end(c),
        None => false,
    }
}

/// What may stand at the end of a sentence, or be passed over behind one.
fn may_end(c: char) -> bool {
    if c.is_ascii() {
        return ".!?\"')]*_".contains(c) || c.is_whitespace();
    }
    is_stop(c) || is_closing(c) || is_invisible(c)
}

pub(crate) fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։') || is_wide_stop(c)
}

fn is_wide_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '．' | '｡')
}

/// Quotes, brackets and emphasis that may close behind a sentence.
fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '*'
            | '_'
            | '”'
            | '’'
            | '“'
            | '‘'
            | '»'
            | '«'
            | '›'
            | '」'
            | '』'
            | '】'
            | '）'
            | '］'
    )
}

/// Whether a cut would lie between the text that ends at `end` and the text that starts at `at`, if only white space
/// (where `is_spaced`) or nothing stood between them.
pub(crate) fn joins_as_cut(line: &[u8], end: usize, is_spaced: bool, at: usize) -> bool {
    let Some(stop) = sentence_end(line, end) else { return false };
    let Some((next, _)) = next_char(line, at) else { return false };
    if stop.has_gap {
        return is_spaced || next == '[';
    }
    stop.is_wide || is_spaced || (stop.is_closed && next.is_alphanumeric()) || starts_sentence(next)
}

/// Whether the text that ends at `end` ends a sentence.
pub(crate) fn ends_sentence(line: &[u8], end: usize) -> bool {
    sentence_end(line, end).is_some()
}

/// Whether a sentence or a new piece of text may start with `c`, even directly behind a full stop.
fn starts_sentence(c: char) -> bool {
    c.is_uppercase() || is_uncased_letter(c) || c == '['
}

/// Whether what stands at `at` reads like a new piece of text: not a small letter, not punctuation that goes on.
pub(crate) fn reads_like_start(line: &[u8], at: usize) -> bool {
    next_char(line, at).is_some_and(|(c, _)| {
        let is_bullet = c == '*' && line.get(at + 1) == Some(&b' ');
        starts_sentence(c)
            || is_bullet
            || c.is_numeric()
            || "\"'“‘„«‹「『《〈【〔（［¿¡(@—–$€£#•".contains(c)
    })
}

/// Whether the target of a Markdown link stands at `at`, so that what is before it is the text of the link: brackets
/// around something without white space that looks like an address.
pub(crate) fn is_link_target(line: &[u8], at: usize) -> bool {
    let Some(rest) = line.get(at..).and_then(|rest| rest.strip_prefix(b"(")) else { return false };
    let target =
        rest.iter().take(MAX_TARGET_BYTES).take_while(|&&b| b != b')' && !b.is_ascii_whitespace());
    let len = target.clone().count();
    rest.get(len) == Some(&b')') && (len == 0 || target.into_iter().any(|b| b"/.:#".contains(b)))
}

struct SentenceEnd {
    /// The mark is one of a script that puts no space behind it.
    is_wide: bool,
    /// A quote or a bracket closes behind the mark.
    is_closed: bool,
    /// White space stands before the quote that closes, as in French. The quote may also be one that opens, so that no
    /// cut lies between it and a word.
    has_gap: bool,
}

fn sentence_end(line: &[u8], end: usize) -> Option<SentenceEnd> {
    let (mut at, mut is_closed, mut has_gap) = (end, false, false);
    let mut after = None;
    for _ in 0..MAX_CLOSING {
        let (c, len) = prev_char(line, at)?;
        match c {
            c if is_stop(c) => {
                return Some(SentenceEnd { is_wide: is_wide_stop(c), is_closed, has_gap });
            }
            c if is_closing(c) => is_closed = true,
            ' ' | '\u{A0}' | '\u{202F}' if matches!(after, Some('»' | '›')) => has_gap = true,
            _ => return None,
        }
        after = Some(c);
        at -= len;
    }
    None
}

/// The first cut in `from..to`: the end of the first segment of that stretch.
///
/// What closes the sentence before `from` is no segment of its own: without that sentence no cut would lie behind it.
pub(crate) fn first_cut(line: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    loop {
        // What stands at `from` may end a sentence that began before it.
        let mut cuts = cuts_behind(line, at, from, to);
        if let Some(cut) = cuts.find(|&cut| !only_closes(line, from, cut)) {
            return Some(cut);
        }
        at = next_stop(line, at, to)?;
    }
}

/// Whether nothing stands in `from..to` but what may close a sentence.
pub(crate) fn only_closes(line: &[u8], from: usize, to: usize) -> bool {
    let mut at = from;
    while let Some((c, len)) = next_char(line, at).filter(|_| at < to) {
        if !is_closing(c) && !is_invisible(c) {
            return false;
        }
        at += len;
    }
    true
}

/// The last cut in `from..to`: the start of the last segment of that stretch.
pub(crate) fn last_cut(line: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut end = to;
    while let Some(stop) = prev_stop(line, from, end) {
        if let Some(cut) = cuts_behind(line, stop, from, to).last() {
            return Some(cut);
        }
        end = stop;
    }
    cuts_behind(line, from, from, to).last()
}

/// The cuts in `from..to` with nothing before them, from `at` on, but what ends a sentence or may stand behind its end.
pub(crate) fn cuts_behind(
    line: &[u8],
    at: usize,
    from: usize,
    to: usize,
) -> impl Iterator<Item = usize> {
    let mut next = Some(at);
    let places = std::iter::from_fn(move || {
        let place = next.filter(|&place| place < to)?;
        let (c, len) = next_char(line, place)?;
        next = may_end(c).then_some(place + len);
        Some((place, c))
    });
    let is_one =
        move |&(place, c): &(usize, char)| place > from && !is_invisible(c) && is_cut(line, place);
    places.filter(is_one).map(|(place, _)| place)
}

/// Where the first mark behind `at` stands that may end a sentence, before `to`.
fn next_stop(line: &[u8], at: usize, to: usize) -> Option<usize> {
    let (_, len) = next_char(line, at)?;
    let mut at = at + len;
    loop {
        at += line.get(at..to)?.iter().position(|&byte| may_stop(byte))?;
        if is_stop_at(line, at) {
            return Some(at);
        }
        at += 1;
    }
}

/// Where the last mark stands that may end a sentence, in `from..end`.
fn prev_stop(line: &[u8], from: usize, mut end: usize) -> Option<usize> {
    loop {
        end = from + line.get(from..end)?.iter().rposition(|&byte| may_stop(byte))?;
        if is_stop_at(line, end) {
            return Some(end);
        }
    }
}

fn is_stop_at(line: &[u8], at: usize) -> bool {
    line[at].is_ascii() || next_char(line, at).is_some_and(|(c, _)| is_stop(c))
}

/// Whether a mark that ends a sentence may start with a byte.
#[inline]
fn may_stop(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | 0xD6 | 0xD8 | 0xDB | 0xE0 | 0xE2 | 0xE3 | 0xEF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::chars::is_blank;
    use proptest::prelude::*;

    /// All cuts of a stretch, asked of every place.
    fn all_cuts(line: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut cuts = Vec::new();
        let mut at = from;
        while let Some((c, len)) = next_char(line, at).filter(|_| at < to) {
            if at > from && !is_invisible(c) && is_cut(line, at) {
                cuts.push(at);
            }
            at += len;
        }
        cuts
    }

    const PARTS: &[&str] = &[
        ".",
        "!",
        "?",
        "…",
        "؟",
        "۔",
        "।",
        "॥",
        "։",
        "。",
        "！",
        "？",
        "．",
        "｡",
        "\"",
        "'",
        ")",
        "]",
        "*",
        "_",
        "”",
        "’",
        "“",
        "‘",
        "»",
        "«",
        "›",
        "」",
        "』",
        "】",
        "）",
        "］",
        " ",
        "\u{A0}",
        "\u{202F}",
        "\u{200B}",
        "\t",
        "\u{3000}",
        "a",
        "B",
        "word ",
        "Two words",
        "港",
        "ا",
        "и",
        "И",
        "[",
        "(",
        "5",
        ",",
        ":",
        "...",
        "\" ",
        "。」",
        "؛",
        "é",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// Going from stop to stop finds the cuts that going from place to place finds.
        #[test]
        fn cuts_stand_behind_stops(
            parts in proptest::collection::vec(
                prop_oneof![9 => prop::sample::select(PARTS).prop_map(|part| part.as_bytes().to_vec()), 1 => proptest::collection::vec(any::<u8>(), 1..3)],
                0..14,
            ),
            ends in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let line = parts.concat();
            let starts: Vec<usize> = {
                let mut at = 0;
                let mut starts = vec![0];
                while let Some((_, len)) = next_char(&line, at) {
                    at += len;
                    starts.push(at);
                }
                starts
            };
            let (a, b) = (*ends.0.get(&starts), *ends.1.get(&starts));
            let (from, to) = (a.min(b), a.max(b));
            let cuts = all_cuts(&line, from, to);
            let first = cuts.iter().copied().find(|&cut| !only_closes(&line, from, cut));
            prop_assert_eq!(first_cut(&line, from, to), first);
            prop_assert_eq!(last_cut(&line, from, to), cuts.last().copied());
        }
    }

    fn segments(line: &str) -> Vec<&str> {
        let mut bounds = all_cuts(line.as_bytes(), 0, line.len());
        bounds.insert(0, 0);
        bounds.push(line.len());
        bounds.windows(2).map(|pair| &line[pair[0]..pair[1]]).collect()
    }

    #[test]
    fn sentences_are_cut_in_many_scripts() {
        assert_eq!(segments("One. Two! Three?").len(), 3);
        assert_eq!(segments("“One.” two"), ["“One.” ", "two"]);
        assert_eq!(segments("“One.”two[x]"), ["“One.”", "two[x]"]);
        assert_eq!(segments("giants.Source link"), ["giants.", "Source link"]);
        assert_eq!(segments("雨が降った。出典"), ["雨が降った。", "出典"]);
        assert_eq!(segments("बारिश हुई। स्रोत"), ["बारिश हुई। ", "स्रोत"]);
        assert_eq!(segments("end.[ad_2]"), ["end.", "[ad_2]"]);
        assert_eq!(segments("« Oui.\u{A0}»[ad_2]").last(), Some(&"[ad_2]"));
        assert_eq!(segments("Er kam. »Hallo«"), ["Er kam. ", "»Hallo«"]);
    }

    #[test]
    fn what_closes_a_sentence_is_no_first_segment() {
        let line = "雨が降った。」』出典";
        let stop = line.find('」').expect("the line has a bracket");
        assert_eq!(first_cut(line.as_bytes(), 0, line.len()), Some(stop));
        assert_eq!(first_cut(line.as_bytes(), stop, line.len()), None);
    }

    #[test]
    fn numbers_and_names_are_not_cut() {
        for line in ["3.5 litres", "example.org", "e.g.this", "no stop at all", "a, b; c: d"] {
            assert_eq!(segments(line).len(), 1, "{line}");
        }
    }

    #[test]
    fn the_last_cut_is_the_last_of_the_cuts() {
        for line in ["One. Two! Three?", "a", "", "“One.”two. Three.  ", "雨。雨。雨"] {
            let mut cuts = Vec::new();
            let mut from = 0;
            while let Some(cut) = first_cut(line.as_bytes(), from, line.len()) {
                cuts.push(cut);
                from = cut;
            }
            assert_eq!(last_cut(line.as_bytes(), 0, line.len()), cuts.last().copied(), "{line}");
            assert!(!is_blank(line.as_bytes()) || cuts.is_empty());
        }
    }
}
