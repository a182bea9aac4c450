//! `starts` and `ends` shapes: phrases that begin or end a view.
//!
//! Grouped by their first or last three bytes, so that a view is compared with few of them. Used by the index.

use std::collections::HashMap;

use crate::rules::rule::{ends_with_phrase, starts_with_phrase, words};

/// Phrases at one end of a view, each with the most words of the whole view and whose it is.
#[derive(Debug, Default)]
pub(crate) struct Affixes {
    groups: HashMap<[u8; 3], Vec<Affix>>,
}

#[derive(Debug)]
struct Affix {
    phrase: String,
    max_words: usize,
    owner: u32,
}

impl Affixes {
    /// Adds a phrase of at least three bytes under its key.
    fn add(&mut self, key: Option<[u8; 3]>, phrase: &str, max_words: usize, owner: u32) {
        let key = key.expect("the pack reader refuses affixes of fewer than three bytes");
        let affix = Affix { phrase: phrase.to_owned(), max_words, owner };
        self.groups.entry(key).or_default().push(affix);
    }

    pub(crate) fn add_start(&mut self, phrase: &str, max_words: usize, owner: u32) {
        self.add(phrase.as_bytes().first_chunk().copied(), phrase, max_words, owner);
    }

    pub(crate) fn add_end(&mut self, phrase: &str, max_words: usize, owner: u32) {
        self.add(phrase.as_bytes().last_chunk().copied(), phrase, max_words, owner);
    }

    pub(crate) fn find_starts(&self, view: &str, found: &mut impl FnMut(u32)) {
        self.find(view.as_bytes().first_chunk(), view, starts_with_phrase, found);
    }

    pub(crate) fn find_ends(&self, view: &str, found: &mut impl FnMut(u32)) {
        self.find(view.as_bytes().last_chunk(), view, ends_with_phrase, found);
    }

    fn find(
        &self,
        key: Option<&[u8; 3]>,
        view: &str,
        fits: fn(&str, &str) -> bool,
        found: &mut impl FnMut(u32),
    ) {
        let group = key.and_then(|key| self.groups.get(key)).map_or(&[][..], Vec::as_slice);
        for affix in group {
            if fits(view, &affix.phrase) && words(view) <= affix.max_words {
                found(affix.owner);
            }
        }
    }
}
