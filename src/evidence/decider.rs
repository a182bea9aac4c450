//! The decider: takes the lines of one document in order, and says what is removed.
//!
//! The invariant: everything before `decided()` is either kept or in a removal that was reported, and removals are
//! reported in order and never overlap. Both doors drive it: the cleaner with the lines of a text, the stream cleaner
//! with lines as they arrive.
//!
//! Which blank lines go with a run is decided here too. In mid-document a run takes the blank lines after it if others
//! stand before it, so that paragraphs stay as far apart as they were. At the head and at the tail it takes those on
//! both sides. A document that ends without a line end ends without one afterwards.
//!
//! A run behind a colon is a list of the body, with one exception: when a certain rule removed something before and
//! matches again in the run, the two are a machine's frame around the text.

use super::points::Points;
use super::profile::Profile;
use super::removal::{KeptBecause, NearMiss, Removal};
use super::report::LimitHits;
use super::run::{Held, Run};
use crate::limits::Limits;
use crate::matching::judge::{Introduction, Judge, Kind, Unit};
use crate::matching::ruleset::{Matcher, RuleId, RuleSet};
use crate::rules::category::Edge;
use crate::span::Span;
use crate::text::chars::is_blank;
use crate::text::line::{BYTE_ORDER_MARK, Line};
use crate::text::region::Region;

/// What is decided about one document so far.
#[derive(Debug)]
pub(crate) struct Decider {
    profile: Profile,
    limits: Limits,
    host: Option<String>,
    judge: Judge,
    region: Region,
    state: State,
    /// Removals, in order. The caller may take them at any time.
    pub removals: Vec<Removal>,
    /// Candidates that were kept, in order; only where `collects_near` was set.
    pub near: Vec<NearMiss>,
    collects_near: bool,
    pub limit_hits: LimitHits,
    pub near_misses: u64,
}

