//! The specification: the decision model, written as plainly as it can be.
//!
//! It takes a whole document, looks at everything, remembers everything, and marks bytes one by one. It shares no code
//! with the library: not the folding, not the cutting, not the runs. The library must mark the same bytes with the same
//! rules and the same evidence. It knows no limit on what is held, because it holds everything.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use unchaff::{Edge, Profile, Rule, Shape, Weight};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

use super::{Mark, join};

/// What the reference needs to know.
pub struct Reference<'r> {
    pub rules: &'r [Rule],
    pub keep_phrases: Vec<String>,
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
        is_list_head: bool,
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
    },
}

/// One candidate: its bytes, its folded text, the rule.
#[derive(Clone, Debug)]
struct Unit {
    start: usize,
    end: usize,
    view: String,
    rule: usize,
    is_marker: bool,
}

impl<'r> Reference<'r> {
    pub fn new(rules: &'r [Rule], profile: Profile) -> Self {
        Reference {
            rules,
            keep_phrases: Vec::new(),
            profile,
            max_line_bytes: 1 << 20,
            max_candidate_bytes: 1024,
        }
    }

    /// Every removed range of the document, with its rule and the evidence in half points.
    pub fn marks(&self, text: &[u8]) -> Vec<Mark> {
        let tokens = self.tokens(text);
        let mut marked: Vec<Option<(usize, u32)>> = vec![None; text.len()];
        let bom = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let is_terminated = text.ends_with(b"\n");
        let mut frame = BTreeSet::new();
        let mut at = 0;
        while at < tokens.len() {
            let Token::Stretch { .. } = tokens[at] else {
                at += 1;
                continue;
            };
            // A run reaches to the next body, over blank lines and line ends.
            let next_body = (at..tokens.len()).find(|&i| matches!(tokens[i], Token::Body { .. }));
            self.decide_run(&tokens, at, next_body, bom, is_terminated, &mut frame, &mut marked);
            at = next_body.unwrap_or(tokens.len());
        }
        for (span, rule) in self.markers_between_sentences(text) {
            marked[span.0..span.1].fill(Some((rule, halves(self.rules[rule].weight()))));
        }
        let id = |rule: usize| self.rules[rule].id().to_owned();
        join(marked.iter().enumerate().filter_map(|(i, mark)| {
            mark.map(|(rule, evidence)| (i as u64, i as u64 + 1, id(rule), evidence))
        }))
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "all of it is what is known of the document so far"
    )]
    fn decide_run(
        &self,
        tokens: &[Token],
        first: usize,
        next_body: Option<usize>,
        bom: usize,
        is_terminated: bool,
        frame: &mut BTreeSet<usize>,
        marked: &mut [Option<(usize, u32)>],
    ) {
        let run = &tokens[first..next_body.unwrap_or(tokens.len())];
        let units: Vec<&Unit> = run
            .iter()
            .flat_map(|token| match token {
                Token::Stretch { units, .. } => units.as_slice(),
                _ => &[],
            })
            .collect();
        let before = tokens[..first].iter().rev().find(|token| matches!(token, Token::Body { .. }));
        // Evidence: each folded text once; a stretch inside a text line costs a point unless an affix stands in it.
        let mut seen = BTreeSet::new();
        let mut sum = 0;
        for token in run {
            let Token::Stretch { units, is_part, .. } = token else { continue };
            let mut gained = 0;
            for unit in units {
                if seen.insert(unit.view.clone()) {
                    gained += halves(self.rules[unit.rule].weight());
                }
            }
            let has_affix = units.iter().any(|unit| self.is_affix(unit));
            sum += if *is_part && !has_affix { u32::max(gained, 2) - 2 } else { gained };
        }
        let fits = |other: Edge| units.iter().any(|unit| self.rules[unit.rule].edge() != other);
        let is_head = before.is_none() && next_body.is_some() && fits(Edge::Tail);
        let is_tail = before.is_some() && next_body.is_none() && fits(Edge::Head);
        if is_head || is_tail {
            sum += 2;
        }
        let needed = match self.profile {
            Profile::Cautious => 6,
            Profile::Standard => 4,
            Profile::Eager => 3,
        };
        let certain: BTreeSet<usize> = units
            .iter()
            .map(|unit| unit.rule)
            .filter(|&rule| self.rules[rule].weight() == Weight::Certain)
            .collect();
        let follows_colon = matches!(before, Some(Token::Body { is_list_head: true, .. }));
        let is_list = follows_colon && certain.is_disjoint(frame);
        if is_list || (certain.is_empty() && sum < needed) {
            return;
        }
        if before.is_none() {
            *frame = certain;
        }
        // What goes: from the first to the last unit, then blank lines.
        let text_end = marked.len();
        let body_end = match before {
            Some(Token::Body { end, .. }) => *end,
            _ => bom,
        };
        let last_is_part_of_body_line =
            matches!(run.last(), Some(Token::Stretch { ends_line: false, .. }));
        let starts_in_body_line =
            matches!(tokens[first], Token::Stretch { is_part: true, ends_line: true, .. });
        let (line_end, blanks_before) = self.separation(tokens, first, starts_in_body_line);
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
                end = run_end(run);
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
    }

    /// The line end of the body line before a run, and the blank lines between that line and the run's first line.
    #[allow(clippy::type_complexity, reason = "two optional ranges")]
    fn separation(
        &self,
        tokens: &[Token],
        first: usize,
        starts_in_body_line: bool,
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
        if starts_in_body_line {
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
                tokens.push(Token::Body { start: from, end, is_list_head: false });
                tokens.push(Token::LineEnd { start: end, end });
            } else {
                let is_protected = region.protects(line, number == 0);
                if String::from_utf8_lossy(line).chars().all(invisible) {
                    tokens.push(Token::Blank { start: from, end });
                } else {
                    self.line_tokens(line, from, end, is_protected, &mut tokens);
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
        tokens: &mut Vec<Token>,
    ) {
        let parts = if is_protected { Parts::body(line) } else { self.parts(line) };
        let shift = |units: &[Unit]| -> Vec<Unit> {
            let moved =
                |unit: &Unit| Unit { start: unit.start + at, end: unit.end + at, ..unit.clone() };
            units.iter().map(moved).collect()
        };
        let Some((core_start, core_end)) = parts.core else {
            tokens.push(Token::Stretch {
                units: shift(&parts.prefix),
                is_part: false,
                ends_line: true,
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
            });
        }
        let follows_list_head = tokens.iter().rev().find_map(|token| match token {
            Token::Body { is_list_head, .. } => Some(*is_list_head),
            _ => None,
        });
        let is_next_item = is_item(line) && follows_list_head == Some(true);
        let is_list_head = ends_in_colon(&line[..core_end]) || is_next_item;
        tokens.push(Token::Body { start: at + core_start, end: at + core_end, is_list_head });
        if !parts.suffix.is_empty() {
            tokens.push(Token::Stretch {
                units: shift(&parts.suffix),
                is_part: true,
                ends_line: true,
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

    /// What of a line is a candidate, and what is its core.
    fn parts(&self, line: &[u8]) -> Parts {
        let body = Parts::body(line);
        let view = fold(line);
        let is_short = line.len() <= self.max_candidate_bytes;
        if is_short && (view.is_empty() || self.is_kept(&view)) {
            return body;
        }
        let markers = self.markers(line);
        if is_short && let Some(mut rule) = self.best(&view) {
            if let [marker] = &markers[..]
                && fold(&line[..marker.start]).is_empty()
                && fold(&line[marker.end..]).is_empty()
            {
                rule = self.better(rule, marker.rule);
            }
            let unit = Unit { start: 0, end: line.len(), view, rule, is_marker: false };
            return Parts { prefix: vec![unit], core: None, ..body };
        }
        // All pieces of the line: markers, and segments between them and the sentence ends.
        let mut bounds: BTreeSet<usize> = BTreeSet::from([0, line.len()]);
        bounds.extend(cuts(line));
        for marker in &markers {
            bounds.retain(|&cut| cut <= marker.start || cut >= marker.end);
            bounds.extend([marker.start, marker.end]);
        }
        let bounds: Vec<usize> = bounds.into_iter().collect();
        let pieces: Vec<(usize, usize)> = bounds
            .windows(2)
            .map(|pair| {
                (skip_white(line, pair[0], pair[1]), skip_white_back(line, pair[0], pair[1]))
            })
            .filter(|(start, end)| start < end)
            .collect();
        let unit = |&(start, end): &(usize, usize)| -> Option<Unit> {
            if let Some(marker) =
                markers.iter().find(|marker| marker.start == start && marker.end == end)
            {
                return Some(marker.clone());
            }
            let view = fold(&line[start..end]);
            if end - start > self.max_candidate_bytes || self.is_kept(&view) {
                return None;
            }
            Some(Unit { start, end, rule: self.best(&view)?, view, is_marker: false })
        };
        let mut prefix: Vec<Unit> = pieces.iter().map_while(unit).collect();
        if prefix.len() == pieces.len() {
            let last = prefix.len() - 1;
            prefix[0].start = 0;
            prefix[last].end = line.len();
            return Parts { prefix, core: None, ..body };
        }
        let mut suffix: Vec<Unit> = pieces.iter().rev().map_while(unit).collect();
        suffix.reverse();
        // A stretch goes only if it is strong, and only if the body is whole without it.
        if let Some(last) = prefix.last() {
            let core = skip_white(line, last.end, line.len());
            let is_link = core == last.end && line[core] == b'(';
            let is_detached =
                is_cut(line, core) || (last.is_marker && reads_like_start(line, core) && !is_link);
            if !self.is_strong(&prefix) || !is_detached {
                prefix.clear();
            }
        }
        if let Some(first) = suffix.first() {
            let is_finished = stop_before(line, skip_white_back(line, 0, first.start)).is_some();
            if !self.is_strong(&suffix) || !(is_finished || self.weight_of_distinct(&suffix) >= 6) {
                suffix.clear();
            }
        }
        let mut core_start = 0;
        let mut core_end = line.len();
        if let Some(last) = prefix.last() {
            core_start = skip_white(line, last.end, line.len());
            prefix[0].start = 0;
        }
        if let Some(first) = suffix.first() {
            core_end = skip_white_back(line, core_start, first.start);
            suffix[0].start = core_end;
            let last = suffix.len() - 1;
            suffix[last].end = line.len();
        }
        let inside = self.inside(line, &markers, core_start, core_end);
        // What would be left must be body as a whole.
        for from in if prefix.is_empty() { vec![0] } else { vec![0, core_start] } {
            for to in if suffix.is_empty() { vec![line.len()] } else { vec![line.len(), core_end] }
            {
                if from == 0 && to == line.len() && inside.is_empty() {
                    continue;
                }
                let is_gone =
                    |i: &usize| inside.iter().any(|unit| (unit.start..unit.end).contains(i));
                let rest: Vec<u8> = (from..to).filter(|i| !is_gone(i)).map(|i| line[i]).collect();
                let rest_view = fold(&rest);
                let is_candidate = rest.len() <= self.max_candidate_bytes
                    && !self.is_kept(&rest_view)
                    && self.best(&rest_view).is_some();
                if is_candidate || Region::fence(&rest).is_some() {
                    return body;
                }
            }
        }
        Parts { prefix, inside, suffix, core: Some((core_start, core_end)) }
    }

    /// Groups of certain markers with a whole sentence before them and a new one after them.
    fn inside(&self, line: &[u8], markers: &[Unit], from: usize, to: usize) -> Vec<Unit> {
        let mut groups: Vec<Vec<Unit>> = Vec::new();
        for marker in markers.iter().filter(|marker| marker.start >= from && marker.end <= to) {
            match groups.last_mut() {
                Some(group) if skip_white(line, group[group.len() - 1].end, to) == marker.start => {
                    group.push(marker.clone());
                }
                _ => groups.push(vec![marker.clone()]),
            }
        }
        let mut inside = Vec::new();
        for mut group in groups {
            let (first, last) = (group[0].start, group[group.len() - 1].end);
            let before = skip_white_back(line, from, first);
            let after = skip_white(line, last, to);
            if before <= from || after >= to {
                continue;
            }
            let is_certain =
                group.iter().all(|unit| self.rules[unit.rule].weight() == Weight::Certain);
            let is_link = after == last && line[after] == b'(';
            let mut joined = line[..before].to_vec();
            if before < first || last < after {
                joined.push(b' ');
            }
            let join_at = joined.len();
            joined.extend_from_slice(&line[after..]);
            if !is_certain || is_link || !reads_like_start(line, after) || !is_cut(&joined, join_at)
            {
                continue;
            }
            let end = if before < first { after } else { last };
            let starts: Vec<usize> =
                group.iter().skip(1).map(|unit| unit.start).chain([end]).collect();
            for (unit, end) in group.iter_mut().zip(starts) {
                unit.end = end;
            }
            inside.append(&mut group);
        }
        inside
    }

    fn is_strong(&self, units: &[Unit]) -> bool {
        units.iter().any(|unit| self.is_affix(unit)) || self.weight_of_distinct(units) > 2
    }

    fn weight_of_distinct(&self, units: &[Unit]) -> u32 {
        let mut seen = BTreeSet::new();
        let distinct = units.iter().filter(|unit| seen.insert(&unit.view));
        distinct.map(|unit| halves(self.rules[unit.rule].weight())).sum()
    }

    fn is_affix(&self, unit: &Unit) -> bool {
        let rule = &self.rules[unit.rule];
        let is_marker = rule.shapes().iter().any(|shape| matches!(shape, Shape::Inline(_)));
        rule.is_affix() || (is_marker && rule.weight() == Weight::Certain)
    }

    fn is_kept(&self, view: &str) -> bool {
        self.keep_phrases.iter().any(|phrase| fold(phrase.as_bytes()) == view)
    }

    fn best(&self, view: &str) -> Option<usize> {
        let fits = |rule: &Rule| rule.shapes().iter().any(|shape| shape_fits(shape, view));
        let fitting = (0..self.rules.len()).filter(|&rule| fits(&self.rules[rule]));
        fitting.reduce(|a, b| self.better(a, b))
    }

    fn better(&self, a: usize, b: usize) -> usize {
        let rank =
            |rule: usize| (std::cmp::Reverse(self.rules[rule].weight()), self.rules[rule].id());
        if rank(a) <= rank(b) { a } else { b }
    }

    fn markers(&self, line: &[u8]) -> Vec<Unit> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < line.len() {
            let mut here: Vec<(usize, usize)> = Vec::new();
            for (rule, spec) in self.rules.iter().enumerate() {
                for shape in spec.shapes() {
                    if let Shape::Inline(literal) = shape
                        && line[at..].starts_with(literal.as_bytes())
                    {
                        here.push((literal.len(), rule));
                    }
                }
            }
            let longest = here.iter().map(|(len, _)| *len).max().unwrap_or(0);
            let owners = here.iter().filter(|(len, _)| *len == longest).map(|(_, rule)| *rule);
            if let Some(rule) = owners.reduce(|a, b| self.better(a, b)) {
                let (start, end) = (at, at + longest);
                found.push(Unit {
                    start,
                    end,
                    view: fold(&line[start..end]),
                    rule,
                    is_marker: true,
                });
                at = end;
            } else {
                at += 1;
            }
        }
        found
    }
}

struct Parts {
    prefix: Vec<Unit>,
    inside: Vec<Unit>,
    suffix: Vec<Unit>,
    core: Option<(usize, usize)>,
}

impl Parts {
    fn body(line: &[u8]) -> Self {
        Parts { prefix: vec![], inside: vec![], suffix: vec![], core: Some((0, line.len())) }
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

fn shape_fits(shape: &Shape, view: &str) -> bool {
    match shape {
        Shape::Line(phrase) => view == phrase,
        Shape::Starts { phrase, max_words } => {
            let rest = view.strip_prefix(phrase.as_str());
            rest.is_some_and(|rest| apart(phrase.chars().last(), rest.chars().next()))
                && words(view) <= *max_words
        }
        Shape::Ends { phrase, max_words } => {
            let rest = view.strip_suffix(phrase.as_str());
            rest.is_some_and(|rest| apart(rest.chars().last(), phrase.chars().next()))
                && words(view) <= *max_words
        }
        Shape::Pattern(pattern) => compiled(pattern.source()).is_match(view),
        _ => false,
    }
}

/// Compiling takes longer than matching, so each pattern is compiled once a thread.
fn compiled(source: &str) -> regex::Regex {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, regex::Regex>> = RefCell::default();
    }
    let compile = || regex::Regex::new(&format!("^(?:{source})$")).expect("it compiled before");
    COMPILED.with_borrow_mut(|known| known.entry(source.to_owned()).or_insert_with(compile).clone())
}

fn apart(before: Option<char>, after: Option<char>) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !unspaced(c));
    !joins(before) || !joins(after)
}

fn words(view: &str) -> usize {
    view.split_whitespace().count() + view.chars().filter(|c| unspaced(*c)).count() / 2
}

fn unspaced(c: char) -> bool {
    let ranges = [
        (0x0E00, 0x0EFF),
        (0x1000, 0x109F),
        (0x1780, 0x17FF),
        (0x3040, 0x30FF),
        (0x3400, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF),
    ];
    ranges.iter().any(|&(from, to)| (from..=to).contains(&(c as u32)))
}

const ZERO_WIDTH: [(u32, u32); 9] = [
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x2069),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
];

fn zero_width(c: char) -> bool {
    ZERO_WIDTH.iter().any(|&(from, to)| (from..=to).contains(&(c as u32)))
}

fn invisible(c: char) -> bool {
    c.is_whitespace() || zero_width(c)
}

/// Characters with the offsets they stand at; every byte that is no text is U+FFFD.
fn chars(bytes: &[u8]) -> Vec<(usize, usize, char)> {
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            found.push((at, at + c.len_utf8(), c));
            at += c.len_utf8();
        }
        for _ in chunk.invalid() {
            found.push((at, at + 1, '\u{FFFD}'));
            at += 1;
        }
    }
    found
}

