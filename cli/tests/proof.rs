//! `verify`, `restore`, `scan` and `explain`: what was done can be shown, checked and undone.

mod support;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use support::{Place, STORY, STORY_BODY, STREAMS, article};
use unchaff::Cleaner;

/// Cleans a file with receipts in a new folder that also holds the files `r.jsonl` and `out`.
fn cleaned(name: &str, text: impl AsRef<[u8]>, options: &[&str]) -> Place {
    let place = Place::with(name, text);
    let args = [&["clean", name, "-q", "-o", "out", "--receipts", "r.jsonl"], options].concat();
    place.run(&args).ended(0);
    assert!(place.read_text("r.jsonl").lines().count() > 1, "something was removed from {name}");
    place
}

/// Documents with residue, without, of residue only, and empty ones.
fn stream(separator: &str) -> String {
    let documents = [STORY, "Rain.", "", "[ad_1]\n[ad_2]", &article(), "Tea.\nSource link", "", ""];
    documents.join(separator)
}

const RECORDS: &str = concat!(
    "\u{feff}{\"id\":\"a\",\"text\":\"[ad_1]\\n\\u0054ea \\u00e9.\\r\\nSource\\u0020link\"}\r\n",
    "\n{\"id\":123456789012345678901234567890,\"text\":\"\\u005bad_1]\\nSoup.\"}\n",
    "{\"id\":3,\"text\":\"Rain.\"}\n",
    "{\"text\":\"[ad_1]\\/\\nThe mill 😀 \\ud83d\\ude00 closed.\\n[ad_2]\\nSource link\",\"url\":\"https://a.example.org/\"}",
);

// ---------------------------------------------------------------- verify and restore

#[test]
fn a_cleaned_article_verifies_and_is_restored_byte_for_byte() {
    let place = cleaned("article.txt", article(), &[]);
    assert!(!place.read_text("out").contains("Source link"));
    let verify = place.run(&["verify", "article.txt", "--receipts", "r.jsonl"]);
    verify.said(0, "1 documents, 1 receipts checked, 0 differ").gave("");
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(article());
    place.run(&["restore", "out", "--receipts", "r.jsonl", "-o", "back.txt"]).ended(0).gave("");
    assert_eq!(place.read_text("back.txt"), article());
    let body = place.read("out");
    place.pipe(&["restore", "--receipts", "r.jsonl"], body).ended(0).gave(article());
    place.pipe(&["verify", "--receipts", "r.jsonl"], article()).said(0, "0 differ");
}

#[test]
fn text_that_is_not_utf8_is_restored_byte_for_byte() {
    let text = b"\xff\n[ad_1]\xfe\n[ad_1]\nThe mill\xc3 closed.\n[ad_2]\n\xa0\nSource link\x0c\n";
    let place = cleaned("story.txt", text, &[]);
    place.run(&["verify", "story.txt", "--receipts", "r.jsonl"]).said(0, "0 differ");
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(text);
}

#[test]
fn streams_of_documents_verify_and_are_restored_byte_for_byte() {
    for (name, separator) in STREAMS {
        let text = stream(separator);
        let place = cleaned("stream.txt", &text, &["--documents", name]);
        assert_ne!(place.read_text("out"), text);
        let verify = ["verify", "stream.txt", "--receipts", "r.jsonl", "--documents", name];
        place.run(&verify).said(0, "4 receipts checked, 0 differ");
        place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(&text);
        let again = ["restore", "out", "--receipts", "r.jsonl", "--documents", name];
        place.run(&again).ended(0).gave(&text);
    }
}

#[test]
fn a_stream_longer_than_any_buffer_is_restored_byte_for_byte() {
    let body = "The mill closed, and nobody wept about it.\n".repeat(3000);
    let one = format!("[ad_1]\n{body}Source link\n");
    let text = format!("{}{one}", format!("{one}\x0cRain.\n\x0c").repeat(20));
    let place = cleaned("stream.txt", &text, &["--documents", "form-feed"]);
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(&text);
    let verify = ["verify", "stream.txt", "--receipts", "r.jsonl", "--documents", "form-feed"];
    place.run(&verify).said(0, "41 documents, 21 receipts checked, 0 differ");
}

