//! The lines of a JSONL file, each read as far as it can be.
//!
//! The invariant: every byte of the file is passed on exactly once, in order, whatever stands in it. Used by every
//! command that reads JSONL.

use std::io::BufRead;

use anyhow::Result;

use super::lines::{Lines, RawLine};
use super::record::Record;

/// What a line holds.
pub enum Entry<'l> {
    /// A record whose text can be cleaned; its offsets count from the start of the line.
    Record(Record<'l>),
    /// Nothing, or a further part of a line that was said to be too long.
    Other,
    /// Something that cannot be read, and why.
    Bad(String),
}

/// Passes on each line, or part of a line longer than `max` bytes, with its number counted from 1.
pub fn each_entry(
    reader: impl BufRead,
    text_field: &str,
    max: usize,
    mut take: impl FnMut(u64, &[u8], Entry<'_>) -> Result<()>,
) -> Result<()> {
    Lines::new(reader, max).each(|number, line| match line {
        RawLine::Part { bytes, is_start: true } => take(number, bytes, Entry::Bad(too_long(max))),
        RawLine::Part { bytes, .. } => take(number, bytes, Entry::Other),
        RawLine::Whole(line) => take(number, line, entry(number, line, text_field)),
    })
}

/// What a line holds; the first line of a file may start with a byte order mark.
pub fn entry<'l>(number: u64, line: &'l [u8], text_field: &str) -> Entry<'l> {
    let start = line.len() - unmarked(number, line).len();
    let json = line[start..].trim_ascii_end();
    if json.trim_ascii().is_empty() {
        return Entry::Other;
    }
    match Record::read(json, text_field) {
        Ok(record) => {
            let inside = start + record.inside.start..start + record.inside.end;
            Entry::Record(Record { inside, ..record })
        }
        Err(why) => Entry::Bad(why),
    }
}

/// A line without the byte order mark that the first line of a file may start with.
pub fn unmarked(number: u64, line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xEF\xBB\xBF").filter(|_| number == 1).unwrap_or(line)
}

/// Why a line is not read at all.
pub fn too_long(max: usize) -> String {
    format!("the line is longer than --max-record {max}")
}