fn skip_white(line: &[u8], from: usize, to: usize) -> usize {
    let seen = chars(&line[from..to]).into_iter().find(|(.., c)| !invisible(*c));
    seen.map_or(to, |(start, ..)| from + start)
}

fn skip_white_back(line: &[u8], from: usize, to: usize) -> usize {
    let seen = chars(&line[from..to]).into_iter().rev().find(|(.., c)| !invisible(*c));
    seen.map_or(from, |(_, end, _)| from + end)
}

/// Step by step: width, case, spaces, marks, and then the dress.
fn fold(raw: &[u8]) -> String {
    let mut plain = String::new();
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars().filter(|&c| !zero_width(c)) {
            let c = match c as u32 {
                wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).expect("it is ASCII"),
                _ => c,
            };
            match c {
                _ if c.is_whitespace() => plain.push(' '),
                'İ' | 'ı' => plain.push('i'),
                'ς' => plain.push('σ'),
                'ß' | 'ẞ' => plain.push_str("ss"),
                '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '´' => plain.push('\''),
                '“' | '”' | '„' | '‟' | '″' => plain.push('"'),
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' => {
                    plain.push('-')
                }
                '…' => plain.push_str("..."),
                _ => {
                    for lower in c.to_lowercase().nfd() {
                        match (plain.chars().last(), lower) {
                            (Some('i'), '\u{307}') => {}
                            (Some(last), mark)
                                if !mark.is_ascii() && compose(last, mark).is_some() =>
                            {
                                plain.pop();
                                plain.extend(compose(last, mark));
                            }
                            _ => plain.push(lower),
                        }
                    }
                }
            }
        }
        if !chunk.invalid().is_empty() {
            plain.push('\u{FFFD}');
        }
    }
    let spaced = plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    undress(&spaced)
}

