//! The specification: the decision model, written as plainly as it can be.
//!
//! It takes a whole document, looks at everything, remembers everything, and marks bytes one by one. It shares no code
//! with the library: not the folding, not the cutting, not the runs. The library must mark the same bytes with the same
//! rules and the same evidence. It knows no limit on what is held, because it holds everything.

mod parts;
mod plain;
mod region;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use unchaff::{Edge, Exception, Pack, Profile, Rule, Shape, Weight};

use self::parts::{Parts, PatternSets, pattern_sets};
use self::plain::{ends_in_colon, fold, invisible, is_heading, is_item, texture};
use self::region::Region;
use super::{Mark, join};

/// What the reference needs to know.
pub struct Reference<'r> {
    pub rules: &'r [Rule],
    /// The rules of every phrase that is a whole line, and all other shapes with their rules.
    lines: HashMap<String, Vec<usize>>,
    others: Vec<(usize, Shape)>,
    patterns: Rc<PatternSets>,
    pub keep_phrases: Vec<String>,
    /// Exceptions of packs: what stays, and the rules it holds against; no rule means all.
    pub exceptions: Vec<(Vec<Shape>, Vec<String>)>,
    pub profile: Profile,
    pub max_line_bytes: usize,
    pub max_candidate_bytes: usize,
}

/// A stretch of a document.
#[derive(Clone, Debug)]
enum Token {
    Blank {
        start: usize,
        end: usize,
    },
    Body {
        start: usize,
        end: usize,
        intro: Intro,
        texture: Texture,
        /// Rules of the markers inside it that go.
        inside: Vec<usize>,
    },
    LineEnd {
        start: usize,
        end: usize,
    },
    /// Candidates of one line. `is_part`: body stands in the line too.
    Stretch {
        units: Vec<Unit>,
        is_part: bool,
        ends_line: bool,
        /// A weak heading or introduction, which may belong to the body behind it.
        is_open: bool,
    },
}

/// What a body line says of what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intro {
    None,
    Heading,
    Colon,
}

/// What a body line reads like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    Prose,
    Label,
    Headline,
    Other,
}

/// Where a stretch without prose stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Head,
    Between,
    Tail,
    Whole,
}

/// What was decided before.
#[derive(Default)]
struct Past {
    /// The certain rules that removed something.
    certain: BTreeSet<usize>,
    has_removed: bool,
}

impl Past {
    fn markers(&mut self, inside: &[usize]) {
        self.certain.extend(inside);
        self.has_removed |= !inside.is_empty();
    }
}

/// One candidate: its bytes, its folded text, the rule.
#[derive(Clone, Debug)]
pub struct Unit {
    pub start: usize,
    pub end: usize,
    pub view: String,
    pub rule: usize,
    pub is_marker: bool,
}

impl<'r> Reference<'r> {
    pub fn new(rules: &'r [Rule], profile: Profile) -> Self {
        let mut lines: HashMap<String, Vec<usize>> = HashMap::new();
        let mut others = Vec::new();
        let mut patterns = Vec::new();
        for (rule, shape) in rules
            .iter()
            .enumerate()
            .flat_map(|(at, rule)| rule.shapes().iter().map(move |s| (at, s)))
        {
            match shape {
                Shape::Line(phrase) => lines.entry(phrase.clone()).or_default().push(rule),
                Shape::Pattern(pattern) => patterns.push((rule, pattern.source().to_owned())),
                other => others.push((rule, other.clone())),
            }
        }
        Reference {
            rules,
            lines,
            others,
            patterns: pattern_sets(patterns),
            keep_phrases: Vec::new(),
            exceptions: Vec::new(),
            profile,
            max_line_bytes: 1 << 20,
            max_candidate_bytes: 1024,
        }
    }

    /// With the exceptions of the built-in packs.
    pub fn with_builtin_exceptions(mut self) -> Self {
        let exceptions = Pack::builtin().iter().flat_map(Pack::exceptions);
        let own = |one: &Exception| (one.shapes().to_vec(), one.rules().to_vec());
        self.exceptions = exceptions.map(own).collect();
        self
    }

