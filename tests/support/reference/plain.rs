//! Characters, white space, folding and sentence ends, in the plainest form.

use super::Texture;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

pub fn unspaced(c: char) -> bool {
    let ranges = [
        (0x0E00, 0x0EFF),
        (0x1000, 0x109F),
        (0x1780, 0x17FF),
        (0x3040, 0x30FF),
        (0x3400, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF),
    ];
    ranges.iter().any(|&(from, to)| (from..=to).contains(&(c as u32)))
}

const ZERO_WIDTH: [(u32, u32); 9] = [
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x2069),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
];

pub fn zero_width(c: char) -> bool {
    ZERO_WIDTH.iter().any(|&(from, to)| (from..=to).contains(&(c as u32)))
}

pub fn invisible(c: char) -> bool {
    c.is_whitespace() || zero_width(c)
}

/// Characters with the offsets they stand at; every byte that is no text is U+FFFD.
pub fn chars(bytes: &[u8]) -> Vec<(usize, usize, char)> {
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            found.push((at, at + c.len_utf8(), c));
            at += c.len_utf8();
        }
        for _ in chunk.invalid() {
            found.push((at, at + 1, '\u{FFFD}'));
            at += 1;
        }
    }
    found
}

pub fn skip_white(line: &[u8], from: usize, to: usize) -> usize {
    let seen = chars(&line[from..to]).into_iter().find(|(.., c)| !invisible(*c));
    seen.map_or(to, |(start, ..)| from + start)
}

pub fn skip_white_back(line: &[u8], from: usize, to: usize) -> usize {
    let seen = chars(&line[from..to]).into_iter().rev().find(|(.., c)| !invisible(*c));
    seen.map_or(from, |(_, end, _)| from + end)
}

/// Step by step: width, case, spaces, marks, and then the dress.
pub fn fold(raw: &[u8]) -> String {
    undress(&dressed(raw), 8)
}

/// The same for a whole line: one that is nothing but dress is seen in it.
pub fn fold_line(raw: &[u8]) -> String {
    let view = fold(raw);
    if view.is_empty() { dressed(raw) } else { view }
}

fn dressed(raw: &[u8]) -> String {
    // A bullet that is the letter `o`, before a capital.
    let at = skip_white(raw, 0, raw.len());
    let raw = match raw[at..].strip_prefix(b"o ") {
        Some(item) => {
            let item = &item[skip_white(item, 0, item.len())..];
            let is_capital = chars(item).first().is_some_and(|(.., c)| c.is_uppercase());
            if is_capital { item } else { raw }
        }
        None => raw,
    };
    let mut plain = String::new();
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars().filter(|&c| !zero_width(c)) {
            let c = match c as u32 {
                wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).expect("it is ASCII"),
                _ => c,
            };
            match c {
                _ if c.is_whitespace() => plain.push(' '),
                'İ' | 'ı' => plain.push('i'),
                'ς' => plain.push('σ'),
                'ß' | 'ẞ' => plain.push_str("ss"),
                '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '´' => plain.push('\''),
                '“' | '”' | '„' | '‟' | '″' => plain.push('"'),
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' => {
                    plain.push('-')
                }
                '…' => plain.push_str("..."),
                _ => {
                    for lower in c.to_lowercase().nfd() {
                        match (plain.chars().last(), lower) {
                            (Some('i'), '\u{307}') => {}
                            (Some(last), mark)
                                if !mark.is_ascii() && compose(last, mark).is_some() =>
                            {
                                plain.pop();
                                plain.extend(compose(last, mark));
                            }
                            _ => plain.push(lower),
                        }
                    }
                }
            }
        }
        if !chunk.invalid().is_empty() {
            plain.push('\u{FFFD}');
        }
    }
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub fn undress(text: &str, links: usize) -> String {
    let decoration = |c: char| {
        " *_~#><|=+-:¦·•‣⁃∙・〜※«»‹›".contains(c)
            || [
                (0x2190, 0x21FF),
                (0x2300, 0x23FF),
                (0x2500, 0x27BF),
                (0x27F0, 0x27FF),
                (0x2900, 0x297F),
                (0x2B00, 0x2BFF),
                (0xE000, 0xF8FF),
                (0x1F000, 0x1FAFF),
            ]
            .iter()
            .any(|&(from, to)| (from..=to).contains(&(c as u32)))
    };
    let mut bare = text.trim_matches(decoration);
    if bare.starts_with("...") {
        bare = bare.trim_start_matches('.');
    }
    if bare.ends_with("...") {
        bare = bare.trim_end_matches('.');
    }
    if bare != text {
        return undress(bare, links);
    }
    match link_text(bare) {
        Some(inner) if links > 0 => undress(inner, links - 1),
        _ => bare.to_owned(),
    }
}

pub fn link_text(text: &str) -> Option<&str> {
    let inner_end = matching(text, '[', ']')?;
    let rest = &text[inner_end + 1..];
    let is_target = rest.starts_with('(') && matching(rest, '(', ')') == Some(rest.len() - 1) && {
        let target = &rest[1..rest.len() - 1];
        match target.split_once(' ') {
            Some((_, title)) => title.is_empty() || title.starts_with(['"', '\'', '(']),
            None => true,
        }
    };
    let is_label = rest.starts_with('[') && matching(rest, '[', ']') == Some(rest.len() - 1);
    (is_target || is_label).then(|| &text[1..inner_end])
}

