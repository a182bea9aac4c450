//! Parts: what the cleaner leaves of each row group, one behind the other in one file.
//!
//! A part is its kind (one byte), its length (eight bytes, little-endian) and its bytes. The invariant: a file of parts that was
//! cut off anywhere is noticed.

use std::io::{self, Read};

/// What became of the text column of a row group.
pub enum Part {
    /// A Parquet file of one row group that holds nothing but the column.
    Column(Vec<u8>),
    /// It stays as it is in the input.
    Kept,
}

/// Length of what stands before the bytes.
const HEAD: usize = 9;

/// The part that says that everything stays as it is.
pub fn kept() -> Vec<u8> {
    vec![0; HEAD]
}

/// A part to which the bytes of a column are to be appended, with room for so many.
pub fn begin(room: usize) -> Vec<u8> {
    let mut part = Vec::with_capacity(HEAD + room);
    part.push(1);
    part.resize(HEAD, 0);
    part
}

/// The part to which all bytes were appended.
pub fn end(mut part: Vec<u8>) -> Vec<u8> {
    let len = (part.len() - HEAD) as u64;
    part[1..HEAD].copy_from_slice(&len.to_le_bytes());
    part
}

impl Part {
    pub fn read(parts: &mut impl Read) -> io::Result<Part> {
        let mut head = [0; HEAD];
        parts.read_exact(&mut head)?;
        let [kind, len @ ..] = head;
        let len = u64::from_le_bytes(len);
        let mut bytes = Vec::new();
        // Where there is no such room, reading says so.
        let _ = bytes.try_reserve_exact(usize::try_from(len).unwrap_or(0));
        parts.take(len).read_to_end(&mut bytes)?;
        match kind {
            _ if bytes.len() as u64 != len => Err(io::ErrorKind::UnexpectedEof.into()),
            0 => Ok(Part::Kept),
            1 => Ok(Part::Column(bytes)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a part is of no known kind")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_were_cut_off_are_noticed() {
        let mut bytes = begin(0);
        bytes.extend(b"abc");
        let bytes = end(bytes);
        assert!(matches!(Part::read(&mut &bytes[..]), Ok(Part::Column(read)) if read == b"abc"));
        assert!(matches!(Part::read(&mut &kept()[..]), Ok(Part::Kept)));
        for len in 0..bytes.len() {
            assert!(Part::read(&mut &bytes[..len]).is_err(), "{len}");
        }
        assert!(Part::read(&mut &[2, 0, 0, 0, 0, 0, 0, 0, 0][..]).is_err());
    }
}
