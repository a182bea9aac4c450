//! Profiles: how much evidence a removal needs.

use std::fmt;

use super::points::Points;

/// How much evidence a removal needs. A profile never changes a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// 3 points, or one certain rule.
    Cautious,
    /// 2 points.
    #[default]
    Standard,
    /// 1½ points.
    Eager,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Profile] = &[Profile::Cautious, Profile::Standard, Profile::Eager];

    /// The name in options and receipts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Profile::Cautious => "cautious",
            Profile::Standard => "standard",
            Profile::Eager => "eager",
        }
    }

    /// The profile of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// What may go together with the runs around it.
    pub(crate) fn enclosing(self) -> Enclosing {
        match self {
            Profile::Cautious => Enclosing::NONE,
            Profile::Standard => Enclosing {
                in_zone: 12,
                between: 4,
                for_four: 3,
                headlines: false,
                in_scattered: false,
            },
            Profile::Eager => Enclosing {
                in_zone: 200,
                between: 30,
                for_four: 80,
                headlines: true,
                in_scattered: true,
            },
        }
    }

    /// The evidence a run needs unless a certain rule is in it.
    #[must_use]
    pub fn threshold(self) -> Points {
        Points::from_halves(match self {
            Profile::Cautious => 6,
            Profile::Standard => 4,
            Profile::Eager => 3,
        })
    }
}

/// How many lines in a row that no rule knows may go when the runs on both sides of them go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enclosing {
    /// Before the first and after the last line of prose.
    pub in_zone: usize,
    /// Between lines of prose, where the evidence is strong.
    pub between: usize,
    /// Most of them for every four candidates of the runs before them.
    pub for_four: usize,
    /// Headlines may go too, not only labels.
    pub headlines: bool,
    /// So they may at the start of a document whose first lines of prose stand far apart: a list of products, offers or
    /// posts rather than an article, to which labels belong.
    pub in_scattered: bool,
}

impl Enclosing {
    /// Nothing may.
    pub(crate) const NONE: Enclosing =
        Enclosing { in_zone: 0, between: 0, for_four: 0, headlines: false, in_scattered: false };
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
