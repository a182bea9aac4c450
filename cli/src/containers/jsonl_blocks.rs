//! Reading JSONL in blocks of whole lines.
//!
//! A block ends at the last line feed of its first `block_bytes`; a longer line is a block alone, and one that is longer
//! than `max_record` passes raw, in pieces.

use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::block::{Block, BlockReader, Content, Position};
use super::buffers::Buffers;
use super::feed::{Feed, Stop};
use super::fields;
use super::options::Options;
use super::problem::{Place, Problem, ProblemKind};
use super::shape::Codec;
use crate::jsonl;

/// Reads the lines of a file.
pub struct JsonlReader {
    feed: Feed,
    block_bytes: usize,
    max_record: usize,
    /// The field that holds the text, once it is known.
    field: Option<String>,
    in_long_record: bool,
    /// The next line stands behind damage, and may lack its start.
    is_after_gap: bool,
}

const TORN: &str = "a line that ends in damage";

/// What the first line in the buffer is.
enum Line {
    Whole(usize),
    /// Longer than is read.
    Long,
    /// It ends in damage.
    Torn,
}

/// What the next block is made of.
enum Next {
    Lines(usize),
    Raw {
        len: usize,
        is_start: bool,
    },
    /// Nothing but what was set aside.
    Aside,
    End,
}

impl JsonlReader {
    pub fn open(
        path: &Path,
        codec: Codec,
        options: &Options,
        from: Option<&Position>,
    ) -> Result<JsonlReader, Problem> {
        let feed = Feed::open(path, codec, options, from)?;
        let known = from.and_then(|from| from.field.clone());
        Ok(JsonlReader {
            feed,
            block_bytes: options.block_bytes,
            max_record: options.max_record,
            field: options.text_field.clone().or(known),
            in_long_record: from.is_some_and(|from| from.in_long_record),
            is_after_gap: false,
        })
    }

    fn next_part(&mut self) -> Result<Next, Problem> {
        loop {
            let stop = self.feed.fill(self.block_bytes)?;
            if self.in_long_record {
                if let Some(next) = self.long_record(stop) {
                    return Ok(next);
                }
                continue;
            }
            if std::mem::take(&mut self.is_after_gap) {
                self.drop_torn_line()?;
                continue;
            }
            let len = self.feed.buffer.len().min(self.block_bytes);
            if let Some(end) = memchr::memrchr(b'\n', &self.feed.buffer[..len])
                && (stop != Stop::End || self.feed.buffer.len() > self.block_bytes)
            {
                return Ok(Next::Lines(end + 1));
            }
            match stop {
                Stop::End if self.feed.buffer.is_empty() => return Ok(Next::End),
                Stop::End => return Ok(Next::Lines(self.feed.buffer.len())),
                Stop::Gap => {
                    self.feed.set_aside(self.feed.buffer.len(), TORN);
                    if !self.pass_gap()? {
                        return Ok(Next::Aside);
                    }
                }
                Stop::Enough => match self.line(self.block_bytes)? {
                    Line::Whole(len) => return Ok(Next::Lines(len)),
                    Line::Long => {
                        self.in_long_record = true;
                        let len = self.block_bytes.min(self.feed.buffer.len());
                        return Ok(Next::Raw { len, is_start: true });
                    }
                    // The buffer ends at the damage now, and holds nothing but this line.
                    Line::Torn => {
                        self.feed.set_aside(self.feed.buffer.len(), TORN);
                        if !self.pass_gap()? {
                            return Ok(Next::Aside);
                        }
                    }
                },
            }
        }
    }

    /// Goes on behind damage; what was set aside may be as much as a block, or more.
    fn pass_gap(&mut self) -> Result<bool, Problem> {
        self.is_after_gap = true;
        self.feed.pass_gap(self.block_bytes)
    }

