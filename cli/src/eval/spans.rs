//! What was removed from each document: by the rules, or, by its own account, by another cleaner.
//!
//! The invariant: the cuts of a document are sorted, do not overlap, and begin and end between characters of its text.
//! Asked by `eval` for one document after the other.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value};
use unchaff::{Cleaner, Fate};

use super::gold::Document;
use super::source::Source;

/// A piece of a text that was removed, or nearly.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    pub range: Range<usize>,
    /// `-` where none is named.
    pub rule: String,
    pub evidence: Option<f64>,
}

/// What a cleaner found in a document.
#[derive(Default)]
pub struct Found {
    pub removed: Vec<Cut>,
    /// What was nearly removed.
    pub near: Vec<Cut>,
}

/// What the rules find.
pub fn find(cleaner: &Cleaner, document: &Document) -> Found {
    let on_host = document.host.as_deref().map(|host| cleaner.for_host(host));
    let cleaner = on_host.as_ref().unwrap_or(cleaner);
    let explanation = cleaner.explain(document.text.as_bytes());
    let mut found = Found::default();
    for part in explanation.lines().iter().flat_map(|line| &line.parts) {
        let (rule, evidence, cuts) = match part.fate {
            Fate::Kept => continue,
            Fate::Removed(removal) => (removal.rule, removal.evidence, &mut found.removed),
            Fate::NearMiss(near) => (near.rule, near.evidence, &mut found.near),
        };
        let rule = cleaner.rule(rule).id().to_owned();
        cuts.push(Cut { range: part.span.range(), rule, evidence: Some(evidence.as_f64()) });
    }
    found
}

/// The removals of another cleaner, in the format of `scan`.
pub struct Spans {
    source: Source,
}

impl Spans {
    pub fn open(path: &Path) -> Result<Spans> {
        Ok(Spans { source: Source::open(path)? })
    }

    /// What the file says about the next document, which stands at `place` in the labelled data.
    pub fn take(&mut self, document: &Document, place: &str) -> Result<Found> {
        let Some(object) = self.source.next_object()? else {
            let (name, id) = (self.source.name(), &document.id);
            bail!(
                "{name}: ends before document {id:?} ({place}); it needs one line for each document"
            );
        };
        let here = self.source.place();
        let id = match object.get("id") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        };
        if let Some(id) = id.filter(|id| *id != document.id) {
            let wanted = &document.id;
            bail!(
                "{here}: is for document {id:?}, but {wanted:?} is next ({place}); keep the order of the labelled data"
            );
        }
        if !object.contains_key("removed") {
            bail!("{here}: no field \"removed\"");
        }
        let read = |name| read_cuts(&object, name, &document.text, &here);
        Ok(Found { removed: read("removed")?, near: read("near")? })
    }

    /// Makes sure that nothing is left.
    pub fn finish(mut self) -> Result<()> {
        if self.source.next_object()?.is_some() {
            bail!("{}: no document is left for this line", self.source.place());
        }
        Ok(())
    }
}

/// The list of that name; one that is absent is empty.
fn read_cuts(object: &Map<String, Value>, name: &str, text: &str, here: &str) -> Result<Vec<Cut>> {
    let Some(list) = object.get(name) else { return Ok(Vec::new()) };
    let list =
        list.as_array().ok_or_else(|| anyhow!("{here}: the field {name:?} is not a list"))?;
    let mut cuts = Vec::with_capacity(list.len());
    for (at, item) in list.iter().enumerate() {
        let cut = read_cut(item, text)
            .map_err(|why| anyhow!("{here}: item {} of {name:?}: {why}", at + 1))?;
        cuts.push(cut);
    }
    cuts.sort_by_key(|cut| (cut.range.start, cut.range.end));
    // A byte goes once, whoever removes it: of two cuts that overlap, the second starts where the first ends.
    let mut end = 0;
    for cut in &mut cuts {
        cut.range.start = cut.range.start.max(end);
        cut.range.end = cut.range.end.max(cut.range.start);
        end = cut.range.end;
    }
    cuts.retain(|cut| !cut.range.is_empty());
    Ok(cuts)
}

fn read_cut(item: &Value, text: &str) -> Result<Cut, String> {
    let offset = |name: &str| {
        let value = item.get(name).ok_or_else(|| format!("no field {name:?}"))?;
        let offset = value.as_u64().and_then(|offset| usize::try_from(offset).ok());
        let offset = offset.ok_or_else(|| format!("the field {name:?} is no offset: {value}"))?;
        if offset > text.len() {
            return Err(format!(
                "{name} {offset} lies behind the text, which has {} bytes",
                text.len()
            ));
        }
        if !text.is_char_boundary(offset) {
            return Err(format!(
                "{name} {offset} lies inside a character; offsets count bytes of the text in UTF-8"
            ));
        }
        Ok(offset)
    };
    let (start, end) = (offset("start")?, offset("end")?);
    if start > end {
        return Err(format!("start {start} lies behind end {end}"));
    }
    let rule = item.get("rule").and_then(Value::as_str).unwrap_or("-").to_owned();
    Ok(Cut { range: start..end, rule, evidence: item.get("evidence").and_then(Value::as_f64) })
}
