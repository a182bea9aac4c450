//! The bounds of a pattern: what every match begins with, or else ends with.
//!
//! The invariant: a view that a pattern matches has one of its heads (or tails) at its start (or end), once both are
//! *plain*: every number, with the points and commas inside it, written as one `0`. Made with the pattern and stored with
//! it; a matcher asks for the ends, and most lines are spared anything else.

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Repetition};

use crate::text::segment::is_stop;

/// Most literals that stand for one pattern.
const MAX_LITERALS: usize = 2000;
/// Longest literal, in bytes.
const MAX_LITERAL_BYTES: usize = 12;
/// Selectivity from which more brings nothing.
const ENOUGH: usize = 6;
/// Shortest literal of plain letters that tells a line from others.
const MIN_SELECTIVE_BYTES: usize = 3;

/// What stands at an end of every match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Every match begins with one of these, none of which begins with another.
    Heads(Ends),
    /// Every match ends with one of these, none of which ends with another.
    Tails(Ends),
    /// Nothing is known of the ends.
    Free,
}

/// Ends of texts, sorted. None holds a line feed, which no view does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Each with a line feed behind it.
    lines: Box<str>,
}

impl Ends {
    fn new(ends: impl IntoIterator<Item = String>) -> Self {
        Ends { lines: ends.into_iter().map(|end| end + "\n").collect::<String>().into() }
    }

    /// Ends that were stored.
    pub(crate) fn stored(lines: &str) -> Self {
        Ends { lines: lines.into() }
    }

    /// The ends as they are stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.lines
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.split_terminator('\n')
    }
}

impl Bounds {
    /// The bounds of a pattern that matches whole views.
    pub(crate) fn of(hir: &Hir) -> Self {
        let hir = with_plain_numbers(hir);
        let heads = extract(&hir, ExtractKind::Prefix);
        let tails = extract(&hir, ExtractKind::Suffix);
        let are_selective = |ends: &BTreeSet<String>| ends.iter().all(|end| is_selective(end));
        match (heads.filter(are_selective), tails.filter(are_selective)) {
            (Some(heads), Some(tails)) if selectivity(&heads) < selectivity(&tails).min(ENOUGH) => {
                Bounds::Tails(Ends::new(tails))
            }
            (Some(heads), _) => Bounds::Heads(Ends::new(heads)),
            (None, Some(tails)) => Bounds::Tails(Ends::new(tails)),
            (None, None) => Bounds::Free,
        }
    }
}

/// How well ends tell a line from others: the characters of the shortest, where a sign that texts seldom begin with is as
/// good as several letters.
fn selectivity(ends: &BTreeSet<String>) -> usize {
    let worth = |c: char| if c.is_alphanumeric() || c == ' ' { 1 } else { 3 };
    let value = |end: &String| end.chars().map(worth).sum();
    ends.iter().map(value).min().unwrap_or(0)
}

/// A few letters, a short word, a sign that texts seldom begin or end with, or a number.
fn is_selective(literal: &str) -> bool {
    let is_word = literal.len() >= 2 && literal.contains(' ');
    let is_rare = literal.starts_with(|first: char| !first.is_ascii() || first == '0');
    let is_stop = literal.chars().all(is_stop);
    (literal.len() >= MIN_SELECTIVE_BYTES || is_word || is_rare) && !is_stop
}

/// Whether a pattern can match a text that holds no other characters than these.
pub(crate) fn can_match_of(hir: &Hir, is_one: fn(char) -> bool) -> bool {
    let holds = |class: &ClassUnicode| {
        class.ranges().iter().any(|range| (range.start()..=range.end()).any(is_one))
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => true,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().all(is_one),
        HirKind::Class(Class::Unicode(class)) => holds(class),
        HirKind::Repetition(repetition) => {
            repetition.min == 0 || can_match_of(&repetition.sub, is_one)
        }
        HirKind::Capture(capture) => can_match_of(&capture.sub, is_one),
        HirKind::Concat(parts) => parts.iter().all(|part| can_match_of(part, is_one)),
        HirKind::Alternation(parts) => parts.iter().any(|part| can_match_of(part, is_one)),
    }
}

/// The shortest ends that tell of all others.
fn extract(hir: &Hir, kind: ExtractKind) -> Option<BTreeSet<String>> {
    let is_head = matches!(kind, ExtractKind::Prefix);
    let mut extractor = Extractor::new();
    extractor
        .kind(kind)
        .limit_class(12)
        .limit_repeat(10)
        .limit_literal_len(MAX_LITERAL_BYTES)
        .limit_total(MAX_LITERALS);
    let seq = extractor.extract(hir);
    let mut literals: Vec<String> =
        seq.literals()?.iter().map(|literal| end_of(literal.as_bytes(), is_head)).collect();
    literals.retain(|literal| !literal.contains('\n'));
    literals.sort_by_key(String::len);
    let mut shortest = BTreeSet::new();
    for literal in literals {
        let parts = (0..=literal.len()).filter_map(|at| match is_head {
            true => literal.get(..at),
            false => literal.get(at..),
        });
        // A literal whose end is known already says nothing new.
        if !parts.into_iter().any(|part| shortest.contains(part)) {
            shortest.insert(literal);
        }
    }
    Some(shortest)
}

/// A literal, which may be cut in the middle of a character, in plain form.
fn end_of(literal: &[u8], is_head: bool) -> String {
    let whole = |chunk: std::str::Utf8Chunk<'_>| chunk.valid().to_owned();
    let mut chunks = literal.utf8_chunks().map(whole);
    if is_head {
        plain_head(&chunks.next().unwrap_or_default())
    } else {
        plain_tail(&chunks.last().unwrap_or_default())
    }
}

