//! The labelled documents beside the repository, where they are present.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use serde_json::Value;
use support::gold::shared;
use unchaff::{Cleaner, Receipt};

/// The real article that this project began with comes out as its eleven paragraphs, in every dress a crawler meets.
#[test]
fn the_seed_comes_out_as_its_body_in_every_variant() {
    let Some(path) = shared("seed/000_9889ee30dd6e17a0.txt") else { return };
    let seed = std::fs::read_to_string(path).expect("the seed is text");
    let lines: Vec<&str> = seed.split('\n').collect();
    let paragraphs = &lines[1..12];
    let body = paragraphs.join("\n");
    let clean = |text: &str| {
        let cleaner = Cleaner::builtin();
        let cleaned = cleaner.clean(text);
        let receipt = cleaner.receipt(text, &cleaned);
        cleaner.verify(text.as_bytes(), &receipt).expect("the receipt is derived again");
        let restored = receipt.restore(cleaned.text.as_bytes()).expect("the receipt fits");
        assert_eq!(restored, text.as_bytes());
        cleaned.text.into_owned()
    };
    assert_eq!(clean(&seed), body);
    assert_eq!(clean(&format!("{seed}\n")), format!("{body}\n"));
    assert_eq!(clean(&seed.replace('\n', "\r\n")), paragraphs.join("\r\n"));
    let spaced = format!(
        "\n\u{A0}\n[ad_1]\n\n{body}\n\n\u{A0}top channel\n\n[ad_2]\u{A0}\n\nSource link\n\u{A0}\n"
    );
    assert_eq!(clean(&spaced), format!("{body}\n"));
    assert_eq!(clean(&format!("[ad_1] {body} top channel [ad_2] Source link")), body);
    assert_eq!(clean(&format!("[ad_1]{body}top channel[ad_2]Source link")), body);
    assert_eq!(clean(&lines.join(" ")), paragraphs.join(" "));
    assert_eq!(clean(&lines.concat()), paragraphs.concat());
    let upper = format!("[AD_1]\n{body}\nTOP CHANNEL\n[Ad_2]\nSOURCE LINK\n");
    assert_eq!(clean(&upper), format!("{body}\n"));
    for dressed in [
        "- Source link -",
        "**Source link**",
        "[Source link](https://example.org/x)",
        ">> Source link <<",
        "Ｓｏｕｒｃｅ　ｌｉｎｋ",
        "» Source link",
        "Source link:",
        "### Source link",
        "| Source link |",
    ] {
        assert_eq!(clean(&seed.replace("Source link", dressed)), body, "{dressed}");
        let flat = lines.join(" ").replace("Source link", dressed);
        assert_eq!(clean(&flat), paragraphs.join(" "), "{dressed}, flattened");
    }
}

/// Real posts of an auto-blog: every marker and every source footer goes, and every receipt holds.
#[test]
fn every_marker_and_source_footer_of_real_posts_goes() {
    let Some(path) = shared("gold/wp_automatic.jsonl.zst") else { return };
    let file = std::fs::File::open(path).expect("the posts can be opened");
    let reader = BufReader::new(zstd::Decoder::new(file).expect("the posts are zstd"));
    let cleaner = Cleaner::builtin();
    let (mut documents, mut marked, mut other) = (0, 0, BTreeMap::<String, u64>::new());
    for line in reader.lines() {
        let post: Value =
            serde_json::from_str(&line.expect("the posts can be read")).expect("a post is JSON");
        let lines: Vec<(&str, &str)> = post["lines"]
            .as_array()
            .expect("a post has lines")
            .iter()
            .map(|pair| (pair[0].as_str().expect("a text"), pair[1].as_str().expect("a label")))
            .collect();
        let text = lines.iter().map(|(text, _)| *text).collect::<Vec<_>>().join("\n");
        let cleaned = cleaner.clean(&text);
        let receipt = Receipt::from_json(&cleaner.receipt(&text, &cleaned).to_json())
            .expect("the receipt can be read");
        cleaner.verify(text.as_bytes(), &receipt).expect("the receipt is derived again");
        assert_eq!(
            receipt.restore(cleaned.text.as_bytes()).expect("the receipt fits"),
            text.as_bytes()
        );
        let gone: Vec<(u64, u64)> =
            cleaned.removals().iter().map(|r| (r.span.start, r.span.end)).collect();
        let mut at = 0u64;
        for (text, label) in &lines {
            let is_gone =
                gone.iter().any(|(start, end)| *start <= at && at + (text.len() as u64) <= *end);
            if *label == "boiler" {
                marked += 1;
                assert!(is_gone, "{}: {text:?} stays", post["id"]);
            } else if is_gone && !text.is_empty() {
                *other.entry((*text).to_owned()).or_default() += 1;
            }
            at += text.len() as u64 + 1;
        }
        documents += 1;
    }
    println!(
        "{documents} posts, {marked} marker lines, {} other lines removed",
        other.values().sum::<u64>()
    );
    for (line, count) in &other {
        println!("{count:5} {}", line.chars().take(120).collect::<String>());
    }
}
