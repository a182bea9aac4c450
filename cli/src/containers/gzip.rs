//! gzip, member by member (RFC 1952).
//!
//! The invariant: a member whose checksum or length does not fit is an error, and so is a file that ends inside one; zeros
//! behind the last member are padding, anything else there is an error. A file that was cut off exactly between two members
//! cannot be told from a whole one.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::decode::{OUT, Step};
use super::packed::Packed;
use super::problem::{Place, Problem, ProblemKind};

/// Longest header of a member; names and comments have no limit of their own.
const MAX_HEADER: usize = 1 << 20;
/// Packed bytes that are tried when a member is looked for behind damage.
const TRIAL: usize = 16 << 10;

/// Unpacks gzip members.
pub struct Members {
    inflate: Decompress,
    crc: Crc,
    pub is_inside: bool,
    scratch: Vec<u8>,
}

impl Members {
    pub fn new() -> Self {
        let inflate = Decompress::new(false);
        Members { inflate, crc: Crc::new(), is_inside: false, scratch: vec![0; OUT] }
    }

    /// One step.
    pub fn step(&mut self, packed: &mut Packed, out: &mut Vec<u8>) -> Result<Step, Problem> {
        if self.is_inside { self.inflate(packed, out) } else { self.start(packed) }
    }

    fn start(&mut self, packed: &mut Packed) -> Result<Step, Problem> {
        let offset = packed.offset();
        let at = |kind, what: &str| Problem::new(kind, Place::Byte(offset), what);
        let head = packed.peek(3)?;
        match head {
            [] if offset > 0 => return Ok(Step::End),
            [0, ..] if offset > 0 => return self.padding(packed),
            [0x1F, 0x8B, 8, ..] => {}
            _ if [0x1F, 0x8B, 8].starts_with(head) => {
                return Err(at(ProblemKind::Truncated, "the gzip file is cut off here"));
            }
            [0x1F, 0x8B, ..] => {
                let what = "the gzip member is compressed by an unknown method; it is damaged";
                return Err(at(ProblemKind::Corrupt, what));
            }
            _ => {
                let what = "what stands behind the last gzip member is no gzip; cut it off, or use --salvage";
                return Err(at(ProblemKind::Trailing, what));
            }
        }
        let len = header(packed)?;
        packed.take(len);
        self.inflate.reset(false);
        self.crc.reset();
        self.is_inside = true;
        Ok(Step::Start(offset))
    }

    fn padding(&mut self, packed: &mut Packed) -> Result<Step, Problem> {
        loop {
            let bytes = packed.peek(1)?;
            let len = bytes.len();
            if len == 0 {
                return Ok(Step::End);
            }
            if let Some(at) = bytes.iter().position(|&byte| byte != 0) {
                let place = Place::Byte(packed.offset() + at as u64);
                let what = "something stands behind the zeros after the last gzip member; cut it off, or use --salvage";
                return Err(Problem::new(ProblemKind::Trailing, place, what));
            }
            packed.take(len);
        }
    }

    fn inflate(&mut self, packed: &mut Packed, out: &mut Vec<u8>) -> Result<Step, Problem> {
        let input = packed.peek(1)?;
        if input.is_empty() {
            return Err(cut_off(packed.offset()));
        }
        let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
        let result = self.inflate.decompress(input, &mut self.scratch, FlushDecompress::None);
        let taken = (self.inflate.total_in() - before_in) as usize;
        let made = (self.inflate.total_out() - before_out) as usize;
        packed.take(taken);
        self.crc.update(&self.scratch[..made]);
        out.extend_from_slice(&self.scratch[..made]);
        let place = Place::Byte(packed.offset());
        let damaged = |what: &str| Problem::new(ProblemKind::Corrupt, place, what);
        match result {
            Err(_) => Err(damaged("the gzip data is damaged at or before this place")),
            Ok(Status::StreamEnd) => self.trailer(packed).map(|()| Step::Bytes(made)),
            Ok(_) if taken == 0 && made == 0 => {
                Err(damaged("the gzip data leads nowhere; it is damaged"))
            }
            Ok(_) => Ok(Step::Bytes(made)),
        }
    }

    fn trailer(&mut self, packed: &mut Packed) -> Result<(), Problem> {
        let place = Place::Byte(packed.offset());
        let &[a, b, c, d, e, f, g, h, ..] = packed.peek(8)? else {
            return Err(cut_off(packed.offset()));
        };
        packed.take(8);
        self.is_inside = false;
        let crc = u32::from_le_bytes([a, b, c, d]);
        let len = u32::from_le_bytes([e, f, g, h]);
        // The length is stored modulo 2^32.
        let is_right = crc == self.crc.sum() && len == self.inflate.total_out() as u32;
        let what = "the checksum of the gzip member that ends here is wrong; its data is damaged";
        if is_right { Ok(()) } else { Err(Problem::new(ProblemKind::Corrupt, place, what)) }
    }

    /// Goes on outside any member.
    pub fn leave(&mut self) {
        self.is_inside = false;
    }
}

fn cut_off(offset: u64) -> Problem {
    let what = "the file ends here, inside a gzip member; it was cut off";
    Problem::new(ProblemKind::Truncated, Place::Byte(offset), what)
}

/// Length of a member's header.
fn header(packed: &mut Packed) -> Result<usize, Problem> {
    let mut need = 10;
    loop {
        let offset = packed.offset();
        let bytes = packed.peek(need)?;
        if bytes.len() < need {
            return Err(cut_off(offset + bytes.len() as u64));
        }
        if bytes[3] & 0xE0 != 0 {
            let what = "the gzip header has unknown flags; it is damaged";
            return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(offset + 3), what));
        }
        match header_len(bytes) {
            Some((len, false)) => return Ok(len),
            Some((len, true)) => {
                let sum = u16::from_le_bytes([bytes[len - 2], bytes[len - 1]]);
                let mut crc = Crc::new();
                crc.update(&bytes[..len - 2]);
                if crc.sum() as u16 == sum {
                    return Ok(len);
                }
                let what = "the checksum of the gzip header is wrong; it is damaged";
                return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(offset), what));
            }
            None if bytes.len() > MAX_HEADER => {
                let what = "the gzip header is longer than 1 MiB; it is damaged";
                return Err(Problem::new(ProblemKind::Corrupt, Place::Byte(offset), what));
            }
            None => need = bytes.len() + 1,
        }
    }
}

/// Length of a header, and whether its last two bytes are a checksum; none where it is not there as a whole.
fn header_len(bytes: &[u8]) -> Option<(usize, bool)> {
    let flags = *bytes.get(3)?;
    let mut len = 10;
    if flags & 4 != 0 {
        let &[low, high] = bytes.get(len..len + 2)? else { return None };
        len += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            len += memchr::memchr(0, bytes.get(len..)?)? + 1;
        }
    }
    let has_sum = flags & 2 != 0;
    len += if has_sum { 2 } else { 0 };
    (len <= bytes.len()).then_some((len, has_sum))
}

/// Where in these bytes a member may start, that can be unpacked for a while.
pub fn find_member(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"\x1F\x8B\x08").find(|&at| {
        let member = &bytes[at..bytes.len().min(at + TRIAL)];
        let Some((len, _)) = header_len(member) else { return false };
        let mut out = vec![0; TRIAL];
        member[3] & 0xE0 == 0
            && Decompress::new(false)
                .decompress(&member[len..], &mut out, FlushDecompress::None)
                .is_ok()
    })
}
