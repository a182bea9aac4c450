//! Points of evidence, counted in halves so that sums are exact.

use std::fmt;

/// Points of evidence: a weak line counts ½, a likely one 1, a certain one 2, the end of a document 1.
///
/// ```
/// use unchaff::Points;
///
/// assert_eq!(Points::from_halves(3).to_string(), "1.5");
/// assert_eq!(Points::from_halves(4).as_f64(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(u32);

impl Points {
    /// So many half points.
    #[must_use]
    pub fn from_halves(halves: u32) -> Self {
        Points(halves)
    }

    /// The points in halves.
    #[must_use]
    pub fn halves(self) -> u32 {
        self.0
    }

    /// The points as a number; exact for every sum below two thousand million.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 2.0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.0.is_multiple_of(2) { "" } else { ".5" };
        f.pad(&format!("{}{half}", self.0 / 2))
    }
}
