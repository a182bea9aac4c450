//! How fast the library is: the groups `clean`, `stages` and `build`.
//!
//! `cargo bench --bench clean -- 'clean/residue/builtin/cleaner|limit'` runs a part; `--quick` says the same less precisely,
//! `--test` only checks the answers, and with `--profile-time 5` a profiler sees the engine alone. The clock is the CPU time
//! of the thread. `UNCHAFF_BENCH_MIB` sets the size of the inputs (default 64), `UNCHAFF_BENCH_SECONDS` how long each is
//! measured (default 3).

mod generator;
mod groups;
mod support;
#[path = "../tests/support/mod.rs"]
mod tests;

use criterion::{criterion_group, criterion_main};

criterion_group! {
    name = benches;
    config = support::settings::criterion();
    targets = groups::clean::group, groups::stages::group, groups::build::group
}
criterion_main!(benches);
