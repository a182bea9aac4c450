//! What a run over a corpus writes beside the output: receipts, and the spans for other programs.

#[allow(dead_code, reason = "the library's tests use the rest of it")]
#[path = "../../tests/support/cases.rs"]
mod cases;
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::corpora::{self, SMALL, corpus, crawls, files, gzip, records, unpack};
use support::{Place, web};
use unchaff::{Profile, Receipt};

fn lines(name: &str, bytes: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(unpack(name, bytes)).expect("it is UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

// ---------------------------------------------------------------- receipts

#[test]
fn receipts_restore_a_corpus_byte_for_byte() {
    let place = Place::new();
    corpus(&place, 3);
    // Escapes that are written in an uncommon way, another field, a line that cannot be read, no last line end.
    place.write(
        "in/odd.jsonl",
        "{\"content\":\"\\u005bad_1]\\n\\ud83d\\ude00 Tea\\u0021\\r\\nSource\\u0020link\"}\n{\"content\":\n\n{\"content\":\"[ad_1]\\nx y z\"}",
    );
    place.write("in/latin.txt", b"[ad_1]\nCaf\xE9 \xFF closed.\nSource link");
    let args = ["clean", "in", "-o", "out", "--receipts", "receipts", "-q"];
    place.run(&[&args[..], &SMALL].concat()).ended(1);
    assert_ne!(files(&place, "in"), files(&place, "out"));
    place.run(&["restore", "--receipts", "receipts", "out", "-o", "back"]).said(0, " 0 failed");
    let (inputs, back) = (files(&place, "in"), files(&place, "back"));
    assert!(inputs.keys().eq(back.keys()));
    for (name, bytes) in &inputs {
        assert!(unpack(name, bytes) == unpack(name, &back[name]), "{name}");
    }
}

#[test]
fn receipts_of_a_corpus_are_those_of_single_files() {
    let place = Place::new();
    corpus(&place, 2);
    place
        .run(&[&["clean", "in", "-o", "out", "--receipts", "receipts", "-q"][..], &SMALL].concat())
        .ended(0);
    for name in ["text/long.txt", "a.jsonl", "web/2024/e.jsonl"] {
        let input = format!("in/{name}");
        place
            .run(&["clean", &input, "-o", "single", "--receipts", "single.receipts", "-q"])
            .ended(0);
        let packed = format!("receipts/{name}.receipts.jsonl.zst");
        let receipts = unpack(&packed, &place.read(&packed));
        assert_eq!(
            String::from_utf8_lossy(&receipts),
            place.read_text("single.receipts"),
            "{name}"
        );
        place.write("plain.receipts", receipts);
        place.run(&["verify", "--receipts", "plain.receipts", &input]).ended(0);
    }
}

#[test]
fn the_receipts_of_a_corpus_are_verified_at_once() {
    let place = Place::new();
    corpus(&place, 2);
    crawls(&place, 2);
    place.write("in/odd.jsonl", "{\"content\":\"[ad_1]\\nTea is ready.\\nSource link\"}\n");
    place.run(&["clean", "in", "-o", "out", "--receipts", "receipts", "-q"]).ended(0);
    let verify = ["verify", "--receipts", "receipts", "in"];
    let said = place.run(&verify).said(0, " receipts checked, 0 differ").talk();
    assert!(!said.contains(" 0 receipts"), "{said}");
    let changed = place.read_text("in/a.jsonl").replace("mill at bend 1 ", "mill at bend 9 ");
    place.write("in/a.jsonl", changed);
    place.run(&verify).said(1, "receipts/a.jsonl.receipts.jsonl.zst:");
    fs::remove_file(place.path("in/text/short.txt")).expect("it can be removed");
    place
        .run(&verify)
        .said(2, "1 files could not be verified")
        .said(2, "in/text/short.txt: cannot");
    place.run(&["verify", "--receipts", "receipts", "in/a.jsonl"]).said(2, "is no folder");
}

/// Whatever is changed in a crawl after cleaning, or in its receipts, is found.
#[test]
fn changed_crawls_and_receipts_are_found() {
    let place = Place::new();
    crawls(&place, 2);
    // A record without residue, and one whose digest is wrong, so that it was kept.
    let records = web::wet(&["Nobody wept.\n".to_owned(), corpora::story(77, 2)]);
    let wrong = String::from_utf8_lossy(&records[2]).replace("sha1:", "sha1:0");
    place.write("in/crawl/k.warc", [&records[1][..], wrong.as_bytes()].concat());
    place.run(&["clean", "in", "-o", "out", "--receipts", "receipts", "-q"]).ended(1);
    let verify = ["verify", "--receipts", "receipts", "in"];
    let said = place.run(&verify).said(1, "121 documents, 120 receipts checked, 0 differ").talk();
    assert!(said.contains("k.warc: record 2: the WARC-Block-Digest"), "{said}");
    assert!(said.contains("1 records could not be read"), "{said}");
    // One file alone.
    let warc =
        ["verify", "--receipts", "receipts/crawl/g.warc.receipts.jsonl.zst", "in/crawl/g.warc"];
    place.run(&warc).said(0, "40 documents, 40 receipts checked, 0 differ");
    place
        .run(&[
            "verify",
            "--receipts",
            "receipts/crawl/g.warc.receipts.jsonl.zst",
            "in/crawl/f.warc.wet.gz",
        ])
        .said(0, "0 differ");
    place
        .run(&["verify", "--receipts", "receipts/crawl/g.warc.receipts.jsonl.zst", "-"])
        .said(2, "name the file");

    let text = String::from_utf8(place.read("in/crawl/g.warc")).expect("it is UTF-8");
    // The text of one record, its length and digest as they were.
    place.write("in/crawl/g.warc", text.replacen("mill at bend 2 ", "mill at bend 9 ", 1));
    place.run(&warc).said(1, "40 receipts checked, 1 differ").said(1, "record 4");
    // A record less: all that come behind it are others.
    let cut = text.rfind("WARC/1.0").expect("a record");
    place.write("in/crawl/g.warc", &text[..cut]);
    place.run(&warc).said(1, "1 differ").said(1, "there is no document at 41");
    place.write("in/crawl/g.warc", &text[..cut - 1]);
    place.run(&warc).said(2, "in/crawl/g.warc: unpacked byte");
    // A receipt less, and one for what has no text.
    place.write("in/crawl/g.warc", &text);
    let name = "receipts/crawl/g.warc.receipts.jsonl.zst";
    let receipts = String::from_utf8(unpack(name, &place.read(name))).expect("it is UTF-8");
    let lines: Vec<&str> = receipts.split_inclusive('\n').collect();
    let less = [&lines[..5], &lines[6..]].concat().concat().replace(":40}", ":39}");
    place.write("less", less);
    place
        .run(&["verify", "--receipts", "less", "in/crawl/g.warc"])
        .said(1, "record 6: residue is removed from it, but there is no receipt");
    let mut first = Receipt::from_json(lines[1].trim_end()).expect("it is a receipt");
    assert_eq!(first.at.replace(1), Some(2));
    let for_info = receipts.replacen(lines[1].trim_end(), &first.to_json(), 1);
    place.write("info", for_info);
    place
        .run(&["verify", "--receipts", "info", "in/crawl/g.warc"])
        .said(1, "record 1: there is a receipt for it, but it has no text")
        .said(1, "record 2: residue is removed");
}

#[cfg(feature = "parquet")]
#[test]
fn changed_tables_are_found() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    let mut texts: Vec<String> = (0..30).map(|number| corpora::story(number, 3)).collect();
    texts[7] = "Nobody wept.".to_owned();
    place.write("in/a.parquet", web::parquet(&texts, 9));
    place.run(&["clean", "in", "-o", "out", "--receipts", "receipts", "-q"]).ended(0);
    let verify = ["verify", "--receipts", "receipts", "in"];
    place.run(&verify).said(0, "30 documents, 29 receipts checked, 0 differ");
    texts.swap(7, 8);
    place.write("in/a.parquet", web::parquet(&texts, 9));
    let said = place.run(&verify).said(1, ", 2 differ").talk();
    assert!(said.contains("a.parquet: record 8 (0): residue is removed"), "{said}");
    assert!(said.contains(".zst: record 9 (0): "), "{said}");
    texts.swap(7, 8);
    texts.truncate(29);
    place.write("in/a.parquet", web::parquet(&texts, 9));
    place.run(&verify).said(1, "there is no document at 30");
    place.write("in/a.parquet", "text");
    place.run(&verify).said(2, "1 files could not be verified");
}

#[test]
fn a_corpus_of_text_and_records_is_verified_with_what_separates_texts() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/a.txt", [corpora::story(1, 3), corpora::story(2, 3)].join("\x0c"));
    place.write("in/b.jsonl", records(0, 5));
    let separator = ["--documents", "form-feed"];
    let clean = ["clean", "in", "-o", "out", "--receipts", "receipts", "-q"];
    place.run(&[&clean[..], &separator].concat()).ended(0);
    let verify = ["verify", "--receipts", "receipts", "in"];
    place
        .run(&[&verify[..], &separator].concat())
        .said(0, "7 documents, 7 receipts checked, 0 differ");
    place.run(&verify).ended(1);
}

