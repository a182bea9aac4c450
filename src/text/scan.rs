//! The scan: one pass over the bytes that finds line ends, and the bytes that make a line worth a second look.
//!
//! The invariant: a block says of each of its 64 bytes exactly what the definitions below say, whatever the machine; bytes
//! past the end of the text are nothing. Both doors scan a window of text at a time and hand each line on with its marks.

use std::ops::Range;

use wide::{i8x16, u8x16};

/// Bytes of one block.
const BLOCK: usize = 64;
/// Bytes that are scanned at a time: few enough that their blocks stay in the nearest cache.
pub(crate) const WINDOW: usize = 16 * 1024;

/// Whether a byte is a *mark*: what may end a sentence, separate labels, or stand in a machine's marker.
pub(crate) fn is_mark(byte: u8) -> bool {
    matches!(byte, b'.' | b'/' | b'!' | b'<'..=b'?' | b'_' | b'%' | b'{'..=0x7F)
}

/// What 64 bytes hold, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Block {
    /// Bytes that are not ASCII.
    high: u64,
    /// Marks.
    mark: u64,
}

/// A scanned window of text.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    blocks: Vec<Block>,
    /// Where each line feed stands, and numbers without meaning behind them.
    feeds: Vec<u32>,
    /// How many line feeds there are.
    feed_count: usize,
}

impl Scan {
    /// Scans a window, at most `u32::MAX` bytes.
    pub(crate) fn read(&mut self, window: &[u8]) {
        let count = window.len().div_ceil(BLOCK);
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::default());
        }
        self.feed_count = 0;
        let (chunks, rest) = window.as_chunks::<BLOCK>();
        for (at, chunk) in chunks.iter().enumerate() {
            self.set(at, chunk);
        }
        if !rest.is_empty() {
            let mut chunk = [0; BLOCK];
            chunk[..rest.len()].copy_from_slice(rest);
            self.set(chunks.len(), &chunk);
        }
    }

    // Inlined, so that what the classes are compared with stays in registers from block to block.
    #[inline(always)]
    fn set(&mut self, at: usize, chunk: &[u8; BLOCK]) {
        let (parts, _) = chunk.as_chunks::<16>();
        let (mut high, mut mark, mut feeds) = (0, 0, 0);
        for (at, part) in parts.iter().enumerate() {
            let [part_high, part_mark, part_feeds] = classes(*part);
            high |= u64::from(part_high) << (16 * at);
            mark |= u64::from(part_mark) << (16 * at);
            feeds |= u64::from(part_feeds) << (16 * at);
        }
        self.blocks[at] = Block { high, mark };
        self.add_feeds((at * BLOCK) as u32, feeds);
    }

    #[inline(always)]
    fn add_feeds(&mut self, base: u32, mut feeds: u64) {
        let mut count = self.feed_count;
        // Room for two is written to at once, needed or not: seldom does a block have more.
        if self.feeds.len() < count + BLOCK {
            self.make_room();
        }
        for _ in 0..2 {
            self.feeds[count] = base + feeds.trailing_zeros();
            count += usize::from(feeds != 0);
            feeds &= feeds.wrapping_sub(1);
        }
        while feeds != 0 {
            self.feeds[count] = base + feeds.trailing_zeros();
            count += 1;
            feeds &= feeds - 1;
        }
        self.feed_count = count;
    }

    /// Makes room for the line feeds of a block.
    #[cold]
    fn make_room(&mut self) {
        self.feeds.resize(2 * self.feeds.len() + 2 * BLOCK, 0);
    }

    /// Where each line feed stands.
    pub(crate) fn line_feeds(&self) -> &[u32] {
        &self.feeds[..self.feed_count]
    }

    /// The marks of a part of the window.
    pub(crate) fn marks(&self, part: Range<usize>) -> Marks<'_> {
        Marks { blocks: &self.blocks, part }
    }
}

/// Which of 16 bytes are high, marks and line feeds.
#[inline]
fn classes(part: [u8; 16]) -> [u32; 3] {
    let bytes = u8x16::new(part);
    let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
    // Bytes that differ in these bits are taken together.
    let is_but = |bits: u8, byte: u8| (bytes | u8x16::splat(bits)).simd_eq(u8x16::splat(byte));
    // As signed bytes: high ones are not late.
    let late = bytes.cast_signed().simd_gt(i8x16::splat(b'z' as i8)).cast_unsigned();
    let mark = is_but(1, b'/') | is_but(3, b'?') | is_but(4, b'%') | is(b'_') | late;
    [bytes.to_bitmask(), mark.to_bitmask(), is(b'\n').to_bitmask()]
}

/// What the scan found in one line.
#[derive(Clone, Debug)]
pub(crate) struct Marks<'s> {
    blocks: &'s [Block],
    /// The line, in bytes of the window.
    part: Range<usize>,
}

impl Marks<'_> {
    /// Visits the places of the marks of the line, counted from its start. Says whether the line is ASCII.
    #[inline]
    pub(crate) fn each(&self, mut each: impl FnMut(usize)) -> bool {
        let Range { start, end } = self.part;
        let first = start / BLOCK;
        let mut high = 0;
        for (at, block) in self.blocks[first..end.div_ceil(BLOCK)].iter().enumerate() {
            let base = (first + at) * BLOCK;
            let mut within = u64::MAX;
            if base < start {
                within <<= start - base;
            }
            if base + BLOCK > end {
                within &= u64::MAX >> (base + BLOCK - end);
            }
            high |= block.high & within;
            let mut marks = block.mark & within;
            while marks != 0 {
                each(base + marks.trailing_zeros() as usize - start);
                marks &= marks - 1;
            }
        }
        high == 0
    }
}

/// Visits the bytes of a line that start the punctuation of the common scripts (a no-break space, an ellipsis, quotes,
/// bullets: 0xC2 or 0xE2). Says no where the line holds characters that are not common, or may not be UTF-8.
pub(crate) fn common_punctuation(line: &[u8], mut each: impl FnMut(usize)) -> bool {
    let (chunks, rest) = line.as_chunks::<16>();
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    for (at, chunk) in chunks.iter().chain([&last]).enumerate() {
        let bytes = u8x16::new(*chunk);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let late = bytes.simd_gt(u8x16::splat(0xD5)).to_bitmask();
        let known = (is(0xE1) | is(0xE2)).to_bitmask();
        if late & !known != 0 {
            return false;
        }
        let mut bits = (is(0xC2) | is(0xE2)).to_bitmask();
        while bits != 0 {
            each(16 * at + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The scan of any part of any window says what the definitions say.
        #[test]
        fn a_scan_is_what_it_is_defined_to_be(
            text in proptest::collection::vec(
                prop_oneof![4 => any::<u8>(), 4 => prop::sample::select(&b"./!<=>?_%{|}~\x7F\n az"[..])],
                0..300,
            ),
            cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let mut scan = Scan::default();
            scan.read(b"left over");
            scan.read(&text);
            let feeds: Vec<u32> = (0..).zip(&text).filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
            prop_assert_eq!(scan.line_feeds(), &feeds);
            let (a, b) = (cut.0.index(text.len() + 1), cut.1.index(text.len() + 1));
            let part = a.min(b)..a.max(b);
            let marks = scan.marks(part.clone());
            let mut found = Vec::new();
            let is_ascii = marks.each(|at| found.push(at));
            let line = &text[part];
            let expected: Vec<usize> = (0..line.len()).filter(|&at| is_mark(line[at])).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(is_ascii, line.is_ascii());
        }
    }
}
