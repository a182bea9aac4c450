//! The inside of a JSON string, sixty-four bytes at a time.
//!
//! The invariant: a bit is set if and only if the byte at its place is of the kind, on any machine. There is no branch on
//! what the bytes are, because where escapes stand cannot be foretold. Called by the scanner.

use wide::u8x16;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// Which bytes of a block are quotes and backslashes, the first in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub quotes: u64,
    pub backslashes: u64,
}

impl Block {
    #[inline]
    pub(super) fn read(bytes: &[u8; BLOCK]) -> Block {
        let mut block = Block::default();
        let (parts, _) = bytes.as_chunks::<16>();
        for (at, part) in parts.iter().enumerate() {
            let bytes = u8x16::new(*part);
            let bits = |wanted: u8| {
                let is_wanted = bytes.simd_eq(u8x16::splat(wanted));
                u64::from(is_wanted.to_bitmask()) << (16 * at)
            };
            block.quotes |= bits(b'"');
            block.backslashes |= bits(b'\\');
        }
        block
    }
}

/// What kinds of bytes there are.
#[derive(Clone, Copy)]
pub(super) struct Survey {
    lowest: u8x16,
    all: u8x16,
}

impl Survey {
    pub(super) fn new() -> Survey {
        Survey { lowest: u8x16::splat(u8::MAX), all: u8x16::splat(0) }
    }

    #[inline]
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let (parts, rest) = bytes.as_chunks::<16>();
        parts.iter().for_each(|part| self.add_part(*part));
        if !rest.is_empty() {
            let mut filled = [b' '; 16];
            filled[..rest.len()].copy_from_slice(rest);
            self.add_part(filled);
        }
    }

    #[inline]
    fn add_part(&mut self, bytes: [u8; 16]) {
        let bytes = u8x16::new(bytes);
        self.lowest = self.lowest.min(bytes);
        self.all |= bytes;
    }

    /// There are control characters.
    pub(super) fn has_controls(&self) -> bool {
        let space = u8x16::splat(b' ');
        self.lowest.min(space).simd_eq(space).to_bitmask() != 0xFFFF
    }

    /// There are bytes that are not ASCII.
    pub(super) fn has_high(&self) -> bool {
        self.all.to_bitmask() != 0
    }
}

/// Tells backslashes that escape from those that are escaped, block by block.
#[derive(Default)]
pub(super) struct Escaping {
    /// 1 if the first byte of the next block is escaped.
    carry: u64,
}

impl Escaping {
    /// The bytes of a block that are escaped, and the backslashes that escape them.
    #[inline]
    pub(super) fn read(&mut self, backslashes: u64) -> (u64, u64) {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        // A series of backslashes escapes at every other one. Subtracting lets a borrow run through each series, which
        // leaves the bits of ODD behind it as they were or turned around, as it began at an even or an odd place.
        let free = backslashes & !self.carry;
        let series = ((free << 1) | ODD).wrapping_sub(free) ^ ODD;
        let escaped = series ^ (backslashes | self.carry);
        let escaping = series & backslashes;
        self.carry = escaping >> (BLOCK - 1);
        (escaped, escaping)
    }
}

/// Places of escapes, counted from some start, in order.
#[derive(Debug)]
pub(super) struct Places {
    places: [u16; Places::BLOCKS * BLOCK / 2 + 2],
    len: usize,
}

impl Default for Places {
    fn default() -> Self {
        Places { places: [0; _], len: 0 }
    }
}

impl Places {
    /// Blocks whose escapes there is room for.
    pub(super) const BLOCKS: usize = 32;

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds the places of the bits, the lowest of which is `base`.
    #[inline]
    pub(super) fn add(&mut self, base: usize, mut bits: u64) {
        // Two places are written, needed or not: seldom does a block have more.
        loop {
            let Some(places) = self.places.get_mut(self.len..self.len + 2) else { return };
            for place in places {
                *place = (base as u32 + bits.trailing_zeros()) as u16;
                self.len += usize::from(bits != 0);
                bits &= bits.wrapping_sub(1);
            }
            if bits == 0 {
                return;
            }
        }
    }

    pub(super) fn get(&self) -> &[u16] {
        &self.places[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            any::<u8>(),
            Just(b'\\'),
            Just(b'\\'),
            prop::sample::select(&b"\"\x1F\x20\x00\x7F\x80\xFF"[..])
        ];
        prop::collection::vec(byte, most..=most)
    }

    proptest! {
        /// Blocks, surveys and places say what the bytes are.
        #[test]
        fn blocks_say_what_the_bytes_are(bytes in bytes(Places::BLOCKS * BLOCK), common in 1usize..3) {
            let mut escaping = Escaping::default();
            let mut places = Places::default();
            let mut is_escaped = false;
            let mut wanted = Vec::new();
            let (blocks, _) = bytes.as_chunks::<BLOCK>();
            for (number, block) in blocks.iter().enumerate() {
                // Of some blocks all bytes are backslashes.
                let block = if number % common == 1 { &[b'\\'; BLOCK] } else { block };
                let bits = |is: &mut dyn FnMut(u8) -> bool| {
                    block.iter().enumerate().fold(0, |bits, (at, byte)| bits | u64::from(is(*byte)) << at)
                };
                let read = Block::read(block);
                prop_assert_eq!(read.quotes, bits(&mut |byte| byte == b'"'));
                prop_assert_eq!(read.backslashes, bits(&mut |byte| byte == b'\\'));
                let was_escaped = is_escaped;
                let escaped = bits(&mut |byte| {
                    let was = is_escaped;
                    is_escaped = byte == b'\\' && !was;
                    was
                });
                is_escaped = was_escaped;
                let escapes = bits(&mut |byte| {
                    is_escaped = byte == b'\\' && !is_escaped;
                    is_escaped
                });
                prop_assert_eq!(escaping.read(read.backslashes), (escaped, escapes));
                places.add(number * BLOCK, escapes);
                wanted.extend((0..BLOCK).filter(|at| escapes >> at & 1 == 1).map(|at| (number * BLOCK + at) as u16));
            }
            prop_assert_eq!(places.get(), wanted);
        }

        /// A survey knows what kinds of bytes there are.
        #[test]
        fn a_survey_knows_what_there_is(bytes in prop::collection::vec(0x1Eu8..0x82, 0..40), high in any::<bool>()) {
            let bytes: Vec<u8> = bytes.into_iter().map(|byte| if high { byte } else { byte.min(0x7F) }).collect();
            let mut survey = Survey::new();
            survey.add(&bytes);
            prop_assert_eq!(survey.has_controls(), bytes.iter().any(|&byte| byte < b' '));
            prop_assert_eq!(survey.has_high(), !bytes.is_ascii());
        }
    }
}
