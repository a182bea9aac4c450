//! The rules of one cleaner, and which of several matching rules counts.
//!
//! The invariant: rules are sorted by id, so that a `RuleId` compares like the id, and the order in which packs were
//! given changes nothing. Shared by both matchers.

use crate::rules::category::Weight;
use crate::rules::facts::Facts;
use crate::rules::rule::{Exception, Rule};

/// A rule of one cleaner: an index into its rules, see [`Cleaner::rule`](crate::Cleaner::rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u32);

/// A language: equal for rules of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tongue(usize);

/// The rules and exceptions that act.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    rules: Vec<Rule>,
    tongues: Vec<Option<Tongue>>,
    exceptions: Vec<Exception>,
}

/// What matched a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// No rule.
    None,
    /// An exception that holds against every rule: the view is body.
    Excepted,
    /// The best rule.
    Rule(RuleId),
}

/// An inline literal that was found in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub start: usize,
    pub end: usize,
    pub rule: RuleId,
}

/// A way to find the rules that match.
pub(crate) trait Matcher {
    fn rules(&self) -> &RuleSet;
    /// The best rule for a folded view on a page of this host.
    fn best(&self, view: &str, host: Option<&str>) -> Match;
    /// The inline literals of a raw line, leftmost and longest first, none overlapping.
    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>);
}

impl RuleSet {
    pub(crate) fn new(mut rules: Vec<Rule>, exceptions: Vec<Exception>) -> Self {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut languages: Vec<&str> = rules.iter().filter_map(Rule::language).collect();
        languages.sort_unstable();
        languages.dedup();
        let tongue = |language| Tongue(languages.partition_point(|&other| other < language));
        let tongues = rules.iter().map(|rule| rule.language().map(tongue)).collect();
        RuleSet { rules, tongues, exceptions }
    }

    pub(crate) fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..).map(RuleId).zip(&self.rules)
    }

    /// How a rule counts.
    pub(crate) fn facts(&self, id: RuleId) -> Facts {
        self.rule(id).facts()
    }

    pub(crate) fn weight(&self, id: RuleId) -> Weight {
        self.facts(id).weight
    }

    /// The language of a rule; none for language-independent rules.
    pub(crate) fn tongue(&self, id: RuleId) -> Option<Tongue> {
        self.tongues[id.0 as usize]
    }

    /// The better of two rules: the heavier one, and of equals the one whose id comes first.
    pub(crate) fn better(&self, a: RuleId, b: RuleId) -> RuleId {
        match self.weight(a).cmp(&self.weight(b)) {
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Equal => a.min(b),
        }
    }

    /// The best of the rules that matched, given the exceptions (indices) that matched too.
    pub(crate) fn choose(
        &self,
        matched: &[RuleId],
        excepted: &[usize],
        host: Option<&str>,
    ) -> Match {
        let holds = |index: &&usize| self.exceptions[**index].is_for(host);
        if excepted.iter().filter(holds).any(|&index| self.exceptions[index].rules.is_empty()) {
            return Match::Excepted;
        }
        let is_spared = |id: RuleId| {
            let name = &self.rule(id).id;
            let spares = |index: usize| self.exceptions[index].rules.contains(name);
            excepted.iter().filter(holds).any(|&index| spares(index))
        };
        matched
            .iter()
            .copied()
            .filter(|&id| self.rule(id).is_for(host) && !is_spared(id))
            .reduce(|a, b| self.better(a, b))
            .map_or(Match::None, Match::Rule)
    }

    /// The exceptions that name rules and no shapes: they hold wherever those rules match, inline too.
    pub(crate) fn shapeless_exceptions(&self) -> impl Iterator<Item = usize> {
        self.exceptions.iter().enumerate().filter(|(_, e)| e.shapes.is_empty()).map(|(at, _)| at)
    }
}
