//! Blocks: whole records of about 4 MiB, the unit of work, of compression and of checkpointing.
//!
//! The invariant: the blocks of a file, in order, are exactly what it unpacks to, and where they end depends on its bytes
//! alone; so the outputs of the blocks, one behind the other, are the same bytes for any number of threads, and a run that
//! starts again at the `resume` of a block goes on as if it had never stopped.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unchaff::{Receipt, Report, RuleId, Status};
use xxhash_rust::xxh3::Xxh3;

use super::buffers::Buffers;
use super::options::Edit;
use super::pack::Packers;
use super::problem::{Problem, Problems};

/// Where a reader can start again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Offset in the file of the start of a compressed member or frame; of the block itself in a plain file.
    pub packed: u64,
    /// What stands before that place, unpacked.
    pub unpacked_before: u64,
    /// Unpacked bytes to pass over from there.
    pub skip: u64,
    /// Index of the next block, in Parquet also of the row group.
    pub block: u64,
    /// Records before the next block.
    pub records: u64,
    /// The field that holds the text, where the start of the file decided it.
    pub field: Option<String>,
    /// The block begins inside a record that is too long.
    pub in_long_record: bool,
}

/// A part of a file.
#[derive(Debug)]
pub struct Block {
    /// Counted from 0.
    pub index: u64,
    /// Number of its first record, from 1.
    pub first_record: u64,
    /// Records that begin in it.
    pub records: u64,
    /// Offset of its first byte in what the file unpacks to.
    pub at: u64,
    /// Bytes of the file that were read so far, for progress.
    pub packed_end: u64,
    /// The field that holds the text, where the start of the file decided it.
    pub field: Option<String>,
    pub content: Content,
    /// What was found wrong while reading.
    pub problems: Problems,
    /// What was set aside while reading; only with `salvage`.
    pub quarantine: Vec<Quarantined>,
    /// Where the next block starts; none where a reader cannot start again.
    pub resume: Option<Position>,
    /// Where buffers come from, and go back to.
    pub buffers: Buffers,
}

/// What stands in a block.
#[derive(Debug)]
pub enum Content {
    /// Whole records to clean.
    Records(Vec<u8>),
    /// Bytes that pass as they are: a piece of a record that is too long.
    Raw(Vec<u8>),
    /// A piece of a WARC record that is too long, which passes as it is.
    Long(LongPiece),
    /// A part of a document larger than a block, cleaned by the reader.
    Cleaned(Box<CleanedPart>),
    /// A row group of a Parquet file; the cleaner reads it.
    #[cfg(feature = "parquet")]
    RowGroup(std::sync::Arc<super::parquet::Opened>, usize),
}

impl Content {
    /// Bytes that it takes in memory, about, until it is cleaned.
    pub fn held(&self) -> usize {
        match self {
            Content::Records(bytes) | Content::Raw(bytes) => bytes.len(),
            Content::Long(piece) => piece.bytes.len(),
            Content::Cleaned(part) => part.kept.len(),
            #[cfg(feature = "parquet")]
            Content::RowGroup(file, index) => file.packed_texts(*index),
        }
    }
}

/// A piece of a record that passes raw and is to be one gzip member.
#[derive(Debug)]
pub struct LongPiece {
    pub bytes: Vec<u8>,
    pub is_first: bool,
    /// Checksum and length (modulo 2^32) of the whole record, with its last piece.
    pub sum: Option<(u32, u32)>,
}

/// A part of a document that streamed through the reader.
#[derive(Debug, Default)]
pub struct CleanedPart {
    /// Unpacked bytes that the part was.
    pub len: u64,
    pub kept: Vec<u8>,
    pub report: Report,
    pub documents: Vec<Document>,
}

