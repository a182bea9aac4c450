//! What was removed from a record, as documents and receipts say it.

use std::ops::Range;

use unchaff::{Cleaner, Receipt, Removal, Removed};

use super::block::Cut;
use crate::jsonl;

/// The removals of a text, in bytes and in code points.
pub fn cuts(text: &[u8], removals: &[Removal]) -> Vec<Cut> {
    let (mut at, mut chars) = (0, 0);
    let mut to_chars = |offset: u64| {
        let end = usize::try_from(offset).map_or(text.len(), |end| end.min(text.len()));
        chars += count_chars(&text[at..end]);
        at = end;
        chars
    };
    let cut = |removal: &Removal| {
        let bytes = removal.span.start..removal.span.end;
        let chars = to_chars(bytes.start)..to_chars(bytes.end);
        Cut { bytes, chars, rule: removal.rule }
    };
    removals.iter().map(cut).collect()
}

/// Code points; a byte that is no part of UTF-8 counts as one.
pub fn count_chars(bytes: &[u8]) -> u64 {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() as u64 + chunk.invalid().len() as u64)
        .sum()
}

/// How each removed piece is written in its JSON string, where that is not the shortest common way.
pub fn written(receipt: &Receipt, inside: &str, ranges: &[Range<usize>]) -> Vec<Option<String>> {
    let piece = |(removed, range): (&Removed, &Range<usize>)| {
        let written = &inside[range.clone()];
        let is_common =
            std::str::from_utf8(&removed.bytes).is_ok_and(|text| jsonl::canonical(text) == written);
        (!is_common).then(|| written.to_owned())
    };
    receipt.removed().iter().zip(ranges).map(piece).collect()
}

/// A JSON line with a further field that lists the cuts: `[start, end, "rule"]`, in code points.
pub fn annotated(line: &[u8], field: &str, cuts: &[Cut], cleaner: &Cleaner) -> Vec<u8> {
    let end = memchr::memrchr(b'}', line).expect("a record is an object");
    let spans: Vec<String> = cuts
        .iter()
        .map(|cut| {
            let rule = serde_json::Value::from(cleaner.rule(cut.rule).id());
            format!("[{},{},{rule}]", cut.chars.start, cut.chars.end)
        })
        .collect();
    let mut annotated = line[..end].to_vec();
    let key = serde_json::Value::from(field);
    annotated.extend_from_slice(format!(",{key}:[{}]", spans.join(",")).as_bytes());
    annotated.extend_from_slice(&line[end..]);
    annotated
}
