//! Phrase records: phrases one behind the other, each behind a header that says how long it is and whose.
//!
//! A header is seven bytes below 0x80 that carry seven bits each: 14 bits of length, 32 bits of owner and two flags. The
//! invariant: because headers are ASCII, records that are UTF-8 as a whole hold phrases that are UTF-8 each, so that one
//! check of all of them is enough. Written by the builder of the phrase table, read by it and by stored rules.

/// Bytes of a header.
const HEADER: usize = 7;
/// Longest phrase, in bytes.
pub(crate) const MAX_PHRASE: usize = (1 << 14) - 1;
/// The owner is the place of a list of owners.
const IS_LIST: u64 = 1 << 32;
/// The phrase stands in an earlier record, too, whose list names this one's owner.
const IS_REPEATED: u64 = 1 << 33;

/// A phrase and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub phrase: &'a [u8],
    pub owner: Owner,
    /// Where the next record starts.
    pub end: usize,
}

/// Whose a phrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    One(u32),
    /// The place of a list of owners.
    List(u32),
    /// The owner of a phrase that was somebody else's before.
    Repeated(u32),
}

/// Appends a record.
///
/// # Panics
///
/// When the phrase is empty or longer than [`MAX_PHRASE`].
pub(crate) fn push(records: &mut Vec<u8>, phrase: &str, owner: u32) {
    assert!((1..=MAX_PHRASE).contains(&phrase.len()), "a record holds a phrase that fits");
    records.extend_from_slice(&header(phrase.len(), Owner::One(owner)));
    records.extend_from_slice(phrase.as_bytes());
}

/// Changes the owner of a record that was pushed before.
pub(crate) fn set_owner(records: &mut [u8], at: usize, owner: Owner) {
    let len = read(records, at).expect("the record was pushed before").phrase.len();
    records[at..at + HEADER].copy_from_slice(&header(len, owner));
}

/// The record at a place, if there can be one.
#[inline]
pub(crate) fn read(records: &[u8], at: usize) -> Option<Record<'_>> {
    // No phrase is empty, so that eight bytes can be read where a record is.
    let head = records.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))?;
    // Seven times seven bits: pairs, fours, all.
    let head = (head & 0x007F_007F_007F_007F) | ((head >> 1) & 0x3F80_3F80_3F80_3F80);
    let head = (head & 0x0000_3FFF_0000_3FFF) | ((head >> 2) & 0x0FFF_C000_0FFF_C000);
    let head = (head & 0x0000_0000_0FFF_FFFF) | ((head >> 4) & 0x0001_FFFF_F000_0000);
    let start = at + HEADER;
    let end = start + (head & MAX_PHRASE as u64) as usize;
    let phrase = records.get(start..end).filter(|phrase| !phrase.is_empty())?;
    let owner = head >> 14;
    let value = owner as u32;
    let owner = match (owner & IS_LIST != 0, owner & IS_REPEATED != 0) {
        (false, false) => Owner::One(value),
        (true, _) => Owner::List(value),
        (false, true) => Owner::Repeated(value),
    };
    Some(Record { phrase, owner, end })
}

/// All records from a place up to another, as far as they can be read.
pub(crate) fn all(
    records: &[u8],
    from: usize,
    to: usize,
) -> impl Iterator<Item = (usize, Record<'_>)> {
    let records = records.get(..to).unwrap_or(records);
    let mut at = from;
    std::iter::from_fn(move || {
        let here = at;
        let record = read(records, here)?;
        at = record.end;
        Some((here, record))
    })
}

fn header(len: usize, owner: Owner) -> [u8; HEADER] {
    let owner = match owner {
        Owner::One(owner) => u64::from(owner),
        Owner::List(place) => u64::from(place) | IS_LIST,
        Owner::Repeated(owner) => u64::from(owner) | IS_REPEATED,
    };
    let head = len as u64 | (owner << 14);
    std::array::from_fn(|at| (head >> (7 * at)) as u8 & 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_read() {
        let mut records = Vec::new();
        let owners = [0, 1, 127, 128, 0x7FFF_FFFF, 0x8000_0000, u32::MAX];
        let longest = "x".repeat(MAX_PHRASE);
        let phrases = ["a", "source link", "相关阅读", longest.as_str()];
        let mut expected = Vec::new();
        for owner in owners {
            for phrase in phrases {
                for kind in [Owner::One, Owner::List, Owner::Repeated] {
                    let at = records.len();
                    push(&mut records, phrase, owner);
                    set_owner(&mut records, at, kind(owner));
                    expected.push((at, phrase, kind(owner)));
                }
            }
        }
        let read: Vec<_> = all(&records, 0, records.len())
            .map(|(at, record)| {
                (at, std::str::from_utf8(record.phrase).expect("it is text"), record.owner)
            })
            .collect();
        assert_eq!(read, expected);
        assert!(std::str::from_utf8(&records).is_ok());
    }

    #[test]
    fn a_record_that_is_cut_is_none() {
        let mut records = Vec::new();
        push(&mut records, "source link", 7);
        for cut in 0..records.len() {
            assert_eq!(read(&records[..cut], 0), None, "{cut}");
        }
        assert_eq!(read(&records, usize::MAX), None);
        records[0] = 0;
        assert_eq!(read(&records, 0), None, "an empty phrase is no phrase");
    }
}
