//! zstd, frame by frame (RFC 8878).
//!
//! The invariant: a file that ends inside a frame is an error, and so is anything behind the last frame that is none. A
//! frame without a checksum is told: damage in it cannot be noticed.

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::decode::{OUT, Step};
use super::packed::Packed;
use super::problem::{Place, Problem, ProblemKind};

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Bytes that a decoder wants first.
const FIRST: usize = 5;

/// Unpacks zstd frames.
pub struct Frames {
    decoder: Decoder<'static>,
    pub is_inside: bool,
    /// Bytes that the decoder wants next. Fed no more than that, it passes on every block before it looks at the next, so that
    /// nothing is held back when damage comes.
    wanted: usize,
    /// What is left inside the decoder, that no further input is needed for.
    is_flushing: bool,
    scratch: Vec<u8>,
    /// Frames without a checksum that were begun since this was asked.
    pub without_checksum: u64,
}

impl Frames {
    pub fn new(max_window_log: u32) -> Result<Self, Problem> {
        let failed = |error| {
            let what = format!("zstd windows of 2^{max_window_log} bytes cannot be had: {error}");
            Problem::of_file(ProblemKind::Option, what)
        };
        let mut decoder = Decoder::new().map_err(failed)?;
        decoder.set_parameter(DParameter::WindowLogMax(max_window_log)).map_err(failed)?;
        let scratch = vec![0; OUT];
        Ok(Frames {
            decoder,
            is_inside: false,
            wanted: FIRST,
            is_flushing: false,
            scratch,
            without_checksum: 0,
        })
    }

    /// One step.
    pub fn step(&mut self, packed: &mut Packed, out: &mut Vec<u8>) -> Result<Step, Problem> {
        if self.is_inside { self.decode(packed, out) } else { self.start(packed) }
    }

    fn start(&mut self, packed: &mut Packed) -> Result<Step, Problem> {
        let offset = packed.offset();
        let at = |kind, what: &str| Problem::new(kind, Place::Byte(offset), what);
        let head = packed.peek(5)?;
        match head {
            [] if offset > 0 => return Ok(Step::End),
            [0x28, 0xB5, 0x2F, 0xFD, flags, ..] => {
                self.without_checksum += u64::from(flags & 4 == 0);
            }
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, _, ..] => {}
            _ if MAGIC.starts_with(head) || is_part_of_magic(head) => {
                return Err(at(ProblemKind::Truncated, "the zstd file is cut off here"));
            }
            _ => {
                let what = "what stands behind the last zstd frame is no zstd; cut it off, or use --salvage";
                return Err(at(ProblemKind::Trailing, what));
            }
        }
        self.is_inside = true;
        self.wanted = FIRST;
        Ok(Step::Start(offset))
    }

    fn decode(&mut self, packed: &mut Packed, out: &mut Vec<u8>) -> Result<Step, Problem> {
        let offset = packed.offset();
        let bytes = if self.is_flushing { &[] } else { packed.peek(1)? };
        let bytes = &bytes[..bytes.len().min(self.wanted)];
        if bytes.is_empty() && !self.is_flushing {
            let what = "the file ends here, inside a zstd frame; it was cut off";
            return Err(Problem::new(ProblemKind::Truncated, Place::Byte(offset), what));
        }
        let mut input = InBuffer::around(bytes);
        let mut output = OutBuffer::around(&mut self.scratch[..]);
        let result = self.decoder.run(&mut input, &mut output);
        let (taken, made) = (input.pos(), output.pos());
        packed.take(taken);
        out.extend_from_slice(&self.scratch[..made]);
        let hint = result.map_err(|error| {
            let text = error.to_string();
            let what = match text.contains("too much memory") {
                true => format!("the zstd window is larger than allowed: {text}"),
                false => format!("the zstd frame is damaged at or behind this place: {text}"),
            };
            Problem::new(ProblemKind::Corrupt, Place::Byte(offset), what)
        })?;
        self.wanted = hint.max(1);
        if hint == 0 {
            self.is_inside = false;
        }
        self.is_flushing = hint != 0 && made == self.scratch.len();
        Ok(Step::Bytes(made))
    }

    /// Goes on outside any frame.
    pub fn leave(&mut self) -> Result<(), Problem> {
        (self.is_inside, self.is_flushing) = (false, false);
        self.decoder.reinit().map_err(|error| {
            Problem::of_file(ProblemKind::Io, format!("zstd cannot be started again: {error}"))
        })
    }
}

/// Whether a file that ends with these bytes ends inside a frame's first bytes.
fn is_part_of_magic(head: &[u8]) -> bool {
    match head {
        [first, rest @ ..] => (0x50..=0x5F).contains(first) && [0x2A, 0x4D, 0x18].starts_with(rest),
        [] => true,
    }
}

/// Where in these bytes a frame may start, that can be unpacked for a while.
pub fn find_frame(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, &MAGIC).find(|&at| {
        let mut out = vec![0; OUT];
        let mut output = OutBuffer::around(&mut out[..]);
        let mut input = InBuffer::around(&bytes[at..]);
        Decoder::new().and_then(|mut decoder| decoder.run(&mut input, &mut output)).is_ok()
    })
}
