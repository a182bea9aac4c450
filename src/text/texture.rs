//! Texture: whether a line reads like prose, like a label, like a headline, or like none of them.
//!
//! The invariant: the answer depends on the bytes given and on nothing else. Asked by the line judge of the core of every
//! line; prose parts a document into zones, and labels are what residue may enclose.

use wide::u8x16;

use super::chars::{trim_end, trim_start};
use super::segment::ends_sentence;

/// Shortest sentence that counts as prose, in bytes.
const MIN_PROSE_BYTES: usize = 80;
/// Length from which a line is prose whatever it ends in, in bytes.
const PROSE_BYTES: usize = 160;
/// Longest label.
const LABEL: Size = Size { bytes: 60, chars: 40, words: 6 };
/// Longest headline.
const HEADLINE: Size = Size { bytes: 180, chars: 120, words: 14 };

/// What a line reads like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Texture {
    /// A paragraph: a long sentence, or a long line.
    Prose,
    /// A few words that end no sentence and introduce nothing, as in a menu.
    Label,
    /// A few more words that end no sentence and introduce nothing, as in a list of articles.
    Headline,
    /// None of these: a short sentence, an introduction.
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
    let text = &text[start..end];
    if is_sentence || introduces {
        Texture::Other
    } else if LABEL.holds(text) {
        Texture::Label
    } else if HEADLINE.holds(text) {
        Texture::Headline
    } else {
        Texture::Other
    }
}

/// Whether a text without line end reads like prose.
#[inline]
pub(crate) fn is_prose(text: &[u8]) -> bool {
    if text.len() < MIN_PROSE_BYTES {
        return false;
    }
    let end = trim_end(text, 0, text.len());
    let len = end - trim_start(text, 0, end);
    len >= PROSE_BYTES || (len >= MIN_PROSE_BYTES && ends_sentence(text, end))
}

struct Size {
    bytes: usize,
    chars: usize,
    words: usize,
}

impl Size {
    fn holds(&self, text: &[u8]) -> bool {
        if text.len() > self.bytes {
            return false;
        }
        if text.is_ascii() {
            return text.len() <= self.chars && ascii_words(text) <= self.words;
        }
        let text = String::from_utf8_lossy(text);
        text.chars().count() <= self.chars && text.split_whitespace().count() <= self.words
    }
}

/// Words between white space.
fn ascii_words(text: &[u8]) -> usize {
    let (chunks, rest) = text.as_chunks::<16>();
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    let mut words = 0;
    let mut after_white = 1;
    for chunk in chunks.iter().chain([&last]) {
        let bytes = u8x16::new(*chunk);
        let is_control = (bytes - u8x16::splat(b'\t')).simd_lt(u8x16::splat(5));
        let white = (bytes.simd_eq(u8x16::splat(b' ')) | is_control).to_bitmask();
        words += (!white & (white << 1 | after_white) & 0xFFFF).count_ones();
        after_white = white >> 15 & 1;
    }
    words as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quick_answers_are_right(text in "[a. \t\u{1F}é]{0,170}") {
            prop_assert_eq!(is_prose(text.as_bytes()), texture(text.as_bytes(), false) == Texture::Prose);
            if text.is_ascii() {
                prop_assert_eq!(ascii_words(text.as_bytes()), text.split_whitespace().count());
            }
        }
    }

    fn of(text: &str) -> Texture {
        texture(text.as_bytes(), text.trim_end().ends_with(':'))
    }

    #[test]
    fn a_paragraph_is_prose_and_a_menu_entry_a_label() {
        let sentence =
            "The harbour was rebuilt in two winters, and the cranes came by rail from the north.";
        assert_eq!(of(sentence), Texture::Prose);
        assert_eq!(of(&sentence[..60]), Texture::Headline);
        assert_eq!(of(&sentence.replace('.', "").repeat(2)), Texture::Prose);
        assert_eq!(of("  * Opening hours "), Texture::Label);
        assert_eq!(of("---"), Texture::Label);
        assert_eq!(of("Политика конфиденциальности"), Texture::Label);
    }

    #[test]
    fn sentences_and_introductions_are_neither() {
        for text in ["It rained.", "Opening hours:", "雨が降った。"] {
            assert_eq!(of(text), Texture::Other, "{text}");
        }
        for text in ["a b c d e f g", "An unusually long heading of hardly any words"] {
            assert_eq!(of(text), Texture::Headline, "{text}");
        }
        assert_eq!(of(&"a ".repeat(15)), Texture::Other);
    }
}
