//! The record cleaner comes to what reading, cleaning and cutting in the plain way come to, on every line.
//!
//! A failure prints the smallest line that was found and the seed that finds it again.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use support::jsonl::{self, Answer, Rest};
use support::law::law;
use support::small_pack;
use support::texts::{Document, Residue};
use unchaff::jsonl::{CleanedLine, Fields, LineErrorKind, RecordCleaner};
use unchaff::{Cleaner, Profile, Receipt, Report};

/// The small pack, without limits to speak of and with many small ones.
static SMALL: LazyLock<Vec<Cleaner>> = LazyLock::new(|| {
    let mut cleaners = vec![small_pack::small().build().expect("the small pack builds")];
    for line in [0, 1, 12, 40, 1 << 20] {
        for held in [0, 30, 90, 1 << 20] {
            cleaners.push(small_pack::small_with(Profile::Standard, line, 25, held));
        }
    }
    cleaners
});

fn cleaners() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0), 1 => 0..SMALL.len()]
}

/// What the record cleaner makes of a line.
fn fast(records: &mut RecordCleaner, line: &[u8]) -> Answer {
    let _ = records.take_report();
    let (line, text, id, removals, receipt) = match records.clean(line) {
        Ok(None) => return Answer::Blank,
        Err(error) => return Answer::Kept(error.kind()),
        Ok(Some(cleaned)) => (
            rest_of(&cleaned).escape_ascii().to_string(),
            cleaned.text().into_owned(),
            cleaned.id().map(|id| id.into_owned()),
            cleaned.removals().to_vec(),
            cleaned.receipt(),
        ),
    };
    let report = records.take_report();
    Answer::Cleaned(Box::new(Rest { line, text, id, removals, receipt, report }))
}

fn rest_of(cleaned: &CleanedLine<'_>) -> Vec<u8> {
    let mut rest = Vec::new();
    cleaned.append_to(&mut rest);
    rest
}

fn agree(cleaner: &Cleaner, lines: &[Document]) -> TestCaseResult {
    let mut records = RecordCleaner::new(cleaner);
    for Document(line) in lines {
        prop_assert_eq!(fast(&mut records, line), jsonl::plain(cleaner, line));
    }
    Ok(())
}

fn documents(lines: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<Document>> {
    proptest::collection::vec(lines.prop_map(Document), 1..4)
}

/// Records of the small pack, written in every way, in any order of fields.
#[test]
fn records_are_cleaned_as_in_the_plain_way() {
    let lines = documents(jsonl::records(&Residue::small()));
    law(1, (cleaners(), lines), |(cleaner, lines)| agree(&SMALL[cleaner], &lines));
}

/// Records of the built-in rules.
#[test]
fn records_of_the_builtin_rules_are_cleaned_as_in_the_plain_way() {
    let lines = documents(jsonl::records(&Residue::builtin()));
    law(20, lines, |lines| agree(&Cleaner::builtin(), &lines));
}

/// Damaged records are kept for the same reason, or cleaned where they are still in order.
#[test]
fn damaged_records_are_told_from_good_ones_as_in_the_plain_way() {
    let lines = documents(jsonl::broken(jsonl::records(&Residue::small())));
    law(1, (cleaners(), lines), |(cleaner, lines)| agree(&SMALL[cleaner], &lines));
}

/// Pieces of JSON in any order.
#[test]
fn json_is_as_strict_as_in_the_plain_way() {
    let lines = documents(jsonl::soup());
    law(1, lines, |lines| agree(&SMALL[0], &lines));
}

/// Numbers, and what looks like them.
#[test]
fn numbers_are_as_strict_as_in_the_plain_way() {
    law(1, "[-+]?[0-9]{0,3}[.]?[0-9]{0,2}[eE]?[-+]?[0-9a]{0,2}", |number| {
        for line in [
            format!("{{\"text\":\"\",\"n\":{number}}}"),
            format!("{{\"id\":{number} ,\"text\":\"\"}}"),
            format!("{{\"text\":\"\",\"n\":[{number},{{\"a\":{number}}}]}}"),
        ] {
            agree(&SMALL[0], &[Document(line.into_bytes())])?;
        }
        Ok(())
    });
}

/// Any bytes.
#[test]
fn any_bytes_are_told_as_in_the_plain_way() {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..12);
    let lines = documents(prop_oneof![
        bytes(),
        bytes().prop_map(|bytes| [b"{\"text\":\"", &bytes[..], b"\"}"].concat()),
        bytes().prop_map(|bytes| [b"{\"id\":\"", &bytes[..], b"\",\"text\":\"\"}"].concat()),
        bytes().prop_map(|bytes| [b"{\"\\u006", &bytes[..], b"\":0,\"text\":\"\"}"].concat()),
        bytes().prop_map(|bytes| [b"{\"a\":\"", &bytes[..], b"\",\"text\":\"\"}"].concat()),
    ]);
    law(1, lines, |lines| agree(&SMALL[0], &lines));
}

