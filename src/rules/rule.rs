//! What a rule is.
//!
//! The invariant: a `Rule` that exists has an id, at least one shape that can match something, and at least one
//! `remove` and one `keep` example; its phrases are folded. Made by the pack reader, read by everything above.

use std::sync::Arc;

use super::category::{Category, Edge, Weight};
use super::check::matches_view;
use super::content::Content;
use super::facts::Facts;
use super::pattern::Pattern;

/// A rule: what residue looks like, how sure a match is, and examples of both.
///
/// Rules are read from packs, see [`Pack`](crate::Pack).
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) facts: Facts,
    pub(crate) language: Option<String>,
    pub(crate) sites: Vec<String>,
    pub(crate) content: Content,
    pub(crate) file: Arc<str>,
    pub(crate) line: usize,
}

impl Rule {
    /// The id, unique among all packs: `en.source-link`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What kind of residue it removes.
    #[must_use]
    pub fn category(&self) -> Category {
        self.facts.category
    }

    /// How strongly a match speaks for residue.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.facts.weight
    }

    /// The end of the document at which it earns a further point.
    #[must_use]
    pub fn edge(&self) -> Edge {
        self.facts.edge
    }

    /// Whether it may stand as a segment at the start or end of a text line without needing a further point.
    #[must_use]
    pub fn is_affix(&self) -> bool {
        self.facts.is_affix
    }

    /// Whether several lines of it in one run count as one.
    #[must_use]
    pub fn counts_once(&self) -> bool {
        self.facts.counts_once
    }

    /// Whether a line of it that stood in the document twice before is residue, in a document of prose; a line without
    /// words in any document.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.facts.is_repeated
    }

    /// Whether one line of it is enough in a document of prose.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        self.facts.stands_alone
    }

    /// The language of its pack, as an ISO 639-1 code; `None` for language-independent packs.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The hosts it is for, their sub-domains included; empty for every site.
    #[must_use]
    pub fn sites(&self) -> &[String] {
        &self.sites
    }

    /// What it matches.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        self.content.shapes()
    }

    /// Documents in which the rule must remove something. Rule sets that somebody compiled do not hold them.
    #[must_use]
    pub fn remove_examples(&self) -> &[String] {
        self.content.remove_examples()
    }

    /// Documents that must come out untouched. Rule sets that somebody compiled do not hold them.
    #[must_use]
    pub fn keep_examples(&self) -> &[String] {
        self.content.keep_examples()
    }

    /// The file and the line it was read from, the line counted from 1.
    #[must_use]
    pub fn origin(&self) -> (&str, usize) {
        (&self.file, self.line)
    }

    /// Where each of its shapes was read, in their order: line and column, both counted from 1. Rule sets that somebody
    /// compiled do not hold it.
    #[must_use]
    pub fn shape_places(&self) -> &[(usize, usize)] {
        self.content.places()
    }
}

/// Whether a list of hosts holds this one or a domain above it.
pub(crate) fn is_for_host<'s>(
    mut sites: impl Iterator<Item = &'s str>,
    host: Option<&str>,
) -> bool {
    host.is_some_and(|host| {
        sites.any(|site| {
            host.strip_suffix(site).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        })
    })
}

/// One form a rule matches. Phrases are folded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// The whole view equals the phrase, each `{n}` of it standing for a number.
    Line(String),
    /// The view begins with the phrase, at a word boundary, and has at most so many words.
    Starts {
        /// The folded phrase.
        phrase: String,
        /// Most words of the whole view.
        max_words: usize,
    },
    /// The view ends with the phrase, at a word boundary, and has at most so many words.
    Ends {
        /// The folded phrase.
        phrase: String,
        /// Most words of the whole view.
        max_words: usize,
    },
    /// The whole view matches a regular expression.
    Pattern(PatternShape),
    /// These bytes stand somewhere in the line, in exactly this case.
    Inline(String),
}

