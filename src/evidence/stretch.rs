//! A stretch: the runs between two lines of prose, and what may go together with them.
//!
//! Menus, sidebars and footers stand before, between and after the prose of a page, and no list of phrases knows all
//! of their labels. So runs are judged together: a few labels that no rule knows are *enclosed* when runs on both
//! sides of them go. The invariant: a run that is kept stays apart from every other by body that is kept too, so that
//! cleaning the rest again finds no more. Filled and resolved by the decider; what stands before the first and after the
//! last line of prose is decided in `zone`.

use super::profile::Enclosing;
use super::removal::{KeptBecause, Removal};
use super::run::{After, Run};
use super::tally::{Place, Tally};
use super::verdict::Verdict;
use super::zone;
use crate::matching::judge::Introduction;
use crate::matching::ruleset::RuleSet;
use crate::rules::category::Edge;

/// Lines of prose that a document needs to have zones.
const MIN_PROSE_LINES: usize = 3;
/// Evidence that runs between prose lines need to enclose labels, in half points.
const ENCLOSING_BETWEEN: u32 = 12;
/// Most other lines of body between the first and the third line of prose of a document that is not scattered.
const MAX_OTHER_LINES: usize = 8;

/// Where a stretch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Before the first prose line.
    Head,
    /// Between prose lines.
    Between,
    /// After the last prose line.
    Tail,
    /// In a document with hardly any prose, or in a part of one that outgrew a limit.
    Whole,
}

/// Body that stands between two runs.
#[derive(Debug)]
pub(super) struct Gap {
    /// Labels in it; `None` once anything else stands in it.
    pub labels: Option<usize>,
    /// Where its first line starts.
    pub start: u64,
    /// Markers inside its lines, which go whatever becomes of the runs.
    pub inside: Vec<Removal>,
}

#[derive(Debug)]
pub(super) enum Piece {
    Run(Run, After),
    Gap(Gap),
    /// A line of prose of a document that has hardly shown any yet.
    Prose,
}

impl Piece {
    /// The run, if it is one.
    pub(super) fn run(&self) -> Option<&Run> {
        match self {
            Piece::Run(run, _) => Some(run),
            Piece::Gap(_) | Piece::Prose => None,
        }
    }

    /// Where the body starts, if it is any.
    pub(super) fn gap_start(&self) -> Option<u64> {
        match self {
            Piece::Gap(gap) => Some(gap.start),
            Piece::Run(..) | Piece::Prose => None,
        }
    }
}

/// The closed runs since the last prose line, and the body between them.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    pieces: Vec<Piece>,
    /// Lines of prose so far.
    prose: usize,
    /// Prose stands before the first piece.
    is_after_prose: bool,
    /// Lines of body that are no prose, between the first and the third line of prose.
    others: usize,
}

impl Stretch {
    /// Nothing is undecided.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub(crate) fn close_run(&mut self, run: Run, after: After) {
        self.pieces.push(Piece::Run(run, after));
    }

    /// Takes a body line that is no prose, behind the first run.
    pub(crate) fn body(&mut self, line_start: u64, is_label: bool, inside: &[Removal]) {
        if let Some(Piece::Gap(gap)) = self.pieces.last_mut() {
            gap.labels = gap.labels.filter(|_| is_label).map(|labels| labels + 1);
            gap.inside.extend_from_slice(inside);
        } else {
            let labels = is_label.then_some(1);
            self.pieces.push(Piece::Gap(Gap {
                labels,
                start: line_start,
                inside: inside.to_vec(),
            }));
        }
    }

    /// Takes note of a line of body that is no prose.
    pub(crate) fn count_other(&mut self) {
        if self.prose > 0 && self.prose < MIN_PROSE_LINES {
            self.others += 1;
        }
    }

    /// Takes a line of prose. Decides what stands before it once there is enough of it.
    pub(crate) fn prose(&mut self, rules: &RuleSet, verdict: &mut Verdict) {
        self.prose += 1;
        if self.prose >= MIN_PROSE_LINES {
            let zone = if self.is_after_prose { Zone::Between } else { Zone::Head };
            self.resolve(zone, Zone::Between, rules, verdict);
        } else if !self.is_empty() {
            self.pieces.push(Piece::Prose);
        }
        self.is_after_prose |= self.is_empty();
    }

    /// Takes the end of the document.
    pub(crate) fn finish(&mut self, rules: &RuleSet, verdict: &mut Verdict) {
        let zone = if self.prose >= MIN_PROSE_LINES { Zone::Tail } else { Zone::Whole };
        self.resolve(zone, zone, rules, verdict);
    }

    /// Decides all runs before the document is known well enough to have zones.
    pub(crate) fn let_go(&mut self, rules: &RuleSet, verdict: &mut Verdict) {
        self.resolve(Zone::Whole, Zone::Whole, rules, verdict);
        self.is_after_prose |= self.prose > 0;
    }

    /// Decides all runs, and forgets them. `zone` holds up to the first line of prose, `then` behind it.
    fn resolve(&mut self, zone: Zone, then: Zone, rules: &RuleSet, verdict: &mut Verdict) {
        let mut enclosing = verdict.profile.enclosing();
        // What is enclosed up to the third line of prose would make a scattered document look like another one.
        let is_scattered = self.others > MAX_OTHER_LINES && self.prose <= MIN_PROSE_LINES;
        if is_scattered && zone != Zone::Tail && !enclosing.in_scattered {
            enclosing = Enclosing::NONE;
        }
        let parts = self.pieces.split(|piece| matches!(piece, Piece::Prose));
        for (at, part) in parts.enumerate() {
            let zone = if at == 0 { zone } else { then };
            match zone {
                Zone::Head | Zone::Tail => zone::decide(part, zone, enclosing, rules, verdict),
                Zone::Between | Zone::Whole => decide(part, zone, enclosing, rules, verdict),
            }
        }
        self.pieces.clear();
    }
}

