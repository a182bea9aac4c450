//! Which fields of a record hold what: the names that are common among crawlers and corpora.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// Names of the text, the most common first.
pub const TEXT: [&str; 9] = [
    "text",
    "content",
    "raw_content",
    "body",
    "article",
    "articleBody",
    "maintext",
    "markdown",
    "p",
];

/// The first of the common names under which a line of JSON has a string.
pub fn text_field(line: &[u8]) -> Option<&'static str> {
    let mut best = None;
    each_field(line, |key, value| {
        if let Some(at) = TEXT.iter().position(|&name| name == key)
            && value.get().starts_with('"')
            && best.is_none_or(|best| at < best)
        {
            best = Some(at);
        }
    })?;
    best.map(|at| TEXT[at])
}

/// The field from which the texts are taken where a file starts like this: by the first record that has any of them.
pub fn text_field_of(lines: &[u8]) -> Option<&'static str> {
    lines.split(|&byte| byte == b'\n').find_map(text_field)
}

/// Whether a line of JSON has a field of this name.
pub fn has_field(line: &[u8], name: &str) -> bool {
    let mut has = false;
    each_field(line, |key, _| has |= key == name);
    has
}

/// Passes on every field of a line that is a JSON object; none where it is not.
fn each_field(line: &[u8], each: impl FnMut(&str, &RawValue)) -> Option<()> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    let mut json = serde_json::Deserializer::from_slice(line);
    json.deserialize_map(Fields(each)).and_then(|()| json.end()).ok()
}

struct Fields<F>(F);

impl<'l, F: FnMut(&str, &RawValue)> Visitor<'l> for Fields<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'l>>(mut self, mut map: M) -> Result<(), M::Error> {
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            (self.0)(&key, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_common_name_that_holds_a_string_is_the_text() {
        assert_eq!(text_field(br#"{"body":"a","content":"b"}"#), Some("content"));
        assert_eq!(text_field(br#"{"text":null,"maintext":"b"}"#), Some("maintext"));
        assert_eq!(text_field(br#"{"title":"a"}"#), None);
        assert_eq!(text_field(b"text"), None);
        assert!(has_field(br#"{"a":{"b":1},"c":2}"#, "c"));
        assert!(!has_field(br#"{"a":{"b":1},"c":2}"#, "b"));
    }
}
