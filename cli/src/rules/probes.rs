//! Ordinary text that no rule should match: sentences, headings and short lines in many languages.
//!
//! The invariant: every probe is invented, and is a whole line of a body that a reader would miss. Headings and short
//! lines are labels too, so that weak rules may match them. Used by `rules check`.

/// The probes, as `probes.txt` describes them.
const TEXT: &str = include_str!("probes.txt");

/// A line of ordinary text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe<'t> {
    /// The code of its language.
    pub language: &'t str,
    pub text: &'t str,
    /// A heading or a short line, not a sentence.
    pub is_heading: bool,
}

/// Every probe, in the order of the file.
pub fn all() -> impl Iterator<Item = Probe<'static>> {
    read(TEXT)
}

fn read(text: &str) -> impl Iterator<Item = Probe<'_>> {
    let mut language = "";
    text.lines().filter_map(move |line| {
        if line.trim().is_empty() || line.starts_with(';') {
            return None;
        }
        if let Some(code) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            language = code;
            return None;
        }
        let heading = line.strip_prefix("- ");
        Some(Probe { language, text: heading.unwrap_or(line), is_heading: heading.is_some() })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_language_has_sentences_and_headings() {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for probe in all() {
            assert!(seen.insert((probe.language, probe.text)), "{probe:?} stands twice");
            let count = counts.entry(probe.language).or_default();
            if probe.is_heading { count.1 += 1 } else { count.0 += 1 }
        }
        assert_eq!(counts.len(), 27, "{counts:?}");
        for (code, (sentences, headings)) in counts {
            assert!(sentences >= 25 && headings >= 8, "{code}: {sentences} and {headings}");
        }
    }

    #[test]
    fn the_file_is_read_by_its_marks() {
        let probes: Vec<Probe<'_>> = read("; said\n[de]\nEs regnet.\n\n- Quellen\n").collect();
        let probe = |text, is_heading| Probe { language: "de", text, is_heading };
        assert_eq!(probes, [probe("Es regnet.", false), probe("Quellen", true)]);
    }
}
