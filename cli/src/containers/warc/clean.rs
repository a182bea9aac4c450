//! Cleaning blocks of WARC records.

use std::borrow::Cow;

use unchaff::jsonl::host_of;

use super::digest;
use super::head::{Head, Start, TRAILER};
use crate::containers::block::{
    Block, BlockCleaner, CleanBlock, Content, Document, Fate, LongPiece,
};
use crate::containers::options::{Edit, Options};
use crate::containers::pack::{Packers, Packing};
use crate::containers::problem::{Place, Problem, ProblemKind};
use crate::containers::texts::{Editor, Text};

/// The fields that hold digests of the content.
const DIGESTS: [&str; 2] = ["WARC-Block-Digest", "WARC-Payload-Digest"];

/// Cleans the records of blocks, or whatever else the editor does to their texts.
pub struct WarcCleaner<E> {
    editor: E,
    options: Options,
    packers: Packers,
}

impl<E: Editor> WarcCleaner<E> {
    pub fn new(editor: E, options: &Options, packing: Packing) -> Result<Self, Problem> {
        if let Edit::Annotate(field) = &options.edit {
            let what = format!("is WARC, to which no field {field:?} can be added");
            return Err(Problem::of_file(ProblemKind::Option, what));
        }
        Ok(WarcCleaner { editor, options: options.clone(), packers: packing.packers() })
    }

    fn records(&self, mut bytes: &[u8], first: u64, clean: &mut CleanBlock) -> Result<(), Problem> {
        let mut packer = self.packers.take();
        for number in first.. {
            if bytes.is_empty() {
                break;
            }
            let head = match Head::read(bytes) {
                Start::Head(head) => Some(head),
                // Empty lines at the end of the file.
                _ => None,
            };
            let len = head.as_ref().map_or(bytes.len(), |head| head.record_len() as usize);
            let (record, rest) = bytes.split_at(len);
            bytes = rest;
            let changed = match head.filter(|head| is_text(head, record)) {
                Some(head) => self.record(record, &head, number, clean)?,
                None => {
                    self.note(clean, number, None, Fate::NoText);
                    None
                }
            };
            if self.is_written() {
                packer.pack_onto(changed.as_deref().unwrap_or(record), &mut clean.output);
            }
        }
        self.packers.give(packer);
        Ok(())
    }

    fn is_written(&self) -> bool {
        self.options.edit != Edit::Look
    }

    /// Edits a record; none where it stays as it is.
    fn record(
        &self,
        record: &[u8],
        head: &Head,
        number: u64,
        clean: &mut CleanBlock,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let uri = head.value(record, "WARC-Target-URI").unwrap_or_default();
        let id = head.value(record, "WARC-Record-ID");
        let edited = self.editor.edit(Text {
            bytes: &record[head.len..record.len() - TRAILER.len()],
            number,
            host: host_of(uri.trim_matches(['<', '>'])).map(Cow::Borrowed),
            id: id.map(quoted),
        })?;
        let changed = match &edited.text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => match rewritten(record, head, text) {
                Ok(changed) => Some(changed),
                Err(why) => {
                    let place = Place::Record(number);
                    let problem = Problem::new(ProblemKind::BadDigest, place, why);
                    if self.options.strict {
                        return Err(problem);
                    }
                    clean.problems.add(problem);
                    self.note(clean, number, id, Fate::Unread);
                    return Ok(None);
                }
            },
        };
        clean.report.merge(&edited.report);
        clean.documents.extend(edited.document);
        Ok(changed)
    }

    fn note(&self, clean: &mut CleanBlock, number: u64, id: Option<&str>, fate: Fate) {
        if self.options.documents {
            let id = id.map(|id| serde_json::Value::from(id).to_string());
            let document =
                Document { number, at: number, id, fate, cuts: Vec::new(), receipt: None };
            clean.documents.push(document);
        }
    }

    fn piece(&self, piece: &LongPiece, number: u64, clean: &mut CleanBlock) -> Result<(), Problem> {
        if piece.is_first {
            if self.options.strict {
                return Err(clean.problems.named()[0].clone());
            }
            self.note(clean, number, None, Fate::Unread);
        }
        if self.is_written() {
            let mut packer = self.packers.take();
            packer.pack_piece(&piece.bytes, piece.is_first, piece.sum, &mut clean.output);
            self.packers.give(packer);
        }
        Ok(())
    }
}

impl<E: Editor> BlockCleaner for WarcCleaner<E> {
    fn clean(&self, mut block: Block) -> Result<CleanBlock, Problem> {
        let mut clean = CleanBlock::of(&mut block);
        match block.content {
            Content::Records(bytes) => {
                clean.bytes_in = bytes.len() as u64;
                clean.output = block.buffers.take(0);
                self.records(&bytes, block.first_record, &mut clean)?;
                if bytes.is_empty() {
                    clean.finish(&self.options.edit, &self.packers);
                }
                block.buffers.give(bytes);
            }
            Content::Long(piece) => {
                clean.bytes_in = piece.bytes.len() as u64;
                self.piece(&piece, block.first_record, &mut clean)?;
            }
            _ => unreachable!("a reader of WARC makes no other content"),
        }
        Ok(clean)
    }
}

fn quoted(id: &str) -> String {
    serde_json::Value::from(id).to_string()
}

/// Whether the content of a record is a text and nothing else.
fn is_text(head: &Head, record: &[u8]) -> bool {
    let value = |name: &str| head.value(record, name).unwrap_or_default();
    let kind = value("Content-Type").split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/plain")
        && ["conversion", "resource"].iter().any(|known| value("WARC-Type").eq_ignore_ascii_case(known))
        // A part of a record, or one that is packed once more, is no text.
        && value("WARC-Segment-Number").is_empty()
        && value("Content-Encoding").is_empty()
}

/// The record with another text, and the length and digests to match; or why that cannot be made so that it can be undone.
fn rewritten(record: &[u8], head: &Head, text: &[u8]) -> Result<Vec<u8>, String> {
    let content = &record[head.len..record.len() - TRAILER.len()];
    let mut changes = Vec::new();
    for range in head.values(record, "Content-Length") {
        if record[range.clone()] != *head.content_len.to_string().as_bytes() {
            return Err(
                "the Content-Length is written in an unusual way; the record is kept as it is"
                    .into(),
            );
        }
        changes.push((range, text.len().to_string()));
    }
    for name in DIGESTS {
        for range in head.values(record, name) {
            let written = String::from_utf8_lossy(&record[range.clone()]);
            let renewed = digest::renewed(&written, content, text).ok_or_else(|| {
                format!("the {name} {written} is not that of the text, or of an unknown kind; the record is kept as it is")
            })?;
            changes.push((range, renewed));
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut changed = Vec::with_capacity(record.len());
    let mut at = 0;
    for (range, value) in changes {
        changed.extend_from_slice(&record[at..range.start]);
        changed.extend_from_slice(value.as_bytes());
        at = range.end;
    }
    changed.extend_from_slice(&record[at..head.len]);
    changed.extend_from_slice(text);
    changed.extend_from_slice(TRAILER);
    Ok(changed)
}
