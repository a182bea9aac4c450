//! The laws of whole texts, and (in `reference`) that the library does what the plain reference says.
//!
//! Each law is one line of words and one check of it on many documents. A failure prints the smallest document that was
//! found and the seed that finds it again: `UNCHAFF_SEED=… cargo test --test laws name_of_the_law`.

mod reference;
#[path = "../support/mod.rs"]
mod support;

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use support::law::law;
use support::small_pack::{self, HOSTS, SMALL, small_cases};
use support::texts::{self, Document, builtin_documents, small_documents};
use support::{marks, without};
use unchaff::{Cleaned, Cleaner, Fate, Removal, Report, Status};

/// A check of one cleaner on one document, run with the small packs and with the built-in ones.
fn law_of_all(share: u32, check: impl Fn(&Cleaner, &[u8]) -> TestCaseResult) {
    law(share, small_cases(), |(small, text)| check(small.cleaner(), &text.0));
    law(share * 10, builtin_documents(), |text| check(&Cleaner::builtin(), &text.0));
}

#[test]
fn the_small_pack_does_what_its_examples_say() {
    let cleaner = small_pack::small().build().expect("the small pack builds");
    let failures: Vec<String> = cleaner
        .rules()
        .iter()
        .flat_map(|rule| cleaner.check_examples(rule))
        .map(|failure| failure.to_string())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is kept and what is removed, in order, are exactly the input.
#[test]
fn kept_and_removed_are_a_partition() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        let mut at = 0;
        let mut kept = Vec::new();
        for removal in cleaned.removals() {
            let span = removal.span;
            prop_assert!(
                at <= span.start && span.start < span.end && span.end <= text.len() as u64,
                "{span}"
            );
            kept.extend_from_slice(&text[at as usize..span.start as usize]);
            at = span.end;
        }
        kept.extend_from_slice(&text[at as usize..]);
        prop_assert_eq!(Document(kept), Document(cleaned.text.into_owned()));
        Ok(())
    });
}

/// Removals name lines of the document, never running backward, and some evidence.
#[test]
fn removals_name_lines_in_order() {
    law_of_all(1, |cleaner, text| {
        let lines = text.split_inclusive(|&byte| byte == b'\n').count() as u64;
        let mut last = 1;
        for removal in cleaner.clean_bytes(text).removals() {
            prop_assert!(
                last <= removal.line && removal.line <= lines,
                "{removal:?} after line {last} of {lines}"
            );
            prop_assert!(removal.evidence.halves() > 0);
            last = removal.line;
        }
        Ok(())
    });
}

/// The numbers of the report and the status say what happened.
#[test]
fn reports_add_up() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        let report = cleaned.report();
        let removed: u64 = cleaned.removals().iter().map(|removal| removal.span.len()).sum();
        prop_assert_eq!(report.documents(), 1);
        prop_assert_eq!(report.bytes_in(), text.len() as u64);
        prop_assert_eq!(report.bytes_kept(), cleaned.text.len() as u64);
        prop_assert_eq!(report.bytes_removed(), removed);
        prop_assert_eq!(report.bytes_in(), report.bytes_kept() + report.bytes_removed());
        prop_assert_eq!(report.removals(), cleaned.removals().len() as u64);
        prop_assert_eq!(report.near_misses(), cleaner.near_misses(text).len() as u64);
        let mut by_rule = BTreeMap::new();
        let mut by_category = BTreeMap::new();
        for Removal { rule, span, .. } in cleaned.removals() {
            let counts = [
                by_rule.entry(*rule).or_insert((0, 0)),
                by_category.entry(cleaner.rule(*rule).category()).or_insert((0, 0)),
            ];
            for count in counts {
                *count = (count.0 + 1, count.1 + span.len());
            }
        }
        let counted = report.by_rule().map(|(rule, count)| (rule, (count.removals, count.bytes)));
        prop_assert_eq!(counted.collect::<BTreeMap<_, _>>(), by_rule);
        let counted =
            report.by_category().map(|(category, count)| (category, (count.removals, count.bytes)));
        prop_assert_eq!(counted.collect::<BTreeMap<_, _>>(), by_category);
        // A line that is too long to be looked at counts as text, even if it is blank.
        if report.limits().is_exact() {
            prop_assert_eq!(cleaned.status(), status_of(text, &cleaned));
        }
        Ok(())
    });
}

