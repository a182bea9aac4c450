//! The measurement for a person: aligned tables in plain text.
//!
//! The invariant: texts of documents are shown with their control characters escaped and cut to one line. Called by `eval`.

use std::cmp::Reverse;

use super::Measurement;
use super::json::share;
use super::layout::{self, Table};
use super::losses::{Loss, MAX_LOSSES};
use super::phrases::MAX_PHRASES;
use super::tally::{Counts, Group, RuleCounts, Rules};

const GROUP_COLUMNS: &str = "<source set|<extractor|documents|residue lines|gone|gone %|chars gone %|body words|lost|lost %|precision %|unsure gone|emptied";

/// All tables.
pub fn of(measurement: &Measurement, top: usize) -> String {
    let tally = &measurement.tally;
    let mut text = heading(measurement);
    for (is_other, title) in [(false, "Article pages"), (true, "Other pages")] {
        text += &groups(measurement, is_other, title);
    }
    text += &losses(tally.losses.kept(), tally.losses.total, top);
    text += &misses(measurement, top);
    text += &rules(&tally.rules, "Rules that removed something, the worst first", top, |counts| {
        (Reverse(counts.body_words), Reverse(counts.body_lines), Reverse(counts.boiler_lines))
    });
    text += &rules(&tally.near, "Rules that nearly removed something", top, |counts| {
        (Reverse(counts.boiler_lines), Reverse(counts.lines()), Reverse(0))
    });
    text
}

fn heading(measurement: &Measurement) -> String {
    let about = &measurement.about;
    let what = match (&about.rules, &about.removed_by) {
        (Some(rules), _) => {
            let count = layout::count(rules.count as u64);
            format!(
                "unchaff {}, {count} rules, profile {}",
                env!("CARGO_PKG_VERSION"),
                rules.profile
            )
        }
        (None, name) => format!("the removals in {}", name.as_deref().unwrap_or("-")),
    };
    let how = match about.flatten {
        Some("space") => ", lines joined by spaces",
        Some(_) => ", lines joined without a space",
        None => "",
    };
    format!("{what}, on {}{how}\n", about.gold.join(", "))
}

/// The groups of one page type.
fn groups(measurement: &Measurement, is_other: bool, title: &str) -> String {
    let rows = measurement.tally.rows(is_other);
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new(GROUP_COLUMNS);
    for (group, counts) in &rows {
        table.add(group_row(group, counts));
    }
    format!("\n{title}\n{table}")
}

fn group_row(group: &Group, counts: &Counts) -> Vec<String> {
    let Counts { residue_lines_removed: removed, body_lines_removed, .. } = *counts;
    let [set, extractor] = layout::group_names(group);
    vec![
        set,
        extractor,
        layout::count(counts.documents),
        layout::count(counts.residue_lines),
        layout::count(removed),
        layout::percent(share(removed, counts.residue_lines), 2),
        layout::percent(share(counts.residue_chars_removed, counts.residue_chars), 2),
        layout::count(counts.body_words),
        layout::count(counts.body_words_lost),
        layout::percent(share(counts.body_words_lost, counts.body_words), 4),
        layout::percent(share(removed, removed + body_lines_removed), 1),
        layout::count(counts.unsure_lines_removed),
        layout::count(counts.emptied),
    ]
}

fn losses(kept: &[Loss], total: u64, top: usize) -> String {
    if total == 0 {
        return "\nNo word of the body is lost.\n".into();
    }
    let shown = kept.len().min(top) as u64;
    let of = layout::some_of(shown, total);
    let capped = if top > MAX_LOSSES {
        format!("; at most {} are kept", layout::count(MAX_LOSSES as u64))
    } else {
        String::new()
    };
    format!("\nWorst losses of the body ({of}{capped})\n{}", loss_table(&kept[..shown as usize]))
}

/// Losses as a table.
pub fn loss_table(losses: &[Loss]) -> Table {
    let mut table = Table::new("words|<rule|evidence|<pages|<document:line|<text");
    for loss in losses {
        table.add(vec![
            layout::count(loss.words),
            layout::shown(&loss.rule),
            loss.evidence.map_or_else(|| "-".into(), |evidence| evidence.to_string()),
            loss.pages().into(),
            layout::shown(&format!("{}:{}", loss.document, loss.line)),
            layout::shown(&loss.text),
        ]);
    }
    table
}

fn misses(measurement: &Measurement, top: usize) -> String {
    let misses = &measurement.tally.misses;
    if misses.len() == 0 {
        return "\nNo residue line is missed.\n".into();
    }
    let found = misses.most_widespread(top);
    let mut table = Table::new("sites|lines|<text");
    for phrase in &found {
        let text = layout::shown(&phrase.text);
        table.add(vec![layout::count(phrase.sites), layout::count(phrase.lines), text]);
    }
    let of = layout::some_of(found.len() as u64, misses.len() as u64);
    let untold = match misses.untold {
        0 => String::new(),
        lines => format!(
            "; {} further lines are not told apart, because there are more than {}",
            layout::count(lines),
            layout::count(MAX_PHRASES as u64)
        ),
    };
    format!("\nMost widespread missed lines (folded, numbers as 0; {of}{untold})\n{table}")
}

fn rules<K: Ord>(
    rules: &Rules,
    title: &str,
    top: usize,
    order: impl Fn(&RuleCounts) -> K,
) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<_> = rules.iter().collect();
    sorted.sort_by_key(|(_, counts)| order(counts));
    let mut table = Table::new(
        "<rule|boiler lines|body lines|precision %|body words|unsure|unlabelled|<example",
    );
    for (rule, counts) in sorted.iter().take(top) {
        let RuleCounts { boiler_lines, body_lines, .. } = *counts;
        table.add(vec![
            layout::shown(rule),
            layout::count(*boiler_lines),
            layout::count(*body_lines),
            layout::percent(share(*boiler_lines, boiler_lines + body_lines), 1),
            layout::count(counts.body_words),
            layout::count(counts.unsure_lines),
            layout::count(counts.unlabelled_lines),
            layout::shown(&counts.example),
        ]);
    }
    let of = layout::some_of(sorted.len().min(top) as u64, sorted.len() as u64);
    format!("\n{title} ({of})\n{table}")
}
