//! What becomes of the runs of a document: which go together, and what they add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use unchaff::{Edge, Profile, Shape, Weight};

use super::{Intro, Past, Reference, Texture, Token, Unit, Zone, halves};

/// What runs add up to.
struct Sum {
    /// In half points, with what their place adds, and without it.
    sum: u32,
    bare: u32,
    certain: BTreeSet<usize>,
    /// One of them has a literal that is found anywhere.
    has_marker: bool,
    /// Nothing but weak rules.
    is_weak: bool,
}

impl Reference<'_> {
    /// Decides the runs of a stretch without prose: first those that may go together, with all that stands between them,
    /// and where that does not suffice, each by itself.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of it is what is known of the document so far"
    )]
    pub(super) fn decide_stretch(
        &self,
        tokens: &[Token],
        stretch: Range<usize>,
        zone: Zone,
        bom: usize,
        is_terminated: bool,
        past: &mut Past,
        marked: &mut [Option<(usize, u32)>],
    ) {
        if matches!(zone, Zone::Head | Zone::Tail) {
            return self.decide_zone(tokens, stretch, zone, bom, is_terminated, past, marked);
        }
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
            if past.may_enclose && self.intro_before(tokens, at) == Intro::None {
                while let Some(next) = (runs[runs.len() - 1].end..stretch.end).find(|&i| is_run(i))
                    && self.may_be_enclosed(tokens, &runs, next, zone, 0)
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

    /// Decides a zone: all of its runs together, but those that belong to the body.
    #[allow(
        clippy::too_many_arguments,
        reason = "all of it is what is known of the document so far"
    )]
    fn decide_zone(
        &self,
        tokens: &[Token],
        stretch: Range<usize>,
        zone: Zone,
        bom: usize,
        is_terminated: bool,
        past: &mut Past,
        marked: &mut [Option<(usize, u32)>],
    ) {
        let is_body = |i: &usize| matches!(tokens[*i], Token::Body { .. });
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in stretch.clone() {
            let is_run = matches!(tokens[at], Token::Stretch { .. });
            if is_run && runs.last().is_none_or(|run| run.end <= at) {
                runs.push(at..(at..tokens.len()).find(is_body).unwrap_or(tokens.len()));
            }
        }
        // Markers in lines before the first run are known by then; those behind it wait with the runs.
        let mut seen = runs.first().map_or(stretch.end, |run| run.start);
        for token in &tokens[stretch.start..seen] {
            if let Token::Body { inside, .. } = token {
                past.markers(inside);
            }
        }
        let is_own = |run: &Range<usize>| {
            let sum = self.weigh(tokens, std::slice::from_ref(run), zone, past);
            let is_thin = self.profile == Profile::Cautious && sum.is_weak && sum.bare < 3;
            !is_thin && !self.belongs_to_body(tokens, run.start, &sum, past)
        };
        let own: Vec<Range<usize>> = runs.iter().filter(|run| is_own(run)).cloned().collect();
        let sum = (!own.is_empty()).then(|| self.weigh(tokens, &own, zone, past));
        let goes = sum.as_ref().is_some_and(|sum| self.suffices(sum, sum.sum, zone, past));
        let bare = sum.as_ref().map_or(0, |sum| sum.bare);
        let encloses = past.may_enclose
            && sum
                .as_ref()
                .is_some_and(|sum| !sum.certain.is_empty() || sum.bare >= self.threshold());
        if let Some(sum) = sum.as_ref().filter(|_| goes) {
            past.certain.extend(&sum.certain);
        }
        let mut at = 0;
        while at < runs.len() {
            let mut chain = vec![runs[at].clone()];
            at += 1;
            let is_taken = own.contains(&chain[0]) && goes;
            while is_taken
                && encloses
                && let Some(next) = runs.get(at)
                && own.contains(next)
                && self.may_be_enclosed(tokens, &chain, next.start, zone, bare)
                && self.intro_before(tokens, next.start) != Intro::Colon
            {
                chain.push(next.clone());
                at += 1;
            }
            let is_last = zone == Zone::Tail && at == runs.len();
            if is_taken
                && encloses
                && is_last
                && self.profile == Profile::Eager
                && self.may_be_enclosed(tokens, &chain, tokens.len(), zone, bare)
            {
                let last = chain.len() - 1;
                chain[last].end = tokens.len();
            }
            for token in &tokens[seen..chain[0].start] {
                if let Token::Body { inside, .. } = token {
                    past.markers(inside);
                }
            }
            seen = chain[chain.len() - 1].end;
            if is_taken && let Some(sum) = &sum {
                past.has_removed = true;
                self.take(tokens, &chain, sum.sum, bom, is_terminated, marked);
            } else if !own.contains(&chain[0]) {
                self.decide_runs(tokens, &chain, zone, bom, is_terminated, past, marked);
            }
        }
        for token in &tokens[seen.min(stretch.end)..stretch.end] {
            if let Token::Body { inside, .. } = token {
                past.markers(inside);
            }
        }
    }

    /// Whether what stands between two runs is a few labels.
    fn may_be_enclosed(
        &self,
        tokens: &[Token],
        runs: &[Range<usize>],
        next: usize,
        zone: Zone,
        bare: u32,
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
        let is_eager = self.profile == Profile::Eager;
        let bodies = between.iter().filter(|token| matches!(token, Token::Body { .. })).count();
        let most = match (zone, self.profile) {
            (Zone::Whole, _) | (_, Profile::Cautious) => 0,
            (Zone::Head | Zone::Tail, Profile::Standard) => {
                usize::min(16, units).min(16 * bare as usize)
            }
            (Zone::Head | Zone::Tail, Profile::Eager) => {
                usize::min(400, 100 * units).min(16 * bare as usize)
            }
            (Zone::Between, Profile::Standard) => usize::min(4, units),
            (Zone::Between, Profile::Eager) => usize::min(28, 100 * units),
        };
        let fits = |token: &Token| match token {
            Token::Body { is_fixed: true, .. } => false,
            Token::Body { texture, .. } => match texture {
                Texture::Label => true,
                Texture::Headline => is_eager || zone == Zone::Between,
                Texture::Other => is_eager,
                Texture::Prose => false,
            },
            _ => true,
        };
        !ends_open && between.iter().all(fits) && bodies <= most
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
        let sum = self.weigh(tokens, runs, zone, past);
        let is_group = runs.len() > 1;
        let keeps = if is_group {
            sum.sum < 12
        } else {
            self.belongs_to_body(tokens, runs[0].start, &sum, past)
        };
        if keeps || !self.suffices(&sum, sum.sum, zone, past) {
            return false;
        }
        past.certain.extend(sum.certain);
        past.has_removed = true;
        self.take(tokens, runs, sum.sum, bom, is_terminated, marked);
        true
    }

    /// What runs add up to: each folded text once, a weak rule at most a point; a stretch inside a text line costs a point
    /// unless an affix stands in it.
    fn weigh(&self, tokens: &[Token], runs: &[Range<usize>], zone: Zone, past: &Past) -> Sum {
        let first = runs[0].start;
        let last = &runs[runs.len() - 1];
        let is_at_end = last.end == tokens.len();
        let has_body = |tokens: &[Token]| tokens.iter().any(|t| matches!(t, Token::Body { .. }));
        let run: Vec<&Token> = runs.iter().flat_map(|run| &tokens[run.clone()]).collect();
        let mut seen = BTreeSet::new();
        let mut shares: BTreeMap<usize, u32> = BTreeMap::new();
        let mut weak: BTreeMap<&str, u32> = BTreeMap::new();
        let mut certain = BTreeSet::new();
        let mut has_marker = false;
        let has_prose = zone != Zone::Whole && !past.is_scattered;
        let mut is_weak = true;
        let mut fits_head = false;
        let mut fits_tail = false;
        let mut bare = 0;
        for token in &run {
            let Token::Stretch { units, is_part, .. } = token else { continue };
            let mut gained = 0;
            for unit in units {
                let rule = &self.rules[unit.rule];
                let weight = halves(rule.weight());
                let is_repeat = || rule.is_repeated() && self.times_before(tokens, unit) >= 2;
                let is_enough = !is_part && has_prose && (rule.stands_alone() || is_repeat());
                is_weak &= rule.weight() == Weight::Weak && !is_enough;
                fits_head |= rule.edge() != Edge::Tail;
                fits_tail |= rule.edge() != Edge::Head;
                if seen.insert(unit.view.clone()) {
                    let language = rule.language().filter(|_| rule.weight() == Weight::Weak);
                    let share = shares.entry(unit.rule).or_default();
                    let more = weight.min(self.most(unit.rule) - *share);
                    match language {
                        _ if is_enough => gained += 4,
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
                    has_marker |=
                        rule.shapes().iter().any(|shape| matches!(shape, Shape::Inline(_)));
                }
            }
            let has_affix = units.iter().any(|unit| self.is_affix(unit));
            bare += if *is_part && !has_affix { u32::max(gained, 2) - 2 } else { gained };
        }
        let touches_head = !has_body(&tokens[..first]) && !is_at_end;
        let touches_tail = has_body(&tokens[..first]) && is_at_end;
        let is_head = (touches_head || zone == Zone::Head) && !touches_tail && fits_head;
        let is_tail = (touches_tail || zone == Zone::Tail) && !touches_head && fits_tail;
        let is_near = touches_head || touches_tail || bare > 2;
        let is_at_edge = (is_head || is_tail) && is_near && (!is_weak || seen.len() >= 3);
        let sum = if is_at_edge { bare + 2 } else { bare };
        Sum { sum, bare, certain, has_marker, is_weak }
    }

    /// Whether so much evidence suffices where it stands.
    fn suffices(&self, sum: &Sum, evidence: u32, zone: Zone, past: &Past) -> bool {
        let (needed, for_weak) = match (self.profile, zone) {
            (_, Zone::Whole) => (self.threshold(), 0),
            (Profile::Cautious, Zone::Head | Zone::Tail) => (12, 3),
            (Profile::Cautious, Zone::Between) => (26, 4),
            (Profile::Standard, Zone::Head | Zone::Tail) if past.is_scattered => (6, 3),
            (Profile::Standard, Zone::Head | Zone::Tail) => (4, 3),
            (Profile::Eager, Zone::Head | Zone::Tail) => (1, 0),
            (Profile::Standard, Zone::Between) if past.is_scattered => (8, 4),
            (Profile::Standard, Zone::Between) => (4, 4),
            (Profile::Eager, Zone::Between) => (2, 0),
        };
        let is_certain = if self.profile == Profile::Cautious && zone == Zone::Between {
            sum.has_marker
        } else {
            !sum.certain.is_empty()
        };
        let more = if sum.is_weak && !past.has_removed { for_weak } else { 0 };
        is_certain || evidence >= needed + more
    }

    fn threshold(&self) -> u32 {
        match self.profile {
            Profile::Cautious => 6,
            Profile::Standard => 4,
            Profile::Eager => 3,
        }
    }

    /// Whether a run is a list or the text of a heading.
    fn belongs_to_body(&self, tokens: &[Token], start: usize, sum: &Sum, past: &Past) -> bool {
        match self.intro_before(tokens, start) {
            Intro::Colon => sum.certain.is_disjoint(&past.certain),
            Intro::Heading => sum.is_weak,
            Intro::None => false,
        }
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
    pub fn most(&self, rule: usize) -> u32 {
        match self.rules[rule].weight() {
            weight if self.rules[rule].counts_once() => halves(weight),
            Weight::Weak => 2,
            _ => u32::MAX,
        }
    }
}
