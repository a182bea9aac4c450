use proptest::prelude::*;

use super::*;
use crate::containers::cuts::count_chars;
use crate::documents::{Piece, Separator, Splitter};

const STORY: &str = "[ad_1]\nThe mill closed in spring.\n\nNobody wept.\r\n[ad_2]\nSource link";

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        STORY,
        "[ad_1]\n",
        "Tea is ready.\n",
        "\n",
        "\r\n",
        "\n\n\n",
        "\u{c}",
        "\0",
        "\r",
        "é",
        "Source link",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What should come out: each document cleaned by itself.
fn expected(text: &str, separator: Option<Separator>) -> Vec<u8> {
    let rules = Cleaner::builtin();
    let (mut out, mut document) = (Vec::new(), Vec::new());
    let mut splitter = Splitter::new(separator);
    let mut see = |piece: Piece<'_>| {
        match piece {
            Piece::Text(bytes) => document.extend_from_slice(bytes),
            Piece::Separator(bytes) => {
                out.extend_from_slice(&rules.clean_bytes(&std::mem::take(&mut document)).text);
                out.extend_from_slice(bytes);
            }
        }
        Ok::<(), ()>(())
    };
    splitter.push(text.as_bytes(), &mut see).expect("nothing fails");
    splitter.finish(&mut see).expect("nothing fails");
    out.extend_from_slice(&rules.clean_bytes(&document).text);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Documents come out as if each were cleaned by itself, whatever the blocks, smaller or larger than they are.
    #[test]
    fn documents_are_cleaned_by_themselves_in_blocks_of_any_size(
        text in text(),
        separator in prop::sample::select(vec![
            None, Some(Separator::Nul), Some(Separator::FormFeed), Some(Separator::BlankLines(1)), Some(Separator::BlankLines(3)),
        ]),
        block_bytes in 1usize..300,
        member in 1usize..100,
        codec in prop::sample::select(CODECS.to_vec()),
    ) {
        let packed: Vec<u8> = match codec {
            Codec::Plain => text.clone().into_bytes(),
            _ if text.is_empty() => pack(codec, b""),
            _ => text.as_bytes().chunks(member).flat_map(|part| pack(codec, part)).collect(),
        };
        let folder = Folder::new();
        let path = folder.file(&name("a.txt", codec), &packed);
        let options = Options { block_bytes, separator, documents: true, receipts: true, ..Options::default() };
        let whole = clean(&path, &options).expect("nothing is damaged");
        let unpacked = unpack(codec, &whole.output());
        let expected = expected(&text, separator);
        prop_assert_eq!(String::from_utf8_lossy(&unpacked), String::from_utf8_lossy(&expected));
        prop_assert_eq!(whole.records, whole.report.documents());
        prop_assert_eq!(whole.records, whole.documents.len() as u64);
        for (document, number) in whole.documents.iter().zip(1..) {
            prop_assert_eq!(document.number, number);
            let receipt_at = document.receipt.as_ref().and_then(|receipt| receipt.at);
            prop_assert!(document.cuts.is_empty() == receipt_at.is_none());
            prop_assert!(receipt_at.is_none_or(|at| at == document.at));
            let text = &text.as_bytes()[usize::try_from(document.at).expect("it is small")..];
            for cut in &document.cuts {
                let chars = |to: u64| count_chars(&text[..usize::try_from(to).expect("it is small")]);
                prop_assert_eq!(cut.chars.clone(), chars(cut.bytes.start)..chars(cut.bytes.end));
            }
        }
        for (index, resume) in whole.resumes.iter().enumerate() {
            let Some(resume) = resume else { continue };
            let rest = clean_from(&path, &options, Some(resume)).expect("nothing is damaged");
            prop_assert_eq!(&rest.outputs, &whole.outputs[index + 1..]);
            prop_assert_eq!(&rest.resumes, &whole.resumes[index + 1..]);
        }
    }
}

#[test]
fn a_document_larger_than_a_block_streams_and_packs_in_parts() {
    let folder = Folder::new();
    let body = "The harbour was rebuilt in two winters, and the cranes came by rail in spring.\n";
    let text = format!("[ad_1]\n{}[ad_2]\nSource link\n", body.repeat(20_000));
    let path = folder.file("a.txt.zst", &pack(Codec::Zstd, text.as_bytes()));
    let options = Options { block_bytes: 100_000, ..Options::default() };
    let outcome = clean(&path, &options).expect("nothing is damaged");
    assert_eq!(unpack(Codec::Zstd, &outcome.output()), body.repeat(20_000).as_bytes());
    assert!(outcome.outputs.len() > 10);
    assert_eq!((outcome.records, outcome.report.documents(), outcome.report.removals()), (1, 1, 3));
}

#[test]
fn an_empty_file_stays_what_it_is() {
    let folder = Folder::new();
    for codec in CODECS {
        let path = folder.file(&name("a.txt", codec), &pack(codec, b""));
        let outcome = clean(&path, &Options::default()).expect("nothing is damaged");
        assert_eq!(unpack(codec, &outcome.output()), b"");
        assert_eq!((outcome.records, outcome.report.documents()), (1, 1));
    }
}
