//! The line judge: what of a line is body, and what is a candidate for removal.
//!
//! A line that a rule matches as a whole is a candidate. Of any other line, only a stretch of candidate segments at its
//! start, a stretch at its end, and certain markers between sentences can go; the rest, the core, is body. The
//! invariant that makes cleaning twice the same as cleaning once: whatever of this is taken away, the rest of the line
//! is judged as it is now. A line for which that cannot be promised is body as a whole. Called by the decider.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::compound::find_parts;
use super::detach::{find_inside, is_detached_end, is_detached_start, is_strong};
use super::ruleset::{Glance, Marker, Match, Matcher, RuleId};
use super::segments::Segments;
use crate::limits::Limits;
use crate::text::chars::{is_blank, next_char, prev_char, trim_end, trim_start};
use crate::text::fold::{fold_into, fold_line_into};
use crate::text::region::is_fence;
use crate::text::segment::ends_sentence;
use crate::text::texture::{Texture, texture};

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

/// What a body line says of the lines behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Introduction {
    /// Nothing.
    #[default]
    None,
    /// It is a heading: labels behind it are its text.
    Heading,
    /// It ends in a colon: whatever stands behind it is a list.
    Colon,
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
    /// Has neither a letter nor a digit.
    pub is_wordless: bool,
}

impl Unit {
    /// A candidate that is seen as `view`.
    pub(crate) fn new(start: usize, end: usize, rule: RuleId, view: &str) -> Self {
        let is_wordless = !view.contains(char::is_alphanumeric);
        Unit { start, end, rule, key: xxh3_64(view.as_bytes()), is_wordless }
    }
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
    /// What the core introduces.
    pub introduces: Introduction,
    /// The core reads like an item of a list: what was introduced before it goes on after it.
    pub is_item: bool,
    /// What the core reads like, the markers inside it taken out.
    pub texture: Texture,
    /// An exception holds the line, or a region protects it: residue must not enclose it.
    pub is_fixed: bool,
}

/// Judges lines one by one, with buffers that are used again and again.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    view: String,
    markers: Vec<Marker>,
    rest: Vec<u8>,
    /// Whether it matters what a line that nothing matches reads like: residue before it may enclose it.
    pub minds_labels: bool,
    /// The same for short sentences.
    pub minds_sentences: bool,
    pub judged: Judged,
}

impl Judge {
    /// Judges a line that no region protects; `glance` is what the matcher said of it.
    pub(crate) fn judge(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
        line: &[u8],
        glance: Glance,
    ) -> Kind {
        if is_blank(line) {
            return Kind::Blank;
        }
        self.start_body(line);
        self.markers.clear();
        let is_short = line.len() <= limits.max_candidate_bytes;
        if is_short && glance != Glance::Body && !matcher.is_unmatched(line) {
            match matcher.best(fold_line_into(line, &mut self.view), host) {
                Match::Excepted => {
                    self.except();
                    return Kind::Body;
                }
                Match::Rule(rule) => {
                    self.take_whole(matcher, host, line, rule);
                    return Kind::Candidate;
                }
                Match::None => {}
            }
        }
        // Of a line that is one unit no part can go; one that is too long may have a short unit all the same, in white space.
        let is_whole = glance == Glance::Body || (glance == Glance::Single && is_short);
        let kind = match is_whole {
            true => Kind::Body,
            false => {
                matcher.markers(line, host, &mut self.markers);
                self.judge_parts(matcher, limits, host, line, is_short)
            }
        };
        let judged = &self.judged;
        let is_plain = kind == Kind::Body
            && judged.prefix.is_empty()
            && judged.suffix.is_empty()
            && judged.inside.is_empty()
            && match judged.texture {
                Texture::Label | Texture::Headline => !self.minds_labels,
                Texture::Other => !self.minds_sentences,
                Texture::Prose => true,
            };
        // Exceptions matter only where something would be taken otherwise, or enclosed.
        if is_short && !is_plain && matcher.is_excepted(fold_line_into(line, &mut self.view), host)
        {
            self.start_body(line);
            self.except();
            return Kind::Body;
        }
        kind
    }

    /// Judges a line that no rule matches as a whole.
    fn judge_parts(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
        line: &[u8],
        is_short: bool,
    ) -> Kind {
        if is_short
            && self.markers.is_empty()
            && find_parts(matcher, host, line, &mut self.view, &mut self.judged.prefix)
        {
            self.cover(line);
            return Kind::Candidate;
        }
        let mut segments =
            Segments { line, host, matcher, limits, markers: &self.markers, view: &mut self.view };
        segments.peel_start(&mut self.judged.prefix);
        let from = self.judged.prefix.last().map_or(0, |unit| unit.end);
        if trim_start(line, from, line.len()) == line.len() {
            self.cover(line);
            return Kind::Candidate;
        }
        segments.peel_end(from, &mut self.judged.suffix);
        if !(self.judged.prefix.is_empty()
            && self.judged.suffix.is_empty()
            && self.markers.is_empty())
        {
            self.settle(matcher, limits, host, line);
        }
        Kind::Body
    }

    /// Marks a line that an exception holds: it is never enclosed.
    fn except(&mut self) {
        self.judged.is_fixed = true;
    }

