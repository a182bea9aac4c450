//! Profiles: how much evidence a removal needs.

use std::fmt;

use super::points::Points;
use super::stretch::Zone;

/// How much evidence a removal needs. A profile never changes a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// 6 points before the first and after the last paragraph, where weak lines need 1½ beside each other; 13 between
    /// paragraphs; in documents with hardly any paragraphs 3. One certain rule is enough; between paragraphs, one certain
    /// marker.
    Cautious,
    /// 2 points; where paragraphs stand far apart 4 between them, and 3 before the first and after the last.
    #[default]
    Standard,
    /// Any rule before the first and after the last paragraph, with all short lines among what goes there; 1 point between
    /// paragraphs; in documents with hardly any 1½.
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
                in_zone: 16,
                for_half_point: 16,
                between: 4,
                for_one: 1,
                widest_in_zone: Filler::Label,
                widest_between: Filler::Headline,
                to_end: false,
                in_scattered: false,
            },
            Profile::Eager => Enclosing {
                in_zone: 400,
                for_half_point: 16,
                between: 28,
                for_one: 100,
                widest_in_zone: Filler::Sentence,
                widest_between: Filler::Sentence,
                to_end: true,
                in_scattered: true,
            },
        }
    }

    /// The evidence that a run needs in a document with hardly any prose, unless a certain rule is in it.
    #[must_use]
    pub fn threshold(self) -> Points {
        Points::from_halves(match self {
            Profile::Cautious => 6,
            Profile::Standard => 4,
            Profile::Eager => 3,
        })
    }

    /// What a removal takes in this part of a document.
    ///
    /// Before the first and after the last paragraph a known line is hardly ever body. Between paragraphs it often is, most
    /// of all where they stand far apart.
    pub(crate) fn demand(self, zone: Zone, is_scattered: bool) -> Demand {
        let is_edge = matches!(zone, Zone::Head | Zone::Tail);
        let (evidence, weak) = match (self, zone) {
            (_, Zone::Whole) => (self.threshold().halves(), 0),
            (Profile::Cautious, _) if is_edge => (12, 3),
            (Profile::Cautious, _) => (26, 4),
            (Profile::Standard, _) if is_edge && is_scattered => (6, 3),
            (Profile::Standard, _) if is_edge => (4, 3),
            (Profile::Standard, _) if is_scattered => (8, 4),
            (Profile::Standard, _) => (4, 4),
            (Profile::Eager, _) if is_edge => (1, 0),
            (Profile::Eager, _) => (2, 0),
        };
        let takes_certain = self != Profile::Cautious || zone != Zone::Between;
        let side_by_side = if self == Profile::Cautious { 3 } else { 0 };
        Demand { evidence, weak, side_by_side, takes_certain }
    }
}

/// What a removal takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    /// Evidence, in half points, where no certain rule matched.
    pub evidence: u32,
    /// What weak candidates alone need beyond that until something was removed: a list of the body between two
    /// paragraphs, or after the last, may be made of the same words as a menu.
    pub weak: u32,
    /// What a run of weak candidates needs by itself, in half points, to count before the first and after the last
    /// paragraph: one such line among body may be a heading of the body, however many stand elsewhere.
    pub side_by_side: u32,
    /// One line of a certain rule is enough. A certain marker always is.
    pub takes_certain: bool,
}

/// What body reads like that residue may enclose, the least suspicious last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filler {
    /// A label.
    Label,
    /// A headline.
    Headline,
    /// A short sentence, or an introduction.
    Sentence,
    /// Body that stays whatever stands beside it.
    Fixed,
}

/// Evidence that runs between prose lines need to enclose what no rule knows, in half points. The same for every profile:
/// a bolder one must not take less.
pub(crate) const ENOUGH_BETWEEN: u32 = 12;

/// How many lines in a row that no rule knows may go when the runs on both sides of them go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enclosing {
    /// Before the first and after the last line of prose.
    pub in_zone: usize,
    /// Most of them there for every half point of evidence.
    pub for_half_point: usize,
    /// Between lines of prose, where the evidence is strong.
    pub between: usize,
    /// Most of them for every candidate of the runs before them.
    pub for_one: usize,
    /// What may go before the first and after the last line of prose.
    pub widest_in_zone: Filler,
    /// What may go between lines of prose.
    pub widest_between: Filler,
    /// What stands between the last run and the end of the document counts as enclosed.
    pub to_end: bool,
    /// So they may in a document whose first lines of prose stand far apart: a list of products, offers or posts rather
    /// than an article, to which labels belong.
    pub in_scattered: bool,
}

impl Enclosing {
    /// Nothing may.
    pub(crate) const NONE: Enclosing = Enclosing {
        in_zone: 0,
        for_half_point: 0,
        between: 0,
        for_one: 0,
        widest_in_zone: Filler::Label,
        widest_between: Filler::Label,
        to_end: false,
        in_scattered: false,
    };
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
