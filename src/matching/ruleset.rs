//! The rules of one cleaner, and which of several matching rules counts.
//!
//! The rules come in layers and are numbered through, by id. The invariant: a `RuleId` compares like the id, and neither
//! the order in which packs were given nor how they are spread over layers changes anything. Shared by both matchers.

use std::sync::{Arc, OnceLock};

use super::compiled::{CompiledRules, same_id};
use super::end_sets::Part;
use super::layer::Layer;
use super::merge::{Merged, Place, merge};
use crate::rules::category::Weight;
use crate::rules::facts::Facts;
use crate::rules::rule::{Rule, Shape, is_for_host};
use crate::text::scan::Marks;

/// A rule of one cleaner: an index into its rules, see [`Cleaner::rule`](crate::Cleaner::rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u32);

/// A language: equal for rules of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tongue(usize);

/// The rules and exceptions that act.
#[derive(Debug)]
pub(crate) struct RuleSet {
    layers: Vec<ActingLayer>,
    count: u32,
    /// Where each rule is; none if they are those of the only layer, all of them.
    places: Option<Vec<Place>>,
    exceptions: Vec<ActingException>,
    /// The rules as others see them, in blocks of [`BLOCK`], made when somebody looks at one of them.
    blocks: Box<[OnceLock<Box<[Rule]>>]>,
    all: OnceLock<Vec<Rule>>,
}

/// Rules that are made together when one of them is asked for.
const BLOCK: usize = 32;

/// A layer, and what of it acts.
#[derive(Debug)]
pub(crate) struct ActingLayer {
    layer: Arc<Layer>,
    /// For each of its rules the number among all rules; none if it is the same.
    ids: Option<Vec<u32>>,
    /// For each of its exceptions the number among all exceptions that act.
    exceptions: Vec<Option<u32>>,
    /// For each of its languages the number among all languages.
    tongues: Vec<Tongue>,
}

/// An exception that acts.
#[derive(Debug)]
pub(crate) struct ActingException {
    /// The rules it holds against; none for all rules.
    rules: Option<Vec<RuleId>>,
    sites: Vec<String>,
    has_shapes: bool,
    digest: u64,
}

/// What an owner of a phrase is among those that act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acting {
    Rule(RuleId),
    /// The number of an exception.
    Exception(usize),
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

/// What a line is at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glance {
    /// That takes a closer look.
    Unknown,
    /// Surely one unit: without a cut, without labels side by side and without inline literals.
    Single,
    /// Surely body, as a whole; exceptions aside.
    Body,
}

/// A way to find the rules that match.
pub(crate) trait Matcher {
    fn rules(&self) -> &RuleSet;
    /// What a line is at a glance. A matcher need not know.
    fn glance(&self, line: &[u8], marks: &Marks<'_>) -> Glance {
        let _ = (line, marks);
        Glance::Unknown
    }
    /// Whether surely no rule matches the view of a unit. A matcher need not know.
    fn is_unmatched(&self, unit: &[u8]) -> bool {
        let _ = unit;
        false
    }
    /// The best rule for a folded view on a page of this host. A matcher need not look for exceptions where no rule
    /// matches.
    fn best(&self, view: &str, host: Option<&str>) -> Match;
    /// Whether an exception holds a folded view against every rule.
    fn is_excepted(&self, view: &str, host: Option<&str>) -> bool;
    /// The inline literals of a raw line, leftmost and longest first, none overlapping.
    fn markers(&self, line: &[u8], host: Option<&str>, found: &mut Vec<Marker>);
}

impl ActingLayer {
    pub(crate) fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Whether a rule of this part acts.
    pub(crate) fn has(&self, part: Part) -> bool {
        let stored = self.layer.stored();
        (0..stored.rules()).any(|rule| {
            Part::of(stored.word(rule).facts.category) == part && self.acting(rule).is_some()
        })
    }

    /// What an owner is, if it acts.
    #[inline]
    pub(crate) fn acting(&self, owner: u32) -> Option<Acting> {
        match owner.checked_sub(self.layer.stored().rules()) {
            Some(exception) => {
                let number = *self.exceptions.get(exception as usize)?;
                Some(Acting::Exception(number? as usize))
            }
            None => {
                let id = self.ids.as_ref().map_or(Some(&owner), |ids| ids.get(owner as usize));
                id.filter(|&&id| id != OFF).map(|&id| Acting::Rule(RuleId(id)))
            }
        }
    }
}

