//! Generators of documents for the laws, made of the residue that a pack knows and of what it does not.
//!
//! All text is invented. A document is a list of lines, so that a failure shrinks to the few lines that matter.

use std::collections::BTreeSet;
use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use unchaff::{Cleaner, Rule, Shape};

/// A document. Shown as a byte string that can be pasted into a test.
#[derive(Clone, PartialEq, Eq)]
pub struct Document(pub Vec<u8>);

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// What rules match: lines, and markers that may be glued to anything.
#[derive(Clone)]
pub struct Residue {
    pub lines: Vec<String>,
    pub markers: Vec<String>,
}

impl Residue {
    /// The residue of the small pack.
    pub fn small() -> Self {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Residue { lines: own(&LINES), markers: own(&MARKERS) }
    }

    /// The phrases of the built-in rules, and the lines of their examples.
    pub fn builtin() -> Self {
        let mut lines = BTreeSet::new();
        let mut markers = BTreeSet::new();
        for rule in Cleaner::builtin().rules() {
            let examples = rule.remove_examples().iter().chain(rule.keep_examples());
            lines.extend(examples.flat_map(|example| example.lines()).map(str::to_owned));
            for shape in rule.shapes() {
                match shape {
                    Shape::Line(phrase) => lines.insert(phrase.clone()),
                    Shape::Starts { phrase, .. } => lines.insert(format!("{phrase} tide")),
                    Shape::Ends { phrase, .. } => lines.insert(format!("tide {phrase}")),
                    Shape::Inline(literal) => markers.insert(literal.clone()),
                    _ => false,
                };
            }
        }
        lines.retain(|line| line.len() <= 200);
        Residue { lines: lines.into_iter().collect(), markers: markers.into_iter().collect() }
    }
}

/// Every phrase of a rule that stands for a whole line.
pub fn line_phrases(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.shapes().iter().filter_map(|shape| match shape {
        Shape::Line(phrase) => Some(phrase.as_str()),
        _ => None,
    })
}

const MARKERS: [&str; 14] = [
    "[ad_1]",
    "[ad_2]",
    "[ad_1]|b|",
    "|b|[ad_2]",
    "~=~=~",
    "~~~[t]",
    "[box_1]",
    "(tide box).",
    "{{slot.x}}",
    "[gap_1]",
    "<!--gap-->",
    "[home]",
    "[ad_1][ad_2]",
    "[ad_2] [box_1]",
];

const LINES: [&str; 40] = [
    "Source link",
    "Source url",
    "top channel",
    "Print",
    "Share the pier",
    "Skip to pier",
    "Share",
    "Tweet",
    "© Pier",
    "E-mail (2)",
    "Straße ist's",
    "Click to share on Pier (Opens in new window)",
    "Please wait.",
    "Follow us on Pier.",
    "No.",
    "Join the harbour list today!",
    "All rights reserved.",
    "出典はこちら。",
    "Read also: Tides of May",
    "read also",
    "read also nothing",
    "Read also. Print",
    "相关阅读第二条",
    "End of the post",
    "Share of the post",
    "post.",
    "Copyright 1994",
    "copyright 2001.",
    "12 shares",
    "7 shares",
    "pier (opens in new window)",
    "Tide Harbour Home",
    "[gap_1] gap",
    "Print. Share. Tweet.",
    "Read also the post.",
    "No. No. No.",
    "12 tides",
    "1,2.3 tides",
    "Page 3 of 10",
    "page {n} of 3.",
];

/// Lines without words.
const FRAMES: [&str; 8] = ["||", "||", "| |", " ||", "=-=", "...", "* -", "~ ~"];

