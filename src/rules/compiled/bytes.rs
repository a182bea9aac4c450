//! Bytes that several owners share, and sections of them.
//!
//! The invariant: a section's range lies in its bytes. Made by whoever loads or compiles rules, read by every part of
//! the compiled form.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Immutable bytes: a part of the program, or read once and shared.
#[derive(Clone)]
pub(crate) enum Bytes {
    Static(&'static [u8]),
    Shared(Arc<Vec<u8>>),
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::Shared(Arc::new(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Shared(bytes) => bytes,
        }
    }
}

/// A stretch of shared bytes.
#[derive(Clone)]
pub(crate) struct Section {
    bytes: Bytes,
    range: Range<usize>,
}

impl Section {
    /// The section of a range, if there is such a range.
    pub(crate) fn new(bytes: &Bytes, range: Range<usize>) -> Option<Self> {
        bytes.get(range.clone())?;
        Some(Section { bytes: bytes.clone(), range })
    }

    /// The number at a place, counted in numbers of 32 bits.
    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        self.as_chunks().0.get(at).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The number at a place, counted in numbers of 64 bits.
    pub(crate) fn u64(&self, at: usize) -> Option<u64> {
        self.as_chunks().0.get(at).map(|bytes| u64::from_le_bytes(*bytes))
    }
}

impl From<Vec<u8>> for Section {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Section { bytes: bytes.into(), range }
    }
}

impl Deref for Section {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}
