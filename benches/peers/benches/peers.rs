//! How fast unchaff is beside others: the groups `peers` and `jsonl`.
//!
//! `cargo bench -p unchaff-peers --features hyperscan`. What is said in `benches/clean.rs` holds here too.
#![allow(clippy::print_stderr, reason = "what is left out is told")]

mod groups;

use criterion::{criterion_group, criterion_main};

criterion_group! {
    name = benches;
    config = unchaff_peers::settings::criterion();
    targets = groups::peers::group, groups::jsonl::group
}
criterion_main!(benches);