const BODIES: [&str; 23] = [
    "The harbour froze in May.",
    "Nobody waved",
    "“We did not expect this,” he said.",
    "She left early. He stayed!",
    "the ferry was late, as it had been all week",
    "Was it the tide?",
    "It rained… and rained.",
    "雨が降った。船は出なかった。",
    "बारिश हुई। नाव रुकी।",
    "A cat (grey) slept.",
    "3.5 litres of milk",
    "The end.)",
    "He bought bread, salt and rope, and went down to the pier without a word to anyone in the house.",
    "Yes!",
    "Tides:low",
    "Émile rowed home.",
    "See tide.example.org for more",
    "1994",
    "I",
    "The words Source link were there.",
    "By noon the ferry had been taken out of the ice, and the men rowed over.",
    "A line without an end, about the ferry and the ice and the men who rowed, and about the goat that nobody had asked but which went along all the same, all the way to the pier",
    "冬の間、港は凍っていた。人々は氷の上を歩いて島へ渡り、春になるとまた船に乗った。",
];

const SHORTS: [&str; 26] = [
    "No.",
    "Oh! ",
    "“Ah.”",
    "e.g.this",
    ". . .",
    "?",
    "[ad",
    "_1]",
    "[ad_1",
    "ad_2]",
    "|b|",
    "~~~",
    "```",
    "(x)",
    "[x](y)",
    "[",
    "*",
    ":",
    "-",
    "1.",
    "| a | b |",
    "|---|",
    "。",
    "...",
    "\u{301}",
    "「雨。」",
];

const HEADS: [&str; 8] = [
    "The list has these lines:",
    "tags:",
    "**Tides:**",
    "(see:)",
    "船：",
    "He said: “",
    "title: Tide",
    "Print:",
];

const BLANKS: [&str; 8] = ["", "", "", " ", "\u{A0}", "\t", "\u{200B}\u{FEFF}", "\u{3000}\r"];

const BULLETS: [&str; 7] = ["- ", "* ", "1. ", "2) ", "• ", "+\u{A0}", "-"];

const STRUCTURE: [&str; 18] = [
    "```",
    "```js",
    "~~~",
    "~~~~",
    "---",
    "+++",
    "title: a",
    "key = 1",
    "  - b",
    "# c",
    "| a | b |",
    "|---|---|",
    "|---|",
    "| Print |",
    "||",
    "* * *",
    "[ad_1] ```",
    "> quote",
];

const BEFORE: [&str; 14] =
    ["", "", "", " ", "- ", "» ", "**", "| ", "# ", "\u{A0}", "[", "\u{200B}", "✂ ", "… "];

const AFTER: [&str; 14] = [
    "",
    "",
    "",
    " ",
    " -",
    " «",
    "**",
    " |",
    "](https://tide.example/a)",
    "…",
    ":",
    "\u{AD}",
    " 🎉",
    "\u{FE0F}",
];

const GAPS: [&str; 12] =
    ["", "", "", " ", " ", " ", "  ", "\u{A0}", "\t", "\u{3000}", "\u{200B}", " | "];

const LINE_ENDS: [&str; 10] =
    ["\n", "\n", "\n", "\n", "\n", "\r\n", "\r\n", "\n\n", "\r", "\r\r\n"];

const OPENERS: [&str; 10] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "\u{FEFF}",
    "\u{FEFF}\u{FEFF}",
    "---\ntitle: Tide\n---\n",
    "+++\nkey = 1\n",
];

const NOISE: [&[u8]; 12] = [
    b"\0",
    b"\xFF",
    b"\xE2\x80",
    b"\xF0\x9F",
    b"\x80",
    b"\r",
    b"\xEF\xBB\xBF",
    b"\xED\xA0\x80",
    "\u{2028}".as_bytes(),
    "\u{85}".as_bytes(),
    "İ".as_bytes(),
    "\u{307}".as_bytes(),
];

fn any_of(texts: &[String]) -> BoxedStrategy<String> {
    select(texts.to_vec()).boxed()
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    select(texts).prop_map(str::to_owned)
}

/// A sentence or a piece of one that no rule matches.
pub fn body() -> impl Strategy<Value = String> + Clone {
    one_of(&BODIES)
}

/// A text as somebody else would have typed it.
fn written(text: String, manner: u8) -> String {
    match manner {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => text.replace(' ', "\u{A0}\u{200B} "),
        3 => text.chars().map(wide).collect(),
        4 => text.replace('e', "e\u{AD}"),
        _ => text,
    }
}

