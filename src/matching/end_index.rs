//! The end index: of many texts, which stand at an end of a view.
//!
//! The invariant: every text that stands there is found; another one may be found too, seldom, so that whoever asks looks
//! again. Used for what patterns begin or end with.

use super::filter::{END_BYTES, End};
use super::phrases::{first_slot, next_slot};

/// Slots for each text: half of them stay empty, so that a search is short.
const SLOTS_PER_TEXT: usize = 2;
/// Bytes by which lengths are told apart, where there are as many.
const KEY_BYTES: usize = 3;
/// Bits of the number that these bytes become.
const KEY_BITS: u32 = 12;

/// Texts, each with whose it is.
#[derive(Debug, Default)]
pub(crate) struct EndIndex {
    /// For each first byte, the lengths of the texts that are shorter than a key: bit `n` for `n` bytes.
    short: Vec<u16>,
    /// For each key, the lengths of all others.
    long: Vec<u16>,
    /// The lower half of a text's key, and the number of its owner plus one; 0 for none.
    slots: Vec<u64>,
}

impl EndIndex {
    /// An index of texts, each given by its bytes from the outermost inwards. What is longer than an end is cut down.
    pub(crate) fn new(texts: &[(Vec<u8>, u32)]) -> Self {
        if texts.is_empty() {
            return EndIndex::default();
        }
        let mut index = EndIndex {
            short: vec![0; 256],
            long: vec![0; 1 << KEY_BITS],
            slots: vec![0; texts.len() * SLOTS_PER_TEXT],
        };
        texts.iter().for_each(|(text, owner)| index.add(text, *owner));
        index
    }

    fn add(&mut self, text: &[u8], owner: u32) {
        let len = text.len().min(END_BYTES - 1);
        let mut padded = [0; END_BYTES];
        padded[..len].copy_from_slice(&text[..len]);
        let end = End::new(padded);
        if len < KEY_BYTES {
            self.short[first(end)] |= 1 << len;
        } else {
            self.long[key(end)] |= 1 << len;
        }
        let hash = end.key(len);
        let mut at = first_slot(hash, self.slots.len());
        while self.slots[at] != 0 {
            at = next_slot(at, self.slots.len());
        }
        self.slots[at] = (u64::from(owner) + 1) << 32 | u64::from(hash as u32);
    }

    /// Tells whose texts may be the outermost part of an end.
    pub(crate) fn find(&self, end: End, mut found: impl FnMut(u32)) {
        if self.slots.is_empty() {
            return;
        }
        let mut lens = self.short[first(end)] | self.long[key(end)];
        while lens != 0 {
            let len = lens.trailing_zeros() as usize;
            lens &= lens - 1;
            let hash = end.key(len);
            let mut at = first_slot(hash, self.slots.len());
            while self.slots[at] != 0 {
                if self.slots[at] as u32 == hash as u32 {
                    found((self.slots[at] >> 32) as u32 - 1);
                }
                at = next_slot(at, self.slots.len());
            }
        }
    }
}

fn first(end: End) -> usize {
    (end.0[0] & 0xFF) as usize
}

fn key(end: End) -> usize {
    let bytes = (end.0[0] & 0xFF_FFFF) as u32;
    (bytes.wrapping_mul(0x9E37_79B1) >> (u32::BITS - KEY_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(text: &[u8]) -> End {
        let mut bytes = [0; END_BYTES];
        let len = text.len().min(END_BYTES);
        bytes[..len].copy_from_slice(&text[..len]);
        End::new(bytes)
    }

    fn found(index: &EndIndex, view: &[u8]) -> Vec<u32> {
        let mut owners = Vec::new();
        index.find(end(view), |owner| owners.push(owner));
        owners.sort_unstable();
        owners
    }

    proptest! {
        /// The index finds what comparing with each text finds.
        #[test]
        fn it_finds_every_beginning(
            texts in prop::collection::vec("[ab]{1,4}|[a-c]{3,12}|ü[ab]{0,3}", 0..80),
            views in prop::collection::vec("[abc]{0,16}|ü[ab]{0,5}", 1..80),
        ) {
            let texts: Vec<(Vec<u8>, u32)> =
                texts.into_iter().map(String::into_bytes).zip(0..).collect();
            let index = EndIndex::new(&texts);
            for view in &views {
                let begins = |(text, _): &&(Vec<u8>, u32)| view.as_bytes().starts_with(text);
                let expected: Vec<u32> =
                    texts.iter().filter(begins).map(|(_, owner)| *owner).collect();
                prop_assert_eq!(found(&index, view.as_bytes()), expected, "{}", view);
            }
        }
    }

    #[test]
    fn a_long_text_is_found_by_its_beginning() {
        let index = EndIndex::new(&[(b"what is longer than an end".to_vec(), 7)]);
        assert_eq!(found(&index, b"what is longer than an end of a view"), [7]);
        assert!(found(&index, b"what is shorter").is_empty());
    }
}
