//! An earlier measurement, and what changed since.
//!
//! The invariant: shares are compared as fractions of counts, not as rounded numbers, so that equal means equal. Read from
//! what `json` wrote; shown by `tables` and `json`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::json::FORMAT;
use super::layout;
use super::losses::Loss;
use super::tally::{Counts, Group, Tally};
use crate::talk::visible;

/// Largest file that is read.
const MAX_BYTES: u64 = 256 << 20;

/// An earlier measurement.
pub struct Baseline {
    pub name: String,
    /// What was measured then, in words.
    what: String,
    groups: BTreeMap<Group, Counts>,
    losses: Vec<Loss>,
    /// Whether there were more losses than were written.
    is_capped: bool,
    pub flatten: Option<String>,
}

impl Baseline {
    /// Reads the output of `--json`.
    pub fn read(path: &Path) -> Result<Baseline> {
        let is_stdin = path.as_os_str() == "-";
        let name =
            if is_stdin { "standard input".into() } else { visible(&path.to_string_lossy()) };
        let reader: Box<dyn Read> = match is_stdin {
            true => Box::new(io::stdin().lock()),
            false => {
                Box::new(File::open(path).with_context(|| format!("{name}: cannot be opened"))?)
            }
        };
        let mut bytes = Vec::new();
        let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.with_context(|| format!("{name}: cannot be read"))?;
        if bytes.len() as u64 > MAX_BYTES {
            bail!("{name}: is larger than {} MiB", MAX_BYTES >> 20);
        }
        let written: Value = serde_json::from_slice(&bytes).map_err(|error| {
            anyhow!("{name}: is no JSON, and so not the output of unchaff eval --json: {error}")
        })?;
        parse(&written, &name).map_err(|why| {
            anyhow!("{name}: is not the output of unchaff eval --json of this version: {why}")
        })
    }
}

fn parse(written: &Value, name: &str) -> Result<Baseline, String> {
    if number(written, "format")? != FORMAT {
        return Err(format!("its format is not {FORMAT}; measure anew"));
    }
    let mut groups = BTreeMap::new();
    for row in list(written, "groups")?.iter().chain(list(written, "totals")?) {
        let group = Group {
            is_other: text(row, "page_type")? != "article",
            source_set: optional_text(row, "source_set")?,
            extractor: optional_text(row, "extractor")?,
        };
        let mut counts = Counts::default();
        for (name, count) in counts.fields() {
            *count = number(row, name)?;
        }
        groups.insert(group, counts);
    }
    let losses = list(written, "losses")?.iter().map(loss).collect::<Result<Vec<_>, _>>()?;
    let is_capped = number(written, "losses_total")? > losses.len() as u64;
    let flatten = optional_text(written, "flatten")?;
    let what = measured(written)?;
    Ok(Baseline { name: name.to_owned(), what, groups, losses, is_capped, flatten })
}

/// The rules, or the file of removals, that were measured.
fn measured(written: &Value) -> Result<String, String> {
    if let Some(name) = optional_text(written, "removed_by")? {
        return Ok(format!("the removals in {}", visible(&name)));
    }
    let (version, profile) = (text(written, "unchaff")?, text(written, "profile")?);
    let count = layout::count(number(written, "rule_count")?);
    Ok(visible(&format!("unchaff {version}, {count} rules, profile {profile}")))
}

fn loss(loss: &Value) -> Result<Loss, String> {
    Ok(Loss {
        source_set: text(loss, "source_set")?,
        is_other: text(loss, "page_type")? != "article",
        document: text(loss, "document")?,
        line: number(loss, "line")?,
        text: text(loss, "text")?,
        rule: text(loss, "rule")?,
        words: number(loss, "words")?,
        evidence: loss.get("evidence").and_then(Value::as_f64),
    })
}

fn list<'v>(value: &'v Value, name: &str) -> Result<&'v Vec<Value>, String> {
    value.get(name).and_then(Value::as_array).ok_or_else(|| format!("no list {name:?}"))
}

