//! Cleaning blocks of text: each document by itself, separators as they are.

use std::convert::Infallible;

use unchaff::{Cleaner, DocumentReport, ReceiptBuilder, Removal, Sink};

use super::block::{Block, BlockCleaner, CleanBlock, CleanedPart, Content, Cut, Document, Fate};
use super::cuts::CharCounter;
use super::options::{Edit, Options};
use super::pack::{Packers, Packing};
use super::problem::{Problem, ProblemKind};
use crate::documents::{self, Documents, Piece, Separator, Splitter};

/// Splits the text of a file from an offset on, where a document starts.
pub fn splitter(separator: Option<Separator>, at: u64) -> Splitter {
    if at == 0 { Splitter::new(separator) } else { Splitter::at_document(separator) }
}

/// Cleans the documents of blocks.
pub struct TextCleaner {
    cleaner: Cleaner,
    options: Options,
    packers: Packers,
}

impl TextCleaner {
    pub fn new(cleaner: Cleaner, options: &Options, packing: Packing) -> Result<Self, Problem> {
        if let Edit::Annotate(field) = &options.edit {
            let what = format!("is text and has no fields, so that {field:?} cannot be added");
            return Err(Problem::of_file(ProblemKind::Option, what));
        }
        Ok(TextCleaner { cleaner, options: options.clone(), packers: packing.packers() })
    }

    fn records(&self, block: &Block, bytes: &[u8]) -> CleanedPart {
        let before = block.first_record - 1;
        let mut sink = DocumentSink::new(&self.cleaner, &self.options, before, block.at);
        sink.part.kept = block.buffers.take(bytes.len());
        let is_empty = bytes.is_empty() && block.records > 0;
        let mut documents = Documents::new(self.cleaner.stream(sink), is_empty);
        let mut splitter = splitter(self.options.separator, block.at);
        let mut pass = |piece: Piece<'_>| documents.pass(piece);
        let pushed = splitter.push(bytes, &mut pass).and_then(|()| splitter.finish(&mut pass));
        pushed.unwrap_or_else(|error| match error {});
        let stream = documents.end().unwrap_or_else(|error| match error {});
        let (sink, report) = stream.finish().unwrap_or_else(|failure| match failure.error {});
        CleanedPart { report, len: bytes.len() as u64, ..sink.part }
    }
}

impl BlockCleaner for TextCleaner {
    fn clean(&self, mut block: Block) -> Result<CleanBlock, Problem> {
        let part = match std::mem::replace(&mut block.content, Content::Records(Vec::new())) {
            Content::Records(bytes) => {
                let part = self.records(&block, &bytes);
                block.buffers.give(bytes);
                part
            }
            Content::Cleaned(part) => *part,
            _ => unreachable!("a reader of text makes no other content"),
        };
        let mut clean = CleanBlock::of(&mut block);
        clean.bytes_in = part.len;
        clean.output = part.kept;
        clean.report = part.report;
        clean.documents = part.documents;
        clean.finish(&self.options.edit, &self.packers);
        Ok(clean)
    }
}

/// Takes what is decided of documents: kept bytes, and what the options ask for.
pub struct DocumentSink {
    part: CleanedPart,
    cleaner: Cleaner,
    notes: bool,
    receipts: bool,
    /// Documents that ended, in the file.
    number: u64,
    /// Offset in the file, and where the document in hand starts.
    at: u64,
    start: u64,
    chars: CharCounter,
    cuts: Vec<Cut>,
    receipt: ReceiptBuilder,
}

impl DocumentSink {
    /// A sink for the documents that start at an offset of the file, `number` documents behind its start.
    pub fn new(cleaner: &Cleaner, options: &Options, number: u64, at: u64) -> Self {
        DocumentSink {
            part: CleanedPart::default(),
            cleaner: cleaner.clone(),
            notes: options.documents,
            receipts: options.documents && options.receipts,
            number,
            at,
            start: at,
            chars: CharCounter::default(),
            cuts: Vec::new(),
            receipt: cleaner.receipt_builder(),
        }
    }

    /// What was taken since this was asked.
    pub fn take_part(&mut self) -> CleanedPart {
        std::mem::take(&mut self.part)
    }

    pub fn into_part(self) -> CleanedPart {
        self.part
    }
}

impl documents::DocumentSink for DocumentSink {
    fn separate(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.part.kept.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        self.start = self.at;
        Ok(())
    }
}

impl Sink for DocumentSink {
    type Error = Infallible;

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.part.kept.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        if self.notes {
            self.chars.push(bytes);
        }
        if self.receipts {
            self.receipt.keep(bytes);
        }
        Ok(())
    }

    fn remove(&mut self, removal: &Removal, bytes: &[u8]) -> Result<(), Infallible> {
        self.at += bytes.len() as u64;
        if self.notes {
            let start = self.chars.count();
            self.chars.push(bytes);
            let span = removal.span.start..removal.span.end;
            self.cuts.push(Cut {
                bytes: span,
                chars: start..self.chars.count(),
                rule: removal.rule,
            });
        }
        if self.receipts {
            let rule = self.cleaner.rule(removal.rule).id();
            self.receipt.remove(rule, removal.line, removal.evidence, bytes);
        }
        Ok(())
    }

    fn end_document(&mut self, report: &DocumentReport) -> Result<(), Infallible> {
        self.number += 1;
        let (number, at) = (self.number, self.start);
        self.start = self.at;
        self.chars = CharCounter::default();
        if !self.notes {
            return Ok(());
        }
        let builder = std::mem::replace(&mut self.receipt, self.cleaner.receipt_builder());
        let receipt = (self.receipts && !builder.is_empty()).then(|| {
            let mut receipt = builder.finish();
            receipt.at = Some(at);
            receipt
        });
        let cuts = std::mem::take(&mut self.cuts);
        let fate = Fate::Read(report.status);
        self.part.documents.push(Document { number, at, id: None, fate, cuts, receipt });
        Ok(())
    }
}
