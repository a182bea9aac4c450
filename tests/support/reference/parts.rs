//! What of a line is a candidate, and what is its core: the line cut into all its pieces.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use unchaff::{Shape, Weight};

use super::plain::{
    chars, cuts, fold, fold_line, invisible, is_closing, is_cut, is_link_target, reads_like_start,
    skip_white, skip_white_back, stop_before, unspaced,
};
use super::region::Region;
use super::{Reference, Unit, halves};

/// Patterns, and whose they are.
pub type Sources = Vec<(usize, String)>;

/// Sets of patterns, and whose they are.
pub type PatternSets = Vec<(RegexSet, Vec<usize>)>;

pub struct Parts {
    pub prefix: Vec<Unit>,
    pub inside: Vec<Unit>,
    pub suffix: Vec<Unit>,
    pub core: Option<(usize, usize)>,
}

impl Parts {
    pub fn body(line: &[u8]) -> Self {
        Parts { prefix: vec![], inside: vec![], suffix: vec![], core: Some((0, line.len())) }
    }
}

impl Reference<'_> {
    /// What of a line is a candidate, and what is its core.
    pub fn parts(&self, line: &[u8]) -> Parts {
        let body = Parts::body(line);
        let view = fold_line(line);
        let is_short = line.len() <= self.max_candidate_bytes;
        if is_short && self.is_kept(&view) {
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
        if is_short && markers.is_empty() {
            let parts = self.compound(line);
            if parts.len() > 1 && parts.iter().all(Option::is_some) {
                let mut prefix: Vec<Unit> = parts.into_iter().flatten().collect();
                let last = prefix.len() - 1;
                prefix[0].start = 0;
                prefix[last].end = line.len();
                return Parts { prefix, core: None, ..body };
            }
        }
        // All pieces of the line: markers, and segments between them and the sentence ends.
        let mut bounds: BTreeSet<usize> = BTreeSet::from([0, line.len()]);
        bounds.extend(cuts(line));
        for marker in &markers {
            bounds.retain(|&cut| cut <= marker.start || cut >= marker.end);
            bounds.extend([marker.start, marker.end]);
        }
        let pieces = pieces(line, &bounds);
        // From the start of the line, what closes the sentence before is no piece: without it, no piece would begin behind.
        let closes =
            |from, to| chars(&line[from..to]).iter().all(|&(.., c)| invisible(c) || is_closing(c));
        let is_marker = |at: usize| markers.iter().any(|marker| marker.start == at);
        let closings =
            pieces.iter().filter(|&&(start, end)| !is_marker(start) && closes(start, end));
        let next_bound = |end: usize| bounds.range(end..).next().copied().unwrap_or(line.len());
        let gone: BTreeSet<usize> = closings
            .map(|&(_, end)| next_bound(end))
            .filter(|&at| at < line.len() && !is_marker(at))
            .collect();
        let from_start = self::pieces(line, &(&bounds - &gone));
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
        let mut prefix: Vec<Unit> = from_start.iter().map_while(unit).collect();
        if prefix.len() == from_start.len() {
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
            let is_link = core == last.end && is_link_target(line, core);
            let is_detached =
                is_cut(line, core) || (last.is_marker && reads_like_start(line, core) && !is_link);
            if !self.is_strong(&prefix) || !is_detached {
                prefix.clear();
            }
        }
        if let Some(first) = suffix.first() {
            let is_finished = stop_before(line, skip_white_back(line, 0, first.start)).is_some();
            if !self.is_strong(&suffix) || !(is_finished || self.weight_of_distinct(&suffix) >= 5) {
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
                let rest_view = fold_line(&rest);
                let parts = self.compound(&rest);
                let is_compound = self.markers(&rest).is_empty()
                    && parts.len() > 1
                    && parts.iter().all(Option::is_some);
                let is_candidate = rest.len() <= self.max_candidate_bytes
                    && !self.is_kept(&rest_view)
                    && (self.best(&rest_view).is_some() || is_compound);
                if is_candidate || Region::fence(&rest).is_some() {
                    return body;
                }
            }
        }
        Parts { prefix, inside, suffix, core: Some((core_start, core_end)) }
    }

    /// The parts of a line between pipes, dots, angle quotes and spaced slashes, and what matches them.
    fn compound(&self, line: &[u8]) -> Vec<Option<Unit>> {
        let all = chars(line);
        let is_cut = |&(start, end, c): &(usize, usize, char)| {
            "|·•»›│・".contains(c)
                || ("/>".contains(c)
                    && line[..start].ends_with(b" ")
                    && line[end..].starts_with(b" "))
        };
        let mut cuts: Vec<(usize, usize)> = vec![(0, 0)];
        cuts.extend(all.iter().filter(|at| is_cut(at)).map(|&(start, end, _)| (start, end)));
        cuts.push((line.len(), line.len()));
        let mut parts = Vec::new();
        for pair in cuts.windows(2) {
            let (start, end) = (pair[0].1, pair[1].0);
            let (start, end) = (skip_white(line, start, end), skip_white_back(line, start, end));
            let view = fold(&line[start.min(end)..end]);
            if view.is_empty() {
                continue;
            }
            let rule = if self.is_kept(&view) { None } else { self.best(&view) };
            parts.push(rule.map(|rule| Unit { start, end, view, rule, is_marker: false }));
        }
        parts
    }

    /// Groups of certain markers with a whole sentence before them and a new one after them.
    pub fn inside(&self, line: &[u8], markers: &[Unit], from: usize, to: usize) -> Vec<Unit> {
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
            let is_link = after == last && is_link_target(line, after);
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

    pub fn is_strong(&self, units: &[Unit]) -> bool {
        units.iter().any(|unit| self.is_affix(unit)) || self.weight_of_distinct(units) > 2
    }

    pub fn weight_of_distinct(&self, units: &[Unit]) -> u32 {
        let mut seen = BTreeSet::new();
        let mut shares: HashMap<usize, u32> = HashMap::new();
        for unit in units.iter().filter(|unit| seen.insert(&unit.view)) {
            let weight = halves(self.rules[unit.rule].weight());
            let share = shares.entry(unit.rule).or_default();
            *share = (*share + weight).min(self.most(unit.rule));
        }
        shares.values().sum()
    }

    pub fn is_affix(&self, unit: &Unit) -> bool {
        let rule = &self.rules[unit.rule];
        let is_marker = rule.shapes().iter().any(|shape| matches!(shape, Shape::Inline(_)));
        rule.is_affix() || (is_marker && rule.weight() == Weight::Certain)
    }

    pub fn is_kept(&self, view: &str) -> bool {
        let is_for_all = |(shapes, rules): &&(Vec<Shape>, Vec<String>)| {
            rules.is_empty() && shapes.iter().any(|shape| exception_fits(shape, view))
        };
        self.keep_phrases.iter().any(|phrase| fold_line(phrase.as_bytes()) == view)
            || self.exceptions.iter().any(|exception| is_for_all(&exception))
    }

    /// Whether an exception holds against this rule.
    fn is_spared(&self, view: &str, rule: usize) -> bool {
        let id = self.rules[rule].id();
        self.exceptions.iter().any(|(shapes, rules)| {
            rules.iter().any(|name| name == id)
                && (shapes.is_empty() || shapes.iter().any(|shape| exception_fits(shape, view)))
        })
    }

    pub fn best(&self, view: &str) -> Option<usize> {
        let masked = numbers().replace_all(view, "{n}");
        let mut fitting: Vec<usize> = Vec::new();
        fitting.extend(self.lines.get(view).into_iter().flatten());
        fitting.extend(self.lines.get(&*masked).into_iter().flatten());
        let fits = |shape: &&(usize, Shape)| shape_fits(&shape.1, view);
        fitting.extend(self.others.iter().filter(fits).map(|(rule, _)| *rule));
        for (set, rules) in self.patterns.iter() {
            fitting.extend(set.matches(view).into_iter().map(|at| rules[at]));
        }
        let acts = |rule: &usize| !self.is_spared(view, *rule);
        fitting.into_iter().filter(acts).reduce(|a, b| self.better(a, b))
    }

    pub fn better(&self, a: usize, b: usize) -> usize {
        let rank =
            |rule: usize| (std::cmp::Reverse(self.rules[rule].weight()), self.rules[rule].id());
        if rank(a) <= rank(b) { a } else { b }
    }

    pub fn markers(&self, line: &[u8]) -> Vec<Unit> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < line.len() {
            let mut here: Vec<(usize, usize)> = Vec::new();
            for &(rule, literal) in &self.inline {
                if line[at..].starts_with(literal.as_bytes()) {
                    here.push((literal.len(), rule));
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

fn shape_fits(shape: &Shape, view: &str) -> bool {
    match shape {
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
        _ => false,
    }
}

fn exception_fits(shape: &Shape, view: &str) -> bool {
    match shape {
        Shape::Line(phrase) => *phrase == view || *phrase == numbers().replace_all(view, "{n}"),
        Shape::Pattern(pattern) => {
            let sets = pattern_sets(vec![(0, pattern.source().to_owned())]);
            sets.iter().any(|(set, _)| set.is_match(view))
        }
        other => shape_fits(other, view),
    }
}

/// Digits, with points and commas between digits: what `{n}` in a phrase stands for.
fn numbers() -> &'static Regex {
    static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
        let number = "[0-9٠-٩۰-۹०-९]+(?:[.,][0-9٠-٩۰-۹०-९]+)*";
        Regex::new(number).expect("it is a regular expression")
    });
    &NUMBERS
}

/// Patterns in sets of a few dozen, each with the rules they belong to. Compiling takes long, so it is done once a thread.
pub fn pattern_sets(patterns: Sources) -> Rc<PatternSets> {
    thread_local! {
        static COMPILED: RefCell<HashMap<Sources, Rc<PatternSets>>> = RefCell::default();
    }
    let compile = |some: &[(usize, String)]| {
        let sources = some.iter().map(|(_, source)| format!("^(?:{source})$"));
        let set = RegexSet::new(sources).expect("they compiled before");
        (set, some.iter().map(|(rule, _)| *rule).collect())
    };
    COMPILED.with_borrow_mut(|known| {
        let made = known.entry(patterns);
        made.or_insert_with_key(|all| Rc::new(all.chunks(48).map(compile).collect())).clone()
    })
}

fn apart(before: Option<char>, after: Option<char>) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !unspaced(c));
    !joins(before) || !joins(after)
}

fn words(view: &str) -> usize {
    view.split_whitespace().count() + view.chars().filter(|c| unspaced(*c)).count() / 2
}

/// What stands between each two bounds, without white space around it, where that is anything.
fn pieces(line: &[u8], bounds: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let bounds: Vec<usize> = bounds.iter().copied().collect();
    let pairs = bounds.windows(2);
    let trimmed = pairs
        .map(|pair| (skip_white(line, pair[0], pair[1]), skip_white_back(line, pair[0], pair[1])));
    trimmed.filter(|(start, end)| start < end).collect()
}