#[test]
fn jsonl_verifies_and_is_restored_byte_for_byte() {
    let place = cleaned("in.jsonl", RECORDS, &[]);
    let wanted = concat!(
        "\u{feff}{\"id\":\"a\",\"text\":\"\\u0054ea \\u00e9.\"}\r\n",
        "\n{\"id\":123456789012345678901234567890,\"text\":\"Soup.\"}\n",
        "{\"id\":3,\"text\":\"Rain.\"}\n",
    );
    assert!(place.read_text("out").starts_with(wanted), "{}", place.read_text("out"));
    let verify = place.run(&["verify", "in.jsonl", "--receipts", "r.jsonl"]);
    verify.said(0, "4 documents, 3 receipts checked, 0 differ");
    let restore = ["restore", "--format", "jsonl", "out", "--receipts", "r.jsonl"];
    place.run(&restore).ended(0).gave(RECORDS);
    let receipts = place.read_text("r.jsonl");
    assert!(receipts.contains("\"id\":\"123456789012345678901234567890\""), "{receipts}");
}

#[test]
fn bad_lines_between_records_do_not_disturb_the_proof() {
    let file = format!("{{\n{}\nnull\n[1\n", RECORDS.trim_start_matches('\u{feff}'));
    let place = Place::with("in.jsonl", &file);
    place.run(&["clean", "in.jsonl", "-o", "out.jsonl", "--receipts", "r.jsonl"]).ended(1);
    place.run(&["restore", "out.jsonl", "--receipts", "r.jsonl"]).ended(0).gave(&file);
    let verify = place.run(&["verify", "in.jsonl", "--receipts", "r.jsonl"]);
    assert!(verify.talk().contains("3 receipts checked, 0 differ"), "{}", verify.talk());
}

#[test]
fn an_input_without_residue_needs_no_receipts() {
    let place = Place::with("rain.txt", "Rain.\n");
    place.run(&["clean", "rain.txt", "-o", "out", "--receipts", "r.jsonl"]).ended(0);
    let none = "{\"unchaff\":1,\"format\":\"text\"}\n{\"unchaff\":1,\"receipts\":0}\n";
    assert_eq!(place.read_text("r.jsonl"), none);
    place
        .run(&["verify", "rain.txt", "--receipts", "r.jsonl"])
        .said(0, "0 receipts checked, 0 differ");
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave("Rain.\n");
}

/// Documents that hold no separator: they end in one line end, and no line but a single one is empty.
fn documents() -> impl Strategy<Value = Vec<String>> {
    let piece = prop::sample::select(vec![
        "[ad_1]",
        "[ad_2]",
        "Source link",
        "top channel",
        "Share on Facebook",
        "\u{feff}",
        "The mill closed in spring.",
        "Nobody wept. [ad_2] Source link",
        "Bread:",
        "- Tweet",
        "```",
        "雨は正午前に止んだ。",
    ]);
    let joint = prop::sample::select(vec!["\n", "\n", "\r\n", "\n\n", " "]);
    let document = prop::collection::vec((piece, joint), 1..7).prop_map(|pieces| {
        let text: String = pieces.into_iter().flat_map(|(piece, joint)| [piece, joint]).collect();
        format!("{}\n", text.trim_end_matches(['\n', '\r']))
    });
    prop::collection::vec(document, 1..60)
}

