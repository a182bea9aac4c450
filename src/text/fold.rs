//! The folded view of a line: how a rule sees it.
//!
//! Case and width folded, white space collapsed, zero-width characters dropped, typographic quotes and dashes made
//! plain, combining marks composed with the letter before them, and the dress at both ends (see `dress.rs`) taken off.
//! The text itself never changes: the view is only looked at, and every character of it knows the bytes it stands for.
//! Used by the pack reader (phrases are folded once) and by the line judge.
//!
//! Choices: Turkish `İ` and `ı` fold to `i`, `ß` to `ss`, final sigma to sigma; bytes that are not UTF-8 become U+FFFD,
//! which no rule can contain.

use std::ops::Range;
use std::sync::OnceLock;

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

use super::chars::is_zero_width;
use super::dress::{letter_bullet, undress};

/// A line or segment as rules see it, with a map back to its bytes.
///
/// The view of what is nothing but dress is empty; phrases for whole lines are compared with the dress then.
///
/// ```
/// use unchaff::FoldedView;
///
/// let raw = "  »  Source\u{A0}LINK… ";
/// let view = FoldedView::new(raw.as_bytes());
/// assert_eq!(view.as_str(), "source link");
/// assert_eq!(&raw[view.raw_range(7..11)], "LINK");
/// ```
#[derive(Clone, Debug)]
pub struct FoldedView {
    text: String,
    /// The part of `text` that is left without its dress.
    core: Range<usize>,
    /// For each byte of `text`, the raw bytes its character stands for.
    origins: Vec<Range<usize>>,
}

impl FoldedView {
    /// Folds the bytes of a line (without its line end) or of a segment.
    #[must_use]
    pub fn new(raw: &[u8]) -> Self {
        let mut folder = Folder { text: String::new(), origins: Vec::new() };
        let bullet = letter_bullet(raw);
        fold(&raw[bullet..], &mut folder);
        for origin in &mut folder.origins {
            *origin = origin.start + bullet..origin.end + bullet;
        }
        let core = undress(&folder.text);
        FoldedView { text: folder.text, core, origins: folder.origins }
    }

    /// The view.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text[self.core.clone()]
    }

    /// The raw bytes that a range of the view stands for.
    ///
    /// # Panics
    ///
    /// When the range does not lie inside the view.
    #[must_use]
    pub fn raw_range(&self, view: Range<usize>) -> Range<usize> {
        assert!(
            view.start <= view.end && view.end <= self.core.len(),
            "the range lies in the view"
        );
        let of = |at: usize| self.origins.get(self.core.start + at);
        match (of(view.start), view.end.checked_sub(1).and_then(of)) {
            (Some(first), Some(last)) if view.start < view.end => first.start..last.end,
            (Some(first), _) => first.start..first.start,
            (None, _) => {
                let end = self.origins.last().map_or(0, |last| last.end);
                end..end
            }
        }
    }
}

/// Folds into a buffer that is used again and again, without a map, and returns the view.
pub(crate) fn fold_into<'b>(raw: &[u8], buffer: &'b mut String) -> &'b str {
    let core = core_of(raw, buffer);
    &buffer[core]
}

/// Folds a whole line: where nothing but dress stands in it, the dress is what a rule sees.
pub(crate) fn fold_line_into<'b>(raw: &[u8], buffer: &'b mut String) -> &'b str {
    let core = core_of(raw, buffer);
    if core.is_empty() { buffer.trim_matches(' ') } else { &buffer[core] }
}

/// Folds into a buffer, and finds what is left without the dress.
fn core_of(raw: &[u8], buffer: &mut String) -> Range<usize> {
    buffer.clear();
    let raw = &raw[letter_bullet(raw)..];
    if raw.is_ascii() {
        fold_ascii(raw, buffer)
    } else {
        fold(raw, buffer)
    }
    undress(buffer)
}