/// Wherever a record tells its site: what cleans it, scans it and verifies it finds the same.
#[test]
fn rules_of_a_site_act_on_records_that_tell_it_in_other_fields() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    let site = "line = [\"Tide Harbour Home\"]\nsites = [\"tide.example.org\"]";
    let pack = support::pack(site).replace("Open the kiosk", "Tide Harbour Home");
    place.write("mine.toml", pack);
    let lines = "{\"text\":\"Tide Harbour Home\\nTea.\",\"metadata\":{\"url\":\"https://tide.example.org\"}}\n\
                 {\"text\":\"Tide Harbour Home\\nTea.\",\"host\":\"www.tide.example.org\"}\n\
                 {\"text\":\"Tide Harbour Home\\nTea.\",\"metadata\":{\"url\":\"https://other.example\"}}\n";
    place.write("in/a.jsonl", lines);
    place
        .run(&["clean", "in", "-o", "out", "--receipts", "receipts", "--pack", "mine.toml", "-q"])
        .ended(0);
    let cleaned = lines.replacen("Tide Harbour Home\\n", "", 2);
    assert_eq!(place.read_text("out/a.jsonl"), cleaned);
    place.run(&["clean", "in/a.jsonl", "--pack", "mine.toml", "-q"]).ended(0).gave(&cleaned);
    place
        .run(&["verify", "--receipts", "receipts", "in", "--pack", "mine.toml"])
        .said(0, "3 documents, 2 receipts checked, 0 differ");
    let scanned = place.run(&["scan", "in/a.jsonl", "--pack", "mine.toml"]).ended(1).text();
    assert_eq!(scanned.matches("mine.kiosk").count(), 2, "{scanned}");
}

