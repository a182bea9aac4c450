//! The groups of benchmarks beside others.

pub mod jsonl;
pub mod peers;
