//! The line judge: what of a line is body, and what is a candidate for removal.
//!
//! A line that a rule matches as a whole is a candidate. Of any other line, only a stretch of candidate segments at its
//! start, a stretch at its end, and certain markers between sentences can go; the rest, the core, is body. The
//! invariant that makes cleaning twice the same as cleaning once: whatever of this is taken away, the rest of the line
//! is judged as it is now. A line for which that cannot be promised is body as a whole. Called by the decider.

use xxhash_rust::xxh3::xxh3_64;

use super::ruleset::{Marker, Match, Matcher, RuleId, RuleSet};
use crate::limits::Limits;
use crate::rules::category::Weight;
use crate::rules::rule::Shape;
use crate::text::chars::{is_blank, next_char, prev_char, trim_end, trim_start};
use crate::text::fold::fold_into;
use crate::text::region::is_fence;
use crate::text::segment::{
    ends_sentence, first_cut, is_cut, joins_as_cut, last_cut, reads_like_start,
};

/// Evidence that a segment stretch needs beyond what its lines would need, in half points.
pub(crate) const SEGMENT_COST: u32 = 2;
/// Evidence that a marker needs around it where no sentence ends before it, in half points.
const UNDETACHED_MARKER: u32 = 6;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing visible.
    Blank,
    /// Candidates only.
    Candidate,
    /// Body, perhaps with candidates at its ends or markers inside.
    Body,
}

/// A candidate: a line, a segment or a marker that a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Where it starts in the line.
    pub start: usize,
    /// Where it ends in the line; white space up to the next unit belongs to it.
    pub end: usize,
    pub rule: RuleId,
    /// Equal for equal folded texts.
    pub key: u64,
}

/// The judgement of one line. Offsets count from the start of the line.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Candidates before the core; all candidates of a line without a core.
    pub prefix: Vec<Unit>,
    /// Certain markers inside the core.
    pub inside: Vec<Unit>,
    /// Candidates after the core.
    pub suffix: Vec<Unit>,
    /// Where the core starts: the prefix reaches up to here.
    pub core_start: usize,
    /// Where the core ends: the suffix starts here.
    pub core_end: usize,
    /// The core ends in a colon: it introduces what follows.
    pub introduces: bool,
    /// The line is an item of a list: what was introduced before it goes on after it.
    pub is_item: bool,
}

/// Judges lines one by one, with buffers that are used again and again.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    view: String,
    markers: Vec<Marker>,
    rest: Vec<u8>,
    pub judged: Judged,
}

impl Judge {
    /// Judges a line that no region protects.
    pub(crate) fn judge(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
        line: &[u8],
    ) -> Kind {
        if is_blank(line) {
            return Kind::Blank;
        }
        self.start_body(line);
        let mut whole = Match::None;
        if line.len() <= limits.max_candidate_bytes {
            let view = fold_into(line, &mut self.view);
            if view.is_empty() {
                return Kind::Body;
            }
            whole = matcher.best(view, host);
            if whole == Match::Excepted {
                return Kind::Body;
            }
        }
        self.markers.clear();
        matcher.markers(line, host, &mut self.markers);
        if let Match::Rule(rule) = whole {
            let key = xxh3_64(fold_into(line, &mut self.view).as_bytes());
            let rule = self
                .dressed_marker(line)
                .map_or(rule, |marker| matcher.rules().better(rule, marker));
            self.judged.prefix.push(Unit { start: 0, end: line.len(), rule, key });
            return Kind::Candidate;
        }
        let mut segments =
            Segments { line, host, matcher, limits, markers: &self.markers, view: &mut self.view };
        segments.peel_start(&mut self.judged.prefix);
        let from = self.judged.prefix.last().map_or(0, |unit| unit.end);
        if trim_start(line, from, line.len()) == line.len() {
            let prefix = &mut self.judged.prefix;
            prefix.first_mut().expect("a line that is not blank has a first unit").start = 0;
            prefix.last_mut().expect("a line that is not blank has a last unit").end = line.len();
            return Kind::Candidate;
        }
        segments.peel_end(from, &mut self.judged.suffix);
        self.settle(matcher, limits, host, line);
        Kind::Body
    }

    /// Takes a line as body, without looking for candidates.
    pub(crate) fn start_body(&mut self, line: &[u8]) {
        let judged = &mut self.judged;
        judged.prefix.clear();
        judged.inside.clear();
        judged.suffix.clear();
        judged.core_start = 0;
        judged.core_end = line.len();
        judged.introduces = introduces(line);
        judged.is_item = is_item(line);
    }

    /// The only marker of a line that is nothing but that marker and its dress.
    fn dressed_marker(&mut self, line: &[u8]) -> Option<RuleId> {
        let [marker] = self.markers[..] else { return None };
        let is_dress = |part: &[u8], view: &mut String| fold_into(part, view).is_empty();
        let is_alone = is_dress(&line[..marker.start], &mut self.view)
            && is_dress(&line[marker.end..], &mut self.view);
        is_alone.then_some(marker.rule)
    }

