//! Tells which ways visits commonly take, from page to page or from event to event.
//!
//! Every visit is a way of values, of which those that repeat the one before are left out. Visits
//! with the same first steps are counted together; of all beginnings of ways the commonest are told.
//! As no way is commoner than its own beginning, they make a tree.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::super::query::Question;
use super::super::row::Heads;
use super::facet::Facet;
use super::filter::{Demand, Filter, Operator, Sieve};
use super::leaf::{Beat, Leaf};
use super::scan::{Scan, Share};
use crate::analytics::ledger::Error;

/// So many different ways are told apart at most.
const MOST_WAYS: usize = 1 << 20;
/// Stands behind the last step of a way that goes on.
const ON: u32 = u32::MAX;

/// What ways are made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Journeys {
    /// What visits go through; it belongs to events.
    pub(crate) facet: Facet,
    pub(crate) direction: Direction,
    /// The value that every way begins with; without it the visit's first, or last.
    pub(crate) anchor: Option<Box<str>>,
    /// A way has so many steps at most.
    pub(crate) steps: usize,
    /// So many ways are told at most.
    pub(crate) most: usize,
    /// Which visits count.
    pub(crate) filters: Vec<Filter>,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}

/// Which way visits are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From where they begin, or first came to the value.
    #[default]
    Onward,
    /// From where they end, or last came to the value, step by step before it.
    Back,
}

/// The ways that visits took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Travelled {
    /// How many visits have a way at all.
    pub(crate) visits: u64,
    /// Those whose first step is none of what is told, by how many values that is.
    pub(crate) others: Others,
    /// The commonest ways, each right after the one that it goes on from; of several the commoner
    /// first.
    pub(crate) ways: Vec<Trodden>,
}

/// A way, and all visits that began with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trodden {
    pub(crate) steps: Vec<Arc<str>>,
    pub(crate) visits: u64,
    /// So many of them have no other step.
    pub(crate) ended: u64,
    /// Those that went on as is not told.
    pub(crate) others: Others,
}

/// Visits that went on as is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Others {
    pub(crate) visits: u64,
    /// To so many different values; none where a way has no more steps.
    pub(crate) values: u64,
}

/// Looks at the events of the days that are asked for.
pub(in super::super) fn travel(
    question: &Question<'_>,
    journeys: &Journeys,
) -> Result<Travelled, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let mut sieve = Sieve::default();
    let demand = sieve.add(&journeys.filters);
    let anchor = journeys.anchor.clone();
    let anchor = anchor.map(|value| sieve.add(&[is(journeys.facet, value)]));
    let nowhere = sieve.add(&[is(journeys.facet, "".into())]);
    let mut scan = Scan::new(
        question,
        &head,
        sieve,
        (&[journeys.facet], journeys.week_starts),
    );
    let mut tally = Tally {
        journeys,
        demand,
        anchor,
        nowhere,
        ways: HashMap::new(),
        way: Vec::new(),
    };
    scan.each_day(Share::ALL, &mut |leaf| tally.add_day(leaf))?;
    let ways = tally.ways.into_iter().collect();
    let word = |value| scan.word(journeys.facet, value);
    Ok(commonest(ways, journeys.most, &word))
}

fn is(facet: Facet, value: Box<str>) -> Filter {
    Filter {
        facet,
        operator: Operator::Is,
        values: vec![value],
    }
}

/// What is counted so far.
struct Tally<'a> {
    journeys: &'a Journeys,
    demand: Demand,
    anchor: Option<Demand>,
    /// What has no value, and is no step.
    nowhere: Demand,
    /// How many visits took each way.
    ways: HashMap<Box<[u32]>, u64>,
    /// That of the visit that is looked at.
    way: Vec<u32>,
}

