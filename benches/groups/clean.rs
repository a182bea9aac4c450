//! How fast texts are cleaned, beside what the machine can do at most.
//!
//! Names are input/rules/door; the doors are
//!
//! * `cleaner`: `Cleaner::clean` for one document after the other;
//! * `stream`: a `StreamCleaner` that is pushed the same documents, in pieces of at most 64 KiB;
//! * `with-receipts`: `cleaner`, and a receipt of each document that lost something;
//! * `cleaner-whole`, `stream-whole`: all documents as one text.

use std::cell::OnceCell;
use std::hint::black_box;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use unchaff::Cleaner;

use crate::generator::Kind;
use crate::support::answers;
use crate::support::clock::ThreadTime;
use crate::support::inputs::{Input, input};
use crate::support::rulesets::RuleSet;
use crate::support::settings::is_profiled;

/// Bytes of a push to a stream cleaner.
const PIECE: usize = 64 << 10;

/// A way through the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Cleaner,
    Stream,
    WithReceipts,
    CleanerWhole,
    StreamWhole,
}

impl Door {
    const ALL: [Door; 5] =
        [Door::Cleaner, Door::Stream, Door::WithReceipts, Door::CleanerWhole, Door::StreamWhole];

    fn name(self) -> &'static str {
        match self {
            Door::Cleaner => "cleaner",
            Door::Stream => "stream",
            Door::WithReceipts => "with-receipts",
            Door::CleanerWhole => "cleaner-whole",
            Door::StreamWhole => "stream-whole",
        }
    }

    fn bytes(self, input: &Input) -> u64 {
        match self {
            Door::CleanerWhole | Door::StreamWhole => input.whole.len() as u64,
            _ => input.bytes(),
        }
    }

    /// Cleans an input and throws the result away, save for the number of bytes that are left.
    fn run(self, cleaner: &Cleaner, input: &Input) -> usize {
        match self {
            Door::Cleaner => {
                let left = |document: &String| black_box(cleaner.clean(document)).text.len();
                input.documents.iter().map(left).sum()
            }
            Door::WithReceipts => {
                let left = |document: &String| {
                    let cleaned = cleaner.clean(document);
                    if !cleaned.removals().is_empty() {
                        black_box(cleaner.receipt(document, &cleaned));
                    }
                    cleaned.text.len()
                };
                input.documents.iter().map(left).sum()
            }
            Door::Stream => stream(cleaner, input.documents.iter()),
            Door::CleanerWhole => black_box(cleaner.clean(&input.whole)).text.len(),
            Door::StreamWhole => stream(cleaner, [&input.whole].into_iter()),
        }
    }

    /// Ends the benchmark if this door gives a wrong answer.
    fn check(self, rules: RuleSet, cleaner: &Cleaner, input: &Input) {
        let same = |left: (u64, u64), right: (u64, u64)| {
            assert_eq!(left, right, "{} with {} through {self:?}", input.kind.name(), rules.name());
        };
        match self {
            Door::Cleaner => {
                if rules.0 <= 1000 {
                    answers::equals_the_slow_route(cleaner, input);
                }
                same(answers::cleaned_documents(cleaner, input), answers::expected(rules, input));
            }
            Door::Stream => {
                let streamed = answers::streamed_documents(cleaner, input, PIECE);
                same(streamed, answers::expected(rules, input));
            }
            Door::WithReceipts => answers::receipts_restore(cleaner, input),
            Door::CleanerWhole | Door::StreamWhole => {
                let whole = answers::cleaned_whole(cleaner, input);
                same(answers::streamed_whole(cleaner, input, PIECE), whole);
            }
        }
        let removed = self.bytes(input) - self.run(cleaner, input) as u64;
        match input.kind {
            Kind::Body => assert_eq!(removed, 0),
            Kind::Residue | Kind::Unicode => assert!(removed > 0),
            Kind::Flattened | Kind::NearMiss => {}
        }
    }
}

fn stream<'t>(cleaner: &Cleaner, texts: impl Iterator<Item = &'t String>) -> usize {
    let mut left = 0;
    let mut stream = cleaner.stream(|bytes: &[u8]| left += black_box(bytes).len());
    for text in texts {
        for piece in text.as_bytes().chunks(PIECE) {
            stream.push(piece).expect("the sink does not fail");
        }
        stream.end_document().expect("the sink does not fail");
    }
    drop(stream.finish().expect("the sink does not fail"));
    left
}

/// What is measured: the doors with the built-in rules, all inputs, and growing rule sets where they matter.
fn cases() -> Vec<(Kind, RuleSet, Door)> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        let doors = if kind == Kind::Residue { &Door::ALL[..] } else { &Door::ALL[..2] };
        cases.extend(doors.iter().map(|&door| (kind, RuleSet::BUILTIN, door)));
    }
    for rules in RuleSet::LEARNED {
        cases.push((Kind::Residue, rules, Door::Cleaner));
    }
    cases.push((Kind::NearMiss, RuleSet::LEARNED[3], Door::Cleaner));
    cases
}

pub fn group(criterion: &mut Criterion<ThreadTime>) {
    let mut group = criterion.benchmark_group("clean");
    group.sampling_mode(SamplingMode::Flat);
    for kind in Kind::ALL {
        let input = input(kind);
        limits(&mut group, &input);
        for (_, rules, door) in cases().into_iter().filter(|case| case.0 == kind) {
            let id = format!("{}/{}/{}", kind.name(), rules.name(), door.name());
            group.throughput(Throughput::Bytes(door.bytes(&input)));
            // Criterion comes here several times for one benchmark; once is enough to make ready and to check.
            let ready = OnceCell::new();
            group.bench_with_input(BenchmarkId::from_parameter(id), &input, |bencher, input| {
                let cleaner = ready.get_or_init(|| {
                    let cleaner = rules.cleaner();
                    if !is_profiled() {
                        door.check(rules, &cleaner, input);
                    }
                    cleaner
                });
                bencher.iter(|| door.run(cleaner, input));
            });
        }
    }
    group.finish();
}

/// What no cleaner that looks at every byte can beat: counting line ends, and copying.
fn limits(group: &mut BenchmarkGroup<'_, ThreadTime>, input: &Input) {
    let (name, text) = (input.kind.name(), input.whole.as_bytes());
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function(format!("limit/memchr-count/{name}"), |bencher| {
        bencher.iter(|| memchr::memchr_iter(b'\n', black_box(text)).count());
    });
    group.bench_function(format!("limit/memcpy/{name}"), |bencher| {
        let mut target = vec![0; 256 << 10];
        bencher.iter(|| {
            for piece in black_box(text).chunks(target.len()) {
                target[..piece.len()].copy_from_slice(piece);
                black_box(&mut target);
            }
        });
    });
}