#[test]
fn what_was_changed_after_cleaning_is_not_restored_and_the_others_are() {
    let place = Place::new();
    corpus(&place, 1);
    place.run(&["clean", "in", "-o", "out", "--receipts", "receipts", "-q"]).ended(0);
    let changed = place.read_text("out/a.jsonl").replace("mill at bend 1 ", "mill at bend 9 ");
    place.write("out/a.jsonl", changed);
    fs::remove_file(place.path("out/text/short.txt")).expect("it can be removed");
    let answer = place
        .run(&["restore", "--receipts", "receipts", "out", "-o", "back"])
        .said(2, "out/a.jsonl:");
    assert!(answer.talk().contains("out/text/short.txt: cannot be read"), "{}", answer.talk());
    assert!(!place.path("back/a.jsonl").exists());
    assert_eq!(place.read("back/text/long.txt"), place.read("in/text/long.txt"));
    place.run(&["restore", "--receipts", "receipts", "out"]).said(2, "name a folder");
    place
        .run(&["restore", "--receipts", "receipts", "out", "-o", "out"])
        .said(2, "is a folder that is read");
}

// ---------------------------------------------------------------- Dolma

/// What Dolma's mixer makes of a text and spans that are to be replaced by nothing, as its behaviour was observed: it
/// walks over the code points with one span in hand, and at that span's end passes over every span that began before.
fn mixed(text: &str, spans: &[(usize, usize)]) -> String {
    let (mut rest, mut in_hand) = (String::new(), 0);
    for (at, c) in text.chars().enumerate() {
        let Some(&(start, end)) = spans.get(in_hand) else {
            rest.push(c);
            continue;
        };
        if (start..end).contains(&at) {
            continue;
        }
        if at == end {
            in_hand += spans[in_hand..].iter().take_while(|(start, _)| *start < at).count();
        }
        if spans.get(in_hand).is_none_or(|(start, _)| *start != at) {
            rest.push(c);
        }
    }
    rest
}

