//! One JSONL record: where its text value stands, and its id.
//!
//! Numbers are never parsed, fields are never reordered. What cannot be read is described in one short sentence.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A record whose text can be cleaned.
pub struct Record<'l> {
    /// The text, unescaped.
    pub text: Cow<'l, str>,
    /// Where the inside of the text's JSON string stands in the line.
    pub inside: Range<usize>,
    /// The id as it is written, if it is a string or a number.
    pub id: Option<&'l str>,
}

impl<'l> Record<'l> {
    /// Reads a line, or says why its text cannot be cleaned.
    pub fn read(line: &'l [u8], text_field: &str) -> Result<Record<'l>, String> {
        let fields = fields(line, text_field)?;
        let value = match fields.text[..] {
            [] => return Err(format!("no field {text_field:?}")),
            [value] => value,
            _ => return Err(format!("the field {text_field:?} stands twice")),
        };
        let written = value.get();
        if !written.starts_with('"') {
            return Err(format!("the field {text_field:?} is not a string"));
        }
        let text = unescape(written)
            .map_err(|error| format!("the field {text_field:?}: {}", reason(&error)))?;
        let start = written.as_ptr() as usize - line.as_ptr() as usize;
        let inside = start + 1..start + written.len() - 1;
        let id = fields.id.map(RawValue::get).filter(|id| {
            id.starts_with('"') || id.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        });
        Ok(Record { text, inside, id })
    }
}

/// The fields of a record that matter here, as they are written.
pub struct Fields<'l> {
    text: Vec<&'l RawValue>,
    id: Option<&'l RawValue>,
}

/// Finds the fields of a line that is a JSON object.
pub fn fields<'l>(line: &'l [u8], text_field: &str) -> Result<Fields<'l>, String> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let fields = json.deserialize_map(FieldVisitor { text_field });
    fields.and_then(|fields| json.end().map(|()| fields)).map_err(|error| reason(&error))
}

struct FieldVisitor<'n> {
    text_field: &'n str,
}

impl<'l> Visitor<'l> for FieldVisitor<'_> {
    type Value = Fields<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'l>>(self, mut map: M) -> Result<Fields<'l>, M::Error> {
        let mut fields = Fields { text: Vec::new(), id: None };
        while let Some(Key(key)) = map.next_key()? {
            if key == self.text_field {
                fields.text.push(map.next_value()?);
            } else if key == "id" {
                fields.id = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}

/// A key, borrowed from the line where it holds no escape.
struct Key<'l>(Cow<'l, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// The string that a JSON string stands for.
fn unescape(written: &str) -> serde_json::Result<Cow<'_, str>> {
    let mut json = serde_json::Deserializer::from_str(written);
    let Key(text) = serde::Deserialize::deserialize(&mut json)?;
    Ok(text)
}

/// What serde_json says, without the line number, which is always 1 here.
pub fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    format!("{text} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        Record::read(line.as_bytes(), "text").err().expect("the record is refused")
    }

    #[test]
    fn the_text_is_found_among_anything() {
        let line = r#" {"n":123456789012345678901234567890,"a":[{"text":"no"}],"text" : "a\u00e9\/","id":7,"x":1e400,"x":-0}"#;
        let record = Record::read(line.as_bytes(), "text").expect("it is a record");
        assert_eq!(record.text, "aé/");
        assert_eq!(&line[record.inside.clone()], r"a\u00e9\/");
        assert_eq!(record.id, Some("7"));
    }

    #[test]
    fn what_cannot_be_cleaned_is_described() {
        assert!(refused("{").contains("EOF"));
        assert!(refused("[]").contains("JSON object"));
        assert!(refused(r#"{"a":1}"#).contains("no field"));
        assert!(refused(r#"{"text":null}"#).contains("not a string"));
        assert!(refused(r#"{"text":"a","text":"b"}"#).contains("twice"));
        assert!(refused(r#"{"text":"\ud800"}"#).contains("hex escape"));
        assert!(refused("{\"text\":\"a\tb\"}").contains("control character"));
        assert!(refused(r#"{"text":"a"} x"#).contains("trailing"));
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let line =
            format!(r#"{{"deep":{}{},"text":"a"}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(Record::read(line.as_bytes(), "text").expect("it is a record").text, "a");
        assert!(!refused(&format!(r#"{{"deep":{}"#, "[".repeat(1_000_000))).is_empty());
    }
}