/// What a letter or sign folds to wherever it stands, if that is one character whatever stands beside it: known for the
/// scripts that rules are written in, and their punctuation.
#[inline]
pub(crate) fn fold_simple(c: char) -> Option<char> {
    match c {
        '\0'..='\x7F' => (!c.is_whitespace()).then(|| c.to_ascii_lowercase()),
        // Neither has a case, parts, or what would join it.
        '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => Some(c),
        _ => fold_listed(c),
    }
}

/// The same for a character of the pages of the first plane, which are filled when one is asked for.
fn fold_listed(c: char) -> Option<char> {
    static PAGES: [OnceLock<Box<[u16; PAGE]>>; PAGE] = [const { OnceLock::new() }; PAGE];
    let page = PAGES.get(c as usize / PAGE)?.get_or_init(|| {
        let first = c as usize / PAGE * PAGE;
        let folded = |at| char::from_u32((first + at) as u32).map_or(0, find_simple);
        Box::new(std::array::from_fn(folded))
    });
    char::from_u32(u32::from(page[c as usize % PAGE])).filter(|&folded| folded != '\0')
}

/// Characters of a page.
const PAGE: usize = 256;

fn find_simple(c: char) -> u16 {
    let is_listed = matches!(c, '\u{A1}'..'\u{300}' | '\u{370}'..'\u{750}' | '\u{900}'..'\u{980}' | '\u{E00}'..'\u{E80}'
        | '\u{1E00}'..'\u{1F00}' | '\u{2000}'..'\u{2C00}' | '\u{3001}'..'\u{A000}' | '\u{FE30}'..'\u{FFF0}');
    if !is_listed
        || c.is_numeric()
        || c.is_whitespace()
        || is_zero_width(c)
        || (canonical_combining_class(c) != 0 && !is_lone_mark(c))
    {
        return 0;
    }
    let mut folded = String::new();
    put_slowly(c, 0..0, &mut folded);
    let mut chars = folded.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => u16::try_from(only as u32).unwrap_or(0),
        _ => 0,
    }
}

/// Marks that join no letter before them into one character.
fn is_lone_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{652}' | '\u{656}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6ED}'
        | '\u{94D}' | '\u{951}'..='\u{954}' | '\u{E31}'..='\u{E4E}')
}

/// Folds a phrase of a rule.
pub(crate) fn fold_phrase(phrase: &str) -> String {
    let mut buffer = String::new();
    fold_into(phrase.as_bytes(), &mut buffer).to_owned()
}

/// Folds a phrase that a rule compares whole lines with.
pub(crate) fn fold_line_phrase(phrase: &str) -> String {
    let mut buffer = String::new();
    fold_line_into(phrase.as_bytes(), &mut buffer).to_owned()
}

/// Where folded characters go: a plain string, or a string with a map.
trait Target {
    fn put(&mut self, c: char, raw: Range<usize>);
    /// The last character put, if any.
    fn last(&self) -> Option<char>;
    /// Replaces the last character by one that also stands for `raw`.
    fn replace_last(&mut self, c: char, raw: Range<usize>);
}

impl Target for String {
    fn put(&mut self, c: char, _: Range<usize>) {
        self.push(c);
    }

    fn last(&self) -> Option<char> {
        self.chars().next_back()
    }

    fn replace_last(&mut self, c: char, _: Range<usize>) {
        self.pop();
        self.push(c);
    }
}

struct Folder {
    text: String,
    origins: Vec<Range<usize>>,
}

impl Target for Folder {
    fn put(&mut self, c: char, raw: Range<usize>) {
        self.text.push(c);
        self.origins.resize(self.text.len(), raw);
    }

    fn last(&self) -> Option<char> {
        self.text.chars().next_back()
    }

    fn replace_last(&mut self, c: char, raw: Range<usize>) {
        self.text.pop();
        let start = self.origins.get(self.text.len()).map_or(raw.start, |first| first.start);
        self.origins.truncate(self.text.len());
        self.put(c, start..raw.end);
    }
}

