//! What a file unpacks to, and which part of the file that comes from.
//!
//! The invariant: what is passed on is exactly what the file unpacks to, and a file of which any part does not unpack as it
//! should ends in an error; with `salvage` it is passed over instead, set aside and told. Memory: one buffer, the
//! window of the format.

use std::collections::VecDeque;
use std::io::Read;
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::block::{Position, Quarantined};
use super::gzip::{self, Members};
use super::options::Options;
use super::packed::Packed;
use super::problem::{Place, Problem, ProblemKind};
use super::shape::Codec;
use super::zstd::{self, Frames};

/// Most bytes that come out of one step.
pub const OUT: usize = 128 << 10;
/// Unpacked bytes up to which no expansion is too much.
const FREE_EXPANSION: u64 = 1 << 20;
/// Packed bytes that are looked through at a time for the next member, and how many of them are looked at twice.
const LOOK: usize = 1 << 20;
const OVERLAP: usize = 16;

/// What one step of unpacking comes to.
pub enum Step {
    /// A member or frame starts at this offset of the file.
    Start(u64),
    /// So many bytes came out, perhaps none.
    Bytes(usize),
    /// Something was passed over: what comes next does not follow on what came before. Only with `salvage`.
    Gap(Problem),
    /// What was passed over, piece by piece, behind a gap.
    SetAside(Quarantined),
    End,
}

/// Unpacks a file.
pub struct Decoder {
    packed: Packed,
    format: Format,
    /// What came out and was not passed on.
    front: Vec<u8>,
    /// Bytes that came out, those before the place of the start counted.
    unpacked: u64,
    /// Starts of members: in the file, and in what it unpacks to. The first of them is not behind what is still asked for.
    starts: VecDeque<(u64, u64)>,
    /// Where a member was begun, or should have been, last.
    last_start: u64,
    max_expansion: Option<u32>,
    salvages: bool,
    is_passing_over: bool,
}

enum Format {
    Plain,
    Gzip(Box<Members>),
    Zstd(Box<Frames>),
}

impl Decoder {
    /// Opens a file, at its start or where a reader can start again.
    pub fn open(
        path: &Path,
        codec: Codec,
        options: &Options,
        from: Option<&Position>,
    ) -> Result<Decoder, Problem> {
        let Some(from) = from else {
            return Decoder::with(Packed::open(path, 0)?, codec, options);
        };
        let mut decoder = Decoder::with(Packed::open(path, from.packed)?, codec, options)?;
        decoder.unpacked = from.unpacked_before;
        decoder.pass_over(from.unpacked_before + from.skip)?;
        Ok(decoder)
    }

    /// Unpacks what a reader gives.
    pub fn new(
        reader: Box<dyn Read + Send>,
        codec: Codec,
        options: &Options,
    ) -> Result<Decoder, Problem> {
        Decoder::with(Packed::new(reader), codec, options)
    }

    fn with(packed: Packed, codec: Codec, options: &Options) -> Result<Decoder, Problem> {
        let format = match codec {
            Codec::Plain => Format::Plain,
            Codec::Gzip => Format::Gzip(Box::new(Members::new())),
            Codec::Zstd => Format::Zstd(Box::new(Frames::new(options.max_window_log)?)),
        };
        Ok(Decoder {
            packed,
            format,
            front: Vec::new(),
            unpacked: 0,
            starts: VecDeque::new(),
            last_start: 0,
            max_expansion: options.max_expansion,
            salvages: options.salvage,
            is_passing_over: false,
        })
    }

    /// Unpacks and forgets up to an offset.
    fn pass_over(&mut self, to: u64) -> Result<(), Problem> {
        let mut rest = Vec::new();
        while self.unpacked < to {
            rest.clear();
            if matches!(self.step(&mut rest)?, Step::End) {
                let what = "the file ends before the place where the work stopped; it has changed";
                return Err(Problem::new(ProblemKind::Truncated, Place::Unpacked(to), what));
            }
        }
        let more = (self.unpacked - to) as usize;
        self.front = rest.split_off(rest.len() - more);
        Ok(())
    }

