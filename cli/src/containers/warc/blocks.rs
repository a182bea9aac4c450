//! Reading WARC in blocks of whole records.
//!
//! A block ends behind the last record that ends in its first `block_bytes`; a larger record is a block alone, and one that is
//! longer than `max_record` passes raw, in pieces, inside which a reader cannot start again.

use std::path::Path;

use flate2::Crc;
use xxhash_rust::xxh3::Xxh3;

use super::head::{Head, Start, TRAILER, find_record};
use crate::containers::block::{Block, BlockReader, Content, LongPiece, Position};
use crate::containers::buffers::Buffers;
use crate::containers::feed::{Feed, Stop};
use crate::containers::options::Options;
use crate::containers::problem::{Place, Problem, ProblemKind};
use crate::containers::shape::Codec;

/// Bytes that are looked at twice when a record is looked for.
const OVERLAP: usize = 16;

/// Reads the records of a file.
pub struct WarcReader {
    feed: Feed,
    block_bytes: usize,
    max_record: usize,
    salvages: bool,
    long: Option<Long>,
}

/// A record that is too long, of which a part has passed.
struct Long {
    left: u64,
    crc: Crc,
    is_first: bool,
}

/// What stands in the buffer, from its start.
enum Next {
    Records {
        len: usize,
        records: u64,
    },
    Long {
        len: u64,
    },
    /// What stands at the start is no record, or not all of one.
    Bad(Problem),
    /// The first record ends in damage that was found before.
    Torn,
    End,
}

impl WarcReader {
    pub fn open(
        path: &Path,
        codec: Codec,
        options: &Options,
        from: Option<&Position>,
    ) -> Result<WarcReader, Problem> {
        Ok(WarcReader {
            feed: Feed::open(path, codec, options, from)?,
            block_bytes: options.block_bytes,
            max_record: options.max_record,
            salvages: options.salvage,
            long: None,
        })
    }

    fn next_records(&mut self) -> Result<Next, Problem> {
        let (mut len, mut records) = (0, 0);
        loop {
            let next = self.record(len)?;
            match next {
                Ok(record) if (len as u64).saturating_add(record) <= self.block_bytes as u64 => {
                    // It fits, and so does its length.
                    len += record as usize;
                    records += 1;
                }
                Ok(_) | Err(_) if records > 0 => return Ok(Next::Records { len, records }),
                Ok(record) if record > self.max_record as u64 => {
                    return Ok(Next::Long { len: record });
                }
                Ok(record) => return Ok(Next::Records { len: record as usize, records: 1 }),
                Err(next) => return Ok(next),
            }
        }
    }

    /// Length of the record at a place in the buffer, of which all is in the buffer unless it is too long.
    fn record(&mut self, at: usize) -> Result<Result<u64, Next>, Problem> {
        let head = loop {
            match Head::read(&self.feed.buffer[at..]) {
                Start::Head(head) => break head,
                Start::Bad(why) => {
                    return Ok(Err(Next::Bad(self.bad(at, ProblemKind::Corrupt, why))));
                }
                Start::Unfinished => match self.feed.fill(self.feed.buffer.len())? {
                    Stop::Enough => {}
                    Stop::Gap => return Ok(Err(Next::Torn)),
                    Stop::End => return Ok(self.rest(at)),
                },
            }
        };
        let len = head.record_len();
        if len > self.max_record.max(self.block_bytes) as u64 {
            return Ok(Ok(len));
        }
        let end = at + len as usize;
        let stop = self.feed.fill(end - 1)?;
        if self.feed.buffer.len() < end {
            if stop == Stop::Gap {
                return Ok(Err(Next::Torn));
            }
            let why = "the file ends inside the record that starts here; it was cut off, or the Content-Length is wrong";
            return Ok(Err(Next::Bad(self.bad(at, ProblemKind::Truncated, why))));
        }
        if !self.feed.buffer[..end].ends_with(TRAILER) {
            let why = "the record that starts here does not end where its Content-Length says";
            return Ok(Err(Next::Bad(self.bad(at, ProblemKind::Corrupt, why))));
        }
        Ok(Ok(len))
    }