/// The same for ASCII.
fn fold_ascii(raw: &[u8], buffer: &mut String) {
    let raw = raw.trim_ascii();
    // Most lines hold no white space but single spaces.
    let is_odd = raw.iter().fold(false, |odd, &byte| odd | (byte.wrapping_sub(b'\t') < 5));
    let pairs = raw.iter().zip(raw.iter().skip(1));
    let is_wide = pairs.fold(false, |wide, (&a, &b)| wide | ((a == b' ') & (b == b' ')));
    if !is_odd
        && !is_wide
        && let Ok(text) = std::str::from_utf8(raw)
    {
        buffer.push_str(text);
        buffer.make_ascii_lowercase();
        return;
    }
    let mut is_spaced = false;
    for &byte in raw {
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            is_spaced = true;
            continue;
        }
        if std::mem::take(&mut is_spaced) && !buffer.is_empty() {
            buffer.push(' ');
        }
        buffer.push(char::from(byte.to_ascii_lowercase()));
    }
}

fn fold(raw: &[u8], target: &mut impl Target) {
    let mut white = None;
    let mut at = 0;
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            let here = at..at + c.len_utf8();
            at = here.end;
            if let Some(folded) = fold_simple(c) {
                put_space(&mut white, here.start, target);
                target.put(folded, here);
            } else if c.is_whitespace() {
                white.get_or_insert(here.start);
            } else if !is_zero_width(c) {
                put_space(&mut white, here.start, target);
                put_slowly(c, here, target);
            }
        }
        let broken = at..at + chunk.invalid().len();
        at = broken.end;
        if !broken.is_empty() {
            put_space(&mut white, broken.start, target);
            target.put(char::REPLACEMENT_CHARACTER, broken);
        }
    }
}

/// White space becomes one space, and none at the start; white space at the end is never put.
fn put_space(white: &mut Option<usize>, end: usize, target: &mut impl Target) {
    if let Some(start) = white.take()
        && target.last().is_some()
    {
        target.put(' ', start..end);
    }
}

fn put_slowly(c: char, raw: Range<usize>, target: &mut impl Target) {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            let narrow = char::from_u32(c as u32 - 0xFEE0).unwrap_or(c);
            target.put(narrow.to_ascii_lowercase(), raw);
        }
        'İ' | 'ı' => target.put('i', raw),
        'ς' => target.put('σ', raw),
        'ß' | 'ẞ' => {
            target.put('s', raw.clone());
            target.put('s', raw);
        }
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '´' => target.put('\'', raw),
        '“' | '”' | '„' | '‟' | '″' => target.put('"', raw),
        '\u{2010}'..='\u{2015}' | '−' | '﹘' | '﹣' => target.put('-', raw),
        '…' => (0..3).for_each(|_| target.put('.', raw.clone())),
        _ => c.to_lowercase().for_each(|lower| {
            decompose_canonical(lower, |part| put_composed(part, raw.clone(), target));
        }),
    }
}

