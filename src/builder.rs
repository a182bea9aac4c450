//! Builds cleaners: which packs, categories, rules and exceptions act, and how much evidence they need.
//!
//! The invariant: an option that could have no effect (an unknown language, a rule that no pack has) is an error, and all
//! errors are reported at once. Called through `Cleaner::builder`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use crate::cleaner::{Cleaner, Shared};
use crate::error::BuildError;
use crate::evidence::profile::Profile;
use crate::limits::Limits;
use crate::matching::compiled::{CompiledRules, report_same_ids};
use crate::matching::index::Index;
use crate::matching::layer::Layer;
use crate::matching::ruleset::{RuleSet, Source};
use crate::model::MODEL;
use crate::rules::category::Category;
use crate::rules::compiled::records::MAX_PHRASE;
use crate::rules::content::Written;
use crate::rules::pack::Pack;
use crate::rules::problem::quoted;
use crate::rules::rule::{Exception, Rule, Shape};
use crate::text::fold::fold_line_phrase;

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
    compiled: Vec<CompiledRules>,
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
            compiled: Vec::new(),
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

    /// Adds compiled packs beside the built-in ones.
    pub fn compiled(mut self, rules: CompiledRules) -> Self {
        self.compiled.push(rules);
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
        let mut sets = Vec::new();
        if self.has_builtin {
            sets.push(CompiledRules::builtin());
        }
        self.check_languages(sets.first(), &mut messages);
        sets.extend(self.compiled.iter().cloned());
        sets.extend(self.own_rules(&mut messages)?);
        let is_on = |layer: &Layer, at: u32| self.is_on(layer, at);
        let is_chosen = |layer: &Layer, at: u32| {
            self.is_chosen(layer.stored().language(at)) && self.is_on(layer, at)
        };
        let excepts = |language: Option<&str>| self.is_chosen(language);
        let source = |(at, rules): (usize, &CompiledRules)| match at {
            0 if self.has_builtin => {
                Source { rules: rules.clone(), acts: &is_chosen, excepts: &excepts }
            }
            _ => Source { rules: rules.clone(), acts: &is_on, excepts: &|_| true },
        };
        let sources: Vec<Source<'_>> = sets.iter().enumerate().map(source).collect();
        let rules = RuleSet::new(&sources, &mut messages);
        self.check_rules(&sets, &mut messages);
        if !messages.is_empty() {
            return Err(BuildError::new(messages));
        }
        let fingerprint = fingerprint(&rules, self.profile, &self.limits);
        let (profile, limits) = (self.profile, self.limits);
        Ok(Cleaner::new(Arc::new(Shared {
            index: Index::new(rules),
            profile,
            limits,
            fingerprint,
        })))
    }

    /// The rules of packs and the phrases to keep, compiled.
    fn own_rules(&self, messages: &mut Vec<String>) -> Result<Option<CompiledRules>, BuildError> {
        if self.packs.is_empty() && self.phrases.is_empty() {
            return Ok(None);
        }
        let mut rules: Vec<&Rule> = self.packs.iter().flat_map(Pack::rules).collect();
        report_same_ids(&rules, messages);
        rules.sort_by_key(|rule| rule.id());
        rules.dedup_by_key(|rule| rule.id());
        let exceptions = self.packs.iter().flat_map(Pack::exceptions).cloned();
        let phrases = self.phrases.iter().filter_map(|phrase| keep(phrase, messages));
        let exceptions = exceptions.chain(phrases).collect();
        let rules = rules.into_iter().cloned().collect();
        CompiledRules::from_rules(rules, exceptions).map(Some)
    }

    /// Whether the built-in packs of a language act.
    fn is_chosen(&self, language: Option<&str>) -> bool {
        let chosen = |code: &str| self.languages.is_empty() || self.languages.contains(code);
        language.is_none_or(chosen)
    }

    /// Whether a rule is switched on.
    fn is_on(&self, layer: &Layer, at: u32) -> bool {
        let category = layer.stored().word(at).facts.category;
        let is_on = self.switches.get(&category).copied().unwrap_or(category.is_on_by_default());
        is_on && (self.rules_off.is_empty() || !self.rules_off.contains(layer.stored().id(at)))
    }

    fn check_languages(&self, builtin: Option<&CompiledRules>, messages: &mut Vec<String>) {
        let known: Vec<&str> =
            builtin.map_or(Vec::new(), |rules| rules.layer.stored().languages().collect());
        for code in self.languages.iter().filter(|code| !known.contains(&code.as_str())) {
            messages.push(format!(
                "no built-in pack is for the language {code:?}; there are {}",
                known.join(", ")
            ));
        }
    }

    fn check_rules(&self, sets: &[CompiledRules], messages: &mut Vec<String>) {
        let count = sets.iter().fold(0_usize, |sum, rules| sum.saturating_add(rules.rules()));
        if count > self.limits.max_rules {
            messages.push(format!(
                "{count} rules are more than the limit of {}",
                self.limits.max_rules
            ));
        }
        let is_known = |id: &str| sets.iter().any(|rules| rules.layer.stored().find(id).is_some());
        for id in self.rules_off.iter().filter(|id| !is_known(id)) {
            messages.push(format!("no pack has a rule {id:?} that could be switched off"));
        }
    }
}

fn keep(phrase: &str, messages: &mut Vec<String>) -> Option<Exception> {
    let folded = fold_line_phrase(phrase);
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
    let written = Written { shapes: vec![Shape::Line(folded)], ..Written::default() };
    Some(Exception {
        content: written.into(),
        rules: Vec::new(),
        sites: Vec::new(),
        language: None,
        origin: (String::new(), 0),
    })
}

/// A hash of everything that decides what is removed, save the host of a page.
fn fingerprint(rules: &RuleSet, profile: Profile, limits: &Limits) -> String {
    let Limits { max_line_bytes, max_held_bytes, max_candidate_bytes, max_rules: _ } = limits;
    let mut text =
        format!("{MODEL} {profile} {max_line_bytes} {max_held_bytes} {max_candidate_bytes}\n")
            .into_bytes();
    text.extend((rules.len() as u64).to_le_bytes());
    let digests = rules.digests().chain(rules.exception_digests());
    text.extend(digests.flat_map(u64::to_le_bytes));
    format!("{:032x}", xxh3_128(&text))
}