fn undress(text: &str) -> String {
    let decoration = |c: char| {
        " *_~#><|=+-:¦·•‣⁃∙※«»‹›".contains(c)
            || [
                (0x2190, 0x21FF),
                (0x2300, 0x23FF),
                (0x2500, 0x27BF),
                (0x27F0, 0x27FF),
                (0x2900, 0x297F),
                (0x2B00, 0x2BFF),
                (0xE000, 0xF8FF),
                (0x1F000, 0x1FAFF),
            ]
            .iter()
            .any(|&(from, to)| (from..=to).contains(&(c as u32)))
    };
    let mut bare = text.trim_matches(decoration);
    if bare.starts_with("...") {
        bare = bare.trim_start_matches('.');
    }
    if bare.ends_with("...") {
        bare = bare.trim_end_matches('.');
    }
    if bare != text {
        return undress(bare);
    }
    match link_text(bare) {
        Some(inner) => undress(inner),
        None => bare.to_owned(),
    }
}

fn link_text(text: &str) -> Option<&str> {
    let inner_end = matching(text, '[', ']')?;
    let rest = &text[inner_end + 1..];
    let is_target = rest.starts_with('(') && matching(rest, '(', ')') == Some(rest.len() - 1) && {
        let target = &rest[1..rest.len() - 1];
        match target.split_once(' ') {
            Some((_, title)) => title.is_empty() || title.starts_with(['"', '\'', '(']),
            None => true,
        }
    };
    let is_label = rest.starts_with('[') && matching(rest, '[', ']') == Some(rest.len() - 1);
    (is_target || is_label).then(|| &text[1..inner_end])
}

