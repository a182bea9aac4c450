//! A stretch: the runs between two lines of prose, and what may go together with them.
//!
//! Menus, sidebars and footers stand before, between and after the prose of a page, and no list of phrases knows all
//! of their labels. So runs are judged together: a few labels that no rule knows are *enclosed* when runs on both
//! sides of them go. The invariant: a run that is kept stays apart from every other by body that is kept too, so that
//! cleaning the rest again finds no more. Filled and resolved by the decider; what stands before the first and after the
//! last line of prose is decided in `zone`.

use super::points::Points;
use super::profile::{Demand, ENOUGH_BETWEEN, Enclosing, Filler};
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
    /// How many lines it has.
    pub lines: usize,
    /// The least suspicious of them.
    pub widest: Filler,
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
    pub(crate) fn body(&mut self, line_start: u64, filler: Filler, inside: &[Removal]) {
        if let Some(Piece::Gap(gap)) = self.pieces.last_mut() {
            gap.lines += 1;
            gap.widest = gap.widest.max(filler);
            gap.inside.extend_from_slice(inside);
        } else {
            self.pieces.push(Piece::Gap(Gap {
                lines: 1,
                widest: filler,
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
            self.resolve(zone, Zone::Between, None, rules, verdict);
        } else if !self.is_empty() {
            self.pieces.push(Piece::Prose);
        }
        self.is_after_prose |= self.is_empty();
    }

    /// Takes the end of the document.
    pub(crate) fn finish(&mut self, end: After, rules: &RuleSet, verdict: &mut Verdict) {
        let zone = if self.prose >= MIN_PROSE_LINES { Zone::Tail } else { Zone::Whole };
        self.resolve(zone, zone, Some(end), rules, verdict);
    }

    /// Decides all runs before the document is known well enough to have zones.
    pub(crate) fn let_go(&mut self, rules: &RuleSet, verdict: &mut Verdict) {
        self.resolve(Zone::Whole, Zone::Whole, None, rules, verdict);
        self.is_after_prose |= self.prose > 0;
    }

    /// Decides all runs, and forgets them. `zone` holds up to the first line of prose, `then` behind it.
    fn resolve(
        &mut self,
        zone: Zone,
        then: Zone,
        end: Option<After>,
        rules: &RuleSet,
        verdict: &mut Verdict,
    ) {
        // So it is at most lines of prose.
        if self.pieces.is_empty() {
            return;
        }
        let profile = verdict.profile;
        let mut enclosing = profile.enclosing();
        let is_scattered = self.others > MAX_OTHER_LINES && !enclosing.in_scattered;
        // What is enclosed up to the third line of prose would make a scattered document look like another one.
        if is_scattered {
            enclosing = Enclosing::NONE;
        }
        let parts = self.pieces.split(|piece| matches!(piece, Piece::Prose));
        for (at, part) in parts.enumerate() {
            let zone = if at == 0 { zone } else { then };
            let demand = profile.demand(zone, is_scattered);
            let setting = Setting { zone, is_scattered, enclosing, demand, end };
            match zone {
                Zone::Head | Zone::Tail => zone::decide(part, &setting, rules, verdict),
                Zone::Between | Zone::Whole => decide(part, &setting, rules, verdict),
            }
        }
        self.pieces.clear();
    }
}

/// What holds for all runs of a part of a document.
pub(super) struct Setting {
    pub zone: Zone,
    is_scattered: bool,
    pub enclosing: Enclosing,
    pub demand: Demand,
    /// Where the document ends, if this is its last part.
    pub end: Option<After>,
}

impl Setting {
    /// An empty tally. Where paragraphs stand far apart, labels that repeat may be those of the body.
    pub(super) fn tally(&self) -> Tally {
        Tally::new(self.zone != Zone::Whole && !self.is_scattered)
    }

    /// Why a run with so much evidence is kept.
    pub(super) fn too_little(&self, evidence: Points) -> KeptBecause {
        if evidence.halves() >= self.demand.evidence {
            KeptBecause::WeakAlone
        } else {
            KeptBecause::TooLittleEvidence
        }
    }

    /// What one run adds up to.
    pub(super) fn tally_of(&self, run: &Run, rules: &RuleSet) -> Tally {
        let mut tally = self.tally();
        tally.add(run, rules);
        tally
    }
}

/// Decides the runs between two lines of prose: those that may go together, and where that does not suffice, each.
fn decide(pieces: &[Piece], setting: &Setting, rules: &RuleSet, verdict: &mut Verdict) {
    let mut at = 0;
    while at < pieces.len() {
        let last = last_of_group(pieces, at, setting);
        let group = &pieces[at..=last];
        if last == at || !decide_group(group, setting, rules, verdict) {
            group.iter().for_each(|piece| decide_piece(piece, setting, rules, verdict));
        }
        at = last + 1;
    }
}

/// The last of the runs that may go together with the piece at `first`: few enough labels stand between each two.
fn last_of_group(pieces: &[Piece], first: usize, setting: &Setting) -> usize {
    match &pieces[first] {
        Piece::Run(run, _)
            if setting.zone == Zone::Between
                && setting.enclosing.between > 0
                && run.before.introduction == Introduction::None =>
        {
            let Enclosing { between, widest_between, .. } = setting.enclosing;
            let fits =
                |gap: &Gap, most| gap.widest <= widest_between && gap.lines <= between.min(most);
            last_of_chain(pieces, first, setting, fits, |_| true)
        }
        _ => first,
    }
}

/// The last of the runs behind the one at `first` that are linked to it by gaps that fit, as the runs so far hold enough
/// candidates for so many lines at most.
pub(super) fn last_of_chain(
    pieces: &[Piece],
    first: usize,
    setting: &Setting,
    fits: impl Fn(&Gap, usize) -> bool,
    is_taken: impl Fn(usize) -> bool,
) -> usize {
    let Piece::Run(run, _) = &pieces[first] else { return first };
    let mut run = run;
    let mut candidates = 0usize;
    let mut last = first;
    while let [Piece::Gap(gap), rest @ ..] = &pieces[last + 1..] {
        candidates += run.units.len();
        let most = candidates.saturating_mul(setting.enclosing.for_one);
        if run.is_open || !fits(gap, most) {
            break;
        }
        match rest {
            [Piece::Run(next, _), ..]
                if next.before.introduction != Introduction::Colon && is_taken(last + 2) =>
            {
                run = next;
                last += 2;
            }
            [] if setting.zone == Zone::Tail && setting.enclosing.to_end => return last + 1,
            _ => break,
        }
    }
    last
}

/// Removes a group of runs with all that stands between them, if that much evidence suffices. Evidence only grows, so
/// where it does not suffice for all of the runs, it does not for some of them.
fn decide_group(
    group: &[Piece],
    setting: &Setting,
    rules: &RuleSet,
    verdict: &mut Verdict,
) -> bool {
    let mut tally = setting.tally();
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
    let evidence = tally.evidence(place(first, after, setting.zone));
    if evidence.halves() < ENOUGH_BETWEEN || !verdict.suffices(&tally, evidence, setting.demand) {
        return false;
    }
    verdict.remove(&runs, after, first_gap, evidence, &tally.certain);
    true
}

pub(super) fn decide_piece(
    piece: &Piece,
    setting: &Setting,
    rules: &RuleSet,
    verdict: &mut Verdict,
) {
    let (run, after) = match piece {
        Piece::Run(run, after) => (run, after),
        Piece::Gap(gap) => return verdict.remove_markers(&gap.inside),
        Piece::Prose => return,
    };
    let tally = setting.tally_of(run, rules);
    let evidence = tally.evidence(place(run, after, setting.zone));
    if let Some(reason) = run.belongs_to_body(&tally, &verdict.frame) {
        verdict.keep(run, evidence, setting.demand, reason);
    } else if verdict.suffices(&tally, evidence, setting.demand) {
        verdict.remove(&[run], after, None, evidence, &tally.certain);
    } else {
        verdict.keep(run, evidence, setting.demand, setting.too_little(evidence));
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
