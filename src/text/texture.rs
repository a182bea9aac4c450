//! Texture: whether a line reads like prose, like a label, or like neither.
//!
//! The invariant: the answer depends on the bytes given and on nothing else. Asked by the line judge of the core of every
//! line; prose parts a document into zones, and labels are what residue may enclose.

use super::chars::{trim_end, trim_start};
use super::segment::ends_sentence;

/// Shortest sentence that counts as prose, in bytes.
const MIN_PROSE_BYTES: usize = 80;
/// Length from which a line is prose whatever it ends in, in bytes.
const PROSE_BYTES: usize = 160;
/// Longest label, in bytes, characters and words.
const MAX_LABEL_BYTES: usize = 60;
const MAX_LABEL_CHARS: usize = 40;
const MAX_LABEL_WORDS: usize = 6;

/// What a line reads like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Texture {
    /// A paragraph: a long sentence, or a long line.
    Prose,
    /// A few words that end no sentence and introduce nothing, as in a menu.
    Label,
    /// Neither: a short sentence, a long heading, an introduction.
    #[default]
    Other,
}

/// What a text without line end reads like. `introduces` says that it ends in a colon.
pub(crate) fn texture(text: &[u8], introduces: bool) -> Texture {
    let end = trim_end(text, 0, text.len());
    let start = trim_start(text, 0, end);
    let len = end - start;
    if len >= PROSE_BYTES {
        return Texture::Prose;
    }
    let is_sentence = ends_sentence(text, end);
    if len >= MIN_PROSE_BYTES && is_sentence {
        return Texture::Prose;
    }
    let is_label = !is_sentence && !introduces && is_short(&text[start..end]);
    if is_label { Texture::Label } else { Texture::Other }
}

fn is_short(text: &[u8]) -> bool {
    if text.len() > MAX_LABEL_BYTES {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    text.chars().count() <= MAX_LABEL_CHARS && text.split_whitespace().count() <= MAX_LABEL_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Texture {
        texture(text.as_bytes(), text.trim_end().ends_with(':'))
    }

    #[test]
    fn a_paragraph_is_prose_and_a_menu_entry_a_label() {
        let sentence =
            "The harbour was rebuilt in two winters, and the cranes came by rail from the north.";
        assert_eq!(of(sentence), Texture::Prose);
        assert_eq!(of(&sentence[..60]), Texture::Other);
        assert_eq!(of(&sentence.replace('.', "").repeat(2)), Texture::Prose);
        assert_eq!(of("  * Opening hours "), Texture::Label);
        assert_eq!(of("---"), Texture::Label);
        assert_eq!(of("Политика конфиденциальности"), Texture::Label);
    }

    #[test]
    fn sentences_introductions_and_headlines_are_neither() {
        for text in ["It rained.", "Opening hours:", "雨が降った。", "a b c d e f g"] {
            assert_eq!(of(text), Texture::Other, "{text}");
        }
        assert_eq!(of("An unusually long heading of hardly any words"), Texture::Other);
    }
}
