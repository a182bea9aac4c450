//! The decider: takes the lines of one document in order, and says what is removed.
//!
//! The invariant: everything before `decided()` is either kept or in a removal that was reported, and removals are
//! reported in order and never overlap. Both doors drive it: the cleaner with the lines of a text, the stream cleaner
//! with lines as they arrive. Runs wait in the stretch until a line of prose or the end of the document comes.

use std::sync::Arc;

use super::points::Points;
use super::profile::{Filler, Profile};
use super::removal::{KeptBecause, Removal};
use super::repeats::Repeats;
use super::report::LimitHits;
use super::run::{After, Before, Run};
use super::stretch::{Stretch, Zone};
use super::tally::Tally;
use super::verdict::Verdict;
use crate::limits::Limits;
use crate::matching::judge::{Introduction, Judge, Judged, Kind, Unit, introduces, is_item};
use crate::matching::ruleset::{Glance, Matcher, RuleSet};
use crate::rules::category::Weight;
use crate::span::Span;
use crate::text::chars::is_blank;
use crate::text::line::{BYTE_ORDER_MARK, Line};
use crate::text::region::Region;
use crate::text::scan::Marks;
use crate::text::texture::{Texture, is_prose};

/// What is decided about one document so far.
#[derive(Debug)]
pub(crate) struct Decider {
    limits: Limits,
    host: Option<Arc<str>>,
    /// Judges the lines; its buffers can be another's.
    pub judge: Judge,
    region: Region,
    state: State,
    stretch: Stretch,
    repeats: Repeats,
    pub verdict: Verdict,
    pub limit_hits: LimitHits,
}

/// Where in the document the decider stands.
#[derive(Debug, Default)]
struct State {
    /// Lines taken.
    lines: u64,
    /// What stands before the next run.
    before: Before,
    flow: Flow,
    /// Everything before this offset is decided, unless a run waits.
    decided: u64,
    /// End of the last line taken, and whether it had a line end.
    end: u64,
    is_terminated: bool,
}

/// What becomes of the next candidate.
#[derive(Debug, Default)]
enum Flow {
    /// It opens a run.
    #[default]
    Body,
    /// It joins this one.
    Run(Box<Run>),
    /// It is removed: its run outgrew the limit with enough evidence.
    Removing(Points),
    /// It is kept: its run outgrew the limit without.
    Keeping,
}

impl Decider {
    pub(crate) fn new(
        profile: Profile,
        limits: Limits,
        host: Option<Arc<str>>,
        collects_near: bool,
    ) -> Self {
        Decider {
            limits,
            host,
            judge: Judge::default(),
            region: Region::Start,
            state: State::default(),
            stretch: Stretch::default(),
            repeats: Repeats::default(),
            verdict: Verdict::new(profile, collects_near),
            limit_hits: LimitHits::default(),
        }
    }

    /// Begins another document, on a page of this host, with the buffers of the one before.
    pub(crate) fn restart(&mut self, host: Option<Arc<str>>) {
        let Verdict { profile, collects_near, .. } = self.verdict;
        let mut next = Decider::new(profile, self.limits, host, collects_near);
        next.judge = std::mem::take(&mut self.judge);
        next.verdict.removals = std::mem::take(&mut self.verdict.removals);
        next.verdict.removals.clear();
        *self = next;
    }

    /// Everything before this offset is decided.
    pub(crate) fn decided(&self) -> u64 {
        self.state.decided
    }

    /// Whether kept text, more than blank lines, was seen.
    pub(crate) fn has_body(&self) -> bool {
        self.state.before.has_body || self.verdict.near_misses > 0
    }

    /// Takes the next line, of at most `max_line_bytes`.
    pub(crate) fn line(&mut self, matcher: &impl Matcher, line: Line<'_>) {
        self.glanced_at(matcher, line, Glance::Unknown);
    }

    /// Takes the next line; `glance` is what the matcher said of it.
    fn glanced_at(&mut self, matcher: &impl Matcher, mut line: Line<'_>, glance: Glance) {
        self.start_line(&mut line);
        let was_fenced = self.region.is_fence();
        let is_protected = self.region.protects(line.content);
        let kind = if is_protected && !is_blank(line.content) {
            self.judge.start_body(line.content);
            self.judge.judged.is_fixed = true;
            // Taking residue out can make a line front matter or a table row: it must not end a list then, either, and
            // still be prose.
            if was_fenced || self.region.is_fence() {
                self.judge.judged.texture = Texture::Other;
            } else {
                self.judge.judged.is_item = true;
            }
            Kind::Body
        } else {
            self.judge.minds_labels = self.is_waiting();
            self.judge.minds_sentences = self.judge.minds_labels && self.minds_sentences();
            self.judge.judge(matcher, &self.limits, self.host.as_deref(), line.content, glance)
        };
        match kind {
            Kind::Blank => self.blank(),
            Kind::Candidate if self.is_frame(matcher.rules()) => self.frame(matcher.rules(), &line),
            Kind::Candidate => self.candidate(matcher.rules(), &line),
            Kind::Body => self.body(matcher.rules(), &line),
        }
        self.took(matcher.rules(), &line);
    }