impl Shape {
    /// Whether it matches a whole folded view; see [`FoldedView`](crate::FoldedView). An inline literal matches none.
    #[must_use]
    pub fn matches(&self, view: &str) -> bool {
        match self {
            Shape::Pattern(PatternShape(pattern)) => {
                pattern.has_edge(view) && pattern.may_match(view) && pattern.matches(view)
            }
            _ => matches_view(self, view),
        }
    }
}

/// A compiled regular expression over the folded view.
#[derive(Clone, Debug)]
pub struct PatternShape(pub(crate) Pattern);

impl PatternShape {
    /// The expression, as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        self.0.source()
    }
}

/// An exception: what must stay although a rule matches it.
///
/// Exceptions are read from packs, where they are written `[[keep]]`; see [`Pack`](crate::Pack).
#[derive(Clone, Debug)]
pub struct Exception {
    /// What stays; never `Shape::Inline`. No shape means whatever the rules below match.
    pub(crate) content: Content,
    /// Ids of the rules it holds against; empty means all.
    pub(crate) rules: Vec<String>,
    /// The hosts it is for; empty means all.
    pub(crate) sites: Vec<String>,
    /// The language of its pack.
    pub(crate) language: Option<String>,
    /// Where it was read: file and line.
    pub(crate) origin: (String, usize),
}

impl Exception {
    /// What stays; empty for whatever its rules match.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        self.content.shapes()
    }

    /// Ids of the rules it holds against; empty for all rules.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// The hosts it is for, their sub-domains included; empty for every site.
    #[must_use]
    pub fn sites(&self) -> &[String] {
        &self.sites
    }

    /// The file and the line it was read from, the line counted from 1.
    #[must_use]
    pub fn origin(&self) -> (&str, usize) {
        (&self.origin.0, self.origin.1)
    }
}

/// Whether a phrase that begins a view ends at a word boundary there.
pub(crate) fn starts_with_phrase(view: &str, phrase: &str) -> bool {
    view.strip_prefix(phrase)
        .is_some_and(|rest| is_boundary(phrase.chars().next_back(), rest.chars().next()))
}

/// Whether a phrase that ends a view begins at a word boundary there.
pub(crate) fn ends_with_phrase(view: &str, phrase: &str) -> bool {
    view.strip_suffix(phrase)
        .is_some_and(|rest| is_boundary(rest.chars().next_back(), phrase.chars().next()))
}

/// Scripts that write words without spaces have a boundary everywhere.
fn is_boundary(before: Option<char>, after: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
    !(is_letter(before) && is_letter(after))
}

/// Words of a view: pieces between spaces, and two characters of a script without spaces count as one more word.
pub(crate) fn words(view: &str) -> usize {
    view.split(' ').filter(|word| !word.is_empty()).count()
        + view.chars().filter(|&c| is_unspaced(c)).count() / 2
}

/// Thai, Lao, Khmer, Myanmar, and the ideographs and syllables of East Asia save Hangul.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_end_where_words_end() {
        assert!(starts_with_phrase("read also the news", "read also"));
        assert!(starts_with_phrase("read also: the news", "read also"));
        assert!(!starts_with_phrase("read alsoran", "read also"));
        assert!(starts_with_phrase("相关阅读第二条", "相关阅读"));
        assert!(ends_with_phrase("of the post", "post"));
        assert!(!ends_with_phrase("of the outpost", "post"));
    }

    #[test]
    fn words_are_counted_in_scripts_without_spaces() {
        assert_eq!(words("read also the news"), 4);
        assert_eq!(words("相关阅读第二条"), 4);
        assert_eq!(words(""), 0);
    }

    #[test]
    fn a_site_holds_its_sub_domains() {
        let is_for = |host| is_for_host(["example.com", "example.org"].into_iter(), host);
        assert!(is_for(Some("example.org")));
        assert!(is_for(Some("news.example.org")));
        assert!(!is_for(Some("notexample.org")));
        assert!(!is_for(None));
    }
}
