//! `unchaff clean` on plain text: what comes out, what is refused, and what becomes of files when something fails.

mod support;

use support::corpora::{gzip, unpack, zstd};
use support::{Answer, Place, STORY, STORY_BODY, pack};

/// Cleans text that comes through a pipe.
fn clean(text: impl AsRef<[u8]>) -> Answer {
    Place::new().pipe(&["clean", "-"], text)
}

// ---------------------------------------------------------------- text in, text out

#[test]
fn text_goes_through_a_pipe() {
    clean(STORY).ended(0).gave(STORY_BODY);
    Place::new().pipe(&["clean"], STORY).ended(0).gave(STORY_BODY);
}

#[test]
fn a_file_is_cleaned_to_standard_output_and_stays_as_it_is() {
    let place = Place::with("story.txt", STORY);
    place.run(&["clean", "story.txt"]).ended(0).gave(STORY_BODY);
    assert_eq!(place.read_text("story.txt"), STORY);
    assert_eq!(place.names(), ["story.txt"]);
}

#[test]
fn an_output_file_holds_the_cleaned_text_and_standard_output_nothing() {
    let place = Place::with("story.txt", STORY);
    place.run(&["clean", "story.txt", "-o", "body.txt"]).ended(0).gave("");
    assert_eq!(place.read_text("body.txt"), STORY_BODY);
    assert_eq!(place.names(), ["body.txt", "story.txt"]);
}

#[test]
fn an_output_file_that_exists_is_replaced_whole() {
    let place = Place::with("story.txt", STORY);
    place.write("body.txt", "old ".repeat(1000));
    place.run(&["clean", "story.txt", "--output", "body.txt"]).ended(0);
    assert_eq!(place.read_text("body.txt"), STORY_BODY);
}

#[test]
fn the_summary_goes_to_standard_error_unless_quiet() {
    clean(STORY).said(0, "unchaff: 1 document: 3 pieces removed").said(0, "en.source-link 1");
    let quiet = Place::new().pipe(&["clean", "--quiet"], STORY).ended(0);
    assert_eq!(quiet.talk(), "");
}

#[test]
fn empty_input_gives_empty_output() {
    clean("").said(0, "0 pieces removed, 0 of 0 bytes").gave("");
    let place = Place::with("empty.txt", "");
    place.run(&["clean", "empty.txt", "-o", "out.txt", "--receipts", "r.jsonl"]).ended(0);
    assert_eq!(place.read("out.txt"), b"");
    assert_eq!(
        place.read_text("r.jsonl"),
        "{\"unchaff\":1,\"format\":\"text\"}\n{\"unchaff\":1,\"receipts\":0}\n"
    );
}

#[test]
fn a_missing_last_line_end_stays_missing() {
    clean("[ad_1]\nThe mill closed.").ended(0).gave("The mill closed.");
    clean("The mill closed.\nSource link").ended(0).gave("The mill closed.");
}

#[test]
fn windows_and_mixed_line_ends_stay_as_they_were() {
    let text = "[ad_1]\r\nThe mill closed.\r\n\r\nNobody wept.\r\nSource link\r\n";
    clean(text).ended(0).gave("The mill closed.\r\n\r\nNobody wept.\r\n");
    let mixed = "[ad_1]\r\nThe mill closed.\nNobody wept.\r\nIt rained.\rIt froze.\n[ad_2]\r\nSource link\n";
    clean(mixed).ended(0).gave("The mill closed.\nNobody wept.\r\nIt rained.\rIt froze.\n");
}

#[test]
fn other_line_separators_are_not_line_ends() {
    for c in ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'] {
        let text =
            format!("The mill closed.{c}Nobody wept.{c}It rained all night in the valley.\n");
        clean(&text).ended(0).gave(&text);
    }
}

#[test]
fn a_byte_order_mark_stays_and_hides_nothing() {
    clean(format!("\u{feff}{STORY}")).ended(0).gave(format!("\u{feff}{STORY_BODY}"));
    let joined = "The mill closed.\n\u{feff}Nobody wept.\n";
    clean(joined).ended(0).gave(joined);
    clean("\u{feff}").ended(0).gave("\u{feff}");
}

#[test]
fn bytes_that_are_not_utf8_stay_and_hide_nothing() {
    let text = b"[ad_1]\nThe mill \xff\xc3\x28 closed.\n\x80\nSource link\n";
    clean(text).ended(0).gave(b"The mill \xff\xc3\x28 closed.\n\x80\n");
}

