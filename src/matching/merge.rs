//! Merges the rules of several layers into one order.
//!
//! The invariant: numbers rise with ids, over all layers. A small layer is merged into a large one in time that hardly
//! depends on the large one's comparisons. Called by the rule set.

use super::ruleset::{OFF, Source};
use crate::rules::compiled::stored::StoredRules;

/// Where a rule is: its layer and its place in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    layer: u32,
    pub at: u32,
}

impl Place {
    pub(crate) fn layer(self) -> usize {
        self.layer as usize
    }
}

/// One order of all rules that act.
pub(crate) struct Merged {
    pub count: u32,
    /// For each layer the number of each of its rules, or [`OFF`]; none if they are the same.
    pub ids: Vec<Option<Vec<u32>>>,
    /// For each rule that acts where it is; none if that is the same.
    pub places: Option<Vec<Place>>,
}

/// Merges. Reports each rule whose id another layer has already: the id, the rule and the first one.
pub(crate) fn merge(sources: &[Source<'_>], mut report: impl FnMut(&str, Place, Place)) -> Merged {
    let layers: Vec<&StoredRules> =
        sources.iter().map(|source| source.rules.layer.stored()).collect();
    let acts = |layer: usize, at: u32| (sources[layer].acts)(&sources[layer].rules.layer, at);
    if let [only] = layers[..]
        && (0..only.rules()).all(|at| acts(0, at))
    {
        return Merged { count: only.rules(), ids: vec![None], places: None };
    }
    let mut heads = vec![0; layers.len()];
    let mut ids: Vec<Vec<u32>> =
        layers.iter().map(|layer| Vec::with_capacity(layer.rules() as usize)).collect();
    let mut places = Vec::new();
    loop {
        let rest = (0..layers.len()).filter(|&layer| heads[layer] < layers[layer].rules());
        let mut rest: Vec<(&str, usize)> =
            rest.map(|layer| (layers[layer].id(heads[layer]), layer)).collect();
        rest.sort_unstable();
        let Some(&(first_id, first)) = rest.first() else { break };
        let from = heads[first];
        let to = match rest.get(1) {
            None => layers[first].rules(),
            Some(&(id, other)) if id == first_id => {
                let place = |layer: usize| Place { layer: layer as u32, at: heads[layer] };
                report(id, place(other), place(first));
                // The one that was reported is passed over.
                heads[other] += 1;
                ids[other].push(OFF);
                continue;
            }
            Some(&(id, _)) => layers[first].first_not_before(from, id),
        };
        for at in from..to {
            let number = places.len() as u32;
            ids[first].push(if acts(first, at) { number } else { OFF });
            if acts(first, at) {
                places.push(Place { layer: first as u32, at });
            }
        }
        heads[first] = to;
    }
    let count = places.len() as u32;
    Merged { count, ids: ids.into_iter().map(Some).collect(), places: Some(places) }
}
