//! What the rules do to documents: what each removes, what it nearly removes, and which never match.
//!
//! The invariant: memory does not grow with the corpus; of the phrases of near misses so many different ones are counted
//! apart, and the rest together. Used by `rules stats --corpus`.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use unchaff::{Cleaner, FoldedView, KeptBecause, NearMiss, Rule};

use crate::records::Document;
use crate::rules::table::Table;

/// Most different near-miss phrases that are counted apart.
const MAX_PHRASES: usize = 200_000;

/// What one rule did.
#[derive(Clone, Debug, Default)]
struct Hits {
    removed: u64,
    kept: u64,
}

/// A folded line that a rule matched and that was kept.
#[derive(Clone, Debug)]
struct Phrase {
    count: u64,
    rule: usize,
    reasons: BTreeMap<&'static str, u64>,
}

/// The tally of a corpus.
#[derive(Debug, Default)]
pub struct Tally {
    documents: u64,
    touched: u64,
    /// One for each rule of the cleaner, in its order.
    hits: Vec<Hits>,
    phrases: HashMap<String, Phrase>,
    /// Near misses whose phrase is not counted apart.
    others: u64,
}

impl Tally {
    pub fn new(cleaner: &Cleaner) -> Self {
        Tally { hits: vec![Hits::default(); cleaner.rules().len()], ..Tally::default() }
    }

    pub fn add(&mut self, document: &Document<'_>, numbers: &HashMap<String, usize>) {
        let Document { text, cleaner, .. } = document;
        let explained = cleaner.clean_bytes(text);
        self.documents += 1;
        self.touched += u64::from(!explained.removals().is_empty());
        for removal in explained.removals() {
            if let Some(&rule) = numbers.get(cleaner.rule(removal.rule).id()) {
                self.hits[rule].removed += 1;
            }
        }
        for near in cleaner.near_misses(text) {
            if let Some(&rule) = numbers.get(cleaner.rule(near.rule).id()) {
                self.hits[rule].kept += 1;
                self.add_phrase(&text[near.span.range()], rule, &near);
            }
        }
    }

    fn add_phrase(&mut self, bytes: &[u8], rule: usize, near: &NearMiss) {
        let view = FoldedView::new(bytes);
        let reason = KeptBecause::name(near.reason);
        if !self.phrases.contains_key(view.as_str()) {
            if self.phrases.len() >= MAX_PHRASES {
                self.others += 1;
                return;
            }
            let phrase = Phrase { count: 0, rule, reasons: BTreeMap::new() };
            self.phrases.insert(view.as_str().to_owned(), phrase);
        }
        if let Some(phrase) = self.phrases.get_mut(view.as_str()) {
            phrase.count += 1;
            *phrase.reasons.entry(reason).or_default() += 1;
        }
    }

    /// The most frequent near misses, the most frequent first.
    fn frequent(&self, top: usize) -> Vec<(&String, &Phrase)> {
        let mut all: Vec<(&String, &Phrase)> = self.phrases.iter().collect();
        all.sort_by(|(a, x), (b, y)| y.count.cmp(&x.count).then(a.cmp(b)));
        all.truncate(top);
        all
    }

    /// The rules that did something, those that removed most first.
    fn acting<'r>(&self, rules: &'r [Rule]) -> Vec<(&'r Rule, &Hits)> {
        let mut acting: Vec<_> =
            rules.iter().zip(&self.hits).filter(|(_, hits)| hits.removed + hits.kept > 0).collect();
        acting.sort_by_key(|(_, hits)| std::cmp::Reverse((hits.removed, hits.kept)));
        acting
    }

    fn idle<'r>(&self, rules: &'r [Rule]) -> Vec<&'r str> {
        let is_idle = |hits: &Hits| hits.removed + hits.kept == 0;
        rules
            .iter()
            .zip(&self.hits)
            .filter(|(_, h)| is_idle(h))
            .map(|(rule, _)| rule.id())
            .collect()
    }

    fn sums(&self) -> (u64, u64) {
        self.hits.iter().fold((0, 0), |(removed, kept), h| (removed + h.removed, kept + h.kept))
    }

    pub fn text(&self, rules: &[Rule], top: usize) -> String {
        let (removed, kept) = self.sums();
        let mut text = format!(
            "{} documents, {} with removals; {removed} pieces removed, {kept} near misses kept\n\n",
            self.documents, self.touched
        );
        let mut table =
            Table::new("lllrr", &["rule", "category", "weight", "removed", "near misses"]);
        for (rule, hits) in self.acting(rules) {
            let words =
                [rule.id(), rule.category().name(), rule.weight().name()].map(str::to_owned);
            table.row(words.into_iter().chain([hits.removed.to_string(), hits.kept.to_string()]));
        }
        text.push_str(&table.text());
        let idle = self.idle(rules);
        text.push_str(&format!("\n{} of {} rules never hit\n", idle.len(), rules.len()));
        for id in idle {
            text.push_str(&format!("  {id}\n"));
        }
        text.push_str("\nmost frequent near misses\n");
        let mut table = Table::new("rlll", &["count", "rule", "reasons", "phrase"]);
        for (view, phrase) in self.frequent(top) {
            let reasons: Vec<String> =
                phrase.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            let rule = rules[phrase.rule].id().to_owned();
            table.row([phrase.count.to_string(), rule, reasons.join(", "), cut(view)]);
        }
        text.push_str(&table.text());
        if self.others > 0 {
            text.push_str(&format!("and {} of phrases not counted apart\n", self.others));
        }
        text
    }

    pub fn json(&self, rules: &[Rule], top: usize) -> Value {
        let (removed, kept) = self.sums();
        let rule = |(rule, hits): (&Rule, &Hits)| json!({ "rule": rule.id(), "removed": hits.removed, "near": hits.kept });
        let near = |(view, phrase): (&String, &Phrase)| {
            let rule = rules[phrase.rule].id();
            json!({ "phrase": view, "count": phrase.count, "rule": rule, "reasons": phrase.reasons })
        };
        json!({
            "documents": self.documents,
            "documents_with_removals": self.touched,
            "removed": removed,
            "near": kept,
            "rules": self.acting(rules).into_iter().map(rule).collect::<Value>(),
            "never_hit": self.idle(rules),
            "near_phrases": self.frequent(top).into_iter().map(near).collect::<Value>(),
            "near_of_other_phrases": self.others,
        })
    }
}

/// A phrase as a table shows it.
fn cut(view: &str) -> String {
    const MAX_SHOWN: usize = 80;
    match view.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &view[..end]),
        None => view.to_owned(),
    }
}
