//! The laws of streams: pieces are invisible, memory is bounded, and (in `sinks`) a failing sink loses nothing.
//!
//! A failure prints the smallest input that was found and the seed that finds it again:
//! `UNCHAFF_SEED=… cargo test --test stream name_of_the_law`.

mod sinks;
#[path = "../support/mod.rs"]
mod support;

use std::convert::Infallible;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;
use support::cases;
use support::law::law;
use support::small_pack;
use support::texts::{Document, builtin_documents, small_documents};
use unchaff::{Cleaner, DocumentReport, Limits, Profile, Removal, Report, Sink, Status};

/// Bytes that a stream takes from a push at a time.
const PIECE: usize = 64 * 1024;

/// Everything a sink was given.
#[derive(Clone, Debug, Default, PartialEq)]
struct Record {
    kept: Vec<u8>,
    /// Kept and removed, in order.
    all: Vec<u8>,
    removals: Vec<Removal>,
    documents: Vec<DocumentReport>,
    /// Bytes of the document in hand.
    at: u64,
    /// Calls that do not follow on what was taken before.
    faults: Vec<String>,
}

impl Sink for Record {
    type Error = Infallible;

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        if bytes.is_empty() {
            self.faults.push(format!("nothing is kept at {}", self.at));
        }
        self.kept.extend_from_slice(bytes);
        self.all.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn remove(&mut self, removal: &Removal, bytes: &[u8]) -> Result<(), Infallible> {
        if (removal.span.start, removal.span.len()) != (self.at, bytes.len() as u64) {
            self.faults.push(format!(
                "{} bytes at {} are called {removal:?}",
                bytes.len(),
                self.at
            ));
        }
        self.removals.push(*removal);
        self.all.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn end_document(&mut self, report: &DocumentReport) -> Result<(), Infallible> {
        if report.bytes_in != std::mem::take(&mut self.at) {
            self.faults.push(format!("the sizes differ: {report:?}"));
        }
        self.documents.push(*report);
        Ok(())
    }
}

/// Cuts a text at the given places.
fn pieces<'t>(text: &'t [u8], cuts: &[Index]) -> Vec<&'t [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    ends.push(text.len());
    ends.sort_unstable();
    let starts = std::iter::once(0).chain(ends.clone());
    starts.zip(ends).map(|(start, end)| &text[start..end]).collect()
}

/// Streams one document, and looks at every step at what is held.
fn streamed<'t>(
    cleaner: &Cleaner,
    pieces: impl IntoIterator<Item = &'t [u8]>,
    most_held: usize,
) -> (Record, Report) {
    let mut stream = cleaner.stream(Record::default());
    let mut pushed = 0;
    for piece in pieces {
        let Ok(()) = stream.push(piece);
        pushed += piece.len();
        assert!(stream.held_bytes() <= most_held, "{} bytes are held", stream.held_bytes());
        assert_eq!(stream.sink().all.len() + stream.held_bytes(), pushed);
    }
    let Ok(()) = stream.end_document();
    assert_eq!(stream.held_bytes(), 0);
    stream.finish().expect("a record takes everything")
}

/// Says in what way a streamed document differs from one that was cleaned as a whole.
fn compare(
    cleaner: &Cleaner,
    text: &[u8],
    (record, report): &(Record, Report),
) -> Result<(), String> {
    let whole = cleaner.clean_bytes(text);
    let expected = whole.report();
    let document = record.documents.first().ok_or("no document was reported")?;
    let numbers =
        (document.bytes_kept(), document.bytes_removed, document.removals, document.near_misses);
    let wanted = (
        expected.bytes_kept(),
        expected.bytes_removed(),
        expected.removals(),
        expected.near_misses(),
    );
    let differs = |what: &str, streamed: &dyn std::fmt::Debug, whole: &dyn std::fmt::Debug| {
        Err(format!("{what} differ: streamed {streamed:?}, whole {whole:?}"))
    };
    if let Some(fault) = record.faults.first() {
        return Err(fault.clone());
    }
    if record.all != text {
        return differs(
            "kept and removed bytes",
            &Document(record.all.clone()),
            &Document(text.to_vec()),
        );
    }
    if record.kept != *whole.text {
        return differs(
            "kept bytes",
            &Document(record.kept.clone()),
            &Document(whole.text.to_vec()),
        );
    }
    if record.removals != whole.removals() {
        return differs("removals", &record.removals, &whole.removals());
    }
    if report != expected {
        return differs("reports", report, expected);
    }
    if (record.documents.len(), document.status, document.limits)
        != (1, whole.status(), expected.limits())
    {
        return differs("document reports", &record.documents, expected);
    }
    if numbers != wanted { differs("numbers", &numbers, &wanted) } else { Ok(()) }
}