/// The number of a rule that does not act.
pub(crate) const OFF: u32 = u32::MAX;

/// Which of a compiled rule set acts.
pub(crate) struct Source<'s> {
    pub rules: CompiledRules,
    /// Whether a rule acts.
    pub acts: &'s dyn Fn(&Layer, u32) -> bool,
    /// Whether the exceptions of a language act.
    pub excepts: &'s dyn Fn(Option<&str>) -> bool,
}

impl RuleSet {
    /// The rules of all sources as one. What is wrong with them goes into `messages`.
    pub(crate) fn new(sources: &[Source<'_>], messages: &mut Vec<String>) -> Self {
        let Merged { count, ids, places } = merge(sources, |id, rule, first| {
            let origin =
                |place: Place| sources[place.layer()].rules.layer.stored().origin(place.at);
            messages.push(same_id(id, origin(rule), origin(first)));
        });
        let mut set = RuleSet {
            layers: Vec::new(),
            count,
            places,
            exceptions: Vec::new(),
            blocks: (0..(count as usize).div_ceil(BLOCK)).map(|_| OnceLock::new()).collect(),
            all: OnceLock::new(),
        };
        let mut languages: Vec<String> = Vec::new();
        for (source, ids) in sources.iter().zip(ids) {
            let layer = Arc::clone(&source.rules.layer);
            let tongues = layer.stored().languages().map(|language| {
                let known = languages.iter().position(|other| other == language);
                Tongue(known.unwrap_or_else(|| {
                    languages.push(language.to_owned());
                    languages.len() - 1
                }))
            });
            let tongues = tongues.collect();
            set.layers.push(ActingLayer { layer, ids, exceptions: Vec::new(), tongues });
        }
        for (at, source) in sources.iter().enumerate() {
            set.add_exceptions(at, source, messages);
        }
        set
    }

    fn add_exceptions(&mut self, at: usize, source: &Source<'_>, messages: &mut Vec<String>) {
        let layer = Arc::clone(&source.rules.layer);
        let stored = layer.stored();
        for owner in stored.rules()..stored.owners() {
            let acts = (source.excepts)(stored.language(owner));
            let number = acts.then_some(self.exceptions.len() as u32);
            self.layers[at].exceptions.push(number);
            if !acts {
                continue;
            }
            let mut rules = None;
            for id in stored.spared(owner) {
                let is_known = self.layers.iter().any(|one| one.layer.stored().find(id).is_some());
                if !is_known {
                    let (file, line) = stored.origin(owner);
                    let message = "the keep names a rule";
                    messages.push(format!("{file}:{line}: {message} {id:?} that no pack has"));
                }
                rules.get_or_insert_with(Vec::new).extend(self.find(id));
            }
            self.exceptions.push(ActingException {
                rules,
                sites: stored.sites(owner).map(str::to_owned).collect(),
                has_shapes: stored.has_shapes(owner),
                digest: stored.digest(owner),
            });
        }
    }

    /// The rule of an id, if it acts.
    fn find(&self, id: &str) -> Option<RuleId> {
        self.layers.iter().find_map(|one| match one.acting(one.layer.stored().find(id)?) {
            Some(Acting::Rule(rule)) => Some(rule),
            _ => None,
        })
    }

    /// Where a rule is.
    #[inline]
    fn place(&self, id: RuleId) -> (&ActingLayer, u32) {
        match &self.places {
            None => (&self.layers[0], id.0),
            Some(places) => {
                let place = places[id.0 as usize];
                (&self.layers[place.layer()], place.at)
            }
        }
    }

    /// A rule, as others see it.
    ///
    /// # Panics
    ///
    /// When there is no such rule.
    pub(crate) fn rule(&self, id: RuleId) -> &Rule {
        if let Some(all) = self.all.get() {
            return &all[id.0 as usize];
        }
        let at = id.0 as usize;
        let block = self.blocks[at / BLOCK].get_or_init(|| {
            let from = at / BLOCK * BLOCK;
            let to = (from + BLOCK).min(self.len());
            (from..to).map(|at| self.make(RuleId(at as u32))).collect()
        });
        &block[at % BLOCK]
    }

    fn make(&self, id: RuleId) -> Rule {
        let (acting, at) = self.place(id);
        acting.layer.rule(at)
    }

    /// How many rules act.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// All rules, in the order of their ids.
    pub(crate) fn rules(&self) -> &[Rule] {
        self.all.get_or_init(|| (0..self.count).map(|id| self.make(RuleId(id))).collect())
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..).map(RuleId).zip(self.rules())
    }