pub fn matching(text: &str, open: char, close: char) -> Option<usize> {
    if !text.starts_with(open) {
        return None;
    }
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == open) - i32::from(c == close);
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The kind of sentence end before `end`: is it wide, is it closed by quotes or brackets, is white space before a
/// closing angle quote?
pub fn stop_before(line: &[u8], end: usize) -> Option<(bool, bool, bool)> {
    let before = chars(&line[..end]);
    let last: Vec<char> = before.iter().rev().take(16).map(|(.., c)| *c).collect();
    let mut closed = false;
    let mut gap = false;
    for (i, c) in last.iter().enumerate() {
        match c {
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։' => {
                return Some((false, closed, gap));
            }
            '。' | '！' | '？' | '．' | '｡' => return Some((true, closed, gap)),
            c if is_closing(*c) => closed = true,
            ' ' | '\u{A0}' | '\u{202F}' if i > 0 && "»›".contains(last[i - 1]) => gap = true,
            _ => return None,
        }
    }
    None
}

pub fn is_closing(c: char) -> bool {
    "\"')]*_”’“‘»«›」』】）］".contains(c)
}

pub fn is_cut(line: &[u8], at: usize) -> bool {
    let end = skip_white_back(line, 0, at);
    let Some((is_wide, is_closed, has_gap)) = stop_before(line, end) else { return false };
    let Some((.., next)) = chars(&line[at..]).first().copied() else { return false };
    if has_gap {
        return end < at || next == '[';
    }
    is_wide || end < at || (is_closed && next.is_alphanumeric()) || opens(next)
}

pub fn opens(c: char) -> bool {
    c == '[' || c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase())
}

pub fn reads_like_start(line: &[u8], at: usize) -> bool {
    let next = chars(&line[at..]).first().map(|(.., c)| *c);
    next.is_some_and(|c| {
        let is_bullet = c == '*' && line.get(at + 1) == Some(&b' ');
        opens(c) || is_bullet || c.is_numeric() || "\"'“‘„«‹「『《〈【〔（［¿¡(@—–$€£#•".contains(c)
    })
}

/// Brackets around something without white space that looks like an address, or around nothing.
pub fn is_link_target(line: &[u8], at: usize) -> bool {
    if line.get(at) != Some(&b'(') {
        return false;
    }
    let inside: Vec<u8> = line[at + 1..]
        .iter()
        .copied()
        .take(1024)
        .take_while(|b| *b != b')' && !b.is_ascii_whitespace())
        .collect();
    let is_closed = line.get(at + 1 + inside.len()) == Some(&b')');
    is_closed && (inside.is_empty() || inside.iter().any(|b| b"/.:#".contains(b)))
}

pub fn cuts(line: &[u8]) -> Vec<usize> {
    let seen = chars(line).into_iter().filter(|(.., c)| !invisible(*c));
    seen.map(|(start, ..)| start).filter(|&start| start > 0 && is_cut(line, start)).collect()
}

/// A bullet, a number or a letter with a bracket, or a few words that are no sentence.
pub fn is_item(line: &[u8]) -> bool {
    let to = skip_white_back(line, 0, line.len());
    let from = skip_white(line, 0, to);
    if to - from <= 60 && stop_before(line, to).is_none() {
        return true;
    }
    let text = String::from_utf8_lossy(&line[from..]);
    let after = match text
        .strip_prefix(['-', '*', '+', '•', '–', '◦', '○', '▪', '●', '‣', '・', '·', '►'])
    {
        Some(after) => after,
        None => {
            let label: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
            let is_number = label.len() <= 3 && label.bytes().all(|b| b.is_ascii_digit());
            match text[label.len()..].strip_prefix(['.', ')']) {
                Some(after) if label.len() == 1 || (is_number && !label.is_empty()) => after,
                _ => return false,
            }
        }
    };
    after.starts_with(char::is_whitespace)
}

/// One to six number signs and white space.
pub fn is_heading(line: &[u8]) -> bool {
    let text = &line[skip_white(line, 0, line.len())..];
    let marks = text.iter().take_while(|&&byte| byte == b'#').count();
    (1..=6).contains(&marks) && text.get(marks).is_some_and(u8::is_ascii_whitespace)
}

pub fn ends_in_colon(text: &[u8]) -> bool {
    let text = &text[..skip_white_back(text, 0, text.len())];
    let before = chars(text);
    for (.., c) in before.iter().rev().take(8) {
        match c {
            ':' | '：' | '﹕' | '׃' => return true,
            c if "*_\"')]”’» ".contains(*c) => {}
            _ => return false,
        }
    }
    false
}

/// Prose is a sentence of 80 bytes or anything of 160; a label is a few words that end and introduce nothing.
pub fn texture(text: &[u8], introduces: bool) -> Texture {
    let to = skip_white_back(text, 0, text.len());
    let text = &text[skip_white(text, 0, to)..to];
    let is_sentence = stop_before(text, text.len()).is_some();
    if text.len() >= 160 || (text.len() >= 80 && is_sentence) {
        return Texture::Prose;
    }
    let words = String::from_utf8_lossy(text);
    let (chars, words) = (words.chars().count(), words.split_whitespace().count());
    match () {
        () if is_sentence || introduces => Texture::Other,
        () if text.len() <= 60 && chars <= 40 && words <= 6 => Texture::Label,
        () if text.len() <= 180 && chars <= 120 && words <= 14 => Texture::Headline,
        () => Texture::Other,
    }
}
