//! What is known of the ends of every view that some shape of a rule set matches.
//!
//! The invariant: a view that begins with none of the heads and ends with none of the tails, and that holds none of the
//! literals of the patterns of unknown ends, is matched by no affix, by no pattern, and by no phrase of 16 bytes or more.
//! Made when rules are compiled and stored with them; asked by the index and by the gate.

use super::filter::{END_BYTES, Filter};
use crate::rules::bounds::{Bounds, plain_head, plain_numbers, plain_tail};
use crate::rules::category::Category;
use crate::rules::compiled::error::CompiledError;
use crate::rules::compiled::sections::{Sections, SectionsWriter};
use crate::rules::pattern::Pattern;
use crate::rules::rule::Shape;
use crate::text::chars::is_common;
use crate::text::number::NUMBER;

/// For which rules end sets are kept: those of the categories that are on unless somebody switches them, or of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    On,
    Off,
}

impl Part {
    /// The part of a category's rules.
    pub(crate) fn of(category: Category) -> Self {
        if category.is_on_by_default() { Part::On } else { Part::Off }
    }

    /// The names of its sections.
    fn names(self) -> [&'static str; 2] {
        match self {
            Part::On => ["ends", "ends.free"],
            Part::Off => ["ends.off", "ends.off.free"],
        }
    }
}

/// The ends of views.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndSets {
    pub heads: Filter,
    pub tails: Filter,
    /// Literals of which one stands in every view that a pattern of unknown ends matches.
    pub free: Vec<String>,
    /// Such a pattern can match ASCII.
    pub free_ascii: bool,
    /// Such a pattern can match a text of common characters.
    pub free_common: bool,
}

impl EndSets {
    pub(crate) fn of<'s>(shapes: impl Iterator<Item = &'s Shape>) -> Self {
        let (mut heads, mut tails) = (Vec::new(), Vec::new());
        let mut free: Vec<&Pattern> = Vec::new();
        for shape in shapes {
            match shape {
                Shape::Line(phrase) => {
                    heads.extend(long_head(phrase));
                    if phrase.contains(NUMBER) {
                        heads.extend(long_head(&phrase.replace(NUMBER, "0")));
                    }
                }
                Shape::Starts { phrase, .. } => heads.push(plain_head(phrase).into_bytes()),
                Shape::Ends { phrase, .. } => tails.push(reversed(&plain_tail(phrase))),
                Shape::Pattern(pattern) => match pattern.0.bounds() {
                    Bounds::Heads(found) => {
                        heads.extend(found.iter().map(|head| head.as_bytes().to_vec()));
                    }
                    Bounds::Tails(found) => tails.extend(found.iter().map(reversed)),
                    Bounds::Free => free.push(&pattern.0),
                },
                Shape::Inline(_) => {}
            }
        }
        EndSets {
            heads: Filter::new(unique(heads)),
            tails: Filter::new(unique(tails)),
            free: free.iter().flat_map(|pattern| pattern.literals()).cloned().collect(),
            free_ascii: free.iter().any(|pattern| pattern.can_match_of(|c| c.is_ascii())),
            free_common: free.iter().any(|pattern| pattern.can_match_of(is_common)),
        }
    }

    pub(crate) fn write(&self, part: Part, writer: &mut SectionsWriter) {
        let [ends, free] = part.names();
        let flags = u64::from(self.free_ascii) | u64::from(self.free_common) << 1;
        let filters = self.heads.to_words().into_iter().chain(self.tails.to_words());
        writer.add_u64s(ends, [flags].into_iter().chain(filters));
        writer.add(free, self.free.join("\n").into_bytes());
    }

    pub(crate) fn read(sections: &Sections, part: Part) -> Result<Self, CompiledError> {
        let [ends, free] = part.names();
        let section = sections.get(ends)?;
        let mut words = section.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let damaged = || CompiledError::damaged("the ends of its rules cannot be read");
        let flags = words.next().ok_or_else(damaged)?;
        let heads = Filter::take(&mut words).ok_or_else(damaged)?;
        let tails = Filter::take(&mut words).ok_or_else(damaged)?;
        let free = sections.get(free)?;
        let free = std::str::from_utf8(&free).map_err(|_| damaged())?;
        let free = free.split('\n').filter(|literal| !literal.is_empty());
        Ok(EndSets {
            heads,
            tails,
            free: free.map(str::to_owned).collect(),
            free_ascii: flags & 1 != 0,
            free_common: flags & 2 != 0,
        })
    }
}

/// How a phrase that is a whole view begins, if it is long enough for a unit that the gate looks at.
fn long_head(phrase: &str) -> Option<Vec<u8>> {
    let plain = plain_numbers(phrase);
    (plain.len() >= END_BYTES).then(|| plain.into_owned().into_bytes())
}

fn reversed(text: &str) -> Vec<u8> {
    text.bytes().rev().collect()
}

fn unique(mut ends: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    ends.iter_mut().for_each(|end| end.truncate(END_BYTES));
    ends.sort_unstable();
    ends.dedup();
    ends
}
