//! Phrases that other rules have too, and shapes that can never act.
//!
//! The invariant: what is said of a `line` phrase is exact, for it matches one view; what is said of other shapes comes
//! from samples, and is a warning. Called by `rules check`.

use std::collections::BTreeMap;

use unchaff::{Cleaner, Fate, FoldedView, Shape};

use super::book::{At, Book, view_of};
use super::finding::{Finding, Kind, Severity, origin, quoted, shown};
use super::samples::samples;

/// Finds what is said twice.
pub fn overlaps(book: &Book<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut covered: BTreeMap<(usize, At), Vec<At>> = BTreeMap::new();
    for at in book.checked_shapes() {
        match book.shape(at) {
            Shape::Line(phrase) => match line(book, at, phrase) {
                Overlap::Twin(twin) => found.push(same_phrase(book, at, twin, phrase)),
                Overlap::Cover(cover) => covered.entry((at.rule, cover)).or_default().push(at),
                Overlap::None => {}
            },
            Shape::Inline(literal) => found.extend(inline(book, at, literal)),
            shape => found.extend(wide(book, at, shape)),
        }
    }
    found.extend(covered.iter().map(|((_, cover), phrases)| redundant(book, *cover, phrases)));
    found.extend(book.checked().filter_map(|(rule, _)| shadowed(book, rule)));
    found
}

/// What else matches the one view of a `line` phrase.
enum Overlap {
    None,
    /// The same phrase, in an earlier rule.
    Twin(At),
    /// A wider shape that makes the phrase superfluous.
    Cover(At),
}

fn line(book: &Book<'_>, at: At, phrase: &str) -> Overlap {
    let Some(view) = view_of(book.shape(at)) else { return Overlap::None };
    let is_same =
        |other: &At| matches!(book.shape(*other), Shape::Line(theirs) if theirs == phrase);
    let others: Vec<At> = book.matching(&view).filter(|&other| other != at).collect();
    let sites = book.rule(at).sites();
    let is_twin = |other: &&At| is_same(other) && book.rule(**other).sites() == sites;
    if let Some(&twin) = others.iter().find(is_twin) {
        // Of two equal phrases the later one is reported, once.
        return if twin < at { Overlap::Twin(twin) } else { Overlap::None };
    }
    let is_cover = |other: &At| !is_same(other) && stands_for(book, *other, at);
    others.into_iter().find(is_cover).map_or(Overlap::None, Overlap::Cover)
}

/// The phrases of one rule that one other shape matches, as one finding.
fn redundant(book: &Book<'_>, cover: At, phrases: &[At]) -> Finding {
    let first = phrases[0];
    let rule = book.rule(cover);
    let whose = match cover.rule == first.rule {
        true => "of the same rule".to_owned(),
        false => format!("of {} ({})", rule.id(), rule.weight()),
    };
    let others = match phrases.len() - 1 {
        0 => "is".to_owned(),
        1 => "and another phrase are".to_owned(),
        count => format!("and {count} other phrases are"),
    };
    let message = format!(
        "{} {others} matched by {} {whose} at {}; take out the one or the other",
        shown(book.shape(first)),
        shown(book.shape(cover)),
        origin(rule, cover.shape)
    );
    book.finding(first, Severity::Warning, Kind::Redundant, message)
}

fn stands_for(book: &Book<'_>, by: At, of: At) -> bool {
    by.rule == of.rule || book.stands_for(by.rule, of.rule)
}

fn same_phrase(book: &Book<'_>, at: At, twin: At, phrase: &str) -> Finding {
    let (mine, theirs) = (book.rule(at), book.rule(twin));
    let place = origin(theirs, twin.shape);
    let phrase = quoted(phrase);
    if mine.weight() == theirs.weight() {
        let message =
            format!("{phrase} is also in {} at {place}; take one of them out", theirs.id());
        return book.finding(at, Severity::Warning, Kind::Redundant, message);
    }
    // Equal phrases of one pack are refused when it is read. A pack may raise what another one has, not lower it.
    let is_raised = mine.weight() > theirs.weight();
    let severity = if is_raised { Severity::Warning } else { Severity::Error };
    let message = format!(
        "{phrase} is {} here and {} in {} at {place}; the heavier weight acts: take one of them out",
        mine.weight(),
        theirs.weight(),
        theirs.id()
    );
    book.finding(at, severity, Kind::Contradicting, message)
}

fn inline(book: &Book<'_>, at: At, literal: &str) -> Option<Finding> {
    let earlier = book.entries[..at.rule].iter().enumerate();
    let twin = earlier.flat_map(|(rule, entry)| {
        let shapes = entry.rule.shapes().iter().enumerate();
        shapes.map(move |(shape, form)| (At { rule, shape }, form))
    });
    let is_same = |form: &Shape| matches!(form, Shape::Inline(theirs) if theirs == literal);
    let (twin, _) = twin.into_iter().find(|(_, form)| is_same(form))?;
    let message = format!(
        "the literal {} is also in {} at {}; take one of them out",
        quoted(literal),
        book.rule(twin).id(),
        origin(book.rule(twin), twin.shape)
    );
    Some(book.finding(at, Severity::Warning, Kind::Redundant, message))
}

