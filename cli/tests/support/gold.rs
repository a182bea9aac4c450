//! A small labelled file of which every figure is known, and its measurement.

#![allow(dead_code, reason = "each test file uses a part of it")]

use serde_json::{Value, json};

use super::{Answer, Place, pack};

/// Five documents. The rule of the tests removes `Open the kiosk` wherever it stands.
pub const GOLD: &str = r#"{"id":"p1","source_set":"news","extractor":"a","site":"one.example","lines":[["Open the kiosk","boiler"],["The harbour froze in winter.","body"],["Ask Mildred 12","boiler"],["Open the kiosk","body"],["Nobody wept.","body"],["A view of the harbour","unsure"],["Open the kiosk","unsure"]]}
{"id":"p2","source_set":"news","extractor":"a","site":"one.example","ptype":"forum","lines":[["Open the kiosk","boiler"],["Harbour bell 7","boiler"],["Tea was served.","body"],["Open the kiosk","unlabelled"],["Nine gulls","unlabelled"]]}

{"id":"p3","source_set":"blogs","extractor":"a","ptype":"article","host":"two.example","publisher":"x","lines":[["ASK Mildred 3","boiler"],["Rain.","body"],["","body"],[" ","boiler"]]}
{"id":"p4","lines":[]}
{"id":5,"extractor":null,"lines":[["Open the kiosk","boiler"]]}
"#;

pub fn place() -> Place {
    let place = Place::with("gold.jsonl", GOLD);
    place.write("mine.toml", pack("line = [\"Open the kiosk\"]"));
    place
}

/// Measures with the rule of the tests.
pub fn eval(place: &Place, options: &[&str]) -> Answer {
    place.run(&[&["eval", "--pack", "mine.toml"], options].concat())
}

pub fn measured(place: &Place, options: &[&str]) -> Value {
    let answer = eval(place, &[options, &["--json"]].concat()).ended(0);
    serde_json::from_str(&answer.text()).expect("it is one JSON object")
}

/// A measurement without what says who measured what.
pub fn figures(mut measurement: Value) -> Value {
    for name in ["gold", "removed_by", "profile", "rule_count", "fingerprint"] {
        measurement.as_object_mut().expect("an object").remove(name).expect("the field is there");
    }
    measurement
}

/// The row of a list for a source set, an extractor and a page type.
pub fn row<'v>(measurement: &'v Value, list: &str, key: [Value; 3]) -> &'v Value {
    let is_row = |row: &&Value| {
        [&row["source_set"], &row["extractor"], &row["page_type"]] == [&key[0], &key[1], &key[2]]
    };
    let rows = measurement[list].as_array().expect("a list");
    rows.iter().find(is_row).unwrap_or_else(|| panic!("no row {key:?} in {rows:?}"))
}

#[track_caller]
pub fn assert_counts(row: &Value, counts: &[(&str, u64)]) {
    for (name, count) in counts {
        assert_eq!(row[name], json!(count), "{name} in {row:#}");
    }
}

/// One document: its lines with their labels.
pub fn document(lines: &[(&str, &str)]) -> String {
    format!("{}\n", json!({"id": "d", "lines": lines}))
}

/// Measures one document with the removals of another cleaner: the one row of totals.
pub fn with_spans(lines: &[(&str, &str)], spans: &[(usize, usize)], options: &[&str]) -> Value {
    let place = Place::with("gold.jsonl", document(lines));
    let removed: Vec<Value> =
        spans.iter().map(|(from, to)| json!({"start": from, "end": to})).collect();
    place.write("spans.jsonl", json!({"removed": removed}).to_string());
    let args = ["eval", "gold.jsonl", "--removed", "spans.jsonl", "--json"];
    let answer = place.run(&[&args, options].concat()).ended(0);
    let measurement: Value = serde_json::from_str(&answer.text()).expect("it is JSON");
    row(&measurement, "totals", [json!(null), json!(null), json!("article")]).clone()
}
