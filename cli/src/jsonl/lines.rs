//! Reading lines, of which no more than a limit is held in memory.

use std::io::{self, BufRead};

/// Reads the lines of a file one by one.
pub struct Lines<R> {
    reader: R,
    max: usize,
    buffer: Vec<u8>,
    number: u64,
}

/// A line, line end included.
pub enum RawLine<'b> {
    /// The whole line.
    Whole(&'b [u8]),
    /// A part of a line that is longer than the limit; `is_start` says whether it is the first.
    Part { bytes: &'b [u8], is_start: bool },
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R, max: usize) -> Self {
        Lines { reader, max, buffer: Vec::new(), number: 0 }
    }

    /// Passes each line on, with its number counted from 1.
    pub fn each<E: From<io::Error>>(
        &mut self,
        mut take: impl FnMut(u64, RawLine<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut in_long_line = false;
        loop {
            let piece = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            let end = memchr::memchr(b'\n', piece).map(|at| at + 1);
            let len = end.unwrap_or(piece.len());
            let is_last = piece.is_empty();
            self.buffer.extend_from_slice(&piece[..len]);
            self.reader.consume(len);
            let is_end = end.is_some() || is_last;
            let content = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
            let is_long = in_long_line || content.len() > self.max;
            if is_end && !(is_last && self.buffer.is_empty() && !in_long_line) || is_long {
                self.number += u64::from(!in_long_line);
                let bytes = &self.buffer;
                let line = match is_long {
                    true => RawLine::Part { bytes, is_start: !in_long_line },
                    false => RawLine::Whole(bytes),
                };
                take(self.number, line)?;
                self.buffer.clear();
                in_long_line = is_long && !is_end;
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, max: usize, buffer: usize) -> Vec<(u64, bool, String)> {
        let mut found: Vec<(u64, bool, String)> = Vec::new();
        let reader = io::BufReader::with_capacity(buffer, text.as_bytes());
        Lines::new(reader, max)
            .each::<io::Error>(|number, line| {
                let (is_whole, bytes) = match line {
                    RawLine::Whole(bytes) => (true, bytes),
                    RawLine::Part { bytes, .. } => (false, bytes),
                };
                let text = String::from_utf8_lossy(bytes);
                match found.last_mut() {
                    Some((last, _, joined)) if *last == number => joined.push_str(&text),
                    _ => found.push((number, is_whole, text.into_owned())),
                }
                Ok(())
            })
            .expect("nothing fails");
        found
    }

    #[test]
    fn lines_over_the_limit_pass_in_parts_and_nothing_is_lost() {
        let text = "ab\n\nabcdef\nabc\nabcd\nx";
        for buffer in 1..30 {
            let lines = read(text, 3, buffer);
            assert_eq!(lines.iter().map(|(.., text)| text.as_str()).collect::<String>(), text);
            let numbers: Vec<_> =
                lines.iter().map(|(number, is_whole, _)| (*number, *is_whole)).collect();
            assert_eq!(
                numbers,
                [(1, true), (2, true), (3, false), (4, true), (5, false), (6, true)],
                "{buffer}"
            );
        }
        assert!(read("", 3, 4).is_empty());
        assert_eq!(read("abc\n", 3, 4).len(), 1);
    }
}
