//! `unchaff scan` and `unchaff explain`: what would go and why, and that nothing is left out.

mod support;

use serde_json::Value;
use support::{Place, STORY, STREAMS, article};

// ---------------------------------------------------------------- scan

/// The objects that scan prints.
fn scan(place: &Place, args: &[&str], text: &str, code: i32) -> Vec<Value> {
    let answer = place.pipe(&[&["scan", "-"], args].concat(), text).ended(code);
    let read = |line: &str| serde_json::from_str(line).expect("each line is JSON");
    answer.text().lines().map(read).collect()
}

/// Checks the shape of an entry and returns the bytes of the text it points to.
fn pointed<'t>(entry: &Value, text: &'t str) -> &'t str {
    let number = |key: &str| entry[key].as_u64().unwrap_or_else(|| panic!("{key} in {entry}"));
    let place = |key: &str| usize::try_from(number(key)).expect("an offset");
    assert!(entry["rule"].as_str().is_some_and(|rule| rule.contains('.')), "{entry}");
    assert!(entry["category"].is_string() && entry["evidence"].is_number(), "{entry}");
    let found = text.get(place("start")..place("end")).expect("offsets are at characters");
    let visible = place("start") + found.len() - found.trim_start().len();
    assert_eq!(number("line"), text[..visible].matches('\n').count() as u64 + 1, "{entry}");
    found
}

#[test]
fn scan_points_to_what_clean_removes() {
    let place = Place::new();
    let text = format!("\u{feff}é\n{}", article());
    for text in [STORY, &article(), &text] {
        let found = scan(&place, &[], text, 1);
        assert_eq!(found.len(), 1);
        let keys: Vec<&String> = found[0].as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["id", "removed", "status"]);
        assert_eq!(found[0]["status"], "cleaned");
        let mut left = text.to_owned();
        for entry in found[0]["removed"].as_array().expect("a list").iter().rev() {
            let piece = pointed(entry, text);
            let start = piece.as_ptr() as usize - text.as_ptr() as usize;
            left.replace_range(start..start + piece.len(), "");
        }
        place.pipe(&["clean", "-q"], text).ended(0).gave(left);
    }
}

#[test]
fn scan_writes_its_fields_in_the_documented_order() {
    let place = Place::with("story.txt", "The mill closed.\nSource link\n");
    place.run(&["scan", "story.txt"]).ended(1).gave(concat!(
        "{\"id\":\"story.txt\",\"status\":\"cleaned\",\"removed\":[{\"start\":17,\"end\":29,\"line\":2,",
        "\"rule\":\"en.source-link\",\"category\":\"source\",\"evidence\":2}]}\n",
    ));
}

#[test]
fn scan_offsets_in_jsonl_count_bytes_of_the_text_and_not_of_its_escapes() {
    let text = "é😀\n[ad_1]\nTea.\nSource link";
    let line = "{\"id\":\"x\\u00e9\",\"text\":\"\\u00e9\\ud83d\\ude00\\n\\u005bad_1]\\nTea.\\nSource link\"}\n";
    let found = scan(&Place::new(), &["--format", "jsonl"], line, 1);
    assert_eq!(found[0]["id"], "xé");
    let removed = found[0]["removed"].as_array().expect("a list");
    let pieces: Vec<&str> = removed.iter().map(|entry| pointed(entry, text).trim()).collect();
    assert_eq!(pieces, ["[ad_1]", "Source link"]);
}

#[test]
fn scan_shows_near_misses_when_asked() {
    let text = "The mill closed.\n\nTop Channel\n\nIt shows the game live from nine.\n";
    let place = Place::new();
    let found = scan(&place, &[], text, 0);
    assert!(found[0].get("near").is_none(), "{}", found[0]);
    let found = scan(&place, &["--near"], text, 0);
    let near = found[0]["near"].as_array().expect("a list");
    assert_eq!(near.iter().map(|entry| pointed(entry, text)).collect::<Vec<_>>(), ["Top Channel"]);
    assert_eq!(near[0]["reason"], "too-little-evidence");
    assert_eq!(near[0]["rule"], "en.channel-tag");
    assert_eq!(found[0]["removed"], Value::Array(Vec::new()));
    let found = scan(&place, &["--near"], "The bar holds:\n- [ad_1]\n- [ad_2]\nNothing else.\n", 0);
    assert_eq!(found[0]["near"][0]["reason"], "after-colon");
}

#[test]
fn scan_ends_with_1_if_anything_would_be_removed_and_2_on_errors() {
    let place = Place::new();
    for (text, code, status) in [
        ("Rain.\n", 0, "unchanged"),
        ("", 0, "empty"),
        (" \n\n", 0, "empty"),
        (STORY, 1, "cleaned"),
        ("[ad_1]\n", 1, "residue_only"),
    ] {
        let found = scan(&place, &[], text, code);
        assert_eq!(found.len(), 1, "{text:?}");
        assert_eq!(found[0]["status"], status, "{text:?}");
    }
    place.run(&["scan", "none.txt"]).said(2, "none.txt").gave("");
    place.pipe(&["scan", "--pack", "none.toml"], STORY).ended(2).gave("");
}

