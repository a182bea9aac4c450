use proptest::prelude::*;

use super::*;
use crate::jsonl::{self, Entry};

/// Lines of which some are records with residue, some without, and some cannot be read.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            r#"{"id":1,"text":"[ad_1]\nThe mill closed in spring.\n[ad_2]\nSource link"}"#,
            r#"{"url":"https://news.example.org/a","text":"Nobody wept.\r\n[ad_1]\r\n","n":1.10}"#,
            r#"{"text" : "The \u0066erry left.", "n":123456789012345678901234567890}"#,
            r#"{"text":"[ad_1]"}"#,
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "", "{", r#"{"text":null}"#, r#"{"text":"\ud800"}"#, r#"{"text":"a","text":"b"}"#, "\u{FEFF}{\"text\":\"[ad_1]\"}", "\r",
        ]).prop_map(str::to_owned),
        1 => (0usize..400).prop_map(|len| format!(r#"{{"text":"{}"}}"#, "tea ".repeat(len / 4))),
    ]
}

/// What should come out: each line cleaned by itself.
fn expected(lines: &str, max_record: usize) -> Vec<u8> {
    let rules = Cleaner::builtin();
    let mut out = Vec::new();
    jsonl::each_entry(lines.as_bytes(), "text", max_record, |_, line, entry| {
        match entry {
            Entry::Record(record) => {
                let cleaned = rules.clean(&record.text);
                let spans: Vec<_> =
                    cleaned.removals().iter().map(|r| r.span.start..r.span.end).collect();
                let inside = std::str::from_utf8(&line[record.inside.clone()])?;
                let mut at = 0;
                for range in jsonl::written(inside, &spans) {
                    out.extend_from_slice(&line[at..record.inside.start + range.start]);
                    at = record.inside.start + range.end;
                }
                out.extend_from_slice(&line[at..]);
            }
            _ => out.extend_from_slice(line),
        }
        Ok(())
    })
    .expect("memory can be read");
    out
}

