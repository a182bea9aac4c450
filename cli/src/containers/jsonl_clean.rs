//! Cleaning blocks of JSONL: the text of each record is cut where it stands, every other byte stays.

use unchaff::Cleaner;
use unchaff::jsonl::{CleanedLine, Fields, RecordCleaner};

use super::block::{Block, BlockCleaner, CleanBlock, Content, Document, Fate};
use super::cuts::{annotated, cuts};
use super::fields;
use super::options::{Edit, Options};
use super::pack::{Packers, Packing};
use super::problem::{Place, Problem, ProblemKind};
use crate::jsonl;

/// Cleans the records of blocks.
pub struct JsonlCleaner {
    cleaner: Cleaner,
    options: Options,
    packers: Packers,
}

impl JsonlCleaner {
    pub fn new(cleaner: Cleaner, options: Options, packing: Packing) -> Self {
        JsonlCleaner { cleaner, options, packers: packing.packers() }
    }

    fn lines(&self, block: &Block, lines: &[u8], clean: &mut CleanBlock) -> Result<(), Problem> {
        let field = self.options.text_field.as_deref().or(block.field.as_deref());
        let fields = Fields::default().with_text(field.unwrap_or(fields::TEXT[0]));
        let mut records = RecordCleaner::new(&self.cleaner).with_fields(fields);
        let mut start = 0;
        for number in block.first_record.. {
            if start == lines.len() {
                break;
            }
            let rest = &lines[start..];
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let line = &rest[..len];
            start += len;
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            if content.len() > self.options.max_record {
                let why = jsonl::too_long(self.options.max_record);
                self.refuse(line, number, ProblemKind::LongRecord, why, clean)?;
                continue;
            }
            match records.clean(jsonl::unmarked(number, line)) {
                Ok(Some(cleaned)) => self.record(line, &cleaned, number, clean)?,
                Ok(None) => self.keep(line, number, Fate::NoText, clean),
                Err(why) => {
                    self.refuse(line, number, ProblemKind::BadRecord, why.to_string(), clean)?;
                }
            }
        }
        clean.report.merge(records.report());
        Ok(())
    }

    /// Keeps a line that cannot be read.
    fn refuse(
        &self,
        line: &[u8],
        number: u64,
        kind: ProblemKind,
        why: String,
        clean: &mut CleanBlock,
    ) -> Result<(), Problem> {
        let problem = Problem::new(kind, Place::Record(number), why);
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

    /// Writes what is left of a record. A byte order mark may stand before the cleaned line.
    fn record(
        &self,
        line: &[u8],
        cleaned: &CleanedLine<'_>,
        number: u64,
        clean: &mut CleanBlock,
    ) -> Result<(), Problem> {
        let removals = cleaned.removals();
        let cuts = || cuts(cleaned.text().as_bytes(), removals);
        match &self.options.edit {
            Edit::Annotate(field) if fields::has_field(line, field) => {
                let why = format!("the record has a field {field:?} already");
                return self.refuse(line, number, ProblemKind::BadRecord, why, clean);
            }
            Edit::Annotate(field) => {
                clean.output.extend(annotated(line, field, &cuts(), &self.cleaner));
            }
            Edit::Clean | Edit::Look => {
                clean.output.extend_from_slice(&line[..line.len() - cleaned.line().len()]);
                cleaned.append_to(&mut clean.output);
            }
        }
        if self.options.documents {
            let receipt = (self.options.receipts && !removals.is_empty()).then(|| {
                let mut receipt = cleaned.receipt();
                receipt.at = Some(number);
                receipt
            });
            clean.documents.push(Document {
                number,
                at: number,
                id: cleaned.written_id().map(str::to_owned),
                fate: Fate::Read(cleaned.status()),
                cuts: cuts(),
                receipt,
            });
        }
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
                clean.output = block.buffers.take(lines.len());
                self.lines(&block, &lines, &mut clean)?;
                // Packing needs room, too.
                block.buffers.give(lines);
            }
            Content::Raw(bytes) => {
                clean.bytes_in = bytes.len() as u64;
                if block.records > 0 && self.options.strict {
                    return Err(clean.problems.named()[0].clone());
                }
                self.keep(&bytes, block.first_record, Fate::Unread, &mut clean);
                clean.documents.truncate(block.records as usize);
                block.buffers.give(bytes);
            }
            _ => unreachable!("a reader of lines makes no other content"),
        }
        clean.finish(&self.options.edit, &self.packers);
        Ok(clean)
    }
}