/// The small pack by profile, longest line and most held bytes.
static LIMITED: LazyLock<Vec<(Cleaner, usize)>> = LazyLock::new(|| {
    let mut cleaners = Vec::new();
    for profile in Profile::ALL.iter().copied() {
        for line in [0, 1, 5, 12, 40, 1 << 20] {
            for held in [0, 1, 2, 7, 12, 13, 14, 20, 33, 50, 80, 1 << 20] {
                cleaners.push((small_pack::small_with(profile, line, 1024, held), line + held));
            }
        }
    }
    cleaners
});

fn any_cuts() -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..7)
}

fn checked(result: Result<(), String>) -> TestCaseResult {
    result.map_err(TestCaseError::fail)
}

/// Every case of the corpus comes out the same in any two pieces, short ones in any three, and byte by byte.
#[test]
fn the_corpus_survives_every_split() {
    let build =
        |profile| Cleaner::builder().profile(profile).build().expect("the built-in packs build");
    let cleaners: Vec<Cleaner> = Profile::ALL.iter().copied().map(build).collect();
    let mut splits = 0;
    for case in cases::all() {
        let cleaner = cleaners
            .iter()
            .find(|cleaner| cleaner.profile() == case.profile)
            .expect("every profile is there");
        let text = &*case.input;
        let check = |pieces: &[&[u8]]| {
            let streamed = streamed(cleaner, pieces.iter().copied(), usize::MAX);
            if let Err(why) = compare(cleaner, text, &streamed) {
                panic!(
                    "{}: {}: {why}, in pieces of {:?}",
                    case.file,
                    case.name,
                    pieces.iter().map(|p| p.len()).collect::<Vec<_>>()
                );
            }
        };
        check(&text.chunks(1).collect::<Vec<_>>());
        let step = text.len() / 500 + 1;
        for first in (0..=text.len()).step_by(step) {
            check(&[&text[..first], &text[first..]]);
            splits += 1;
            let seconds =
                if text.len() <= 60 { first..=text.len() } else { text.len()..=text.len() };
            for second in seconds {
                check(&[&text[..first], &text[first..second], &text[second..]]);
                splits += 1;
            }
        }
    }
    assert!(splits > 10_000, "only {splits} splits");
}

/// How a document is cut into pieces changes nothing, and never more is held than a line and what may be undecided.
#[test]
fn pieces_are_invisible_and_bounded() {
    law(1, (0..LIMITED.len(), small_documents(), any_cuts()), |(at, text, cuts)| {
        let (cleaner, most_held) = &LIMITED[at];
        let cut = streamed(cleaner, pieces(&text.0, &cuts), *most_held);
        checked(compare(cleaner, &text.0, &cut))?;
        let bytewise = streamed(cleaner, text.0.chunks(1), *most_held);
        prop_assert_eq!(bytewise, cut);
        Ok(())
    });
}

/// With the built-in packs, too, pieces are invisible.
#[test]
fn pieces_are_invisible_to_the_built_in_packs() {
    law(10, (builtin_documents(), any_cuts()), |(text, cuts)| {
        let cleaner = Cleaner::builtin();
        checked(compare(&cleaner, &text.0, &streamed(&cleaner, pieces(&text.0, &cuts), usize::MAX)))
    });
}

/// What a stream that is given up has delivered, holds and was not fed is the input, at every moment.
#[test]
fn a_stream_given_up_hands_everything_back() {
    law(
        1,
        (0..LIMITED.len(), small_documents(), any_cuts(), 0usize..9),
        |(at, text, cuts, stop)| {
            let mut stream = LIMITED[at].0.stream(Record::default());
            let mut unfed = text.0.len();
            for piece in pieces(&text.0, &cuts).into_iter().take(stop) {
                let Ok(()) = stream.push(piece);
                unfed -= piece.len();
            }
            let (mut record, pending) = stream.into_pending();
            record.all.extend_from_slice(&pending);
            record.all.extend_from_slice(&text.0[text.0.len() - unfed..]);
            prop_assert_eq!(Document(record.all), text);
            Ok(())
        },
    );
}

