//! How long it takes until rules are ready: the group `build`.
//!
//! `parse` reads a pack of TOML and builds a cleaner from it and the built-in packs; `load` does so from the compiled form
//! in memory, which it copies first as reading a file would; `builtin` builds the built-in cleaner.

use std::cell::LazyCell;

use criterion::{Criterion, SamplingMode, Throughput};
use unchaff::{Cleaner, CompiledRules, Pack};

use crate::generator::learned;
use crate::support::clock::ThreadTime;

const SIZES: [(&str, usize); 5] =
    [("300", 300), ("1k", 1_000), ("10k", 10_000), ("100k", 100_000), ("1m", 1_000_000)];

pub fn group(criterion: &mut Criterion<ThreadTime>) {
    let mut group = criterion.benchmark_group("build");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("builtin", |bencher| {
        bencher.iter(|| Cleaner::builder().build().expect("the built-in packs fit together"));
    });
    for (name, count) in SIZES {
        group.throughput(Throughput::Elements(count as u64));
        let lines = LazyCell::new(|| learned::lines(count));
        let pack = LazyCell::new(|| {
            let pack = learned::pack(&lines);
            check(&parsed(&pack), &lines);
            pack
        });
        group.bench_function(format!("parse/{name}"), |bencher| {
            let pack: &str = &pack;
            bencher.iter(|| parsed(pack));
        });
        let compiled = LazyCell::new(|| {
            let pack = Pack::parse("learned.toml", &pack).expect("the pack is right");
            let compiled = CompiledRules::compile(&[pack]).expect("the rules fit together");
            check(&loaded(&compiled), &lines);
            compiled
        });
        group.bench_function(format!("load/{name}"), |bencher| {
            let compiled: &CompiledRules = &compiled;
            bencher.iter(|| loaded(compiled));
        });
    }
    group.finish();
}

fn parsed(pack: &str) -> Cleaner {
    let pack = Pack::parse("learned.toml", pack).expect("the pack is right");
    Cleaner::builder().pack(pack).build().expect("the rules fit together")
}

fn loaded(compiled: &CompiledRules) -> Cleaner {
    let rules = CompiledRules::from_bytes(compiled.as_bytes().to_vec());
    let rules = rules.expect("the compiled form is right");
    Cleaner::builder().compiled(rules).build().expect("the rules fit together")
}

/// Ends the benchmark if a rule set does not know its first or its last line.
fn check(cleaner: &Cleaner, lines: &[String]) {
    for line in [&lines[0], &lines[lines.len() - 1]] {
        let text = format!("The harbour froze.\n[ad_2]\n{line}\n");
        assert_eq!(cleaner.clean(&text).text, "The harbour froze.\n");
    }
}