/// Every place where a line can be cut off.
#[test]
fn a_line_that_is_cut_off_is_told_at_every_byte() {
    let whole = "{\"id\":-1.5e-7,\"te\\u0078t\":\"[ad_1]\\nTea \\ud83d\\ude00.\",\"n\":[1,{\"a\":null},true]}";
    let cleaner = &SMALL[0];
    for end in 0..=whole.len() {
        let line = Document(whole.as_bytes()[..end].to_vec());
        agree(cleaner, &[line]).expect("both ways agree");
    }
}

/// Strings are read in blocks: escapes, pairs and ends may stand on either side of where two of them meet.
#[test]
fn escapes_and_ends_may_stand_anywhere_in_a_block() {
    let cleaner = &SMALL[0];
    for len in (0..140).chain(1970..2120).chain(4080..4110) {
        for end in [
            "",
            "\\",
            "\\ud83d\\ude00",
            "\\\\",
            "\\\\\\\"",
            "\\n",
            "\\u000a[ad_1]",
            "\\",
            "\\ud83d",
            "\t",
            "é",
        ] {
            let body = "x".repeat(len);
            let tails = [String::new(), "y".repeat(70), r"\n[ad_2]\nSource link".to_owned()];
            for tail in tails {
                let line =
                    format!("{{\"text\":\"[ad_1]\\n{body}{end}{tail}\",\"n\":\"{body}{end}\"}}");
                agree(cleaner, &[Document(line.into_bytes())]).expect("both ways agree");
            }
        }
    }
}

/// The receipts of records are derived again and restore the text.
#[test]
fn receipts_of_records_verify_and_restore() {
    law(4, (cleaners(), jsonl::records(&Residue::small())), |(cleaner, line)| {
        let cleaner = &SMALL[cleaner];
        let mut records = RecordCleaner::new(cleaner);
        let Ok(Some(cleaned)) = records.clean(&line) else { return Ok(()) };
        let receipt = cleaned.receipt();
        prop_assert_eq!(Receipt::from_json(&receipt.to_json()), Ok(receipt.clone()));
        let text = cleaned.text();
        let rest = rest_of(&cleaned);
        let mut again = RecordCleaner::new(cleaner);
        let Ok(Some(rest)) = again.clean(&rest) else {
            return Err(TestCaseError::fail("the rest is no record"));
        };
        prop_assert_eq!(receipt.restore(rest.text().as_bytes()), Ok(text.as_bytes().to_vec()));
        Ok(())
    });
}

