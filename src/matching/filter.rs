//! The filter: a small set of hashed text ends that answers "surely not in it" in a few steps.
//!
//! The invariant: what was added is found again; what was not may be found too, seldom. Filled when rules are compiled, asked by the gate.

/// Bits for each long key: about one in a hundred others is found too.
const BITS_PER_LONG_KEY: usize = 20;
/// Bits for each short key, of which there are few: what common words begin with must not be found by chance.
const BITS_PER_SHORT_KEY: usize = 128;

/// The first or last bytes of a view, in plain form: two words, the outermost byte lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct End(pub [u64; 2]);

/// Bytes that an end holds.
pub(crate) const END_BYTES: usize = 16;

impl End {
    /// The end whose bytes are these, from the outermost inwards.
    #[inline]
    pub(crate) fn new(bytes: [u8; END_BYTES]) -> Self {
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        End([word(0), word(8)])
    }

    /// How many of the outermost bytes a quick answer asks for; the second one is right more often.
    pub(crate) const QUICK_BYTES: [usize; 2] = [4, 8];

    /// The key of the outermost `len` bytes.
    #[inline]
    pub(crate) fn key(self, len: usize) -> u64 {
        let [first, second] = self.0;
        let low = |word: u64, bytes: usize| {
            if bytes == 0 { 0 } else { word & (u64::MAX >> (64 - 8 * bytes)) }
        };
        let first = low(first, len.min(8)) ^ (len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let second = low(second, len.saturating_sub(8));
        let mixed =
            first.wrapping_mul(0xA076_1D64_78BD_642F) ^ second.wrapping_mul(0xE703_7ED1_A0B4_28DB);
        (mixed ^ (mixed >> 32)).wrapping_mul(0x8EBC_6AF0_9C88_C6E3)
    }
}

/// Ends of texts, by length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// For each byte, bit `n` is set where an end of `n` bytes starts with it; bit 4 is for all longer ones too.
    firsts: Vec<u8>,
    /// The outermost 4 bytes of all ends that have as many.
    fours: Bits,
    /// The ends of fewer than 8 bytes.
    short: Bits,
    /// The outermost 8 bytes of all others.
    beginnings: Bits,
    /// All of these others.
    long: Bits,
}

impl Filter {
    /// A filter of ends, each given by its bytes from the outermost inwards; longer ones are cut down.
    pub(crate) fn new(ends: Vec<Vec<u8>>) -> Self {
        let short = ends.iter().filter(|end| end.len() < 8).count();
        let mut fours: Vec<&[u8]> = ends.iter().filter_map(|end| end.get(..4)).collect();
        fours.sort_unstable();
        fours.dedup();
        let mut filter = Filter {
            firsts: vec![0; if ends.is_empty() { 0 } else { 256 }],
            fours: Bits::new(fours.len() * BITS_PER_LONG_KEY),
            short: Bits::new(short * BITS_PER_SHORT_KEY),
            beginnings: Bits::new((ends.len() - short) * BITS_PER_LONG_KEY),
            long: Bits::new((ends.len() - short) * BITS_PER_LONG_KEY),
        };
        ends.iter().for_each(|end| filter.add(end));
        filter
    }

    fn add(&mut self, bytes: &[u8]) {
        let len = match bytes.len() {
            len @ 0..=4 => len,
            5 => 4,
            6 | 7 => 6,
            8..12 => 8,
            12..16 => 12,
            _ => 16,
        };
        let mut padded = [0; END_BYTES];
        padded[..len].copy_from_slice(&bytes[..len]);
        let end = End::new(padded);
        match bytes.first() {
            Some(&first) => self.firsts[usize::from(first)] |= 1 << len.min(4),
            None => self.firsts.iter_mut().for_each(|lens| *lens |= 1),
        }
        if len >= 4 {
            self.fours.set(end.key(4));
        }
        if len < 8 {
            self.short.set(end.key(len));
        } else {
            self.beginnings.set(end.key(8));
            self.long.set(end.key(len));
        }
    }

    /// The filter as numbers.
    pub(crate) fn to_words(&self) -> Vec<u64> {
        let firsts = self.firsts.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let firsts = Bits(firsts.collect());
        let parts = [&firsts, &self.fours, &self.short, &self.beginnings, &self.long];
        let lens = parts.map(|bits| bits.0.len() as u64).into_iter();
        lens.chain(parts.into_iter().flat_map(|bits| bits.0.iter().copied())).collect()
    }

