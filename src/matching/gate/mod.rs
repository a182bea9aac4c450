//! The gate: a glance at a line that tells body from what must be looked at.
//!
//! A rule matches a line, or a segment at an end of one, only if its view begins as the rule's phrases and patterns do, or
//! ends as they do. The gate asks for those ends at the few places in a line at which a unit can start or end, on the raw
//! bytes. The invariant: a line that it takes for body is body for the line judge, as a whole and without markers;
//! exceptions aside, which matter for lines that rules match, and for labels. Very short lines, and lines of scripts that it
//! does not read, are left to the judge. Built by the index, asked by the decider and the judge.

mod cuts;
mod ends;
pub(crate) mod known;
mod script;
mod signs;
pub(crate) mod view_ends;

use self::cuts::Cuts;
use self::known::KnownEnds;
use self::script::Script;
use self::signs::Signs;
use self::view_ends::ViewEnds;
use crate::matching::ruleset::Glance;
use crate::text::scan::Marks;

/// Shortest unit whose ends tell it from what rules match, in bytes.
const MIN_UNIT_BYTES: usize = 20;

/// Tells lines that are surely body.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The known ends of each layer.
    known: Vec<KnownEnds>,
    signs: Signs,
}

impl Gate {
    pub(crate) fn new<'l>(known: Vec<KnownEnds>, inline: impl Iterator<Item = &'l str>) -> Self {
        let mut signs = Signs::default();
        inline.for_each(|literal| signs.add(literal.as_bytes()));
        Gate { known, signs }
    }

    /// Whether an affix or a pattern of known ends may match a view that has these.
    #[inline]
    pub(crate) fn knows(&self, ends: &ViewEnds) -> bool {
        self.known.iter().any(|known| known.knows(ends))
    }

    /// Whether a pattern of unknown ends may match the view.
    #[inline]
    pub(crate) fn is_open_to(&self, view: &str) -> bool {
        self.known.iter().any(|known| known.is_open_to(view))
    }

    /// Whether an inline literal may stand in the line.
    pub(crate) fn may_hold_markers(&self, line: &[u8]) -> bool {
        self.signs.may_stand_in(line)
    }

    /// What the line is at a glance.
    #[inline]
    pub(crate) fn glance(&self, line: &[u8], marks: &Marks<'_>) -> Glance {
        if self.signs.are_everywhere {
            return Glance::Unknown;
        }
        let mut cuts = Cuts::new(line, &self.signs);
        cuts.is_ascii = marks.each(|at| cuts.take(at));
        let script = Script::of_line(line, &mut cuts);
        let Some(script) = script.filter(|_| !cuts.is_odd) else { return Glance::Unknown };
        if line.len() >= MIN_UNIT_BYTES && self.is_body(line, script, &cuts) {
            Glance::Body
        } else if cuts.are_none() {
            Glance::Single
        } else {
            Glance::Unknown
        }
    }

    /// Whether surely no rule matches the view of a unit.
    pub(crate) fn is_unmatched(&self, unit: &[u8]) -> bool {
        if unit.len() < MIN_UNIT_BYTES {
            return false;
        }
        let Some(script) = Script::of_unit(unit) else { return false };
        self.starts_as_body(unit) && self.ends_as_body(unit) && !self.is_open(unit, script)
    }

    /// Whether no unit of the line begins or ends as a rule does.
    #[inline]
    fn is_body(&self, line: &[u8], script: Script, cuts: &Cuts<'_>) -> bool {
        let end = line.len();
        let first_end = cuts.first.unwrap_or(end).min(cuts.part.unwrap_or(end));
        self.starts_as_body(&line[..first_end])
            && cuts.last.is_none_or(|last| {
                self.starts_as_body(&line[last..]) || ends::is_nothing(&line[last..])
            })
            && self.ends_as_body(line)
            && cuts.first.is_none_or(|end| self.ends_as_body(&line[..end]))
            && cuts.part.is_none_or(|end| self.ends_as_body(&line[..end]))
            && !self.is_open(line, script)
    }

    /// Whether the unit, or a longer one that starts with it, surely begins as no rule does, and is no short phrase.
    #[inline]
    fn starts_as_body(&self, unit: &[u8]) -> bool {
        let may_begin = |head, len| self.known.iter().any(|known| known.may_begin(head, len));
        let is_enough =
            |head, len, rest: &[u8]| !may_begin(head, len) && ends::has_many_letters(rest);
        ends::head(unit, is_enough).is_some_and(|head| {
            !head.is_whole()
                || (!may_begin(head.end, head.len) && ends::has_solid(&unit[head.at..]))
        })
    }

    /// Whether the unit, or a longer one that ends with it, surely ends as no rule does.
    #[inline]
    fn ends_as_body(&self, unit: &[u8]) -> bool {
        let may_end = |tail, len| self.known.iter().any(|known| known.may_end(tail, len));
        ends::tail(unit, |tail, len| !may_end(tail, len))
            .is_some_and(|tail| !tail.is_whole() || !may_end(tail.end, tail.len))
    }

    /// Whether a pattern of unknown ends may match a unit of the line.
    #[inline]
    fn is_open(&self, line: &[u8], script: Script) -> bool {
        self.known.iter().any(|known| known.is_open(line, script))
    }
}
