//! The law of the splice: in any JSONL only bytes inside the text value go, and they are those that `Cleaner` removes.

#[allow(dead_code, reason = "the library's tests use the rest of it")]
#[path = "../../tests/support/escapes.rs"]
mod escapes;
mod support;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use escapes::{characters, styles};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestError, TestRunner};
use support::Place;
use unchaff::Cleaner;

// ---------------------------------------------------------------- the law of the splice

/// Runs of the program, and records in each.
const RUNS: u32 = 200;
const RECORDS: usize = 50;

/// One character of a text, and how it is written in the file.
type Written = (char, String);

/// A line: what stands before the inside of the text value, the text, what stands after it, and its line end.
#[derive(Clone, Debug)]
struct Line {
    before: String,
    text: Vec<Written>,
    after: String,
    end: &'static str,
}

impl Line {
    fn written(&self) -> String {
        let inside: String = self.text.iter().map(|(_, written)| written.as_str()).collect();
        format!("{}{inside}{}{}", self.before, self.after, self.end)
    }

    /// The line after cleaning: the written characters of which the library removes nothing.
    fn cleaned(&self, cleaner: &Cleaner) -> String {
        let text: String = self.text.iter().map(|(c, _)| c).collect();
        let cleaned = cleaner.clean(&text);
        let is_removed =
            |at: u64| cleaned.removals().iter().any(|r| r.span.start <= at && at < r.span.end);
        let mut kept = Line { text: Vec::new(), ..self.clone() };
        let mut at = 0;
        for (c, written) in &self.text {
            if !is_removed(at) {
                kept.text.push((*c, written.clone()));
            }
            at += c.len_utf8() as u64;
        }
        let kept_text: String = kept.text.iter().map(|(c, _)| c).collect();
        assert_eq!(kept_text, cleaned.text, "removals are made of whole characters");
        kept.written()
    }
}

/// A text of residue, body and odd characters, each character written in one of its ways.
fn texts() -> impl Strategy<Value = Vec<Written>> {
    let residue = prop::sample::select(vec![
        "[ad_1]",
        "[ad_2]",
        "Source link",
        "top channel",
        "Share on Facebook",
        "**Source link**",
        "［ａｄ＿２］",
        "Tweet",
        "Leave a Reply",
        "Top Channel [ad_2] Source link",
    ]);
    let body = prop::sample::select(vec![
        "The mill closed in spring.",
        "Nobody wept.",
        "“Café au lait”, said the naïve 😀 miller.",
        "雨は正午前に止んだ。",
        "He put a \"[ad_1]\" on the wall/door \\ gate.",
        "Bread:",
        "```",
        "-",
        "| a | b |",
    ]);
    let odd = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ \\t\u{a0}\u{feff}\u{200b}\\x00-\\x1f]{0,3}"
    ];
    let piece = prop_oneof![4 => residue.prop_map(str::to_owned), 4 => body.prop_map(str::to_owned), 1 => odd];
    let joint = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\n\n", " ", "", "\n \n"]);
    (prop::collection::vec((piece, joint), 0..8), styles()).prop_map(|(pieces, style)| {
        let text: String =
            pieces.into_iter().flat_map(|(piece, joint)| [piece, joint.to_owned()]).collect();
        characters(&text, style)
    })
}

/// Fields that stand beside the text.
fn fields() -> impl Strategy<Value = Vec<&'static str>> {
    let field = prop::sample::select(vec![
        r#""id":"a\/b""#,
        r#""id":123456789012345678901234567890"#,
        r#""id": 1.10"#,
        r#""n":1e400"#,
        r#""n" : -0"#,
        r#""nested":{"text":"[ad_1]\nno","a":[{},[],null]}"#,
        r#""\u00e9":"\ud800""#,
        r#""a":true"#,
        r#""a":"é😀""#,
        r#""url":"https://news.example.org/a?b""#,
        r#""list":[ "Source link" , 1 ]"#,
        r#""tags":[]"#,
    ]);
    prop::collection::vec(field, 0..4)
}

fn lines() -> impl Strategy<Value = Line> {
    let space = || prop::sample::select(vec!["", "", " ", "\t", "  "]);
    let end = prop::sample::select(vec!["\n", "\n", "\r\n", "\n\n", "\r\n \n"]);
    (fields(), texts(), fields(), space(), space(), end).prop_map(
        |(before, text, after, a, b, end)| {
            let before: String = before.iter().map(|field| format!("{field},{a}")).collect();
            let after: String = after.iter().map(|field| format!("{b},{field}")).collect();
            Line {
                before: format!("{a}{{{b}{before}\"text\"{b}:{a}\""),
                text,
                after: format!("\"{after}{a}}}{b}"),
                end,
            }
        },
    )
}

fn law<S: Strategy>(runs: u32, inputs: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let seed = std::env::var("UNCHAFF_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::with_cases(runs)
    };
    match TestRunner::new(config).run(&inputs, check) {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => {
            panic!("the law fails: {reason}\ninput: {input:#?}\nreplay: UNCHAFF_SEED={seed}")
        }
        Err(error) => panic!("{error}\nreplay: UNCHAFF_SEED={seed}"),
    }
}

/// What comes out is the file without the written characters that the library removes; all other bytes are the same;
/// and restoring gives the file back byte for byte.
#[test]
fn a_record_is_spliced_and_never_written_anew() {
    let cleaner = Cleaner::builtin();
    law(RUNS, prop::collection::vec(lines(), RECORDS), |lines| {
        let file: String = lines.iter().map(Line::written).collect();
        let wanted: String = lines.iter().map(|line| line.cleaned(&cleaner)).collect();
        let place = Place::with("in.jsonl", &file);
        place
            .run(&["clean", "in.jsonl", "-q", "-o", "out.jsonl", "--receipts", "r.jsonl"])
            .ended(0);
        prop_assert_eq!(place.read_text("out.jsonl"), wanted);
        place.run(&["restore", "out.jsonl", "--receipts", "r.jsonl"]).ended(0).gave(&file);
        Ok(())
    });
}

/// The receipts of the same files are derived again from their inputs.
#[test]
fn the_receipts_of_spliced_records_verify() {
    law(RUNS / 20, prop::collection::vec(lines(), RECORDS), |lines| {
        let place = Place::with("in.jsonl", lines.iter().map(Line::written).collect::<String>());
        place
            .run(&["clean", "in.jsonl", "-q", "-o", "out.jsonl", "--receipts", "r.jsonl"])
            .ended(0);
        place.run(&["verify", "in.jsonl", "--receipts", "r.jsonl"]).said(0, "0 differ");
        Ok(())
    });
}