fn matching(text: &str, open: char, close: char) -> Option<usize> {
    if !text.starts_with(open) {
        return None;
    }
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == open) - i32::from(c == close);
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The kind of sentence end before `end`: is it wide, is it closed by quotes or brackets, is white space before a
/// closing angle quote?
fn stop_before(line: &[u8], end: usize) -> Option<(bool, bool, bool)> {
    let before = chars(&line[..end]);
    let last: Vec<char> = before.iter().rev().take(16).map(|(.., c)| *c).collect();
    let mut closed = false;
    let mut gap = false;
    for (i, c) in last.iter().enumerate() {
        match c {
            '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։' => {
                return Some((false, closed, gap));
            }
            '。' | '！' | '？' | '．' | '｡' => return Some((true, closed, gap)),
            c if "\"')]*_”’“‘»«›」』】）］".contains(*c) => closed = true,
            ' ' | '\u{A0}' | '\u{202F}' if i > 0 && "»›".contains(last[i - 1]) => gap = true,
            _ => return None,
        }
    }
    None
}

fn is_cut(line: &[u8], at: usize) -> bool {
    let end = skip_white_back(line, 0, at);
    let Some((is_wide, is_closed, has_gap)) = stop_before(line, end) else { return false };
    let Some((.., next)) = chars(&line[at..]).first().copied() else { return false };
    if has_gap {
        return end < at || next == '[';
    }
    is_wide || end < at || (is_closed && next.is_alphanumeric()) || opens(next)
}

