//! The container of a compiled rule set: a header, a directory, and named sections.
//!
//! ```text
//! 0   magic, 8 bytes              16  format, u32      24  vocabulary, u64      40  number of sections, u32
//! 8   xxh3 of all from 16, u64    20  model, u32       32  length of all, u64   44  zero
//! 48  for each section: name, 16 bytes, filled up with zeros; offset, u64; length, u64
//!     the sections, each at a multiple of 8
//! ```
//!
//! All numbers are little-endian. The invariant: sections that were opened lie in the bytes, and the same sections in the
//! same order are written as the same bytes. Used by whoever compiles rules and by whoever loads them.

use xxhash_rust::xxh3::xxh3_64;

use super::bytes::{Bytes, Section};
use super::error::CompiledError;
use crate::model::MODEL;
use crate::rules::category::{Category, Edge, Weight};
use crate::text::fold::fold_phrase;

/// What a compiled rule set starts with; no text does.
pub(crate) const MAGIC: [u8; 8] = *b"\x8Funchaff";
/// Version of the layout of all sections.
const FORMAT: u32 = 4;
const HEADER: usize = 48;
const ENTRY: usize = 32;
const NAME: usize = 16;

/// A directory over the sections of some bytes.
#[derive(Clone, Debug)]
pub(crate) struct Sections {
    found: Vec<([u8; NAME], Section)>,
}

/// Whether bytes were checked when they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They come from this very process or program.
    Own,
    /// They come from anywhere.
    None,
}

impl Sections {
    /// Finds the sections.
    ///
    /// # Errors
    ///
    /// When the bytes are no compiled rule set, one of another version, cut short, or not what was written.
    pub(crate) fn open(bytes: &Bytes, trust: Trust) -> Result<Self, CompiledError> {
        let cut = || CompiledError::damaged("it ends too early");
        if !bytes.starts_with(&MAGIC) {
            return Err(CompiledError::not_compiled());
        }
        let header = Section::new(bytes, 0..HEADER).ok_or_else(cut)?;
        let (u32, u64) = (|at: usize| header.u32(at / 4), |at: usize| header.u64(at / 8));
        let versions = (u32(16), u32(20), u64(24));
        if versions != (Some(FORMAT), Some(MODEL), Some(vocabulary())) {
            return Err(CompiledError::other_version());
        }
        match u64(32) {
            Some(len) if len > bytes.len() as u64 => return Err(cut()),
            Some(len) if len < bytes.len() as u64 => {
                return Err(CompiledError::damaged("bytes follow behind its end"));
            }
            _ => {}
        }
        if trust == Trust::None && u64(8) != Some(xxh3_64(&bytes[16..])) {
            return Err(CompiledError::damaged("its checksum is wrong"));
        }
        let count = u32(40).map_or(0, |count| count as usize);
        let directory = HEADER..HEADER.saturating_add(count.saturating_mul(ENTRY));
        let directory = Section::new(bytes, directory).ok_or_else(cut)?;
        let mut found = Vec::new();
        for at in 0..count {
            let entry = &directory[at * ENTRY..][..ENTRY];
            let name: [u8; NAME] = std::array::from_fn(|at| entry[at]);
            let number = |at: usize| directory.u64(at).and_then(|n| usize::try_from(n).ok());
            let offset = number(at * ENTRY / 8 + 2);
            let end =
                offset.zip(number(at * ENTRY / 8 + 3)).and_then(|(at, len)| at.checked_add(len));
            let section = offset.zip(end).and_then(|(at, end)| Section::new(bytes, at..end));
            let outside = || {
                let name = String::from_utf8_lossy(&name);
                CompiledError::damaged(format_args!("the section {name:?} lies outside"))
            };
            found.push((name, section.ok_or_else(outside)?));
        }
        Ok(Sections { found })
    }

    /// The section of a name.
    pub(crate) fn find(&self, name: &str) -> Option<Section> {
        let name = padded(name);
        self.found.iter().find(|(other, _)| *other == name).map(|(_, section)| section.clone())
    }

    /// The section of a name, which every rule set has.
    pub(crate) fn get(&self, name: &str) -> Result<Section, CompiledError> {
        self.find(name)
            .ok_or_else(|| CompiledError::damaged(format_args!("the section {name:?} is missing")))
    }
}

/// Writes sections one behind the other.
#[derive(Debug, Default)]
pub(crate) struct SectionsWriter {
    sections: Vec<([u8; NAME], Vec<u8>)>,
}

