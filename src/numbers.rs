//! Maps and sets whose keys are numbers: hashes of text, or the places of rules.
//!
//! The invariant: they hold what any map would hold; only the mixing of their keys is cheaper, one multiplication, because a
//! hash is mixed already and a place is small. Their order means nothing. Used where evidence is added up, for every
//! candidate of every document.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map from numbers.
pub(crate) type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// A set of numbers.
pub(crate) type NumberSet<K> = HashSet<K, BuildHasherDefault<NumberHasher>>;

/// Mixes numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * 0x9E37_79B9_7F4A_7C15;
        // The upper half depends on the upper bits of the number, and the lower one on the others.
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{BuildHasher, BuildHasherDefault};

    /// Places in a row, and numbers that differ in their upper halves only, fill the buckets of a map evenly.
    #[test]
    fn near_numbers_are_spread() {
        let hasher = BuildHasherDefault::<NumberHasher>::default();
        for shift in [0, 8, 32, 48] {
            let mut buckets = [0; 64];
            for number in 0..4096_u64 {
                buckets[hasher.hash_one(number << shift) as usize % 64] += 1;
            }
            assert!(
                buckets.iter().all(|&count| (16..160).contains(&count)),
                "{shift}: {buckets:?}"
            );
        }
    }
}
