//! The lines of the body of which words were removed.
//!
//! The invariant: all are counted, and the worst are kept, at most `MAX_LOSSES` of them; of equal ones the first. Fed by
//! `tally`.

use super::gold::Document;
use super::phrases::shorten;
use super::score::ScoredLine;
use super::tally::page_type;

/// Most losses that are kept, and so the most that `--json` writes.
pub const MAX_LOSSES: usize = 10_000;
/// Characters of a line that are kept.
const MAX_TEXT_CHARS: usize = 240;

/// A line of the body of which words were removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    pub source_set: String,
    pub is_other: bool,
    pub document: String,
    /// Counted from 1.
    pub line: u64,
    pub text: String,
    /// The rule that took most words.
    pub rule: String,
    pub words: u64,
    pub evidence: Option<f64>,
}

impl Loss {
    /// What the body lost with a line; `None` if that is no word.
    pub fn of(document: &Document, line: &ScoredLine<'_>) -> Option<Loss> {
        let words = line.words_cut();
        let part = line.main_part().filter(|_| words > 0)?;
        Some(Loss {
            source_set: document.source_set.clone(),
            is_other: !document.is_article,
            document: document.id.clone(),
            line: line.number as u64,
            text: shorten(line.text.trim(), MAX_TEXT_CHARS),
            rule: part.cut.rule.clone(),
            words,
            evidence: part.cut.evidence,
        })
    }

    /// The name of the page type in outputs.
    pub fn pages(&self) -> &'static str {
        page_type(self.is_other)
    }
}

/// The worst losses.
#[derive(Default)]
pub struct Losses {
    kept: Vec<Loss>,
    /// How many there are in all.
    pub total: u64,
}

impl Losses {
    pub fn add(&mut self, loss: Option<Loss>) {
        let Some(loss) = loss else { return };
        self.total += 1;
        self.kept.push(loss);
        if self.kept.len() >= 2 * MAX_LOSSES {
            self.sort();
        }
    }

    /// Puts the worst first and forgets those over the limit.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|loss| std::cmp::Reverse(loss.words));
        self.kept.truncate(MAX_LOSSES);
    }

    /// The kept ones; sorted after `sort`.
    pub fn kept(&self) -> &[Loss] {
        &self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_are_kept_and_the_first_of_equal_ones() {
        let mut losses = Losses::default();
        for line in 0..25_000 {
            losses.add(Some(Loss {
                source_set: "-".into(),
                is_other: false,
                document: "a".into(),
                line,
                text: String::new(),
                rule: "-".into(),
                words: if line == 24_000 { 9 } else { 1 },
                evidence: None,
            }));
        }
        losses.sort();
        assert_eq!((losses.total, losses.kept().len()), (25_000, MAX_LOSSES));
        let lines: Vec<u64> = losses.kept()[..3].iter().map(|loss| loss.line).collect();
        assert_eq!(lines, [24_000, 0, 1]);
    }
}
