//! The dress of a line: decoration at both ends, and Markdown link syntax around all of it.
//!
//! Works on folded text. The invariant: what is left is a part of the text, never something new. Called by the folder
//! only.
//!
//! Dropped at both ends: bullets, pipes, asterisks, underscores, tildes, arrows, angle quotes, `#`, `=`, `+`, dashes,
//! colons, ellipses, box drawing, dingbats, emoji and private-use icons. Kept: letters, digits, quotes, brackets, full
//! stops, `!` and `?`, because they tell a label from a sentence.

use std::ops::Range;

use super::chars::{next_char, trim_start};

/// How many links around each other are taken off.
const MAX_LINKS: usize = 8;

/// The part of `folded` that is left when its dress is taken off.
pub(crate) fn undress(folded: &str) -> Range<usize> {
    let mut core = strip(folded, 0..folded.len());
    for _ in 0..MAX_LINKS {
        let Some(inner) = link_text(&folded[core.clone()]) else { break };
        core = strip(folded, core.start + inner.start..core.start + inner.end);
    }
    core
}

/// Length of a bullet that is the letter `o`, which text renderers put before the items of inner lists, with the white
/// space around it. The item begins with a capital: otherwise `o` is a word.
pub(crate) fn letter_bullet(raw: &[u8]) -> usize {
    let at = trim_start(raw, 0, raw.len());
    let Some(rest) = raw.get(at..).and_then(|rest| rest.strip_prefix(b"o ")) else { return 0 };
    let item = raw.len() - rest.len() + trim_start(rest, 0, rest.len());
    match next_char(raw, item) {
        Some((c, _)) if c.is_uppercase() => item,
        _ => 0,
    }
}

fn strip(text: &str, mut core: Range<usize>) -> Range<usize> {
    loop {
        let part = &text[core.clone()];
        let bare = part.trim_start_matches(is_decoration);
        let bare = if bare.starts_with("...") { bare.trim_start_matches('.') } else { bare };
        let start = core.end - bare.len();
        let bare = bare.trim_end_matches(is_decoration);
        let bare = if bare.ends_with("...") { bare.trim_end_matches('.') } else { bare };
        let end = start + bare.len();
        if (start..end) == core {
            return core;
        }
        core = start..end;
    }
}

/// What is taken off at both ends of folded text.
pub(crate) fn is_decoration(c: char) -> bool {
    matches!(c, ' ' | '*' | '_' | '~' | '#' | '>' | '<' | '|' | '=' | '+' | '-' | ':' | '¦' | '·' | '•' | '‣' | '⁃'
        | '∙' | '・' | '〜' | '※' | '«' | '»' | '‹' | '›' | '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}'
        | '\u{2500}'..='\u{27BF}' | '\u{27F0}'..='\u{27FF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{E000}'..='\u{F8FF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// The text of a Markdown link, where the whole of `text` is one: `[text](target "title")` or `[text][label]`.
fn link_text(text: &str) -> Option<Range<usize>> {
    let close = closing(text, '[', ']')?;
    let rest = &text[close + 1..];
    let is_link = match rest.chars().next()? {
        '(' => {
            let target = rest.get(1..closing(rest, '(', ')')?)?;
            let title = target.split_once(' ').map_or("", |(_, title)| title);
            closes_at_end(rest, '(', ')')
                && (title.is_empty() || title.starts_with(['"', '\'', '(']))
        }
        '[' => closes_at_end(rest, '[', ']'),
        _ => false,
    };
    is_link.then_some(1..close)
}

fn closes_at_end(text: &str, open: char, close: char) -> bool {
    closing(text, open, close) == Some(text.len() - 1)
}

/// Where the bracket that opens `text` closes.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (at > 0).then_some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> &str {
        &text[undress(text)]
    }

    #[test]
    fn only_whole_links_are_taken_off() {
        assert_eq!(bare("[a](b) and [c](d)"), "[a](b) and [c](d)");
        assert_eq!(bare("[a](b \"title\")"), "a");
        assert_eq!(bare("[a](b c)"), "[a](b c)");
        assert_eq!(bare("[a][]"), "a");
        assert_eq!(bare("[[a]](b)"), "[a]");
        assert_eq!(bare("[a]"), "[a]");
        assert_eq!(bare("![a](b)"), "![a](b)");
        assert_eq!(bare("[a] (b)"), "[a] (b)");
    }

    #[test]
    fn decoration_alone_leaves_nothing() {
        for text in ["", "---", "* * *", "•", "...", ":", "> - *"] {
            assert_eq!(bare(text), "", "{text:?}");
        }
    }
}
