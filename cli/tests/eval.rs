//! `eval`: every figure of a small labelled file is known.

mod support;

use serde_json::json;
use support::gold::{GOLD, assert_counts, document, eval, figures, measured, place, row};
use support::{Place, pack};

// ---------------------------------------------------------------- figures

#[test]
fn every_count_is_the_one_that_was_counted_by_hand() {
    let measurement = measured(&place(), &["gold.jsonl"]);
    let p1 = row(&measurement, "groups", [json!("news"), json!("a"), json!("article")]);
    assert_counts(
        p1,
        &[
            ("documents", 1),
            ("documents_emptied", 0),
            ("residue_lines", 2),
            ("residue_lines_removed", 1),
            ("residue_chars", 28),
            ("residue_chars_removed", 14),
            ("body_lines", 3),
            ("body_lines_removed", 1),
            ("body_words", 10),
            ("body_words_lost", 3),
            ("unsure_lines", 2),
            ("unsure_lines_removed", 1),
            ("unlabelled_lines", 0),
        ],
    );
    assert_eq!(p1["body_words_lost_share"], json!(0.3));
    assert_eq!(p1["residue_lines_removed_share"], json!(0.5));
    assert_eq!(p1["precision"], json!(0.5));
    let p2 = row(&measurement, "groups", [json!("news"), json!("a"), json!("other")]);
    let counts = [("residue_lines", 2), ("residue_lines_removed", 1), ("body_words", 3)];
    assert_counts(p2, &counts);
    let counts = [("body_words_lost", 0), ("unlabelled_lines", 2), ("unlabelled_lines_removed", 1)];
    assert_counts(p2, &counts);
    let p3 = row(&measurement, "groups", [json!("blogs"), json!("a"), json!("article")]);
    let counts = [("residue_lines", 1), ("residue_lines_removed", 0), ("body_lines", 1)];
    assert_counts(p3, &counts);
    assert_eq!(p3["precision"], json!(null));
    let bare = row(&measurement, "groups", [json!("-"), json!("-"), json!("article")]);
    let counts = [("documents", 2), ("documents_emptied", 1), ("residue_lines_removed", 1)];
    assert_counts(bare, &counts);
    assert_eq!(bare["body_words_lost_share"], json!(null));
}

#[test]
fn totals_are_sums_of_the_groups() {
    let measurement = measured(&place(), &["gold.jsonl"]);
    let of_a = row(&measurement, "totals", [json!(null), json!("a"), json!("article")]);
    assert_counts(of_a, &[("documents", 2), ("residue_lines", 3), ("body_words", 11)]);
    let all = row(&measurement, "totals", [json!(null), json!(null), json!("article")]);
    assert_counts(all, &[("documents", 4), ("residue_lines", 4), ("residue_lines_removed", 2)]);
    assert_counts(all, &[("body_words", 11), ("body_words_lost", 3), ("documents_emptied", 1)]);
    assert_eq!(measurement["groups"].as_array().map(Vec::len), Some(4));
    assert_eq!(measurement["totals"].as_array().map(Vec::len), Some(5));
}

#[test]
fn losses_misses_and_rules_are_listed() {
    let measurement = measured(&place(), &["gold.jsonl"]);
    let losses = json!([{
        "source_set": "news", "page_type": "article", "document": "p1/a", "line": 4,
        "text": "Open the kiosk", "rule": "mine.kiosk", "words": 3, "evidence": 2.0,
    }]);
    assert_eq!((&measurement["losses"], &measurement["losses_total"]), (&losses, &json!(1)));
    let misses = json!([
        {"text": "ask mildred 0", "lines": 2, "sites": 2},
        {"text": "harbour bell 0", "lines": 1, "sites": 1},
    ]);
    assert_eq!(measurement["misses"], misses);
    let rules = json!([{
        "rule": "mine.kiosk", "boiler_lines": 3, "body_lines": 1, "unsure_lines": 1,
        "unlabelled_lines": 1, "body_words": 3, "precision": 0.75, "example": "Open the kiosk",
    }]);
    assert_eq!(measurement["rules"], rules);
    assert_eq!(measurement["near_misses"], json!([]));
    let few = measured(&place(), &["gold.jsonl", "--top", "1"]);
    assert_eq!(few["misses"].as_array().map(Vec::len), Some(1));
    assert_eq!(measurement["profile"], json!("standard"));
    assert!(measurement["rule_count"].as_u64().is_some_and(|count| count > 1));
}

