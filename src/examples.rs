//! Runs the examples of rules: the proof that a rule does what its pack says.
//!
//! The invariant: an example is judged by the whole cleaner, with all of its rules. Called by `rules test` and by the
//! test of the built-in packs.

use std::fmt;

use crate::cleaner::Cleaner;
use crate::rules::rule::Rule;

/// An example of a rule that did not come out as the pack says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExampleFailure {
    /// Id of the rule.
    pub rule: String,
    /// File and line of the rule.
    pub origin: String,
    /// The example.
    pub document: String,
    /// What went wrong.
    pub message: String,
}

impl fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} in {:?}", self.origin, self.rule, self.message, self.document)
    }
}

impl Cleaner {
    /// Runs the examples of a rule: it must remove something in each `remove`, and nothing may go in a `keep`.
    ///
    /// The rule must be one of this cleaner's.
    ///
    /// ```
    /// let cleaner = unchaff::Cleaner::builtin();
    /// assert!(cleaner.rules().iter().all(|rule| cleaner.check_examples(rule).is_empty()));
    /// ```
    #[must_use]
    pub fn check_examples(&self, rule: &Rule) -> Vec<ExampleFailure> {
        let cleaner = match rule.sites().first() {
            Some(site) => self.for_host(site),
            None => self.clone(),
        };
        let failure = |document: &String, message: String| {
            let (file, line) = rule.origin();
            let (rule, origin) = (rule.id().to_owned(), format!("{file}:{line}"));
            ExampleFailure { rule, origin, document: document.clone(), message }
        };
        let fired = |document: &String| -> Vec<String> {
            let cleaned = cleaner.clean(document);
            cleaned
                .removals()
                .iter()
                .map(|removal| cleaner.rule(removal.rule).id().to_owned())
                .collect()
        };
        let mut failures = Vec::new();
        for document in rule.remove_examples() {
            let fired = fired(document);
            if !fired.iter().any(|id| id == rule.id()) {
                let others = if fired.is_empty() { "nothing".to_owned() } else { fired.join(", ") };
                failures
                    .push(failure(document, format!("the rule removes nothing ({others} did)")));
            }
        }
        for document in rule.keep_examples() {
            let fired = fired(document);
            if !fired.is_empty() {
                failures.push(failure(
                    document,
                    format!("something is removed by {}", fired.join(", ")),
                ));
            }
        }
        failures
    }
}
