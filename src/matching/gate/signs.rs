//! Signs of inline literals: two bytes of each, by which a line that may hold one is told from others.
//!
//! The invariant: a line that holds an inline literal holds its sign, the first byte of which the scan marks. Filled from the
//! rules, asked by the gate.

use crate::text::scan::is_mark;

/// The signs of all inline literals.
#[derive(Debug)]
pub(super) struct Signs {
    /// For each first byte, one more than the place of its second bytes; 0 for none.
    firsts: Box<[u8; 256]>,
    /// A bit for each second byte.
    seconds: Vec<[u64; 4]>,
    /// A literal has no sign: it may stand in any line.
    pub are_everywhere: bool,
}

impl Default for Signs {
    fn default() -> Self {
        Signs { firsts: Box::new([0; 256]), seconds: Vec::new(), are_everywhere: false }
    }
}

impl Signs {
    pub(super) fn add(&mut self, literal: &[u8]) {
        let sign = literal.iter().zip(literal.iter().skip(1)).find(|(first, _)| is_rare(**first));
        let Some((first, second)) = sign else {
            self.are_everywhere = true;
            return;
        };
        let place = &mut self.firsts[usize::from(*first)];
        if *place == 0 {
            self.seconds.push([0; 4]);
            // Marks are fewer than the numbers of a byte.
            *place = self.seconds.len() as u8;
        }
        self.seconds[usize::from(*place) - 1][usize::from(second / 64)] |= 1 << (second % 64);
    }

    /// Whether an inline literal may stand in the line.
    pub(super) fn may_stand_in(&self, line: &[u8]) -> bool {
        self.are_everywhere
            || line.iter().enumerate().any(|(at, &byte)| {
                self.firsts[usize::from(byte)] != 0 && self.have(byte, line.get(at + 1))
            })
    }

    #[inline]
    pub(super) fn have(&self, first: u8, second: Option<&u8>) -> bool {
        let place = usize::from(self.firsts[usize::from(first)]);
        let (Some(place), Some(second)) = (place.checked_sub(1), second) else { return false };
        self.seconds[place][usize::from(second / 64)] & (1 << (second % 64)) != 0
    }
}

/// A byte that texts seldom hold, and that the scan marks.
fn is_rare(byte: u8) -> bool {
    is_mark(byte) && !matches!(byte, b'.' | b'!' | b'?' | b'/')
}