#[test]
fn what_is_nearly_removed_is_counted_by_rule() {
    let place = Place::with("gold.jsonl", GOLD);
    let weak = pack("line = [\"Open the kiosk\"]").replace("\"certain\"", "\"weak\"");
    place.write("mine.toml", weak);
    let measurement = measured(&place, &["gold.jsonl"]);
    let near = &measurement["near_misses"];
    assert_eq!(near[0]["rule"], json!("mine.kiosk"));
    assert_counts(&near[0], &[("boiler_lines", 3), ("body_lines", 1), ("body_words", 3)]);
    assert_eq!(measurement["losses"], json!([]));
}

#[test]
fn line_ends_and_white_space_of_any_kind_change_nothing() {
    let lines = [
        ("Open\u{a0}the kiosk\r", "boiler"),
        ("A\u{a0}goat\tslept.\r", "body"),
        ("\r", "boiler"),
        ("Open the kiosk\r", "body"),
    ];
    let place = place();
    place.write("crlf.jsonl", document(&lines));
    let measurement = measured(&place, &["crlf.jsonl"]);
    let all = row(&measurement, "totals", [json!(null), json!(null), json!("article")]);
    assert_counts(
        all,
        &[("residue_lines", 1), ("residue_lines_removed", 1), ("residue_chars", 14)],
    );
    assert_counts(all, &[("body_lines", 2), ("body_words", 6), ("body_words_lost", 3)]);
}

