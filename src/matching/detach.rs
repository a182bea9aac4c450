//! Detachment: which stretches of a line may go without taking the body along.
//!
//! The invariant: a stretch that goes is strong enough to stand in a text line, and the body beside it begins and ends as
//! body does. Asked by the line judge.

use super::judge::{Judged, Unit};
use super::ruleset::{Marker, RuleId, RuleSet};
use crate::numbers::{NumberMap, NumberSet};
use crate::rules::category::Weight;
use crate::text::chars::{trim_end, trim_start};
use crate::text::fold::fold_into;
use crate::text::segment::{ends_sentence, is_cut, is_link_target, joins_as_cut, reads_like_start};

/// Evidence that a segment stretch needs beyond what its lines would need, in half points.
pub(crate) const SEGMENT_COST: u32 = 2;
/// Evidence that a marker needs around it where no sentence ends before it, in half points.
const UNDETACHED_MARKER: u32 = 5;

/// Whether a stretch of segments outweighs what segments cost: it holds a marker or an affix, or enough of them.
pub(crate) fn is_strong(units: &[Unit], rules: &RuleSet) -> bool {
    has_affix(units, rules) || distinct_weight(units, rules) > SEGMENT_COST
}

/// Whether one of the units may stand in a text line without further cost: an affix, or a certain marker.
pub(crate) fn has_affix(units: &[Unit], rules: &RuleSet) -> bool {
    units.iter().any(|unit| {
        let rule = rules.facts(unit.rule);
        rule.is_affix || (rule.has_inline && rule.weight == Weight::Certain)
    })
}

/// The weight of the distinct units; one rule counts no more than it can in a run.
fn distinct_weight(units: &[Unit], rules: &RuleSet) -> u32 {
    let mut seen: NumberSet<u64> = NumberSet::default();
    let mut shares: NumberMap<RuleId, u32> = NumberMap::default();
    for unit in units.iter().filter(|unit| seen.insert(unit.key)) {
        let rule = rules.facts(unit.rule);
        let share = shares.entry(unit.rule).or_default();
        *share = share.saturating_add(rule.weight.halves()).min(rule.most_halves());
    }
    shares.values().fold(0, |sum, share| sum.saturating_add(*share))
}

/// Whether the text behind a stretch at the start of a line reads like the start of the body.
pub(crate) fn is_detached_start(units: &[Unit], line: &[u8], markers: &[Marker]) -> bool {
    let Some(last) = units.last() else { return false };
    let core = trim_start(line, last.end, line.len());
    let is_marker =
        markers.iter().any(|marker| marker.start == last.start && marker.end == last.end);
    let is_link = core == last.end && is_link_target(line, core);
    is_cut(line, core) || (is_marker && reads_like_start(line, core) && !is_link)
}

/// Whether the text before a stretch at the end of a line is finished, or the stretch speaks for itself.
pub(crate) fn is_detached_end(units: &[Unit], line: &[u8], rules: &RuleSet) -> bool {
    let Some(first) = units.first() else { return false };
    ends_sentence(line, trim_end(line, 0, first.start))
        || distinct_weight(units, rules) >= UNDETACHED_MARKER
}

/// Finds the certain markers that stand between two sentences of the core.
pub(crate) fn find_inside(
    judged: &mut Judged,
    line: &[u8],
    markers: &[Marker],
    rules: &RuleSet,
    view: &mut String,
) {
    let (from, to) = (judged.core_start, judged.core_end);
    let mut group: Vec<Marker> = Vec::new();
    let core: Vec<Marker> =
        markers.iter().filter(|m| m.start >= from && m.end <= to).copied().collect();
    for (at, &marker) in core.iter().enumerate() {
        group.push(marker);
        let after = trim_start(line, marker.end, to);
        if core.get(at + 1).is_some_and(|next| next.start == after) {
            continue;
        }
        add_group(judged, line, &group, after, rules, view);
        group.clear();
    }
}

/// Takes a group of neighbouring markers out of the core if a sentence ends before it and one starts after it.
fn add_group(
    judged: &mut Judged,
    line: &[u8],
    group: &[Marker],
    after: usize,
    rules: &RuleSet,
    view: &mut String,
) {
    let Some((first, last)) = group.first().zip(group.last()) else { return };
    let before = trim_end(line, judged.core_start, first.start);
    let is_spaced = before < first.start || last.end < after;
    let is_link = after == last.end && is_link_target(line, after);
    let is_certain = group.iter().all(|marker| rules.weight(marker.rule) == Weight::Certain);
    let is_between = before > judged.core_start
        && after < judged.core_end
        && reads_like_start(line, after)
        && !is_link
        && joins_as_cut(line, before, is_spaced, after);
    if !is_certain || !is_between {
        return;
    }
    // One white space stays between the sentences: the one before the markers if there is one.
    let end = if before < first.start { after } else { last.end };
    for (at, marker) in group.iter().enumerate() {
        let view = fold_into(&line[marker.start..marker.end], view);
        let end = group.get(at + 1).map_or(end, |next| next.start);
        judged.inside.push(Unit::new(marker.start, end, marker.rule, view));
    }
}
