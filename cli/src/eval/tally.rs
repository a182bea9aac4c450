//! Everything that is counted over the labelled documents.
//!
//! The invariant: every figure is a sum over lines, so that the rows for several groups are the sums of theirs; memory is
//! bounded by the limits below, whatever the documents hold. Fed by `eval`; shown by `tables` and `json`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::gold::{Document, Label};
use super::losses::{Loss, Losses};
use super::phrases::{Phrases, shorten};
use super::score::{self, ScoredLine};
use super::spans::{Cut, Found};

/// Most groups that are told apart.
const MAX_GROUPS: usize = 10_000;
/// Most rules that are told apart; what further ones do counts for `OTHER_RULES`.
const MAX_RULES: usize = 100_000;
const OTHER_RULES: &str = "(other rules)";
/// Characters of an example that are kept.
const MAX_EXAMPLE_CHARS: usize = 80;

/// Which documents are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Article pages first.
    pub is_other: bool,
    /// `None` is all of them.
    pub source_set: Option<String>,
    /// `None` is all of them.
    pub extractor: Option<String>,
}

impl Group {
    /// The sums to which the group adds: over all source sets, and over all extractors too.
    fn sums(&self) -> [Group; 2] {
        let of_extractor = Group { source_set: None, ..self.clone() };
        let of_all = Group { extractor: None, ..of_extractor.clone() };
        [of_extractor, of_all]
    }

    /// The name of the page type in outputs.
    pub fn pages(&self) -> &'static str {
        page_type(self.is_other)
    }
}

/// The name of a page type in outputs.
pub fn page_type(is_other: bool) -> &'static str {
    if is_other { "other" } else { "article" }
}

/// Counts of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub documents: u64,
    /// Documents of which nothing visible is left.
    pub emptied: u64,
    pub residue_lines: u64,
    pub residue_lines_removed: u64,
    pub residue_chars: u64,
    pub residue_chars_removed: u64,
    pub body_lines: u64,
    pub body_lines_removed: u64,
    pub body_words: u64,
    pub body_words_lost: u64,
    pub unsure_lines: u64,
    pub unsure_lines_removed: u64,
    pub unlabelled_lines: u64,
    pub unlabelled_lines_removed: u64,
}

impl Counts {
    /// Each count with its stable name.
    pub fn fields(&mut self) -> [(&'static str, &mut u64); 14] {
        [
            ("documents", &mut self.documents),
            ("documents_emptied", &mut self.emptied),
            ("residue_lines", &mut self.residue_lines),
            ("residue_lines_removed", &mut self.residue_lines_removed),
            ("residue_chars", &mut self.residue_chars),
            ("residue_chars_removed", &mut self.residue_chars_removed),
            ("body_lines", &mut self.body_lines),
            ("body_lines_removed", &mut self.body_lines_removed),
            ("body_words", &mut self.body_words),
            ("body_words_lost", &mut self.body_words_lost),
            ("unsure_lines", &mut self.unsure_lines),
            ("unsure_lines_removed", &mut self.unsure_lines_removed),
            ("unlabelled_lines", &mut self.unlabelled_lines),
            ("unlabelled_lines_removed", &mut self.unlabelled_lines_removed),
        ]
    }

    /// Adds the counts of another group.
    pub fn add(&mut self, mut other: Counts) {
        for ((_, sum), (_, count)) in self.fields().into_iter().zip(other.fields()) {
            *sum += *count;
        }
    }

    /// Adds a line.
    fn add_line(&mut self, line: &ScoredLine<'_>) {
        let removed = u64::from(line.is_removed);
        match line.label {
            Label::Boiler => {
                self.residue_lines += 1;
                self.residue_lines_removed += removed;
                self.residue_chars += score::chars(line.text);
                self.residue_chars_removed += line.chars_cut();
            }
            Label::Body => {
                self.body_lines += 1;
                self.body_lines_removed += removed;
                self.body_words += score::words(line.text);
                self.body_words_lost += line.words_cut();
            }
            Label::Unsure => {
                self.unsure_lines += 1;
                self.unsure_lines_removed += removed;
            }
            Label::Unlabelled => {
                self.unlabelled_lines += 1;
                self.unlabelled_lines_removed += removed;
            }
        }
    }
}

/// What one rule removes, or nearly: lines of which it takes anything visible, by their labels.
#[derive(Clone, Debug, Default)]
pub struct RuleCounts {
    pub boiler_lines: u64,
    pub body_lines: u64,
    pub unsure_lines: u64,
    pub unlabelled_lines: u64,
    pub body_words: u64,
    /// The first line that the rule matched, residue if there was any.
    pub example: String,
}

impl RuleCounts {
    fn add(&mut self, line: &ScoredLine<'_>, words: u64) {
        let is_first_residue = line.label == Label::Boiler && self.boiler_lines == 0;
        if self.example.is_empty() || is_first_residue {
            self.example = shorten(line.text.trim(), MAX_EXAMPLE_CHARS);
        }
        match line.label {
            Label::Boiler => self.boiler_lines += 1,
            Label::Body => {
                self.body_lines += 1;
                self.body_words += words;
            }
            Label::Unsure => self.unsure_lines += 1,
            Label::Unlabelled => self.unlabelled_lines += 1,
        }
    }