impl Tally<'_> {
    fn add_day(&mut self, leaf: &Leaf) -> Result<(), Error> {
        for visit in leaf.visits() {
            let (first, any) = leaf.bits_of_visit(visit);
            if !self.demand.picks(first, any) {
                continue;
            }
            let is_anchor = |beat: &Beat| {
                let bits = leaf.bits_of(*beat);
                self.anchor.is_none_or(|anchor| anchor.picks(bits, bits))
            };
            match self.journeys.direction {
                Direction::Onward => {
                    let begin = visit.iter().position(is_anchor).unwrap_or(visit.len());
                    self.walk(leaf, visit[begin..].iter());
                }
                Direction::Back => {
                    let end = visit.iter().rposition(is_anchor).map_or(0, |end| end + 1);
                    self.walk(leaf, visit[..end].iter().rev());
                }
            }
            self.keep()?;
        }
        Ok(())
    }

    /// Finds the way through some events.
    fn walk<'b>(&mut self, leaf: &Leaf, beats: impl Iterator<Item = &'b Beat>) {
        self.way.clear();
        let Some(strip) = self.journeys.facet.strip().place() else {
            return;
        };
        for beat in beats {
            let bits = leaf.bits_of(*beat);
            let value = leaf.strips[strip][beat.place()];
            if self.nowhere.picks(bits, bits) || self.way.last() == Some(&value) {
                continue;
            }
            if self.way.len() == self.journeys.steps {
                self.way.push(ON);
                break;
            }
            self.way.push(value);
        }
    }

    /// Counts the way that was found.
    fn keep(&mut self) -> Result<(), Error> {
        if self.way.is_empty() {
            return Ok(());
        }
        if let Some(visits) = self.ways.get_mut(self.way.as_slice()) {
            *visits += 1;
            return Ok(());
        }
        if self.ways.len() >= MOST_WAYS {
            return Err(Error::TooManyPaths);
        }
        self.ways.insert(self.way.as_slice().into(), 1);
        Ok(())
    }
}

/// Whole ways and how many visits took each.
type Ways = Vec<(Box<[u32]>, u64)>;

/// A beginning of ways that may be told: how many visits, how short, what it is called, from which
/// other one it goes on, and which of all ways begin with it. The greatest comes first.
type Candidate = (
    u64,
    Reverse<usize>,
    Reverse<Vec<Arc<str>>>,
    Option<usize>,
    (usize, usize),
);

/// The commonest beginnings of ways, so many at most.
fn commonest(mut ways: Ways, most: usize, word: &impl Fn(u32) -> Arc<str>) -> Travelled {
    // Those with the same beginning lie side by side.
    ways.sort_unstable();
    let visits = ways.iter().map(|(_, visits)| visits).sum();
    let mut waiting = BinaryHeap::new();
    let all = (0, ways.len());
    let mut root = Branch::of(&[], visits);
    root.spread(&ways, all, None, (&mut waiting, word));
    let mut branches: Vec<Branch> = Vec::new();
    while branches.len() < most {
        let Some((visits, _, Reverse(steps), parent, span)) = waiting.pop() else {
            break;
        };
        let place = branches.len();
        let mut branch = Branch::of(&steps, visits);
        branch.spread(&ways, span, Some(place), (&mut waiting, word));
        branches.push(branch);
        let before = match parent {
            Some(parent) => &mut branches[parent],
            None => &mut root,
        };
        before.onward.push(place);
        before.told.others.visits -= visits;
        before.told.others.values -= 1;
    }
    let mut order = Vec::new();
    let mut next: Vec<usize> = root.onward.iter().rev().copied().collect();
    while let Some(place) = next.pop() {
        order.push(branches[place].told.clone());
        next.extend(branches[place].onward.iter().rev());
    }
    Travelled {
        visits,
        others: root.told.others,
        ways: order,
    }
}

/// A beginning of ways, and which of those that go on from it are told.
struct Branch {
    told: Trodden,
    onward: Vec<usize>,
}

impl Branch {
    fn of(steps: &[Arc<str>], visits: u64) -> Self {
        Self {
            told: Trodden {
                steps: steps.to_vec(),
                visits,
                ended: 0,
                others: Others { visits, values: 0 },
            },
            onward: Vec::new(),
        }
    }

