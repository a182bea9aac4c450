//! The ways in which a text can be written as a string of JSON. Called by the laws of the library and by those of the program.

use proptest::prelude::*;

/// How a writer of JSON writes strings.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// As little is escaped as can be.
    Least,
    /// All that is not ASCII is escaped.
    Ascii,
    /// Any character may be written in any way; the number starts the dice.
    Any(u64),
    /// Line feeds are written as usual, all else in any way.
    Lines(u64),
}

/// The styles, the most usual ones most often.
pub fn styles() -> impl Strategy<Value = Style> + Clone {
    prop_oneof![
        3 => Just(Style::Least),
        2 => Just(Style::Ascii),
        2 => any::<u64>().prop_map(Style::Any),
        2 => any::<u64>().prop_map(Style::Lines),
    ]
}

/// A text as the inside of a JSON string.
pub fn written(text: &str, style: Style) -> String {
    characters(text, style).into_iter().map(|(_, written)| written).collect()
}

/// The characters of a text, each with how it is written.
pub fn characters(text: &str, style: Style) -> Vec<(char, String)> {
    let mut state = match style {
        Style::Any(seed) | Style::Lines(seed) => seed | 1,
        _ => 1,
    };
    let mut dice = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % sides as u64).expect("smaller than the number of sides")
    };
    let one = |c: char| {
        let mut ways = ways(c);
        let at = match style {
            Style::Least => ways.len() - 1,
            Style::Ascii if c.is_ascii() => ways.len() - 1,
            Style::Ascii => 0,
            Style::Lines(_) if c == '\n' => ways.len() - 1,
            Style::Any(_) | Style::Lines(_) => dice(ways.len()),
        };
        (c, ways.swap_remove(at))
    };
    text.chars().map(one).collect()
}

/// The ways in which a character can be written, the usual one last.
fn ways(c: char) -> Vec<String> {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    let mut ways = vec![
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        units.iter().map(|unit| format!("\\u{unit:04X}")).collect(),
    ];
    let short = match c {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '/' => Some("\\/"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '\u{8}' => Some("\\b"),
        '\u{c}' => Some("\\f"),
        _ => None,
    };
    ways.extend(short.map(str::to_owned));
    if c >= ' ' && c != '"' && c != '\\' {
        ways.push(c.to_string());
    }
    ways
}
