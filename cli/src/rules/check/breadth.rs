//! Rules that match ordinary text, and weights that their words do not bear.
//!
//! The invariant: an ordinary sentence is an error for a rule that would remove it where it stands alone, in the middle
//! or at an end of a document; a heading is one only where the rule removes it anywhere. Called by `rules check`.

use std::collections::BTreeMap;

use unchaff::{Cleaner, FoldedView, Profile, Rule, Shape, Weight};

use super::book::{At, Book};
use super::finding::{Finding, Kind, Severity, quoted, shown};
use crate::rules::probes::{self, Probe};

/// Rules that match an ordinary sentence or heading as a whole line.
pub fn probes(book: &Book<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for probe in probes::all() {
        let view = FoldedView::new(probe.text.as_bytes());
        for at in book.matching(view.as_str()) {
            if book.is_checked(book.entries[at.rule].pack) {
                found.extend(match_of(book, at, &probe));
            }
        }
    }
    found
}

fn match_of(book: &Book<'_>, at: At, probe: &Probe<'_>) -> Option<Finding> {
    let weight = book.rule(at).weight();
    let (severity, effect) = match (probe.is_heading, weight) {
        (_, Weight::Certain) => (Severity::Error, "removed wherever it stands"),
        (false, Weight::Likely) => (Severity::Error, "removed at the end of a text"),
        (true, Weight::Likely) => (Severity::Warning, "removed at the end of a text"),
        (false, Weight::Weak) => (Severity::Warning, "removed beside residue"),
        (true, Weight::Weak) => return None,
    };
    let what = if probe.is_heading { "heading or short line" } else { "sentence" };
    let remedy = if weight == Weight::Weak { "narrow it" } else { "narrow it or weaken it" };
    let message = format!(
        "{} ({weight}) matches the ordinary {what} {} ({}), which would be {effect}; {remedy}",
        shown(book.shape(at)),
        quoted(probe.text),
        probe.language
    );
    Some(book.finding(at, severity, Kind::TooBroad, message))
}

/// Rules that remove something from what other rules keep, in one profile.
///
/// `cleaners` are those of the rules that act by default and of each category that does not: an example is judged with
/// its own rule's category.
pub fn kept_examples(
    book: &Book<'_>,
    profile: Profile,
    cleaners: &[(Option<unchaff::Category>, Cleaner)],
) -> Vec<Finding> {
    let severity = match profile {
        Profile::Eager => Severity::Warning,
        _ => Severity::Error,
    };
    let mut found = Vec::new();
    for (only, cleaner) in cleaners {
        for entry in &book.entries {
            let category = entry.rule.category();
            let is_own = match only {
                Some(only) => category == *only,
                None => category.is_on_by_default(),
            };
            if is_own {
                found.extend(removed_from(book, entry.rule, cleaner, profile, severity));
            }
        }
    }
    found
}

fn removed_from(
    book: &Book<'_>,
    keeper: &Rule,
    cleaner: &Cleaner,
    profile: Profile,
    severity: Severity,
) -> Vec<Finding> {
    let host = keeper.sites().first();
    let cleaner = host.map_or_else(|| cleaner.clone(), |host| cleaner.for_host(host));
    let mut found = Vec::new();
    for example in keeper.keep_examples() {
        let cleaned = cleaner.clean(example);
        let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for removal in cleaned.removals() {
            let line = example[removal.span.range()].trim();
            lines.entry(cleaner.rule(removal.rule).id()).or_default().push(line);
        }
        for (id, lines) in lines {
            let Some(number) = book.checked_rule(id) else { continue };
            let (file, line) = keeper.origin();
            let others = match lines.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let message = format!(
                "removes {}{others} from a `keep` example of {} at {file}:{line} under the {profile} profile; narrow it or weaken it",
                quoted(lines[0]),
                keeper.id(),
            );
            found.push(book.about(number, severity, Kind::TooBroad, message));
        }
    }
    found
}

/// Weights that look too strong for what they stand on.
pub fn weights(book: &Book<'_>) -> Vec<Finding> {
    let strong = book.checked_shapes().filter_map(|at| {
        let why = too_strong(book.rule(at).weight(), book.shape(at))?;
        let weight = book.rule(at).weight();
        let message = format!("{} is {weight}, {why}", shown(book.shape(at)));
        Some(book.finding(at, Severity::Warning, Kind::TooStrong, message))
    });
    strong.collect()
}

/// Most words of a line that a certain affix of few words may begin or end.
const MAX_CERTAIN_WORDS: usize = 12;

fn too_strong(weight: Weight, shape: &Shape) -> Option<&'static str> {
    match (weight, shape) {
        (Weight::Certain, Shape::Line(phrase)) if is_short_word(phrase) => {
            Some("but one short word is also a heading or a name; make it weak")
        }
        (Weight::Likely, Shape::Line(phrase)) if is_short_word(phrase) => {
            Some("but one short word is also a heading or a name; make it weak")
        }
        (
            Weight::Certain | Weight::Likely,
            Shape::Starts { phrase, .. } | Shape::Ends { phrase, .. },
        ) if is_short_word(phrase) => {
            Some("but one short word also begins or ends sentences; add words or make it weak")
        }
        (
            Weight::Certain,
            Shape::Starts { phrase, max_words } | Shape::Ends { phrase, max_words },
        ) if phrase.split(' ').count() < 3 && *max_words > MAX_CERTAIN_WORDS => Some(
            "but a few words with so many others beside them may be a sentence; lower `max_words` or make it likely",
        ),
        _ => None,
    }
}

/// One word of letters, short enough for one: three ideographs or syllables say as much as ten letters.
fn is_short_word(phrase: &str) -> bool {
    const MAX_LETTERS: usize = 10;
    const MAX_SYLLABLES: usize = 3;
    let mut chars = phrase.chars().filter(|c| !matches!(c, '.' | '!' | '?'));
    let is_word = chars.clone().all(char::is_alphabetic);
    let is_syllabic =
        chars.clone().any(|c| matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'));
    let most = if is_syllabic { MAX_SYLLABLES } else { MAX_LETTERS };
    is_word && chars.by_ref().count() <= most
}