    /// Every removed range of the document, with its rule and the evidence in half points.
    pub fn marks(&self, text: &[u8]) -> Vec<Mark> {
        let tokens = self.tokens(text);
        let mut marked: Vec<Option<(usize, u32)>> = vec![None; text.len()];
        let bom = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let is_terminated = text.ends_with(b"\n");
        let mut past = Past::default();
        let is_prose =
            |i: &usize| matches!(tokens[*i], Token::Body { texture: Texture::Prose, .. });
        let prose: Vec<usize> = (0..tokens.len()).filter(is_prose).collect();
        let mut from = 0;
        for (number, to) in prose.iter().copied().chain([tokens.len()]).enumerate() {
            let zone = match (number, to == tokens.len()) {
                _ if prose.len() < 3 => Zone::Whole,
                (0, true) => Zone::Whole,
                (0, false) => Zone::Head,
                (_, true) => Zone::Tail,
                (_, false) => Zone::Between,
            };
            self.decide_stretch(
                &tokens,
                from..to,
                zone,
                bom,
                is_terminated,
                &mut past,
                &mut marked,
            );
            if let Some(Token::Body { inside, .. }) = tokens.get(to) {
                past.markers(inside);
            }
            from = to + 1;
        }
        for (span, rule) in self.markers_between_sentences(text) {
            let own = Some((rule, halves(self.rules[rule].weight())));
            let free = marked[span.0..span.1].iter_mut().filter(|mark| mark.is_none());
            free.for_each(|mark| *mark = own);
        }
        let id = |rule: usize| self.rules[rule].id().to_owned();
        join(marked.iter().enumerate().filter_map(|(i, mark)| {
            mark.map(|(rule, evidence)| (i as u64, i as u64 + 1, id(rule), evidence))
        }))
    }

