//! What changed since a baseline, for a person and as JSON.
//!
//! The invariant: both say the same; a row is worse when its loss rose or its removed share fell. Called by `eval`.

use serde_json::{Value, json};

use super::baseline::{Change, Comparison};
use super::json::{self, share};
use super::layout::{self, Table};
use super::losses::Loss;
use super::tables::loss_table;
use super::tally::Group;

const COLUMNS: &str =
    "<source set|<extractor|<pages|removed % then|now|change|lost % then|now|change|<verdict";

/// The tables.
pub fn text(comparison: &Comparison, top: usize) -> String {
    let mut table = Table::new(COLUMNS);
    for change in &comparison.rows {
        table.add(row(change));
    }
    let (baseline, what) = (&comparison.baseline, &comparison.what);
    let mut text =
        format!("\nCompared with {baseline}: {what} (changes in percentage points)\n{table}");
    let absent = [
        ("is not in the baseline", &comparison.only_now),
        ("is only in the baseline", &comparison.only_then),
    ];
    for (what, groups) in absent {
        for group in groups {
            text += &format!("{} {what}\n", name(group));
        }
    }
    text += &losses("Body losses that are new or greater", &comparison.new_losses, top);
    text += &losses("Body losses that are gone or smaller", &comparison.gone_losses, top);
    text
}

fn name(group: &Group) -> String {
    let [set, extractor] = layout::group_names(group);
    format!("{set}, {extractor}, {} pages", group.pages())
}

fn row(change: &Change) -> Vec<String> {
    let Change { group, then, now } = change;
    let [set, extractor] = layout::group_names(group);
    let removed = [then, now].map(|x| share(x.residue_lines_removed, x.residue_lines));
    let lost = [then, now].map(|x| share(x.body_words_lost, x.body_words));
    vec![
        set,
        extractor,
        group.pages().into(),
        layout::percent(removed[0], 2),
        layout::percent(removed[1], 2),
        points(removed, 2),
        layout::percent(lost[0], 4),
        layout::percent(lost[1], 4),
        points(lost, 4),
        verdict(change).into(),
    ]
}

/// The change of a share in percentage points.
fn points([then, now]: [Option<f64>; 2], decimals: usize) -> String {
    let change = (now.unwrap_or(0.0) - then.unwrap_or(0.0)) * 100.0;
    if change == 0.0 { "=".into() } else { format!("{change:+.decimals$}") }
}

fn verdict(change: &Change) -> &'static str {
    let improved =
        Change { group: change.group.clone(), then: change.now.clone(), now: change.then.clone() };
    match (change.loss_rose(), change.removed_fell()) {
        (true, true) => "worse: more loss, less removed",
        (true, false) => "worse: more loss",
        (false, true) => "worse: less removed",
        (false, false) if improved.is_worse() => "better",
        (false, false) => "same",
    }
}

fn losses(title: &str, losses: &[Loss], top: usize) -> String {
    if losses.is_empty() {
        return format!("\n{title}: none\n");
    }
    let shown = &losses[..losses.len().min(top)];
    let of = layout::some_of(shown.len() as u64, losses.len() as u64);
    format!("\n{title} ({of})\n{}", loss_table(shown))
}

/// The same as JSON.
pub fn json(comparison: &Comparison) -> Value {
    let key = |group: &Group| {
        json!({
            "source_set": group.source_set,
            "extractor": group.extractor,
            "page_type": group.pages(),
        })
    };
    let row = |change: &Change| {
        json!({
            "then": json::row(&change.group, change.then.clone()),
            "now": json::row(&change.group, change.now.clone()),
            "loss_rose": change.loss_rose(),
            "removed_fell": change.removed_fell(),
        })
    };
    json!({
        "file": comparison.baseline,
        "is_worse": comparison.is_worse(),
        "rows": comparison.rows.iter().map(row).collect::<Vec<_>>(),
        "only_in_baseline": comparison.only_then.iter().map(key).collect::<Vec<_>>(),
        "not_in_baseline": comparison.only_now.iter().map(key).collect::<Vec<_>>(),
        "new_losses": comparison.new_losses.iter().map(json::loss).collect::<Vec<_>>(),
        "gone_losses": comparison.gone_losses.iter().map(json::loss).collect::<Vec<_>>(),
    })
}
