//! Parts: what the cleaner leaves of each row group.
//!
//! A part is its kind, one byte, and the bytes of a column. Made by the cleaner, put together by `assemble`.

use std::io;

use bytes::{Buf, Bytes};

/// What became of the text column of a row group.
pub enum Part {
    /// A Parquet file of one row group that holds nothing but the column.
    Column(Bytes),
    /// It stays as it is in the input.
    Kept,
}

const KEPT: u8 = 0;
const COLUMN: u8 = 1;

/// The part that says that everything stays as it is.
pub fn kept() -> Vec<u8> {
    vec![KEPT]
}

/// A part to which the bytes of a column are to be appended, with room for so many.
pub fn begin(room: usize) -> Vec<u8> {
    let mut part = Vec::with_capacity(1 + room);
    part.push(COLUMN);
    part
}

impl Part {
    /// Reads a part, whose bytes are not copied.
    pub fn read(part: Vec<u8>) -> io::Result<Part> {
        let mut bytes = Bytes::from(part);
        match bytes.try_get_u8() {
            Ok(KEPT) if bytes.is_empty() => Ok(Part::Kept),
            Ok(COLUMN) => Ok(Part::Column(bytes)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a part is of no known kind")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_were_made() {
        let mut part = begin(0);
        part.extend(b"abc");
        assert!(matches!(Part::read(part), Ok(Part::Column(read)) if read == b"abc"[..]));
        assert!(matches!(Part::read(kept()), Ok(Part::Kept)));
        for none in [&b""[..], &[2], &[KEPT, 0]] {
            assert!(Part::read(none.to_vec()).is_err(), "{none:?}");
        }
    }
}