    pub fn lines(&self) -> u64 {
        self.boiler_lines + self.body_lines + self.unsure_lines + self.unlabelled_lines
    }
}

/// Counts by rule.
pub type Rules = BTreeMap<String, RuleCounts>;

/// Everything that is counted.
#[derive(Default)]
pub struct Tally {
    groups: BTreeMap<Group, Counts>,
    pub rules: Rules,
    pub near: Rules,
    pub losses: Losses,
    pub misses: Phrases,
}

impl Tally {
    /// Adds a document and what was found in it; `place` starts every message.
    pub fn add(&mut self, document: &Document, found: &Found, place: &str) -> Result<()> {
        let group = Group {
            is_other: !document.is_article,
            source_set: Some(document.source_set.clone()),
            extractor: Some(document.extractor.clone()),
        };
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&group) {
            bail!(
                "{place}: more than {MAX_GROUPS} groups; measure the source sets or extractors one by one"
            );
        }
        let counts = self.groups.entry(group).or_default();
        counts.documents += 1;
        counts.emptied += u64::from(score::is_emptied(document, &found.removed));
        score::each_line(document, &found.removed, |line| {
            counts.add_line(line);
            count_rules(&mut self.rules, line);
            match line.label {
                Label::Body => self.losses.add(Loss::of(document, line)),
                Label::Boiler if !line.is_removed => self.misses.add(line.text, &document.site),
                _ => {}
            }
        });
        score::each_line(document, &found.near, |line| count_rules(&mut self.near, line));
        Ok(())
    }

    /// The counts of each source set, extractor and page type.
    pub fn groups(&self) -> Vec<(Group, Counts)> {
        self.groups.iter().map(|(group, counts)| (group.clone(), counts.clone())).collect()
    }

    /// The sums over all source sets, and over all extractors too.
    pub fn totals(&self) -> Vec<(Group, Counts)> {
        let mut totals: BTreeMap<Group, Counts> = BTreeMap::new();
        for (group, counts) in &self.groups {
            for sum in group.sums() {
                totals.entry(sum).or_default().add(counts.clone());
            }
        }
        totals.into_iter().collect()
    }

    /// The rows of one page type as they are shown: the groups, and below them the sums of several.
    pub fn rows(&self, is_other: bool) -> Vec<(Group, Counts)> {
        let is_sum_of_several =
            |sum: &Group| self.groups.keys().filter(|group| group.sums().contains(sum)).count() > 1;
        let mut rows = self.groups();
        let (all, by_extractor): (Vec<_>, Vec<_>) =
            self.totals().into_iter().partition(|(sum, _)| sum.extractor.is_none());
        let sums = by_extractor.into_iter().chain(all);
        rows.extend(sums.filter(|(sum, _)| is_sum_of_several(sum)));
        rows.retain(|(group, _)| group.is_other == is_other);
        rows
    }
}

/// Counts a line once for each rule that takes anything visible of it.
fn count_rules(rules: &mut Rules, line: &ScoredLine<'_>) {
    let is_visible = |part: &&score::Part<'_>| !part.text.trim().is_empty();
    for (at, part) in line.parts.iter().enumerate().filter(|(_, part)| is_visible(part)) {
        let is_same = |other: &&score::Part<'_>| other.cut.rule == part.cut.rule;
        if line.parts[..at].iter().filter(is_visible).any(|other| is_same(&other)) {
            continue;
        }
        let words = line.parts[at..].iter().filter(is_same).map(score::Part::words).sum();
        counts_of(rules, part.cut).add(line, words);
    }
}

fn counts_of<'r>(rules: &'r mut Rules, cut: &Cut) -> &'r mut RuleCounts {
    let is_known = rules.len() < MAX_RULES || rules.contains_key(&cut.rule);
    let name = if is_known { cut.rule.as_str() } else { OTHER_RULES };
    if !rules.contains_key(name) {
        rules.insert(name.to_owned(), RuleCounts::default());
    }
    rules.entry(name.to_owned()).or_default()
}
