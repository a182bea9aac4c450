//! What the benchmarks share: inputs, rule sets, a clock that neighbours on the machine do not disturb, and answers that
//! are checked before anything is timed.
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

pub mod answers;
pub mod clock;
pub mod inputs;
pub mod rulesets;

use std::time::Duration;

use criterion::Criterion;

use self::clock::ThreadTime;

/// Criterion as all benchmarks use it. `UNCHAFF_BENCH_SECONDS` sets how long each is measured (default 3).
pub fn criterion() -> Criterion<ThreadTime> {
    let seconds = number("UNCHAFF_BENCH_SECONDS").unwrap_or(3.0);
    Criterion::default()
        .with_measurement(ThreadTime)
        .sample_size(10)
        .warm_up_time(Duration::from_secs_f64(seconds / 4.0))
        .measurement_time(Duration::from_secs_f64(seconds))
        .configure_from_args()
}

/// A number from the environment.
pub fn number(name: &str) -> Option<f64> {
    std::env::var(name).ok()?.parse().ok()
}
