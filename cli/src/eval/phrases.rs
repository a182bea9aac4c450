//! Lines that say the same: how often they stand somewhere, and on how many sites.
//!
//! The invariant: memory is bounded. At most `MAX_PHRASES` phrases are told apart and at most `MAX_SITES` pairs of a phrase
//! and a site are kept; occurrences of further phrases are counted together, and further sites are not counted.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use unchaff::FoldedView;

/// Most phrases that are told apart.
pub const MAX_PHRASES: usize = 250_000;
/// Most pairs of a phrase and a site.
const MAX_SITES: usize = 2_000_000;
/// Characters of a phrase that are compared.
const MAX_PHRASE_CHARS: usize = 160;

/// Phrases and how often they stand.
#[derive(Default)]
pub struct Phrases {
    phrases: HashMap<String, Count>,
    sites: usize,
    /// Occurrences of phrases over the limit.
    pub untold: u64,
}

#[derive(Default)]
struct Count {
    lines: u64,
    /// Hashes of the sites' names.
    sites: HashSet<u64>,
}

/// A phrase, folded, each number as `0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub text: String,
    pub lines: u64,
    pub sites: u64,
}

impl Phrases {
    pub fn add(&mut self, line: &str, site: &str) {
        let phrase = folded(line);
        if self.phrases.len() >= MAX_PHRASES && !self.phrases.contains_key(&phrase) {
            self.untold += 1;
            return;
        }
        let count = self.phrases.entry(phrase).or_default();
        count.lines += 1;
        if self.sites < MAX_SITES {
            let mut hasher = DefaultHasher::new();
            site.hash(&mut hasher);
            self.sites += usize::from(count.sites.insert(hasher.finish()));
        }
    }

    /// How many phrases are told apart.
    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    /// Those on most sites; of equally widespread ones the more frequent first.
    pub fn most_widespread(&self, limit: usize) -> Vec<Phrase> {
        let mut all: Vec<(&String, &Count)> = self.phrases.iter().collect();
        all.sort_unstable_by(|(a, x), (b, y)| {
            (y.sites.len(), y.lines).cmp(&(x.sites.len(), x.lines)).then_with(|| a.cmp(b))
        });
        let phrase = |(text, count): (&String, &Count)| Phrase {
            text: text.clone(),
            lines: count.lines,
            sites: count.sites.len() as u64,
        };
        all.into_iter().take(limit).map(phrase).collect()
    }
}

/// A line as rules see it, with `0` for each number. A line without letters or digits stays as it is.
fn folded(line: &str) -> String {
    let view = FoldedView::new(line.as_bytes());
    let view = if view.as_str().is_empty() { line.trim() } else { view.as_str() };
    let mut phrase = String::new();
    let mut in_number = false;
    for c in view.chars().take(MAX_PHRASE_CHARS) {
        let is_digit = c.is_ascii_digit();
        if !(is_digit && in_number) {
            phrase.push(if is_digit { '0' } else { c });
        }
        in_number = is_digit;
    }
    phrase
}

/// The first characters of a text, with a sign where more follow.
pub fn shorten(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_when_only_numbers_and_dress_differ() {
        let mut phrases = Phrases::default();
        for (line, site) in
            [("• 12 Comments", "a"), ("3 comments", "b"), ("comments", "a"), ("|", "a")]
        {
            phrases.add(line, site);
        }
        let found = phrases.most_widespread(2);
        assert_eq!(found[0], Phrase { text: "0 comments".into(), lines: 2, sites: 2 });
        assert_eq!((found[1].lines, phrases.len()), (1, 3));
    }

    #[test]
    fn phrases_over_the_limit_are_counted_together() {
        let mut phrases = Phrases::default();
        let name = |mut number: usize| {
            let mut name = String::from("x");
            while number > 0 {
                name.push(char::from(b'a' + (number % 26) as u8));
                number /= 26;
            }
            name
        };
        for number in 0..MAX_PHRASES + 7 {
            phrases.add(&name(number), "site");
        }
        phrases.add(&name(0), "site");
        assert_eq!((phrases.len(), phrases.untold), (MAX_PHRASES, 7));
        assert_eq!(phrases.most_widespread(1)[0].lines, 2);
    }
}
