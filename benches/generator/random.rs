//! Numbers that look random: integers only, so that every machine draws the same.

/// A SplitMix64 generator.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.draw()) * end as u128) >> 64) as usize
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    pub fn text<'t>(&mut self, from: &[&'t str]) -> &'t str {
        self.pick::<&'t str>(from)
    }
}

/// Draws ranks as often as words of a language occur: the word of rank r about 1 / (r + 3) times.
#[derive(Clone, Debug)]
pub struct Ranks(Vec<u16>);

impl Ranks {
    const SLOTS: usize = 1 << 14;

    pub fn new(count: usize) -> Ranks {
        let weight = |rank: usize| 1_000_000_000 / (rank as u64 + 3);
        let total: u64 = (0..count).map(weight).sum();
        let mut slots = Vec::with_capacity(Self::SLOTS);
        let (mut rank, mut sum) = (0, weight(0));
        for slot in 0..Self::SLOTS as u64 {
            while sum * (Self::SLOTS as u64) < slot * total && rank + 1 < count {
                rank += 1;
                sum += weight(rank);
            }
            slots.push(rank as u16);
        }
        Ranks(slots)
    }

    pub fn draw(&self, random: &mut Random) -> usize {
        usize::from(*random.pick(&self.0))
    }
}
