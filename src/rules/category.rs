//! The categories people switch on and off, and the two other words a rule is described with: weight and edge.
//!
//! The names are part of the pack format and of every output; they never change meaning.

use std::fmt;

/// What kind of residue a rule removes.
///
/// ```
/// use unchaff::Category;
///
/// assert_eq!(Category::from_name("ad-marker"), Some(Category::AdMarker));
/// assert!(!Category::Byline.is_on_by_default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Machine placeholders for advertisements: `[ad_1]`.
    AdMarker,
    /// Labels of advertisements: `Advertisement`.
    AdLabel,
    /// Footers that point to the source: `Source link`.
    Source,
    /// Stray names of a channel or an agency.
    ChannelTag,
    /// Share and like buttons.
    Share,
    /// Newsletter and subscription prompts.
    Newsletter,
    /// Cookie and consent notices.
    Cookie,
    /// Login and paywall prompts.
    Login,
    /// Menus, skip links, page numbers.
    Navigation,
    /// Links to other articles.
    Related,
    /// The furniture of comment sections.
    Comments,
    /// Copyright lines.
    Copyright,
    /// Labels of video and audio players.
    Player,
    /// Notices about JavaScript, browsers and robots.
    ScriptNotice,
    /// Unrendered shortcodes and template tags.
    Shortcode,
    /// Other widgets: print, rate, count.
    Widget,
    /// Shop buttons.
    Shop,
    /// Prompts to install or open an app.
    AppPrompt,
    /// Author lines. Off by default.
    Byline,
    /// Date and reading-time lines. Off by default.
    Date,
    /// Photo and agency credits. Off by default.
    Credit,
    /// Disclaimers. Off by default.
    Disclaimer,
    /// Where a figure or a table comes from. Off by default.
    Provenance,
}

impl Category {
    /// Every category, in the order of the documentation.
    pub const ALL: &'static [Category] = &[
        Category::AdMarker,
        Category::AdLabel,
        Category::Source,
        Category::ChannelTag,
        Category::Share,
        Category::Newsletter,
        Category::Cookie,
        Category::Login,
        Category::Navigation,
        Category::Related,
        Category::Comments,
        Category::Copyright,
        Category::Player,
        Category::ScriptNotice,
        Category::Shortcode,
        Category::Widget,
        Category::Shop,
        Category::AppPrompt,
        Category::Byline,
        Category::Date,
        Category::Credit,
        Category::Disclaimer,
        Category::Provenance,
    ];

    /// The name in packs, options and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Category::AdMarker => "ad-marker",
            Category::AdLabel => "ad-label",
            Category::Source => "source",
            Category::ChannelTag => "channel-tag",
            Category::Share => "share",
            Category::Newsletter => "newsletter",
            Category::Cookie => "cookie",
            Category::Login => "login",
            Category::Navigation => "navigation",
            Category::Related => "related",
            Category::Comments => "comments",
            Category::Copyright => "copyright",
            Category::Player => "player",
            Category::ScriptNotice => "script-notice",
            Category::Shortcode => "shortcode",
            Category::Widget => "widget",
            Category::Shop => "shop",
            Category::AppPrompt => "app-prompt",
            Category::Byline => "byline",
            Category::Date => "date",
            Category::Credit => "credit",
            Category::Disclaimer => "disclaimer",
            Category::Provenance => "provenance",
        }
    }

    /// The category of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.name() == name)
    }

    /// Whether rules of this category act unless somebody switches them off.
    ///
    /// Bylines, dates, credits, disclaimers and provenance are off: many users want to keep them.
    #[must_use]
    pub fn is_on_by_default(self) -> bool {
        !matches!(
            self,
            Category::Byline
                | Category::Date
                | Category::Credit
                | Category::Disclaimer
                | Category::Provenance
        )
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How strongly a rule's match speaks for residue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// ½: a label that bodies use too. Never enough alone.
    Weak,
    /// 1: a line seen as residue on many sites and in no body. Enough at its end of the document.
    Likely,
    /// 2: a machine marker or a fixed sentence of some software. Enough anywhere.
    Certain,
}

impl Weight {
    /// Every weight.
    pub const ALL: &'static [Weight] = &[Weight::Weak, Weight::Likely, Weight::Certain];

    /// The name in packs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Weight::Weak => "weak",
            Weight::Likely => "likely",
            Weight::Certain => "certain",
        }
    }

    /// The weight in half points of evidence.
    pub(crate) fn halves(self) -> u32 {
        match self {
            Weight::Weak => 1,
            Weight::Likely => 2,
            Weight::Certain => 4,
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The end of the document at which a rule earns a further point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Edge {
    /// Either end.
    #[default]
    Any,
    /// The head only.
    Head,
    /// The tail only.
    Tail,
}

impl Edge {
    /// Every edge.
    pub const ALL: &'static [Edge] = &[Edge::Any, Edge::Head, Edge::Tail];

    /// The name in packs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Edge::Any => "any",
            Edge::Head => "head",
            Edge::Tail => "tail",
        }
    }
}
