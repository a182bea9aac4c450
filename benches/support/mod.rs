//! What the benchmarks share: inputs, rule sets, a clock that neighbours on the machine do not disturb, and answers that
//! are checked before anything is timed.
#![allow(dead_code, reason = "each benchmark uses a part of what they share")]

pub mod answers;
pub mod clock;
pub mod inputs;
pub mod rulesets;
pub mod settings;
