//! What a cleaner did, in numbers.
//!
//! The invariant: `bytes_in` is `bytes_kept` and `bytes_removed` together, and merging reports is adding them up, in any
//! order. Filled by both doors.

use std::fmt;

use super::removal::Removal;
use crate::matching::ruleset::{RuleId, RuleSet};
use crate::rules::category::Category;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It held nothing visible and came out as it was.
    Empty,
    /// Nothing was removed.
    Unchanged,
    /// Something was removed, and text is left.
    Cleaned,
    /// Everything visible was removed.
    ResidueOnly,
}

impl Status {
    /// Every status.
    pub const ALL: &'static [Status] =
        &[Status::Empty, Status::Unchanged, Status::Cleaned, Status::ResidueOnly];

    /// The name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::Empty => "empty",
            Status::Unchanged => "unchanged",
            Status::Cleaned => "cleaned",
            Status::ResidueOnly => "residue_only",
        }
    }

    pub(crate) fn of(has_removals: bool, has_body: bool) -> Self {
        match (has_removals, has_body) {
            (false, false) => Status::Empty,
            (false, true) => Status::Unchanged,
            (true, true) => Status::Cleaned,
            (true, false) => Status::ResidueOnly,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How often a limit kept something from being examined. What it kept is in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LimitHits {
    /// Lines longer than `Limits::with_max_line_bytes`.
    pub long_lines: u64,
    /// Times that undecided lines, blank ones too, outgrew `Limits::with_max_held_bytes`. A run that had enough evidence
    /// by then was removed, any other was kept.
    pub held: u64,
}

impl LimitHits {
    fn add(&mut self, other: LimitHits) {
        self.long_lines += other.long_lines;
        self.held += other.held;
    }

    /// Whether no limit was hit. Only then is cleaning twice promised to be cleaning once.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self == LimitHits::default()
    }
}

/// What became of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentReport {
    /// In one word.
    pub status: Status,
    /// Bytes of the document.
    pub bytes_in: u64,
    /// Bytes removed.
    pub bytes_removed: u64,
    /// Pieces removed.
    pub removals: u64,
    /// Candidates that were kept.
    pub near_misses: u64,
    /// Limits that were hit.
    pub limits: LimitHits,
}

impl DocumentReport {
    /// Bytes that came out.
    #[must_use]
    pub fn bytes_kept(&self) -> u64 {
        self.bytes_in - self.bytes_removed
    }
}

/// Removals and their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Count {
    /// Pieces removed.
    pub removals: u64,
    /// Bytes removed.
    pub bytes: u64,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.removals += other.removals;
        self.bytes += other.bytes;
    }
}

/// What became of any number of documents.
///
/// ```
/// use unchaff::{Cleaner, Report};
///
/// let cleaner = Cleaner::builtin();
/// let mut report = Report::default();
/// for text in ["[ad_1]\nTea is ready.\n", "Tea is cold.\n"] {
///     report.merge(cleaner.clean(text).report());
/// }
/// assert_eq!(report.documents(), 2);
/// assert_eq!(report.bytes_in(), report.bytes_kept() + report.bytes_removed());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    documents: [u64; 4],
    bytes_in: u64,
    removed: Count,
    near_misses: u64,
    limits: LimitHits,
    /// For each rule that removed something, in the order of ids.
    by_rule: std::collections::BTreeMap<RuleId, Count>,
    by_category: std::collections::BTreeMap<Category, Count>,
}

impl Report {
    /// Documents seen.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.documents.iter().sum()
    }

    /// Documents of one status.
    #[must_use]
    pub fn documents_with(&self, status: Status) -> u64 {
        self.documents[status as usize]
    }

    /// Bytes of all documents.
    #[must_use]
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    /// Bytes that came out.
    #[must_use]
    pub fn bytes_kept(&self) -> u64 {
        self.bytes_in - self.removed.bytes
    }

    /// Bytes removed.
    #[must_use]
    pub fn bytes_removed(&self) -> u64 {
        self.removed.bytes
    }

    /// Pieces removed.
    #[must_use]
    pub fn removals(&self) -> u64 {
        self.removed.removals
    }

    /// Candidates that were kept.
    #[must_use]
    pub fn near_misses(&self) -> u64 {
        self.near_misses
    }

    /// Limits that were hit.
    #[must_use]
    pub fn limits(&self) -> LimitHits {
        self.limits
    }

    /// Removals by rule, in the order of rule ids.
    pub fn by_rule(&self) -> impl Iterator<Item = (RuleId, Count)> {
        self.by_rule.iter().map(|(&rule, &count)| (rule, count))
    }

    /// Removals by category.
    pub fn by_category(&self) -> impl Iterator<Item = (Category, Count)> {
        self.by_category.iter().map(|(&category, &count)| (category, count))
    }

    /// Adds the report of other documents that the same cleaner saw.
    pub fn merge(&mut self, other: &Report) {
        for (mine, theirs) in self.documents.iter_mut().zip(other.documents) {
            *mine += theirs;
        }
        self.bytes_in += other.bytes_in;
        self.removed.add(other.removed);
        self.near_misses += other.near_misses;
        self.limits.add(other.limits);
        for (rule, count) in other.by_rule() {
            self.by_rule.entry(rule).or_default().add(count);
        }
        for (category, count) in other.by_category() {
            self.by_category.entry(category).or_default().add(count);
        }
    }

    pub(crate) fn count_removal(&mut self, removal: &Removal, rules: &RuleSet) {
        let count = Count { removals: 1, bytes: removal.span.len() };
        self.by_rule.entry(removal.rule).or_default().add(count);
        self.by_category.entry(rules.facts(removal.rule).category).or_default().add(count);
        self.removed.add(count);
    }

    pub(crate) fn count_document(&mut self, document: &DocumentReport) {
        self.documents[document.status as usize] += 1;
        self.bytes_in += document.bytes_in;
        self.near_misses += document.near_misses;
        self.limits.add(document.limits);
    }
}