#[test]
fn a_long_text_is_cleaned_at_both_ends() {
    let body = "The mill closed in spring, and nobody wept.\n".repeat(50_000);
    clean(format!("[ad_1]\n{body}[ad_2]\nSource link\n")).ended(0).gave(&body);
}

#[test]
fn a_line_that_is_too_long_to_be_examined_is_kept_and_told() {
    let line = format!("{} Source link\n", "flour ".repeat(500_000));
    clean(&line).said(0, "1 line too long to be examined").gave(&line);
}

#[test]
fn a_document_of_nothing_but_residue_is_told_even_when_quiet() {
    let place = Place::new();
    let residue = "[ad_1]\n[ad_2]\nSource link\n";
    place.pipe(&["clean"], residue).said(0, "residue_only").gave("");
    place.pipe(&["clean", "-q"], residue).said(0, "1 document held nothing but residue").gave("");
}

// ---------------------------------------------------------------- what is not plain text

#[test]
fn a_nul_is_told_once_and_only_where_it_is_no_separator() {
    let text = "The mill\0 closed.\0\nNobody wept.\n";
    let answer = clean(text).said(0, "looks binary (a NUL at byte 8)").gave(text);
    assert_eq!(answer.talk().matches("binary").count(), 1);
    let separated = Place::new().pipe(&["clean", "--documents", "nul"], "Tea.\0Soup.\0").ended(0);
    assert!(!separated.talk().contains("binary"), "{}", separated.talk());
}

