use proptest::prelude::*;
use sha1::{Digest as _, Sha1};

use super::*;

/// A digest as crawlers write it.
fn digest(content: &[u8]) -> String {
    let bits: Vec<u8> = Sha1::digest(content)
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1))
        .collect();
    let digit = |bits: &[u8]| {
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                [bits.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit))],
        )
    };
    format!("sha1:{}", bits.chunks(5).map(digit).collect::<String>())
}

fn record(kind: &str, content_type: &str, has_digest: bool, content: &[u8]) -> Vec<u8> {
    let digest = match has_digest {
        true => format!("WARC-Block-Digest: {}\r\n", digest(content)),
        false => String::new(),
    };
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://news.example.org/a\r\nWARC-Record-ID: <urn:uuid:1>\r\n{digest}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

#[derive(Clone, Debug)]
struct Sample {
    kind: &'static str,
    content_type: &'static str,
    has_digest: bool,
    content: String,
}

impl Sample {
    fn bytes(&self) -> Vec<u8> {
        record(self.kind, self.content_type, self.has_digest, self.content.as_bytes())
    }

    /// The record as it should come out.
    fn cleaned(&self, max_record: usize) -> Vec<u8> {
        let is_text = ["conversion", "resource"].contains(&self.kind)
            && self.content_type.starts_with("text/plain");
        if !is_text || self.bytes().len() > max_record {
            return self.bytes();
        }
        let cleaned =
            Cleaner::builtin().for_host("news.example.org").clean(&self.content).text.into_owned();
        Sample { content: cleaned, ..self.clone() }.bytes()
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    let content = prop::sample::select(vec![
        "[ad_1]\nThe mill closed in spring.\n[ad_2]\nSource link".to_owned(),
        // A record inside a record is text.
        "The ferry left.\r\n\r\nWARC/1.0\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n[ad_1]".to_owned(),
        String::new(),
        "\r\n\r\n".to_owned(),
        "Nobody wept. ".repeat(40),
    ]);
    let kind = prop::sample::select(vec!["conversion", "resource", "response", "warcinfo"]);
    let content_type =
        prop::sample::select(vec!["text/plain", "text/plain; charset=utf-8", "application/http"]);
    (kind, content_type, any::<bool>(), content).prop_map(
        |(kind, content_type, has_digest, content)| Sample {
            kind,
            content_type,
            has_digest,
            content,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Texts come out cleaned, with length and digest to match, all else as it was, whatever the blocks and members.
    #[test]
    fn texts_are_cleaned_and_all_else_is_kept_in_blocks_of_any_size(
        samples in prop::collection::vec(sample(), 0..12),
        block_bytes in 1usize..2000,
        max_record in 300usize..2000,
        codec in prop::sample::select(CODECS.to_vec()),
        one_member in any::<bool>(),
    ) {
        let records: Vec<Vec<u8>> = samples.iter().map(Sample::bytes).collect();
        let packed: Vec<u8> = match one_member || records.is_empty() {
            true => pack(codec, &records.concat()),
            false => records.iter().flat_map(|record| pack(codec, record)).collect(),
        };
        let folder = Folder::new();
        // Nothing at all is no WARC file by its content.
        let path = folder.file(&name("a.warc", codec), &packed);
        let options = Options { block_bytes, max_record, documents: true, receipts: true, ..Options::default() };
        let whole = clean(&path, &options).expect("nothing is damaged");
        let long = max_record.max(block_bytes);
        let expected: Vec<u8> = samples.iter().flat_map(|sample| sample.cleaned(long)).collect();
        let output = whole.output();
        let unpacked = unpack(codec, &output);
        prop_assert_eq!(String::from_utf8_lossy(&unpacked), String::from_utf8_lossy(&expected));
        prop_assert_eq!(whole.records, samples.len() as u64);
        prop_assert_eq!(whole.documents.len(), samples.len());
        if codec == Codec::Gzip && !records.is_empty() {
            let members: Vec<Vec<u8>> = samples.iter().map(|sample| sample.cleaned(long)).collect();
            prop_assert_eq!(split_members(&output), members);
        }
        for (document, sample) in whole.documents.iter().zip(&samples) {
            if let Some(receipt) = &document.receipt {
                let cleaned = Cleaner::builtin().for_host("news.example.org").clean(&sample.content).text.into_owned();
                prop_assert_eq!(receipt.restore(cleaned).expect("it fits"), sample.content.as_bytes());
            }
        }
        let cleaned = folder.file(&name("cleaned.warc", codec), &output);
        if !samples.is_empty() {
            let again = restored(&cleaned, &whole.documents).expect("it is restored").concat();
            let (again, before) = (unpack(codec, &again), records.concat());
            prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&before));
        }
        for (index, resume) in whole.resumes.iter().enumerate() {
            let Some(resume) = resume else { continue };
            let rest = clean_from(&path, &options, Some(resume)).expect("nothing is damaged");
            prop_assert_eq!(&rest.outputs, &whole.outputs[index + 1..]);
            prop_assert_eq!(&rest.resumes, &whole.resumes[index + 1..]);
        }
    }
}

/// What each member of a gzip file holds.
fn split_members(mut packed: &[u8]) -> Vec<Vec<u8>> {
    let mut members = Vec::new();
    while !packed.is_empty() {
        let mut decoder = flate2::bufread::GzDecoder::new(packed);
        let mut member = Vec::new();
        decoder.read_to_end(&mut member).expect("it is a member");
        members.push(member);
        packed = decoder.into_inner();
    }
    members
}

fn three() -> [Vec<u8>; 3] {
    let text = b"[ad_1]\nThe mill closed in spring.\n[ad_2]";
    [
        record("warcinfo", "application/warc-fields", false, b"a: b\r\n"),
        record("conversion", "text/plain", true, text),
        record("conversion", "text/plain", true, b"Nobody wept."),
    ]
}

#[test]
fn wrong_lengths_are_refused_and_salvage_goes_on_behind_them() {
    let folder = Folder::new();
    let [info, first, last] = three();
    let swap =
        |from: &str, to: &str| String::from_utf8_lossy(&first).replace(from, to).into_bytes();
    for wrong in [
        swap("Length: 40", "Length: 39"),
        swap("Length: 40", "Length: 41"),
        swap("Length: 40", "Length: 400"),
        swap("Content-Length: 40\r\n", ""),
        swap("Length: 40", "Length: x"),
    ] {
        let path = folder.file("a.wet", &[&info[..], &wrong, &last].concat());
        let problem = clean(&path, &Options::default()).expect_err("it is refused");
        assert!(
            problem.kind.is_damage() && problem.place == Place::Unpacked(info.len() as u64),
            "{problem}"
        );
        let options = Options { salvage: true, ..Options::default() };
        let outcome = clean(&path, &options).expect("salvage goes on");
        assert_eq!(outcome.output(), [&info[..], &last].concat());
        assert_eq!(outcome.aside(), wrong);
        assert_eq!(outcome.quarantine[0].at, info.len() as u64);
        assert_eq!(outcome.problems.count(ProblemKind::is_damage), 1);
    }
}

#[test]
fn rows_32_33_every_cut_of_a_warc_file_is_noticed_but_that_between_records() {
    let folder = Folder::new();
    let records = three();
    let all = records.concat();
    let ends = [0, records[0].len(), records[0].len() + records[1].len()];
    for cut in 1..all.len() {
        let path = folder.file("a.wet", &all[..cut]);
        let outcome = clean(&path, &Options::default());
        assert_eq!(outcome.is_ok(), ends.contains(&cut), "{cut}: {:?}", outcome.err());
    }
}

#[test]
fn row_30_a_record_longer_than_the_limit_passes_as_one_member() {
    let folder = Folder::new();
    let long = record("response", "application/http", false, &b"0123456789".repeat(10_000));
    let [info, _, last] = three();
    let all = [&info[..], &long, &last].concat();
    for codec in CODECS {
        let path = folder.file(&name("a.warc", codec), &pack(codec, &all));
        let options = Options { block_bytes: 1000, max_record: 5000, ..Options::default() };
        let outcome = clean(&path, &options).expect("nothing is damaged");
        assert_eq!(unpack(codec, &outcome.output()), all);
        assert_eq!(outcome.problems.count(|kind| kind == ProblemKind::LongRecord), 1);
        if codec == Codec::Gzip {
            assert_eq!(
                split_members(&outcome.output()),
                [info.clone(), long.clone(), last.clone()]
            );
        }
        let path = folder.file(&name("a.warc", codec), &pack(codec, &all[..50_000]));
        let problem = clean(&path, &options).expect_err("it is cut off");
        assert_eq!(problem.kind, ProblemKind::Truncated);
    }
}

#[test]
fn a_record_whose_digest_does_not_fit_is_kept_and_told() {
    let folder = Folder::new();
    let [info, first, last] = three();
    let wrong = String::from_utf8_lossy(&first).replace("sha1:", "sha1:A").into_bytes();
    let other = String::from_utf8_lossy(&first).replace("sha1:", "sha256:").into_bytes();
    let all = [&info[..], &wrong, &other, &last].concat();
    let path = folder.file("a.wet", &all);
    let outcome = clean(&path, &Options::default()).expect("the records are kept");
    assert_eq!(outcome.output(), all);
    assert_eq!(outcome.problems.count(|kind| kind == ProblemKind::BadDigest), 2);
    assert!(clean(&path, &Options { strict: true, ..Options::default() }).is_err());
}

#[test]
fn row_34_members_behind_damage_are_salvaged_record_by_record() {
    let folder = Folder::new();
    let samples: Vec<Vec<u8>> = (0..20)
        .map(|n| {
            record(
                "conversion",
                "text/plain",
                true,
                format!("Story {n} of the mill, {}.", n * 7919).as_bytes(),
            )
        })
        .collect();
    let members: Vec<Vec<u8>> = samples.iter().map(|sample| pack(Codec::Gzip, sample)).collect();
    let mut all = members.concat();
    let hit = members[..7].concat().len() + 60;
    all[hit..hit + 30].fill(0xA5);
    let path = folder.file("a.warc.gz", &all);
    assert!(clean(&path, &Options::default()).is_err());
    let outcome =
        clean(&path, &Options { salvage: true, ..Options::default() }).expect("salvage goes on");
    let expected = [&samples[..7], &samples[8..]].concat();
    assert_eq!(split_members(&outcome.output()), expected);
    // The damaged member may unpack to something that is no record, before it is found to be damaged.
    assert!(outcome.problems.count(ProblemKind::is_damage) >= 1);
}