fn opens(c: char) -> bool {
    c == '[' || c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase())
}

fn reads_like_start(line: &[u8], at: usize) -> bool {
    let next = chars(&line[at..]).first().map(|(.., c)| *c);
    next.is_some_and(|c| opens(c) || c.is_numeric() || "\"'“‘„«‹「『《〈【〔（［¿¡(@—–".contains(c))
}

fn cuts(line: &[u8]) -> Vec<usize> {
    let seen = chars(line).into_iter().filter(|(.., c)| !invisible(*c));
    seen.map(|(start, ..)| start).filter(|&start| start > 0 && is_cut(line, start)).collect()
}

/// A bullet, or a number and a full stop or a bracket, and white space.
fn is_item(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(&line[skip_white(line, 0, line.len())..]);
    let item = &*line;
    let after = match item.strip_prefix(['-', '*', '+', '•', '–']) {
        Some(after) => after,
        None => {
            let digits = item.bytes().take_while(u8::is_ascii_digit).count();
            match item[digits..].strip_prefix(['.', ')']) {
                Some(after) if (1..=3).contains(&digits) => after,
                _ => return false,
            }
        }
    };
    after.starts_with(char::is_whitespace)
}

fn ends_in_colon(text: &[u8]) -> bool {
    let text = &text[..skip_white_back(text, 0, text.len())];
    let before = chars(text);
    for (.., c) in before.iter().rev().take(8) {
        match c {
            ':' | '：' | '﹕' | '׃' => return true,
            c if "*_\"')]”’» ".contains(*c) => {}
            _ => return false,
        }
    }
    false
}

