//! Other ways to do a part of what unchaff does, each as well as it can be done in a page.
//!
//! The job that all of them can do is in `job.rs`. The invariant: every peer gives the same bytes.

#[path = "../../support/clock.rs"]
pub mod clock;
#[path = "../../generator/mod.rs"]
pub mod generator;
#[cfg(has_hyperscan)]
pub mod hyperscan;
#[path = "../../support/inputs.rs"]
pub mod inputs;
pub mod job;
pub mod line_peers;
#[path = "../../support/settings.rs"]
pub mod settings;
