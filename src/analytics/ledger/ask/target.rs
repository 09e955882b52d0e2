//! What is reached by an event: the event itself, and the visits in which it counts.

use super::filter::{Demand, Filter, Sieve};
use super::leaf::{Beat, Leaf};

/// An event that is looked for, such as the one by which a goal is reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Target {
    /// What the event must have, by the dimensions of events.
    pub(crate) event: Vec<Filter>,
    /// In which visits it counts: those that every filter picks.
    pub(crate) visit: Vec<Filter>,
}

impl Target {
    /// So many conditions it has.
    pub(crate) fn conditions(&self) -> usize {
        self.event.len() + self.visit.len()
    }

    /// All of them.
    pub(crate) fn filters(&self) -> impl Iterator<Item = &Filter> {
        self.event.iter().chain(&self.visit)
    }
}

/// A target whose filters are in a sieve.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aim {
    event: Demand,
    visit: Demand,
}

impl Aim {
    pub(super) fn of(target: &Target, sieve: &mut Sieve) -> Self {
        Self {
            event: sieve.add(&target.event),
            visit: sieve.add(&target.visit),
        }
    }

    /// Whether events count in the visit whose first event has these bits, and whose events have
    /// those.
    pub(super) fn counts_in(&self, (first, any): (u64, u64)) -> bool {
        self.visit.picks(first, any)
    }

    /// Whether it is the event that has these bits.
    pub(super) fn is(&self, bits: u64) -> bool {
        self.event.picks(bits, bits)
    }

    /// Whether the visit has such an event and counts.
    pub(super) fn is_in(&self, leaf: &Leaf, visit: &[Beat]) -> bool {
        self.counts_in(leaf.bits_of_visit(visit))
            && visit.iter().any(|beat| self.is(leaf.bits_of(*beat)))
    }
}
