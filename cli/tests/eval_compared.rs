//! `eval`: other cleaners are measured like the rules, and measurements are compared.

mod support;

use serde_json::{Value, json};
use support::gold::{assert_counts, document, eval, figures, measured, place, with_spans};
use support::{Answer, Place, pack};

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