    pub(crate) fn layers(&self) -> &[ActingLayer] {
        &self.layers
    }

    /// What an exception matches, as it was given.
    pub(crate) fn exceptions(&self) -> impl Iterator<Item = (usize, Vec<Shape>)> {
        self.layers.iter().flat_map(|acting| {
            let stored = acting.layer.stored();
            let owners = (stored.rules()..stored.owners()).zip(&acting.exceptions);
            owners.filter_map(move |(owner, number)| {
                Some(((*number)? as usize, stored.shapes(owner)))
            })
        })
    }

    /// Whether any exception acts.
    pub(crate) fn has_exceptions(&self) -> bool {
        !self.exceptions.is_empty()
    }

    /// Every shape that acts and is not a whole line.
    pub(crate) fn other_shapes(&self) -> impl Iterator<Item = (Acting, &Shape)> {
        self.layers.iter().flat_map(|one| {
            let shapes = one.layer.stored().other_shapes().iter();
            shapes.filter_map(|(owner, shape)| Some((one.acting(*owner)?, shape)))
        })
    }

    /// How a rule counts.
    #[inline]
    pub(crate) fn facts(&self, id: RuleId) -> Facts {
        let (acting, at) = self.place(id);
        acting.layer.stored().word(at).facts
    }

    pub(crate) fn weight(&self, id: RuleId) -> Weight {
        self.facts(id).weight
    }

    /// The language of a rule; none for language-independent rules.
    pub(crate) fn tongue(&self, id: RuleId) -> Option<Tongue> {
        let (acting, at) = self.place(id);
        let language = acting.layer.stored().word(at).language;
        acting.tongues.get(language.checked_sub(1)? as usize).copied()
    }

    /// Whether the host of a page can make a difference.
    pub(crate) fn minds_hosts(&self) -> bool {
        self.layers.iter().any(|acting| acting.layer.minds_hosts())
    }

    /// Whether a rule is for a page of this host.
    fn is_for(&self, id: RuleId, host: Option<&str>) -> bool {
        let (acting, at) = self.place(id);
        let stored = acting.layer.stored();
        !stored.word(at).has_sites || is_for_host(stored.sites(at), host)
    }

    /// Hashes of what the rules say, in the order of their ids.
    pub(crate) fn digests(&self) -> impl Iterator<Item = u64> {
        (0..self.count).map(|id| {
            let (acting, at) = self.place(RuleId(id));
            acting.layer.stored().digest(at)
        })
    }

    /// Hashes of what the exceptions say, in an order of their own.
    pub(crate) fn exception_digests(&self) -> Vec<u64> {
        let mut digests: Vec<u64> = self.exceptions.iter().map(|one| one.digest).collect();
        digests.sort_unstable();
        digests
    }

    /// The better of two rules: the heavier one, and of equals the one whose id comes first.
    pub(crate) fn better(&self, a: RuleId, b: RuleId) -> RuleId {
        match self.weight(a).cmp(&self.weight(b)) {
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Equal => a.min(b),
        }
    }

    /// The best of the rules that matched, given the exceptions (numbers) that matched too.
    pub(crate) fn choose(
        &self,
        matched: &[RuleId],
        excepted: &[usize],
        host: Option<&str>,
    ) -> Match {
        let holding = |index: &usize| {
            let exception = &self.exceptions[*index];
            let sites = exception.sites.iter().map(String::as_str);
            (exception.sites.is_empty() || is_for_host(sites, host)).then_some(exception)
        };
        if excepted.iter().filter_map(holding).any(|exception| exception.rules.is_none()) {
            return Match::Excepted;
        }
        let is_spared = |id: RuleId| {
            let spares =
                |one: &ActingException| one.rules.as_ref().is_some_and(|rules| rules.contains(&id));
            excepted.iter().filter_map(holding).any(spares)
        };
        matched
            .iter()
            .copied()
            .filter(|&id| self.is_for(id, host) && !is_spared(id))
            .reduce(|a, b| self.better(a, b))
            .map_or(Match::None, Match::Rule)
    }

    /// The exceptions that name rules and no shapes: they hold wherever those rules match, inline too.
    pub(crate) fn shapeless_exceptions(&self) -> impl Iterator<Item = usize> {
        self.exceptions.iter().enumerate().filter(|(_, e)| !e.has_shapes).map(|(at, _)| at)
    }
}
