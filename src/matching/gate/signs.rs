//! Signs of inline literals: two bytes of each, by which a line that may hold one is told from others.
//!
//! The invariant: a line that holds an inline literal holds its sign, the first byte of which the scan marks. Filled from the
//! rules, asked by the gate.

use std::collections::BTreeMap;

use crate::text::scan::is_mark;

/// The signs of all inline literals.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// For each first byte, a bit for each second byte.
    pairs: BTreeMap<u8, [u64; 4]>,
    /// A literal has no sign: it may stand in any line.
    pub are_everywhere: bool,
}

impl Signs {
    pub(super) fn add(&mut self, literal: &[u8]) {
        let sign = literal.iter().zip(literal.iter().skip(1)).find(|(first, _)| is_rare(**first));
        let Some((first, second)) = sign else {
            self.are_everywhere = true;
            return;
        };
        self.pairs.entry(*first).or_default()[usize::from(second / 64)] |= 1 << (second % 64);
    }

    /// Whether an inline literal may stand in the line.
    pub(super) fn may_stand_in(&self, line: &[u8]) -> bool {
        let has = |first: u8| {
            memchr::memchr_iter(first, line).any(|at| self.have(first, line.get(at + 1)))
        };
        self.are_everywhere || self.pairs.keys().any(|&first| has(first))
    }

    #[inline]
    pub(super) fn have(&self, first: u8, second: Option<&u8>) -> bool {
        let (Some(seconds), Some(second)) = (self.pairs.get(&first), second) else { return false };
        seconds[usize::from(second / 64)] & (1 << (second % 64)) != 0
    }
}

/// A byte that texts seldom hold, and that the scan marks.
fn is_rare(byte: u8) -> bool {
    is_mark(byte) && !matches!(byte, b'.' | b'!' | b'?' | b'/')
}