    /// Takes the next line, which was scanned.
    #[inline]
    pub(crate) fn scanned(&mut self, matcher: &impl Matcher, line: Line<'_>, marks: &Marks<'_>) {
        if self.state.lines == 0 && line.content.starts_with(BYTE_ORDER_MARK) {
            return self.line(matcher, line);
        }
        if line.content.is_empty() && self.region.is_open() && self.state.lines > 0 {
            self.region = Region::Text;
            self.state.lines += 1;
            self.blank();
            return self.took(matcher.rules(), &line);
        }
        let glance = matcher.glance(line.content, marks);
        if glance == Glance::Body
            && self.region.is_text_before(line.content)
            && self.plain_body(matcher.rules(), &line)
        {
            return;
        }
        self.glanced_at(matcher, line, glance);
    }

    /// Whether residue may go together with what stands behind it.
    fn is_waiting(&self) -> bool {
        !self.stretch.is_empty() || !matches!(self.state.flow, Flow::Body)
    }

    /// Whether residue may enclose short sentences.
    fn minds_sentences(&self) -> bool {
        self.verdict.profile.enclosing().widest_in_zone >= Filler::Sentence
    }

    /// Takes a line that is body as a whole. Says no where an exception would have to be known.
    #[inline]
    fn plain_body(&mut self, rules: &RuleSet, line: &Line<'_>) -> bool {
        if self.is_waiting() {
            self.judge.start_body(line.content);
            let may_be_enclosed = match self.judge.judged.texture {
                Texture::Label | Texture::Headline => true,
                Texture::Other => self.minds_sentences(),
                Texture::Prose => false,
            };
            if may_be_enclosed && rules.has_exceptions() {
                return false;
            }
            self.region = Region::Text;
            self.state.lines += 1;
            self.body(rules, line);
        } else {
            self.region = Region::Text;
            self.state.lines += 1;
            self.lone_body(rules, line);
        }
        self.took(rules, line);
        true
    }

    /// Takes a line that is body as a whole where nothing waits: what it says of itself is for lines behind it.
    #[inline]
    fn lone_body(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let introduces = introduces(line.content);
        if is_prose(line.content) {
            self.stretch.prose(rules, &mut self.verdict);
        } else {
            self.stretch.count_other();
        }
        let was_introduced = self.state.before.introduction == Introduction::Colon;
        let goes_on = was_introduced && is_item(line.content);
        let introduces = if goes_on { Introduction::Colon } else { introduces };
        self.keep_text(line.content_end(), line.end, introduces);
    }

    /// Notes where a line ends that was taken.
    #[inline]
    fn took(&mut self, rules: &RuleSet, line: &Line<'_>) {
        self.state.end = line.end;
        self.state.is_terminated = line.content_end() < line.end;
        self.bound_held(rules);
    }

    /// Takes the start of a line that is too long to be examined. Its bytes are kept.
    pub(crate) fn start_long_line(&mut self, rules: &RuleSet, start: u64) {
        self.state.lines += 1;
        self.limit_hits.long_lines += 1;
        self.region.pass_long_line();
        self.close_run(After::Body { line_start: start, core_start: start });
        self.stretch.prose(rules, &mut self.verdict);
        self.keep_through(rules, start);
    }

    /// Takes more of a line that is too long, up to `end`.
    pub(crate) fn keep_through(&mut self, rules: &RuleSet, end: u64) {
        self.keep_text(end, end, Introduction::None);
        self.state.end = end;
        self.state.is_terminated = false;
        self.bound_held(rules);
    }

    /// Takes the end of a line that is too long, its line end included. Nothing of it can go.
    pub(crate) fn end_long_line(&mut self, rules: &RuleSet, end: u64) {
        self.keep_through(rules, end);
        self.state.is_terminated = true;
    }

