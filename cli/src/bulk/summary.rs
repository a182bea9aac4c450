//! What a run comes to: for people at its end, and as JSON.
//!
//! The invariant: whatever the order in which files end, the summary is the same: files are told in the order of their
//! places, and everything else adds up. Documents, bytes and removals are those of the whole output, files that were done
//! before included.

use std::collections::BTreeMap;

use serde::Serialize;

use super::record::Work;
use super::tally::Tally;
use crate::containers::{Problem, ProblemKind};

/// How many files and places of each kind are named.
const MAX_NAMED: usize = 1000;
/// How many places of each kind of problem are named.
const FIRST_PLACES: usize = 5;

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Files {
    /// Cleaned in this run, those made again included.
    pub cleaned: u64,
    /// Done before.
    pub skipped: u64,
    /// Made again because something had changed.
    pub redone: u64,
    /// Gone on with where an earlier run stopped.
    pub resumed: u64,
    /// Cleaned as far as they could be decoded.
    pub partial: u64,
    /// Refused or failed: no output was changed.
    pub failed: u64,
    /// Not begun or not ended when the run was stopped.
    pub left: u64,
}

/// A file and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    pub path: String,
    pub what: String,
}

/// Problems of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kind {
    pub count: u64,
    pub first: Vec<Named>,
    #[serde(skip)]
    order: Vec<(u64, usize)>,
}

/// What a run comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub unchaff: &'static str,
    /// The signal's exit code, else 0, 1 or 2.
    pub exit_code: u8,
    pub files: Files,
    pub documents: Tally,
    pub receipts: u64,
    pub problems: BTreeMap<ProblemKind, Kind>,
    pub failed: Vec<Named>,
    pub partial: Vec<Named>,
    pub redone: Vec<Named>,
}

impl Summary {
    /// Adds a file whose output stands; `number` is its place among the files.
    pub fn add(&mut self, number: u64, path: &str, work: &Work) {
        self.documents.add(&work.tally);
        self.receipts += work.receipts;
        for (kind, count) in work.problems.counts() {
            self.problems.entry(kind).or_default().count += count;
        }
        for (place, problem) in work.problems.named().iter().enumerate() {
            self.name(number, place, path, problem);
        }
        if work.is_partial {
            self.files.partial += 1;
            named(&mut self.partial, path, "only a part could be decoded");
        }
    }

    fn name(&mut self, number: u64, place: usize, path: &str, problem: &Problem) {
        let kind = self.problems.entry(problem.kind).or_default();
        let at = kind.order.partition_point(|known| *known < (number, place));
        if at < FIRST_PLACES {
            kind.order.insert(at, (number, place));
            kind.first.insert(at, Named { path: path.to_owned(), what: problem.to_string() });
            kind.order.truncate(FIRST_PLACES);
            kind.first.truncate(FIRST_PLACES);
        }
    }

    /// Adds a file that was refused or that failed.
    pub fn fail(&mut self, path: &str, what: &str) {
        self.files.failed += 1;
        named(&mut self.failed, path, what);
    }

    /// Adds a file that was made again.
    pub fn redo(&mut self, path: &str, why: &str) {
        self.files.redone += 1;
        named(&mut self.redone, path, why);
    }

    /// Records that were kept as they are, unexamined.
    fn kept(&self) -> u64 {
        let kept = self.problems.iter().filter(|(kind, _)| kind.is_kept());
        kept.map(|(_, problems)| problems.count).sum()
    }

    /// 2: a file was refused or failed. 1: something was kept unread, or is partial. 0: all is well.
    pub fn outcome(&self) -> u8 {
        match (self.files.failed, self.kept() + self.files.partial) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        }
    }

    /// What is told at the end. Failures are told even when quiet.
    pub fn lines(&self, is_quiet: bool) -> Vec<String> {
        let plural =
            |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let mut lines = Vec::new();
        let emptied = self.documents.statuses.get("residue_only").copied().unwrap_or(0);
        if emptied > 0 {
            lines.push(format!(
                "{} held nothing but residue and came out empty (residue_only)",
                plural(emptied, "document")
            ));
        }
        for (kind, problems) in &self.problems {
            let first = problems
                .first
                .first()
                .map(|first| format!("; first: {}: {}", first.path, first.what));
            lines.push(format!(
                "{}: {}{}",
                kind.name(),
                plural(problems.count, "problem"),
                first.unwrap_or_default()
            ));
        }
        let Tally { long_lines, held, .. } = self.documents;
        if long_lines + held > 0 {
            lines.push(format!(
                "{} too long to be examined; undecided lines were let go {}, too many to be judged as one",
                plural(long_lines, "line"),
                plural(held, "time"),
            ));
        }
        let Files { cleaned, skipped, redone, resumed, partial, failed, left } = self.files;
        if !is_quiet {
            let documents = &self.documents;
            lines.push(format!(
                "{}: {} removed, {} of {} bytes",
                plural(documents.documents, "document"),
                plural(documents.removals, "piece"),
                documents.bytes_removed,
                documents.bytes_in
            ));
            let by_category: Vec<String> = documents
                .by_category
                .iter()
                .map(|(name, count)| format!("{name} {}", count.removals))
                .collect();
            if !by_category.is_empty() {
                lines.push(format!("by category: {}", by_category.join(", ")));
            }
        }
        let parts = [
            (cleaned, "cleaned"),
            (resumed, "of them gone on with"),
            (redone, "of them made again"),
            (partial, "partial"),
            (skipped, "done before"),
            (failed, "refused or failed"),
            (left, "left for the next run"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if !is_quiet || failed + left + partial > 0 {
            let all = plural(cleaned + skipped + failed + left, "file");
            let parts =
                if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
            lines.push(format!("{all}{parts}"));
        }
        lines
    }
}

/// Adds a file to a list, in the order of paths; of too many the first stay.
fn named(list: &mut Vec<Named>, path: &str, what: &str) {
    let named = Named { path: path.to_owned(), what: what.to_owned() };
    let at = list.partition_point(|known| *known < named);
    if at < MAX_NAMED {
        list.insert(at, named);
        list.truncate(MAX_NAMED);
    }
}