    /// Takes a line that a rule matches as a whole, or the only marker in it if that one is better.
    fn take_whole(
        &mut self,
        matcher: &impl Matcher,
        host: Option<&str>,
        line: &[u8],
        rule: RuleId,
    ) {
        matcher.markers(line, host, &mut self.markers);
        let marker = self.dressed_marker(line);
        let rule = marker.map_or(rule, |marker| matcher.rules().better(rule, marker));
        let view = fold_line_into(line, &mut self.view);
        self.judged.prefix.push(Unit::new(0, line.len(), rule, view));
    }

    /// Lets the units of a line without a core cover all of it.
    fn cover(&mut self, line: &[u8]) {
        let prefix = &mut self.judged.prefix;
        prefix.first_mut().expect("a line that is not blank has a first unit").start = 0;
        prefix.last_mut().expect("a line that is not blank has a last unit").end = line.len();
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
        judged.texture = texture(line, judged.introduces == Introduction::Colon);
        judged.is_fixed = false;
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
        // Only the core is asked: what goes from around it must not change the answer.
        let core = &line[self.judged.core_start..self.judged.core_end];
        self.judged.introduces = introduces(core);
        self.judged.is_item = is_item(core);
        self.judged.texture = self.core_texture(line);
    }

    /// What the core reads like once the markers inside it are gone.
    fn core_texture(&mut self, line: &[u8]) -> Texture {
        let judged = &self.judged;
        let is_introduction = judged.introduces == Introduction::Colon;
        if judged.inside.is_empty() {
            return texture(&line[judged.core_start..judged.core_end], is_introduction);
        }
        copy_without(line, judged.core_start..judged.core_end, &judged.inside, &mut self.rest);
        texture(&self.rest, is_introduction)
    }

    /// Whether some removal would leave a line that is judged otherwise than its parts were.
    fn is_tangled(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
        line: &[u8],
    ) -> bool {
        let Judged { core_start, core_end, .. } = self.judged;
        let starts = [0, core_start];
        let ends = [line.len(), core_end];
        let starts = if self.judged.prefix.is_empty() { &starts[..1] } else { &starts };
        let ends = if self.judged.suffix.is_empty() { &ends[..1] } else { &ends };
        for &start in starts {
            for &end in ends {
                if start == 0 && end == line.len() && self.judged.inside.is_empty() {
                    continue;
                }
                copy_without(line, start..end, &self.judged.inside, &mut self.rest);
                if is_fence(&self.rest) || self.is_rest_candidate(matcher, limits, host) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether what would be left of a line would be a candidate as a whole.
    fn is_rest_candidate(
        &mut self,
        matcher: &impl Matcher,
        limits: &Limits,
        host: Option<&str>,
    ) -> bool {
        if self.rest.len() > limits.max_candidate_bytes {
            return false;
        }
        match matcher.best(fold_line_into(&self.rest, &mut self.view), host) {
            Match::Rule(_) => true,
            Match::Excepted => false,
            Match::None => {
                let mut markers = Vec::new();
                matcher.markers(&self.rest, host, &mut markers);
                let mut parts = Vec::new();
                markers.is_empty()
                    && find_parts(matcher, host, &self.rest, &mut self.view, &mut parts)
            }
        }
    }
}

/// Copies a part of a line into `rest`, without the markers inside it.
fn copy_without(line: &[u8], part: Range<usize>, inside: &[Unit], rest: &mut Vec<u8>) {
    rest.clear();
    let mut at = part.start;
    for unit in inside {
        rest.extend_from_slice(&line[at..unit.start]);
        at = unit.end;
    }
    rest.extend_from_slice(&line[at..part.end]);
}

/// What the core of a line introduces.
pub(crate) fn introduces(core: &[u8]) -> Introduction {
    if ends_in_colon(core) {
        return Introduction::Colon;
    }
    let text = &core[trim_start(core, 0, core.len())..];
    let marks = text.iter().take_while(|&&byte| byte == b'#').count();
    let is_heading =
        (1..=6).contains(&marks) && text.get(marks).is_some_and(u8::is_ascii_whitespace);
    if is_heading { Introduction::Heading } else { Introduction::None }
}

/// Whether a text ends in a colon, closing quotes, brackets and emphasis aside.
fn ends_in_colon(text: &[u8]) -> bool {
    // Most lines end in a letter or a full stop.
    if text.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.') {
        return false;
    }
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

/// Longest line without a bullet that can be an item of a list, in bytes.
const MAX_ITEM_BYTES: usize = 60;

/// Whether the core of a line reads like an item of a list: a bullet, a number or a letter with a bracket at its start,
/// or a few words that are no sentence.
pub(crate) fn is_item(core: &[u8]) -> bool {
    let end = trim_end(core, 0, core.len());
    let at = trim_start(core, 0, end);
    let is_short = end - at <= MAX_ITEM_BYTES && !ends_sentence(core, end);
    is_short || starts_like_item(core, at)
}

fn starts_like_item(line: &[u8], at: usize) -> bool {
    let letters = line[at..].iter().take(4).take_while(|byte| byte.is_ascii_alphanumeric());
    let letters: &[u8] = &line[at..at + letters.count()];
    let mark = at + letters.len();
    let Some((c, len)) = next_char(line, mark) else { return false };
    let is_mark = match letters {
        [] => matches!(
            c,
            '-' | '*' | '+' | '•' | '–' | '◦' | '○' | '▪' | '●' | '‣' | '・' | '·' | '►'
        ),
        [_] => matches!(c, '.' | ')'),
        [_, _] | [_, _, _] => matches!(c, '.' | ')') && letters.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    is_mark && next_char(line, mark + len).is_some_and(|(c, _)| c.is_whitespace())
}
