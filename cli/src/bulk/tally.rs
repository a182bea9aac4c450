//! What was done to documents, by the names of rules: a report that can be written down and read again.
//!
//! The invariant: adding tallies up, in any order, gives the tally of all documents together. Stands in done records,
//! checkpoints and the summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unchaff::{Cleaner, Report, Status};

/// Removed pieces and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub removals: u64,
    pub bytes: u64,
}

/// What was done to any number of documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub documents: u64,
    pub bytes_in: u64,
    pub bytes_removed: u64,
    pub removals: u64,
    pub near_misses: u64,
    pub long_lines: u64,
    pub held: u64,
    pub statuses: BTreeMap<String, u64>,
    pub by_category: BTreeMap<String, Removed>,
    pub by_rule: BTreeMap<String, Removed>,
}

impl Tally {
    /// The tally of a report, whose rule ids are those of this cleaner.
    pub fn of(report: &Report, cleaner: &Cleaner) -> Self {
        let counted =
            |count: unchaff::Count| Removed { removals: count.removals, bytes: count.bytes };
        let statuses = Status::ALL.iter().map(|&status| (status, report.documents_with(status)));
        Tally {
            documents: report.documents(),
            bytes_in: report.bytes_in(),
            bytes_removed: report.bytes_removed(),
            removals: report.removals(),
            near_misses: report.near_misses(),
            long_lines: report.limits().long_lines,
            held: report.limits().held,
            statuses: statuses
                .filter(|(_, count)| *count > 0)
                .map(|(status, count)| (status.name().to_owned(), count))
                .collect(),
            by_category: report
                .by_category()
                .map(|(category, count)| (category.name().to_owned(), counted(count)))
                .collect(),
            by_rule: report
                .by_rule()
                .map(|(rule, count)| (cleaner.rule(rule).id().to_owned(), counted(count)))
                .collect(),
        }
    }

    /// Adds other documents.
    pub fn add(&mut self, other: &Tally) {
        self.documents += other.documents;
        self.bytes_in += other.bytes_in;
        self.bytes_removed += other.bytes_removed;
        self.removals += other.removals;
        self.near_misses += other.near_misses;
        self.long_lines += other.long_lines;
        self.held += other.held;
        for (status, count) in &other.statuses {
            *self.statuses.entry(status.clone()).or_default() += count;
        }
        add_all(&mut self.by_category, &other.by_category);
        add_all(&mut self.by_rule, &other.by_rule);
    }
}

fn add_all(mine: &mut BTreeMap<String, Removed>, theirs: &BTreeMap<String, Removed>) {
    for (name, count) in theirs {
        let entry = mine.entry(name.clone()).or_default();
        entry.removals += count.removals;
        entry.bytes += count.bytes;
    }
}