    /// Takes the end of the document.
    pub(crate) fn finish(&mut self, rules: &RuleSet) {
        let State { end, is_terminated, .. } = self.state;
        let after = After::End { end, is_terminated };
        self.close_run(after);
        self.stretch.finish(after, rules, &mut self.verdict);
        self.state.decided = end;
        self.verdict.tell_wordless(end);
    }

    fn start_line(&mut self, line: &mut Line<'_>) {
        if self.state.lines == 0
            && let Some(text) = line.content.strip_prefix(BYTE_ORDER_MARK)
        {
            line.start += BYTE_ORDER_MARK.len() as u64;
            line.content = text;
            self.state.decided = line.start;
            self.state.before.text_start = line.start;
            self.state.before.kept_end = line.start;
            self.state.before.kept_line_end = line.start;
        }
        self.state.lines += 1;
    }

    fn blank(&mut self) {
        match &mut self.state.flow {
            Flow::Run(run) => run.blank(),
            Flow::Removing(_) => {}
            Flow::Body | Flow::Keeping => self.state.before.has_gap = true,
        }
    }

    /// Whether the line has no words, and its rule says that repetition makes it residue.
    fn is_frame(&self, rules: &RuleSet) -> bool {
        let is_frame = |unit: &Unit| unit.is_wordless && rules.facts(unit.rule).is_repeated;
        matches!(&self.judge.judged.prefix[..], [unit] if is_frame(unit))
    }

    /// Takes a line without words, such as the frame of a table that only lays out a page. It says nothing of the lines
    /// around it, residue and body may both stand in such a table: the first ones are body, the others as if they were not
    /// there.
    fn frame(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let unit = self.judge.judged.prefix.remove(0);
        // Without the last line end, another line would be without one.
        let is_terminated = line.content_end() < line.end;
        if !self.repeats.count(&unit, rules) || !is_terminated {
            return self.body(rules, line);
        }
        self.verdict.remove_wordless(Removal {
            span: Span::new(line.start, line.end),
            line: self.state.lines,
            rule: unit.rule,
            evidence: Points::from_halves(rules.weight(unit.rule).halves()),
        });
    }

    fn candidate(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let introduces = self.judge.judged.introduces != Introduction::None;
        let units = std::mem::take(&mut self.judge.judged.prefix);
        let mut repeats = std::mem::take(&mut self.repeats);
        let mut is_repeat = |unit: &Unit| repeats.count(unit, rules);
        match self.state.flow {
            Flow::Removing(evidence) => {
                self.remove_now(&units, line, line.end, evidence);
                self.state.decided = line.end;
                self.state.before.kept_end = line.end;
                self.state.before.kept_line_end = line.end;
            }
            Flow::Keeping => self.keep_text(line.content_end(), line.end, Introduction::None),
            Flow::Body | Flow::Run(_) => {
                let number = self.state.lines;
                let run = self.open_run(line.start);
                run.add_line(&units, line.start, number, &mut is_repeat);
                run.end = line.end;
                let is_weak = |unit: &Unit| rules.weight(unit.rule) == Weight::Weak;
                run.is_open = introduces && units.last().is_some_and(is_weak);
            }
        }
        self.judge.judged.prefix = units;
        self.repeats = repeats;
    }

    fn body(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let judged = std::mem::take(&mut self.judge.judged);
        let core_start = line.start + judged.core_start as u64;
        let core_end = line.start + judged.core_end as u64;
        if !judged.prefix.is_empty() {
            self.prefix(&judged.prefix, line, core_start);
        }
        self.close_run(After::Body { line_start: line.start, core_start });
        self.core(rules, &judged, line.start);
        let goes_on = judged.is_item && self.state.before.introduction == Introduction::Colon;
        let introduces = if goes_on { Introduction::Colon } else { judged.introduces };
        self.keep_text(core_end, line.end, introduces);
        if !judged.suffix.is_empty() {
            let number = self.state.lines;
            let run = self.open_run(line.start);
            run.add_parts(&judged.suffix, line.start, number);
            run.hole = Some(Span::new(line.content_end(), line.end));
            run.end = line.content_end();
        }
        self.judge.judged = judged;
    }

    /// Takes the candidates at the start of a body line.
    fn prefix(&mut self, units: &[Unit], line: &Line<'_>, core_start: u64) {
        match self.state.flow {
            Flow::Removing(evidence) => self.remove_now(units, line, core_start, evidence),
            Flow::Keeping => {}
            Flow::Body | Flow::Run(_) => {
                let number = self.state.lines;
                let run = self.open_run(line.start);
                run.add_parts(units, line.start, number);
                run.end = core_start;
                run.is_open = false;
            }
        }
    }