/// The status, told from the text that went in and the text that came out.
fn status_of(text: &[u8], cleaned: &Cleaned<'_, [u8]>) -> Status {
    let is_visible = |c: char| !(c.is_whitespace() || is_zero_width(c));
    let has_text = |text: &[u8]| String::from_utf8_lossy(text).chars().any(is_visible);
    match (*cleaned.text != *text, has_text(&cleaned.text)) {
        (false, false) => Status::Empty,
        (false, true) => Status::Unchanged,
        (true, true) => Status::Cleaned,
        (true, false) => Status::ResidueOnly,
    }
}

fn is_zero_width(c: char) -> bool {
    matches!(c as u32, 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x2069
        | 0xFE00..=0xFE0F | 0xFEFF)
}

/// A text from which nothing is removed is given back as it is, without a copy.
#[test]
fn nothing_removed_means_borrowed() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        match &cleaned.text {
            Cow::Borrowed(kept) => {
                prop_assert!(cleaned.removals().is_empty());
                prop_assert!(std::ptr::eq(*kept, text));
            }
            Cow::Owned(kept) => {
                prop_assert!(!cleaned.removals().is_empty());
                prop_assert!(kept.len() < text.len());
            }
        }
        Ok(())
    });
}

/// Cleaning cleaned text removes nothing more, as long as no limit was hit, neither then nor before: what was the second
/// line may be the first afterwards, and be over the limit with the byte order mark in front of it.
#[test]
fn twice_is_once() {
    law_of_all(1, |cleaner, text| {
        let once = cleaner.clean_bytes(text);
        let twice = cleaner.clean_bytes(&once.text);
        if once.report().limits().is_exact() && twice.report().limits().is_exact() {
            prop_assert_eq!(Document(twice.text.to_vec()), Document(once.text.to_vec()));
        }
        Ok(())
    });
}

/// The same for documents to which chance seldom leads.
#[test]
fn rare_documents_are_cleaned_at_once() {
    let prose =
        "They rowed and rowed until the light of the harbour stood above the trees and the pier.";
    // Without the line that ended it, front matter goes on: a paragraph that becomes a part of it still is prose.
    let front_matter = format!(
        "+++\nkey = 1\nSource link\n# {prose}\nYes! Read also. Print\n{prose}\n{prose}\n{prose}"
    );
    // Without the sentence before it, what closes that sentence stands at the start of the next one.
    let closing = "Ｐｌｅａｓｅ ｗａｉｔ．**\rPlease wait.Oh! ";
    for (text, gone) in [(front_matter.as_str(), "Source link"), (closing, "Ｐｌｅａｓｅ")] {
        for cleaner in SMALL.iter() {
            let once = cleaner.clean(text);
            assert_eq!(cleaner.clean(&once.text).text, once.text);
        }
        let is_gone = |cleaner: &Cleaner| !cleaner.clean(text).text.contains(gone);
        assert!(SMALL.iter().any(is_gone), "{gone} stays everywhere");
    }
}

/// Lines that are as if they were not there separate no paragraphs: the blank line behind them stays.
#[test]
fn paragraphs_stay_apart_where_a_frame_goes() {
    let text = "||\n||\nThe harbour froze. [ad_1]\n||\nSource link\n\nNobody waved.\n";
    let cleaner = small_pack::small().build().expect("the small pack builds");
    assert_eq!(cleaner.clean(text).text, "||\n||\nThe harbour froze.\n\nNobody waved.\n");
}

/// Residue put around any body is taken away again, and the body comes back byte for byte.
#[test]
fn planted_residue_goes_and_the_body_stays() {
    for line_end in ["\n", "\r\n"] {
        let body = texts::plain_bodies(line_end);
        law(
            1,
            (body, 1usize..3, 1usize..3, any::<bool>()),
            |(body, after, before, is_terminated)| {
                let head = format!("[ad_1]{}", line_end.repeat(after));
                let ending = if is_terminated { line_end } else { "" };
                let tail =
                    format!("{}[ad_2]{line_end}Source link{ending}", line_end.repeat(before));
                let text = format!("{head}{body}{tail}");
                for cleaner in [&SMALL[4], &Cleaner::builtin()] {
                    prop_assert_eq!(&cleaner.clean(&text).text, &format!("{body}{ending}"));
                }
                Ok(())
            },
        );
    }
}

