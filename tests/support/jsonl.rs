//! The plain way to clean a line of JSONL, and generators of lines.
//!
//! The plain way reads the line with `serde_json`, cleans the unescaped text, walks over the string escape by escape to
//! find where the removals are written, and cuts them out. It is what the record cleaner must equal on every line.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use unchaff::jsonl::{LineErrorKind, SITES, host_under};
use unchaff::{Cleaner, Receipt, Removal, Report};

use super::escapes::{styles, written};
use super::texts::{self, Residue};

/// What becomes of a line.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Blank,
    Kept(LineErrorKind),
    Cleaned(Box<Rest>),
}

/// What is left of a record, and all that is said of it.
#[derive(Debug, PartialEq)]
pub struct Rest {
    pub line: String,
    pub text: String,
    pub id: Option<String>,
    pub removals: Vec<Removal>,
    pub receipt: Receipt,
    pub report: Report,
}

/// Cleans a line in the plain way.
pub fn plain(cleaner: &Cleaner, line: &[u8]) -> Answer {
    let json = line.trim_ascii_end();
    if json.trim_ascii().is_empty() {
        return Answer::Blank;
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let fields = reader.deserialize_map(FieldVisitor);
    let Ok(Fields { text, id }) = fields.and_then(|fields| reader.end().map(|()| fields)) else {
        return Answer::Kept(LineErrorKind::NotAnObject);
    };
    let written = match text[..] {
        [] => return Answer::Kept(LineErrorKind::NoText),
        [text] => text.get(),
        _ => return Answer::Kept(LineErrorKind::TextTwice),
    };
    if !written.starts_with('"') {
        return Answer::Kept(LineErrorKind::TextNotString);
    }
    let Ok(text) = serde_json::from_str::<String>(written) else {
        return Answer::Kept(LineErrorKind::TextNotUnicode);
    };
    let cleaner = match host(&String::from_utf8_lossy(json)) {
        Some(host) => cleaner.for_host(&host),
        None => cleaner.clone(),
    };
    let id = id
        .map(RawValue::get)
        .filter(|id| id.starts_with(['"', '-']) || id.starts_with(char::is_numeric));
    let id = id.map(|id| serde_json::from_str(id).unwrap_or_else(|_| id.to_owned()));
    let cleaned = cleaner.clean(&text);
    let inside = &written[1..written.len() - 1];
    let cuts: Vec<Range<usize>> = cleaned
        .removals()
        .iter()
        .map(|removal| place(inside, removal.span.start)..place(inside, removal.span.end))
        .collect();
    let mut rest = String::new();
    let mut at = 0;
    for cut in &cuts {
        rest.push_str(&inside[at..cut.start]);
        at = cut.end;
    }
    rest.push_str(&inside[at..]);
    let start = written.as_ptr() as usize - line.as_ptr() as usize + 1;
    let rest = [&line[..start], rest.as_bytes(), &line[start + inside.len()..]].concat();
    let mut receipt = cleaner.receipt(&text, &cleaned);
    receipt.id.clone_from(&id);
    let pieces = receipt.removed().iter().zip(cuts).map(|(removed, cut)| {
        let text = String::from_utf8_lossy(&removed.bytes);
        let common = serde_json::Value::from(text).to_string();
        let written = &inside[cut];
        (common[1..common.len() - 1] != *written).then(|| written.to_owned())
    });
    let pieces = pieces.collect();
    receipt.set_written(pieces);
    Answer::Cleaned(Box::new(Rest {
        line: rest.escape_ascii().to_string(),
        id,
        removals: cleaned.removals().to_vec(),
        receipt,
        report: cleaned.report().clone(),
        text,
    }))
}

/// Where the character at an offset of the text is written: the text is read up to there, unit by unit.
fn place(inside: &str, offset: u64) -> usize {
    let (mut at, mut text_at) = (0, 0);
    while text_at < offset {
        let rest = &inside[at..];
        let c = rest.chars().next().expect("the offset lies in the text");
        let len = match (c, rest.as_bytes().get(1)) {
            ('\\', Some(b'u')) => match u16::from_str_radix(&rest[2..6], 16) {
                Ok(0xD800..=0xDFFF) => 12,
                _ => 6,
            },
            ('\\', _) => 2,
            _ => c.len_utf8(),
        };
        let text: String =
            serde_json::from_str(&format!("\"{}\"", &rest[..len])).expect("it is a character");
        text_at += text.len() as u64;
        at += len;
    }
    assert_eq!(text_at, offset, "a removal starts and ends at characters");
    at
}

/// The host that a record tells: the names are tried in their order.
fn host(record: &str) -> Option<String> {
    let Pairs(fields) = serde_json::from_str(record).ok()?;
    let text = |value: &RawValue| serde_json::from_str::<String>(value.get()).ok();
    let host_in = |name: &str, value: &RawValue| host_under(name, &text(value)?).map(str::to_owned);
    SITES.iter().find_map(|name| {
        let own = fields.get(*name).and_then(|value| host_in(name, value));
        own.or_else(|| {
            let (outer, key) = name.split_once('.')?;
            let outer = fields.get(outer)?;
            let object = text(outer).unwrap_or_else(|| outer.get().to_owned());
            let Pairs(fields) = serde_json::from_str(&object).ok()?;
            host_in(name, fields.get(key)?)
        })
    })
}

/// The fields of an object; of those of one name the last.
struct Pairs<'l>(HashMap<String, &'l RawValue>);

