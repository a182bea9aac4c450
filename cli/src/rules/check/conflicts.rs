//! What packs say against themselves: exceptions that undo rules, examples that cannot both hold, ids that stand twice.
//!
//! The invariant: an exception in one pack against a rule of another is no conflict, for that is what exceptions are
//! for. Called by `rules check`.

use std::collections::{BTreeMap, BTreeSet};

use unchaff::{Exception, Shape};

use super::book::{At, Book, view_of};
use super::finding::{Finding, Kind, Severity, origin, quoted};

/// Ids that stand in two rules, and exceptions for rules that are in no pack.
pub fn names(book: &Book<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, entry) in book.entries.iter().enumerate() {
        let Some(&first) = ids.get(entry.rule.id()) else {
            ids.insert(entry.rule.id(), number);
            continue;
        };
        if book.is_checked(entry.pack) {
            let (file, line) = book.entries[first].rule.origin();
            let id = entry.rule.id();
            let message = format!("the rule {id:?} is also in {file}:{line}; give it another id");
            let finding = book.about(number, Severity::Error, Kind::Broken, message);
            found.push(without_id(finding, id));
        }
    }
    for (pack, keep) in checked_keeps(book) {
        for id in keep.rules().iter().filter(|id| !ids.contains_key(id.as_str())) {
            let message = format!("the keep names a rule {} that no pack has", quoted(id));
            found.push(about(keep, pack, Severity::Error, Kind::Broken, message));
        }
    }
    found
}

/// The message names the id already.
fn without_id(mut finding: Finding, id: &str) -> Finding {
    if let Some(rest) = finding.message.strip_prefix(&format!("{id}: ")) {
        finding.message = rest.to_owned();
    }
    finding
}

/// Exceptions that undo a phrase of a rule, or that hold against nothing.
pub fn keeps(book: &Book<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (pack, keep) in checked_keeps(book) {
        found.extend(undone(book, pack, keep));
        found.extend(idle(book, pack, keep));
    }
    found
}

fn checked_keeps<'b>(book: &'b Book<'_>) -> impl Iterator<Item = (usize, &'b Exception)> {
    let packs = book.packs.iter().enumerate().filter(|(number, _)| book.is_checked(*number));
    packs.flat_map(|(number, pack)| pack.exceptions().iter().map(move |keep| (number, keep)))
}

fn about(
    keep: &Exception,
    pack: usize,
    severity: Severity,
    kind: Kind,
    message: String,
) -> Finding {
    let (file, line) = keep.origin();
    Finding { pack, place: (line, 1), severity, kind, file: file.to_owned(), message }
}

/// A phrase or a rule that the exception switches off for every site.
fn undone(book: &Book<'_>, pack: usize, keep: &Exception) -> Vec<Finding> {
    if !keep.sites().is_empty() {
        return Vec::new();
    }
    let is_meant = |rule: &str| keep.rules().is_empty() || keep.rules().iter().any(|id| id == rule);
    let undoes = |at: &At| {
        book.is_checked(book.entries[at.rule].pack)
            && is_meant(book.rule(*at).id())
            && match keep.shapes() {
                [] => true,
                shapes => {
                    let view = view_of(book.shape(*at));
                    view.is_some_and(|view| shapes.iter().any(|shape| shape.matches(&view)))
                }
            }
    };
    let mut found = Vec::new();
    let mut whole = BTreeSet::new();
    for at in book.checked_shapes().filter(undoes) {
        let is_own = book.entries[at.rule].pack == pack;
        let severity = if is_own { Severity::Error } else { Severity::Warning };
        let what = match keep.shapes() {
            [] if !whole.insert(at.rule) => continue,
            [] => format!("all of {}", book.rule(at).id()),
            _ => format!("{} of {}", phrase(book.shape(at)), book.rule(at).id()),
        };
        let place = origin(book.rule(at), at.shape);
        let message = format!(
            "the keep undoes {what} at {place} on every site; take one of them out, or name `sites`"
        );
        found.push(about(keep, pack, severity, Kind::Contradicting, message));
    }
    found
}

fn phrase(shape: &Shape) -> String {
    match shape {
        Shape::Line(phrase) => quoted(phrase),
        other => super::finding::shown(other),
    }
}

/// Phrases that no rule matches need no exception.
fn idle(book: &Book<'_>, pack: usize, keep: &Exception) -> Vec<Finding> {
    let is_meant = |rule: &str| keep.rules().is_empty() || keep.rules().iter().any(|id| id == rule);
    let is_idle = |shape: &&Shape| {
        let view = view_of(shape);
        view.is_some_and(|view| !book.matching(&view).any(|at| is_meant(book.rule(at).id())))
    };
    let idle = keep.shapes().iter().filter(is_idle);
    idle.map(|shape| {
        let message =
            format!("no rule matches {}, so the keep does nothing; take it out", phrase(shape));
        about(keep, pack, Severity::Warning, Kind::Unreachable, message)
    })
    .collect()
}

/// Documents in which one rule must remove something and in which, says another, nothing may go.
pub fn examples(book: &Book<'_>) -> Vec<Finding> {
    let mut keeps: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, entry) in book.entries.iter().enumerate() {
        for example in entry.rule.keep_examples() {
            keeps.entry(example.trim()).or_default().push(number);
        }
    }
    let mut found = Vec::new();
    for (number, entry) in book.entries.iter().enumerate() {
        for example in entry.rule.remove_examples() {
            let others = keeps.get(example.trim()).map_or(&[][..], Vec::as_slice);
            for &other in others {
                found.extend(conflict(book, number, other, example));
            }
        }
    }
    found
}

fn conflict(book: &Book<'_>, remove: usize, keep: usize, example: &str) -> Option<Finding> {
    let is_checked = |rule: usize| book.is_checked(book.entries[rule].pack);
    let (at, role, other, their_role) = match (is_checked(remove), is_checked(keep)) {
        (true, _) => (remove, "remove", keep, "keep"),
        (false, true) => (keep, "keep", remove, "remove"),
        (false, false) => return None,
    };
    let other = book.entries[other].rule;
    let (file, line) = other.origin();
    let message = format!(
        "its `{role}` example {} is a `{their_role}` example of {} at {file}:{line}; only one of them can hold",
        quoted(example),
        other.id()
    );
    Some(book.about(at, Severity::Error, Kind::Contradicting, message))
}