/// A phrase inside a sentence stays, whatever rule it belongs to.
#[test]
fn a_sentence_that_mentions_a_phrase_stays() {
    for cleaner in [&SMALL[5], &Cleaner::builtin()] {
        for phrase in cleaner.rules().iter().flat_map(texts::line_phrases) {
            let mut title = phrase.to_owned();
            if let Some(first) = title.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            for phrase in [phrase, &title, &phrase.to_uppercase()] {
                let sentences = [
                    format!("The words {phrase} were on the wall."),
                    format!("On the wall stood “{phrase}” in red paint."),
                    format!(
                        "The harbour froze.\nThe words {phrase} were on the wall.\n[ad_2]\nSource link"
                    ),
                ];
                for sentence in sentences {
                    let kept = sentence.strip_suffix("\n[ad_2]\nSource link").unwrap_or(&sentence);
                    assert_eq!(cleaner.clean(&sentence).text, kept, "in {sentence:?}");
                }
            }
        }
    }
}

/// Text stays text: cleaning a string gives the same as cleaning its bytes.
#[test]
fn utf8_stays_utf8() {
    let lossy = small_documents().prop_map(|text| String::from_utf8_lossy(&text.0).into_owned());
    let text = prop_oneof![lossy, any::<String>(), "(\\PC|\n|\\[ad_1\\]|\\. |\u{FEFF}){0,20}"];
    law(1, (0..SMALL.len(), text), |(at, text)| {
        let of_text = SMALL[at].clean(&text);
        let of_bytes = SMALL[at].clean_bytes(text.as_bytes());
        prop_assert_eq!(of_text.text.as_bytes(), &*of_bytes.text);
        prop_assert_eq!(of_text.removals(), of_bytes.removals());
        prop_assert_eq!(of_text.report(), of_bytes.report());
        Ok(())
    });
}

/// A document that keeps some text ends in a line end if and only if it did before.
#[test]
fn the_last_line_end_stays_as_it_was() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        if cleaned.report().limits().is_exact() && cleaned.status() == Status::Cleaned {
            prop_assert_eq!(cleaned.text.ends_with(b"\n"), text.ends_with(b"\n"));
        }
        Ok(())
    });
}

/// Lines stay apart: what is left of each line, in order, are the lines of the output, blank ones aside.
#[test]
fn no_two_lines_become_one() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        let mut is_kept = vec![true; text.len()];
        cleaned.removals().iter().for_each(|removal| is_kept[removal.span.range()].fill(false));
        let visible = |line: &[u8]| {
            line.iter().copied().filter(|byte| !b"\r\xEF\xBB\xBF".contains(byte)).collect()
        };
        let lines_of = |lines: Vec<Vec<u8>>| {
            lines.into_iter().filter(|line| !line.is_empty()).map(Document).collect()
        };
        let mut start = 0;
        let mut left: Vec<Vec<u8>> = Vec::new();
        for line in text.split(|&byte| byte == b'\n') {
            let kept: Vec<u8> =
                (start..start + line.len()).filter(|&at| is_kept[at]).map(|at| text[at]).collect();
            left.push(visible(&kept));
            start += line.len() + 1;
        }
        let left: Vec<Document> = lines_of(left);
        let out: Vec<Document> =
            lines_of(cleaned.text.split(|&byte| byte == b'\n').map(visible).collect());
        prop_assert_eq!(out, left);
        Ok(())
    });
}

/// The order of rules, and how they are spread over packs, changes nothing.
#[test]
fn the_order_of_rules_is_irrelevant() {
    let whole = [small_pack::RULES, small_pack::KEEP, small_pack::BOUND_KEEPS].concat();
    let blocks: Vec<String> = whole
        .split("\n\n")
        .map(|block| format!("{}\n", block.trim()))
        .filter(|block| block.len() > 1)
        .collect();
    let orders = (Just(blocks).prop_shuffle(), 1usize..5);
    law(
        1,
        (orders, prop::collection::vec(small_documents(), 8)),
        |((blocks, packs), documents)| {
            let builder = (0..packs).fold(Cleaner::builder().without_builtin(), |builder, at| {
                let own: Vec<&str> =
                    blocks.iter().skip(at).step_by(packs).map(String::as_str).collect();
                builder.pack(small_pack::pack_of(&own))
            });
            let cleaner = builder.build().expect("the small pack builds in any order");
            prop_assert_eq!(cleaner.fingerprint(), SMALL[4].fingerprint());
            for text in &documents {
                let (own, usual) = (cleaner.clean_bytes(&text.0), SMALL[4].clean_bytes(&text.0));
                prop_assert_eq!(own.removals(), usual.removals());
            }
            Ok(())
        },
    );
}

