//! Generators of documents for the laws, the small pack they are cleaned with, and the runner of the laws.
//!
//! All text is invented. A document is a list of lines, so that a failure shrinks to the few lines that matter.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestError, TestRunner};
use unchaff::{Cleaner, CleanerBuilder, Limits, Pack, Profile, Rule, Shape};

/// Cases of a law, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 20_000;

/// Checks a law on many inputs. A law whose check is slow takes only one `share` of the cases.
///
/// A failure names the smallest input that was found, and the seed that finds it again.
pub fn law<S: Strategy>(share: u32, inputs: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = number("UNCHAFF_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let cases =
        number("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(CASES);
    let mut config = Config::with_cases((cases / share).max(1));
    config.rng_seed = RngSeed::Fixed(seed);
    config.failure_persistence = None;
    match TestRunner::new(config).run(&inputs, check) {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => {
            panic!(
                "the law fails: {reason}\ninput: {input:#?}\nreplay: UNCHAFF_SEED={seed} PROPTEST_CASES={cases}"
            )
        }
        Err(error) => panic!("{error}\nreplay: UNCHAFF_SEED={seed} PROPTEST_CASES={cases}"),
    }
}

/// The rules of the small pack: every shape, weight and edge, literals that overlap, that end a sentence, that are
/// nothing but decoration, that look like a fence.
pub const RULES: &str = r#"
[[rule]]
id = "t.marker"
category = "ad-marker"
inline = ["[ad_1]", "[ad_2]", "[ad_1]|b|", "|b|[ad_2]", "~=~=~", "~~~[t]"]
weight = "certain"
remove = ["[ad_1]\nThe harbour froze."]
keep = ["The shortcode [ad_1] shows a banner."]

[[rule]]
id = "t.box"
category = "shortcode"
inline = ["[box_1]", "(tide box).", "{{slot.x}}"]
weight = "likely"
remove = ["The harbour froze.\n[box_1]"]
keep = ["The tag [box_1] is gone."]

[[rule]]
id = "t.gap"
category = "shortcode"
inline = ["[gap_1]", "<!--gap-->"]
line = ["[gap_1] gap"]
weight = "weak"
at = "head"
remove = ["[gap_1]\n[ad_1]\nThe harbour froze."]
keep = ["The harbour froze.\n[gap_1]\nNobody waved."]

[[rule]]
id = "t.source"
category = "source"
line = ["Source link", "Source url"]
weight = "likely"
at = "tail"
remove = ["The harbour froze.\nSource link"]
keep = ["The source link was a bank account."]

[[rule]]
id = "t.channel"
category = "channel-tag"
line = ["top channel"]
weight = "likely"
at = "head"
remove = ["top channel\nThe harbour froze."]
keep = ["The harbour froze.\ntop channel"]

[[rule]]
id = "t.label"
category = "widget"
repeats = true
line = ["Print", "Share", "Tweet", "© Pier", "E-mail (2)", "Straße ist's", "{n} tides", "page {n} of {n}"]
weight = "weak"
remove = ["The harbour froze.\nPrint\n[ad_1]"]
keep = ["Print"]

[[rule]]
id = "t.lone"
category = "share"
alone = true
line = ["Share the pier", "Skip to pier"]
weight = "weak"
at = "tail"
remove = ["The harbour froze.\nShare the pier\n[ad_1]"]
keep = ["Share the pier"]

[[rule]]
id = "t.fixed"
category = "share"
line = ["Click to share on Pier (Opens in new window)", "Please wait."]
weight = "certain"
remove = ["The harbour froze.\nPlease wait.\nNobody waved."]
keep = ["She said please wait."]

[[rule]]
id = "t.follow"
category = "share"
line = ["Follow us on Pier.", "No."]
weight = "likely"
affix = true
remove = ["The harbour froze. Follow us on Pier."]
keep = ["They follow us on Pier."]

[[rule]]
id = "t.list"
category = "newsletter"
line = ["Join the harbour list today!", "All rights reserved.", "出典はこちら。"]
weight = "likely"
remove = ["The harbour froze.\nAll rights reserved."]
keep = ["He said that all rights reserved."]

[[rule]]
id = "t.also"
category = "related"
starts = ["read also", "相关阅读"]
max_words = 6
weight = "likely"
remove = ["The harbour froze.\nRead also: Tides"]
keep = ["You may read also."]

[[rule]]
id = "t.post"
category = "comments"
ends = ["of the post", "post."]
max_words = 5
weight = "weak"
remove = ["The harbour froze.\nEnd of the post\n[ad_1]"]
keep = ["End of the post"]

[[rule]]
id = "t.count"
category = "copyright"
pattern = ['copyright \d{4}\.?', '\d{1,3} shares?', '[a-z]+ \(opens in new window\)']
weight = "likely"
at = "tail"
remove = ["The harbour froze.\nCopyright 1994"]
keep = ["A copyright 1994 line."]

[[rule]]
id = "t.home"
category = "navigation"
line = ["Tide Harbour Home"]
starts = ["print"]
max_words = 2
inline = ["[home]"]
weight = "certain"
sites = ["tide.example.org"]
remove = ["Tide Harbour Home\nThe harbour froze."]
keep = ["We went to Tide Harbour Home."]
"#;

/// An exception that holds for every rule and every host.
pub const KEEP: &str = r#"
[[keep]]
line = ["Share of the post", "Read also nothing"]
"#;

/// Exceptions for single rules and hosts.
pub const BOUND_KEEPS: &str = r#"
[[keep]]
line = ["12 shares"]
rule = ["t.count"]

[[keep]]
rule = ["t.gap"]
sites = ["keep.example.org"]

[[keep]]
starts = ["read"]
max_words = 3
sites = ["keep.example.org"]
"#;

/// The hosts that the small pack knows, and one that it does not.
pub const HOSTS: [Option<&str>; 4] =
    [None, Some("www.tide.example.org"), Some("keep.example.org"), Some("other.example")];

/// A pack of some blocks of TOML.
pub fn pack_of(blocks: &[&str]) -> Pack {
    let text = format!("[pack]\nid = \"t\"\n{}", blocks.concat());
    Pack::parse("small.toml", &text)
        .unwrap_or_else(|error| panic!("the small pack has problems:\n{error}"))
}

/// A cleaner of nothing but the small pack, to which options can be added.
pub fn small() -> CleanerBuilder {
    Cleaner::builder().without_builtin().pack(pack_of(&[RULES, KEEP, BOUND_KEEPS]))
}

/// The small pack with a profile and limits: the longest line, candidate, and most held bytes.
pub fn small_with(profile: Profile, line: usize, candidate: usize, held: usize) -> Cleaner {
    let limits = Limits::default()
        .with_max_line_bytes(line)
        .with_max_candidate_bytes(candidate)
        .with_max_held_bytes(held);
    small().profile(profile).limits(limits).build().expect("the small pack builds")
}

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
