//! What can be wrong with a file or a record: where, what, and what to do.
//!
//! The invariant: a problem never stands for bytes that are gone. As an error it means that the file is refused; in a list
//! it means that something was kept as it is, set aside in the quarantine, or is worth knowing.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Most problems of a block that are named; more are only counted.
pub const MAX_NAMED: usize = 20;

/// A problem with a file or a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: ProblemKind,
    pub place: Place,
    /// One line: what is wrong, and what to do.
    pub what: String,
}

/// Where in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Nowhere in particular.
    File,
    /// Offset in the file as it is on its medium.
    Byte(u64),
    /// Offset in what the file unpacks to.
    Unpacked(u64),
    /// Number of a record (line, row, document), from 1.
    Record(u64),
    /// Number of a Parquet row group, from 1.
    RowGroup(u64),
}

/// The kinds of problems, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Reading or opening failed.
    Io,
    /// The format or encoding is not one that is read.
    Unsupported,
    /// An option does not fit the file.
    Option,
    /// The file ends before it should.
    Truncated,
    /// A checksum or a structure does not hold.
    Corrupt,
    /// Something stands behind the end.
    Trailing,
    /// It unpacks to more than was allowed.
    Expansion,
    /// A record that cannot be read, or whose text cannot be found; kept as it is.
    BadRecord,
    /// A record longer than the limit; kept as it is.
    LongRecord,
    /// A record whose checksum does not fit what it holds; kept as it is.
    BadDigest,
    /// The name says another format than the content; the content was believed.
    NameDiffers,
    /// The text is taken from a field that is not called `text`.
    FieldChosen,
    /// Compressed data without a checksum: damage in it cannot be noticed.
    NoChecksum,
}

impl ProblemKind {
    /// The name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Io => "io",
            ProblemKind::Unsupported => "unsupported",
            ProblemKind::Option => "option",
            ProblemKind::Truncated => "truncated",
            ProblemKind::Corrupt => "corrupt",
            ProblemKind::Trailing => "trailing",
            ProblemKind::Expansion => "expansion",
            ProblemKind::BadRecord => "bad-record",
            ProblemKind::LongRecord => "long-record",
            ProblemKind::BadDigest => "bad-digest",
            ProblemKind::NameDiffers => "name-differs",
            ProblemKind::FieldChosen => "field-chosen",
            ProblemKind::NoChecksum => "no-checksum",
        }
    }

    /// Whether a part of the file could not be read: an output that was made all the same is partial.
    pub fn is_damage(self) -> bool {
        use ProblemKind::{Corrupt, Expansion, Io, Option, Trailing, Truncated, Unsupported};
        matches!(self, Io | Unsupported | Option | Truncated | Corrupt | Trailing | Expansion)
    }

    /// Whether a record was kept as it is, unexamined.
    pub fn is_kept(self) -> bool {
        matches!(self, ProblemKind::BadRecord | ProblemKind::LongRecord | ProblemKind::BadDigest)
    }
}

impl Problem {
    pub fn new(kind: ProblemKind, place: Place, what: impl Into<String>) -> Self {
        Problem { kind, place, what: what.into() }
    }

    /// A problem of the file as a whole.
    pub fn of_file(kind: ProblemKind, what: impl Into<String>) -> Self {
        Problem::new(kind, Place::File, what)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => Ok(()),
            Place::Byte(at) => write!(f, "byte {at}"),
            Place::Unpacked(at) => write!(f, "unpacked byte {at}"),
            Place::Record(number) => write!(f, "record {number}"),
            Place::RowGroup(number) => write!(f, "row group {number}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::File => f.write_str(&self.what),
            place => write!(f, "{place}: {}", self.what),
        }
    }
}

impl std::error::Error for Problem {}

/// Any number of problems, of which the first are named and all are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    named: Vec<Problem>,
    counts: BTreeMap<ProblemKind, u64>,
}

impl Problems {
    pub fn add(&mut self, problem: Problem) {
        *self.counts.entry(problem.kind).or_default() += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(problem);
        }
    }

    /// Adds the problems of what comes after.
    pub fn append(&mut self, other: Problems) {
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
        let room = MAX_NAMED - self.named.len();
        self.named.extend(other.named.into_iter().take(room));
    }

    /// The first problems.
    pub fn named(&self) -> &[Problem] {
        &self.named
    }

    /// How many there are of each kind.
    pub fn counts(&self) -> impl Iterator<Item = (ProblemKind, u64)> {
        self.counts.iter().map(|(&kind, &count)| (kind, count))
    }

    /// How many of them a claim holds for.
    pub fn count(&self, claim: impl Fn(ProblemKind) -> bool) -> u64 {
        self.counts().filter(|(kind, _)| claim(*kind)).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_counted_and_the_first_are_named() {
        let mut problems = Problems::default();
        for number in 1..=MAX_NAMED as u64 + 5 {
            let mut more = Problems::default();
            more.add(Problem::new(ProblemKind::BadRecord, Place::Record(number), "no"));
            problems.append(more);
        }
        assert_eq!(problems.named().len(), MAX_NAMED);
        assert_eq!(problems.named()[0].to_string(), "record 1: no");
        assert_eq!(problems.count(ProblemKind::is_kept), MAX_NAMED as u64 + 5);
        assert_eq!(problems.count(ProblemKind::is_damage), 0);
    }
}