fn number(value: &Value, name: &str) -> Result<u64, String> {
    value.get(name).and_then(Value::as_u64).ok_or_else(|| format!("no number {name:?}"))
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    optional_text(value, name)?.ok_or_else(|| format!("no text {name:?}"))
}

fn optional_text(value: &Value, name: &str) -> Result<Option<String>, String> {
    match value.get(name) {
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        _ => Err(format!("no text {name:?}")),
    }
}

/// What changed since a baseline.
pub struct Comparison {
    pub baseline: String,
    /// What the baseline measured, in words.
    pub what: String,
    pub rows: Vec<Change>,
    /// Groups that only one of the two has.
    pub only_then: Vec<Group>,
    pub only_now: Vec<Group>,
    /// Lines of which more words are lost than then.
    pub new_losses: Vec<Loss>,
    /// Lines of which fewer words are lost than then, as they were then.
    pub gone_losses: Vec<Loss>,
    /// Whether losses are unknown because there were too many to be written.
    pub is_capped: bool,
    /// Whether the two measured other documents, or joined their lines in another way.
    pub differs: bool,
}

/// One group then and now.
pub struct Change {
    pub group: Group,
    pub then: Counts,
    pub now: Counts,
}

impl Change {
    /// Whether a greater share of the body's words is lost.
    pub fn loss_rose(&self) -> bool {
        let (then, now) = (&self.then, &self.now);
        is_more(now.body_words_lost, now.body_words, then.body_words_lost, then.body_words)
    }

    /// Whether a smaller share of the residue lines is removed.
    pub fn removed_fell(&self) -> bool {
        let (then, now) = (&self.then, &self.now);
        is_more(
            then.residue_lines_removed,
            then.residue_lines,
            now.residue_lines_removed,
            now.residue_lines,
        )
    }

    pub fn is_worse(&self) -> bool {
        self.loss_rose() || self.removed_fell()
    }

    /// Whether the two rows measured other lines.
    fn differs(&self) -> bool {
        let size = |counts: &Counts| (counts.documents, counts.residue_lines, counts.body_words);
        size(&self.then) != size(&self.now)
    }
}

/// Whether a/b is more than c/d; a part of nothing is nothing.
fn is_more(a: u64, b: u64, c: u64, d: u64) -> bool {
    u128::from(a) * u128::from(d.max(1)) > u128::from(c) * u128::from(b.max(1))
}

impl Comparison {
    /// Compares a baseline with what was measured now.
    pub fn of(baseline: Baseline, tally: &Tally, flatten: Option<&str>) -> Comparison {
        let mut then = baseline.groups;
        let mut rows = Vec::new();
        let mut only_now = Vec::new();
        for (group, now) in tally.rows(false).into_iter().chain(tally.rows(true)) {
            match then.remove(&group) {
                Some(then) => rows.push(Change { group, then, now }),
                None => only_now.push(group),
            }
        }
        // The sums of one group alone are written, but not shown.
        then.retain(|group, _| group.source_set.is_some());
        let kept = tally.losses.kept();
        let differs = !then.is_empty()
            || !only_now.is_empty()
            || rows.iter().any(Change::differs)
            || baseline.flatten.as_deref() != flatten;
        Comparison {
            baseline: baseline.name,
            what: baseline.what,
            rows,
            only_then: then.into_keys().collect(),
            only_now,
            new_losses: more_than(kept, &baseline.losses),
            gone_losses: more_than(&baseline.losses, kept),
            is_capped: baseline.is_capped || tally.losses.total > kept.len() as u64,
            differs,
        }
    }

    pub fn is_worse(&self) -> bool {
        self.rows.iter().any(Change::is_worse)
    }
}

/// The losses of which `others` know nothing, or fewer words.
fn more_than(losses: &[Loss], others: &[Loss]) -> Vec<Loss> {
    let key = |loss: &Loss| (loss.source_set.clone(), loss.document.clone(), loss.line);
    let words: BTreeMap<_, u64> = others.iter().map(|loss| (key(loss), loss.words)).collect();
    let is_more = |loss: &&Loss| words.get(&key(loss)).is_none_or(|words| loss.words > *words);
    losses.iter().filter(is_more).cloned().collect()
}