/// A stream is cleaned document by document, as the library cleans each of them alone; its receipts verify, and the
/// stream is restored byte for byte.
#[test]
fn each_document_of_a_stream_is_cleaned_as_if_it_stood_alone() {
    let seed = std::env::var("UNCHAFF_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let rng_seed = RngSeed::Fixed(seed);
    let config = Config { rng_seed, failure_persistence: None, ..Config::with_cases(60) };
    let cleaner = Cleaner::builtin();
    let streams = (documents(), prop::sample::select(STREAMS.to_vec()));
    let result = TestRunner::new(config).run(&streams, |(documents, (name, separator))| {
        let text = documents.join(separator);
        let alone = |document: &String| cleaner.clean(document).text.into_owned();
        let wanted = documents.iter().map(alone).collect::<Vec<_>>().join(separator);
        let place = Place::with("in.txt", &text);
        let clean = ["clean", "in.txt", "-q", "-o", "out", "--receipts", "r.jsonl"];
        place.run(&[&clean[..], &["--documents", name]].concat()).ended(0);
        prop_assert_eq!(place.read_text("out"), wanted);
        place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(&text);
        let verify = ["verify", "in.txt", "--receipts", "r.jsonl", "--documents", name];
        place.run(&verify).said(0, "0 differ");
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, input)) => {
            panic!("the law fails: {reason}\ninput: {input:#?}\nreplay: UNCHAFF_SEED={seed}")
        }
        Err(error) => panic!("{error}\nreplay: UNCHAFF_SEED={seed}"),
    }
}

// ---------------------------------------------------------------- what is refused

/// Receipts of three documents, with everything a receipt can hold; small enough to change each byte.
fn small() -> Place {
    let place =
        Place::with("in.jsonl", &RECORDS[..RECORDS.rfind("{\"text\"").expect("the last record")]);
    let clean = ["clean", "in.jsonl", "-q", "-o", "out.jsonl", "--receipts", "r.jsonl"];
    place.run(&clean).ended(0);
    place
}

#[test]
fn receipts_with_any_byte_changed_are_refused_by_restore() {
    let place = small();
    let receipts = place.read("r.jsonl");
    assert!(receipts.len() > 500 && receipts.len() < 5000, "{}", receipts.len());
    for at in 0..receipts.len() {
        let bit = 1 << (at % 8);
        let mut changed = receipts.clone();
        changed[at] ^= bit;
        place.write("changed.jsonl", &changed);
        let args = ["restore", "out.jsonl", "--receipts", "changed.jsonl", "-o", "back.jsonl"];
        let answer = place.run(&args);
        let is_refused = answer.code == Some(1) || answer.code == Some(2);
        assert!(is_refused, "byte {at}, bit {bit}: {answer:?}");
        assert!(
            answer.talk().starts_with("unchaff: "),
            "byte {at}, bit {bit}: {:?}",
            answer.talk()
        );
        assert!(!place.path("back.jsonl").exists(), "byte {at}, bit {bit}");
    }
}

#[test]
fn receipts_with_a_byte_changed_are_refused_by_verify() {
    let place = small();
    let receipts = place.read("r.jsonl");
    for at in (0..receipts.len()).step_by(37).chain(receipts.len() - 29..receipts.len()) {
        let mut changed = receipts.clone();
        changed[at] ^= 1 << (at % 7);
        place.write("changed.jsonl", &changed);
        let answer = place.run(&["verify", "in.jsonl", "--receipts", "changed.jsonl"]);
        let is_refused = answer.code == Some(1) || answer.code == Some(2);
        assert!(is_refused && answer.talk().contains("changed.jsonl"), "byte {at}: {answer:?}");
    }
}

#[test]
fn receipts_with_a_byte_removed_or_added_are_refused() {
    let place = small();
    let receipts = place.read("r.jsonl");
    // The last byte is a line end; see the test below.
    for at in 0..receipts.len() - 1 {
        let (start, end) = receipts.split_at(at);
        let added = [start, b" ", end].concat();
        let removed = [start, &end[1..]].concat();
        let changed = if at % 2 == 0 { added } else { removed };
        place.write("changed.jsonl", &changed);
        let answer = place.run(&["restore", "out.jsonl", "--receipts", "changed.jsonl"]);
        answer.said(2, "unchaff: changed.jsonl:");
    }
}

