//! The zones of a document of prose: what stands before its first and after its last line of prose.
//!
//! A page's frame stands there in pieces: a menu, the date, a search form, and somewhere a label that no rule knows. So
//! all runs of a zone count together, however far apart they stand, and go together or stay together. The invariant: of
//! the runs that may be residue, a zone keeps all or none, so that cleaning the rest again finds no more. Asked by the
//! stretch.

use super::profile::Enclosing;
use super::run::{After, Run};
use super::stretch::{Gap, Piece, Setting, decide_piece, last_of_chain, place};
use super::verdict::Verdict;
use crate::matching::ruleset::RuleSet;

/// Decides all runs of a zone.
pub(super) fn decide(pieces: &[Piece], setting: &Setting, rules: &RuleSet, verdict: &mut Verdict) {
    let takes = |piece: &Piece| match piece {
        Piece::Run(run, _) => {
            let tally = setting.tally_of(run, rules);
            let is_thick =
                tally.has_strong || tally.evidence(None).halves() >= setting.demand.side_by_side;
            is_thick && run.belongs_to_body(&tally, &verdict.frame).is_none()
        }
        Piece::Gap(_) | Piece::Prose => false,
    };
    let is_taken: Vec<bool> = pieces.iter().map(takes).collect();
    let mut tally = setting.tally();
    let mut ends: Option<(&Run, &After)> = None;
    for piece in pieces.iter().zip(&is_taken).filter_map(|(piece, &taken)| taken.then_some(piece)) {
        if let Piece::Run(run, after) = piece {
            tally.add(run, rules);
            ends = Some((ends.map_or(run, |(first, _)| first), after));
        }
    }
    let evidence =
        tally.evidence(ends.and_then(|(first, after)| place(first, after, setting.zone)));
    let goes = verdict.suffices(&tally, evidence, setting.demand);
    // The point for the zone speaks for the runs, but not for what no rule knows.
    let Enclosing { in_zone, for_half_point, widest_in_zone, .. } = setting.enclosing;
    let bare = tally.evidence(None);
    let encloses = !tally.certain.is_empty() || bare >= verdict.profile.threshold();
    let most_lines = in_zone.min(for_half_point.saturating_mul(bare.halves() as usize));
    let fits = |gap: &Gap, most| {
        encloses && gap.widest <= widest_in_zone && gap.lines <= most_lines.min(most)
    };
    if goes {
        verdict.remember(&tally.certain);
    }
    let mut at = 0;
    while at < pieces.len() {
        let mut last = at;
        match &pieces[at] {
            Piece::Run(..) if is_taken[at] && goes => {
                last = last_of_chain(pieces, at, setting, fits, |next| is_taken[next]);
                let chain = &pieces[at..=last];
                let runs: Vec<&Run> = chain.iter().filter_map(Piece::run).collect();
                let gap = chain.iter().find_map(Piece::gap_start);
                let after = match &pieces[last] {
                    Piece::Run(_, after) => Some(*after),
                    Piece::Gap(_) | Piece::Prose => setting.end,
                };
                if let Some(after) = after {
                    verdict.remove(&runs, &after, gap, evidence, &tally.certain);
                }
            }
            Piece::Run(run, _) if is_taken[at] => {
                verdict.keep(run, evidence, setting.demand, setting.too_little(evidence));
            }
            piece => decide_piece(piece, setting, rules, verdict),
        }
        at = last + 1;
    }
}