/// Pieces that are kept and cuts, in order, are exactly the line.
#[test]
fn kept_and_cut_are_a_partition() {
    law(4, jsonl::records(&Residue::small()), |line| {
        let mut records = RecordCleaner::new(&SMALL[0]);
        let Ok(Some(cleaned)) = records.clean(&line) else { return Ok(()) };
        let mut whole = Vec::new();
        let mut cuts = cleaned.cuts().iter();
        for kept in cleaned.kept() {
            whole.extend_from_slice(kept);
            whole.extend_from_slice(cuts.next().map_or(&[], |cut| &line[cut.clone()]));
        }
        prop_assert_eq!(Document(whole), Document(line.clone()));
        prop_assert_eq!(cleaned.cuts().len(), cleaned.removals().len());
        Ok(())
    });
}

#[test]
fn nesting_a_million_deep_costs_no_stack() {
    let mut records = RecordCleaner::new(&SMALL[0]);
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (open, close) = (open.repeat(1_000_000), close.repeat(1_000_000));
        let line = |text: &str| format!("{{\"deep\":{open}1{close},\"text\":\"{text}\"}}");
        let cleaned =
            records.clean(line(r"[ad_1]\nTea.").as_bytes()).map(|c| c.map(|c| rest_of(&c)));
        assert_eq!(cleaned, Ok(Some(line("Tea.").into_bytes())));
        for bad in [open.clone(), format!("{{\"text\":{open}"), format!("{{\"a\":{open}1{close}]")]
        {
            let error = records.clean(bad.as_bytes()).expect_err("it is cut off");
            assert_eq!(error.kind(), LineErrorKind::NotAnObject);
        }
    }
}

#[test]
fn fields_may_have_other_names() {
    let fields = Fields::default().with_text("raw\n").with_id("key").with_url("u");
    let mut records = RecordCleaner::new(&SMALL[0]).with_fields(fields);
    let line = r#"{"text":"[ad_1]","u":"https://tide.example.org","key":3,"raw\n":"Tide Harbour Home\nTea."}"#;
    let cleaned = records.clean(line.as_bytes()).expect("it is read").expect("it is not blank");
    assert_eq!(cleaned.id().as_deref(), Some("3"));
    assert_eq!(rest_of(&cleaned), line.replace(r"Tide Harbour Home\n", "").into_bytes());
    assert_eq!(cleaned.receipt().id.as_deref(), Some("3"));
}

