//! Byte ranges of a document.
//!
//! Every offset in this crate is a half-open byte range counted from the first byte of the document, before anything
//! was removed. Offsets are `u64` because a streamed document may be larger than memory.

use std::fmt;
use std::ops::Range;

/// A half-open byte range `start..end` of a document, counted from its first byte.
///
/// ```
/// use unchaff::Span;
///
/// let span = Span { start: 2, end: 5 };
/// assert_eq!(span.len(), 3);
/// assert_eq!(&b"abcdefg"[span.range()], b"cde");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

impl Span {
    pub(crate) fn new(start: u64, end: u64) -> Self {
        debug_assert!(start <= end, "a span runs forward");
        Span { start, end }
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// The span as a range of indices, for a document that lies in memory.
    ///
    /// # Panics
    ///
    /// When an offset does not fit `usize`: such a document cannot lie in memory.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        let index = |offset: u64| usize::try_from(offset).expect("the document lies in memory");
        index(self.start)..index(self.end)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