#[test]
fn the_mixer_does_what_is_known_of_it() {
    let text = "0123456789ABCDEFGHIJ";
    assert_eq!(mixed(text, &[(2, 6), (8, 10)]), "0167ABCDEFGHIJ");
    assert_eq!(mixed(text, &[(2, 6), (4, 10)]), "016789ABCDEFGHIJ");
    assert_eq!(mixed(text, &[(2, 4), (2, 8)]), "01456789ABCDEFGHIJ");
    assert_eq!(mixed(text, &[(5, 5), (8, 10)]), "012346789ABCDEFGHIJ");
}

fn spans(row: &Value, key: &str) -> Vec<(usize, usize)> {
    let spans = row["attributes"][key].as_array().unwrap_or_else(|| panic!("no {key} in {row}"));
    let number =
        |value: &Value| usize::try_from(value.as_u64().expect("an offset")).expect("a small one");
    let span = |span: &Value| {
        assert_eq!((span.as_array().map(Vec::len), span[2].as_f64()), (Some(3), Some(1.0)));
        (number(&span[0]), number(&span[1]))
    };
    spans.iter().map(span).collect()
}

#[test]
fn attributes_make_dolma_remove_what_we_remove_in_every_case_of_the_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let cases: Vec<_> =
        ["residue", "traps"].iter().flat_map(|folder| cases::folder(&root.join(folder))).collect();
    let mut compared = 0;
    for profile in Profile::ALL {
        let of_profile: Vec<(usize, &str, &[u8])> = (0..)
            .zip(&cases)
            .filter(|(_, case)| case.profile == *profile)
            .filter_map(|(number, case)| {
                Some((number, std::str::from_utf8(&case.input).ok()?, &case.output[..]))
            })
            .collect();
        if of_profile.is_empty() {
            continue;
        }
        let record = |(number, text, _): &(usize, &str, &[u8])| {
            format!("{}\n", serde_json::json!({"id": format!("case {number}"), "text": text}))
        };
        let documents: String = of_profile.iter().map(record).collect();
        let place = Place::new();
        fs::create_dir_all(place.path("v1/documents/a")).expect("a folder");
        place.write("v1/documents/a/x.jsonl.gz", gzip(&documents));
        let args = [
            "clean",
            "v1",
            "-o",
            "out",
            "-q",
            "--attributes",
            "residue",
            "--profile",
            profile.name(),
        ];
        place.run(&[&args[..], &SMALL].concat()).ended(0);
        let name = "x.jsonl.gz";
        let rows = lines(name, &place.read("out/attributes/residue/a/x.jsonl.gz"));
        let cleaned = lines(name, &place.read("out/documents/a/x.jsonl.gz"));
        assert_eq!((rows.len(), cleaned.len()), (of_profile.len(), of_profile.len()));
        for ((row, cleaned), (number, text, output)) in rows.iter().zip(&cleaned).zip(&of_profile) {
            assert_eq!(row["id"], format!("case {number}"));
            let spans = spans(row, "residue__unchaff__residue");
            assert!(spans.iter().all(|(start, end)| start < end), "{row}");
            assert!(
                spans.windows(2).all(|pair| pair[0].1 < pair[1].0),
                "not merged or not sorted: {row}"
            );
            let mixed = mixed(text, &spans);
            assert_eq!(mixed, cleaned["text"].as_str().expect("a text"), "case {number}");
            assert_eq!(mixed.as_bytes(), *output, "case {number}");
            compared += 1;
        }
    }
    assert!(compared > 400, "only {compared} cases were compared");
}