    /// What the last bytes of a file are, which hold no whole head.
    fn rest(&self, at: usize) -> Result<u64, Next> {
        let rest = &self.feed.buffer[at..];
        if rest.is_empty() {
            return Err(Next::End);
        }
        // Empty lines at the end belong to nothing.
        if rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return Ok(rest.len() as u64);
        }
        let why = "the file ends inside the head of the record that starts here; it was cut off";
        Err(Next::Bad(self.bad(at, ProblemKind::Truncated, why)))
    }

    fn bad(&self, at: usize, kind: ProblemKind, why: &str) -> Problem {
        Problem::new(kind, Place::Unpacked(self.feed.at + at as u64), why)
    }

    /// Looks for the next record behind something that is none, and sets that aside, a block at most.
    fn resynchronise(&mut self) -> Result<(), Problem> {
        let stop = self.feed.fill(self.block_bytes)?;
        let all = self.feed.buffer.len();
        // The start of a record may be cut off at the end of the buffer.
        let known = if stop == Stop::Enough { all.saturating_sub(OVERLAP).max(1) } else { all };
        let len = find_record(&self.feed.buffer).unwrap_or(known);
        self.feed.set_aside(len, "no record, or one of a wrong length");
        Ok(())
    }

    /// The next piece of a record that is too long.
    fn long_piece(&mut self, mut long: Long) -> Result<Block, Problem> {
        let at = self.feed.at;
        let wanted = usize::try_from(long.left).unwrap_or(usize::MAX).min(self.block_bytes);
        let stop = self.feed.fill(wanted.saturating_sub(1))?;
        let bytes = self.feed.take(wanted.min(self.feed.buffer.len()));
        long.left -= bytes.len() as u64;
        long.crc.update(&bytes);
        let mut is_last = long.left == 0;
        if is_last && !bytes.ends_with(TRAILER) && bytes.len() >= TRAILER.len() {
            let why = "the record that ends here does not end where its Content-Length says";
            self.refuse(self.bad(0, ProblemKind::Corrupt, why))?;
        }
        if !is_last && stop != Stop::Enough && self.feed.buffer.is_empty() {
            is_last = true;
            if stop == Stop::End {
                let why = "the file ends here, inside a record; it was cut off, or a Content-Length is wrong";
                self.refuse(self.bad(0, ProblemKind::Truncated, why))?;
            }
        }
        let sum = is_last.then(|| (long.crc.sum(), long.crc.amount()));
        let is_first = std::mem::replace(&mut long.is_first, false);
        let piece = LongPiece { bytes, is_first, sum };
        let mut block = self.feed.block(at, Content::Long(piece), u64::from(is_first));
        if !is_last {
            block.resume = None;
            self.long = Some(long);
        }
        Ok(block)
    }

    /// Refuses the file, or goes on and tells.
    fn refuse(&mut self, problem: Problem) -> Result<(), Problem> {
        if !self.salvages {
            return Err(problem);
        }
        self.feed.problems.add(problem);
        Ok(())
    }

    fn aside(&mut self) -> Block {
        let at = self.feed.at;
        self.feed.block(at, Content::Records(Vec::new()), 0)
    }

    fn aside_len(&self) -> usize {
        self.feed.quarantine.iter().map(|aside| aside.bytes.len()).sum()
    }
}

impl BlockReader for WarcReader {
    fn next(&mut self) -> Result<Option<Block>, Problem> {
        if let Some(long) = self.long.take() {
            return self.long_piece(long).map(Some);
        }
        loop {
            let at = self.feed.at;
            match self.next_records()? {
                Next::Records { len, records } => {
                    let content = Content::Records(self.feed.take(len));
                    return Ok(Some(self.feed.block(at, content, records)));
                }
                Next::Long { len } => {
                    let place = Place::Record(self.feed.records + 1);
                    let what = format!(
                        "the record is longer than {} bytes and is kept as it is; raise --max-record to read it",
                        self.max_record
                    );
                    self.feed.problems.add(Problem::new(ProblemKind::LongRecord, place, what));
                    let long = Long { left: len, crc: Crc::new(), is_first: true };
                    return self.long_piece(long).map(Some);
                }
                Next::Bad(problem) => {
                    self.refuse(problem)?;
                    self.resynchronise()?;
                }
                Next::Torn => {
                    self.feed.set_aside(self.feed.buffer.len(), "a record that ends in damage");
                    if !self.feed.pass_gap(self.block_bytes)? {
                        return Ok(Some(self.aside()));
                    }
                }
                Next::End if self.feed.is_first() || self.feed.has_findings() => {
                    return Ok(Some(self.aside()));
                }
                Next::End => return Ok(None),
            }
            if self.aside_len() > self.block_bytes {
                return Ok(Some(self.aside()));
            }
        }
    }

    fn file_hash(&self) -> Option<&Xxh3> {
        self.feed.file_hash()
    }

    fn reuse(&mut self, buffers: &Buffers) {
        self.feed.buffers = buffers.clone();
    }
}