/// Fences, front matter and table rows.
#[derive(Default)]
struct Region {
    fence: Option<(u8, usize)>,
    front: Option<u8>,
    in_table: bool,
}

impl Region {
    fn protects(&mut self, line: &[u8], is_first: bool) -> bool {
        if let Some((mark, len)) = self.fence {
            if let Some((m, l, is_bare)) = Self::fence(line)
                && m == mark
                && l >= len
                && is_bare
            {
                self.fence = None;
            }
            return true;
        }
        if let Some(mark) = self.front {
            if line.trim_ascii_end() == [mark; 3] {
                self.front = None;
                return true;
            }
            if Self::fence(line).is_none() && Self::is_data(line) {
                return true;
            }
            self.front = None;
        }
        if is_first && (line.trim_ascii_end() == b"---" || line.trim_ascii_end() == b"+++") {
            self.front = Some(line[0]);
            return true;
        }
        if let Some((mark, len, _)) = Self::fence(line) {
            self.fence = Some((mark, len));
            self.in_table = false;
            return true;
        }
        let from = skip_white(line, 0, line.len());
        let row = &line[from..skip_white_back(line, from, line.len())];
        let is_row = row.len() > 1 && row.starts_with(b"|") && row.ends_with(b"|");
        let is_delimiter =
            is_row && line.contains(&b'-') && line.iter().all(|b| b"|-: \t".contains(b));
        self.in_table = is_row && (self.in_table || is_delimiter);
        self.in_table || (is_row && row.iter().filter(|&&byte| byte == b'|').count() > 2)
    }

    fn pass_long_line(&mut self) {
        self.front = None;
        self.in_table = false;
    }

    fn fence(line: &[u8]) -> Option<(u8, usize, bool)> {
        let line = line.trim_ascii();
        let mark = *line.first()?;
        let len = line.iter().take_while(|&&byte| byte == mark).count();
        let info = &line[len..];
        let is_fence = match mark {
            b'`' => len >= 3 && !info.contains(&b'`'),
            b'~' => len >= 3,
            _ => false,
        };
        is_fence.then_some((mark, len, info.is_empty()))
    }

    fn is_data(line: &[u8]) -> bool {
        let line = line.trim_ascii_end();
        let Some(first) = line.first() else { return true };
        if b" \t#-[}]".contains(first) {
            return true;
        }
        let Some(key) = line.iter().position(|b| b":=".contains(b)) else { return false };
        key <= 64 && !line[..key].trim_ascii_end().contains(&b' ')
    }
}