#[test]
fn receipts_that_were_cut_off_are_refused() {
    let place = small();
    let receipts = place.read("r.jsonl");
    let line_ends = (0..receipts.len() - 1).filter(|&at| receipts[at] == b'\n');
    for end in (0..receipts.len() - 1).step_by(11).chain(line_ends.flat_map(|at| [at, at + 1])) {
        place.write("cut.jsonl", &receipts[..end]);
        let args = ["restore", "out.jsonl", "--receipts", "cut.jsonl", "-o", "back.jsonl"];
        place.run(&args).said(2, "cut.jsonl:");
        assert!(!place.path("back.jsonl").exists());
        if end > 0 && receipts[end - 1] == b'\n' {
            place.run(&args).said(2, "the file was cut off");
            let verify = ["verify", "in.jsonl", "--receipts", "cut.jsonl"];
            place.run(&verify).said(2, "the file was cut off");
        }
    }
}

#[test]
fn receipts_with_other_line_ends_are_refused() {
    let place = small();
    let receipts = place.read_text("r.jsonl");
    for changed in
        [receipts.trim_end().to_owned(), receipts.replace('\n', "\r\n"), format!("{receipts}\n")]
    {
        place.write("changed.jsonl", changed);
        place
            .run(&["restore", "out.jsonl", "--receipts", "changed.jsonl"])
            .said(2, "changed.jsonl:");
    }
}

#[test]
fn receipts_of_which_one_is_missing_doubled_or_moved_are_refused() {
    let place = cleaned("stream.txt", stream("\0"), &["--documents", "nul"]);
    let receipts = place.read_text("r.jsonl");
    let lines: Vec<&str> = receipts.lines().collect();
    // The first line names the format, the receipts follow.
    let mut moved = lines.clone();
    moved.swap(1, 2);
    let doubled = [&lines[..2], &lines[1..]].concat();
    let without_first = [&lines[..1], &lines[2..]].concat();
    for changed in [moved, doubled, without_first, lines[1..].to_vec()] {
        place.write("changed.jsonl", changed.join("\n") + "\n");
        let restore =
            place.run(&["restore", "out", "--receipts", "changed.jsonl", "-o", "back.txt"]);
        restore.said(2, "changed.jsonl:");
        let verify = place.run(&[
            "verify",
            "stream.txt",
            "--documents",
            "nul",
            "--receipts",
            "changed.jsonl",
        ]);
        assert_ne!(verify.code, Some(0), "{verify:?}");
    }
    // With a last line that counts as it should, a missing receipt is found where the document is.
    let missing =
        [&lines[..1], &lines[2..5], &["{\"unchaff\":1,\"receipts\":3}"]].concat().join("\n") + "\n";
    place.write("changed.jsonl", missing);
    let verify =
        place.run(&["verify", "stream.txt", "--documents", "nul", "--receipts", "changed.jsonl"]);
    verify.said(1, "document 1: residue is removed from it, but there is no receipt");
}

#[test]
fn receipts_that_are_no_receipts_are_refused() {
    let place = Place::with("out", STORY_BODY);
    for text in [
        "",
        "\n",
        "{}\n",
        "null\n",
        "[1]\n",
        "{\"unchaff\":2,\"receipts\":0}\n",
        "\u{feff}{\"unchaff\":1,\"receipts\":0}\n",
    ] {
        place.write("r.jsonl", text);
        place.run(&["restore", "out", "--receipts", "r.jsonl"]).said(2, "r.jsonl:1:").gave("");
    }
    place.write("r.jsonl", b"\xff\xfe\x00");
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).said(2, "r.jsonl:1:").gave("");
    place.run(&["restore", "out", "--receipts", "none.jsonl"]).said(2, "none.jsonl").gave("");
    place.run(&["restore", "out"]).said(2, "--receipts").gave("");
}

