//! What each part of the work costs: the same input with more and more of it switched on, through the public door.
//!
//! `lines` finds line ends and decides without any rule; then whole-line phrases come to it, then inline markers, then
//! phrases that start or end a line, then patterns, which makes all built-in rules; then receipts. A cost is the time of a
//! stage less that of the one before.

use std::cell::OnceCell;
use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput};
use unchaff::{Cleaner, Pack, Rule, Shape};

use crate::generator::Kind;
use crate::support::answers;
use crate::support::clock::ThreadTime;
use crate::support::inputs::input;
use crate::support::settings::is_profiled;

/// Rules that use no more than these shapes; the order is that of the stages.
fn stage(shape: &Shape) -> usize {
    match shape {
        Shape::Line(_) => 1,
        Shape::Inline(_) => 2,
        Shape::Starts { .. } | Shape::Ends { .. } => 3,
        _ => 4,
    }
}

const STAGES: [&str; 5] = ["0-lines", "1-phrases", "2-inline", "3-affixes", "4-patterns"];

/// The built-in cleaner with the rules of the stages up to `last`.
fn cleaner(last: usize) -> Cleaner {
    let is_later = |rule: &&Rule| rule.shapes().iter().any(|shape| stage(shape) > last);
    let mut builder = Cleaner::builder();
    for rule in Pack::builtin().iter().flat_map(Pack::rules).filter(is_later) {
        builder = builder.off_rule(rule.id());
    }
    builder.build().expect("rules may be switched off")
}

pub fn group(criterion: &mut Criterion<ThreadTime>) {
    let mut group = criterion.benchmark_group("stages");
    group.sampling_mode(SamplingMode::Flat);
    for kind in [Kind::Residue, Kind::Body] {
        let input = input(kind);
        let name = kind.name();
        group.throughput(Throughput::Bytes(input.bytes()));
        for (last, stage) in STAGES.into_iter().enumerate() {
            let ready = OnceCell::new();
            group.bench_function(format!("{name}/{stage}"), |bencher| {
                let run = |cleaner: &Cleaner| {
                    let left = |text: &String| black_box(cleaner.clean(text)).text.len();
                    input.documents.iter().map(left).sum::<usize>()
                };
                let cleaner = ready.get_or_init(|| {
                    let cleaner = cleaner(last);
                    if !is_profiled() {
                        let removed = input.bytes() - run(&cleaner) as u64;
                        assert_eq!(removed > 0, kind == Kind::Residue && last > 0, "{removed}");
                        answers::equals_the_slow_route(&cleaner, &input);
                    }
                    cleaner
                });
                bencher.iter(|| run(cleaner));
            });
        }
        // One cleaner for all samples: it compiles a pattern when it first needs it.
        let ready = OnceCell::new();
        group.bench_function(format!("{name}/5-receipts"), |bencher| {
            let cleaner = ready.get_or_init(|| cleaner(STAGES.len()));
            bencher.iter(|| {
                for text in &input.documents {
                    let cleaned = cleaner.clean(text);
                    if !cleaned.removals().is_empty() {
                        black_box(cleaner.receipt(text, &cleaned));
                    }
                }
            });
        });
    }
    group.finish();
}
