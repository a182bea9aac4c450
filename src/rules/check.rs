//! Checks of single values in a pack: what is empty, what can never match, what matches ordinary text.
//!
//! The invariant: a rule that passes matches none of the ordinary sentences below. Called by the pack reader.

use std::sync::OnceLock;

use super::problem::{Problems, quoted};
use super::rule::{Shape, ends_with_phrase, starts_with_phrase, words};
use super::toml::Text;
use crate::text::fold::fold_phrase;
use crate::text::number::{NUMBER, mask_numbers};

/// Longest phrase in bytes, folded: no longer line is compared with rules.
const MAX_PHRASE_BYTES: usize = 1024;
/// Shortest inline literal in bytes.
const MIN_INLINE_BYTES: usize = 5;

/// Sentences that no rule may match: the plainest text there is, short and long, in several languages.
const ORDINARY: [&str; 24] = [
    "The rain stopped before noon.",
    "She left the house early and walked down to the river.",
    "It was a good year for apples.",
    "“We did not expect this,” he said.",
    "They were not at home.",
    "A letter arrived on Monday",
    "In 1994 the bridge was closed for repairs.",
    "Yes.",
    "He read the paper, drank his coffee and went back to work without saying a word to anyone in the room.",
    "Der Regen hörte vor dem Mittag auf.",
    "Am Abend kamen die Kinder zurück.",
    "La pluie a cessé avant midi.",
    "La lluvia paró antes del mediodía.",
    "La pioggia è cessata prima di mezzogiorno.",
    "A chuva parou antes do meio-dia.",
    "Deszcz ustał przed południem.",
    "Дождь прекратился до полудня.",
    "Yağmur öğleden önce durdu.",
    "توقف المطر قبل الظهر.",
    "बारिश दोपहर से पहले रुक गई।",
    "雨在中午之前停了。",
    "雨は正午前に止んだ。",
    "비는 정오가 되기 전에 그쳤다.",
    "3. Stir the flour into the milk.",
];

/// The ordinary sentences, each with its folded view.
fn ordinary() -> &'static [(&'static str, String)] {
    static FOLDED: OnceLock<Vec<(&str, String)>> = OnceLock::new();
    FOLDED.get_or_init(|| ORDINARY.map(|sentence| (sentence, fold_phrase(sentence))).to_vec())
}

/// A rule's id is the pack's id, a full stop and words of small letters, digits and hyphens.
pub(crate) fn rule_id(id: &Text, pack: &str, problems: &mut Problems<'_>) {
    let name = id.value.strip_prefix(pack).and_then(|rest| rest.strip_prefix('.'));
    if !name.is_some_and(is_plain_word) {
        let pack = quoted(&format!("{pack}."));
        let message = format!(
            "the id {} must be {pack} and a name of small letters, digits and hyphens",
            quoted(&id.value)
        );
        problems.add(id.at, message);
    }
}

/// A pack's id is a word of small letters, digits and hyphens.
pub(crate) fn pack_id(id: &Text, problems: &mut Problems<'_>) {
    if !is_plain_word(&id.value) {
        let message = format!(
            "the id {} must be a word of small letters, digits and hyphens",
            quoted(&id.value)
        );
        problems.add(id.at, message);
    }
}

fn is_plain_word(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A site is a host name.
pub(crate) fn site(site: &Text, problems: &mut Problems<'_>) {
    let is_host = site.value.contains('.')
        && !site.value.starts_with('.')
        && !site.value.contains(['/', ':', ' ', '*']);
    if !is_host {
        problems.add(
            site.at,
            format!("{} is not a host name such as example.org", quoted(&site.value)),
        );
    }
}

/// Whether a folded phrase can match a line.
pub(crate) fn phrase(phrase: &str, text: &Text, problems: &mut Problems<'_>) -> bool {
    let message = if phrase.is_empty() {
        format!(
            "nothing is left of {} when it is folded, so it would match nothing",
            quoted(&text.value)
        )
    } else if text.value.contains(['\n', '\r']) {
        "a phrase is one line; it cannot contain a line end".to_owned()
    } else if phrase.len() > MAX_PHRASE_BYTES {
        format!(
            "the phrase can never match: it has {} bytes, and longer lines than {MAX_PHRASE_BYTES} are never residue",
            phrase.len()
        )
    } else if phrase.contains(char::REPLACEMENT_CHARACTER) {
        "the phrase contains U+FFFD, which stands for bytes that are not text".to_owned()
    } else if phrase.contains(NUMBER) && !is_masked(phrase) {
        "the phrase can never match: {n} stands for every number of the line, with the points and commas inside it"
            .to_owned()
    } else if ordinary().iter().any(|(_, view)| is_line(phrase, view)) {
        format!("{} is an ordinary sentence", quoted(&text.value))
    } else {
        return true;
    };
    problems.add(text.at, message);
    false
}

/// Whether an inline literal is one that no language writes.
pub(crate) fn inline(text: &Text, problems: &mut Problems<'_>) -> bool {
    let literal = &text.value;
    let message = if literal.len() < MIN_INLINE_BYTES {
        format!("an inline literal needs at least {MIN_INLINE_BYTES} bytes")
    } else if literal.contains(['\n', '\r']) {
        "an inline literal cannot contain a line end".to_owned()
    } else if !literal.contains(['[', ']', '{', '}', '(', ')', '<', '>', '%', '=', '_', '|']) {
        format!(
            "{} could be words of a sentence; an inline literal must hold a bracket or another mark of a machine",
            quoted(literal)
        )
    } else if literal.trim() != literal {
        "an inline literal cannot start or end with white space".to_owned()
    } else {
        return true;
    };
    problems.add(text.at, message);
    false
}

/// Whether a shape leaves ordinary sentences alone.
pub(crate) fn breadth(shape: &Shape, text: &Text, problems: &mut Problems<'_>) -> bool {
    let hit = ordinary().iter().find(|(_, view)| matches_view(shape, view));
    if let Some((sentence, _)) = hit {
        problems.add(
            text.at,
            format!("{} matches ordinary text such as {sentence:?}", quoted(&text.value)),
        );
    }
    hit.is_none()
}

/// Whether a shape matches a folded view: the plain meaning of every shape but `inline`.
pub(crate) fn matches_view(shape: &Shape, view: &str) -> bool {
    match shape {
        Shape::Line(phrase) => is_line(phrase, view),
        Shape::Starts { phrase, max_words } => {
            starts_with_phrase(view, phrase) && words(view) <= *max_words
        }
        Shape::Ends { phrase, max_words } => {
            ends_with_phrase(view, phrase) && words(view) <= *max_words
        }
        Shape::Pattern(pattern) => pattern.0.matches(view),
        Shape::Inline(_) => false,
    }
}

/// Whether a phrase is what becomes of some view when its numbers are masked.
fn is_masked(phrase: &str) -> bool {
    let mut masked = String::new();
    mask_numbers(&phrase.replace(NUMBER, "1"), &mut masked) && masked == phrase
}

/// Whether a view is a phrase, each `{n}` of it standing for a number.
fn is_line(phrase: &str, view: &str) -> bool {
    let mut masked = String::new();
    view == phrase
        || (phrase.contains(NUMBER) && mask_numbers(view, &mut masked) && masked == phrase)
}
