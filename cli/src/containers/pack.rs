//! Compressing the output of a block: whole gzip members or zstd frames, always with checksums.

use std::io::{self, Write};

use super::shape::Codec;

/// How output is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    pub codec: Codec,
    pub level: Option<i32>,
}

impl Packing {
    /// Bytes as one member or frame.
    pub fn pack(self, bytes: Vec<u8>) -> Vec<u8> {
        match self.codec {
            Codec::Plain => bytes,
            Codec::Gzip => {
                let mut packed = Vec::with_capacity(bytes.len() / 3 + 64);
                self.pack_onto(&bytes, &mut packed);
                packed
            }
            Codec::Zstd => {
                let mut packed = Vec::with_capacity(bytes.len() / 3 + 64);
                self.pack_onto(&bytes, &mut packed);
                packed
            }
        }
    }

    /// Appends bytes as one member or frame.
    pub fn pack_onto(self, bytes: &[u8], packed: &mut Vec<u8>) {
        let result = match self.codec {
            Codec::Plain => {
                packed.extend_from_slice(bytes);
                Ok(())
            }
            Codec::Gzip => self.gzip(bytes, packed),
            Codec::Zstd => self.zstd(bytes, packed),
        };
        result.expect("writing to memory does not fail, and the level was checked");
    }

    fn gzip(self, bytes: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
        let level = self.level.map_or(6, |level| level.clamp(0, 9).unsigned_abs());
        let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::new(level));
        encoder.write_all(bytes)?;
        encoder.finish().map(|_| ())
    }

    fn zstd(self, bytes: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
        let level = self.level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL);
        let mut encoder = zstd::Encoder::new(packed, level)?;
        encoder.include_checksum(true)?;
        encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
        encoder.write_all(bytes)?;
        encoder.finish().map(|_| ())
    }
}
