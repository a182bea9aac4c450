//! Pattern rules: linear-time regular expressions over the folded view.
//!
//! The invariant: a pattern matches whole views only, never the empty one, and every match contains one of its
//! literals, so that a search for literals can stand before it. Made by the pack reader, run by the matcher.

use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::bounds::{Bounds, can_match_of, is_number};
use super::problem::quoted;

/// Most bytes of one compiled pattern: bounds the time and the memory that it can cost.
const MAX_COMPILED_BYTES: usize = 4 << 20;
/// Deepest nesting of a pattern.
const MAX_NESTING: u32 = 64;
/// Shortest literal, in letters, that may stand before a pattern.
const MIN_LITERAL_LETTERS: usize = 3;

/// A pattern, which is compiled when it is first needed. A clone is the same pattern, compiled once for all.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Arc<Parts>);

/// What a pattern says, and what was found out about it so far.
#[derive(Debug, Default)]
struct Parts {
    source: String,
    /// None when it does not compile, which is only found out of a forged rule set: it matches nothing.
    regex: OnceLock<Option<Regex>>,
    literals: Vec<String>,
    bounds: OnceLock<Bounds>,
    /// Characters of the longest view that it can match, if there is a longest one.
    longest: OnceLock<Option<usize>>,
    edge: OnceLock<Edge>,
}

/// The bytes that the plain forms of all matches begin with, or else end with, a bit for each.
#[derive(Clone, Copy, Debug)]
struct Edge {
    is_head: bool,
    bytes: [u64; 4],
}

impl Edge {
    fn of(bounds: &Bounds) -> Self {
        let (ends, is_head) = match bounds {
            Bounds::Heads(ends) => (ends, true),
            Bounds::Tails(ends) => (ends, false),
            Bounds::Free => return Edge { is_head: true, bytes: [u64::MAX; 4] },
        };
        let mut edge = Edge { is_head, bytes: [0; 4] };
        for end in ends.iter() {
            match if is_head { end.bytes().next() } else { end.bytes().next_back() } {
                Some(byte) => edge.bytes[usize::from(byte / 64)] |= 1 << (byte % 64),
                None => edge.bytes = [u64::MAX; 4],
            }
        }
        edge
    }
}

impl Pattern {
    /// Reads a pattern and finds its literals.
    pub(crate) fn new(source: &str) -> Result<Self, String> {
        let hir = parsed(source).map_err(|error| first_line(&error))?;
        if hir.properties().minimum_len().is_none_or(|len| len == 0) {
            return Err("the pattern can match an empty line; make a part of it obligatory".into());
        }
        let literals = required_literals(&hir).unwrap_or_default();
        if !is_selective(&literals) {
            return Err(format!(
                "the pattern has no literal of {MIN_LITERAL_LETTERS} letters that every match contains; add one"
            ));
        }
        if let Some(literal) =
            literals.iter().find(|literal| literal.chars().any(char::is_uppercase))
        {
            return Err(format!(
                "the pattern can never match: folded lines have no capitals; write {} small",
                quoted(literal)
            ));
        }
        let source = source.to_owned();
        Ok(Pattern(Arc::new(Parts { source, literals, ..Parts::default() })))
    }

    /// A pattern of a compiled rule set, which was read and tried before.
    pub(crate) fn checked_before(source: String, literals: Vec<String>, bounds: Bounds) -> Self {
        Pattern(Arc::new(Parts { source, literals, bounds: bounds.into(), ..Parts::default() }))
    }

    /// Tries to compile the pattern, so that whoever wrote it learns what is wrong with it. The result is dropped: a
    /// pack may have more patterns than ever match.
    pub(crate) fn compile(&self) -> Result<(), String> {
        compiled(self.source()).map(drop).map_err(|error| first_line(&error))
    }

    pub(crate) fn source(&self) -> &str {
        &self.0.source
    }

    /// Every match contains at least one of these.
    pub(crate) fn literals(&self) -> &[String] {
        &self.0.literals
    }

    /// What every match begins or ends with.
    pub(crate) fn bounds(&self) -> &Bounds {
        let bounds = || parsed(self.source()).map_or(Bounds::Free, |hir| Bounds::of(&hir));
        self.0.bounds.get_or_init(bounds)
    }

    /// Whether it can match a text that holds no other characters than these.
    pub(crate) fn can_match_of(&self, is_one: fn(char) -> bool) -> bool {
        parsed(self.source()).map_or(true, |hir| can_match_of(&hir, is_one))
    }

    pub(crate) fn matches(&self, view: &str) -> bool {
        let regex = self.0.regex.get_or_init(|| compiled(self.source()).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(view))
    }

    /// Whether it is worth trying a view: it is no longer than any match and holds what every match does. Asked before a
    /// pattern is tried, which may have to be compiled for that: it takes as long as hundreds of searches.
    pub(crate) fn may_match(&self, view: &str) -> bool {
        !self.is_too_long(view) && self.holds_literal(view)
    }

    /// Whether a view holds what every match does.
    pub(crate) fn holds_literal(&self, view: &str) -> bool {
        self.literals().iter().any(|part| view.contains(part.as_str()))
    }