#[test]
fn receipts_of_other_rules_are_refused_by_verify() {
    let place = cleaned("story.txt", STORY, &["--profile", "eager"]);
    place
        .run(&["verify", "story.txt", "--receipts", "r.jsonl", "--profile", "eager"])
        .said(0, "0 differ");
    for options in [
        &["--profile", "standard"][..],
        &["--profile", "eager", "--off", "share"],
        &["--profile", "eager", "--keep", "Tea"],
    ] {
        let args = [&["verify", "story.txt", "--receipts", "r.jsonl"], options].concat();
        let answer = place.run(&args).said(1, "r.jsonl:").said(1, "1 differ");
        assert!(answer.talk().contains("rules"), "{}", answer.talk());
    }
    // What was removed can be put back whatever the rules are now.
    place.run(&["restore", "out", "--receipts", "r.jsonl"]).ended(0).gave(STORY);
}

#[test]
fn a_changed_input_is_refused_by_verify() {
    let place = cleaned("story.txt", STORY, &[]);
    for changed in [
        STORY.replace("wept", "weqt"),
        STORY.replace("[ad_2]", "[ad_3]"),
        format!("{STORY} "),
        STORY[1..].to_owned(),
        String::new(),
    ] {
        place.write("changed.txt", changed);
        let answer = place.run(&["verify", "changed.txt", "--receipts", "r.jsonl"]);
        answer.said(1, "1 differ").gave("");
    }
    let place = cleaned("in.jsonl", RECORDS, &[]);
    for changed in [
        RECORDS.replace("Soup", "Soap"),
        RECORDS.replace("\\u0020", " "),
        RECORDS.replacen('\n', "", 2),
        RECORDS.replace("Rain.", "[ad_1]\\nRain."),
    ] {
        place.write("changed.jsonl", changed);
        let answer = place.run(&["verify", "changed.jsonl", "--receipts", "r.jsonl"]);
        assert_eq!(answer.code, Some(1), "{answer:?}");
    }
}

#[test]
fn a_changed_output_is_refused_by_restore() {
    let place = cleaned("stream.txt", stream("\x0c"), &["--documents", "form-feed"]);
    let body = place.read_text("out");
    place.write("back.txt", "old");
    let cut_at = body.find("pears").expect("the article is there");
    for changed in [
        body.replace("wept", "weqt"),
        body.replacen("Tea.", "Tea!", 1),
        body[1..].to_owned(),
        body[..cut_at].to_owned(),
        String::new(),
    ] {
        place.write("changed.txt", changed);
        let args = ["restore", "changed.txt", "--receipts", "r.jsonl", "-o", "back.txt"];
        place.run(&args).said(2, "r.jsonl:");
        assert_eq!(place.read_text("back.txt"), "old");
    }
    let place = cleaned("in.jsonl", RECORDS, &[]);
    let body = place.read_text("out");
    for changed in [
        body.replace("Soup", "Soap"),
        body.replacen('\n', "", 2),
        body[..40].to_owned(),
        body.replace("\"text\"", "\"t\""),
    ] {
        place.write("changed.jsonl", changed);
        let args = ["restore", "changed.jsonl", "--receipts", "r.jsonl", "-o", "back.jsonl"];
        place.run(&args).said(2, "r");
        assert!(!place.path("back.jsonl").exists());
    }
}

#[test]
fn restore_never_writes_onto_its_input() {
    let place = cleaned("story.txt", STORY, &[]);
    place
        .run(&["restore", "out", "--receipts", "r.jsonl", "-o", "out"])
        .said(2, "write to another file");
    assert_eq!(place.read_text("out"), STORY_BODY);
}

#[test]
fn restore_never_writes_onto_its_receipts() {
    let place = cleaned("story.txt", STORY, &[]);
    let receipts = place.read_text("r.jsonl");
    for output in ["r.jsonl", "./r.jsonl"] {
        place.run(&["restore", "out", "--receipts", "r.jsonl", "-o", output]).ended(2);
        assert_eq!(place.read_text("r.jsonl"), receipts);
    }
}