/// The plain form of what a view begins with, without what may belong to a number that goes on behind it.
pub(crate) fn plain_head(text: &str) -> String {
    let plain = plain_numbers(text);
    let sure = plain.trim_end_matches(['.', ',']);
    (if sure.ends_with('0') { sure } else { &plain }).to_owned()
}

/// The plain form of what a view ends with, without what may belong to a number that begins before it.
pub(crate) fn plain_tail(text: &str) -> String {
    let plain = plain_numbers(text);
    let sure = plain.trim_start_matches(['.', ',']);
    (if sure.starts_with('0') { sure } else { &plain }).to_owned()
}

/// The expression with every class of numbers, repeated or not, as one `0`.
fn with_plain_numbers(hir: &Hir) -> Hir {
    let zero = || Hir::literal(*b"0");
    match hir.kind() {
        HirKind::Class(class) if is_numeric(class) => zero(),
        HirKind::Repetition(repetition) => {
            let is_number =
                matches!(repetition.sub.kind(), HirKind::Class(class) if is_numeric(class));
            let (min, max) = match is_number {
                true => (repetition.min.min(1), Some(1)),
                false => (repetition.min, repetition.max),
            };
            let sub = Box::new(with_plain_numbers(&repetition.sub));
            Hir::repetition(Repetition { min, max, greedy: repetition.greedy, sub })
        }
        HirKind::Capture(capture) => with_plain_numbers(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(with_plain_numbers).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(with_plain_numbers).collect())
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

/// Whether a class holds numbers and nothing else.
fn is_numeric(class: &Class) -> bool {
    let Class::Unicode(class) = class else { return false };
    class.ranges().iter().all(|range| (range.start()..=range.end()).all(char::is_numeric))
        && !class.ranges().is_empty()
}

/// Whether a character is a digit or another number of any script.
pub(crate) fn is_number(c: char) -> bool {
    // The letters of the common scripts are many, and the table of numbers is slow.
    let is_letter = matches!(c, '\u{C0}'..'\u{600}' | '\u{3040}'..'\u{3100}' | '\u{4E00}'..'\u{A000}' | '\u{AC00}'..'\u{D7A4}');
    if c.is_ascii() { c.is_ascii_digit() } else { !is_letter && c.is_numeric() }
}

/// A text with every number, and the points and commas inside it, written as one `0`.
pub(crate) fn plain_numbers(text: &str) -> Cow<'_, str> {
    let has_numbers = match text.is_ascii() {
        true => text.bytes().any(|byte| byte.is_ascii_digit()),
        false => text.contains(is_number),
    };
    if has_numbers { Cow::Owned(with_zeros(text)) } else { Cow::Borrowed(text) }
}

fn with_zeros(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if is_number(c) {
            plain.push('0');
            rest = &rest[number_len(rest)..];
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    plain
}

/// Length of the number that a text begins with.
fn number_len(text: &str) -> usize {
    let mut len = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let joins =
            matches!(c, '.' | ',') && chars.peek().is_some_and(|(_, next)| is_number(*next));
        if !is_number(c) && !joins {
            break;
        }
        len = at + c.len_utf8();
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(pattern: &str) -> Bounds {
        Bounds::of(&regex_syntax::parse(pattern).expect("the pattern is read"))
    }

    fn heads(pattern: &str) -> Vec<String> {
        let Bounds::Heads(heads) = bounds(pattern) else { panic!("{pattern} has heads") };
        heads.iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_number_is_one_zero() {
        assert_eq!(plain_numbers("1,204.5k views, 3."), "0k views, 0.");
        assert_eq!(plain_numbers("page 3/10, ۱۲"), "page 0/0, 0");
        assert_eq!(plain_numbers("1..2"), "0..0");
    }

    #[test]
    fn the_quick_answer_is_right() {
        assert!(('\0'..=char::MAX).all(|c| is_number(c) == c.is_numeric()));
    }

    #[test]
    fn heads_come_before_tails() {
        assert_eq!(heads(r"(?:share|tweet) .{1,30}"), ["share ", "tweet "]);
        assert_eq!(heads(r"\d{1,6} comments?"), ["0 comment"]);
        assert_eq!(heads(r"© .{1,30}"), ["© "]);
        assert_eq!(heads(r"page \d,\d{3}(?: of)?"), ["page 0"]);
        let tails = Bounds::Tails(Ends::stored("by blogger\nby blogger.\n"));
        assert_eq!(bounds(r".{2,40}by blogger\.?"), tails);
        assert_eq!(bounds(r".{2,40}cookies.{2,40}"), Bounds::Free);
        assert_eq!(bounds("(?:\"|x).{2,40}cookies.{2,40}"), Bounds::Free);
    }

    #[test]
    fn a_pattern_that_needs_other_letters_matches_no_ascii() {
        let can = |pattern: &str| {
            can_match_of(&regex_syntax::parse(pattern).expect("it is read"), |c| c.is_ascii())
        };
        assert!(can("(?:é|e)te .*") && can("[α-ω]{0,2}abc"));
        assert!(!can("(?:é|e)té .*") && !can(".{0,9}[α-ω]{2}.{0,9}"));
    }

    #[test]
    fn what_was_cut_off_is_not_certain() {
        assert_eq!(heads(r"abc 1.[0-9]{2}.*"), ["abc 0"]);
        assert_eq!(heads("abcdefghijké"), ["abcdefghijk"]);
    }

    #[test]
    fn no_view_ends_in_a_line_feed() {
        assert_eq!(heads(r"(?:abc\n|def).*"), ["def"]);
    }
}
