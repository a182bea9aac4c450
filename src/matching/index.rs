//! The fast matcher: phrases in a hash table, affixes by their edge bytes, patterns behind their literals.
//!
//! The invariant: it finds exactly what `plain` finds. A phrase is found by its hash and compared whole, so a collision
//! can never match. Built once for a cleaner, shared by threads.

use super::affixes::Affixes;
use super::inline::InlineLiterals;
use super::patterns::Patterns;
use super::phrases::{PhraseTable, PhraseTableBuilder};
use super::ruleset::{Marker, Match, Matcher, RuleId, RuleSet};
use crate::rules::rule::Shape;
use crate::text::number::{is_digit, mask_numbers};

/// A rule set and its index.
#[derive(Debug)]
pub(crate) struct Index {
    rules: RuleSet,
    matched: ShapeIndex,
    excepted: ShapeIndex,
    inline: InlineLiterals,
    shapeless: Vec<usize>,
}

impl Index {
    pub(crate) fn new(rules: RuleSet) -> Self {
        let matched = ShapeIndex::new(rules.ids().map(|(id, rule)| (id.0, rule.shapes.as_slice())));
        let exceptions = (0..).zip(rules.exceptions());
        let excepted = ShapeIndex::new(exceptions.map(|(at, e)| (at, e.shapes.as_slice())));
        let inline = InlineLiterals::new(&rules);
        let shapeless = rules.shapeless_exceptions().collect();
        Index { rules, matched, excepted, inline, shapeless }
    }
}

impl Matcher for Index {
    fn rules(&self) -> &RuleSet {
        &self.rules
    }

    fn best(&self, view: &str, host: Option<&str>) -> Match {
        let mut matched = Vec::new();
        self.matched.find(view, |owner| matched.push(RuleId(owner)));
        let mut excepted = Vec::new();
        if !self.rules.exceptions().is_empty() {
            excepted.extend_from_slice(&self.shapeless);
            self.excepted.find(view, |owner| excepted.push(owner as usize));
        }
        if matched.is_empty() && excepted.is_empty() {
            return Match::None;
        }
        self.rules.choose(&matched, &excepted, host)
    }

    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>) {
        self.inline.find(&self.rules, line, host, found);
    }
}

/// Finds the owners of the shapes that match a view.
#[derive(Debug)]
struct ShapeIndex {
    phrases: PhraseTable,
    starts: Affixes,
    ends: Affixes,
    patterns: Patterns,
}

impl ShapeIndex {
    fn new<'s>(owners: impl Iterator<Item = (u32, &'s [Shape])>) -> Self {
        let mut phrases = PhraseTableBuilder::default();
        let mut starts = Affixes::default();
        let mut ends = Affixes::default();
        let mut patterns = Vec::new();
        for (owner, shapes) in owners {
            for shape in shapes {
                match shape {
                    Shape::Line(phrase) => {
                        phrases.add(phrase, owner).expect("the builder refuses what is too large")
                    }
                    Shape::Starts { phrase, max_words } => {
                        starts.add_start(phrase, *max_words, owner)
                    }
                    Shape::Ends { phrase, max_words } => ends.add_end(phrase, *max_words, owner),
                    Shape::Pattern(pattern) => patterns.push((pattern.0.clone(), owner)),
                    Shape::Inline(_) => {}
                }
            }
        }
        let phrases = phrases.finish().into();
        ShapeIndex { phrases, starts, ends, patterns: Patterns::new(patterns) }
    }

    fn find(&self, view: &str, mut found: impl FnMut(u32)) {
        self.phrases.find(view).into_iter().flatten().for_each(&mut found);
        // A view that is masked holds `{n}`, and so does the phrase that equals it.
        let mut masked = String::new();
        if self.phrases.info().has_numbers
            && view.contains(is_digit)
            && mask_numbers(view, &mut masked)
        {
            self.phrases.find(&masked).into_iter().flatten().for_each(&mut found);
        }
        self.starts.find_starts(view, &mut found);
        self.ends.find_ends(view, &mut found);
        self.patterns.find(view, &mut found);
    }
}