    /// Takes the core of a body line and the markers inside it. Prose decides whatever waits before it.
    fn core(&mut self, rules: &RuleSet, judged: &Judged, line_start: u64) {
        let marker = |unit: &Unit| Removal {
            span: Span::new(line_start + unit.start as u64, line_start + unit.end as u64),
            line: self.state.lines,
            rule: unit.rule,
            evidence: Points::from_halves(rules.weight(unit.rule).halves()),
        };
        let markers: Vec<Removal> = judged.inside.iter().map(marker).collect();
        if judged.texture == Texture::Prose {
            self.stretch.prose(rules, &mut self.verdict);
        } else {
            self.stretch.count_other();
        }
        if self.stretch.is_empty() {
            self.verdict.remove_markers(&markers);
        } else {
            let filler = match judged.texture {
                _ if judged.is_fixed => Filler::Fixed,
                Texture::Label => Filler::Label,
                Texture::Headline => Filler::Headline,
                Texture::Other => Filler::Sentence,
                Texture::Prose => Filler::Fixed,
            };
            self.stretch.body(line_start, filler, &markers);
        }
    }

    /// The run that is open, or a new one, for candidates of the line at `line_start`.
    fn open_run(&mut self, line_start: u64) -> &mut Run {
        let state = &mut self.state;
        if !matches!(state.flow, Flow::Run(_)) {
            state.flow = Flow::Run(Box::new(Run::new(state.before)));
        }
        match &mut state.flow {
            Flow::Run(run) => {
                run.reach(line_start);
                run
            }
            _ => unreachable!("a run was just opened"),
        }
    }

    /// Closes the open run, or stops removing or keeping candidates.
    fn close_run(&mut self, after: After) {
        if let Flow::Run(run) = std::mem::take(&mut self.state.flow) {
            self.stretch.close_run(*run, after);
        }
    }

    /// Reports the removal of candidates of one line, up to `end`, without holding them.
    fn remove_now(&mut self, units: &[Unit], line: &Line<'_>, end: u64, evidence: Points) {
        let mut start = line.start;
        for (at, unit) in units.iter().enumerate() {
            let next = units.get(at + 1).map_or(end, |next| line.start + next.start as u64);
            let span = Span::new(start, next);
            let line = self.state.lines;
            self.verdict.tell(Removal { span, line, rule: unit.rule, evidence });
            start = next;
        }
    }

    /// Kept text ends at `end`, in the line that ends at `line_end`.
    fn keep_text(&mut self, end: u64, line_end: u64, introduction: Introduction) {
        let state = &mut self.state;
        state.before = Before {
            text_start: state.before.text_start,
            kept_end: end,
            kept_line_end: line_end,
            has_body: true,
            has_gap: false,
            introduction,
        };
        if self.stretch.is_empty() {
            state.decided = end;
        }
    }

    /// Lets go of what is held when it outgrows the limit.
    #[inline]
    fn bound_held(&mut self, rules: &RuleSet) {
        let end = self.state.end;
        let held = end - self.state.decided.min(end);
        if held > self.limits.max_held_bytes as u64 {
            self.let_go_of_all(rules);
        }
        self.verdict.tell_wordless(self.state.decided);
    }

    #[cold]
    fn let_go_of_all(&mut self, rules: &RuleSet) {
        let end = self.state.end;
        self.limit_hits.held += 1;
        self.stretch.let_go(rules, &mut self.verdict);
        match std::mem::take(&mut self.state.flow) {
            Flow::Run(run) => self.let_go(*run, rules),
            flow => self.state.flow = flow,
        }
        self.state.decided = end;
        self.state.before.text_start = end;
        self.state.before.kept_end = end;
        self.state.before.kept_line_end = end;
    }

    /// Decides the open run before its end is seen.
    fn let_go(&mut self, run: Run, rules: &RuleSet) {
        let end = self.state.end;
        let demand = self.verdict.profile.demand(Zone::Whole, false);
        let tally = Tally::of(&run, rules, false);
        let evidence = tally.evidence(None);
        if run.belongs_to_body(&tally, &self.verdict.frame).is_none()
            && self.verdict.suffices(&tally, evidence, demand)
        {
            self.verdict.remove_open(&run, end, evidence, &tally.certain);
            self.state.flow = Flow::Removing(evidence);
        } else {
            self.verdict.keep(&run, evidence, demand, KeptBecause::Limit);
            self.state.before.has_body = true;
            self.state.flow = Flow::Keeping;
        }
    }
}
