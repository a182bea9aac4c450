//! What was removed from a record, as documents and receipts say it.

use unchaff::{Cleaner, Removal};

use super::block::Cut;

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

/// Counts the code points of bytes that arrive in pieces.
#[derive(Debug, Default)]
pub struct CharCounter {
    chars: u64,
    /// The start of a character whose rest has not come.
    held: Vec<u8>,
}

impl CharCounter {
    pub fn push(&mut self, bytes: &[u8]) {
        let joined;
        let bytes = if self.held.is_empty() {
            bytes
        } else {
            joined = [&self.held[..], bytes].concat();
            &joined
        };
        // Only the last bytes can be the start of a character; everything before them counts now.
        let from = bytes.len() - bytes.len().min(3);
        let start = (from..bytes.len())
            .find(|&at| {
                std::str::from_utf8(&bytes[at..])
                    .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
            })
            .unwrap_or(bytes.len());
        self.chars += count_chars(&bytes[..start]);
        self.held = bytes[start..].to_vec();
    }

    /// Code points so far.
    pub fn count(&self) -> u64 {
        self.chars + self.held.len() as u64
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_are_counted_however_the_bytes_arrive() {
        let text = b"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF\xE2\x82x\xC3";
        assert_eq!(count_chars(text), 1 + 1 + 1 + 1 + 1 + 2 + 1 + 1);
        for step in 1..=text.len() {
            let mut counter = CharCounter::default();
            text.chunks(step).for_each(|piece| counter.push(piece));
            assert_eq!(counter.count(), count_chars(text), "{step}");
        }
    }
}
