//! Unpacked bytes for the readers of records: as many as they ask for, and where damage interrupts them.
//!
//! The invariant: buffer and decoder together are the rest of the file, in order, the first byte at offset `at`; bytes before
//! a gap and bytes behind it are never in the buffer together.

use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::block::{Block, Content, Position, Quarantined};
use super::buffers::Buffers;
use super::decode::{Decoder, OUT, Step};
use super::options::Options;
use super::problem::{Problem, ProblemKind, Problems};
use super::shape::Codec;

/// Largest block for which there is room at once.
const MOST_ROOM: usize = 16 << 20;

/// Why filling stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// There are as many bytes as were asked for.
    Enough,
    /// What the buffer holds ends at damage.
    Gap,
    /// What the buffer holds ends with the file.
    End,
}

/// Reads ahead of the blocks of a file.
pub struct Feed {
    decoder: Decoder,
    pub buffer: Vec<u8>,
    /// Bytes that the buffer has room for at once, which most blocks fit in: growing piece by piece would leave holes of all
    /// sizes in memory.
    room: usize,
    /// Offset of the buffer in what the file unpacks to.
    pub at: u64,
    /// What was found wrong since the last block.
    pub problems: Problems,
    pub quarantine: Vec<Quarantined>,
    stop: Stop,
    has_told_checksum: bool,
    next_block: u64,
    /// Records before the next block.
    pub records: u64,
    pub buffers: Buffers,
}

impl Feed {
    pub fn open(
        path: &Path,
        codec: Codec,
        options: &Options,
        from: Option<&Position>,
    ) -> Result<Feed, Problem> {
        let decoder = Decoder::open(path, codec, options, from)?;
        let room = options.block_bytes.min(MOST_ROOM) + 2 * OUT;
        Ok(Feed {
            decoder,
            buffer: Vec::new(),
            room,
            at: from.map_or(0, |from| from.unpacked_before + from.skip),
            problems: Problems::default(),
            quarantine: Vec::new(),
            stop: Stop::Enough,
            has_told_checksum: from.is_some(),
            next_block: from.map_or(0, |from| from.block),
            records: from.map_or(0, |from| from.records),
            buffers: Buffers::default(),
        })
    }

    /// The hash of the whole file, if all of it was read.
    pub fn file_hash(&self) -> Option<&Xxh3> {
        self.decoder.file_hash()
    }

    /// Reads until the buffer holds more than `len` bytes, if the file goes on that far.
    pub fn fill(&mut self, len: usize) -> Result<Stop, Problem> {
        if self.buffer.capacity() == 0 {
            self.buffer = self.buffers.take(self.room);
        }
        while self.stop == Stop::Enough && self.buffer.len() <= len {
            match self.decoder.step(&mut self.buffer)? {
                Step::Start(_) | Step::Bytes(_) | Step::SetAside(_) => {}
                Step::Gap(problem) => {
                    self.problems.add(problem);
                    self.stop = Stop::Gap;
                }
                Step::End => self.stop = Stop::End,
            }
        }
        if self.decoder.without_checksum() > 0
            && !std::mem::replace(&mut self.has_told_checksum, true)
        {
            let what = "has zstd frames without a checksum; damage in them cannot be noticed";
            self.problems.add(Problem::of_file(ProblemKind::NoChecksum, what));
        }
        let is_more = self.buffer.len() > len;
        Ok(if is_more { Stop::Enough } else { self.stop })
    }

    /// Takes the first bytes of the buffer.
    pub fn take(&mut self, len: usize) -> Vec<u8> {
        let mut rest = self.buffers.take(self.room.max(self.buffer.len() - len));
        rest.extend_from_slice(&self.buffer[len..]);
        self.buffer.truncate(len);
        self.at += len as u64;
        std::mem::replace(&mut self.buffer, rest)
    }

    /// Forgets the first bytes of the buffer, which went elsewhere.
    pub fn forget(&mut self, len: usize) {
        self.buffer.drain(..len);
        self.at += len as u64;
    }

    /// Sets the first bytes of the buffer aside.
    pub fn set_aside(&mut self, len: usize, why: &str) {
        if len > 0 {
            let at = self.at;
            let bytes = self.take(len);
            self.quarantine.push(Quarantined { at, is_packed: false, bytes, why: why.into() });
        }
    }

    /// Goes on behind a gap, where the buffer is empty; says whether what was set aside fits in a block. Call again if not.
    pub fn pass_gap(&mut self, max: usize) -> Result<bool, Problem> {
        let mut len = 0;
        loop {
            match self.decoder.step(&mut self.buffer)? {
                Step::Start(_) | Step::Bytes(0) => {}
                Step::SetAside(aside) => {
                    len += aside.bytes.len();
                    self.quarantine.push(aside);
                    if len > max {
                        return Ok(false);
                    }
                }
                Step::Gap(problem) => self.problems.add(problem),
                Step::Bytes(_) => {
                    self.stop = Stop::Enough;
                    return Ok(true);
                }
                Step::End => {
                    self.stop = Stop::End;
                    return Ok(true);
                }
            }
        }
    }

    /// Whether there is something to tell that no block tells yet.
    pub fn has_findings(&self) -> bool {
        !self.quarantine.is_empty() || self.problems.count(|_| true) > 0
    }

    /// Whether no block was made yet.
    pub fn is_first(&self) -> bool {
        self.next_block == 0
    }

    /// A block that started at `at` and ends where the buffer begins, in which so many records begin.
    pub fn block(&mut self, at: u64, content: Content, records: u64) -> Block {
        let (index, first_record) = (self.next_block, self.records + 1);
        self.next_block += 1;
        self.records += records;
        let (packed, unpacked_before) = self.decoder.start_of(self.at);
        let resume = Position {
            packed,
            unpacked_before,
            skip: self.at - unpacked_before,
            block: self.next_block,
            records: self.records,
            field: None,
            in_long_record: false,
        };
        Block {
            index,
            first_record,
            records,
            at,
            packed_end: self.decoder.packed_offset(),
            field: None,
            content,
            problems: std::mem::take(&mut self.problems),
            quarantine: std::mem::take(&mut self.quarantine),
            resume: Some(resume),
            buffers: self.buffers.clone(),
        }
    }
}