#[test]
fn row_7_other_encodings_and_archives_are_refused_with_a_hint() {
    let wide =
        |bytes: fn(u16) -> [u8; 2]| STORY.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let four: Vec<u8> = STORY.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let cases: [(&str, Vec<u8>, &str); 9] = [
        (
            "UTF-16 little",
            [b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(),
            "iconv -f UTF-16",
        ),
        ("UTF-16 big", [b"\xfe\xff".to_vec(), wide(u16::to_be_bytes)].concat(), "iconv -f UTF-16"),
        ("UTF-32 little", [b"\xff\xfe\0\0".to_vec(), four].concat(), "iconv -f UTF-32"),
        ("UTF-32 big", b"\0\0\xfe\xff\0\0\0T\0\0\0e\0\0\0a".to_vec(), "iconv -f UTF-32"),
        ("Parquet", b"PAR1\x15\x04".to_vec(), "-o DIR/"),
        ("WARC", b"WARC/1.0\r\nWARC-Type: conversion\r\n".to_vec(), "-o DIR/"),
        ("bzip2", b"BZh91AY&SY\x9a\x81\x14\x03\0\0".to_vec(), "bzip2 -d"),
        ("xz", b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46".to_vec(), "xz -d"),
        ("only a mark", b"\xff\xfe".to_vec(), "iconv -f UTF-16"),
    ];
    for (what, bytes, hint) in cases {
        let place = Place::with("story.txt", &bytes);
        place.write("out.txt", "old");
        let answer = place.run(&["clean", "story.txt", "-o", "out.txt"]);
        answer.said(2, "story.txt: is").said(2, hint).gave("");
        assert_eq!(place.read_text("out.txt"), "old", "{what}");
        assert_eq!(place.names(), ["out.txt", "story.txt"], "{what}");
        place.pipe(&["clean", "-"], &bytes).said(2, hint).gave("");
        for command in ["scan", "explain"] {
            place.run(&[command, "story.txt"]).said(2, hint).gave("");
        }
    }
}

#[test]
fn gzip_and_zstd_are_read_by_content_and_written_by_name() {
    let lines = format!("{{\"text\":{}}}\n", serde_json::Value::from(STORY));
    let body = format!("{{\"text\":{}}}\n", serde_json::Value::from(STORY_BODY));
    for ending in ["gz", "zst"] {
        let pack = |text: &str| if ending == "gz" { gzip(text) } else { zstd(text) };
        let name = format!("a.jsonl.{ending}");
        let packed = [pack(&lines), pack(&lines)].concat();
        let place = Place::with(&name, &packed);
        place.run(&["clean", &name, "-q"]).ended(0).gave(body.repeat(2));
        place.pipe(&["clean", "-", "-q"], &packed).ended(0).gave(body.repeat(2));
        let out = format!("out.{ending}");
        place.run(&["clean", &name, "-o", &out, "--receipts", "r.jsonl", "-q"]).ended(0);
        assert_eq!(unpack(&out, &place.read(&out)), body.repeat(2).into_bytes());
        place.run(&["scan", &name]).ended(1);
        place.run(&["verify", "--receipts", "r.jsonl", &name]).ended(0);
        place.run(&["restore", "--receipts", "r.jsonl", &out]).ended(0).gave(lines.repeat(2));
        // What is cut off is refused, and the old output stays.
        place.write(&out, "old");
        place.write(&name, &packed[..packed.len() - 3]);
        place
            .run(&["clean", &name, "-o", &out])
            .said(2, &format!("{name}: cannot be read: byte "))
            .said(2, "cut off");
        assert_eq!(place.read_text(&out), "old");
        // Nothing is packed, too.
        place.write("empty.txt", "");
        place.run(&["clean", "empty.txt", "-o", &out, "-q"]).ended(0);
        assert!(unpack(&out, &place.read(&out)).is_empty() && !place.read(&out).is_empty());
    }
}

#[test]
fn a_text_that_begins_like_an_archive_is_a_text() {
    let text = "BZh was the name of the dog.\n";
    clean(text).ended(0).gave(text);
}

// ---------------------------------------------------------------- several documents in a stream

/// Two stories and a separator; each must lose its residue as if it stood alone.
fn stream(separator: &str) -> (String, String) {
    let join = |one: &str, two: &str| format!("{one}{separator}{two}");
    (join(STORY, "Source link\nRain.\n"), join(STORY_BODY, "Source link\nRain.\n"))
}

#[test]
fn documents_are_split_by_blank_lines_form_feeds_and_nuls() {
    let place = Place::new();
    for (name, separator) in [("blank-lines:3", "\n\n\n"), ("form-feed", "\x0c"), ("nul", "\0")] {
        let (text, wanted) = stream(separator);
        let answer = place.pipe(&["clean", "--documents", name], &text).ended(0).gave(&wanted);
        assert!(answer.talk().contains("2 documents"), "{name}: {}", answer.talk());
    }
    let (text, _) = stream("\n\n\n");
    let whole = place.pipe(&["clean"], &text).said(0, "1 document:");
    assert!(whole.text().ends_with("Rain.\n"), "{:?}", whole.text());
}

#[test]
fn separators_stay_byte_for_byte() {
    let place = Place::new();
    for (name, text) in [
        ("blank-lines:2", "Tea.\n\n\n\n\n\nSoup.\r\n\r\n\r\nRain.\n\n\n"),
        ("blank-lines:1", "\n\nTea.\n\nSoup.\n\n"),
        ("form-feed", "\x0c\x0cTea.\x0cSoup.\n\x0c"),
        ("nul", "\0Tea.\0\0\0Soup.\n\0"),
    ] {
        place.pipe(&["clean", "--documents", name], text).ended(0).gave(text);
    }
}

#[test]
fn every_document_of_a_long_stream_is_cleaned_alone() {
    let (one, left) = ("[ad_1]\nThe mill closed.\nSource link\n", "The mill closed.\n");
    let place = Place::new();
    for (name, separator) in [("blank-lines:2", "\n\n"), ("form-feed", "\x0c"), ("nul", "\0")] {
        let text = vec![one; 5000].join(separator);
        let answer = place.pipe(&["clean", "--documents", name], text).said(0, "5000 documents");
        answer.gave(vec![left; 5000].join(separator));
    }
}

#[test]
fn an_unknown_separator_is_an_error() {
    for name in ["", "blank-lines", "blank-lines:0", "blank-lines:x", "blank-lines:99999", "tab"] {
        Place::new().pipe(&["clean", "--documents", name], STORY).said(2, "--documents").gave("");
    }
}

#[test]
fn separators_are_refused_for_jsonl() {
    let args = ["clean", "--format", "jsonl", "--documents", "nul"];
    Place::new().pipe(&args, "{\"text\":\"Tea.\"}\n").said(2, "--documents is for text").gave("");
}

// ---------------------------------------------------------------- rules and profiles

#[test]
fn a_profile_says_how_much_evidence_is_needed() {
    let place = Place::new();
    // One likely label at the end of a document has 2 points.
    let text = "The mill closed.\nSource link\n";
    for (profile, wanted) in
        [("cautious", text), ("standard", "The mill closed.\n"), ("eager", "The mill closed.\n")]
    {
        place.pipe(&["clean", "--profile", profile], text).ended(0).gave(wanted);
    }
    place.pipe(&["clean", "--profile", "wild"], text).said(2, "wild").gave("");
}

#[test]
fn categories_and_rules_can_be_switched_off() {
    let place = Place::new();
    let text = "[ad_1]\nThe mill closed.\nSource link\n";
    place
        .pipe(&["clean", "--off", "source"], text)
        .ended(0)
        .gave("The mill closed.\nSource link\n");
    place
        .pipe(&["clean", "--off", "en.source-link"], text)
        .ended(0)
        .gave("The mill closed.\nSource link\n");
    let both = ["clean", "--off", "source", "--off", "ad-marker"];
    place.pipe(&both, text).ended(0).gave(text);
}

#[test]
fn a_category_that_is_off_by_default_can_be_switched_on() {
    let kiosk = pack("line = [\"Open the kiosk\"]").replace("\"widget\"", "\"byline\"");
    let place = Place::with("mine.toml", kiosk);
    let text = "The mill closed.\nOpen the kiosk\n";
    place.pipe(&["clean", "--pack", "mine.toml"], text).ended(0).gave(text);
    let on = ["clean", "--pack", "mine.toml", "--on", "byline"];
    place.pipe(&on, text).ended(0).gave("The mill closed.\n");
    place.pipe(&["clean", "--on", "bylines"], text).said(2, "bylines").gave("");
}

#[test]
fn a_rule_or_category_that_does_not_exist_is_an_error() {
    let place = Place::with("story.txt", STORY);
    place.write("out.txt", "old");
    for (name, words) in
        [("en.no-such-rule", "en.no-such-rule"), ("sauce", "--off sauce: neither a category")]
    {
        let answer = place.run(&["clean", "story.txt", "-o", "out.txt", "--off", name]);
        answer.said(2, words).gave("");
        assert_eq!(place.read_text("out.txt"), "old");
    }
}

#[test]
fn a_phrase_can_be_kept() {
    let place = Place::new();
    let text = "The mill closed.\nSource link\n";
    place.pipe(&["clean", "--keep", "source LINK"], text).ended(0).gave(text);
    place.pipe(&["clean", "--keep", ""], text).said(2, "nothing is left of the phrase").gave("");
}

#[test]
fn a_language_leaves_the_others_out() {
    let place = Place::new();
    place.pipe(&["clean", "--lang", "en"], STORY).ended(0).gave(STORY_BODY);
    place.pipe(&["clean", "--lang", "xx"], STORY).said(2, "\"xx\"").gave("");
}

#[test]
fn a_pack_of_ones_own_acts_beside_the_built_in_ones() {
    let place = Place::with("mine.toml", pack("line = [\"Open the kiosk\"]"));
    let text = "[ad_1]\nThe mill closed.\nOpen the kiosk\n";
    place.pipe(&["clean", "--pack", "mine.toml"], text).ended(0).gave("The mill closed.\n");
    place.pipe(&["clean"], text).ended(0).gave("The mill closed.\nOpen the kiosk\n");
}

#[test]
fn a_pack_that_cannot_be_used_stops_everything() {
    let place = Place::with("bad.toml", pack("lines = [\"Open the kiosk\"]"));
    place.write("story.txt", STORY);
    place.write("out.txt", "old");
    let answer = place.run(&["clean", "story.txt", "-o", "out.txt", "--pack", "bad.toml"]);
    answer.said(2, "unchaff: bad.toml:").gave("");
    place.run(&["clean", "story.txt", "--pack", "none.toml"]).said(2, "none.toml").gave("");
    assert_eq!(place.read_text("out.txt"), "old");
}

// ---------------------------------------------------------------- the program itself

#[test]
fn the_program_is_called_unchaff() {
    let answer = Place::new().run(&["--version"]).ended(0);
    assert!(answer.text().starts_with("unchaff 0."), "{:?}", answer.text());
    Place::new().run(&["clean", "--no-such-option"]).ended(2).gave("");
    Place::new().run(&["tidy"]).ended(2).gave("");
}

#[test]
fn the_help_names_every_option() {
    let help = Place::new().run(&["clean", "--help"]).ended(0).text();
    for option in [
        "--output",
        "--receipts",
        "--strict",
        "--quiet",
        "--format",
        "--text-field",
        "--max-record",
        "--documents",
        "--pack",
        "--lang",
        "--profile",
        "--on",
        "--off",
        "--keep",
    ] {
        assert!(help.contains(option), "{option}");
    }
}