    /// Takes one step; what comes out is appended.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or does not unpack.
    pub fn step(&mut self, out: &mut Vec<u8>) -> Result<Step, Problem> {
        if !self.front.is_empty() {
            let len = self.front.len();
            out.append(&mut self.front);
            return Ok(Step::Bytes(len));
        }
        if self.is_passing_over {
            return self.set_aside();
        }
        if !self.format.is_inside() {
            self.last_start = self.packed.offset();
        }
        let before = out.len();
        let step = match &mut self.format {
            Format::Plain => plain(&mut self.packed, out),
            Format::Gzip(members) => members.step(&mut self.packed, out),
            Format::Zstd(frames) => frames.step(&mut self.packed, out),
        };
        self.unpacked += (out.len() - before) as u64;
        match step {
            Ok(Step::Start(at)) => self.starts.push_back((at, self.unpacked)),
            Ok(Step::Bytes(_)) => self.check_expansion()?,
            Err(problem) if self.salvages && problem.kind != ProblemKind::Io => {
                self.is_passing_over = true;
                return Ok(Step::Gap(problem));
            }
            _ => {}
        }
        step
    }

    fn check_expansion(&self) -> Result<(), Problem> {
        let Some(max) = self.max_expansion else { return Ok(()) };
        let allowed = self.packed.offset().saturating_mul(u64::from(max)).max(FREE_EXPANSION);
        if self.unpacked <= allowed {
            return Ok(());
        }
        let what = format!(
            "unpacks to more than {max} times its size; raise --max-expansion if that is meant"
        );
        Err(Problem::new(ProblemKind::Expansion, Place::Byte(self.packed.offset()), what))
    }

    /// Looks for the next member, and gives away what stands before it.
    fn set_aside(&mut self) -> Result<Step, Problem> {
        let offset = self.packed.offset();
        let tried = (self.last_start + 1).saturating_sub(offset) as usize;
        let bytes = self.packed.peek(LOOK)?;
        if bytes.is_empty() {
            return Ok(Step::End);
        }
        let tried = tried.min(bytes.len());
        let found = match self.format {
            Format::Plain => None,
            Format::Gzip(_) => gzip::find_member(&bytes[tried..]),
            Format::Zstd(_) => zstd::find_frame(&bytes[tried..]),
        };
        let len = match found {
            Some(at) => tried + at,
            None if bytes.len() < LOOK => bytes.len(),
            // The start of a member may be cut off at the end of what is looked at.
            None => bytes.len() - OVERLAP,
        };
        let aside = Quarantined {
            at: offset,
            is_packed: true,
            bytes: bytes[..len].to_vec(),
            why: "could not be unpacked".into(),
        };
        self.packed.take(len);
        if found.is_some() {
            self.is_passing_over = false;
            match &mut self.format {
                Format::Plain => {}
                Format::Gzip(members) => members.leave(),
                Format::Zstd(frames) => frames.leave()?,
            }
        }
        Ok(Step::SetAside(aside))
    }

    /// The start of the member that an unpacked offset lies in: its place in the file, and in what the file unpacks to.
    /// Offsets must come in order.
    pub fn start_of(&mut self, unpacked: u64) -> (u64, u64) {
        if matches!(self.format, Format::Plain) {
            return (unpacked, unpacked);
        }
        while self.starts.get(1).is_some_and(|&(_, start)| start <= unpacked) {
            self.starts.pop_front();
        }
        self.starts.front().copied().unwrap_or_default()
    }

    /// The hash of the whole file, if all of it was read.
    pub fn file_hash(&self) -> Option<&Xxh3> {
        self.packed.hash()
    }

    /// Bytes of the file that were read so far.
    pub fn packed_offset(&self) -> u64 {
        self.packed.offset()
    }

    /// Frames without a checksum that were begun since this was asked.
    pub fn without_checksum(&mut self) -> u64 {
        match &mut self.format {
            Format::Zstd(frames) => std::mem::take(&mut frames.without_checksum),
            _ => 0,
        }
    }
}

impl Format {
    fn is_inside(&self) -> bool {
        match self {
            Format::Plain => true,
            Format::Gzip(members) => members.is_inside,
            Format::Zstd(frames) => frames.is_inside,
        }
    }
}

fn plain(packed: &mut Packed, out: &mut Vec<u8>) -> Result<Step, Problem> {
    let bytes = packed.peek(1)?;
    let len = bytes.len();
    out.extend_from_slice(bytes);
    packed.take(len);
    Ok(if len == 0 { Step::End } else { Step::Bytes(len) })
}