#[test]
fn attributes_alone_leave_the_documents_where_they_are_and_have_a_row_for_every_line() {
    let place = Place::new();
    fs::create_dir_all(place.path("v1/documents/b")).expect("a folder");
    place.write(
        "v1/documents/a.jsonl",
        "{\"id\":\"ü\",\"text\":\"Tea.\"}\n{\"id\":7,\"text\":\"[ad_1]\"}\n{\"id\":\"c\"}\n",
    );
    place.write("v1/documents/b/c.jsonl.zst", support::corpora::zstd(records(0, 9)));
    let before = files(&place, "v1/documents");
    let args =
        ["clean", "v1/documents", "-o", "v1", "--attributes", "r1", "--attributes-only", "-q"];
    place.run(&args).ended(1);
    assert_eq!(files(&place, "v1/documents"), before);
    assert_eq!(files(&place, "v1").len(), 4);
    assert_eq!(
        place.read_text("v1/attributes/r1/a.jsonl"),
        "{\"id\":\"ü\",\"attributes\":{\"r1__unchaff__residue\":[]}}\n\
         {\"id\":7,\"attributes\":{\"r1__unchaff__residue\":[[0,6,1.0]]}}\n\
         {\"id\":null,\"attributes\":{}}\n"
    );
    assert_eq!(lines("c.jsonl.zst", &place.read("v1/attributes/r1/b/c.jsonl.zst")).len(), 9);
    place.run(&args).ended(1);
    place
        .run(&["clean", "v1/documents", "-o", "v1", "--attributes", "../x", "-q"])
        .said(2, "plain name");
}

#[test]
fn attributes_are_for_jsonl_and_nothing_else() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/a.jsonl", records(0, 3));
    place.write("in/b.txt", corpora::story(1, 3));
    place.write("in/c.wet", web::wet(&[corpora::story(2, 3)]).concat());
    place
        .run(&["clean", "in", "-o", "out", "--attributes", "r1", "-q"])
        .said(2, "in/b.txt: is text; --attributes is for JSONL")
        .said(2, "in/c.wet: is warc; --attributes is for JSONL");
    let names: Vec<String> = files(&place, "out").into_keys().collect();
    assert_eq!(names, ["a.jsonl", "attributes/r1/a.jsonl"]);
}

// ---------------------------------------------------------------- annotations

#[test]
fn annotations_leave_the_text_and_name_the_rules() {
    let place = Place::new();
    fs::create_dir_all(place.path("in")).expect("a folder");
    place.write("in/a.jsonl", "{\"id\":1,\"text\":\"[ad_1]\\nÜber Tea.\\nSource link\",\"n\":1e400}\n{\"text\":\"Tea.\"}\n");
    place.run(&["clean", "in", "-o", "out", "-q", "--annotate", "residue"]).ended(0);
    let rows = place.read_text("out/a.jsonl");
    assert!(rows.contains(r#""text":"[ad_1]\nÜber Tea.\nSource link","n":1e400"#), "{rows}");
    let first: Value =
        serde_json::from_str(&rows.lines().next().expect("a line").replace("1e400", "1"))
            .expect("JSON");
    let residue = first["residue"].as_array().expect("a list");
    assert_eq!(residue[0], serde_json::json!([0, 7, "core.ad-marker"]));
    assert_eq!(residue.last().expect("one")[2], "en.source-link");
}