    /// Decides which of the stretches that were found may go, and finds the core between them.
    fn settle(&mut self, matcher: &impl Matcher, limits: &Limits, host: Option<&str>, line: &[u8]) {
        let rules = matcher.rules();
        let judged = &mut self.judged;
        if !is_strong(&judged.prefix, rules)
            || !is_detached_start(&judged.prefix, line, &self.markers)
        {
            judged.prefix.clear();
        }
        if !is_strong(&judged.suffix, rules) || !is_detached_end(&judged.suffix, line, rules) {
            judged.suffix.clear();
        }
        let from = judged.prefix.last().map_or(0, |unit| unit.end);
        let to = judged.suffix.first().map_or(line.len(), |unit| unit.start);
        if let Some(first) = judged.prefix.first_mut() {
            first.start = 0;
            judged.core_start = trim_start(line, from, to);
        }
        if let Some(first) = judged.suffix.first_mut() {
            judged.core_end = trim_end(line, judged.core_start, to);
            first.start = judged.core_end;
            judged.suffix.last_mut().expect("the stretch has a first unit").end = line.len();
        }
        find_inside(judged, line, &self.markers, rules, &mut self.view);
        if self.is_tangled(matcher, limits, host, line) {
            self.start_body(line);
        }
        self.judged.introduces = introduces(&line[..self.judged.core_end]);
    }

    /// Whether some removal would leave a line that is judged otherwise than its parts were.
    fn is_tangled(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
        line: &[u8],
    ) -> bool {
        let judged = &self.judged;
        let starts = [0, judged.core_start];
        let ends = [line.len(), judged.core_end];
        let starts = if judged.prefix.is_empty() { &starts[..1] } else { &starts };
        let ends = if judged.suffix.is_empty() { &ends[..1] } else { &ends };
        for &start in starts {
            for &end in ends {
                if start == 0 && end == line.len() && judged.inside.is_empty() {
                    continue;
                }
                self.rest.clear();
                let mut at = start;
                for unit in &judged.inside {
                    self.rest.extend_from_slice(&line[at..unit.start]);
                    at = unit.end;
                }
                self.rest.extend_from_slice(&line[at..end]);
                let is_short = self.rest.len() <= limits.max_candidate_bytes;
                if is_fence(&self.rest)
                    || (is_short
                        && matches!(
                            matcher.best(fold_into(&self.rest, &mut self.view), host),
                            Match::Rule(_)
                        ))
                {
                    return true;
                }
            }
        }
        false
    }
}

/// Cuts candidates off both ends of a line.
struct Segments<'l, M> {
    line: &'l [u8],
    host: Option<&'l str>,
    matcher: &'l M,
    limits: &'l Limits,
    markers: &'l [Marker],
    view: &'l mut String,
}

impl<M: Matcher> Segments<'_, M> {
    fn peel_start(&mut self, units: &mut Vec<Unit>) {
        let mut at = trim_start(self.line, 0, self.line.len());
        let mut markers = self.markers.iter().copied().peekable();
        while at < self.line.len() {
            while markers.next_if(|marker| marker.start < at).is_some() {}
            let next = markers.peek().copied();
            let unit = match next {
                Some(marker) if marker.start == at => Some(self.marker(marker)),
                next => {
                    let bound = next.map_or(self.line.len(), |marker| marker.start);
                    self.segment_end(at, bound).and_then(|end| self.text(at, end))
                }
            };
            let Some(unit) = unit else { return };
            at = trim_start(self.line, unit.end, self.line.len());
            units.push(unit);
        }
    }

    fn peel_end(&mut self, from: usize, units: &mut Vec<Unit>) {
        let mut at = trim_end(self.line, from, self.line.len());
        let mut markers = self.markers.iter().rev().copied().peekable();
        while at > from {
            while markers.next_if(|marker| marker.end > at).is_some() {}
            let last = markers.peek().copied().filter(|marker| marker.start >= from);
            let unit = match last {
                Some(marker) if marker.end == at => Some(self.marker(marker)),
                last => {
                    let bound = last.map_or(from, |marker| marker.end);
                    self.segment_start(bound, at).and_then(|start| self.text(start, at))
                }
            };
            let Some(unit) = unit else { break };
            at = trim_end(self.line, from, unit.start);
            units.push(unit);
        }
        units.reverse();
    }

    /// Where the segment that starts at `at` ends, unless it is too long to be compared.
    fn segment_end(&self, at: usize, bound: usize) -> Option<usize> {
        let mut reach = at.saturating_add(self.limits.max_candidate_bytes + 1).min(bound);
        while reach > at && reach < bound && is_continuation(self.line[reach]) {
            reach -= 1;
        }
        let end = trim_end(self.line, at, reach);
        let next = trim_start(self.line, end, bound);
        let is_whole = || next == bound || is_cut(self.line, next);
        first_cut(self.line, at, reach).or_else(|| is_whole().then_some(end))
    }

    /// Where the segment that ends at `at` starts, unless it is too long to be compared.
    fn segment_start(&self, bound: usize, at: usize) -> Option<usize> {
        let mut reach = at.saturating_sub(self.limits.max_candidate_bytes + 1).max(bound);
        while reach < at && reach > bound && is_continuation(self.line[reach]) {
            reach += 1;
        }
        let start = trim_start(self.line, reach, at);
        let is_whole = || trim_end(self.line, bound, start) == bound || is_cut(self.line, start);
        last_cut(self.line, reach, at).or_else(|| is_whole().then_some(start))
    }

    fn marker(&mut self, marker: Marker) -> Unit {
        let Marker { start, end, rule } = marker;
        Unit {
            start,
            end,
            rule,
            key: xxh3_64(fold_into(&self.line[start..end], self.view).as_bytes()),
        }
    }

    fn text(&mut self, start: usize, end: usize) -> Option<Unit> {
        let end = trim_end(self.line, start, end);
        if end - start > self.limits.max_candidate_bytes {
            return None;
        }
        let view = fold_into(&self.line[start..end], self.view);
        let Match::Rule(rule) = self.matcher.best(view, self.host) else { return None };
        Some(Unit { start, end, rule, key: xxh3_64(view.as_bytes()) })
    }
}

