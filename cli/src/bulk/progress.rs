//! Progress: a bar on a terminal, a plain line now and then on anything else.
//!
//! The invariant: it only looks at counters; nothing waits for it, and what it shows changes nothing.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::talk::say;

/// How often a line is written where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(30);

/// How many remarks are made.
const MAX_REMARKS: u64 = 20;

/// What was done so far.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes of the inputs as they lie on the disk.
    pub bytes: AtomicU64,
    /// Bytes of them that were done before this run.
    pub skipped: AtomicU64,
    pub documents: AtomicU64,
    pub removals: AtomicU64,
    pub removed_bytes: AtomicU64,
    pub files: AtomicU64,
}

/// Shows progress while a run goes on.
pub struct Progress {
    pub counters: Counters,
    total: u64,
    files: u64,
    start: Instant,
    bar: Option<ProgressBar>,
    is_quiet: bool,
}

impl Progress {
    pub fn new(total: u64, files: u64, is_quiet: bool) -> Progress {
        let bar = (!is_quiet && std::io::stderr().is_terminal()).then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(4));
            let style = "{bar:20} {bytes}/{total_bytes} {bytes_per_sec} {eta} left · {msg}";
            bar.with_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        Progress {
            counters: Counters::default(),
            total,
            files,
            start: Instant::now(),
            bar,
            is_quiet,
        }
    }

    /// Shows what is done, until it is told that all is.
    pub fn show(&self, is_over: impl Fn(Duration) -> bool) {
        let step = if self.bar.is_some() { Duration::from_millis(250) } else { INTERVAL };
        while !is_over(step) {
            match &self.bar {
                Some(bar) => {
                    bar.set_position(self.counters.bytes.load(Ordering::Relaxed));
                    bar.set_message(self.counted());
                }
                None if !self.is_quiet => say(self.line()),
                None => {}
            }
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Says something without breaking the bar.
    pub fn say(&self, message: &str) {
        // What the tests make fail thousands of times need not be read.
        if cfg!(test) {
            return;
        }
        match &self.bar {
            Some(bar) => bar.suspend(|| say(message)),
            None => say(message),
        }
    }

    /// Says something of which the first few are enough, unless quiet.
    pub fn remark(&self, number: u64, message: &str) {
        match number {
            _ if self.is_quiet => {}
            1..=MAX_REMARKS => self.say(message),
            n if n == MAX_REMARKS + 1 => self.say("and so on: the summary (--summary) names more"),
            _ => {}
        }
    }

    fn counted(&self) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Counters { documents, removals, removed_bytes, files, .. } = &self.counters;
        format!(
            "{} of {} files, {} documents, {} pieces removed ({} MB)",
            get(files),
            self.files,
            get(documents),
            get(removals),
            get(removed_bytes) / 1_000_000
        )
    }

    fn line(&self) -> String {
        let bytes = self.counters.bytes.load(Ordering::Relaxed);
        let fresh = bytes - self.counters.skipped.load(Ordering::Relaxed).min(bytes);
        let per_second = fresh as f64 / self.start.elapsed().as_secs_f64().max(0.001);
        let left = (self.total.saturating_sub(bytes)) as f64 / per_second.max(1.0);
        format!(
            "{} of {} MB, {:.1} MB/s, {left:.0} s left, {}",
            bytes / 1_000_000,
            self.total / 1_000_000,
            per_second / 1e6,
            self.counted()
        )
    }
}
