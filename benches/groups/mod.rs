//! The groups of benchmarks of the library.

pub mod build;
pub mod clean;
pub mod stages;
