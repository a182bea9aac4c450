//! The lines of a JSONL file that may be compressed with zstd, one by one.
//!
//! The invariant: at most one line is held in memory, and every error names the file, and the line where there is one.
//! Used for labelled documents and for the spans of another cleaner.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value};

use crate::jsonl;
use crate::talk::visible;

/// Longest line that is read; the default of `--max-record` is the same.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// An opened file, read line by line.
pub struct Source {
    name: String,
    reader: Box<dyn BufRead>,
    /// The line in hand.
    buffer: Vec<u8>,
    number: u64,
}

impl Source {
    /// Opens a file, or standard input for `-`. zstd is known by its first bytes.
    pub fn open(path: &Path) -> Result<Source> {
        let is_stdin = path.as_os_str() == "-";
        let name =
            if is_stdin { "standard input".into() } else { visible(&path.to_string_lossy()) };
        let mut file: Box<dyn Read> = if is_stdin {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(path).with_context(|| format!("{name}: cannot be opened"))?)
        };
        let mut start = Vec::new();
        let read = file.by_ref().take(4).read_to_end(&mut start);
        read.with_context(|| format!("{name}: cannot be read"))?;
        let is_packed = is_zstd(&start);
        let plain = BufReader::new(Cursor::new(start).chain(file));
        let reader: Box<dyn BufRead> = if is_packed {
            let unpacked = zstd::Decoder::with_buffer(plain)
                .with_context(|| format!("{name}: cannot be unpacked"))?;
            Box::new(BufReader::with_capacity(1 << 17, unpacked))
        } else {
            Box::new(plain)
        };
        Ok(Source { name, reader, buffer: Vec::new(), number: 0 })
    }

    /// The next object, or `None` at the end. Lines without visible characters are passed over.
    pub fn next_object(&mut self) -> Result<Option<Map<String, Value>>> {
        loop {
            self.buffer.clear();
            let mut line = self.reader.by_ref().take(MAX_LINE_BYTES + 1);
            let len = line.read_until(b'\n', &mut self.buffer).with_context(|| {
                let (name, number) = (&self.name, self.number + 1);
                format!("{name}:{number}: cannot be read on; the file may be damaged or cut short")
            })?;
            if len == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.buffer.len() as u64 > MAX_LINE_BYTES {
                bail!("{}: the line is longer than {} MiB", self.place(), MAX_LINE_BYTES >> 20);
            }
            let mark: &[u8] = if self.number == 1 { b"\xEF\xBB\xBF" } else { b"" };
            let line = self.buffer.strip_prefix(mark).unwrap_or(&self.buffer).trim_ascii();
            if !line.is_empty() {
                let object = serde_json::from_slice::<Map<String, Value>>(line).map_err(|error| {
                    let why = jsonl::reason(&error);
                    anyhow!("{}: not a JSON object: {why}", self.place())
                });
                return object.map(Some);
            }
        }
    }

    /// The file and the number of the line in hand.
    pub fn place(&self) -> String {
        format!("{}:{}", self.name, self.number)
    }

    /// The file, as it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether a file starts with a frame of zstd, or with one that unpackers pass over.
fn is_zstd(start: &[u8]) -> bool {
    match start {
        [0x28, 0xB5, 0x2F, 0xFD] => true,
        [first, 0x2A, 0x4D, 0x18] => first & 0xF0 == 0x50,
        _ => false,
    }
}