    /// Finds what goes on from it, among the ways of a span.
    fn spread(
        &mut self,
        ways: &Ways,
        (from, to): (usize, usize),
        place: Option<usize>,
        (waiting, word): (&mut BinaryHeap<Candidate>, &impl Fn(u32) -> Arc<str>),
    ) {
        let depth = self.told.steps.len();
        let mut at = from;
        let next = |way: &(Box<[u32]>, u64), other: &(Box<[u32]>, u64)| {
            way.0.get(depth) == other.0.get(depth)
        };
        for same in ways[from..to].chunk_by(next) {
            let span = (at, at + same.len());
            at = span.1;
            let visits: u64 = same.iter().map(|(_, visits)| visits).sum();
            match same[0].0.get(depth) {
                None => {
                    self.told.ended += visits;
                    self.told.others.visits -= visits;
                }
                Some(&ON) => {}
                Some(value) => {
                    let mut steps = self.told.steps.clone();
                    steps.push(word(*value));
                    self.told.others.values += 1;
                    let key = (visits, Reverse(steps.len()), Reverse(steps));
                    waiting.push((key.0, key.1, key.2, place, span));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn word(value: u32) -> Arc<str> {
        value.to_string().into()
    }

    fn told(ways: &[(&[u32], u64)], most: usize) -> Travelled {
        let ways = ways.iter().map(|(way, visits)| (Box::from(*way), *visits));
        commonest(ways.collect(), most, &word)
    }

    fn way(steps: &[&str], (visits, ended): (u64, u64), others: (u64, u64)) -> Trodden {
        Trodden {
            steps: steps.iter().map(|step| Arc::from(*step)).collect(),
            visits,
            ended,
            others: Others {
                visits: others.0,
                values: others.1,
            },
        }
    }

    #[test]
    fn the_commonest_beginnings_make_a_tree_and_what_is_not_told_is_counted() {
        let ways: &[(&[u32], u64)] = &[
            (&[1], 10),
            (&[1, 2], 7),
            (&[1, 2, 3], 6),
            (&[1, 4], 2),
            (&[1, 5], 1),
            (&[6], 3),
        ];
        let travelled = told(ways, 3);
        assert_eq!(travelled.visits, 29);
        assert_eq!(
            travelled.ways,
            [
                way(&["1"], (26, 10), (3, 2)),
                way(&["1", "2"], (13, 7), (0, 0)),
                way(&["1", "2", "3"], (6, 6), (0, 0)),
            ]
        );
        assert_eq!(
            travelled.others,
            Others {
                visits: 3,
                values: 1
            }
        );
    }

    #[test]
    fn what_goes_on_beyond_the_last_step_has_not_ended() {
        let travelled = told(&[(&[1, 2, ON], 4), (&[1, 2], 1)], 9);
        assert_eq!(travelled.ways[1], way(&["1", "2"], (5, 1), (4, 0)));
    }

    #[test]
    fn nothing_has_no_ways() {
        assert_eq!(told(&[], 5), Travelled::default());
    }

    proptest! {
        #[test]
        fn every_way_is_counted_once_and_none_that_is_told_is_less_common(
            ways in prop::collection::btree_map(
                prop::collection::vec(0..4_u32, 1..5),
                1..20_u64,
                0..30,
            ),
            most in 1..20_usize,
        ) {
            let list: Vec<(&[u32], u64)> =
                ways.iter().map(|(way, visits)| (way.as_slice(), *visits)).collect();
            let travelled = told(&list, most);
            let mut beginnings: BTreeMap<Vec<Arc<str>>, u64> = BTreeMap::new();
            for (way, visits) in &ways {
                for depth in 1..=way.len() {
                    let steps = way[..depth].iter().map(|value| word(*value)).collect();
                    *beginnings.entry(steps).or_default() += visits;
                }
            }
            let mut least = u64::MAX;
            for told in &travelled.ways {
                prop_assert_eq!(beginnings.remove(&told.steps), Some(told.visits));
                least = least.min(told.visits);
                let onward: u64 = travelled.ways.iter()
                    .filter(|next| next.steps.split_last().is_some_and(|(_, all)| all == told.steps))
                    .map(|next| next.visits)
                    .sum();
                prop_assert_eq!(told.visits, told.ended + onward + told.others.visits);
            }
            prop_assert!(travelled.ways.len() == most || beginnings.is_empty());
            prop_assert!(beginnings.values().all(|visits| *visits <= least));
        }
    }
}