/// Decides the runs between two lines of prose: those that may go together, and where that does not suffice, each.
fn decide(
    pieces: &[Piece],
    zone: Zone,
    enclosing: Enclosing,
    rules: &RuleSet,
    verdict: &mut Verdict,
) {
    let mut at = 0;
    while at < pieces.len() {
        let most = if zone == Zone::Between { enclosing.between } else { 0 };
        let last = last_of_group(pieces, at, most, enclosing);
        let group = &pieces[at..=last];
        if last == at || !decide_group(group, zone, rules, verdict) {
            group.iter().for_each(|piece| decide_piece(piece, zone, rules, verdict));
        }
        at = last + 1;
    }
}

/// The last of the runs that may go together with the piece at `first`: few enough labels stand between each two.
fn last_of_group(pieces: &[Piece], first: usize, most: usize, enclosing: Enclosing) -> usize {
    match &pieces[first] {
        Piece::Run(run, _) if most > 0 && run.before.introduction == Introduction::None => {
            last_of_chain(pieces, first, most, enclosing, |_| true)
        }
        _ => first,
    }
}

/// The last of the runs behind the one at `first` that are linked to it by at most `most` labels each.
pub(super) fn last_of_chain(
    pieces: &[Piece],
    first: usize,
    most: usize,
    enclosing: Enclosing,
    is_taken: impl Fn(usize) -> bool,
) -> usize {
    let Piece::Run(run, _) = &pieces[first] else { return first };
    let mut run = run;
    let mut candidates = 0usize;
    let mut last = first;
    while let [Piece::Gap(gap), Piece::Run(next, _), ..] = &pieces[last + 1..] {
        candidates += run.units.len();
        let most = most.min(candidates.saturating_mul(enclosing.for_four) / 4);
        let is_held = gap.labels.is_some_and(|labels| labels <= most);
        let is_list = run.is_open || next.before.introduction == Introduction::Colon;
        if !is_held || is_list || !is_taken(last + 2) {
            break;
        }
        run = next;
        last += 2;
    }
    last
}

/// Removes a group of runs with all that stands between them, if that much evidence suffices. Evidence only grows, so
/// where it does not suffice for all of the runs, it does not for some of them.
fn decide_group(group: &[Piece], zone: Zone, rules: &RuleSet, verdict: &mut Verdict) -> bool {
    let mut tally = Tally::new(zone != Zone::Whole);
    let mut runs = Vec::with_capacity(group.len().div_ceil(2));
    let mut first_gap = None;
    let mut end = None;
    for piece in group {
        match piece {
            Piece::Run(run, after) => {
                tally.add(run, rules);
                runs.push(run);
                end = Some(after);
            }
            Piece::Gap(gap) => first_gap = first_gap.or(Some(gap.start)),
            Piece::Prose => return false,
        }
    }
    let (Some(first), Some(after)) = (runs.first(), end) else { return false };
    let evidence = tally.evidence(place(first, after, zone));
    if evidence.halves() < ENCLOSING_BETWEEN
        || !verdict.suffices(&tally, evidence, weak_surcharge(zone))
    {
        return false;
    }
    verdict.remove(&runs, after, first_gap, evidence, &tally.certain);
    true
}

pub(super) fn decide_piece(piece: &Piece, zone: Zone, rules: &RuleSet, verdict: &mut Verdict) {
    let (run, after) = match piece {
        Piece::Run(run, after) => (run, after),
        Piece::Gap(gap) => return verdict.remove_markers(&gap.inside),
        Piece::Prose => return,
    };
    let tally = Tally::of(run, rules, zone != Zone::Whole);
    let evidence = tally.evidence(place(run, after, zone));
    if let Some(reason) = run.belongs_to_body(&tally, &verdict.frame) {
        verdict.keep(run, evidence, reason);
    } else if verdict.suffices(&tally, evidence, weak_surcharge(zone)) {
        verdict.remove(&[run], after, None, evidence, &tally.certain);
    } else if evidence >= verdict.profile.threshold() {
        verdict.keep(run, evidence, KeptBecause::WeakAlone);
    } else {
        verdict.keep(run, evidence, KeptBecause::TooLittleEvidence);
    }
}

/// What weak words alone need beyond the threshold in a document of prose that has shown no residue yet, in half points: a
/// list of the body between two paragraphs, or after the last, may be made of the same words as a menu.
pub(super) fn weak_surcharge(zone: Zone) -> u32 {
    match zone {
        Zone::Whole => 0,
        Zone::Head | Zone::Tail => 3,
        Zone::Between => 4,
    }
}

/// The end of the document that runs stand at, or near.
pub(super) fn place(first: &Run, after: &After, zone: Zone) -> Option<Place> {
    let edge = match (after, first.before.has_body) {
        (After::Body { .. }, false) => Some(Edge::Head),
        (After::End { .. }, true) => Some(Edge::Tail),
        _ => None,
    };
    match (edge, zone) {
        (Some(edge), _) => Some(Place { edge, is_touched: true }),
        (None, Zone::Head) => Some(Place { edge: Edge::Head, is_touched: false }),
        (None, Zone::Tail) => Some(Place { edge: Edge::Tail, is_touched: false }),
        (None, Zone::Between | Zone::Whole) => None,
    }
}
