//! Peers that look at one line after the other.

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use crate::job::{Job, Peer, remove};

/// What one writes first: lower-case copies of lines, looked up in a set of the standard library.
pub struct Plain {
    phrases: HashSet<Vec<u8>>,
    markers: AhoCorasick,
    found: Vec<Range<usize>>,
}

impl Plain {
    pub fn new(job: &Job) -> Plain {
        Plain {
            phrases: job.phrases.iter().map(|line| line.as_bytes().to_ascii_lowercase()).collect(),
            markers: markers(job),
            found: Vec::new(),
        }
    }
}

impl Peer for Plain {
    fn name(&self) -> &'static str {
        "plain-rust"
    }

    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>) {
        find(&self.markers, text, &mut self.found);
        remove(text, &self.found, |line| self.phrases.contains(&line.to_ascii_lowercase()), out);
    }
}

/// One automaton for the phrases, which is started at every line.
pub struct Automaton {
    phrases: AhoCorasick,
    markers: AhoCorasick,
    found: Vec<Range<usize>>,
}

impl Automaton {
    pub fn new(job: &Job) -> Automaton {
        let phrases = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            .build(&job.phrases)
            .expect("the phrases fit into an automaton");
        Automaton { phrases, markers: markers(job), found: Vec::new() }
    }
}

impl Peer for Automaton {
    fn name(&self) -> &'static str {
        "aho-corasick"
    }

    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>) {
        find(&self.markers, text, &mut self.found);
        let is_phrase = |line: &[u8]| {
            let found = self.phrases.find(Input::new(line).anchored(Anchored::Yes));
            found.is_some_and(|found| found.end() == line.len())
        };
        remove(text, &self.found, is_phrase, out);
    }
}

/// A set of anchored expressions for the phrases, an alternation for the markers.
pub struct Expressions {
    phrases: RegexSet,
    markers: Regex,
    found: Vec<Range<usize>>,
}

impl Expressions {
    pub fn new(job: &Job) -> Expressions {
        let whole = |line: &String| format!("^(?:{})$", regex::escape(line));
        let phrases = RegexSetBuilder::new(job.phrases.iter().map(whole))
            .case_insensitive(true)
            .unicode(false)
            .size_limit(1 << 30)
            .dfa_size_limit(1 << 30)
            .build()
            .expect("the phrases fit into a set");
        let mut literals: Vec<String> = job.markers.clone();
        literals.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
        let literals: Vec<String> = literals.iter().map(|text| regex::escape(text)).collect();
        let markers = RegexBuilder::new(&literals.join("|")).unicode(false).build();
        let markers = markers.expect("the markers fit into an expression");
        Expressions { phrases, markers, found: Vec::new() }
    }
}

impl Peer for Expressions {
    fn name(&self) -> &'static str {
        "regex-set"
    }

    fn clean(&mut self, text: &[u8], out: &mut Vec<u8>) {
        self.found.clear();
        self.found.extend(self.markers.find_iter(text).map(|found| found.range()));
        remove(text, &self.found, |line| self.phrases.is_match(line), out);
    }
}

fn markers(job: &Job) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&job.markers)
        .expect("the markers fit into an automaton")
}

fn find(markers: &AhoCorasick, text: &[u8], found: &mut Vec<Range<usize>>) {
    found.clear();
    found.extend(markers.find_iter(text).map(|found| found.range()));
}
