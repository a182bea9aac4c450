//! How many rules and phrases there are, by language, category and weight.
//!
//! The invariant: every rule is counted in one row, in one weight, so that rows add up to the last one. Used by
//! `rules stats`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unchaff::{Category, Rule, Weight};

use crate::rules::table::Table;

/// Rules and their phrases (shapes of any kind).
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    rules: usize,
    phrases: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.rules += other.rules;
        self.phrases += other.phrases;
    }
}

/// Heaviest first, as a reader asks for them.
const WEIGHTS: [Weight; 3] = [Weight::Certain, Weight::Likely, Weight::Weak];
/// What stands for the language of packs for every language.
const EVERY: &str = "*";

/// Counts by language and category, weight by weight.
#[derive(Debug, Default)]
pub struct Census {
    rows: BTreeMap<(String, Category), BTreeMap<Weight, Count>>,
}

impl Census {
    pub fn of<'r>(rules: impl Iterator<Item = &'r Rule>) -> Self {
        let mut census = Census::default();
        for rule in rules {
            let language = rule.language().unwrap_or(EVERY).to_owned();
            let row = census.rows.entry((language, rule.category())).or_default();
            let count = Count { rules: 1, phrases: rule.shapes().len() };
            row.entry(rule.weight()).or_default().add(count);
        }
        census
    }

    /// Three tables in one: each language's categories, then the language, then all.
    pub fn text(&self) -> String {
        let head = [
            "language", "category", "rules", "phrases", "certain", "phrases", "likely", "phrases",
            "weak", "phrases",
        ];
        let mut table = Table::new("llrrrrrrrr", &head);
        let mut all = BTreeMap::new();
        for language in self.languages() {
            let mut sum = BTreeMap::new();
            for ((_, category), row) in self.rows.iter().filter(|((of, _), _)| of == language) {
                table.row(cells(language, category.name(), row));
                add(&mut sum, row);
            }
            table.row(cells(language, "(all)", &sum));
            add(&mut all, &sum);
        }
        table.row(cells("(all)", "(all)", &all));
        table.text()
    }

    fn languages(&self) -> Vec<&String> {
        let mut languages: Vec<&String> = self.rows.keys().map(|(language, _)| language).collect();
        languages.dedup();
        languages
    }

    pub fn json(&self) -> Value {
        let row = |((language, category), row): (&(String, Category), &BTreeMap<Weight, Count>)| {
            let weights = row.iter().map(|(weight, Count { rules, phrases })| {
                (weight.name().to_owned(), json!({ "rules": rules, "phrases": phrases }))
            });
            let language = (language != EVERY).then_some(language);
            json!({
                "language": language,
                "category": category.name(),
                "weights": weights.collect::<serde_json::Map<_, _>>(),
            })
        };
        self.rows.iter().map(row).collect()
    }
}

fn add(sum: &mut BTreeMap<Weight, Count>, row: &BTreeMap<Weight, Count>) {
    for (&weight, &count) in row {
        sum.entry(weight).or_default().add(count);
    }
}

fn cells(language: &str, category: &str, row: &BTreeMap<Weight, Count>) -> Vec<String> {
    let counts = WEIGHTS.map(|weight| row.get(&weight).copied().unwrap_or_default());
    let mut all = Count::default();
    counts.iter().for_each(|&count| all.add(count));
    let mut cells = vec![language.to_owned(), category.to_owned()];
    for Count { rules, phrases } in std::iter::once(all).chain(counts) {
        cells.extend([rules.to_string(), phrases.to_string()]);
    }
    cells
}
