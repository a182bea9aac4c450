//! Cleaning blocks of JSONL: the text of each record is cut where it stands, every other byte stays.

use unchaff::Cleaner;

use super::block::{Block, BlockCleaner, CleanBlock, Content, Document, Fate};
use super::cuts::{annotated, cuts, written};
use super::fields;
use super::options::{Edit, Options};
use super::pack::Packing;
use super::problem::{Place, Problem, ProblemKind};
use crate::jsonl::{self, Entry, Record};

/// Cleans the records of blocks.
pub struct JsonlCleaner {
    cleaner: Cleaner,
    options: Options,
    packing: Packing,
}

impl JsonlCleaner {
    pub fn new(cleaner: Cleaner, options: Options, packing: Packing) -> Self {
        JsonlCleaner { cleaner, options, packing }
    }

    fn lines(&self, block: &Block, lines: &[u8], clean: &mut CleanBlock) -> Result<(), Problem> {
        let field = self.options.text_field.as_deref().or(block.field.as_deref());
        let field = field.unwrap_or(fields::TEXT[0]);
        let mut start = 0;
        let mut number = block.first_record;
        while start < lines.len() {
            let end =
                memchr::memchr(b'\n', &lines[start..]).map_or(lines.len(), |at| start + at + 1);
            let line = &lines[start..end];
            let content_len = line.strip_suffix(b"\n").unwrap_or(line).len();
            let entry = match content_len > self.options.max_record {
                true => None,
                false => Some(jsonl::entry(number, line, field)),
            };
            match entry {
                Some(Entry::Record(record)) => self.record(line, &record, number, clean)?,
                Some(Entry::Other) => self.keep(line, number, Fate::NoText, clean),
                Some(Entry::Bad(why)) => {
                    let problem = Problem::new(ProblemKind::BadRecord, Place::Record(number), why);
                    self.refuse(line, number, problem, clean)?;
                }
                None => {
                    let what =
                        format!("the line is longer than --max-record {}", self.options.max_record);
                    let place = Place::Record(number);
                    let problem = Problem::new(ProblemKind::LongRecord, place, what);
                    self.refuse(line, number, problem, clean)?;
                }
            }
            start = end;
            number += 1;
        }
        Ok(())
    }

    /// Keeps a line that cannot be read.
    fn refuse(
        &self,
        line: &[u8],
        number: u64,
        problem: Problem,
        clean: &mut CleanBlock,
    ) -> Result<(), Problem> {
        if self.options.strict {
            return Err(problem);
        }
        clean.problems.add(problem);
        self.keep(line, number, Fate::Unread, clean);
        Ok(())
    }

    fn keep(&self, line: &[u8], number: u64, fate: Fate, clean: &mut CleanBlock) {
        clean.output.extend_from_slice(line);
        if self.options.documents {
            let document =
                Document { number, at: number, id: None, fate, cuts: Vec::new(), receipt: None };
            clean.documents.push(document);
        }
    }

    fn record(
        &self,
        line: &[u8],
        record: &Record<'_>,
        number: u64,
        clean: &mut CleanBlock,
    ) -> Result<(), Problem> {
        if let Edit::Annotate(field) = &self.options.edit
            && fields::has_field(line, field)
        {
            let what = format!("the record has a field {field:?} already");
            let problem = Problem::new(ProblemKind::BadRecord, Place::Record(number), what);
            return self.refuse(line, number, problem, clean);
        }
        let on_host = record.host.as_deref().map(|host| self.cleaner.for_host(host));
        let cleaner = on_host.as_ref().unwrap_or(&self.cleaner);
        let cleaned = cleaner.clean(&record.text);
        let removals = cleaned.removals();
        clean.report.merge(cleaned.report());
        let spans: Vec<_> = removals.iter().map(|r| r.span.start..r.span.end).collect();
        let inside = std::str::from_utf8(&line[record.inside.clone()]).unwrap_or_default();
        let ranges = jsonl::written(inside, &spans);
        match &self.options.edit {
            Edit::Annotate(field) => {
                let cuts = cuts(record.text.as_bytes(), removals);
                clean.output.extend(annotated(line, field, &cuts, cleaner));
            }
            _ if removals.is_empty() => clean.output.extend_from_slice(line),
            _ => clean.output.extend(jsonl::cut(line, record.inside.start, &ranges)),
        }
        if !self.options.documents {
            return Ok(());
        }
        let receipt = (self.options.receipts && !removals.is_empty()).then(|| {
            let mut receipt = cleaner.receipt(record.text.as_bytes(), &cleaned);
            receipt.id = record.plain_id();
            receipt.at = Some(number);
            receipt.set_written(written(&receipt, inside, &ranges));
            receipt
        });
        clean.documents.push(Document {
            number,
            at: number,
            id: record.id.map(str::to_owned),
            fate: Fate::Read(cleaned.status()),
            cuts: cuts(record.text.as_bytes(), removals),
            receipt,
        });
        Ok(())
    }
}

impl BlockCleaner for JsonlCleaner {
    fn clean(&self, mut block: Block) -> Result<CleanBlock, Problem> {
        let content = std::mem::replace(&mut block.content, Content::Records(Vec::new()));
        let mut clean = CleanBlock::of(&mut block);
        match content {
            Content::Records(lines) => {
                clean.bytes_in = lines.len() as u64;
                clean.output.reserve(lines.len());
                self.lines(&block, &lines, &mut clean)?;
            }
            Content::Raw(bytes) => {
                clean.bytes_in = bytes.len() as u64;
                if block.records > 0 && self.options.strict {
                    return Err(clean.problems.named()[0].clone());
                }
                self.keep(&bytes, block.first_record, Fate::Unread, &mut clean);
                clean.documents.truncate(block.records as usize);
            }
            Content::Cleaned(_) | Content::RowGroup(_) => {
                unreachable!("a reader of lines makes no such content")
            }
        }
        clean.finish(&self.options.edit, self.packing);
        Ok(clean)
    }
}