impl<'l> serde::Deserialize<'l> for Pairs<'l> {
    fn deserialize<D: serde::Deserializer<'l>>(reader: D) -> Result<Self, D::Error> {
        HashMap::deserialize(reader).map(Pairs)
    }
}

struct Fields<'l> {
    text: Vec<&'l RawValue>,
    id: Option<&'l RawValue>,
}

struct FieldVisitor;

impl<'l> Visitor<'l> for FieldVisitor {
    type Value = Fields<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'l>>(self, mut map: M) -> Result<Fields<'l>, M::Error> {
        let mut fields = Fields { text: Vec::new(), id: None };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "text" => fields.text.push(map.next_value()?),
                "id" => fields.id = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

/// Values of fields that are not the text.
const VALUES: [&str; 37] = [
    "null",
    "true",
    "false",
    "7",
    "-0",
    "1.10",
    "1e400",
    "1E+2",
    "123456789012345678901234567890",
    "\"\"",
    "\"a\\/b\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800x\"",
    "\"\\\\\"",
    "\"\\\\\\\"\"",
    "\"\u{7f}é😀\"",
    "[]",
    "{}",
    "[ ]",
    "{ }",
    "[1 , [2,[]] , {\"a\" : [{}]}]",
    "{\"text\":\"[ad_1]\\nno\",\"a\":{\"text\":\"Print\"}}",
    "[\"[ad_1]\",\"Source link\"]",
    "\"https://www.tide.example.org/a?b\"",
    "\"http:\\/\\/me@keep.example.org:80\"",
    "\"https://\\u0054IDE.example.org\"",
    "\"https://other.example/x\"",
    "\"https://\\ud800.example/x\"",
    "\"not a url\"",
    "\"tide.example.org\"",
    "{\"url\":\"https://tide.example.org\",\"source\" : \"http://keep.example.org/a\"}",
    "{\"source\":\"https://www.tide.example.org\",\"url\":7 }",
    "{\"u\\u0072l\":\"https://other.example\",\"url\":\"https://tide\\u002eexample.org\"}",
    "{\"\\ud800\":1,\"url\":\"https://tide.example.org\"}",
    "\"{\\\"url\\\":\\\"https://tide.example.org/a\\\"}\"",
    "\"{\\\"url\\\":\\\"https://tide.example.org/a\\\"} x\"",
];

/// A field: its key and its value as they are written.
fn field() -> impl Strategy<Value = (String, String)> + Clone {
    let key = select(vec![
        "id",
        "id",
        "url",
        "url",
        "metadata",
        "metadata",
        "metadata.url",
        "u",
        "host",
        "source",
        "n",
        "texts",
        "tex",
        "",
        "é\n",
        "Text",
        "\"",
        "\\",
    ]);
    (key, styles(), select(&VALUES[..]))
        .prop_map(|(key, style, value)| (written(key, style), value.to_owned()))
}

/// The field that holds the text, or hardly.
fn text_field(residue: &Residue) -> impl Strategy<Value = (String, String)> + use<> {
    let text = (texts::documents(residue), styles()).prop_map(|(text, style)| {
        format!("\"{}\"", written(&String::from_utf8_lossy(&text.0), style))
    });
    let value = prop_oneof![30 => text, 1 => select(&VALUES[..]).prop_map(str::to_owned)];
    (styles(), value).prop_map(|(style, value)| (written("text", style), value))
}

/// Lines with one record each: fields in any order, white space between them, any line end, and seldom two texts.
pub fn records(residue: &Residue) -> impl Strategy<Value = Vec<u8>> + use<> {
    let field = || vec(field(), 0..3);
    let extra = prop_oneof![12 => vec(text_field(residue), 0), 1 => vec(text_field(residue), 1)];
    let text = prop_oneof![40 => vec(text_field(residue), 1), 1 => vec(text_field(residue), 0)];
    let space = || select(vec!["", "", "", " ", "\t", "  ", "\r"]);
    let end = select(vec!["", "\n", "\n", "\r\n", " \n", "\u{c}\n"]);
    (field(), text, field(), extra, space(), space(), end).prop_map(
        |(before, text, after, extra, a, b, end)| {
            let fields: Vec<String> = [before, text, after, extra]
                .concat()
                .into_iter()
                .map(|(key, value)| format!("{a}\"{key}\"{b}:{a}{value}{b}"))
                .collect();
            format!("{b}{{{}{a}}}{b}{end}", fields.join(",")).into_bytes()
        },
    )
}

const PIECES: [&[u8]; 40] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\t",
    b"\0",
    b"\x0b",
    b"\x0c",
    b"\x1f",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xc3\xa9",
    b"\xef\xbb\xbf",
    b"\\u",
    b"\\n",
    b"\\ud800",
    b"\\udc00",
    b"\\u000a",
    b"\\x",
    b"0",
    b"-",
    b".",
    b"e",
    b"+",
    b"1",
    b"a",
    b"true",
    b"null",
    b"\"text\"",
    b"\"id\"",
    b"\"text\":\"[ad_1]\\nTea.\"",
    b"//",
];

/// Something done to a line.
#[derive(Clone, Debug)]
enum Damage {
    Insert(Index, &'static [u8]),
    Delete(Index),
    Replace(Index, &'static [u8]),
    CutOff(Index),
}

/// Lines that were damaged here and there.
pub fn broken(lines: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let at = any::<Index>;
    let damage = prop_oneof![
        4 => (at(), select(&PIECES[..])).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        4 => at().prop_map(Damage::Delete),
        4 => (at(), select(&PIECES[..])).prop_map(|(at, piece)| Damage::Replace(at, piece)),
        1 => at().prop_map(Damage::CutOff),
    ];
    (lines, vec(damage, 1..3)).prop_map(|(mut line, damages)| {
        for damage in damages {
            match damage {
                Damage::Insert(at, piece) => {
                    let at = at.index(line.len() + 1);
                    line.splice(at..at, piece.iter().copied());
                }
                Damage::CutOff(at) => line.truncate(at.index(line.len() + 1)),
                Damage::Delete(_) | Damage::Replace(..) if line.is_empty() => {}
                Damage::Delete(at) => drop(line.remove(at.index(line.len()))),
                Damage::Replace(at, piece) => {
                    let at = at.index(line.len());
                    line.splice(at..=at, piece.iter().copied());
                }
            }
        }
        line
    })
}

/// Pieces of JSON in any order, inside of an object or not.
pub fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec(select(&PIECES[..]), 0..8).prop_map(|pieces| pieces.concat());
    (pieces, 0u8..4).prop_map(|(soup, frame)| {
        let frame: [&[u8]; 2] = match frame {
            0 => [b"", b""],
            1 => [b"{\"text\":\"[ad_1]\\nTea.\",\"a\":", b"}"],
            2 => [b"{\"text\":\"", b"\"}"],
            _ => [b"{\"a\":[{\"b\":", b"}],\"text\":\"[ad_1]\\nTea.\"}"],
        };
        [frame[0], &soup, frame[1]].concat()
    })
}
