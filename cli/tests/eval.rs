//! `eval`: every figure of a small labelled file is known, and each way of measuring comes to it.

mod support;

use serde_json::{Value, json};
use support::{Answer, Place, pack};

/// Five documents. The rule of the tests removes `Open the kiosk` wherever it stands.
const GOLD: &str = r#"{"id":"p1","source_set":"news","extractor":"a","site":"one.example","lines":[["Open the kiosk","boiler"],["The harbour froze in winter.","body"],["Ask Mildred 12","boiler"],["Open the kiosk","body"],["Nobody wept.","body"],["A view of the harbour","unsure"],["Open the kiosk","unsure"]]}
{"id":"p2","source_set":"news","extractor":"a","site":"one.example","ptype":"forum","lines":[["Open the kiosk","boiler"],["Harbour bell 7","boiler"],["Tea was served.","body"],["Open the kiosk","unlabelled"],["Nine gulls","unlabelled"]]}

{"id":"p3","source_set":"blogs","extractor":"a","ptype":"article","host":"two.example","publisher":"x","lines":[["ASK Mildred 3","boiler"],["Rain.","body"],["","body"],[" ","boiler"]]}
{"id":"p4","lines":[]}
{"id":5,"extractor":null,"lines":[["Open the kiosk","boiler"]]}
"#;

fn place() -> Place {
    let place = Place::with("gold.jsonl", GOLD);
    place.write("mine.toml", pack("line = [\"Open the kiosk\"]"));
    place
}

/// Measures with the rule of the tests.
fn eval(place: &Place, options: &[&str]) -> Answer {
    place.run(&[&["eval", "--pack", "mine.toml"], options].concat())
}

fn measured(place: &Place, options: &[&str]) -> Value {
    let answer = eval(place, &[options, &["--json"]].concat()).ended(0);
    serde_json::from_str(&answer.text()).expect("it is one JSON object")
}

/// A measurement without what says who measured what.
fn figures(mut measurement: Value) -> Value {
    for name in ["gold", "removed_by", "profile", "rule_count", "fingerprint"] {
        measurement.as_object_mut().expect("an object").remove(name).expect("the field is there");
    }
    measurement
}

/// The row of a list for a source set, an extractor and a page type.
fn row<'v>(measurement: &'v Value, list: &str, key: [Value; 3]) -> &'v Value {
    let is_row = |row: &&Value| {
        [&row["source_set"], &row["extractor"], &row["page_type"]] == [&key[0], &key[1], &key[2]]
    };
    let rows = measurement[list].as_array().expect("a list");
    rows.iter().find(is_row).unwrap_or_else(|| panic!("no row {key:?} in {rows:?}"))
}

#[track_caller]
fn assert_counts(row: &Value, counts: &[(&str, u64)]) {
    for (name, count) in counts {
        assert_eq!(row[name], json!(count), "{name} in {row:#}");
    }
}

/// One document: its lines with their labels.
fn document(lines: &[(&str, &str)]) -> String {
    format!("{}\n", json!({"id": "d", "lines": lines}))
}

/// Measures one document with the removals of another cleaner: the one row of totals.
fn with_spans(lines: &[(&str, &str)], spans: &[(usize, usize)], options: &[&str]) -> Value {
    let place = Place::with("gold.jsonl", document(lines));
    let removed: Vec<Value> =
        spans.iter().map(|(from, to)| json!({"start": from, "end": to})).collect();
    place.write("spans.jsonl", json!({"removed": removed}).to_string());
    let args = ["eval", "gold.jsonl", "--removed", "spans.jsonl", "--json"];
    let answer = place.run(&[&args, options].concat()).ended(0);
    let measurement: Value = serde_json::from_str(&answer.text()).expect("it is JSON");
    row(&measurement, "totals", [json!(null), json!(null), json!("article")]).clone()
}

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

// ---------------------------------------------------------------- other cleaners