    /// Takes a filter off the front of numbers, if one stands there.
    pub(crate) fn take(words: &mut impl Iterator<Item = u64>) -> Option<Self> {
        let mut size = || words.next();
        let sizes: [u64; 5] = [size()?, size()?, size()?, size()?, size()?];
        let mut take = |size: u64| {
            let bits: Vec<u64> = words.take(usize::try_from(size).ok()?).collect();
            let is_whole = bits.len() as u64 == size && (size == 0 || size.is_power_of_two());
            is_whole.then_some(Bits(bits))
        };
        let [firsts, fours, short, beginnings, long] = sizes.map(&mut take);
        let firsts = firsts?.0.into_iter().flat_map(u64::to_le_bytes).collect();
        Some(Filter { firsts, fours: fours?, short: short?, beginnings: beginnings?, long: long? })
    }

    /// Whether some end that was added may be the outermost part of this one.
    #[inline]
    pub(crate) fn may_have(&self, end: End) -> bool {
        let lens = self.lens(end);
        (lens >= 1 << 4 && self.fours.get(end.key(4)) && self.has_long(end))
            || (lens & 0xF != 0 && self.has_short(end, lens & 0xF))
    }

    /// The same for an end of which only the outermost `len` bytes are known, at least [`End::QUICK_BYTES`].
    #[inline]
    pub(crate) fn may_have_beginning(&self, end: End, len: usize) -> bool {
        let lens = self.lens(end);
        (lens >= 1 << 4 && self.fours.get(end.key(4)) && (len < 8 || self.has_eight(end)))
            || (lens & 0xF != 0 && self.has_short(end, lens & 0xF))
    }

    /// The lengths of the ends that start with the outermost byte, a bit for each.
    #[inline]
    fn lens(&self, end: End) -> u8 {
        let first = (end.0[0] & 0xFF) as usize;
        self.firsts.get(first).copied().unwrap_or(0)
    }

    #[cold]
    fn has_short(&self, end: End, lens: u8) -> bool {
        (0..4).any(|len| lens & (1 << len) != 0 && self.short.get(end.key(len)))
    }

    /// The same for ends of 4 bytes and more.
    fn has_long(&self, end: End) -> bool {
        self.has_middle(end)
            || (self.beginnings.get(end.key(8))
                && [8, 12, 16].into_iter().any(|len| self.long.get(end.key(len))))
    }

    /// The same, as far as the outermost 8 bytes say.
    fn has_eight(&self, end: End) -> bool {
        self.has_middle(end) || self.beginnings.get(end.key(8))
    }

    /// The same for ends of 4 to 7 bytes.
    fn has_middle(&self, end: End) -> bool {
        [4, 6].into_iter().any(|len| self.short.get(end.key(len)))
    }
}

/// A set of keys, two bits of one word for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    /// An empty set of so many bits.
    fn new(bits: usize) -> Self {
        Bits(vec![0; if bits == 0 { 0 } else { bits.div_ceil(64).next_power_of_two() }])
    }

    fn set(&mut self, key: u64) {
        let (at, bits) = self.place(key);
        self.0[at] |= bits;
    }

    #[inline]
    fn get(&self, key: u64) -> bool {
        let (at, bits) = self.place(key);
        self.0.get(at).is_some_and(|word| word & bits == bits)
    }

    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        let at = (key >> 32) as usize & (self.0.len().wrapping_sub(1));
        (at, (1 << (key & 63)) | (1 << ((key >> 6) & 63)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(text: &[u8]) -> End {
        let mut bytes = [b' '; END_BYTES];
        let len = text.len().min(END_BYTES);
        bytes[..len].copy_from_slice(&text[..len]);
        End::new(bytes)
    }

    proptest! {
        #[test]
        fn what_was_added_is_found(ends in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..24), 1..50)) {
            let filter = Filter::new(ends.clone());
            prop_assert_eq!(Filter::take(&mut filter.to_words().into_iter()), Some(filter.clone()));
            for added in &ends {
                let mut longer = added.clone();
                longer.extend_from_slice(b"and whatever follows");
                prop_assert!(filter.may_have(end(&longer)));
                for len in 4..longer.len() {
                    prop_assert!(filter.may_have_beginning(end(&longer[..len]), len));
                }
            }
        }
    }

    #[test]
    fn most_others_are_not_found() {
        let name = |number: u32| {
            format!("{:08x}{:08x}", number.wrapping_mul(0x9E37_79B9), number).into_bytes()
        };
        let ends: Vec<Vec<u8>> = (0..10_000).map(name).collect();
        let filter = Filter::new(ends.clone());
        let found = (10_000..110_000).filter(|&n| filter.may_have(end(&name(n)))).count();
        assert!(found < 2_000, "{found}");
        assert!(!Filter::default().may_have(end(b"anything")));
    }
}