    /// The next piece of a line that is too long; none where it has just ended.
    fn long_record(&mut self, stop: Stop) -> Option<Next> {
        let len = self.feed.buffer.len().min(self.block_bytes);
        let end = memchr::memchr(b'\n', &self.feed.buffer[..len]).map(|end| end + 1);
        let len = end.unwrap_or(len);
        self.in_long_record =
            end.is_none() && !(stop != Stop::Enough && len == self.feed.buffer.len());
        (len > 0).then_some(Next::Raw { len, is_start: false })
    }

    /// The first line, of which nothing ends in the first `from` bytes.
    fn line(&mut self, from: usize) -> Result<Line, Problem> {
        let mut searched = from;
        loop {
            let limit = self.feed.buffer.len().min(self.max_record.saturating_add(1));
            let rest = self.feed.buffer.get(searched..limit).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', rest) {
                return Ok(Line::Whole(searched + end + 1));
            }
            if limit > self.max_record {
                return Ok(Line::Long);
            }
            searched = limit;
            match self.feed.fill(self.feed.buffer.len())? {
                Stop::Enough => {}
                Stop::End => return Ok(Line::Whole(self.feed.buffer.len())),
                Stop::Gap => return Ok(Line::Torn),
            }
        }
    }

    /// Sets the first line behind damage aside if it is no record: its start may be lost.
    fn drop_torn_line(&mut self) -> Result<(), Problem> {
        if let Line::Whole(len) = self.line(0)?
            && !jsonl::is_object(self.feed.buffer[..len].trim_ascii())
        {
            self.feed.set_aside(len, "what stands behind damage, up to the end of a line");
        }
        Ok(())
    }

    /// Finds out which field holds the text, by the first record that has any of the common ones.
    fn choose_field(&mut self, lines: &[u8]) {
        if self.field.is_some() {
            return;
        }
        let found = fields::text_field_of(lines);
        let field = found.unwrap_or(fields::TEXT[0]);
        if found.is_some() && field != fields::TEXT[0] {
            let what = format!("the text is taken from the field {field:?}");
            self.feed.problems.add(Problem::of_file(ProblemKind::FieldChosen, what));
        }
        self.field = Some(field.to_owned());
    }

    fn finished(&self, mut block: Block) -> Block {
        block.field.clone_from(&self.field);
        if let Some(resume) = &mut block.resume {
            resume.field.clone_from(&self.field);
            resume.in_long_record = self.in_long_record;
        }
        // A reader that started again here would not know that the next line may lack its start.
        if self.is_after_gap {
            block.resume = None;
        }
        block
    }
}

impl BlockReader for JsonlReader {
    fn next(&mut self) -> Result<Option<Block>, Problem> {
        let next = self.next_part()?;
        let at = self.feed.at;
        let (content, records) = match next {
            Next::Lines(len) => {
                let lines = self.feed.take(len);
                self.choose_field(&lines);
                let records = count_lines(&lines);
                (Content::Records(lines), records)
            }
            Next::Raw { len, is_start } => {
                if is_start {
                    let place = Place::Record(self.feed.records + 1);
                    let what = format!(
                        "the line is longer than {} bytes and is kept as it is; raise --max-record to read it",
                        self.max_record
                    );
                    self.feed.problems.add(Problem::new(ProblemKind::LongRecord, place, what));
                }
                (Content::Raw(self.feed.take(len)), u64::from(is_start))
            }
            Next::End if !self.feed.is_first() && !self.feed.has_findings() => return Ok(None),
            Next::Aside | Next::End => (Content::Records(Vec::new()), 0),
        };
        let block = self.feed.block(at, content, records);
        Ok(Some(self.finished(block)))
    }

    fn file_hash(&self) -> Option<&Xxh3> {
        self.feed.file_hash()
    }

    fn reuse(&mut self, buffers: &Buffers) {
        self.feed.buffers = buffers.clone();
    }
}

/// Lines, the last of which may lack its line feed.
fn count_lines(lines: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', lines).count() as u64;
    ends + u64::from(!lines.is_empty() && lines.last() != Some(&b'\n'))
}