/// Merging reports is adding them up: in any order and any grouping.
#[test]
fn reports_merge_in_any_order() {
    let documents = (small_documents(), small_documents(), small_documents());
    law(1, (0..SMALL.len(), documents), |(at, (a, b, c))| {
        let report = |text: &Document| SMALL[at].clean_bytes(&text.0).report().clone();
        let merged = |reports: &[&Report]| {
            let mut sum = Report::default();
            reports.iter().for_each(|report| sum.merge(report));
            sum
        };
        let (a, b, c) = (report(&a), report(&b), report(&c));
        let all = merged(&[&a, &b, &c]);
        prop_assert_eq!(&all, &merged(&[&c, &a, &b]));
        prop_assert_eq!(&all, &merged(&[&a, &merged(&[&b, &c])]));
        prop_assert_eq!(&all, &merged(&[&merged(&[&b, &a]), &c]));
        prop_assert_eq!(&a, &merged(&[&a]));
        prop_assert_eq!(all.documents(), 3);
        prop_assert_eq!(all.bytes_in(), a.bytes_in() + b.bytes_in() + c.bytes_in());
        prop_assert_eq!(all.bytes_in(), all.bytes_kept() + all.bytes_removed());
        prop_assert_eq!(all.removals(), a.removals() + b.removals() + c.removals());
        prop_assert_eq!(all.near_misses(), a.near_misses() + b.near_misses() + c.near_misses());
        let of_status: u64 =
            Status::ALL.iter().copied().map(|status| all.documents_with(status)).sum();
        prop_assert_eq!(of_status, 3);
        Ok(())
    });
}

/// An explanation shows exactly the text, line by line, and says the same as the removals and the near misses.
#[test]
fn an_explanation_is_the_text() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        let explained = cleaner.explain(text);
        let mut at = 0;
        let mut removed = Vec::new();
        let mut near = Vec::new();
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        prop_assert_eq!(explained.lines().len(), lines.len());
        for ((number, line), raw) in (1..).zip(explained.lines()).zip(lines) {
            prop_assert_eq!(line.number, number);
            let shown: Vec<u8> = line.parts.iter().flat_map(|part| part.bytes).copied().collect();
            prop_assert_eq!(Document(shown), Document(raw.to_vec()));
            for part in &line.parts {
                prop_assert_eq!((part.span.start, part.span.len()), (at, part.bytes.len() as u64));
                prop_assert!(!part.span.is_empty());
                at = part.span.end;
                match part.fate {
                    Fate::Removed(removal) => {
                        prop_assert!(
                            removal.span.start <= part.span.start
                                && part.span.end <= removal.span.end
                        );
                        removed.push((part.span, removal));
                    }
                    Fate::NearMiss(miss) => {
                        prop_assert_eq!(miss.span, part.span);
                        near.push(miss);
                    }
                    _ => {}
                }
            }
        }
        prop_assert_eq!(at, text.len() as u64);
        let lens: u64 = removed.iter().map(|(span, _)| span.len()).sum();
        prop_assert_eq!(lens, cleaned.report().bytes_removed());
        removed.dedup_by_key(|(_, removal)| *removal);
        let removals: Vec<Removal> = removed.into_iter().map(|(_, removal)| removal).collect();
        prop_assert_eq!(removals, cleaned.removals());
        prop_assert_eq!(near, cleaner.near_misses(text));
        Ok(())
    });
}

/// A cautious profile removes a part of what the standard one removes, and that one a part of what the eager one does.
#[test]
fn a_bolder_profile_removes_no_less_often() {
    law(1, small_documents(), |text| {
        let removed =
            |at: usize| SMALL[at * HOSTS.len()].clean_bytes(&text.0).report().bytes_removed();
        let (cautious, standard, eager) = (removed(0), removed(1), removed(2));
        prop_assert!(cautious <= standard && standard <= eager, "{cautious}, {standard}, {eager}");
        Ok(())
    });
}

/// The marks of the library are those of its removals: helper and library agree on what is left.
#[test]
fn the_output_is_the_input_without_the_marks() {
    law_of_all(1, |cleaner, text| {
        let cleaned = cleaner.clean_bytes(text);
        let left = without(text, &marks(cleaner, cleaned.removals()));
        prop_assert_eq!(Document(left), Document(cleaned.text.into_owned()));
        Ok(())
    });
}
