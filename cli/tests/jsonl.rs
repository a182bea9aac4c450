//! `unchaff clean` on JSONL: only bytes inside the text value change, and a line that cannot be read stays as it is.

mod support;

use support::{Answer, Place};

/// Cleans JSONL that comes through a pipe.
fn clean(lines: impl AsRef<[u8]>) -> Answer {
    Place::new().pipe(&["clean", "-q", "--format", "jsonl"], lines)
}

/// A line of which the residue is cut, and the line after that.
const RECORD: &str = r#"{"id":"a","text":"[ad_1]\nThe mill closed.\nSource link"}"#;
const CLEANED: &str = r#"{"id":"a","text":"The mill closed."}"#;

/// Bad lines among good ones: they stay, are told with their number, and the good ones are cleaned.
#[track_caller]
fn stays(bad: impl AsRef<[u8]>, reason: &str) {
    let join = |good: &str| [good.as_bytes(), bad.as_ref(), good.as_bytes()].join(&b'\n');
    let answer = clean(join(RECORD)).gave(join(CLEANED));
    let answer = answer.said(1, "standard input:2: kept as it is").said(1, reason);
    answer.said(1, "1 line could not be read and stayed as they are");
}

// ---------------------------------------------------------------- what is not text stays

#[test]
fn row_21_only_the_inside_of_the_text_value_changes() {
    clean(RECORD).ended(0).gave(CLEANED);
    let spaced = "  { \"text\" :\t\"[ad_1]\\nTea.\" , \"n\" : [ 1 , {} ] }  \n";
    clean(spaced).ended(0).gave("  { \"text\" :\t\"Tea.\" , \"n\" : [ 1 , {} ] }  \n");
}

#[test]
fn a_record_without_residue_stays_byte_for_byte() {
    for line in [
        r#"{"text":""}"#,
        r#"{"text":"Tea\/\u0054ea \ud83d\ude00 \t"}"#,
        " {\"text\" : \"Tea.\"}\t",
    ] {
        clean(line).ended(0).gave(line);
    }
}

#[test]
fn row_23_numbers_are_never_parsed() {
    let numbers =
        r#""big":123456789012345678901234567890,"far":1e400,"zero":-0,"price":1.10,"e":1E+2"#;
    let line =
        |text: &str| format!("{{{numbers},\"text\":\"{text}\",\"id\":99999999999999999999}}\n");
    clean(line(r"[ad_1]\nTea.")).ended(0).gave(line("Tea."));
}