/// A combining mark joins the letter before it, so that both ways of writing `é` are one.
fn put_composed(c: char, raw: Range<usize>, target: &mut impl Target) {
    match target.last() {
        Some('i') if c == '\u{307}' => target.replace_last('i', raw),
        Some(last) => match compose(last, c) {
            Some(joined) => target.replace_last(joined, raw),
            None => target.put(c, raw),
        },
        None => target.put(c, raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(raw: &str) -> String {
        let mut buffer = String::new();
        fold_into(raw.as_bytes(), &mut buffer).to_owned()
    }

    #[test]
    fn what_looks_alike_folds_alike() {
        for raw in [
            "Source link",
            "SOURCE  LINK",
            "\u{A0}source\u{3000}link ",
            "- Source link -",
            "**Source link**",
            ">> Source link <<",
            "[Source link](https://example.org/x)",
            "**[Source link](https://example.org/x)**",
            "[**Source link**][3]",
            "Ｓｏｕｒｃｅ　ｌｉｎｋ",
            "【source link".trim_start_matches('【'),
            "Source link:",
            "Source link…",
            "Source link...",
            "### Source link",
            "• Source\u{AD} link\u{200B}",
            "→ Source link »",
            "_Source link_",
            "👉 Source link",
            "| Source link |",
            "Source link :",
            "\u{FEFF}Source link",
        ] {
            assert_eq!(folded(raw), "source link", "{raw:?}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for raw in [
            "[Source link]",
            "(Source link)",
            "Source link.",
            "\"Source link\"",
            "![Source link](a.png)",
            "`Source link`",
        ] {
            assert_ne!(folded(raw), "source link", "{raw:?}");
        }
        assert_eq!(folded("[ad_1]"), "[ad_1]");
        assert_eq!(folded("［ａｄ＿１］"), "[ad_1]");
        assert_eq!(folded("[ad_1](https://example.org)"), "ad_1");
    }

    #[test]
    fn letters_of_many_scripts_fold() {
        assert_eq!(folded("İLAN"), folded("ilan"));
        assert_eq!(folded("YAYINLANDI"), folded("yayınlandı"));
        assert_eq!(folded("STRASSE"), folded("Straße"));
        assert_eq!(folded("ΠΗΓΉΣ"), folded("πηγής"));
        assert_eq!(folded("ИСТОЧНИК"), "источник");
        assert_eq!(folded("Publicite\u{301}"), "publicité");
        assert_eq!(folded("Tie\u{302}\u{301}ng"), "tiếng");
        assert_eq!(folded("I\u{307}lan"), "ilan");
        assert_eq!(folded("\u{95E}"), folded("\u{92B}\u{93C}"));
        assert_eq!(folded("한국"), folded("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"));
    }

    proptest! {
        /// A text of characters that fold to one is folded one by one.
        #[test]
        fn simple_characters_fold_one_by_one(
            text in "[a-zA-Zà-ỹÀ-Ỹа-яА-ЯёЁα-ωΑ-Ωάώß“”’–»«0-9]{1,30}|[\\x20-\\x7F]{0,20}|([\\u{5D0}-\\u{74F}]|[\\u{900}-\\u{97F}]|[\\u{E00}-\\u{E7F}]|[\\u{2000}-\\u{2BFF}]|[\\u{3000}-\\u{30FF}]|[\\u{4E00}-\\u{4EFF}]|[\\u{AC00}-\\u{AD00}]|[\\u{FE30}-\\u{FFEF}]|[\\u{1100}-\\u{1200}]){1,12}",
        ) {
            let simple: Option<String> = text.chars().map(fold_simple).collect();
            if let Some(simple) = simple {
                let mut buffer = String::new();
                fold(text.as_bytes(), &mut buffer);
                prop_assert_eq!(simple, buffer);
            }
        }

        /// Nothing that stands beside a simple character changes what it folds to, unless it joins it from behind.
        #[test]
        fn what_stands_before_a_simple_character_changes_nothing(before in any::<char>(), c in "[\\u{A1}-\\u{97F}]|[\\u{E00}-\\u{E7F}]|[\\u{1E00}-\\u{30FF}]|[\\u{3400}-\\u{FFEF}]") {
            if let Some(simple) = c.chars().next().and_then(fold_simple) {
                let (mut alone, mut both) = (String::new(), String::new());
                fold(before.to_string().as_bytes(), &mut alone);
                fold(format!("{before}{c}").as_bytes(), &mut both);
                let is_space = before.is_whitespace();
                prop_assert!(is_space || both == format!("{alone}{simple}"), "{:?}", (before, c));
            }
        }

        /// Folding with and without the map is the same, and folding twice is folding once where no dress is left.
        #[test]
        fn the_map_does_not_change_the_view(raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            let view = FoldedView::new(&raw);
            let mut buffer = String::new();
            prop_assert_eq!(view.as_str(), fold_into(&raw, &mut buffer));
        }

        /// Every part of the view stands for a part of the line, in order.
        #[test]
        fn raw_ranges_lie_in_the_line(raw in "\\PC{0,40}") {
            let view = FoldedView::new(raw.as_bytes());
            let mut end = 0;
            for (at, c) in view.as_str().char_indices() {
                let range = view.raw_range(at..at + c.len_utf8());
                prop_assert!(range.start <= range.end && range.end <= raw.len());
                prop_assert!(range.end >= end);
                end = range.end;
            }
        }
    }
}