#[test]
fn the_removals_of_a_scan_score_like_the_rules() {
    for flatten in [&[][..], &["--flatten", "space"], &["--flatten", "nothing"]] {
        let place = place();
        place.write(
            "sites.toml",
            pack("line = [\"Ask Mildred 3\"]\nsites = [\"two.example\"]").replace("mine", "theirs"),
        );
        let gold = [&["gold.jsonl", "--pack", "sites.toml"], flatten].concat();
        let by_rules = measured(&place, &[&gold[..], &["--documents", "texts.jsonl"]].concat());
        let scan = ["scan", "texts.jsonl", "--near", "--pack", "mine.toml", "--pack", "sites.toml"];
        place.write("spans.jsonl", place.run(&scan).out);
        let args = ["eval", "gold.jsonl", "--removed", "spans.jsonl", "--json"];
        let answer = place.run(&[&args, flatten].concat()).ended(0);
        let by_spans: Value = serde_json::from_str(&answer.text()).expect("it is JSON");
        assert_eq!(by_spans["removed_by"], json!("spans.jsonl"));
        assert_eq!(figures(by_spans), figures(by_rules.clone()), "{flatten:?}");
        let is_flat = !flatten.is_empty();
        assert_eq!(by_rules.to_string().contains("theirs.kiosk"), !is_flat, "{by_rules:#}");
    }
}

#[test]
fn documents_are_written_for_other_cleaners() {
    let place = place();
    eval(&place, &["gold.jsonl", "--documents", "texts.jsonl", "--flatten", "space"]).ended(0);
    let text = place.read_text("texts.jsonl");
    let documents: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    assert_eq!(documents.len(), 5);
    let p3 = json!({"id": "p3/a", "url": "https://two.example/", "text": "ASK Mildred 3 Rain.   "});
    assert_eq!(documents[2], p3);
    assert_eq!(documents[3], json!({"id": "p4", "text": ""}));
    assert_eq!(documents[4]["id"], json!("5"));
    eval(&place, &["gold.jsonl", "--documents", "texts.jsonl"]).ended(0);
    assert!(place.read_text("texts.jsonl").contains("ASK Mildred 3\\nRain.\\n\\n "));
}

#[test]
fn removals_count_for_the_lines_in_which_they_stand() {
    // Offsets: 0..28 is the body, 29..43 the residue.
    let lines = [("The harbour froze in winter.", "body"), ("Ask Mildred 12", "boiler")];
    let inside = with_spans(&lines, &[(4, 14)], &[]);
    assert_counts(&inside, &[("body_words_lost", 2), ("body_lines_removed", 0)]);
    let across = with_spans(&lines, &[(21, 43)], &[]);
    assert_counts(&across, &[("body_words_lost", 1), ("residue_lines_removed", 1)]);
    let overlapping = with_spans(&lines, &[(29, 43), (0, 3), (0, 11), (2, 11), (30, 31)], &[]);
    assert_counts(&overlapping, &[("body_words_lost", 2), ("residue_chars_removed", 14)]);
    let between = with_spans(&lines, &[(28, 29), (5, 5)], &[]);
    assert_counts(&between, &[("body_words_lost", 0), ("residue_chars_removed", 0)]);
    let all = with_spans(&lines, &[(0, 43)], &[]);
    assert_counts(
        &all,
        &[("documents_emptied", 1), ("body_words_lost", 5), ("body_lines_removed", 1)],
    );
    let flat = with_spans(&lines, &[(28, 42)], &["--flatten", "nothing"]);
    assert_counts(&flat, &[("body_words_lost", 0), ("residue_lines_removed", 1)]);
}

#[test]
fn nine_tenths_of_the_bytes_make_a_removed_line() {
    let lines = [("0123456789", "boiler"), ("Tea.", "body")];
    let counts = |end| with_spans(&lines, &[(0, end)], &[]);
    assert_counts(&counts(8), &[("residue_lines_removed", 0), ("residue_chars_removed", 8)]);
    assert_counts(&counts(9), &[("residue_lines_removed", 1), ("residue_chars_removed", 9)]);
    let wide = with_spans(&[("ééé", "boiler")], &[(2, 4)], &[]);
    assert_counts(&wide, &[("residue_chars", 3), ("residue_chars_removed", 1)]);
}

