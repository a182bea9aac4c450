//! Builds cleaners: which packs, categories, rules and exceptions act, and how much evidence they need.
//!
//! The invariant: an option that could have no effect (an unknown language, a rule that no pack has) is an error, and all
//! errors are reported at once. Called through `Cleaner::builder`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use crate::cleaner::{Cleaner, Shared};
use crate::error::BuildError;
use crate::evidence::profile::Profile;
use crate::limits::Limits;
use crate::matching::index::Index;
use crate::matching::ruleset::RuleSet;
use crate::rules::builtin;
use crate::rules::category::Category;
use crate::rules::compiled::records::MAX_PHRASE;
use crate::rules::pack::Pack;
use crate::rules::problem::quoted;
use crate::rules::rule::{Exception, Rule, Shape};
use crate::text::fold::fold_phrase;

/// Version of the decision model: a part of the fingerprint, raised when the same rules come to other removals.
const MODEL: u32 = 3;

/// Chooses rules and options for a [`Cleaner`].
///
/// ```
/// use unchaff::{Category, Cleaner, Profile};
///
/// let cleaner = Cleaner::builder()
///     .language("en")
///     .profile(Profile::Cautious)
///     .off(Category::Share)
///     .keep_phrase("Top channel")
///     .build()?;
/// # let _ = cleaner;
/// # Ok::<(), unchaff::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CleanerBuilder {
    has_builtin: bool,
    packs: Vec<Pack>,
    languages: BTreeSet<String>,
    switches: BTreeMap<Category, bool>,
    rules_off: BTreeSet<String>,
    phrases: Vec<String>,
    profile: Profile,
    limits: Limits,
}

impl CleanerBuilder {
    pub(crate) fn new() -> Self {
        CleanerBuilder {
            has_builtin: true,
            packs: Vec::new(),
            languages: BTreeSet::new(),
            switches: BTreeMap::new(),
            rules_off: BTreeSet::new(),
            phrases: Vec::new(),
            profile: Profile::default(),
            limits: Limits::default(),
        }
    }

    /// Adds a pack beside the built-in ones.
    pub fn pack(mut self, pack: Pack) -> Self {
        self.packs.push(pack);
        self
    }

    /// Leaves the built-in packs out.
    pub fn without_builtin(mut self) -> Self {
        self.has_builtin = false;
        self
    }

    /// Restricts the built-in packs to this language and those named before; language-independent packs stay.
    pub fn language(mut self, code: &str) -> Self {
        self.languages.insert(code.to_owned());
        self
    }

    /// Switches a category on.
    pub fn on(mut self, category: Category) -> Self {
        self.switches.insert(category, true);
        self
    }

    /// Switches a category off.
    pub fn off(mut self, category: Category) -> Self {
        self.switches.insert(category, false);
        self
    }

    /// Switches one rule off, by its id.
    pub fn off_rule(mut self, id: &str) -> Self {
        self.rules_off.insert(id.to_owned());
        self
    }

    /// Keeps every line that is this phrase, whatever the rules say. It is folded as rules are.
    pub fn keep_phrase(mut self, phrase: &str) -> Self {
        self.phrases.push(phrase.to_owned());
        self
    }

    /// How much evidence a removal needs.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Bounds on memory and time.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the cleaner.
    ///
    /// # Errors
    ///
    /// When two packs have a rule of the same id, an option names a language, rule or phrase that does not exist, or
    /// there are more rules than the limit.
    pub fn build(self) -> Result<Cleaner, BuildError> {
        let mut messages = Vec::new();
        let builtin: &[Pack] = if self.has_builtin { builtin::packs() } else { &[] };
        for code in &self.languages {
            if !builtin.iter().any(|pack| pack.language() == Some(code)) {
                let known: Vec<_> = builtin.iter().filter_map(Pack::language).collect();
                messages.push(format!(
                    "no built-in pack is for the language {code:?}; there are {}",
                    known.join(", ")
                ));
            }
        }
        let is_chosen = |pack: &&Pack| {
            let chosen = |code: &str| self.languages.is_empty() || self.languages.contains(code);
            pack.language().is_none_or(chosen)
        };
        let packs: Vec<&Pack> = builtin.iter().filter(is_chosen).chain(&self.packs).collect();
        let all: Vec<&Rule> = packs.iter().flat_map(|pack| &pack.rules).collect();
        self.check_rules(&all, &packs, &mut messages);
        let is_on = |rule: &Rule| {
            let category = rule.category;
            let is_on =
                self.switches.get(&category).copied().unwrap_or(category.is_on_by_default());
            is_on && !self.rules_off.contains(&rule.id)
        };
        let rules: Vec<Rule> = all.into_iter().filter(|rule| is_on(rule)).cloned().collect();
        let mut exceptions: Vec<Exception> =
            packs.iter().flat_map(|pack| &pack.exceptions).cloned().collect();
        exceptions.extend(self.phrases.iter().filter_map(|phrase| keep(phrase, &mut messages)));
        if !messages.is_empty() {
            return Err(BuildError::new(messages));
        }
        let rules = RuleSet::new(rules, exceptions);
        let fingerprint = fingerprint(&rules, self.profile, &self.limits);
        let (profile, limits) = (self.profile, self.limits);
        Ok(Cleaner::new(Arc::new(Shared {
            index: Index::new(rules),
            profile,
            limits,
            fingerprint,
        })))
    }

