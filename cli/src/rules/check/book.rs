//! All rules that are looked at together: those of the built-in packs and those of the packs to check.
//!
//! The invariant: `matching` finds every shape but the inline ones that matches a view, whichever rule it belongs to;
//! the cleaner itself names only the best rule. Built once by `rules check`.

use std::collections::HashMap;

use unchaff::{Pack, Rule, Shape};

use super::finding::{Finding, Kind, Place, Severity};

/// A shape of a rule, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub rule: usize,
    pub shape: usize,
}

/// A rule, and the pack it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'p> {
    pub rule: &'p Rule,
    pub pack: usize,
}

/// Packs, and an index of all their shapes.
#[derive(Debug)]
pub struct Book<'p> {
    pub packs: Vec<&'p Pack>,
    /// Packs before this one are only there to be compared with.
    first_checked: usize,
    pub entries: Vec<Entry<'p>>,
    /// The number of the rule of each id; of equal ids, the last one.
    numbers: HashMap<&'p str, usize>,
    /// `line` phrases.
    phrases: HashMap<&'p str, Vec<At>>,
    /// Those that leave a number open, too, by what they are with every number open.
    numbered: HashMap<String, Vec<At>>,
    /// `starts`, `ends` and `pattern` shapes.
    wide: Vec<At>,
}

impl<'p> Book<'p> {
    pub fn new(packs: Vec<&'p Pack>, first_checked: usize) -> Self {
        let mut book = Book {
            first_checked,
            entries: Vec::new(),
            numbers: HashMap::new(),
            phrases: HashMap::new(),
            numbered: HashMap::new(),
            wide: Vec::new(),
            packs,
        };
        for (number, pack) in book.packs.iter().enumerate() {
            book.entries.extend(pack.rules().iter().map(|rule| Entry { rule, pack: number }));
        }
        for (number, entry) in book.entries.iter().enumerate() {
            book.numbers.insert(entry.rule.id(), number);
            for (shape, form) in entry.rule.shapes().iter().enumerate() {
                let at = At { rule: number, shape };
                match form {
                    Shape::Line(phrase) => {
                        book.phrases.entry(phrase).or_default().push(at);
                        if phrase.contains(NUMBER) {
                            book.numbered.entry(without_numbers(phrase)).or_default().push(at);
                        }
                    }
                    Shape::Inline(_) => {}
                    _ => book.wide.push(at),
                }
            }
        }
        book
    }

    pub fn rule(&self, at: At) -> &'p Rule {
        self.entries[at.rule].rule
    }

    pub fn shape(&self, at: At) -> &'p Shape {
        &self.rule(at).shapes()[at.shape]
    }

    /// Whether the findings about this pack are asked for.
    pub fn is_checked(&self, pack: usize) -> bool {
        pack >= self.first_checked
    }

    /// The number of a rule to check.
    pub fn checked_rule(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied().filter(|&rule| self.is_checked(self.entries[rule].pack))
    }

    /// The rules to check, with their numbers.
    pub fn checked(&self) -> impl Iterator<Item = (usize, &Entry<'p>)> {
        self.entries.iter().enumerate().filter(|(_, entry)| self.is_checked(entry.pack))
    }

    /// The shapes of the rules to check.
    pub fn checked_shapes(&self) -> impl Iterator<Item = At> {
        self.checked().flat_map(|(rule, entry)| {
            (0..entry.rule.shapes().len()).map(move |shape| At { rule, shape })
        })
    }

    /// Every shape that matches a folded view: the phrases, then the wide ones.
    pub fn matching<'v>(&'v self, view: &'v str) -> impl Iterator<Item = At> + 'v {
        let exact = self.phrases.get(view).map_or(&[][..], Vec::as_slice);
        let numbered = match self.numbered.is_empty() {
            true => None,
            false => self.numbered.get(&without_numbers(view)),
        };
        let numbered = numbered.map_or(&[][..], Vec::as_slice).iter();
        let numbered = numbered.filter(|at| !exact.contains(at));
        let all = exact.iter().chain(numbered).chain(&self.wide).copied();
        all.filter(move |&at| self.shape(at).matches(view))
    }

    /// `starts`, `ends` and `pattern` shapes.
    pub fn wide(&self) -> &[At] {
        &self.wide
    }

    /// Whether a rule acts wherever another one does, so that its matches count for both.
    pub fn stands_for(&self, by: usize, of: usize) -> bool {
        let (by, of) = (self.entries[by].rule, self.entries[of].rule);
        by.weight() >= of.weight()
            && (by.sites().is_empty() || by.sites() == of.sites())
            && (by.language().is_none() || by.language() == of.language())
            && (by.edge() == unchaff::Edge::Any || by.edge() == of.edge())
            && (by.category().is_on_by_default() || by.category() == of.category())
    }

    /// A finding about a shape.
    pub fn finding(&self, at: At, severity: Severity, kind: Kind, message: String) -> Finding {
        let rule = self.rule(at);
        let place = rule.shape_places().get(at.shape).copied();
        let place = place.unwrap_or((rule.origin().1, 1));
        self.found(at.rule, place, severity, kind, message)
    }

    /// A finding about a rule.
    pub fn about(&self, rule: usize, severity: Severity, kind: Kind, message: String) -> Finding {
        let place = (self.entries[rule].rule.origin().1, 1);
        self.found(rule, place, severity, kind, message)
    }

    fn found(
        &self,
        rule: usize,
        place: Place,
        severity: Severity,
        kind: Kind,
        message: String,
    ) -> Finding {
        let Entry { rule, pack } = self.entries[rule];
        let message = format!("{}: {message}", rule.id());
        let file = rule.origin().0.to_owned();
        Finding { pack, place, severity, kind, file, message }
    }
}

/// A view that a `line` phrase matches: itself, with a number where the phrase leaves one open.
pub fn view_of(shape: &Shape) -> Option<String> {
    let Shape::Line(phrase) = shape else { return None };
    let filled = phrase.replace(NUMBER, "7");
    Some(if shape.matches(&filled) { filled } else { phrase.clone() })
}

/// How a phrase writes a number that it leaves open.
const NUMBER: &str = "{n}";

/// A phrase or view with `{n}` for every number, so that both find each other in a table.
fn without_numbers(view: &str) -> String {
    let mut text = String::with_capacity(view.len());
    let mut rest = view;
    while let Some(at) = rest.find(|c: char| c.is_numeric()) {
        text.push_str(&rest[..at]);
        text.push_str(NUMBER);
        rest = rest[at..].trim_start_matches(|c: char| c.is_numeric());
        while let Some(more) = rest.strip_prefix(['.', ',']).filter(|more| starts_in_digit(more)) {
            rest = more.trim_start_matches(|c: char| c.is_numeric());
        }
    }
    text.push_str(rest);
    text
}

fn starts_in_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_all_alike() {
        assert_eq!(without_numbers("page 3 of 12"), "page {n} of {n}");
        assert_eq!(without_numbers("1,204.5 views."), "{n} views.");
        assert_eq!(without_numbers("{n} views"), "{n} views");
        assert_eq!(without_numbers("no views"), "no views");
    }
}