#[test]
fn tables_show_the_same_figures() {
    let text = eval(&place(), &["gold.jsonl", "--top", "1"]).ended(0).text();
    for words in [
        "Article pages\n",
        "  news        a                  1              2     1   50.00         50.00          10     3  30.0000         50.0",
        "Worst losses of the body (1)\n",
        "      3  mine.kiosk         2  article  p1/a:4         Open the kiosk\n",
        "(folded, numbers as 0; 1 of 2)\n",
        "      2      2  ask mildred 0\n",
        "  mine.kiosk             3           1         75.0           3       1           1  Open the kiosk\n",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}

#[test]
fn control_characters_of_documents_do_not_reach_the_terminal() {
    let place = Place::with("gold.jsonl", document(&[("Red \u{1b}[31m pears", "boiler")]));
    let text = place.run(&["eval", "gold.jsonl"]).ended(0).text();
    assert!(text.contains("red \\u{1b}[0m pears"), "{text}");
}

// ---------------------------------------------------------------- input

#[test]
fn zstd_and_standard_input_are_measured_like_a_plain_file() {
    let place = place();
    let plain = figures(measured(&place, &["gold.jsonl"]));
    let (start, rest) = GOLD.split_at(300);
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("it can be packed");
    let skipped: &[u8] = &[0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7];
    place.write("gold.zst", [pack(start), pack(rest)].concat());
    place.write("gold.pzst", [skipped, &pack(GOLD)].concat());
    for name in ["gold.zst", "gold.pzst"] {
        assert_eq!(figures(measured(&place, &[name])), plain, "{name}");
    }
    let args = ["eval", "--pack", "mine.toml", "--json", "-"];
    for bytes in [GOLD.as_bytes().to_vec(), pack(GOLD), format!("\u{feff}{GOLD}").into_bytes()] {
        let answer = place.pipe(&args, bytes).ended(0);
        let measurement = serde_json::from_str(&answer.text()).expect("it is JSON");
        assert_eq!(figures(measurement), plain);
    }
}

#[test]
fn several_files_add_up() {
    let place = place();
    place.write("more.jsonl", GOLD.replace("\"id\":\"p", "\"id\":\"q"));
    let measurement = measured(&place, &["gold.jsonl", "more.jsonl"]);
    let all = row(&measurement, "totals", [json!(null), json!(null), json!("article")]);
    assert_counts(all, &[("documents", 8), ("residue_lines", 8), ("body_words_lost", 6)]);
}

#[test]
fn damaged_files_are_named() {
    let place = place();
    let noise: String = (0..9000u64).map(|n| (n * n * 7919 % 9973).to_string() + " ").collect();
    let gold = GOLD.to_owned() + &document(&[(&noise, "body")]);
    let packed = zstd::encode_all(gold.as_bytes(), 3).expect("it can be packed");
    place.write("cut.zst", &packed[..packed.len() - 9]);
    place.write("bad.zst", [b"\x28\xB5\x2F\xFD".as_slice(), &[0xFF; 40]].concat());
    eval(&place, &["cut.zst"]).said(2, "cut.zst:").said(2, "cannot be read on; the file may be");
    eval(&place, &["bad.zst"]).said(2, "bad.zst:1: cannot be read on");
    eval(&place, &["none.zst"]).said(2, "none.zst: cannot be opened");
    eval(&place, &["."]).said(2, ".: cannot be read");
}

#[test]
fn wrong_documents_are_refused_with_their_place() {
    let cases = [
        ("[1]", "not a JSON object"),
        ("{\"id\":\"a\"", "not a JSON object: EOF"),
        (r#"{"lines":[]}"#, "no field \"id\""),
        (r#"{"id":[],"lines":[]}"#, "\"id\" is neither a number nor a text"),
        (r#"{"id":"a"}"#, "no field \"lines\""),
        (r#"{"id":"a","lines":{}}"#, "\"lines\" is not a list"),
        (r#"{"id":"a","lines":[["x"]]}"#, "item 1 of \"lines\" is not [\"text\",\"label\"]"),
        (r#"{"id":"a","lines":[["x","body"],["x",1]]}"#, "item 2 of \"lines\" is not"),
        (
            r#"{"id":"a","lines":[["x","boilr"]]}"#,
            "item 1 of \"lines\" has the label \"boilr\"; use body, boiler, unsure or unlabelled",
        ),
        (r#"{"id":"a","extractor":7,"lines":[]}"#, "the field \"extractor\" is not a text"),
    ];
    for (line, why) in cases {
        let place = Place::with("bad.jsonl", format!("{}\n\n{line}\n", r#"{"id":1,"lines":[]}"#));
        let answer = place.run(&["eval", "bad.jsonl", "--documents", "out"]);
        let answer = answer.said(2, "unchaff: bad.jsonl:3: ").said(2, why).gave("");
        assert_eq!(place.names(), ["bad.jsonl"], "{}", answer.talk());
    }
}

#[test]
fn options_that_do_not_fit_together_are_refused() {
    let place = place();
    place.write("spans.jsonl", "");
    let removed = ["eval", "gold.jsonl", "--removed", "spans.jsonl"];
    place.run(&[&removed[..], &["--profile", "eager"]].concat()).said(2, "cannot be used with");
    place.run(&[&removed[..], &["--pack", "mine.toml"]].concat()).said(2, "cannot be used with");
    eval(&place, &["-", "-"]).said(2, "standard input (-) is named twice");
    eval(&place, &["gold.jsonl", "--documents", "-"]).said(2, "name a file");
    eval(&place, &["gold.jsonl", "--documents", "gold.jsonl"]).said(2, "is an input");
    eval(&place, &[]).said(2, "GOLD");
    assert_eq!(place.read_text("gold.jsonl"), GOLD);
}
