//! Receipts: what was removed from one document, so that it can be checked and undone.
//!
//! The invariant: a receipt carries every removed byte and checksums of the document before and after, and its written
//! form carries a checksum of itself; a receipt with one byte changed is refused. Made by both doors and by the program.

use std::fmt;
use std::fmt::Write as _;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::points::Points;

/// Version of the written form.
const VERSION: u64 = 1;

/// What was removed from one document.
///
/// The written form is one line of JSON, see [`Receipt::to_json`].
///
/// ```
/// use unchaff::{Cleaner, Receipt};
///
/// let cleaner = Cleaner::builtin();
/// let text = "[ad_1]\nTea is ready.\n";
/// let cleaned = cleaner.clean(text);
/// let receipt = cleaner.receipt(text, &cleaned);
///
/// let read = Receipt::from_json(&receipt.to_json())?;
/// cleaner.verify(text, &read)?;
/// assert_eq!(read.restore(&*cleaned.text)?, text.as_bytes());
/// # Ok::<(), unchaff::ReceiptError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The document's id, if it has one.
    pub id: Option<String>,
    /// Where the document stands in its file: the offset of its first byte, or the number of its record from 1.
    pub at: Option<u64>,
    pub(crate) rules: String,
    /// The host for which the document was cleaned.
    pub(crate) host: Option<String>,
    pub(crate) input: Checksum,
    pub(crate) output: Checksum,
    pub(crate) removed: Vec<Removed>,
}

/// Length and XXH3-128 of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub bytes: u64,
    pub hash: u128,
}

/// One removed piece, as a receipt holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// Offset of its first byte in the document as it was.
    pub start: u64,
    /// The line of the candidate it goes with, counted from 1.
    pub line: u64,
    /// The removed bytes.
    pub bytes: Vec<u8>,
    /// How the bytes were written in the file, where that differs: the inside of a JSON string.
    pub written: Option<String>,
    /// Id of the rule.
    pub rule: String,
    /// The evidence that licensed it.
    pub evidence: Points,
}

impl Receipt {
    /// The removed pieces, in order.
    #[must_use]
    pub fn removed(&self) -> &[Removed] {
        &self.removed
    }

    /// The fingerprint of the rules that removed them, see [`Cleaner::fingerprint`](crate::Cleaner::fingerprint).
    #[must_use]
    pub fn rules(&self) -> &str {
        &self.rules
    }

    /// Bytes of the document after cleaning.
    #[must_use]
    pub fn bytes_kept(&self) -> u64 {
        self.output.bytes
    }

    /// Says how each removed piece was written in the file it comes from.
    ///
    /// # Panics
    ///
    /// When there are not as many as removed pieces.
    pub fn set_written(&mut self, written: Vec<Option<String>>) {
        assert_eq!(written.len(), self.removed.len(), "one for each removed piece");
        for (removed, written) in self.removed.iter_mut().zip(written) {
            removed.written = written;
        }
    }

    /// Puts the removed bytes back where they stood.
    ///
    /// # Errors
    ///
    /// When `output` is not the text that this receipt was made for.
    pub fn restore(&self, output: impl AsRef<[u8]>) -> Result<Vec<u8>, ReceiptError> {
        let output = output.as_ref();
        if Checksum::of(output) != self.output {
            return Err(ReceiptError::new(
                ReceiptErrorKind::OutputDiffers,
                "the cleaned text is not the one this receipt was made for",
            ));
        }
        let mut input = Vec::new();
        let mut rest = output;
        for removed in &self.removed {
            let kept = usize::try_from(removed.start)
                .ok()
                .and_then(|start| start.checked_sub(input.len()));
            let (kept, after) =
                kept.and_then(|kept| rest.split_at_checked(kept)).ok_or_else(|| {
                    ReceiptError::new(
                        ReceiptErrorKind::Malformed,
                        "a removed piece lies outside the text",
                    )
                })?;
            input.extend_from_slice(kept);
            input.extend_from_slice(&removed.bytes);
            rest = after;
        }
        input.extend_from_slice(rest);
        if Checksum::of(&input) == self.input {
            Ok(input)
        } else {
            Err(ReceiptError::new(
                ReceiptErrorKind::InputDiffers,
                "the restored text is not the one this receipt was made for",
            ))
        }
    }

