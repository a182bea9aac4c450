//! Lists of texts, each with whose it is and what it says of its owner.
//!
//! The invariant: owners rise along a list, so that the texts of one are found by halving. A part of stored rules.

use super::bytes::Section;
use super::error::CompiledError;
use super::sections::{Sections, SectionsWriter};

/// A list in the compiled form: for each text its owner, its kind, a number and its end, and all texts as one.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    entries: Section,
    text: Section,
}

/// Numbers of an entry.
const ENTRY: usize = 4;

/// One text of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text<'t> {
    pub owner: u32,
    pub kind: u32,
    pub number: u32,
    pub text: &'t str,
}

impl Texts {
    pub(crate) fn open(
        sections: &Sections,
        [entries, text]: [&str; 2],
    ) -> Result<Self, CompiledError> {
        Ok(Texts { entries: sections.get(entries)?, text: sections.get(text)? })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len() / (4 * ENTRY)
    }

    /// The text at a place.
    pub(crate) fn get(&self, at: usize) -> Option<Text<'_>> {
        let number = |at: usize, which| self.entries.u32(at * ENTRY + which);
        let start = at.checked_sub(1).map_or(Some(0), |before| number(before, 3))?;
        let text = self.text.get(start as usize..number(at, 3)? as usize)?;
        let text = std::str::from_utf8(text).ok()?;
        Some(Text { owner: number(at, 0)?, kind: number(at, 1)?, number: number(at, 2)?, text })
    }

    /// All texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Text<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The texts of one owner.
    pub(crate) fn of(&self, owner: u32) -> impl Iterator<Item = Text<'_>> {
        let from = self.first_not_before(owner);
        (from..self.len()).map_while(|at| self.get(at)).take_while(move |text| text.owner == owner)
    }

    /// The last text of this owner or one before.
    pub(crate) fn last_up_to(&self, owner: u32) -> Option<Text<'_>> {
        self.get(self.first_not_before(owner.checked_add(1)?).checked_sub(1)?)
    }

    fn first_not_before(&self, owner: u32) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.entries.u32(middle * ENTRY) {
                Some(other) if other < owner => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// Checks what every reader relies on: owners rise and are known, every text is text.
    pub(crate) fn check(&self, owners: u32) -> Result<(), CompiledError> {
        let mut last = 0;
        for at in 0..self.len() {
            let owner = self.get(at).map(|text| text.owner);
            let Some(owner) = owner.filter(|owner| (last..owners).contains(owner)) else {
                return Err(CompiledError::damaged("a list of texts is out of order"));
            };
            last = owner;
        }
        Ok(())
    }
}

/// Writes a list of texts, whose owners must rise.
#[derive(Debug, Default)]
pub(crate) struct TextsWriter {
    entries: Vec<u32>,
    text: String,
}

impl TextsWriter {
    pub(crate) fn push(&mut self, text: Text<'_>) -> Result<(), super::TooLarge> {
        self.text.push_str(text.text);
        let end = u32::try_from(self.text.len()).map_err(|_| super::TooLarge)?;
        self.entries.extend([text.owner, text.kind, text.number, end]);
        Ok(())
    }

    pub(crate) fn finish(self, writer: &mut SectionsWriter, [entries, text]: [&str; 2]) {
        writer.add_u32s(entries, self.entries);
        writer.add(text, self.text.into_bytes());
    }
}
