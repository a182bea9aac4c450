//! What is written beside the output: receipts, Dolma attributes, and what was not understood.
//!
//! The invariant: everything here is made of one block alone, so that it is the same bytes for any number of threads;
//! attribute rows stand in the order of the records, one for each, and their spans are sorted, merged and not empty.

use std::fmt::Write as _;

use crate::containers::{CleanBlock, Codec, Container, Cut, Document, Fate, Packing, Quarantined};

/// Which files are written beside the output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    pub receipts: bool,
    /// The key under which the spans stand.
    pub attributes: Option<String>,
    pub quarantine: bool,
}

/// What the names of files of receipts end in.
pub const RECEIPTS_END: &str = ".receipts.jsonl.zst";

/// Receipts are always packed in this way.
const RECEIPTS: Packing = Packing { codec: Codec::Zstd, level: None };

impl Sides {
    /// What a block adds to each of the files, in the order of the targets; and how many receipts there are.
    pub fn of(&self, block: &CleanBlock, packing: Packing) -> (Vec<Vec<u8>>, u64) {
        let (mut sides, mut count) = (Vec::new(), 0);
        if self.receipts {
            let mut lines = String::new();
            for receipt in block.documents.iter().filter_map(|document| document.receipt.as_ref()) {
                lines.push_str(&receipt.to_json());
                lines.push('\n');
                count += 1;
            }
            sides.push(packed(RECEIPTS, lines));
        }
        if let Some(key) = &self.attributes {
            let mut lines = String::new();
            block.documents.iter().for_each(|document| row(document, key, &mut lines));
            sides.push(packed(packing, lines));
        }
        if self.quarantine {
            let mut lines = String::new();
            block.quarantine.iter().for_each(|part| set_aside(part, &mut lines));
            sides.push(lines.into_bytes());
        }
        (sides, count)
    }
}

fn packed(packing: Packing, lines: String) -> Vec<u8> {
    if lines.is_empty() { Vec::new() } else { packing.pack(lines.into_bytes()) }
}

/// The first line of a file of receipts, packed.
pub fn receipts_start(container: Container) -> Vec<u8> {
    let line = format!("{{\"unchaff\":1,\"format\":\"{}\"}}\n", container.name());
    RECEIPTS.pack(line.into_bytes())
}

/// The last line of a file of receipts, packed.
pub fn receipts_end(count: u64) -> Vec<u8> {
    RECEIPTS.pack(format!("{{\"unchaff\":1,\"receipts\":{count}}}\n").into_bytes())
}

/// One attribute row; without attributes where nothing is known, since the record could not be read.
fn row(document: &Document, key: &str, lines: &mut String) {
    let id = document.id.as_deref().unwrap_or("null");
    if document.fate == Fate::Unread {
        let _ = writeln!(lines, "{{\"id\":{id},\"attributes\":{{}}}}");
        return;
    }
    let _ = write!(lines, "{{\"id\":{id},\"attributes\":{{{key}:[");
    for (number, (start, end)) in spans(&document.cuts).into_iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(lines, "{comma}[{start},{end},1.0]");
    }
    lines.push_str("]}}\n");
}

/// The removed stretches in code points: neighbours are one, and none is empty.
fn spans(cuts: &[Cut]) -> Vec<(u64, u64)> {
    let mut spans: Vec<(u64, u64)> = Vec::with_capacity(cuts.len());
    for cut in cuts.iter().filter(|cut| cut.chars.start < cut.chars.end) {
        match spans.last_mut() {
            Some((_, end)) if *end >= cut.chars.start => *end = cut.chars.end.max(*end),
            _ => spans.push((cut.chars.start, cut.chars.end)),
        }
    }
    spans
}

/// One line of a quarantine file.
fn set_aside(part: &Quarantined, lines: &mut String) {
    let of = if part.is_packed { "file" } else { "unpacked" };
    let why = serde_json::Value::from(part.why.as_str());
    let (at, len) = (part.at, part.bytes.len());
    let _ =
        write!(lines, "{{\"of\":\"{of}\",\"start\":{at},\"bytes\":{len},\"why\":{why},\"hex\":\"");
    part.bytes.iter().for_each(|byte| {
        let _ = write!(lines, "{byte:02x}");
    });
    lines.push_str("\"}\n");
}
