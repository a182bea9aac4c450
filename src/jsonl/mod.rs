//! JSONL, cleaned where it stands: the text of a record is judged as it is written, escapes and all.
//!
//! The invariant: a record is never written anew. What comes out is the line without the written ranges that stand for
//! what the cleaner removes from the text; a cut never splits an escape, and a line that cannot be read stays as it is.
//! Lines are accepted exactly as strictly as `serde_json` accepts them.
//!
//! ```
//! use unchaff::Cleaner;
//! use unchaff::jsonl::RecordCleaner;
//!
//! let mut records = RecordCleaner::new(&Cleaner::builtin());
//! let line = br#"{"id": 7, "text": "[ad_1]\nTea & \u00e9clairs.\nSource link", "n": 1e400}"#;
//! let cleaned = records.clean(line)?.expect("the line is not blank");
//!
//! let mut out = Vec::new();
//! cleaned.append_to(&mut out);
//! assert_eq!(out, br#"{"id": 7, "text": "Tea & \u00e9clairs.", "n": 1e400}"#);
//! # Ok::<(), unchaff::jsonl::LineError>(())
//! ```

mod block;
mod cleaned;
mod error;
mod escape;
mod fields;
mod record;
mod record_cleaner;
mod scanner;
mod sites;
mod written;

pub use cleaned::CleanedLine;
pub use error::{LineError, LineErrorKind};
pub use fields::Fields;
pub use record_cleaner::RecordCleaner;
pub use sites::{SITES, host_inside, host_of, host_under};