/// Where in the document the decider stands.
#[derive(Debug, Default)]
struct State {
    /// Lines taken.
    lines: u64,
    /// Where a removal of the head may start: behind a byte order mark, and behind what was let go.
    text_start: u64,
    /// Where the last kept text ends; its line end may still go.
    kept_end: u64,
    /// Where the line of the last kept text ends.
    kept_line_end: u64,
    /// Blank lines stand behind the last kept text.
    has_gap: bool,
    /// Kept text stands somewhere before.
    has_body: bool,
    /// What the last kept text introduces.
    introduces: Introduction,
    /// The certain rules that removed something before: the other half of a frame may follow.
    frame: Vec<RuleId>,
    flow: Flow,
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
        host: Option<&str>,
        collects_near: bool,
    ) -> Self {
        Decider {
            profile,
            limits,
            host: host.map(str::to_owned),
            judge: Judge::default(),
            region: Region::Start,
            state: State::default(),
            removals: Vec::new(),
            near: Vec::new(),
            collects_near,
            limit_hits: LimitHits::default(),
            near_misses: 0,
        }
    }

    /// Everything before this offset is decided.
    pub(crate) fn decided(&self) -> u64 {
        self.state.kept_end
    }

    /// Whether kept text, more than blank lines, was seen.
    pub(crate) fn has_body(&self) -> bool {
        self.state.has_body
    }

    /// Takes the next line, of at most `max_line_bytes`.
    pub(crate) fn line(&mut self, matcher: &impl Matcher, mut line: Line<'_>) {
        self.start_line(&mut line);
        let was_fenced = self.region.is_fence();
        let is_protected = self.region.protects(line.content);
        let kind = if is_protected && !is_blank(line.content) {
            self.judge.start_body(line.content);
            // Taking residue out can make a line front matter or a table row: that must not end a list either.
            self.judge.judged.is_item |= !was_fenced && !self.region.is_fence();
            Kind::Body
        } else {
            self.judge.judge(matcher, &self.limits, self.host.as_deref(), line.content)
        };
        match kind {
            Kind::Blank => self.blank(),
            Kind::Candidate => self.candidate(matcher.rules(), &line),
            Kind::Body => self.body(matcher.rules(), &line),
        }
        self.state.end = line.end;
        self.state.is_terminated = line.content_end() < line.end;
        self.bound_held();
    }

    /// Takes the start of a line that is too long to be examined. Its bytes are kept.
    pub(crate) fn start_long_line(&mut self, start: u64) {
        self.state.lines += 1;
        self.limit_hits.long_lines += 1;
        self.region.pass_long_line();
        self.close_before_body(start, start);
        self.keep_through(start);
    }

    /// Takes more of a line that is too long, up to `end`.
    pub(crate) fn keep_through(&mut self, end: u64) {
        self.keep_text(end, end, Introduction::None);
        self.state.end = end;
        self.state.is_terminated = false;
    }

    /// Takes the end of a line that is too long, its line end included. Nothing of it can go.
    pub(crate) fn end_long_line(&mut self, end: u64) {
        self.keep_through(end);
        self.state.is_terminated = true;
    }

    /// Takes the end of the document.
    pub(crate) fn finish(&mut self) {
        let state = &mut self.state;
        let end = state.end;
        if let Flow::Run(run) = std::mem::take(&mut state.flow) {
            let touches = state.has_body.then_some(Edge::Tail);
            let evidence = run.evidence(touches);
            if run.suffices(evidence, self.profile, &state.frame) {
                let start = match (state.has_body, state.is_terminated) {
                    (false, _) => state.text_start,
                    (true, true) => run.start().map_or(end, |start| start.min(state.kept_line_end)),
                    (true, false) => state.kept_end,
                };
                let hole = run.hole.filter(|_| state.is_terminated);
                self.remove(&run, Span::new(start, end), hole, evidence);
            } else {
                self.keep_run(&run, evidence);
            }
        }
        self.state.kept_end = end;
    }

    fn start_line(&mut self, line: &mut Line<'_>) {
        if self.state.lines == 0
            && let Some(text) = line.content.strip_prefix(BYTE_ORDER_MARK)
        {
            line.start += BYTE_ORDER_MARK.len() as u64;
            line.content = text;
            self.state.text_start = line.start;
            self.state.kept_end = line.start;
            self.state.kept_line_end = line.start;
        }
        self.state.lines += 1;
    }

    fn blank(&mut self) {
        if !matches!(self.state.flow, Flow::Run(_) | Flow::Removing(_)) {
            self.state.has_gap = true;
        }
    }

    fn candidate(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let units = std::mem::take(&mut self.judge.judged.prefix);
        match &self.state.flow {
            Flow::Removing(evidence) => {
                let evidence = *evidence;
                self.remove_now(&units, line, line.end, evidence);
                self.state.kept_end = line.end;
                self.state.kept_line_end = line.end;
            }
            Flow::Keeping => self.keep_text(line.content_end(), line.end, Introduction::None),
            Flow::Body | Flow::Run(_) => {
                let number = self.state.lines;
                let run = self.open_run(line.start);
                run.add(&units, line.start, number, false, rules);
                run.end = line.end;
            }
        }
        self.judge.judged.prefix = units;
    }

    fn body(&mut self, rules: &RuleSet, line: &Line<'_>) {
        let judged = std::mem::take(&mut self.judge.judged);
        let core_start = line.start + judged.core_start as u64;
        let core_end = line.start + judged.core_end as u64;
        let number = self.state.lines;
        if !judged.prefix.is_empty() {
            match &self.state.flow {
                Flow::Removing(evidence) => {
                    let evidence = *evidence;
                    self.remove_now(&judged.prefix, line, core_start, evidence);
                }
                Flow::Keeping => {}
                Flow::Body | Flow::Run(_) => {
                    let run = self.open_run(line.start);
                    run.add(&judged.prefix, line.start, number, true, rules);
                    run.end = core_start;
                }
            }
        }
        self.close_before_body(line.start, core_start);
        for unit in &judged.inside {
            let span = Span::new(line.start + unit.start as u64, line.start + unit.end as u64);
            let evidence = Points::from_halves(rules.weight(unit.rule).halves());
            self.removals.push(Removal { span, line: number, rule: unit.rule, evidence });
            if !self.state.frame.contains(&unit.rule) {
                self.state.frame.push(unit.rule);
            }
        }
        let goes_on = judged.is_item && self.state.introduces == Introduction::Colon;
        let introduces = if goes_on { Introduction::Colon } else { judged.introduces };
        self.keep_text(core_end, line.end, introduces);
        if !judged.suffix.is_empty() {
            let hole = Span::new(line.content_end(), line.end);
            let run = self.open_run(line.start);
            run.add(&judged.suffix, line.start, number, true, rules);
            run.hole = Some(hole);
            run.end = line.content_end();
        }
        self.judge.judged = judged;
    }

    /// The run that is open, or a new one, for candidates of the line at `line_start`.
    fn open_run(&mut self, line_start: u64) -> &mut Run {
        let state = &mut self.state;
        if !matches!(state.flow, Flow::Run(_)) {
            state.flow =
                Flow::Run(Box::new(Run::new(!state.has_body, state.has_gap, state.introduces)));
        }
        match &mut state.flow {
            Flow::Run(run) => {
                run.reach(line_start);
                run
            }
            _ => unreachable!("a run was just opened"),
        }
    }

    /// Decides the open run because body follows, in the line at `line_start`, from `core_start` on.
    fn close_before_body(&mut self, line_start: u64, core_start: u64) {
        let Flow::Run(run) = std::mem::take(&mut self.state.flow) else { return };
        let evidence = run.evidence(run.touches_head.then_some(Edge::Head));
        if !run.suffices(evidence, self.profile, &self.state.frame) {
            return self.keep_run(&run, evidence);
        }
        let end = if run.end > line_start {
            core_start
        } else if run.touches_head || run.is_set_off() {
            line_start
        } else {
            run.end
        };
        let start =
            if run.touches_head { self.state.text_start } else { run.start().unwrap_or(end) };
        let hole = run.hole_with_blanks();
        self.remove(&run, Span::new(start, end), hole, evidence);
    }

    /// Reports the removal of `whole`, shared among the units of the run, without the line end in `hole`.
    fn remove(&mut self, run: &Run, whole: Span, hole: Option<Span>, evidence: Points) {
        self.state.frame.extend_from_slice(&run.certain);
        self.state.frame.sort_unstable();
        self.state.frame.dedup();
        for (at, unit) in run.units.iter().enumerate() {
            let start = if at == 0 { whole.start } else { unit.span.start };
            let end = run.units.get(at + 1).map_or(whole.end, |next| next.span.start);
            let pieces = match hole.filter(|hole| hole.start < end && hole.end > start) {
                Some(hole) => [(start, hole.start), (hole.end, end)],
                None => [(start, end), (end, end)],
            };
            for (start, end) in pieces {
                if start < end {
                    let Held { line, rule, .. } = *unit;
                    self.removals.push(Removal {
                        span: Span::new(start, end),
                        line,
                        rule,
                        evidence,
                    });
                }
            }
        }
    }

    /// Reports the removal of candidates of one line, up to `end`, without holding them.
    fn remove_now(&mut self, units: &[Unit], line: &Line<'_>, end: u64, evidence: Points) {
        let mut start = line.start;
        for (at, unit) in units.iter().enumerate() {
            let next = units.get(at + 1).map_or(end, |next| line.start + next.start as u64);
            let span = Span::new(start, next);
            self.removals.push(Removal { span, line: self.state.lines, rule: unit.rule, evidence });
            start = next;
        }
    }

    fn keep_run(&mut self, run: &Run, evidence: Points) {
        let reason =
            run.belongs_to_body(&self.state.frame).unwrap_or(KeptBecause::TooLittleEvidence);
        self.note_near(run, evidence, reason);
        self.state.has_body = true;
    }

    fn note_near(&mut self, run: &Run, evidence: Points, reason: KeptBecause) {
        self.near_misses += run.units.len() as u64;
        if self.collects_near {
            let near = |unit: &Held| {
                let Held { span, line, rule } = *unit;
                NearMiss { span, line, rule, evidence, reason }
            };
            self.near.extend(run.units.iter().map(near));
        }
    }

    /// Kept text ends at `end`, in the line that ends at `line_end`.
    fn keep_text(&mut self, end: u64, line_end: u64, introduces: Introduction) {
        let state = &mut self.state;
        state.kept_end = end;
        state.kept_line_end = line_end;
        state.has_gap = false;
        state.has_body = true;
        state.introduces = introduces;
    }

    /// Lets go of what is held when it outgrows the limit.
    fn bound_held(&mut self) {
        let held = self.state.end - self.state.kept_end.min(self.state.end);
        if held <= self.limits.max_held_bytes as u64 {
            return;
        }
        self.limit_hits.held += 1;
        let end = self.state.end;
        match std::mem::take(&mut self.state.flow) {
            Flow::Run(run) => {
                let evidence = run.evidence(None);
                if run.suffices(evidence, self.profile, &self.state.frame) {
                    let start = if run.touches_head {
                        self.state.text_start
                    } else {
                        run.start().unwrap_or(end)
                    };
                    let hole = run.hole_with_blanks();
                    self.remove(&run, Span::new(start, end), hole, evidence);
                    self.state.flow = Flow::Removing(evidence);
                } else {
                    self.note_near(&run, evidence, KeptBecause::Limit);
                    self.state.has_body = true;
                    self.state.flow = Flow::Keeping;
                }
            }
            flow => self.state.flow = flow,
        }
        self.state.kept_end = end;
        self.state.kept_line_end = end;
        self.state.text_start = end;
    }
}