/// What became of a block.
#[derive(Debug, Default)]
pub struct CleanBlock {
    pub index: u64,
    /// The bytes to append to the output: whole gzip members or zstd frames where it is compressed.
    pub output: Vec<u8>,
    /// Unpacked bytes and records that went in.
    pub bytes_in: u64,
    #[cfg_attr(not(any(test, feature = "parquet")), expect(dead_code, reason = "asked for there"))]
    pub records: u64,
    pub packed_end: u64,
    pub report: Report,
    /// Each record, in order, when `Options::documents` asks for them.
    pub documents: Vec<Document>,
    pub problems: Problems,
    pub quarantine: Vec<Quarantined>,
    pub resume: Option<Position>,
    /// Where the output goes back to once it is written.
    pub buffers: Buffers,
}

impl CleanedPart {
    /// Adds what comes after, save its length and report.
    pub(super) fn append(&mut self, next: CleanedPart) {
        self.kept.extend(next.kept);
        self.documents.extend(next.documents);
    }
}

impl CleanBlock {
    /// The outcome of a block, of which nothing was cleaned yet.
    pub(super) fn of(block: &mut Block) -> CleanBlock {
        CleanBlock {
            index: block.index,
            records: block.records,
            packed_end: block.packed_end,
            problems: std::mem::take(&mut block.problems),
            quarantine: std::mem::take(&mut block.quarantine),
            resume: block.resume.take(),
            buffers: block.buffers.clone(),
            ..CleanBlock::default()
        }
    }

    /// Packs the output. An empty file is an empty member or frame; else nothing is packed as nothing.
    pub(super) fn finish(&mut self, edit: &Edit, packers: &Packers) {
        let output = std::mem::take(&mut self.output);
        if *edit != Edit::Look && (!output.is_empty() || self.index == 0) {
            self.output = packers.pack(output, &self.buffers);
        } else {
            self.buffers.give(output);
        }
    }
}

/// What became of one record.
#[derive(Debug)]
pub struct Document {
    /// Number of the record in its file (line, row, document), from 1.
    pub number: u64,
    /// What its receipt is found by: the number, in text files the offset of its first byte.
    #[cfg_attr(not(test), expect(dead_code, reason = "a run needs it in receipts only"))]
    pub at: u64,
    /// The id as it is written in JSON, if there is one.
    pub id: Option<String>,
    pub fate: Fate,
    pub cuts: Vec<Cut>,
    /// The receipt, when `Options::receipts` asks for it and something was removed.
    pub receipt: Option<Receipt>,
}

/// What became of a record as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was read and cleaned.
    Read(Status),
    /// It has no text: a blank line, a null, a record of another type.
    NoText,
    /// It could not be read and was kept as it is; the list of problems says why.
    Unread,
}

/// A removed piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Half-open offsets in the text as it was.
    pub bytes: Range<u64>,
    /// The same in code points; a byte that is no part of UTF-8 counts as one.
    pub chars: Range<u64>,
    pub rule: RuleId,
}

/// Bytes that were not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Offset of the first byte: in the file where `is_packed`, else in what it unpacks to.
    pub at: u64,
    pub is_packed: bool,
    pub bytes: Vec<u8>,
    pub why: String,
}

/// Reads a file block by block.
pub trait BlockReader: Send {
    /// The next block; none at the end. There is at least one, be it empty, unless the reader started again.
    ///
    /// # Errors
    ///
    /// When the file must be refused. Blocks that were read before are void then.
    fn next(&mut self) -> Result<Option<Block>, Problem>;

    /// The hash of the whole file, if the reader read all of it on its way to the end.
    fn file_hash(&self) -> Option<&Xxh3> {
        None
    }

    /// Takes the buffers for blocks from there.
    fn reuse(&mut self, buffers: &Buffers) {
        let _ = buffers;
    }
}

/// Cleans blocks: a pure function, for any thread.
pub trait BlockCleaner: Send + Sync {
    /// Cleans a block and packs what is left.
    ///
    /// # Errors
    ///
    /// When the file must be refused.
    fn clean(&self, block: Block) -> Result<CleanBlock, Problem>;
}
