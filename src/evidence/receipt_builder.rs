//! Making a receipt while a document passes by.
//!
//! The invariant: what was kept and removed, in the order of the calls, is the document. Used by the cleaner and by
//! whoever streams.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

use super::points::Points;
use super::receipt::{Checksum, Receipt, Removed};

/// Makes a receipt while a document passes by.
pub struct ReceiptBuilder {
    rules: String,
    host: Option<String>,
    input: Sum,
    output: Sum,
    removed: Vec<Removed>,
}

#[derive(Default)]
struct Sum {
    bytes: u64,
    hash: Xxh3,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn checksum(&self) -> Checksum {
        Checksum { bytes: self.bytes, hash: self.hash.digest128() }
    }
}

impl fmt::Debug for ReceiptBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptBuilder").field("removed", &self.removed).finish_non_exhaustive()
    }
}

impl ReceiptBuilder {
    pub(crate) fn new(rules: &str, host: Option<&str>) -> Self {
        ReceiptBuilder {
            rules: rules.to_owned(),
            host: host.map(str::to_owned),
            input: Sum::default(),
            output: Sum::default(),
            removed: Vec::new(),
        }
    }

    /// Takes the next bytes, which were kept.
    pub fn keep(&mut self, bytes: &[u8]) {
        self.input.add(bytes);
        self.output.add(bytes);
    }

    /// Takes the next bytes, which were removed.
    pub fn remove(&mut self, rule: &str, line: u64, evidence: Points, bytes: &[u8]) {
        let start = self.input.bytes;
        self.input.add(bytes);
        let (bytes, rule) = (bytes.to_vec(), rule.to_owned());
        self.removed.push(Removed { start, line, bytes, written: None, rule, evidence });
    }

    /// Whether nothing was removed so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty()
    }

    /// The receipt of what was taken.
    #[must_use]
    pub fn finish(self) -> Receipt {
        Receipt {
            id: None,
            at: None,
            rules: self.rules,
            host: self.host,
            input: self.input.checksum(),
            output: self.output.checksum(),
            removed: self.removed,
        }
    }
}
