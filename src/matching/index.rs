//! The fast matcher: phrases in hash tables, affixes by their edge bytes, patterns by what they begin or end with.
//!
//! The invariant: it finds exactly what `plain` finds. A phrase is found by its hash and compared whole, so a collision
//! can never match. Shared by threads; everything but the tables is built when a line first needs it.

use std::sync::OnceLock;

use super::affixes::Affixes;
use super::end_sets::Part;
use super::gate::Gate;
use super::gate::known::KnownEnds;
use super::gate::view_ends::ViewEnds;
use super::inline::InlineLiterals;
use super::patterns::Patterns;
use super::phrases::PhraseTable;
use super::ruleset::{Acting, Glance, Marker, Match, Matcher, RuleId, RuleSet};
use crate::rules::rule::Shape;
use crate::text::number::{is_digit, mask_numbers};
use crate::text::scan::Marks;

/// A rule set and its index.
#[derive(Debug)]
pub(crate) struct Index {
    rules: RuleSet,
    has_numbers: bool,
    /// Length of the longest phrase.
    longest: usize,
    shapes: OnceLock<ShapeIndex>,
    shapeless: Vec<usize>,
}

impl Index {
    pub(crate) fn new(rules: RuleSet) -> Self {
        let tables = rules.layers().iter().map(|acting| acting.layer().phrases().info());
        let has_numbers = tables.clone().any(|table| table.has_numbers);
        let longest = tables.map(|table| table.longest).max().unwrap_or(0) as usize;
        let shapeless = rules.shapeless_exceptions().collect();
        Index { rules, has_numbers, longest, shapes: OnceLock::new(), shapeless }
    }

    /// Everything that is not a whole line.
    fn shapes(&self) -> &ShapeIndex {
        self.shapes.get_or_init(|| ShapeIndex::new(&self.rules))
    }

    /// Finds the owners of a phrase.
    fn find_phrase(&self, view: &str, found: &mut impl FnMut(Acting)) {
        if view.len() > self.longest {
            return;
        }
        let hash = PhraseTable::hash(view);
        for acting in self.rules.layers() {
            let owners = acting.layer().phrases().find_hashed(hash, view);
            owners
                .into_iter()
                .flatten()
                .filter_map(|owner| acting.acting(owner))
                .for_each(&mut *found);
        }
    }

    /// Finds the rules and the exceptions of the phrases that a view is.
    fn find_phrases(&self, view: &str, found: &mut impl FnMut(Acting)) {
        self.find_phrase(view, found);
        // A view that is masked holds `{n}`, and so does the phrase that equals it.
        let has_digit = || match view.is_ascii() {
            true => view.bytes().any(|byte| byte.is_ascii_digit()),
            false => view.contains(is_digit),
        };
        if self.has_numbers && has_digit() {
            let mut masked = String::new();
            mask_numbers(view, &mut masked);
            self.find_phrase(&masked, found);
        }
    }
}

impl Matcher for Index {
    fn rules(&self) -> &RuleSet {
        &self.rules
    }

    #[inline]
    fn glance(&self, line: &[u8], marks: &Marks<'_>) -> Glance {
        self.shapes().gate.glance(line, marks)
    }

    fn is_unmatched(&self, unit: &[u8]) -> bool {
        self.shapes().gate.is_unmatched(unit)
    }

    fn best(&self, view: &str, host: Option<&str>) -> Match {
        let (mut matched, mut excepted) = (Vec::new(), Vec::new());
        self.find_phrases(view, &mut |acting| match acting {
            Acting::Rule(rule) => matched.push(rule),
            Acting::Exception(at) => excepted.push(at),
        });
        let shapes = self.shapes();
        let ends = ViewEnds::of(view);
        let is_open = shapes.gate.is_open_to(view);
        if is_open || shapes.gate.knows(&ends) {
            shapes.matched.find(view, &ends, is_open, |owner| matched.push(RuleId(owner)));
        }
        if matched.is_empty() {
            return Match::None;
        }
        shapes.excepted.find(view, &ends, true, |owner| excepted.push(owner as usize));
        excepted.extend_from_slice(&self.shapeless);
        self.rules.choose(&matched, &excepted, host)
    }

    fn is_excepted(&self, view: &str, host: Option<&str>) -> bool {
        let mut excepted = Vec::new();
        self.find_phrases(view, &mut |acting| {
            if let Acting::Exception(at) = acting {
                excepted.push(at);
            }
        });
        let ends = ViewEnds::of(view);
        self.shapes().excepted.find(view, &ends, true, |owner| excepted.push(owner as usize));
        !excepted.is_empty() && self.rules.choose(&[], &excepted, host) == Match::Excepted
    }

    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>) {
        let shapes = self.shapes();
        if shapes.gate.may_hold_markers(line) {
            shapes.inline.find(&self.rules, line, host, found);
        }
    }
}

/// Finds what is not a whole line.
#[derive(Debug)]
struct ShapeIndex {
    matched: AffixIndex,
    excepted: AffixIndex,
    inline: InlineLiterals,
    gate: Gate,
}

impl ShapeIndex {
    fn new(rules: &RuleSet) -> Self {
        let (mut matched, mut excepted) = (Vec::new(), Vec::new());
        let mut literals = Vec::new();
        for (acting, shape) in rules.other_shapes() {
            match (acting, shape) {
                (Acting::Rule(rule), Shape::Inline(literal)) => {
                    literals.push((literal.clone(), rule))
                }
                (Acting::Rule(rule), shape) => matched.push((rule.0, shape)),
                (Acting::Exception(at), shape) => excepted.push((at as u32, shape)),
            }
        }
        let known = rules.layers().iter().flat_map(|acting| {
            let parts = [Part::On, Part::Off].into_iter();
            parts
                .filter(|&part| acting.has(part))
                .map(|part| KnownEnds::new(acting.layer().ends(part)))
        });
        let gate = Gate::new(known.collect(), literals.iter().map(|(literal, _)| literal.as_str()));
        ShapeIndex {
            gate,
            matched: AffixIndex::new(matched),
            excepted: AffixIndex::new(excepted),
            inline: InlineLiterals::new(literals, rules),
        }
    }
}

/// Finds the owners of affixes and patterns.
#[derive(Debug)]
struct AffixIndex {
    starts: Affixes,
    ends: Affixes,
    patterns: Patterns,
}

impl AffixIndex {
    fn new(shapes: Vec<(u32, &Shape)>) -> Self {
        let mut starts = Affixes::default();
        let mut ends = Affixes::default();
        let mut patterns = Vec::new();
        for (owner, shape) in shapes {
            match shape {
                Shape::Starts { phrase, max_words } => starts.add_start(phrase, *max_words, owner),
                Shape::Ends { phrase, max_words } => ends.add_end(phrase, *max_words, owner),
                Shape::Pattern(pattern) => patterns.push((pattern.0.clone(), owner)),
                Shape::Line(_) | Shape::Inline(_) => {}
            }
        }
        AffixIndex { starts, ends, patterns: Patterns::new(patterns) }
    }

    /// Finds them for a view with these ends; `is_open` says whether a pattern of unknown ends may match it.
    fn find(&self, view: &str, ends: &ViewEnds, is_open: bool, mut found: impl FnMut(u32)) {
        self.starts.find_starts(view, &mut found);
        self.ends.find_ends(view, &mut found);
        self.patterns.find(view, ends, &mut found);
        if is_open {
            self.patterns.find_free(view, &mut found);
        }
    }
}
