//! What a packed stream unpacks to, as a reader: for the commands that read one file from front to back.
//!
//! The invariant: a stream of which any part does not unpack as it should ends in an error that says where, never early.

use std::io::{self, Read};

use super::decode::{Decoder, Step};
use super::options::Options;
use super::problem::Problem;
use super::shape::Codec;

/// A reader of what another one unpacks to.
///
/// # Errors
///
/// When there is no memory for it.
pub fn unpacked(reader: Box<dyn Read + Send>, codec: Codec) -> Result<Box<dyn Read>, Problem> {
    if codec == Codec::Plain {
        return Ok(reader);
    }
    let decoder = Decoder::new(reader, codec, &Options::default())?;
    Ok(Box::new(Unpacked { decoder, bytes: Vec::new(), taken: 0 }))
}

struct Unpacked {
    decoder: Decoder,
    bytes: Vec<u8>,
    /// How many of them were passed on.
    taken: usize,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
            if let Step::End = self.decoder.step(&mut self.bytes).map_err(io::Error::other)? {
                return Ok(0);
            }
        }
        let rest = &self.bytes[self.taken..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.taken += len;
        Ok(len)
    }
}
