//! The measurement as one JSON object, for programs and for `--baseline`.
//!
//! The invariant: names of fields stay; shares are numbers from 0 to 1, or null where there is nothing to share.

use serde_json::{Map, Value, json};

use super::Measurement;
use super::losses::{Loss, MAX_LOSSES};
use super::tally::{Counts, Group, RuleCounts, Rules};

/// The version of the format.
pub const FORMAT: u64 = 1;

/// The whole measurement.
pub fn of(measurement: &Measurement, top: usize) -> Value {
    let Measurement { about, tally } = measurement;
    let rows = |rows: Vec<(Group, Counts)>| -> Vec<Value> {
        rows.into_iter().map(|(group, counts)| row(&group, counts)).collect()
    };
    let misses: Vec<Value> = tally
        .misses
        .most_widespread(top)
        .into_iter()
        .map(|phrase| json!({"text": phrase.text, "lines": phrase.lines, "sites": phrase.sites}))
        .collect();
    json!({
        "format": FORMAT,
        "unchaff": env!("CARGO_PKG_VERSION"),
        "gold": about.gold,
        "removed_by": about.removed_by,
        "profile": about.rules.as_ref().map(|rules| rules.profile),
        "rule_count": about.rules.as_ref().map(|rules| rules.count),
        "fingerprint": about.rules.as_ref().map(|rules| rules.fingerprint.as_str()),
        "flatten": about.flatten,
        "groups": rows(tally.groups()),
        "totals": rows(tally.totals()),
        "rules": rules(&tally.rules),
        "near_misses": rules(&tally.near),
        "losses_total": tally.losses.total,
        "losses_limit": MAX_LOSSES,
        "losses": tally.losses.kept().iter().map(loss).collect::<Vec<_>>(),
        "misses_phrases": tally.misses.len(),
        "misses_untold": tally.misses.untold,
        "misses": misses,
    })
}

/// A group and its counts. `null` for the source set or extractor is all of them.
pub fn row(group: &Group, mut counts: Counts) -> Value {
    let mut row = Map::new();
    row.insert("source_set".into(), json!(group.source_set));
    row.insert("extractor".into(), json!(group.extractor));
    row.insert("page_type".into(), json!(group.pages()));
    for (name, count) in counts.fields() {
        row.insert(name.into(), json!(*count));
    }
    let shares = [
        ("residue_lines_removed_share", counts.residue_lines_removed, counts.residue_lines),
        ("residue_chars_removed_share", counts.residue_chars_removed, counts.residue_chars),
        ("body_words_lost_share", counts.body_words_lost, counts.body_words),
        (
            "precision",
            counts.residue_lines_removed,
            counts.residue_lines_removed + counts.body_lines_removed,
        ),
    ];
    for (name, part, whole) in shares {
        row.insert(name.into(), json!(share(part, whole)));
    }
    Value::Object(row)
}

pub fn loss(loss: &Loss) -> Value {
    json!({
        "source_set": loss.source_set,
        "page_type": loss.pages(),
        "document": loss.document,
        "line": loss.line,
        "text": loss.text,
        "rule": loss.rule,
        "words": loss.words,
        "evidence": loss.evidence,
    })
}

fn rules(rules: &Rules) -> Vec<Value> {
    let rule = |(id, counts): (&String, &RuleCounts)| {
        let RuleCounts { boiler_lines, body_lines, unsure_lines, unlabelled_lines, .. } = counts;
        json!({
            "rule": id,
            "boiler_lines": boiler_lines,
            "body_lines": body_lines,
            "unsure_lines": unsure_lines,
            "unlabelled_lines": unlabelled_lines,
            "body_words": counts.body_words,
            "precision": share(*boiler_lines, boiler_lines + body_lines),
            "example": counts.example,
        })
    };
    rules.iter().map(rule).collect()
}

/// A part of a whole, if there is a whole.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