    /// Whether a view begins, or ends, with the same byte as some match: most do not, and need not be looked at further.
    pub(crate) fn has_edge(&self, view: &str) -> bool {
        let Edge { is_head, bytes } = *self.0.edge.get_or_init(|| Edge::of(self.bounds()));
        let mut chars = view.chars();
        let c = if is_head { chars.next() } else { chars.next_back() };
        let byte = if is_head { view.bytes().next() } else { view.bytes().next_back() };
        let byte = if c.is_some_and(is_number) { Some(b'0') } else { byte };
        byte.is_none_or(|byte| bytes[usize::from(byte / 64)] >> (byte % 64) & 1 != 0)
    }

    /// Whether the view has more characters than any match, as a line of prose that begins like one often has.
    fn is_too_long(&self, view: &str) -> bool {
        let longest = || most_chars(&parsed(self.source()).ok()?);
        let longest = *self.0.longest.get_or_init(longest);
        longest.is_some_and(|most| view.len() > most && view.chars().count() > most)
    }
}

/// Characters of the longest match, if there is a longest one.
fn most_chars(hir: &Hir) -> Option<usize> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(0),
        HirKind::Literal(literal) => Some(std::str::from_utf8(&literal.0).ok()?.chars().count()),
        HirKind::Class(_) => Some(1),
        HirKind::Capture(capture) => most_chars(&capture.sub),
        HirKind::Repetition(repetition) => match most_chars(&repetition.sub)? {
            0 => Some(0),
            most => most.checked_mul(repetition.max?.try_into().ok()?),
        },
        HirKind::Concat(parts) => {
            parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(most_chars(part)?))
        }
        HirKind::Alternation(branches) => {
            branches.iter().try_fold(0, |most, branch| Some(most.max(most_chars(branch)?)))
        }
    }
}

fn parsed(source: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(MAX_NESTING).build();
    parser.parse(source).map_err(Box::new)
}

/// A pattern matches whole views only.
fn compiled(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{source})$"))
        .size_limit(MAX_COMPILED_BYTES)
        .nest_limit(MAX_NESTING)
        .build()
}

/// The parser draws a picture over several lines; the last line says what is wrong.
fn first_line(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or(&text).trim();
    format!("the pattern does not compile: {}", last.strip_prefix("error: ").unwrap_or(last))
}

fn is_selective(literals: &[String]) -> bool {
    fewest_letters(literals) >= MIN_LITERAL_LETTERS
}

/// Letters and digits of the poorest literal; an ideograph or a syllable says as much as two letters.
fn fewest_letters(literals: &[String]) -> usize {
    let value = |c: char| if c >= '\u{2E80}' { 2 } else { 1 };
    let letters =
        |literal: &String| literal.chars().filter(|c| c.is_alphanumeric()).map(value).sum();
    literals.iter().map(letters).min().unwrap_or(0)
}

/// A set of literals of which every match contains at least one; the most selective that is found.
fn required_literals(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![std::str::from_utf8(&literal.0).ok()?.to_owned()]),
        HirKind::Capture(capture) => required_literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required_literals(&repetition.sub),
        HirKind::Concat(parts) => {
            parts.iter().filter_map(required_literals).max_by_key(|set| fewest_letters(set))
        }
        HirKind::Alternation(branches) => {
            let sets: Option<Vec<_>> = branches.iter().map(required_literals).collect();
            Some(sets?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_match_contains_a_literal() {
        let pattern = Pattern::new(r"(?:\d+ comments?|no replies)(?: yet)?").expect("compiles");
        assert!(pattern.matches("12 comments"));
        assert!(!pattern.matches("12 comments on the plan"));
        assert_eq!(pattern.literals(), [" comment", "no replies"]);
    }

    #[test]
    fn a_pattern_knows_its_longest_match() {
        let longest = |source: &str| most_chars(&parsed(source).expect("it can be read"));
        assert_eq!(longest(r"(?:\d{1,3}|no) comments?(?: yet)?"), Some(16));
        assert_eq!(longest("čtěte .{1,40}…"), Some(47));
        assert_eq!(longest("read (?:more)+"), None);
        assert_eq!(longest("(?:^)*read"), Some(4));
        let pattern = Pattern::new("čtěte .{1,3}").expect("it is one");
        assert!(!pattern.is_too_long("čtěte šíř") && pattern.is_too_long("čtěte šířž"));
    }

    #[test]
    fn every_match_has_an_edge() {
        let pattern = Pattern::new(r"(?:\d+ comments?|no replies)(?: yet)?").expect("compiles");
        assert!(pattern.has_edge("12 comments") && pattern.has_edge("no replies"));
        assert!(!pattern.has_edge("some replies"));
        let pattern = Pattern::new(r".{1,20} in {1,3}der ablage").expect("compiles");
        assert!(pattern.has_edge("steht in der ablage") && !pattern.has_edge("steht in der bank"));
    }

    #[test]
    fn patterns_that_cannot_be_used_are_refused_at_once() {
        for source in [
            "",
            "a*",
            ".*",
            r"\d+",
            "(abc)?",
            "(",
            r"\w{3}",
            "Share This",
            r"\pL{1000}abc",
            r"(?:\w{50}){50}abc",
        ] {
            let refused = Pattern::new(source).and_then(|pattern| pattern.compile());
            assert!(refused.is_err(), "{source}");
        }
        let nested = format!("{}abc{}", "(".repeat(300), ")".repeat(300));
        assert!(Pattern::new(&nested).is_err());
    }
}