fn wide(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Prose, or what just fails to be.
fn paragraph() -> impl Strategy<Value = String> + Clone {
    let sentence =
        "They rowed and rowed until the light of the harbour stood above the trees and the ice";
    let end =
        one_of(&[".", "", ". ", "!»", ":", ". [ad_1]", ". Source link", ". [ad_1] He slept."]);
    (70usize..sentence.len(), 1usize..3, end)
        .prop_map(move |(len, times, end)| sentence[..len].repeat(times) + &end)
}

/// A label that no rule knows, or what just fails to be one.
fn label() -> impl Strategy<Value = String> + Clone {
    let words =
        vec(one_of(&["Tides", "a", "of", "Harbour", "—", "12", "Überfahrten", "[ad_1]"]), 1..8);
    words.prop_map(|words| words.join(" "))
}

/// One line without its line end.
fn line(residue: &Residue) -> impl Strategy<Value = Vec<u8>> + use<> {
    let phrase = any_of(&residue.lines);
    let marker = any_of(&residue.markers);
    let dressed = (one_of(&BEFORE), phrase.clone(), one_of(&AFTER), 0u8..12).prop_map(
        |(before, text, after, manner)| format!("{before}{}{after}", written(text, manner)),
    );
    let segment =
        prop_oneof![3 => body(), 3 => phrase.clone(), 3 => marker.clone(), 2 => one_of(&SHORTS)];
    let flat = vec((segment, one_of(&GAPS)), 1..6)
        .prop_map(|parts| parts.into_iter().map(|(text, gap)| text + &gap).collect::<String>());
    let item = (one_of(&BULLETS), prop_oneof![phrase.clone(), body()])
        .prop_map(|(bullet, text)| bullet + &text);
    let text = prop_oneof![
        6 => body(),
        4 => phrase,
        4 => dressed,
        2 => marker,
        6 => flat,
        3 => one_of(&BLANKS),
        3 => one_of(&FRAMES),
        2 => one_of(&HEADS),
        2 => item,
        2 => one_of(&STRUCTURE),
        1 => "\\PC{0,8}",
    ];
    let text = prop_oneof![12 => text, 2 => paragraph(), 3 => label()];
    prop_oneof![
        30 => text.clone().prop_map(String::into_bytes),
        1 => (text, any::<prop::sample::Index>(), select(&NOISE[..])).prop_map(|(text, at, noise)| {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, noise.iter().copied());
            bytes
        }),
        1 => vec(any::<u8>(), 0..8),
    ]
}

/// Documents of up to 20 lines with everything in them that is hard.
pub fn documents(residue: &Residue) -> impl Strategy<Value = Document> + use<> {
    let lines = vec((line(residue), select(&LINE_ENDS[..])), 0..20);
    (select(&OPENERS[..]), lines, 0u8..3).prop_map(|(opener, lines, ending)| {
        let mut text = opener.as_bytes().to_vec();
        let last = lines.len();
        for (at, (line, end)) in lines.into_iter().enumerate() {
            text.extend_from_slice(&line);
            if at + 1 < last || ending > 0 {
                text.extend_from_slice(end.as_bytes());
            }
        }
        Document(text)
    })
}

/// Documents of one to ten lines of plain body, with or without blank lines between them; the first and the last line
/// are not blank, and no line end stands at the end.
pub fn plain_bodies(line_end: &'static str) -> impl Strategy<Value = String> {
    vec((body(), 1usize..3), 1..10).prop_map(move |lines| {
        let text: String =
            lines.into_iter().map(|(line, ends)| line + &line_end.repeat(ends)).collect();
        text.trim_end_matches(['\r', '\n']).to_owned()
    })
}

/// Documents with the residue of the small pack.
pub fn small_documents() -> impl Strategy<Value = Document> {
    documents(&Residue::small())
}

/// Documents with the residue of the built-in packs.
pub fn builtin_documents() -> impl Strategy<Value = Document> {
    documents(&Residue::builtin())
}