    /// Decides the runs of a stretch without prose: first those that may go together, with all that stands between them,
    /// and where that does not suffice, each by itself.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of it is what is known of the document so far"
    )]
    fn decide_stretch(
        &self,
        tokens: &[Token],
        stretch: Range<usize>,
        zone: Zone,
        bom: usize,
        is_terminated: bool,
        past: &mut Past,
        marked: &mut [Option<(usize, u32)>],
    ) {
        let is_run = |i: usize| matches!(tokens[i], Token::Stretch { .. });
        let is_body = |i: &usize| matches!(tokens[*i], Token::Body { .. });
        let mut at = stretch.start;
        while at < stretch.end {
            if !is_run(at) {
                if let Token::Body { inside, .. } = &tokens[at] {
                    past.markers(inside);
                }
                at += 1;
                continue;
            }
            // A run reaches to the next body, over blank lines and line ends.
            let reach = |from: usize| (from..tokens.len()).find(is_body).unwrap_or(tokens.len());
            let mut runs: Vec<Range<usize>> = std::iter::once(at..reach(at)).collect();
            if self.intro_before(tokens, at) == Intro::None {
                while let Some(next) = (runs[runs.len() - 1].end..stretch.end).find(|&i| is_run(i))
                    && self.may_be_enclosed(tokens, &runs, next, zone)
                    && self.intro_before(tokens, next) != Intro::Colon
                {
                    runs.push(next..reach(next));
                }
            }
            let goes = runs.len() > 1
                && self.decide_runs(tokens, &runs, zone, bom, is_terminated, past, marked);
            if !goes {
                let mut seen = at;
                for run in &runs {
                    for token in &tokens[seen..run.start] {
                        if let Token::Body { inside, .. } = token {
                            past.markers(inside);
                        }
                    }
                    let alone = std::slice::from_ref(run);
                    self.decide_runs(tokens, alone, zone, bom, is_terminated, past, marked);
                    seen = run.end;
                }
            }
            at = runs[runs.len() - 1].end;
        }
    }

    /// Whether what stands between two runs is a few labels.
    fn may_be_enclosed(
        &self,
        tokens: &[Token],
        runs: &[Range<usize>],
        next: usize,
        zone: Zone,
    ) -> bool {
        let mut units = 0;
        let mut ends_open = false;
        for token in runs.iter().flat_map(|run| &tokens[run.clone()]) {
            if let Token::Stretch { units: more, is_open, .. } = token {
                units += more.len();
                ends_open = *is_open;
            }
        }
        let between = &tokens[runs[runs.len() - 1].end..next];
        let bodies = between.iter().filter_map(|token| match token {
            Token::Body { texture, .. } => Some(*texture),
            _ => None,
        });
        let (in_zone, in_between) = match self.profile {
            Profile::Cautious => (0, 0),
            Profile::Standard => (12, 4),
            Profile::Eager => (200, 30),
        };
        let most = match zone {
            Zone::Head | Zone::Tail => in_zone,
            Zone::Between => in_between,
            Zone::Whole => 0,
        };
        let fits = |texture| {
            texture == Texture::Label
                || (texture == Texture::Headline && self.profile == Profile::Eager)
        };
        !ends_open && bodies.clone().all(fits) && bodies.count() <= most.min(2 * units)
    }

    /// What the last body before a token introduces.
    fn intro_before(&self, tokens: &[Token], at: usize) -> Intro {
        let before = tokens[..at].iter().rev().find_map(|token| match token {
            Token::Body { intro, .. } => Some(*intro),
            _ => None,
        });
        before.unwrap_or(Intro::None)
    }

    /// Removes runs with all that stands between them, if the evidence of all of them suffices. Says whether it did.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of it is what is known of the document so far"
    )]
    fn decide_runs(
        &self,
        tokens: &[Token],
        runs: &[Range<usize>],
        zone: Zone,
        bom: usize,
        is_terminated: bool,
        past: &mut Past,
        marked: &mut [Option<(usize, u32)>],
    ) -> bool {
        let first = runs[0].start;
        let last = &runs[runs.len() - 1];
        let next_body = Some(last.end).filter(|&end| end < tokens.len());
        let run: Vec<&Token> = runs.iter().flat_map(|run| &tokens[run.clone()]).collect();
        let units: Vec<&Unit> = run
            .iter()
            .flat_map(|token| match token {
                Token::Stretch { units, .. } => units.as_slice(),
                _ => &[],
            })
            .collect();
        let before = tokens[..first].iter().rev().find(|token| matches!(token, Token::Body { .. }));
        // Evidence: each folded text once, a weak rule at most a point; a stretch inside a text line costs
        // a point unless an affix stands in it.
        let mut seen = BTreeSet::new();
        let mut shares: BTreeMap<usize, u32> = BTreeMap::new();
        let mut weak: BTreeMap<&str, u32> = BTreeMap::new();
        let mut certain = BTreeSet::new();
        let mut is_weak = true;
        let mut sum = 0;
        for token in &run {
            let Token::Stretch { units, is_part, .. } = token else { continue };
            let mut gained = 0;
            for unit in units {
                let rule = &self.rules[unit.rule];
                let weight = halves(rule.weight());
                let is_repeat = rule.is_repeated()
                    && !is_part
                    && zone != Zone::Whole
                    && self.times_before(tokens, unit) >= 2;
                is_weak &= rule.weight() == Weight::Weak && !is_repeat;
                if seen.insert(unit.view.clone()) {
                    let language = rule.language().filter(|_| rule.weight() == Weight::Weak);
                    let share = shares.entry(unit.rule).or_default();
                    let more = weight.min(self.most(unit.rule) - *share);
                    match language {
                        _ if is_repeat => gained += 4,
                        Some(language) => {
                            *share += more;
                            let before = weak.values().max().copied().unwrap_or(0);
                            *weak.entry(language).or_default() += more;
                            gained += weak.values().max().copied().unwrap_or(0) - before;
                        }
                        None => {
                            *share += more;
                            gained += more;
                        }
                    }
                }
                if weight == 4 && (!is_part || self.is_affix(unit)) {
                    certain.insert(unit.rule);
                }
            }
            let has_affix = units.iter().any(|unit| self.is_affix(unit));
            sum += if *is_part && !has_affix { u32::max(gained, 2) - 2 } else { gained };
        }
        let bare = sum;
        let fits = |other: Edge| units.iter().any(|unit| self.rules[unit.rule].edge() != other);
        let touches_head = before.is_none() && next_body.is_some();
        let touches_tail = before.is_some() && next_body.is_none();
        let is_head = (touches_head || zone == Zone::Head) && !touches_tail && fits(Edge::Tail);
        let is_tail = (touches_tail || zone == Zone::Tail) && !touches_head && fits(Edge::Head);
        let is_near = touches_head || touches_tail || sum > 2;
        if (is_head || is_tail) && is_near && (!is_weak || seen.len() >= 3) {
            sum += 2;
        }
        let threshold = match self.profile {
            Profile::Cautious => 6,
            Profile::Standard => 4,
            Profile::Eager => 3,
        };
        let needed = match zone {
            _ if !is_weak || past.has_removed => threshold,
            Zone::Whole => threshold,
            Zone::Head | Zone::Tail => threshold + 3,
            Zone::Between => threshold + 4,
        };
        let intro = match before {
            Some(Token::Body { intro, .. }) => *intro,
            _ => Intro::None,
        };
        let is_group = runs.len() > 1;
        // The point for the zone does not speak for what no rule knows.
        let is_enough = bare >= threshold || !certain.is_empty();
        if is_group && (!is_enough || (zone == Zone::Between && sum < 12)) {
            return false;
        }
        let is_list = intro == Intro::Colon && certain.is_disjoint(&past.certain);
        let is_text = intro == Intro::Heading && is_weak;
        if is_list || (is_text && !is_group) || (certain.is_empty() && sum < needed) {
            return false;
        }
        past.certain.extend(certain);
        past.has_removed = true;
        // What goes: from the first to the last unit, then blank lines.
        let text_end = marked.len();
        let body_end = match before {
            Some(Token::Body { end, .. }) => *end,
            _ => bom,
        };
        let last_is_part_of_body_line =
            matches!(run.last(), Some(Token::Stretch { ends_line: false, .. }));
        let last_run = &tokens[last.clone()];
        let starts_in_body_line =
            matches!(tokens[first], Token::Stretch { is_part: true, ends_line: true, .. });
        let (line_end, blanks_before) =
            self.separation(tokens, first, starts_in_body_line, is_group);
        let mut start = units[0].start;
        let mut end;
        let mut spared = None;
        match next_body {
            None if before.is_none() => (start, end) = (bom, text_end),
            None => {
                end = text_end;
                if !is_terminated {
                    start = body_end;
                } else if starts_in_body_line {
                    spared = line_end;
                } else {
                    start = line_end.map_or(start, |(_, end)| end);
                }
            }
            Some(body) => {
                let Token::Body { start: body_start, .. } = tokens[body] else {
                    unreachable!("it is body")
                };
                end = run_end(last_run);
                if last_is_part_of_body_line || before.is_none() || blanks_before.is_some() {
                    end = body_start;
                }
                if before.is_none() {
                    start = bom;
                }
                if starts_in_body_line {
                    spared = line_end;
                    if let (Some((from, _)), Some((_, to))) = (spared, blanks_before) {
                        spared = Some((from, to));
                    }
                }
            }
        }
        for (i, mark) in marked.iter_mut().enumerate().take(end).skip(start) {
            if !spared.is_some_and(|(from, to)| (from..to).contains(&i)) {
                let unit = units.iter().rev().find(|unit| unit.start <= i).unwrap_or(&units[0]);
                *mark = Some((unit.rule, sum));
            }
        }
        true
    }

    /// How often a line like this one stood in the document before it.
    fn times_before(&self, tokens: &[Token], unit: &Unit) -> usize {
        let lines = tokens.iter().filter_map(|token| match token {
            Token::Stretch { units, is_part: false, .. } => Some(units),
            _ => None,
        });
        lines.flatten().filter(|one| one.view == unit.view && one.start < unit.start).count()
    }

    /// What the lines of one rule can add, in half points.
    fn most(&self, rule: usize) -> u32 {
        match self.rules[rule].weight() {
            weight if self.rules[rule].counts_once() => halves(weight),
            Weight::Weak => 2,
            _ => u32::MAX,
        }
    }

    /// The line end of the body line before a run, and the blank lines between that line and the run's first line.
    #[allow(clippy::type_complexity, reason = "two optional ranges")]
    fn separation(
        &self,
        tokens: &[Token],
        first: usize,
        starts_in_body_line: bool,
        is_group: bool,
    ) -> (Option<(usize, usize)>, Option<(usize, usize)>) {
        let mut line_end = None;
        let mut blanks: Option<(usize, usize)> = None;
        let from = if starts_in_body_line {
            first + 1
        } else {
            match tokens[..first].iter().rposition(|token| matches!(token, Token::Body { .. })) {
                Some(body) => body + 1,
                None => return (None, None),
            }
        };
        for token in &tokens[from..] {
            match *token {
                Token::LineEnd { start, end } if line_end.is_none() => {
                    line_end = Some((start, end))
                }
                Token::Blank { start, end } => {
                    blanks = Some((blanks.map_or(start, |(from, _)| from), end));
                }
                _ => break,
            }
        }
        // Blank lines that only the next body follows do not stand before anything of the run.
        if starts_in_body_line && !is_group {
            let after = tokens[from..]
                .iter()
                .find(|t| matches!(t, Token::Body { .. } | Token::Stretch { .. }));
            if !matches!(after, Some(Token::Stretch { .. })) {
                blanks = None;
            }
        }
        (line_end, blanks)
    }

    fn tokens(&self, text: &[u8]) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut region = Region::default();
        let mut start = 0;
        for (number, raw) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let end = start + raw.len();
            let is_long = raw.strip_suffix(b"\n").unwrap_or(raw).len() > self.max_line_bytes;
            let mut from = start;
            if number == 0 && raw.starts_with(b"\xEF\xBB\xBF") && !is_long {
                from += 3;
            }
            let to = start + content_len(raw);
            let line = &text[from..to.max(from)];
            if is_long {
                region.pass_long_line();
                tokens.push(Token::Body {
                    start: from,
                    end,
                    intro: Intro::None,
                    texture: Texture::Prose,
                    inside: vec![],
                });
                tokens.push(Token::LineEnd { start: end, end });
            } else {
                let was_fenced = region.fence.is_some();
                let is_protected = region.protects(line, number == 0);
                let is_data = is_protected && !was_fenced && region.fence.is_none();
                if String::from_utf8_lossy(line).chars().all(invisible) {
                    tokens.push(Token::Blank { start: from, end });
                } else {
                    self.line_tokens(line, from, end, is_protected, is_data, &mut tokens);
                }
            }
            start = end;
        }
        tokens
    }

    fn line_tokens(
        &self,
        line: &[u8],
        at: usize,
        line_end: usize,
        is_protected: bool,
        is_data: bool,
        tokens: &mut Vec<Token>,
    ) {
        let parts = if is_protected { Parts::body(line) } else { self.parts(line) };
        let is_kept = line.len() <= self.max_candidate_bytes && self.is_kept(&fold(line));
        let texture = match parts.core {
            Some((from, to)) if !is_protected => {
                let is_gone =
                    |i: &usize| parts.inside.iter().any(|unit| (unit.start..unit.end).contains(i));
                let rest: Vec<u8> = (from..to).filter(|i| !is_gone(i)).map(|i| line[i]).collect();
                match texture(&rest, ends_in_colon(&line[from..to])) {
                    Texture::Prose => Texture::Prose,
                    _ if is_kept => Texture::Other,
                    texture => texture,
                }
            }
            _ => Texture::Other,
        };
        let shift = |units: &[Unit]| -> Vec<Unit> {
            let moved =
                |unit: &Unit| Unit { start: unit.start + at, end: unit.end + at, ..unit.clone() };
            units.iter().map(moved).collect()
        };
        let Some((core_start, core_end)) = parts.core else {
            let last = &parts.prefix[parts.prefix.len() - 1];
            let is_open = (ends_in_colon(line) || is_heading(line))
                && self.rules[last.rule].weight() == Weight::Weak;
            tokens.push(Token::Stretch {
                units: shift(&parts.prefix),
                is_part: false,
                ends_line: true,
                is_open,
            });
            // The line end of a whole candidate line belongs to it.
            tokens.push(Token::Blank { start: at + line.len(), end: line_end });
            return;
        };
        if !parts.prefix.is_empty() {
            tokens.push(Token::Stretch {
                units: shift(&parts.prefix),
                is_part: true,
                ends_line: false,
                is_open: false,
            });
        }
        let before = tokens.iter().rev().find_map(|token| match token {
            Token::Body { intro, .. } => Some(*intro),
            _ => None,
        });
        let goes_on =
            (is_data || is_item(&line[core_start..core_end])) && before == Some(Intro::Colon);
        let intro = if ends_in_colon(&line[core_start..core_end]) || goes_on {
            Intro::Colon
        } else if is_heading(&line[core_start..core_end]) {
            Intro::Heading
        } else {
            Intro::None
        };
        let inside = parts.inside.iter().map(|unit| unit.rule).collect();
        tokens.push(Token::Body {
            start: at + core_start,
            end: at + core_end,
            intro,
            texture,
            inside,
        });
        if !parts.suffix.is_empty() {
            tokens.push(Token::Stretch {
                units: shift(&parts.suffix),
                is_part: true,
                ends_line: true,
                is_open: false,
            });
        }
        tokens.push(Token::LineEnd { start: at + line.len(), end: line_end });
    }

    fn markers_between_sentences(&self, text: &[u8]) -> Vec<((usize, usize), usize)> {
        let mut found = Vec::new();
        let mut region = Region::default();
        let mut start = 0;
        for (number, raw) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let is_long = raw.strip_suffix(b"\n").unwrap_or(raw).len() > self.max_line_bytes;
            let from = if number == 0 && raw.starts_with(b"\xEF\xBB\xBF") && !is_long {
                start + 3
            } else {
                start
            };
            let line = &text[from..(start + content_len(raw)).max(from)];
            if is_long {
                region.pass_long_line();
            } else if !region.protects(line, number == 0)
                && !String::from_utf8_lossy(line).chars().all(invisible)
            {
                let inside = self.parts(line).inside;
                found.extend(
                    inside.iter().map(|unit| ((unit.start + from, unit.end + from), unit.rule)),
                );
            }
            start += raw.len();
        }
        found
    }
}

/// Where a run ends without the blank lines behind it: after the line end of its last whole line, or its last unit.
fn run_end(run: &[Token]) -> usize {
    let last = run
        .iter()
        .rposition(|token| matches!(token, Token::Stretch { .. }))
        .expect("a run has a stretch");
    match (&run[last], run.get(last + 1)) {
        (Token::Stretch { is_part: false, .. }, Some(Token::Blank { end, .. })) => *end,
        (Token::Stretch { units, .. }, _) => units[units.len() - 1].end,
        _ => unreachable!("it is a stretch"),
    }
}

fn halves(weight: Weight) -> u32 {
    match weight {
        Weight::Weak => 1,
        Weight::Likely => 2,
        Weight::Certain => 4,
    }
}

fn content_len(raw: &[u8]) -> usize {
    match raw {
        [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] => content.len(),
        content => content.len(),
    }
}