    fn check_rules(&self, rules: &[&Rule], packs: &[&Pack], messages: &mut Vec<String>) {
        let mut ids: BTreeMap<&str, &Rule> = BTreeMap::new();
        for &rule in rules {
            if let Some(first) = ids.insert(&rule.id, rule) {
                let place = |rule: &Rule| format!("{}:{}", rule.file, rule.line);
                messages.push(format!(
                    "{}: the rule {:?} is also in {}",
                    place(rule),
                    rule.id,
                    place(first)
                ));
            }
        }
        if rules.len() > self.limits.max_rules {
            messages.push(format!(
                "{} rules are more than the limit of {}",
                rules.len(),
                self.limits.max_rules
            ));
        }
        for id in self.rules_off.iter().filter(|id| !ids.contains_key(id.as_str())) {
            messages.push(format!("no pack has a rule {id:?} that could be switched off"));
        }
        for exception in packs.iter().flat_map(|pack| &pack.exceptions) {
            let (file, line) = &exception.origin;
            for id in exception.rules.iter().filter(|id| !ids.contains_key(id.as_str())) {
                messages
                    .push(format!("{file}:{line}: the keep names a rule {id:?} that no pack has"));
            }
        }
    }
}

fn keep(phrase: &str, messages: &mut Vec<String>) -> Option<Exception> {
    let folded = fold_phrase(phrase);
    if folded.is_empty() {
        messages.push(format!("nothing is left of the phrase {phrase:?} when it is folded"));
        return None;
    }
    if folded.len() > MAX_PHRASE {
        messages.push(format!(
            "the phrase {} has {} bytes; at most {MAX_PHRASE} can be kept",
            quoted(phrase),
            folded.len()
        ));
        return None;
    }
    let shapes = vec![Shape::Line(folded)];
    Some(Exception { shapes, rules: Vec::new(), sites: Vec::new(), origin: (String::new(), 0) })
}

/// A hash of everything that decides what is removed, save the host of a page.
fn fingerprint(rules: &RuleSet, profile: Profile, limits: &Limits) -> String {
    let Limits { max_line_bytes, max_held_bytes, max_candidate_bytes, max_rules: _ } = limits;
    let mut text =
        format!("{MODEL} {profile} {max_line_bytes} {max_held_bytes} {max_candidate_bytes}\n");
    for rule in rules.rules() {
        let Rule {
            id,
            category,
            weight,
            edge,
            is_affix,
            counts_once,
            is_repeated,
            stands_alone,
            sites,
            shapes,
            ..
        } = rule;
        let (edge, shapes) = (edge.name(), written(shapes));
        let _ = writeln!(
            text,
            "{id} {category} {weight} {edge} {is_affix} {counts_once} {is_repeated} {stands_alone} {sites:?} {shapes:?}"
        );
    }
    let mut exceptions: Vec<String> = rules
        .exceptions()
        .iter()
        .map(|exception| {
            let Exception { shapes, rules, sites, .. } = exception;
            format!("keep {:?} {rules:?} {sites:?}", written(shapes))
        })
        .collect();
    exceptions.sort();
    text.push_str(&exceptions.join("\n"));
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

/// The shapes as text, in an order of their own.
fn written(shapes: &[Shape]) -> Vec<String> {
    let mut written: Vec<String> = shapes
        .iter()
        .map(|shape| match shape {
            Shape::Line(phrase) => format!("line {phrase}"),
            Shape::Starts { phrase, max_words } => format!("starts {max_words} {phrase}"),
            Shape::Ends { phrase, max_words } => format!("ends {max_words} {phrase}"),
            Shape::Pattern(pattern) => format!("pattern {}", pattern.source()),
            Shape::Inline(literal) => format!("inline {literal}"),
        })
        .collect();
    written.sort();
    written
}