#[test]
fn removals_of_unnamed_rules_are_listed_without_evidence() {
    let place = Place::with("gold.jsonl", document(&[("Rain fell.", "body")]));
    place.write("spans.jsonl", r#"{"id":"d","removed":[{"start":0,"end":4}]}"#);
    let text = place.run(&["eval", "gold.jsonl", "--removed", "spans.jsonl"]).ended(0).text();
    assert!(text.starts_with("the removals in spans.jsonl, on gold.jsonl\n"), "{text}");
    assert!(
        text.contains("      1  -            -  article  d:1            Rain fell.\n"),
        "{text}"
    );
}

#[test]
fn wrong_removals_are_refused_with_their_place() {
    let cases = [
        (
            r#"{"id":"e","removed":[]}"#,
            "spans.jsonl:1: is for document \"e\", but \"d\" is next (gold.jsonl:1)",
        ),
        ("", "spans.jsonl: ends before document \"d\" (gold.jsonl:1)"),
        ("{\"removed\":[]}\n{\"removed\":[]}", "spans.jsonl:2: no document is left for this line"),
        (r#"{"id":"d"}"#, "spans.jsonl:1: no field \"removed\""),
        (r#"{"removed":7}"#, "the field \"removed\" is not a list"),
        (r#"{"removed":[{"start":0}]}"#, "item 1 of \"removed\": no field \"end\""),
        (r#"{"removed":[{"start":-1,"end":2}]}"#, "the field \"start\" is no offset: -1"),
        (
            r#"{"removed":[{"start":0,"end":1},{"start":4,"end":2}]}"#,
            "item 2 of \"removed\": start 4",
        ),
        (
            r#"{"removed":[{"start":0,"end":12}]}"#,
            "end 12 lies behind the text, which has 11 bytes",
        ),
        (r#"{"removed":[{"start":0,"end":7}]}"#, "end 7 lies inside a character"),
        ("nothing", "spans.jsonl:1: not a JSON object"),
    ];
    for (spans, why) in cases {
        let place = Place::with("gold.jsonl", document(&[("Tea, caf\u{e9}.", "body")]));
        let spans = spans.replace("\"end\":7", "\"end\":9");
        place.write("spans.jsonl", spans);
        let answer = place.run(&["eval", "gold.jsonl", "--removed", "spans.jsonl"]);
        answer.said(2, &why.replace("end 7", "end 9")).gave("");
    }
}

// ---------------------------------------------------------------- baselines

/// A document of which another cleaner removed this much, as a baseline.
fn measured_spans(place: &Place, name: &str, spans: &[(usize, usize)]) {
    let removed: Vec<Value> =
        spans.iter().map(|(from, to)| json!({"start": from, "end": to})).collect();
    place.write(format!("{name}.spans"), json!({"removed": removed}).to_string());
    let spans = format!("{name}.spans");
    let answer = place.run(&["eval", "one.jsonl", "--removed", &spans, "--json"]).ended(0);
    place.write(format!("{name}.json"), answer.out);
}

/// Three measurements: 0..4 is body, 5..8 and 9..12 residue.
fn compared() -> Place {
    let lines = [("Tea.", "body"), ("Bye", "boiler"), ("Hey", "boiler")];
    let place = Place::with("one.jsonl", document(&lines));
    measured_spans(&place, "some", &[(5, 8)]);
    measured_spans(&place, "more", &[(5, 12)]);
    measured_spans(&place, "greedy", &[(0, 12)]);
    place
}

fn compare(place: &Place, now: &str, then: &str, options: &[&str]) -> Answer {
    let (spans, baseline) = (format!("{now}.spans"), format!("{then}.json"));
    let args = ["eval", "one.jsonl", "--removed", &spans, "--baseline", &baseline];
    place.run(&[&args, options].concat())
}

#[test]
fn an_equal_or_better_measurement_ends_with_0() {
    let place = compared();
    let equal = compare(&place, "some", "some", &[]).ended(0);
    assert!(equal.text().contains("same\n"), "{}", equal.text());
    assert_eq!(equal.talk(), "");
    let better = compare(&place, "more", "some", &[]).ended(0).text();
    let row = "article           50.00  100.00  +50.00       0.0000  0.0000       =  better\n";
    assert!(better.contains(row), "{better}");
    assert!(better.contains("Compared with some.json: the removals in some.spans ("), "{better}");
    assert!(better.contains("Body losses that are new or greater: none"), "{better}");
}

#[test]
fn a_worse_measurement_ends_with_1() {
    let place = compared();
    let fell = compare(&place, "some", "more", &[]).ended(1).text();
    assert!(fell.contains("-50.00") && fell.contains("worse: less removed\n"), "{fell}");
    let rose = compare(&place, "greedy", "some", &[]).ended(1).text();
    assert!(rose.contains("+100.0000  worse: more loss\n"), "{rose}");
    let (_, new) = rose.split_once("new or greater (1)\n").expect("the loss is new");
    assert!(new.contains("d:1"), "{rose}");
    let gone = compare(&place, "some", "greedy", &[]).ended(1).text();
    let (_, gone) = gone.split_once("gone or smaller (1)\n").expect("the loss is gone");
    assert!(gone.contains("d:1"), "{gone}");
}

#[test]
fn rules_that_are_switched_off_are_missed_in_the_comparison() {
    let place = place();
    place.write("then.json", eval(&place, &["gold.jsonl", "--json"]).ended(0).out);
    let off = ["gold.jsonl", "--off", "mine.kiosk", "--baseline", "then.json"];
    let text = eval(&place, &off).ended(1).text();
    assert!(text.contains("Compared with then.json: unchaff "), "{text}");
    assert!(text.contains("worse: less removed") && text.contains("gone or smaller (1)"), "{text}");
    assert!(text.contains("No word of the body is lost."), "{text}");
}

#[test]
fn a_comparison_is_json_too() {
    let place = compared();
    let answer = compare(&place, "greedy", "more", &["--json"]).ended(1);
    let measurement: Value = serde_json::from_str(&answer.text()).expect("it is JSON");
    let baseline = &measurement["baseline"];
    assert_eq!(baseline["is_worse"], json!(true));
    assert_eq!(baseline["rows"][0]["loss_rose"], json!(true));
    assert_eq!(baseline["rows"][0]["removed_fell"], json!(false));
    assert_eq!(baseline["rows"][0]["then"]["body_words_lost"], json!(0));
    assert_eq!(baseline["new_losses"][0]["line"], json!(1));
    assert_eq!(baseline["gone_losses"], json!([]));
}

#[test]
fn a_baseline_of_other_documents_is_told() {
    let place = compared();
    place.write("one.jsonl", place.read_text("one.jsonl").replace("Tea.", "Tea. Tea?"));
    place.write("some.spans", r#"{"removed":[{"start":10,"end":13}]}"#);
    compare(&place, "some", "some", &[]).said(0, "was measured on other documents");
    place.write("one.jsonl", place.read_text("one.jsonl").replace("{", "{\"source_set\":\"x\","));
    let text = compare(&place, "some", "some", &[]).said(0, "other documents").text();
    assert!(text.contains("x, -, article pages is not in the baseline\n"), "{text}");
    assert!(text.contains("-, -, article pages is only in the baseline\n"), "{text}");
}

#[test]
fn what_is_no_baseline_is_refused() {
    let place = compared();
    place.write("no.json", "tea");
    compare(&place, "some", "no", &[]).said(2, "no.json: is no JSON");
    place.write("no.json", "{}");
    compare(&place, "some", "no", &[]).said(2, "of this version: no number \"format\"");
    place.write("no.json", "{\"format\":9}");
    compare(&place, "some", "no", &[]).said(2, "its format is not 1; measure anew");
    let text = place.read_text("some.json").replace("body_words_lost\"", "words_lost\"");
    place.write("no.json", text);
    compare(&place, "some", "no", &[]).said(2, "no number \"body_words_lost\"");
    compare(&place, "some", "absent", &[]).said(2, "absent.json: cannot be opened");
}
