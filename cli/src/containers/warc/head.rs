//! The head of a record (WARC/1.0 and 1.1): a version, named fields, an empty line.

use std::ops::Range;

/// Longest head.
pub const MAX_HEAD: usize = 64 << 10;
/// What stands behind every record.
pub const TRAILER: &[u8] = b"\r\n\r\n";

/// The head of a record, and the empty lines that may stand before it.
#[derive(Debug)]
pub struct Head {
    /// Where the content starts.
    pub len: usize,
    /// How long it is.
    pub content_len: u64,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: Range<usize>,
    /// Without white space at its ends.
    value: Range<usize>,
}

/// What bytes are the start of.
#[derive(Debug)]
pub enum Start {
    Head(Head),
    /// Nothing but empty lines, or a head that goes on.
    Unfinished,
    /// No record.
    Bad(&'static str),
}

impl Head {
    /// Reads the head that these bytes start with.
    pub fn read(bytes: &[u8]) -> Start {
        let blank = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        let Some(start) = blank.filter(|&start| start <= MAX_HEAD) else {
            let is_long = bytes.len() > MAX_HEAD;
            let why = "there are more than 64 KiB of empty lines where a record should start";
            return if is_long { Start::Bad(why) } else { Start::Unfinished };
        };
        let rest = &bytes[start..];
        if !VERSIONS.iter().any(|version| rest.starts_with(version)) {
            return match VERSIONS.iter().any(|version| version.starts_with(rest)) {
                true => Start::Unfinished,
                false => Start::Bad("no record starts here (WARC/1.0 or WARC/1.1)"),
            };
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut at = start + VERSIONS[0].len();
        loop {
            if at - start > MAX_HEAD {
                return Start::Bad("the head of the record is longer than 64 KiB");
            }
            let Some(end) = memchr::memchr(b'\n', &bytes[at..]).map(|end| at + end) else {
                let is_long = bytes.len() - start > MAX_HEAD;
                let why = "the head of the record is longer than 64 KiB";
                return if is_long { Start::Bad(why) } else { Start::Unfinished };
            };
            let line = at..if bytes[..end].ends_with(b"\r") && end > at { end - 1 } else { end };
            at = end + 1;
            if line.is_empty() {
                return Head::finished(bytes, at, fields);
            }
            match (bytes[line.start], memchr::memchr(b':', &bytes[line.clone()])) {
                // The field before goes on.
                (b' ' | b'\t', _) => match fields.last_mut() {
                    Some(field) => field.value.end = trimmed(bytes, line).end,
                    None => return Start::Bad("the head of the record starts with a space"),
                },
                (_, Some(colon)) => {
                    let colon = line.start + colon;
                    let name = trimmed(bytes, line.start..colon);
                    fields.push(Field { name, value: trimmed(bytes, colon + 1..line.end) });
                }
                (_, None) => return Start::Bad("a line in the head of the record has no colon"),
            }
        }
    }

    fn finished(bytes: &[u8], len: usize, fields: Vec<Field>) -> Start {
        let head = Head { len, content_len: 0, fields };
        let value = match head.only(bytes, "Content-Length") {
            Ok(value) => value,
            Err(why) => return Start::Bad(why),
        };
        let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
        match number.filter(|_| is_number) {
            Some(content_len) => Start::Head(Head { content_len, ..head }),
            None => Start::Bad("the Content-Length of the record is no number"),
        }
    }

    /// The value of a field that must stand exactly once.
    fn only<'b>(&self, bytes: &'b [u8], name: &str) -> Result<&'b [u8], &'static str> {
        let mut values = self.values(bytes, name);
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(&bytes[value]),
            (Some(_), Some(_)) => Err("the record has more than one Content-Length"),
            _ => Err("the record has no Content-Length"),
        }
    }

    /// Where the values of all fields of a name stand.
    pub fn values<'h>(
        &'h self,
        bytes: &'h [u8],
        name: &'h str,
    ) -> impl Iterator<Item = Range<usize>> + 'h {
        let is_named =
            move |field: &&Field| bytes[field.name.clone()].eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(is_named).map(|field| field.value.clone())
    }

    /// The first value of a name, as text.
    pub fn value<'b>(&self, bytes: &'b [u8], name: &str) -> Option<&'b str> {
        let range = self.values(bytes, name).next()?;
        std::str::from_utf8(&bytes[range]).ok()
    }

    /// Bytes of the whole record, with what stands behind it.
    pub fn record_len(&self) -> u64 {
        (self.len as u64).saturating_add(self.content_len).saturating_add(TRAILER.len() as u64)
    }
}

const VERSIONS: [&[u8]; 4] = [b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"WARC/1.0\n", b"WARC/1.1\n"];

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let part = &bytes[range.clone()];
    let start = range.start + (part.len() - part.trim_ascii_start().len());
    start..start + part.trim_ascii().len()
}

/// Where in these bytes a record may start, behind the first of them: at the start of a line, with a head that can be read.
pub fn find_record(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"WARC/1.").find(|&at| {
        at > 0 && bytes[at - 1] == b'\n' && !matches!(Head::read(&bytes[at..]), Start::Bad(_))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_far_as_they_go() {
        let bytes = b"\r\nWARC/1.0\r\nWARC-Type: conversion\r\nX: a\r\n b\r\ncontent-length:  12 \r\n\r\nHello";
        for len in 0..bytes.len() - 5 {
            assert!(matches!(Head::read(&bytes[..len]), Start::Unfinished), "{len}");
        }
        let Start::Head(head) = Head::read(bytes) else { panic!("it is a head") };
        assert_eq!(&bytes[head.len..], b"Hello");
        assert_eq!(head.content_len, 12);
        assert_eq!(head.value(bytes, "warc-type"), Some("conversion"));
        assert_eq!(head.value(bytes, "x"), Some("a\r\n b"));
        assert_eq!(head.record_len(), head.len as u64 + 16);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let bad = |bytes: &str| match Head::read(bytes.as_bytes()) {
            Start::Bad(why) => why,
            other => panic!("{other:?}"),
        };
        assert!(bad("HTTP/1.1 200").contains("no record"));
        assert!(bad("WARC/1.0\r\nA: b\r\n\r\n").contains("no Content-Length"));
        assert!(bad("WARC/1.0\r\nContent-Length: -1\r\n\r\n").contains("no number"));
        assert!(
            bad("WARC/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
                .contains("more than one")
        );
        assert!(bad(&format!("WARC/1.0\r\nA: {}", "b".repeat(MAX_HEAD))).contains("longer"));
    }
}
