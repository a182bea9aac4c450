//! The specification: the decision model, written as plainly as it can be.
//!
//! It takes a whole document, looks at everything, remembers everything, and marks bytes one by one. It shares no code
//! with the library: not the folding, not the cutting, not the runs. The library must mark the same bytes with the same
//! rules and the same evidence. It knows no limit on what is held, because it holds everything.

mod decide;
mod parts;
mod plain;
mod region;
mod take;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use unchaff::{Exception, Pack, Profile, Rule, Shape, Weight};

use self::parts::{Parts, PatternSets, pattern_sets};
use self::plain::{ends_in_colon, fold_line, invisible, is_heading, is_item, texture};
use self::region::Region;
use super::{Mark, join};

/// What the reference needs to know.
pub struct Reference<'r> {
    pub rules: &'r [Rule],
    /// The rules of every phrase that is a whole line, and all other shapes with their rules.
    lines: HashMap<String, Vec<usize>>,
    others: Vec<(usize, Shape)>,
    inline: Vec<(usize, &'r str)>,
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
        /// Protected, or held by an exception.
        is_fixed: bool,
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
    /// Labels may be enclosed in what is decided now.
    may_enclose: bool,
    /// The first lines of prose stand far apart, and the profile minds.
    is_scattered: bool,
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
        let mut inline = Vec::new();
        let mut patterns = Vec::new();
        for (rule, shape) in rules
            .iter()
            .enumerate()
            .flat_map(|(at, rule)| rule.shapes().iter().map(move |s| (at, s)))
        {
            match shape {
                Shape::Line(phrase) => lines.entry(phrase.clone()).or_default().push(rule),
                Shape::Pattern(pattern) => patterns.push((rule, pattern.source().to_owned())),
                Shape::Inline(literal) => inline.push((rule, literal.as_str())),
                other => others.push((rule, other.clone())),
            }
        }
        Reference {
            rules,
            lines,
            others,
            inline,
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
        let (tokens, frames) = self.tokens(text);
        let mut marked: Vec<Option<(usize, u32)>> = vec![None; text.len()];
        let bom = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let is_terminated = text.ends_with(b"\n");
        let mut past = Past::default();
        let is_prose =
            |i: &usize| matches!(tokens[*i], Token::Body { texture: Texture::Prose, .. });
        let prose: Vec<usize> = (0..tokens.len()).filter(is_prose).collect();
        // Many other lines of body between the first and the third line of prose: a page of products, offers or posts.
        let is_scattered = self.profile != Profile::Eager
            && matches!(prose[..], [first, _, third, ..] if {
                let is_body = |token: &&Token| matches!(token, Token::Body { .. });
                // The second line of prose is among them.
                tokens[first + 1..third].iter().filter(is_body).count() > 8 + 1
            });
        let mut from = 0;
        for (number, to) in prose.iter().copied().chain([tokens.len()]).enumerate() {
            let zone = match (number, to == tokens.len()) {
                _ if prose.len() < 3 => Zone::Whole,
                (0, true) => Zone::Whole,
                (0, false) => Zone::Head,
                (_, true) => Zone::Tail,
                (_, false) => Zone::Between,
            };
            past.may_enclose = !is_scattered;
            past.is_scattered = is_scattered;
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
            self.mark_alone(span, rule, &mut marked);
        }
        for frame in frames {
            self.mark_alone((frame.start, frame.end), frame.rule, &mut marked);
        }
        let id = |rule: usize| self.rules[rule].id().to_owned();
        join(marked.iter().enumerate().filter_map(|(i, mark)| {
            mark.map(|(rule, evidence)| (i as u64, i as u64 + 1, id(rule), evidence))
        }))
    }

    /// Marks what goes by itself, where nothing around it takes it along.
    fn mark_alone(
        &self,
        (from, to): (usize, usize),
        rule: usize,
        marked: &mut [Option<(usize, u32)>],
    ) {
        let own = Some((rule, halves(self.rules[rule].weight())));
        let free = marked[from..to].iter_mut().filter(|mark| mark.is_none());
        free.for_each(|mark| *mark = own);
    }

    /// What the document consists of, and the lines without words that count as if they were not there.
    fn tokens(&self, text: &[u8]) -> (Vec<Token>, Vec<Unit>) {
        let mut tokens = Vec::new();
        let mut frames = Vec::new();
        let mut times: HashMap<String, usize> = HashMap::new();
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
                    is_fixed: true,
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
                    let mut parts = if is_protected { Parts::body(line) } else { self.parts(line) };
                    if let Some(frame) = self.frame(&parts) {
                        let before = times.entry(frame.view.clone()).or_default();
                        *before += 1;
                        if *before > 2 && to < end {
                            frames.push(Unit { start: from, end, ..frame });
                            start = end;
                            continue;
                        }
                        parts = Parts::body(line);
                    }
                    self.line_tokens(line, parts, from..end, is_protected, is_data, &mut tokens);
                }
            }
            start = end;
        }
        (tokens, frames)
    }

    /// The only candidate of a line without words whose rule counts repetition.
    fn frame(&self, parts: &Parts) -> Option<Unit> {
        match &parts.prefix[..] {
            [unit]
                if parts.core.is_none()
                    && self.rules[unit.rule].is_repeated()
                    && !unit.view.contains(char::is_alphanumeric) =>
            {
                Some(unit.clone())
            }
            _ => None,
        }
    }

    fn line_tokens(
        &self,
        line: &[u8],
        parts: Parts,
        Range { start: at, end: line_end }: Range<usize>,
        is_protected: bool,
        is_data: bool,
        tokens: &mut Vec<Token>,
    ) {
        let is_kept = line.len() <= self.max_candidate_bytes && self.is_kept(&fold_line(line));
        let texture = match parts.core {
            Some((from, to)) if !is_protected || is_data => {
                let is_gone =
                    |i: &usize| parts.inside.iter().any(|unit| (unit.start..unit.end).contains(i));
                let rest: Vec<u8> = (from..to).filter(|i| !is_gone(i)).map(|i| line[i]).collect();
                texture(&rest, ends_in_colon(&line[from..to]))
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
            is_fixed: is_protected || is_kept,
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
