//! How files are read, what becomes of their records, and how they are written.
//!
//! The invariant: everything that changes the bytes of an output stands here (or in the cleaner), so that a hash of it tells
//! whether an output can be kept.

use super::shape::Codec;
use crate::documents::Separator;

/// Unpacked bytes of a block.
pub const BLOCK_BYTES: usize = 4 << 20;

/// Longest record that is read, unless something else is asked for.
pub const MAX_RECORD: usize = 16 << 20;

/// How files are read, cleaned and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The field or column that holds the text; else it is chosen from the common names by the start of a file.
    pub text_field: Option<String>,
    /// Text: what separates documents; else a file is one document.
    pub separator: Option<Separator>,
    /// Longest record that is read; a longer one passes as it is.
    pub max_record: usize,
    /// Unpacked bytes of a block, about. Changing it changes where members and frames of the output end.
    pub block_bytes: usize,
    /// A file that unpacks to more than so many times its size is refused.
    pub max_expansion: Option<u32>,
    /// Largest zstd window, as a power of two.
    pub max_window_log: u32,
    /// Keep what can be read of a damaged file instead of refusing it.
    pub salvage: bool,
    /// Refuse a file with a record that cannot be read instead of keeping the record.
    pub strict: bool,
    pub edit: Edit,
    /// Compression of the output; else that of the input.
    pub codec: Option<Codec>,
    /// Its level; else 6 for gzip, 3 for zstd.
    pub level: Option<i32>,
    /// Describe each record in `CleanBlock::documents`.
    pub documents: bool,
    /// Make receipts, in the documents.
    pub receipts: bool,
}

/// What becomes of the text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The residue goes.
    Clean,
    /// Nothing is written; the documents say what would go.
    Look,
    /// The text stays, and this field is added to the record: what would go, as `[start, end, "rule"]` in code points.
    Annotate(String),
}

impl Default for Options {
    fn default() -> Self {
        Options {
            text_field: None,
            separator: None,
            max_record: MAX_RECORD,
            block_bytes: BLOCK_BYTES,
            max_expansion: None,
            max_window_log: 27,
            salvage: false,
            strict: false,
            edit: Edit::Clean,
            codec: None,
            level: None,
            documents: false,
            receipts: false,
        }
    }
}