    /// The written form: one line of JSON, without a line end.
    ///
    /// Removed bytes are in `text`, or in `hex` where they are not UTF-8; offsets are bytes; `evidence` is in points;
    /// `xxh3` is the 128-bit XXH3 hash in hexadecimal; `sum` is that of the line without it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = format!("{{\"unchaff\":{VERSION}");
        if let Some(id) = &self.id {
            let _ = write!(json, ",\"id\":{}", quoted(id));
        }
        if let Some(at) = self.at {
            let _ = write!(json, ",\"at\":{at}");
        }
        let _ = write!(json, ",\"rules\":{}", quoted(&self.rules));
        if let Some(host) = &self.host {
            let _ = write!(json, ",\"host\":{}", quoted(host));
        }
        for (key, sum) in [("input", self.input), ("output", self.output)] {
            let _ = write!(
                json,
                ",\"{key}\":{{\"bytes\":{},\"xxh3\":\"{:032x}\"}}",
                sum.bytes, sum.hash
            );
        }
        json.push_str(",\"removed\":[");
        for (at, removed) in self.removed.iter().enumerate() {
            json.push_str(if at == 0 { "" } else { "," });
            removed.write_json(&mut json);
        }
        json.push(']');
        let sum = xxh3_128(json.as_bytes());
        let _ = write!(json, ",\"sum\":\"{sum:032x}\"}}");
        json
    }

    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// When the line is not exactly what [`Receipt::to_json`] writes, down to the byte.
    pub fn from_json(line: &str) -> Result<Receipt, ReceiptError> {
        let malformed = |why: String| ReceiptError::new(ReceiptErrorKind::Malformed, why);
        let value: Value = serde_json::from_str(line)
            .map_err(|error| malformed(format!("the receipt is not JSON: {error}")))?;
        let receipt = read(&value).ok_or_else(|| {
            malformed("the receipt lacks a field, or a field has another type".into())
        })?;
        if receipt.to_json() == line {
            Ok(receipt)
        } else {
            Err(ReceiptError::new(
                ReceiptErrorKind::Altered,
                "the receipt was altered: its checksum does not fit",
            ))
        }
    }
}

impl Checksum {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Checksum { bytes: bytes.len() as u64, hash: xxh3_128(bytes) }
    }
}

impl Removed {
    fn write_json(&self, json: &mut String) {
        let _ = write!(json, "{{\"start\":{},\"line\":{}", self.start, self.line);
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => {
                let _ = write!(json, ",\"text\":{}", quoted(text));
            }
            Err(_) => {
                json.push_str(",\"hex\":\"");
                self.bytes.iter().for_each(|byte| {
                    let _ = write!(json, "{byte:02x}");
                });
                json.push('"');
            }
        }
        if let Some(written) = &self.written {
            let _ = write!(json, ",\"written\":{}", quoted(written));
        }
        let _ = write!(json, ",\"rule\":{},\"evidence\":{}}}", quoted(&self.rule), self.evidence);
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn read(value: &Value) -> Option<Receipt> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let checksum = |value: &Value| {
        let hash = u128::from_str_radix(value.get("xxh3")?.as_str()?, 16).ok()?;
        Some(Checksum { bytes: value.get("bytes")?.as_u64()?, hash })
    };
    let removed = |value: &Value| {
        let bytes = match (value.get("text"), value.get("hex")) {
            (Some(text), None) => text.as_str()?.as_bytes().to_vec(),
            (None, Some(hex)) => bytes_of_hex(hex.as_str()?)?,
            _ => return None,
        };
        let halves = value.get("evidence")?.as_f64()? * 2.0;
        let is_whole = halves.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&halves);
        Some(Removed {
            start: value.get("start")?.as_u64()?,
            line: value.get("line")?.as_u64()?,
            bytes,
            written: value
                .get("written")
                .map(|written| text(written).ok_or(()))
                .transpose()
                .ok()?,
            rule: text(value.get("rule")?)?,
            // The value is whole and in range, so the cast is exact.
            evidence: is_whole.then(|| Points::from_halves(halves as u32))?,
        })
    };
    (value.get("unchaff")?.as_u64()? == VERSION).then_some(())?;
    Some(Receipt {
        id: value.get("id").map(|id| text(id).ok_or(())).transpose().ok()?,
        at: value.get("at").map(|at| at.as_u64().ok_or(())).transpose().ok()?,
        rules: text(value.get("rules")?)?,
        host: value.get("host").map(|host| text(host).ok_or(())).transpose().ok()?,
        input: checksum(value.get("input")?)?,
        output: checksum(value.get("output")?)?,
        removed: value.get("removed")?.as_array()?.iter().map(removed).collect::<Option<_>>()?,
    })
}

fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(byte).collect())?
}

/// Why a receipt, or a text, was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptError {
    kind: ReceiptErrorKind,
    message: String,
}

/// The kinds of [`ReceiptError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptErrorKind {
    /// The line is not a receipt.
    Malformed,
    /// The line is a receipt that somebody changed.
    Altered,
    /// The receipt was made with other rules, options or limits, or for another host.
    OtherRules,
    /// The text before cleaning is another one.
    InputDiffers,
    /// The text after cleaning is another one.
    OutputDiffers,
    /// The rules do not remove what the receipt says.
    NotDerived,
}

impl ReceiptError {
    pub(crate) fn new(kind: ReceiptErrorKind, message: impl Into<String>) -> Self {
        ReceiptError { kind, message: message.into() }
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn kind(&self) -> ReceiptErrorKind {
        self.kind
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReceiptError {}