/// Documents in one stream are cleaned as if each were alone, and their reports add up.
#[test]
fn documents_are_independent() {
    let inputs = (0..LIMITED.len(), vec((small_documents(), any_cuts()), 0..4), any::<bool>());
    law(1, inputs, |(at, documents, is_last_ended)| {
        let cleaner = &LIMITED[at].0;
        let mut alone = Record::default();
        let mut sum = Report::default();
        let mut stream = cleaner.stream(Record::default());
        for (number, (text, cuts)) in (1..).zip(&documents) {
            let (record, report) = streamed(cleaner, [&text.0[..]], usize::MAX);
            for piece in pieces(&text.0, cuts) {
                let Ok(()) = stream.push(piece);
            }
            let is_left_to_finish =
                !is_last_ended && number == documents.len() && !text.0.is_empty();
            if !is_left_to_finish {
                let Ok(()) = stream.end_document();
            }
            alone.kept.extend(record.kept);
            alone.all.extend(record.all);
            alone.removals.extend(record.removals);
            alone.documents.extend(record.documents);
            sum.merge(&report);
        }
        let (together, report) = stream.finish().expect("a record takes everything");
        prop_assert_eq!(together, alone);
        prop_assert_eq!(report, sum);
        Ok(())
    });
}

/// A line of the limit is looked at, one of a byte more is kept as it is and counted.
#[test]
fn the_longest_line_is_exact() {
    for (line_end, len) in [("\n", 11), ("\r\n", 12), ("", 11)] {
        for (limit, is_long) in [(len - 1, true), (len, false), (len + 1, false)] {
            let cleaner = small_pack::small_with(Profile::Standard, limit, 1024, 1 << 20);
            let text = format!("It froze.\nSource link{line_end}");
            let cut = streamed(&cleaner, text.as_bytes().chunks(1), limit + (1 << 20));
            assert_eq!(compare(&cleaner, text.as_bytes(), &cut), Ok(()));
            assert_eq!(cut.1.limits().long_lines, u64::from(is_long), "{limit} and {line_end:?}");
            assert_eq!(
                cut.1.documents_with(Status::Cleaned),
                u64::from(!is_long),
                "{limit} and {line_end:?}"
            );
        }
    }
}

/// Undecided lines of just the limit are held, a byte more lets them go: kept, unless their evidence suffices already.
#[test]
fn the_most_held_bytes_are_exact() {
    // The line end of the body line is undecided, too: it goes with a tail that has no line end.
    let held = "\nPrint\nSource link\n".len();
    for (limit, is_hit) in [(held - 1, true), (held, false), (held + 1, false)] {
        let cleaner = small_pack::small_with(Profile::Standard, 1 << 20, 1024, limit);
        let kept_alone = "The harbour froze.\nPrint\nSource link\n";
        let cut = streamed(&cleaner, kept_alone.as_bytes().chunks(1), limit + (1 << 20));
        assert_eq!(compare(&cleaner, kept_alone.as_bytes(), &cut), Ok(()));
        assert_eq!(cut.1.limits().held, u64::from(is_hit), "limit {limit}");
        assert_eq!(cut.1.documents_with(Status::Unchanged), u64::from(is_hit), "limit {limit}");
        let certain = "The harbour froze.\nPrint\n[ad_1]\n\n\n\n\n\nShare\nThe ice held.\n";
        let cut = streamed(&cleaner, certain.as_bytes().chunks(1), limit + (1 << 20));
        assert_eq!(compare(&cleaner, certain.as_bytes(), &cut), Ok(()));
        assert_eq!(
            cut.0.kept.escape_ascii().to_string(),
            "The harbour froze.\\nThe ice held.\\n",
            "limit {limit}"
        );
    }
}

/// Documents far larger than every limit and every piece are held in bounds, and come out as they do from memory.
#[test]
fn large_documents_are_held_in_bounds() {
    let line = "The harbour froze in May. ".repeat(12_000);
    let documents = [
        format!("[ad_1]\n{line}\n[ad_2]\nSource link"),
        "Print\n".repeat(50_000),
        (0..30_000).map(|number| format!("{number} shares\n")).collect(),
        format!("The harbour froze.\nPrint\n{}[ad_1]\n", "\n".repeat(200_000)),
        format!("The harbour froze.[ad_1]\n{}The ice held.\n", "\u{A0}\r\n".repeat(70_000)),
        "It froze.\nSource link\n[ad_1]\n\n".repeat(9_000),
    ];
    let roomy = Limits::default();
    let bounds = [
        (1 << 20, 1 << 20, roomy),
        (100, 300, roomy.with_max_line_bytes(100).with_max_held_bytes(300)),
    ];
    for (most_line, most_held, limits) in bounds {
        let cleaner = small_pack::small().limits(limits).build().expect("the small pack builds");
        for text in &documents {
            for size in [text.len(), PIECE - 1, PIECE, PIECE + 1, 100_003, 4_099] {
                let cut = streamed(&cleaner, text.as_bytes().chunks(size), most_line + most_held);
                assert_eq!(
                    compare(&cleaner, text.as_bytes(), &cut),
                    Ok(()),
                    "{} in pieces of {size}",
                    &text[..30]
                );
            }
        }
    }
}
