//! JSONL: finding the text of a record, and cutting pieces out of it where it stands.
//!
//! The invariant: a record is never written anew. Only bytes inside the text value change; every other byte of the line
//! stays, and a cut never splits an escape.

mod entries;
mod escaped;
mod lines;
mod record;

pub use entries::{Entry, each_entry, entry, too_long, unmarked};
pub use escaped::{canonical, insert, written};
pub use lines::{Lines, RawLine};
pub use record::{Record, reason};

/// Whether a line is a JSON object.
pub fn is_object(line: &[u8]) -> bool {
    record::fields(line, "").is_ok()
}
