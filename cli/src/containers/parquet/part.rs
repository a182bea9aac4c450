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

impl Part {
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, bytes) = match self {
            Part::Kept => (0, &[][..]),
            Part::Column(bytes) => (1, &bytes[..]),
        };
        let mut part = vec![kind];
        part.extend((bytes.len() as u64).to_le_bytes());
        part.extend(bytes);
        part
    }

    pub fn read(parts: &mut impl Read) -> io::Result<Part> {
        let mut head = [0; 9];
        parts.read_exact(&mut head)?;
        let [kind, len @ ..] = head;
        let len = u64::from_le_bytes(len);
        let mut bytes = Vec::new();
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
        let bytes = Part::Column(b"abc".to_vec()).to_bytes();
        assert!(matches!(Part::read(&mut &bytes[..]), Ok(Part::Column(read)) if read == b"abc"));
        assert!(matches!(Part::read(&mut &Part::Kept.to_bytes()[..]), Ok(Part::Kept)));
        for len in 0..bytes.len() {
            assert!(Part::read(&mut &bytes[..len]).is_err(), "{len}");
        }
        assert!(Part::read(&mut &[2, 0, 0, 0, 0, 0, 0, 0, 0][..]).is_err());
    }
}