impl SectionsWriter {
    /// Adds a section of bytes.
    pub(crate) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.sections.push((padded(name), bytes));
    }

    /// Adds a section of numbers.
    pub(crate) fn add_u32s(&mut self, name: &str, numbers: impl IntoIterator<Item = u32>) {
        self.add(name, numbers.into_iter().flat_map(u32::to_le_bytes).collect());
    }

    /// Adds a section of numbers.
    pub(crate) fn add_u64s(&mut self, name: &str, numbers: impl IntoIterator<Item = u64>) {
        self.add(name, numbers.into_iter().flat_map(u64::to_le_bytes).collect());
    }

    /// The bytes of all of it.
    pub(crate) fn finish(self) -> Vec<u8> {
        let aligned = |len: usize| len.next_multiple_of(8);
        let start = HEADER + self.sections.len() * ENTRY;
        let len = self.sections.iter().fold(start, |at, (_, bytes)| at + aligned(bytes.len()));
        let mut all = Vec::with_capacity(len);
        all.extend(MAGIC);
        all.extend([0; 8]);
        all.extend(FORMAT.to_le_bytes());
        all.extend(MODEL.to_le_bytes());
        all.extend(vocabulary().to_le_bytes());
        all.extend((len as u64).to_le_bytes());
        all.extend((self.sections.len() as u64).to_le_bytes());
        let mut at = start;
        for (name, bytes) in &self.sections {
            all.extend(name);
            all.extend((at as u64).to_le_bytes());
            all.extend((bytes.len() as u64).to_le_bytes());
            at += aligned(bytes.len());
        }
        for (_, bytes) in self.sections {
            all.extend_from_slice(&bytes);
            all.resize(aligned(all.len()), 0);
        }
        let checksum = xxh3_64(&all[16..]);
        all[8..16].copy_from_slice(&checksum.to_le_bytes());
        all
    }
}

fn padded(name: &str) -> [u8; NAME] {
    assert!(name.len() <= NAME, "the name of a section fits the directory");
    std::array::from_fn(|at| name.as_bytes().get(at).copied().unwrap_or(0))
}

/// A hash of the words that are stored as numbers, and of how letters fold: a rule set is of no use where these differ.
fn vocabulary() -> u64 {
    let mut words = fold_phrase(FOLDED);
    let names = Category::ALL.iter().map(|one| one.name());
    let names = names.chain(Weight::ALL.iter().map(|one| one.name()));
    words.extend(names.chain(Edge::ALL.iter().map(|one| one.name())));
    xxh3_64(words.as_bytes())
}

/// Letters, marks and dress of every kind that folding treats in a way of its own.
const FOLDED: &str = "» * # [İıΣς ẞß Ａｂ“q”‘q’—…é e\u{301} I\u{307} ｶﾞ が Ё й ﬁ ２ ٣ \u{200B}\u{AD}\u{A0}x](https://example.org) | → •";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::compiled::error::CompiledErrorKind;

    fn written() -> Vec<u8> {
        let mut writer = SectionsWriter::default();
        writer.add("text", b"top channel".to_vec());
        writer.add_u64s("sixteen letters!", [1, u64::MAX]);
        writer.add_u32s("none", []);
        writer.finish()
    }

    fn kind(bytes: &[u8]) -> Option<CompiledErrorKind> {
        Sections::open(&bytes.to_vec().into(), Trust::None).err().map(|error| error.kind())
    }

    #[test]
    fn what_was_written_is_found() {
        let sections = Sections::open(&written().into(), Trust::None).expect("it opens");
        assert_eq!(&*sections.get("text").expect("it is there"), b"top channel");
        let numbers = sections.get("sixteen letters!").expect("it is there");
        assert_eq!(
            (numbers.u64(0), numbers.u64(1), numbers.u64(2)),
            (Some(1), Some(u64::MAX), None)
        );
        assert_eq!(sections.get("none").expect("it is there").len(), 0);
        assert!(sections.find("other").is_none() && sections.get("tex").is_err());
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() {
        let bytes = written();
        for len in 0..bytes.len() {
            let expected = if len < MAGIC.len() {
                CompiledErrorKind::NotCompiled
            } else if len < HEADER {
                // The versions may be cut, too.
                kind(&bytes[..len]).expect("it is refused")
            } else {
                CompiledErrorKind::Damaged
            };
            assert_eq!(kind(&bytes[..len]), Some(expected), "{len}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..8 => CompiledErrorKind::NotCompiled,
                16..32 => CompiledErrorKind::OtherVersion,
                _ => CompiledErrorKind::Damaged,
            };
            assert_eq!(kind(&bytes), Some(expected), "{bit}");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert_eq!(kind(&longer), Some(CompiledErrorKind::Damaged));
        assert_eq!(kind(b"[pack]\nid = \"mine\"\n"), Some(CompiledErrorKind::NotCompiled));
    }
}
