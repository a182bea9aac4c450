//! What the evidence needs to know of a rule: a few words that fit into a register.
//!
//! The invariant: they say of a rule what the rule says of itself. Asked for every candidate, so that a rule's texts are
//! only looked at when somebody wants to read them.

use super::category::{Category, Edge, Weight};

/// How a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub category: Category,
    pub weight: Weight,
    pub edge: Edge,
    pub is_affix: bool,
    pub counts_once: bool,
    pub is_repeated: bool,
    pub stands_alone: bool,
    /// One of its shapes is `Shape::Inline`.
    pub has_inline: bool,
}

impl Facts {
    /// What all lines of the rule can add to a run, in half points. Weak lines of one kind are often a list of the body,
    /// and add up to one point at most.
    pub(crate) fn most_halves(self) -> u32 {
        match self.weight {
            weight if self.counts_once => weight.halves(),
            Weight::Weak => 2,
            Weight::Likely | Weight::Certain => u32::MAX,
        }
    }
}