/// Another shape that matches whatever a wide shape was seen to match.
fn wide(book: &Book<'_>, at: At, shape: &Shape) -> Option<Finding> {
    let samples = samples(shape);
    let (first, rest) = samples.split_first()?;
    if samples.iter().all(|view| FoldedView::new(view.as_bytes()).as_str() != view) {
        let message = format!(
            "{} asks for what a folded line never has, such as {}; write it small, with plain quotes and dashes, and \
             without a colon, dash or bullet at its ends",
            shown(shape),
            quoted(first)
        );
        return Some(book.finding(at, Severity::Warning, Kind::Unreachable, message));
    }
    let matches_all = |cover: &Shape| samples.iter().all(|view| cover.matches(view));
    // Of two shapes that match the same, the later one is reported.
    let is_candidate = |other: At| other != at && stands_for(book, other, at);
    let cover = book.wide().iter().copied().find(|&other| {
        let cover = book.shape(other);
        is_candidate(other)
            && cover.matches(first)
            && matches_all(cover)
            && (other < at || !is_equal(shape, cover))
    })?;
    let by = book.rule(cover);
    let message = format!(
        "all of {} lines that {} was seen to match are matched by {} of {} ({}) at {}; take it out, or say what it adds",
        rest.len() + 1,
        shown(shape),
        shown(book.shape(cover)),
        by.id(),
        by.weight(),
        origin(by, cover.shape)
    );
    Some(book.finding(at, Severity::Warning, Kind::Unreachable, message))
}

fn is_equal(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::Pattern(a), Shape::Pattern(b)) => a.source() == b.source(),
        (Shape::Starts { phrase: a, max_words: m }, Shape::Starts { phrase: b, max_words: n })
        | (Shape::Ends { phrase: a, max_words: m }, Shape::Ends { phrase: b, max_words: n }) => {
            a == b && m == n
        }
        _ => false,
    }
}

/// A rule of which every phrase belongs to rules that are at least as heavy: it never decides anything.
fn shadowed(book: &Book<'_>, rule: usize) -> Option<Finding> {
    let shapes = book.entries[rule].rule.shapes();
    let covers: Option<Vec<At>> = shapes
        .iter()
        .enumerate()
        .map(|(shape, form)| {
            let view = view_of(form)?;
            let at = At { rule, shape };
            let decides = |other: &At| {
                other.rule != rule
                    && book.stands_for(other.rule, rule)
                    && is_before(book, *other, at)
            };
            book.matching(&view).find(decides)
        })
        .collect();
    let first = *covers?.first()?;
    let message = format!(
        "each of its phrases is matched by another rule of at least its weight, such as {} at {}; take the rule out",
        book.rule(first).id(),
        origin(book.rule(first), first.shape)
    );
    Some(book.about(rule, Severity::Error, Kind::Unreachable, message))
}

/// Whether a rule is chosen before another one: the heavier one is, and of equals the one whose id comes first.
fn is_before(book: &Book<'_>, by: At, of: At) -> bool {
    let (by, of) = (book.rule(by), book.rule(of));
    by.weight() > of.weight() || (by.weight() == of.weight() && by.id() < of.id())
}

/// Phrases that no line can have: a table row, the fence of a code block.
pub fn impossible(book: &Book<'_>, cleaner: &Cleaner) -> Vec<Finding> {
    let is_dead = |at: &At| {
        let Some(view) = view_of(book.shape(*at)) else { return false };
        // Folding took something off that a line would need to be read as the phrase is.
        if FoldedView::new(view.as_bytes()).as_str() != view || is_kept_by_pack(book, &view) {
            return false;
        }
        let document = format!("The mill closed in spring.\n{view}\nNobody was told.\n");
        let host = book.rule(*at).sites().first();
        let cleaner = host.map_or_else(|| cleaner.clone(), |host| cleaner.for_host(host));
        let explained = cleaner.explain(document.as_bytes());
        let parts = explained.lines().get(1).map_or(&[][..], |line| &line.parts);
        parts.iter().all(|part| part.fate == Fate::Kept)
    };
    let dead = book.checked_shapes().filter(is_dead);
    dead.map(|at| {
        let message = format!(
            "{} can never act: a line that reads like this is never examined (a row of a table, a fence); take it out",
            shown(book.shape(at))
        );
        book.finding(at, Severity::Error, Kind::Unreachable, message)
    })
    .collect()
}

fn is_kept_by_pack(book: &Book<'_>, view: &str) -> bool {
    let mut exceptions = book.packs.iter().flat_map(|pack| pack.exceptions());
    exceptions.any(|keep| keep.shapes().is_empty() || keep.shapes().iter().any(|s| s.matches(view)))
}
