//! SIGINT and SIGTERM: the first one asks the run to stop, a second one ends the program at once.
//!
//! The invariant: after the first signal nothing new is begun, and the run ends with 130 or 143 once what it holds is
//! either in its place or written down. A closed pipe is no signal here: Rust's programs see it as an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};

/// Whether the run was asked to stop.
#[derive(Clone, Default)]
pub struct Stop {
    is_asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Listens for signals from now on.
    #[cfg(unix)]
    pub fn on_signals() -> Result<Stop> {
        use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
        use signal_hook::flag;
        let stop = Stop::default();
        // A file that grows beyond the limit of the process is an error of that file, not the end of the run.
        flag::register(SIGXFSZ, Arc::default()).context("SIGXFSZ cannot be caught")?;
        for signal in [SIGINT, SIGTERM] {
            let failed = || format!("signal {signal} cannot be listened for");
            // In this order: the second signal finds the flag set by the first.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop.is_asked))
                .with_context(failed)?;
            flag::register_usize(signal, Arc::clone(&stop.signal), signal as usize)
                .with_context(failed)?;
            flag::register(signal, Arc::clone(&stop.is_asked)).with_context(failed)?;
        }
        Ok(stop)
    }

    #[cfg(not(unix))]
    pub fn on_signals() -> Result<Stop> {
        Ok(Stop::default())
    }

    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed)
    }

    /// The exit code of a run that was stopped.
    pub fn exit_code(&self) -> u8 {
        u8::try_from(128 + self.signal.load(Ordering::Relaxed)).unwrap_or(255)
    }
}
