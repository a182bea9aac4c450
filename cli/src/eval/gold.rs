//! Labelled documents: what a line of a gold file holds.
//!
//! The invariant: the lines of a document lie in its text in order, without overlap, and what stands between them is
//! only what joins them. Made from the objects of a `Source`; scored by `score`.

use std::ops::Range;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value};
use unchaff::jsonl::host_of;

use crate::args::FlattenArg;
use crate::talk::visible;

/// What a person, or a published gold standard, says about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Body,
    Boiler,
    Unsure,
    Unlabelled,
}

impl Label {
    fn from_name(name: &str) -> Option<Label> {
        match name {
            "body" => Some(Label::Body),
            "boiler" => Some(Label::Boiler),
            "unsure" => Some(Label::Unsure),
            "unlabelled" => Some(Label::Unlabelled),
            _ => None,
        }
    }
}

/// What one extractor made of one page.
pub struct Document {
    /// `ID/EXTRACTOR`, or the page's id where no extractor is named.
    pub id: String,
    /// `-` where none is named.
    pub source_set: String,
    /// `-` where none is named.
    pub extractor: String,
    pub is_article: bool,
    /// What counts as one site: its name, else its host, else the page.
    pub site: String,
    /// The host whose rules act.
    pub host: Option<String>,
    /// A URL with that host.
    pub url: Option<String>,
    pub text: String,
    pub lines: Vec<Line>,
}

/// A line, its line end aside.
pub struct Line {
    pub range: Range<usize>,
    pub label: Label,
}

impl Document {
    /// Reads a document; `place` starts every message.
    pub fn read(
        mut object: Map<String, Value>,
        flatten: Option<FlattenArg>,
        place: &str,
    ) -> Result<Document> {
        let page = match object.get("id") {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            None => bail!("{place}: no field \"id\""),
            Some(_) => bail!("{place}: the field \"id\" is neither a number nor a text"),
        };
        let mut optional = |name: &str| take_text(&mut object, name, place);
        let source_set = optional("source_set")?.unwrap_or_else(|| "-".into());
        let extractor = optional("extractor")?;
        let is_article = optional("ptype")?.is_none_or(|page_type| page_type == "article");
        let site = optional("site")?;
        let (host, url) = address(optional("host")?, optional("url")?);
        let (text, lines) = read_lines(&object, flatten, place)?;
        Ok(Document {
            id: extractor.as_ref().map_or_else(|| page.clone(), |name| format!("{page}/{name}")),
            source_set,
            extractor: extractor.unwrap_or_else(|| "-".into()),
            is_article,
            site: site.or_else(|| host.clone()).unwrap_or(page),
            host,
            url,
            text,
            lines,
        })
    }
}

/// Takes a field that holds a text. One that is absent, null or empty is `None`.
fn take_text(object: &mut Map<String, Value>, name: &str, place: &str) -> Result<Option<String>> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(_) => bail!("{place}: the field {name:?} is not a text"),
    }
}

/// The host whose rules act, and a URL from which `scan` takes the same host.
fn address(host: Option<String>, url: Option<String>) -> (Option<String>, Option<String>) {
    let url_host = url.as_deref().and_then(host_of).map(str::to_owned);
    match host {
        Some(host) if url_host.as_ref() != Some(&host) => {
            let url = format!("https://{host}/");
            (host_of(&url).map(str::to_owned), Some(url))
        }
        _ => (url_host, url),
    }
}

fn read_lines(
    object: &Map<String, Value>,
    flatten: Option<FlattenArg>,
    place: &str,
) -> Result<(String, Vec<Line>)> {
    let lines = object.get("lines").ok_or_else(|| anyhow!("{place}: no field \"lines\""))?;
    let lines =
        lines.as_array().ok_or_else(|| anyhow!("{place}: the field \"lines\" is not a list"))?;
    let joint = match flatten {
        None => "\n",
        Some(FlattenArg::Space) => " ",
        Some(FlattenArg::Nothing) => "",
    };
    let mut text = String::new();
    let mut found = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        let [Value::String(line), Value::String(label)] = line.as_array().map_or(&[][..], |x| x)
        else {
            bail!("{place}: item {number} of \"lines\" is not [\"text\",\"label\"]");
        };
        let label = Label::from_name(label).ok_or_else(|| {
            let label = visible(label);
            anyhow!(
                "{place}: item {number} of \"lines\" has the label {label:?}; use body, boiler, unsure or unlabelled"
            )
        })?;
        if at > 0 {
            text.push_str(joint);
        }
        let start = text.len();
        text.push_str(line);
        let len = line.strip_suffix('\r').unwrap_or(line).len();
        found.push(Line { range: start..start + len, label });
    }
    Ok((text, found))
}
