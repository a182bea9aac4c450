//! How all benchmarks are measured.

use std::time::Duration;

use criterion::Criterion;

use super::clock::ThreadTime;

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

/// Whether a profiler looks on, which is to see the engine and not the checks.
pub fn is_profiled() -> bool {
    std::env::args().any(|word| word == "--profile-time")
}

/// A number from the environment.
pub fn number(name: &str) -> Option<f64> {
    std::env::var(name).ok()?.parse().ok()
}
