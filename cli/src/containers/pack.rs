//! Compressing output: whole gzip members or zstd frames, always with checksums.

use std::io;
use std::sync::{Mutex, PoisonError};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::buffers::Buffers;
use super::shape::Codec;

/// How output is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    pub codec: Codec,
    pub level: Option<i32>,
}

impl Packing {
    /// Nothing is compressed.
    pub const PLAIN: Packing = Packing { codec: Codec::Plain, level: None };

    /// Bytes as one member or frame.
    pub fn pack(self, bytes: Vec<u8>) -> Vec<u8> {
        if self.codec == Codec::Plain {
            return bytes;
        }
        let mut packed = Vec::new();
        self.packer().pack_onto(&bytes, &mut packed);
        drop(bytes);
        packed.shrink_to_fit();
        packed
    }

    /// What packs with any number of threads.
    pub fn packers(self) -> Packers {
        Packers { packing: self, idle: Mutex::default() }
    }

    /// What makes any number of members or frames.
    fn packer(self) -> Packer {
        Packer(match self.codec {
            Codec::Plain => Kind::Plain,
            Codec::Gzip => {
                let level = self.level.map_or(6, |level| level.clamp(0, 9).unsigned_abs());
                Kind::Gzip(Box::new(Compress::new(Compression::new(level), false)))
            }
            Codec::Zstd => {
                let level = self.level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL);
                let compressor = Compressor::new(level).and_then(|mut compressor| {
                    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
                    Ok(compressor)
                });
                Kind::Zstd(compressor.expect("the level was checked"))
            }
        })
    }
}

/// Packers that are used again and again: one takes a megabyte, and time to set up.
pub struct Packers {
    packing: Packing,
    idle: Mutex<Vec<Packer>>,
}

impl Packers {
    /// A packer, as if it were new.
    pub fn take(&self) -> Packer {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| self.packing.packer())
    }

    pub fn give(&self, packer: Packer) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(packer);
    }

    /// Bytes as one member or frame.
    pub fn pack(&self, bytes: Vec<u8>, buffers: &Buffers) -> Vec<u8> {
        if self.packing.codec == Codec::Plain {
            return bytes;
        }
        let mut packer = self.take();
        let mut packed = buffers.take(0);
        packer.pack_onto(&bytes, &mut packed);
        self.give(packer);
        buffers.give(bytes);
        packed
    }
}

/// Makes members or frames, one after the other.
pub struct Packer(Kind);

enum Kind {
    Plain,
    Gzip(Box<Compress>),
    Zstd(Compressor<'static>),
}

/// A gzip header without a name and a time, so that the same bytes come to the same member.
const GZIP_HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

impl Packer {
    /// Appends bytes as one member or frame.
    pub fn pack_onto(&mut self, bytes: &[u8], packed: &mut Vec<u8>) {
        match &mut self.0 {
            Kind::Plain => packed.extend_from_slice(bytes),
            Kind::Gzip(compress) => {
                let mut crc = Crc::new();
                crc.update(bytes);
                gzip(compress, bytes, true, Some((crc.sum(), crc.amount())), packed);
            }
            Kind::Zstd(compressor) => {
                zstd(compressor, bytes, packed).expect("there is room for the frame");
            }
        }
    }

    /// Appends a piece of what is to be one gzip member; `sum` is the checksum and length of all pieces, with the last of them.
    /// As zstd each piece is a frame.
    pub fn pack_piece(
        &mut self,
        bytes: &[u8],
        is_first: bool,
        sum: Option<(u32, u32)>,
        packed: &mut Vec<u8>,
    ) {
        match &mut self.0 {
            Kind::Gzip(compress) => gzip(compress, bytes, is_first, sum, packed),
            _ => self.pack_onto(bytes, packed),
        }
    }
}

fn gzip(
    compress: &mut Compress,
    bytes: &[u8],
    is_first: bool,
    sum: Option<(u32, u32)>,
    packed: &mut Vec<u8>,
) {
    if is_first {
        packed.extend_from_slice(&GZIP_HEADER);
    }
    compress.reset();
    // A piece that is not the last ends at a whole byte, and nothing behind it looks back at it.
    let flush = if sum.is_some() { FlushCompress::Finish } else { FlushCompress::Full };
    loop {
        let taken = compress.total_in() as usize;
        packed.reserve((bytes.len() - taken) / 3 + 4096);
        let room = packed.capacity() - packed.len();
        let before = compress.total_out();
        let status = compress
            .compress_vec(&bytes[taken..], packed, flush)
            .expect("whatever it is, it can be compressed");
        let made = (compress.total_out() - before) as usize;
        let is_done = match sum {
            Some(_) => status == Status::StreamEnd,
            None => compress.total_in() as usize == bytes.len() && made < room,
        };
        if is_done {
            break;
        }
    }
    if let Some((crc, len)) = sum {
        packed.extend(crc.to_le_bytes());
        packed.extend(len.to_le_bytes());
    }
}

fn zstd(
    compressor: &mut Compressor<'static>,
    bytes: &[u8],
    packed: &mut Vec<u8>,
) -> io::Result<()> {
    packed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
    let mut target = io::Cursor::new(packed);
    target.set_position(target.get_ref().len() as u64);
    // Writes from where the cursor stands.
    let len = compressor.compress_to_buffer(bytes, &mut target)?;
    debug_assert!(len > 0, "an empty frame is a frame too");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn pieces_become_one_gzip_member() {
        let bytes: Vec<u8> =
            (0..300_000u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        for size in [1_000, 100_000, 2_000_000] {
            for level in [0, 1, 6] {
                let packing = Packing { codec: Codec::Gzip, level: Some(level) };
                let mut crc = Crc::new();
                crc.update(&bytes);
                let mut packed = Vec::new();
                let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
                for (at, piece) in pieces.iter().enumerate() {
                    let sum = (at + 1 == pieces.len()).then(|| (crc.sum(), crc.amount()));
                    packing.packer().pack_piece(piece, at == 0, sum, &mut packed);
                }
                let mut unpacked = Vec::new();
                let mut decoder = flate2::bufread::GzDecoder::new(&packed[..]);
                decoder.read_to_end(&mut unpacked).expect("it is one member");
                assert!(unpacked == bytes && decoder.into_inner().is_empty(), "{size} {level}");
            }
        }
    }

    #[test]
    fn nothing_is_a_member_or_frame_too() {
        for codec in [Codec::Gzip, Codec::Zstd] {
            let packed = Packing { codec, level: None }.pack(Vec::new());
            assert_eq!(crate::containers::tests::unpack(codec, &packed), b"");
            assert!(!packed.is_empty());
        }
    }
}