#[test]
fn each_record_is_cleaned_for_its_own_host() {
    let mut records = RecordCleaner::new(&SMALL[0]);
    for host in
        ["tide.example.org", "other.example", "www.TIDE.example.org", "", "tide.example.org"]
    {
        let line = |text: &str| format!(r#"{{"text":"{text}","url":"https:\/\/{host}\/a"}}"#);
        let whole = line(r"Tide Harbour Home\nTea.");
        let cleaned = records.clean(whole.as_bytes());
        let rest = cleaned.map(|cleaned| cleaned.map(|cleaned| rest_of(&cleaned)));
        let is_known = host.to_lowercase().ends_with("tide.example.org");
        let wanted = if is_known { line("Tea.") } else { whole.clone() };
        assert_eq!(rest, Ok(Some(wanted.into_bytes())));
    }
}

/// Crawlers and corpora keep the address of a page under many names; the first that tells a host decides.
#[test]
fn the_host_is_found_under_every_common_name() {
    let mut records = RecordCleaner::new(&SMALL[0]);
    let mut is_known = |fields: &str| {
        let line = format!(r#"{{"text":"Tide Harbour Home\nTea.",{fields}}}"#);
        let host = Fields::default().host(line.as_bytes());
        let cleaned = records.clean(line.as_bytes()).expect("it is read").expect("it is a record");
        assert_eq!(cleaned.removals().is_empty(), host.as_deref() != Some("tide.example.org"));
        !cleaned.removals().is_empty()
    };
    for known in [
        r#""url":"https://tide.example.org/a""#,
        r#""u":"https://tide.example.org/a""#,
        r#""source_url":"http://tide.example.org""#,
        r#""metadata":{"n":[1,{}],"url":"https://tide.example.org/a"}"#,
        r#""metadata":"{\"url\": \"https:\/\/tide.example.org/a\"}""#,
        r#""metadata":{"source":"https://tide.example.org/a"}"#,
        r#""metadata":{"WARC-Target-URI":"https://tide.example.org/a"}"#,
        r#""metadata.url":"https://tide.example.org/a""#,
        r#""meta":{"url":"https://tide.example.org/a"}"#,
        r#""warc_headers":{"warc-target-uri":"https://tide.example.org/a"}"#,
        r#""host":"tide.example.org""#,
        r#""source_domain":"tide.example.org""#,
        r#""source":"https://tide.example.org/a""#,
        r#""source":"cc","url":"","u":null,"host":"tide.example.org""#,
        r#""host":"other.example","url":"https://tide.example.org/a""#,
        r#""metadata":{"source":"https://other.example","url":"https://tide.example.org"}"#,
        r#""url":"https://other.example","url":"https://tide.example.org""#,
    ] {
        assert!(is_known(known), "{known}");
    }
    for unknown in [
        r#""source":"tide.example.org""#,
        r#""host":"tide.example.org or so""#,
        r#""url":"https://other.example","metadata":{"url":"https://tide.example.org/a"}"#,
        r#""metadata":["url","https://tide.example.org/a"]"#,
        r#""metadata":{"a":{"url":"https://tide.example.org/a"}}"#,
        r#""metadata":"{\"url\":\"https://tide.example.org/a\"""#,
        r#""metadat":{"url":"https://tide.example.org/a"}"#,
    ] {
        assert!(!is_known(unknown), "{unknown}");
    }
}

#[test]
fn what_cannot_be_cleaned_is_described() {
    let mut records = RecordCleaner::new(&SMALL[0]);
    let mut said =
        |line: &str| records.clean(line.as_bytes()).expect_err("it is refused").to_string();
    for (line, why) in [
        ("{", "it ends inside an object (column 2)"),
        ("[]", "this is not a JSON object (column 1)"),
        (r#"{"a":1}"#, "no field \"text\""),
        (r#"{"text":null}"#, "the field \"text\" is not a string"),
        (r#"{"text":"a","text":"b"}"#, "the field \"text\" stands twice"),
        (
            r#"{"text":"ab\ud800"}"#,
            "the field \"text\": half a surrogate pair in a hex escape (column 12)",
        ),
        ("{\"text\":\"a\tb\"}", "a control character inside a string (column 11)"),
        (r#"{"text":"a"} x"#, "trailing characters behind the object (column 14)"),
        (r#"{"text":"a""#, "it ends inside an object (column 12)"),
        (r#"{"text":["#, "it ends where a value should be (column 10)"),
        (r#"{"text":"a"#, "it ends inside a string (column 11)"),
        (r#"{"text":"a",}"#, "a key was expected here (column 13)"),
        (r#"{"text" "a"}"#, "a colon was expected here (column 9)"),
        (r#"{"n":01}"#, "a number begins with a zero"),
        (r#"{"n":1.}"#, "a number lacks a digit (column 8)"),
        (r#"{"n":"\x"}"#, "an unknown escape (column 7)"),
        (r#"{"n":"\u12g4"}"#, "an escape lacks a hexadecimal digit (column 7)"),
    ] {
        let what = said(line);
        assert!(what.starts_with(why), "{line}: {what}");
    }
}

#[test]
fn reports_add_up_over_records() {
    let mut records = RecordCleaner::new(&SMALL[0]);
    let mut wanted = Report::default();
    for line in [
        r#"{"text":"[ad_1]\nTea \u00e9."}"#,
        "",
        "{",
        r#"{"text":"Soup."}"#,
        r#"{"text":"[ad_1]"}"#,
    ] {
        if let Answer::Cleaned(rest) = jsonl::plain(&SMALL[0], line.as_bytes()) {
            wanted.merge(&rest.report);
        }
        let _ = records.clean(line.as_bytes());
    }
    assert_eq!(records.report(), &wanted);
    assert_eq!(wanted.documents(), 3);
}