/// Whether a stretch of segments outweighs what segments cost: it holds a marker or an affix, or enough of them.
fn is_strong(units: &[Unit], rules: &RuleSet) -> bool {
    has_affix(units, rules) || distinct_weight(units, rules) > SEGMENT_COST
}

/// Whether one of the units may stand in a text line without further cost: an affix, or a certain marker.
pub(crate) fn has_affix(units: &[Unit], rules: &RuleSet) -> bool {
    units.iter().any(|unit| {
        let rule = rules.rule(unit.rule);
        let is_marker = rule.shapes.iter().any(|shape| matches!(shape, Shape::Inline(_)));
        rule.is_affix || (is_marker && rule.weight == Weight::Certain)
    })
}

/// The weight of the distinct units, counted no further than any judge needs it.
fn distinct_weight(units: &[Unit], rules: &RuleSet) -> u32 {
    let mut seen: Vec<u64> = Vec::new();
    let mut sum = 0;
    for unit in units {
        if sum >= UNDETACHED_MARKER {
            break;
        }
        if !seen.contains(&unit.key) {
            seen.push(unit.key);
            sum += rules.weight(unit.rule).halves();
        }
    }
    sum
}

/// Whether the text behind a stretch at the start of a line reads like the start of the body.
fn is_detached_start(units: &[Unit], line: &[u8], markers: &[Marker]) -> bool {
    let Some(last) = units.last() else { return false };
    let core = trim_start(line, last.end, line.len());
    let is_marker =
        markers.iter().any(|marker| marker.start == last.start && marker.end == last.end);
    let is_link = core == last.end && line.get(core) == Some(&b'(');
    is_cut(line, core) || (is_marker && reads_like_start(line, core) && !is_link)
}

/// Whether the text before a stretch at the end of a line is finished, or the stretch speaks for itself.
fn is_detached_end(units: &[Unit], line: &[u8], rules: &RuleSet) -> bool {
    let Some(first) = units.first() else { return false };
    ends_sentence(line, trim_end(line, 0, first.start))
        || distinct_weight(units, rules) >= UNDETACHED_MARKER
}

/// Finds the certain markers that stand between two sentences of the core.
fn find_inside(
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
    let is_link = after == last.end && line.get(after) == Some(&b'(');
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
        let key = xxh3_64(fold_into(&line[marker.start..marker.end], view).as_bytes());
        let end = group.get(at + 1).map_or(end, |next| next.start);
        judged.inside.push(Unit { start: marker.start, end, rule: marker.rule, key });
    }
}

/// Whether a text ends in a colon, closing quotes, brackets and emphasis aside.
fn introduces(text: &[u8]) -> bool {
    let mut at = trim_end(text, 0, text.len());
    for _ in 0..8 {
        match prev_char(text, at) {
            Some((':' | '：' | '﹕' | '׃', _)) => return true,
            Some(('*' | '_' | '"' | '\'' | ')' | ']' | '”' | '’' | '»' | ' ', len)) => {
                at -= len
            }
            _ => return false,
        }
    }
    false
}

/// Whether a byte stands inside a UTF-8 character.
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Whether a line starts like an item of a list: a bullet or a short number, and white space.
fn is_item(line: &[u8]) -> bool {
    let at = trim_start(line, 0, line.len());
    let digits = line[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let mark = at + digits;
    let Some((c, len)) = next_char(line, mark) else { return false };
    let is_mark = match digits {
        0 => matches!(c, '-' | '*' | '+' | '•' | '–'),
        1..=3 => matches!(c, '.' | ')'),
        _ => false,
    };
    is_mark && next_char(line, mark + len).is_some_and(|(c, _)| c.is_whitespace())
}
