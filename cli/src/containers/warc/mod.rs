//! WARC and WET: records one behind the other, each with a head that says how long it is.
//!
//! The invariant: records are told apart by their lengths alone, never by what their bytes look like. The texts of `conversion`
//! and `resource` records of type `text/plain` are cleaned, with length and digests to match; all other records are
//! byte for byte what they were. gzip output has one member for each record.

mod blocks;
mod clean;
mod digest;
mod head;

pub use blocks::WarcReader;
pub use clean::WarcCleaner;