fn lines() -> impl Strategy<Value = String> {
    (prop::collection::vec(line(), 0..30), any::<bool>()).prop_map(|(lines, has_end)| {
        let end = if has_end && !lines.is_empty() { "\n" } else { "" };
        lines.join("\n") + end
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The output is that of each record cleaned by itself, whatever the blocks, the codec and its members; and a reader that
    /// starts again at any block goes on with the same bytes.
    #[test]
    fn blocks_are_invisible_and_a_reader_can_start_again_at_each(
        lines in lines(),
        block_bytes in 1usize..300,
        max_record in 40usize..300,
        codec in prop::sample::select(CODECS.to_vec()),
        member in 1usize..200,
    ) {
        let packed: Vec<u8> = match codec {
            Codec::Plain => lines.clone().into_bytes(),
            _ if lines.is_empty() => pack(codec, b""),
            _ => lines.as_bytes().chunks(member).flat_map(|part| pack(codec, part)).collect(),
        };
        let folder = Folder::new();
        let path = folder.file(&name("a.jsonl", codec), &packed);
        let options = Options { block_bytes, max_record, documents: true, ..Options::default() };
        let whole = clean(&path, &options).expect("nothing is damaged");
        let unpacked = unpack(codec, &whole.output());
        let expected = expected(&lines, max_record);
        prop_assert_eq!(String::from_utf8_lossy(&unpacked), String::from_utf8_lossy(&expected));
        prop_assert_eq!(whole.records, lines.lines().count() as u64);
        let numbers: Vec<u64> = whole.documents.iter().map(|document| document.number).collect();
        prop_assert_eq!(numbers, (1..=whole.records).collect::<Vec<_>>());
        for (index, resume) in whole.resumes.iter().enumerate() {
            let resume = resume.as_ref().expect("a reader of lines can start again anywhere");
            let rest = clean_from(&path, &options, Some(resume)).expect("nothing is damaged");
            prop_assert_eq!(&rest.outputs, &whole.outputs[index + 1..]);
            prop_assert_eq!(&rest.resumes, &whole.resumes[index + 1..]);
        }
    }
}

#[test]
fn blocks_end_at_lines_and_hold_about_as_much_as_asked_for() {
    let folder = Folder::new();
    let line = format!("{{\"text\":\"{}\"}}\n", "tea ".repeat(20));
    let path = folder.file("a.jsonl", line.repeat(1000).as_bytes());
    let options = Options { block_bytes: 1000, ..Options::default() };
    let outcome = clean(&path, &options).expect("nothing is damaged");
    assert_eq!(outcome.outputs.len(), 1000usize.div_ceil(1000 / line.len()));
    assert!(outcome.outputs.iter().all(|output| output.len() <= 1000 && output.ends_with(b"\n")));
}

#[test]
fn the_field_is_chosen_by_the_first_record_and_stays_for_the_file() {
    let folder = Folder::new();
    let lines = "{\"a\":1}\n{\"content\":\"[ad_1]\\nTea.\"}\n{\"text\":\"[ad_1]\\nTea.\",\"content\":\"[ad_2]\\nTea.\"}\n";
    let path = folder.file("a.jsonl", lines.as_bytes());
    let outcome = clean(&path, &Options::default()).expect("nothing is damaged");
    assert_eq!(
        String::from_utf8(outcome.output()).expect("it is text"),
        "{\"a\":1}\n{\"content\":\"Tea.\"}\n{\"text\":\"[ad_1]\\nTea.\",\"content\":\"Tea.\"}\n"
    );
    assert_eq!(outcome.problems.count(|kind| kind == ProblemKind::FieldChosen), 1);
    assert_eq!(outcome.problems.count(ProblemKind::is_kept), 1);
}

#[test]
fn row_38_checksums_are_always_written() {
    let folder = Folder::new();
    let path = folder.file("a.jsonl", b"{\"text\":\"tea\"}\n");
    let options = Options { codec: Some(Codec::Zstd), ..Options::default() };
    let output = clean(&path, &options).expect("nothing is damaged").output();
    assert_eq!(output[4] & 4, 4, "the frame header says that a checksum follows");
}

#[test]
fn annotated_records_keep_their_text_and_say_what_would_go() {
    let folder = Folder::new();
    let path =
        folder.file("a.jsonl", "{\"text\":\"[ad_1]\\nTée.\\n[ad_2]\"} \n{\"x\":1}\n".as_bytes());
    let options = Options { edit: Edit::Annotate("residue".into()), ..Options::default() };
    let output = clean(&path, &options).expect("nothing is damaged").output();
    assert_eq!(
        String::from_utf8(output).expect("it is text"),
        "{\"text\":\"[ad_1]\\nTée.\\n[ad_2]\",\"residue\":[[0,7,\"core.ad-marker\"],[11,18,\"core.ad-marker\"]]} \n{\"x\":1}\n"
    );
}

/// Whatever stands in a line, its bytes are kept where the text cannot be read; every such line is told by its number.
#[test]
fn rows_22_to_31_lines_that_cannot_be_read_stay_and_are_told() {
    let folder = Folder::new();
    let deep = format!("{{\"deep\":{}", "[".repeat(1_000_000));
    let bad = [
        "{\"text\":\"[ad_1]\",\"text\":\"[ad_1]\"}",
        "{\"text\":\"[ad_1]\\ud800\"}",
        &deep,
        "{\"text\":\"[ad_1]",
        "{\"id\":1}",
        "{\"text\":null}",
        "{\"text\":17}",
        "{\"text\":[\"[ad_1]\"]}",
        "{\"text\":\"[ad_1]\ttab\"}",
        "not JSON",
    ];
    let good = "{\"n\":123456789012345678901234567890,\"text\":\"[ad_1]\\nT\\u0065a\\/.\",\"e\":1e400,\"z\":-0}\r\n";
    let lines: String = bad.iter().map(|line| format!("{line}\n{good}\n")).collect();
    let path = folder.file("a.jsonl", format!("\u{FEFF}{good}{lines}").as_bytes());
    let outcome = clean(&path, &Options::default()).expect("the lines are kept");
    let output = String::from_utf8(outcome.output()).expect("it is text");
    assert_eq!(output, format!("\u{FEFF}{good}{lines}").replace("[ad_1]\\nT\\u", "T\\u"));
    assert_eq!(outcome.problems.count(ProblemKind::is_kept), bad.len() as u64);
    let places: Vec<Place> = outcome.problems.named().iter().map(|problem| problem.place).collect();
    let expected: Vec<Place> = (0..bad.len() as u64).map(|n| Place::Record(2 + 3 * n)).collect();
    assert_eq!(places, expected);
    let strict = Options { strict: true, ..Options::default() };
    let problem = clean(&path, &strict).expect_err("it is refused");
    assert_eq!((problem.kind, problem.place), (ProblemKind::BadRecord, Place::Record(2)));
}