#[test]
fn keys_keep_their_order_and_may_stand_twice() {
    let line = |text: &str| {
        format!(r#"{{"z":1,"a":2,"z":3,"id":1,"id":2,"text":"{text}","a":{{"a":1,"a":2}}}}"#)
    };
    clean(line(r"[ad_1]\nTea.")).ended(0).gave(line("Tea."));
}

#[test]
fn other_values_may_hold_anything() {
    let fields = [
        r#""lone":"\ud800""#,
        r#""nested":{"text":"[ad_1]\nno"}"#,
        r#""list":["[ad_1]","Source link"]"#,
        r#""url":"not a url""#,
        r#""url":7"#,
        r#""id":null"#,
        r#""id":{"a":1}"#,
        r#""text ":"[ad_1]\nno""#,
        r#""Text":"Source link""#,
        r#""":"""#,
        r#""é\n\u0000":"\u202e""#,
    ];
    for field in fields {
        for flipped in [false, true] {
            let line = |text: &str| match flipped {
                true => format!("{{\"text\":\"{text}\",{field}}}"),
                false => format!("{{{field},\"text\":\"{text}\"}}"),
            };
            clean(line(r"[ad_1]\nTea.")).ended(0).gave(line("Tea."));
        }
    }
}

#[test]
fn row_24_escapes_outside_of_cuts_stay_as_they_are_written() {
    let body = r#"\u0041 caf\u00e9 \/ \ud83d\ude00 \"q\" \\ \b\f\t \u000a é 😀 \u00E9"#;
    let line = format!(r#"{{"text":"\u005bad_1]\r\n{body}\nSource\u0020link"}}"#);
    clean(line).ended(0).gave(format!(r#"{{"text":"{body}"}}"#));
}

#[test]
fn residue_may_be_written_with_any_escapes() {
    let marker: String = "[ad_1]\n".encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    clean(format!("{{\"text\":\"{marker}Tea.\"}}")).ended(0).gave("{\"text\":\"Tea.\"}");
}

#[test]
fn the_key_may_be_written_with_escapes() {
    clean(r#"{"te\u0078t":"[ad_1]\nTea."}"#).ended(0).gave(r#"{"te\u0078t":"Tea."}"#);
}

#[test]
fn line_ends_blank_lines_and_a_byte_order_mark_stay() {
    let file =
        |record: &str| format!("\u{feff}{record}\r\n\r\n{record}\n\n \t\r\n{record}\r\n\n{record}");
    clean(file(RECORD)).ended(0).gave(file(CLEANED));
    for blank in ["\n", "\r\n\r\n", "\n\n \n", "\u{feff}", "\u{feff}\n", ""] {
        clean(blank).ended(0).gave(blank);
    }
}

#[test]
fn another_field_can_hold_the_text() {
    let place = Place::new();
    let line = r#"{"text":"[ad_1]\nno","body":"[ad_1]\nTea."}"#;
    let args = ["clean", "--format", "jsonl", "--text-field", "body"];
    place.pipe(&args, line).ended(0).gave(r#"{"text":"[ad_1]\nno","body":"Tea."}"#);
    place.pipe(&args, RECORD).said(1, "no field \"body\"").gave(RECORD);
    for field in ["id", "url", "", "é\n"] {
        let key = serde_json::Value::from(field);
        let args = ["clean", "--format", "jsonl", "--text-field", field];
        place
            .pipe(&args, format!("{{{key}:\"[ad_1]\\nTea.\"}}"))
            .ended(0)
            .gave(format!("{{{key}:\"Tea.\"}}"));
    }
}

#[test]
fn a_record_of_nothing_but_residue_keeps_its_line_and_is_told() {
    let line = r#"{"id":1,"text":"[ad_1]\n[ad_2]\nSource link"}"#;
    clean(line).said(0, "residue_only").gave(r#"{"id":1,"text":""}"#);
}

#[test]
fn jsonl_is_recognised_by_its_name_or_its_first_line() {
    let place = Place::with("story.jsonl", RECORD);
    place.write("story.NDJSON", RECORD);
    place.write("story.txt", RECORD);
    place.write("story", format!("\u{feff}\n\n{RECORD}\n"));
    place.run(&["clean", "story.jsonl"]).ended(0).gave(CLEANED);
    place.run(&["clean", "story.NDJSON"]).ended(0).gave(CLEANED);
    place.run(&["clean", "story.txt"]).ended(0).gave(RECORD);
    place.run(&["clean", "story"]).ended(0).gave(format!("\u{feff}\n\n{CLEANED}\n"));
    place.pipe(&["clean"], RECORD).ended(0).gave(CLEANED);
    place.pipe(&["clean", "--format", "text"], RECORD).ended(0).gave(RECORD);
    place.write("empty.jsonl", "");
    place.run(&["clean", "empty.jsonl"]).ended(0).gave("");
}

#[test]
fn a_long_first_record_is_still_recognised() {
    for len in [1000, 60_000, 66_000, 300_000] {
        let body = "The mill closed. ".repeat(len / 17);
        let line = format!("{{\"text\":\"[ad_1]\\n{body}\"}}\n");
        Place::new().pipe(&["clean"], line).ended(0).gave(format!("{{\"text\":\"{body}\"}}\n"));
    }
}

// ---------------------------------------------------------------- what cannot be read stays

#[test]
fn a_text_that_stands_twice_is_kept_and_told() {
    stays(r#"{"text":"[ad_1]\nTea.","text":"Soup."}"#, "the field \"text\" stands twice");
    stays(r#"{"text":"[ad_1]\nTea.","\u0074ext":"Soup."}"#, "the field \"text\" stands twice");
}

#[test]
fn a_text_that_is_missing_or_no_string_is_kept_and_told() {
    stays(r#"{"id":1}"#, "no field \"text\"");
    stays("{}", "no field \"text\"");
    for value in ["null", "7", "true", "[\"[ad_1]\"]", "{\"text\":\"[ad_1]\"}"] {
        stays(format!("{{\"text\":{value}}}"), "the field \"text\" is not a string");
    }
}

#[test]
fn half_a_surrogate_pair_is_kept_and_told() {
    for text in [r"\ud800", r"[ad_1]\n\udc00 Tea.", r"\ud83d\u0041", r"\ud83d", r"\ud83d x"] {
        stays(format!("{{\"text\":\"{text}\"}}"), "the field \"text\"");
    }
}

#[test]
fn malformed_and_truncated_lines_are_kept_and_told() {
    let whole = r#"{"id":1,"text":"[ad_1]\nTea \u00e9.","n":[1,{"a":null}]}"#;
    for end in 1..whole.len() {
        stays(&whole[..end], "column");
    }
    for line in [
        r#"{"text":"[ad_1]\nTea."} x"#,
        r#"{"text":"[ad_1]\nTea.",}"#,
        r#"{"text":"[ad_1]\nTea."}}"#,
        "[ad_1]",
        r#"{"text":"[ad_1]\nTea."}{"text":"Tea."}"#,
        r#"{'text':'Tea.'}"#,
        r#"{"text":"\x41"}"#,
        r#"{"text":"\u00g0"}"#,
        r#"{"n":01,"text":"Tea."}"#,
        r#"{"n":NaN,"text":"Tea."}"#,
        r#"{text:"Tea."}"#,
        "null",
        "\"[ad_1]\\nTea.\"",
        r#"["[ad_1]\nTea."]"#,
        "// no",
        "\u{feff}{\"text\":\"Tea.\"}",
        "{\"text\":\"Tea.\"}\0",
        "\0",
    ] {
        stays(line, "standard input:2");
    }
}

#[test]
fn raw_control_characters_in_a_string_are_kept_and_told() {
    for c in ['\t', '\r', '\u{1b}', '\0', '\u{b}'] {
        stays(format!("{{\"text\":\"Tea.{c}Soup.\"}}"), "control character");
    }
    // A raw line feed makes two bad lines.
    let two = "{\"text\":\"[ad_1]\nTea.\"}\n";
    clean(two)
        .said(1, "input:1:")
        .said(1, "input:2:")
        .said(1, "2 lines could not be read")
        .gave(two);
}

#[test]
fn bytes_that_are_not_utf8_are_kept() {
    stays(b"{\"text\":\"[ad_1]\\nTea \xff.\"}", "standard input:2");
    stays(b"{\"te\xffxt\":\"[ad_1]\\nTea.\"}", "standard input:2");
    stays(b"\xff", "standard input:2");
    let line =
        |text: &str| [b"{\"raw\":\"\xff\xc3\x28\",\"text\":\"", text.as_bytes(), b"\"}"].concat();
    clean(line(r"[ad_1]\nTea.")).ended(0).gave(line("Tea."));
}

#[test]
fn an_unclosed_string_costs_its_own_line_only() {
    let file =
        |good: &str| format!("{good}\n{{\"text\":\"[ad_1]\\nTea.\n{good}\n{{\"text\":\"Soup");
    let answer = clean(file(RECORD)).gave(file(CLEANED));
    answer.said(1, "input:2: kept").said(1, "input:4: kept").said(1, "2 lines");
}

#[test]
fn many_bad_lines_are_not_all_named() {
    let answer = clean("{\n".repeat(1000)).said(1, "1000 lines could not be read");
    assert!(answer.talk().lines().count() < 30, "{}", answer.talk());
}

#[test]
fn bad_lines_are_told_by_scan_and_explain_too() {
    let file = format!("{{\n{{\"text\":\"Tea.\"}}\n{RECORD}\n");
    for command in ["scan", "explain"] {
        let answer = Place::new().pipe(&[command, "--format", "jsonl"], &file);
        let answer = answer.said(1, "standard input:1: not read");
        assert!(answer.text().contains("cleaned"), "{}", answer.text());
    }
}

#[test]
fn row_26_nesting_a_million_deep_costs_no_stack() {
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    let line = |text: &str| format!("{{\"deep\":{open}{close},\"text\":\"{text}\"}}");
    clean(line(r"[ad_1]\nTea.")).ended(0).gave(line("Tea."));
    stays(format!("{{\"text\":\"Tea.\",\"deep\":{open}"), "column");
    stays(&open, "column");
    stays("{\"text\":".repeat(1_000_000), "column");
    stays("{\"a\":".repeat(1_000_000), "column");
}

// ---------------------------------------------------------------- strict, and limits

#[test]
fn strict_stops_at_the_first_bad_line_and_writes_no_file() {
    let place = Place::with("in.jsonl", format!("{RECORD}\n{RECORD}\n{{\n{RECORD}\n"));
    place.write("old.jsonl", "old");
    for output in ["new.jsonl", "old.jsonl"] {
        let args = ["clean", "in.jsonl", "--strict", "-o", output, "--receipts", "r.jsonl"];
        place.run(&args).said(2, "in.jsonl:3: ").said(2, "nothing was written").gave("");
        assert_eq!(place.read_text("old.jsonl"), "old");
        assert_eq!(place.names(), ["in.jsonl", "old.jsonl"]);
    }
    place.write("in.jsonl", RECORD);
    place.run(&["clean", "in.jsonl", "--strict", "-o", "new.jsonl"]).ended(0);
    assert_eq!(place.read_text("new.jsonl"), CLEANED);
}

#[test]
fn strict_does_not_claim_that_nothing_was_written_when_something_was() {
    let file = format!("{}{{\n", format!("{RECORD}\n").repeat(3));
    let answer = Place::new().pipe(&["clean", "--strict"], file).said(2, "standard input:4: ");
    assert!(
        answer.out.is_empty() || !answer.talk().contains("nothing was written"),
        "{}",
        answer.talk()
    );
}

#[test]
fn a_record_over_the_limit_is_kept_unread() {
    let body = "The mill closed. ".repeat(180_000);
    let long = format!("{{\"text\":\"[ad_1]\\n{body}\"}}");
    let file = |good: &str| format!("{good}\n{long}\n{good}\n{long}");
    let args = ["clean", "-q", "--max-record", "1000000", "--format", "jsonl"];
    let answer = Place::new().pipe(&args, file(RECORD)).gave(file(CLEANED));
    answer
        .said(1, "standard input:2: kept as it is: the line is longer than --max-record 1000000")
        .said(1, "standard input:4: kept as it is")
        .said(1, "2 lines could not be read");
    let strict = Place::new()
        .pipe(&["clean", "--strict", "--max-record", "1000000", "--format", "jsonl"], file(RECORD));
    strict.said(2, "standard input:2: the line is longer");
}

#[test]
fn the_limit_of_a_record_holds_to_the_byte() {
    for (end, next) in [("\n", ""), ("\n", "\n"), ("", "")] {
        for (max, is_read) in
            [(RECORD.len() - 1, false), (RECORD.len(), true), (RECORD.len() + 1, true)]
        {
            let max = max.to_string();
            let args = ["clean", "-q", "--format", "jsonl", "--max-record", &max];
            let answer = Place::new().pipe(&args, format!("{RECORD}{end}{next}"));
            let (code, line) = if is_read { (0, CLEANED) } else { (1, RECORD) };
            answer.ended(code).gave(format!("{line}{end}{next}"));
        }
    }
}