#[test]
fn scan_numbers_the_documents_of_a_stream() {
    for (name, separator) in STREAMS {
        let found = scan(
            &Place::new(),
            &["--documents", name],
            &["Rain.", STORY, "Tea."].join(separator),
            1,
        );
        let ids: Vec<&Value> = found.iter().map(|document| &document["id"]).collect();
        assert_eq!(ids, [1, 2, 3], "{name}");
        let statuses: Vec<&Value> = found.iter().map(|document| &document["status"]).collect();
        assert_eq!(statuses, ["unchanged", "cleaned", "unchanged"], "{name}");
        for entry in found[1]["removed"].as_array().expect("a list") {
            pointed(entry, STORY);
        }
    }
}

#[test]
fn scan_shows_numbers_as_ids_as_they_are_written() {
    for id in ["123456789012345678901234567890", "1.10", "1e400", "-0", "7", "\"7\"", "\"\\u202e\""]
    {
        let line = format!("{{\"id\":{id},\"text\":\"Tea.\"}}\n");
        let answer = Place::new().pipe(&["scan", "--format", "jsonl"], line).ended(0);
        let shown = format!("{{\"id\":{id},");
        let is_same = answer.text().starts_with(&shown)
            || (id.starts_with('"') && answer.text().starts_with("{\"id\":\"\u{202e}\""));
        assert!(is_same, "{id}: {}", answer.text());
    }
    let answer = Place::new()
        .pipe(&["scan", "--format", "jsonl"], "\n{\"id\":null,\"text\":\"Tea.\"}\n")
        .ended(0);
    assert!(answer.text().starts_with("{\"id\":2,"), "{}", answer.text());
}

// ---------------------------------------------------------------- explain

#[test]
fn explain_shows_what_is_kept_removed_and_nearly_removed_and_by_which_rule() {
    let text = "[ad_1]\nThe mill closed.\n\nTop Channel\n\nNobody wept. [ad_2] Source link\n";
    let answer = Place::new().pipe(&["explain"], text).ended(0);
    let shown = answer.text();
    let lines: Vec<&str> = shown.lines().collect();
    let has = |start: &str| lines.iter().any(|line| line.starts_with(start));
    assert!(has("== standard input: cleaned"), "{shown}");
    assert!(has("    1 - [ad_1]"), "{shown}");
    assert!(
        has("        removed: core.ad-marker (ad-marker, certain); evidence 3 points"),
        "{shown}"
    );
    assert!(has("    2   The mill closed."), "{shown}");
    assert!(has("    4 ~ Top Channel"), "{shown}");
    assert!(has("        kept: en.channel-tag (channel-tag, weak); evidence "), "{shown}");
    assert!(has("    6 ± Nobody wept. [ad_2] Source link"), "{shown}");
    assert!(has("        removed: en.source-link"), "{shown}");
    assert_eq!(answer.talk(), "");
}

#[test]
fn explain_shows_every_line_once_unless_asked_for_less() {
    let text = format!("[ad_1]\n{}Source link\n", "The mill closed.\n".repeat(30));
    let numbered = |args: &[&str]| {
        let shown = Place::new().pipe(args, &text).ended(0).text();
        shown
            .lines()
            .filter(|line| line.get(..5).is_some_and(|n| n.trim().parse::<u32>().is_ok()))
            .count()
    };
    assert_eq!(numbered(&["explain"]), 32);
    assert_eq!(numbered(&["explain", "--context", "2"]), 6);
    assert_eq!(numbered(&["explain", "-c", "0"]), 2);
}

#[test]
fn explain_writes_no_colours_into_a_pipe() {
    let shown = Place::new().pipe(&["explain"], article()).ended(0).text();
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    assert!(shown.contains("removed: core.ad-marker"), "{shown}");
}

#[test]
fn explain_escapes_control_and_direction_characters() {
    let hostile = "a\u{1b}[31mb\u{7}\u{202e}c\u{2066}\u{200b}d\u{85}\u{9b}e\u{61c}f\0";
    let text = format!("The {hostile} mill.\n\u{1b}[2JSource link\n");
    let record = serde_json::json!({ "id": hostile, "text": text }).to_string();
    for (args, input) in
        [(["explain", "--format=text"], &text), (["explain", "--format=jsonl"], &record)]
    {
        let shown = Place::new().pipe(&args, input).ended(0).text();
        let is_hidden = |c: char| {
            (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200b}\u{61c}".contains(c)
        };
        let hidden: Vec<char> = shown.chars().filter(|&c| is_hidden(c)).collect();
        assert!(hidden.is_empty(), "{hidden:?} in {shown:?}");
        assert!(shown.contains("a\\u{1b}[31mb\\u{7}\\u{202e}c"), "{shown}");
    }
}

#[test]
fn explain_shortens_long_kept_lines_at_characters() {
    let line = "雨は正午前に止んだ。é ".repeat(5000);
    let shown = Place::new().pipe(&["explain"], &line).ended(0).text();
    assert!(shown.len() < 1000 && shown.contains(" … "), "{}", shown.len());
}
