//! How many conversions would be lost without each value, by the graph of all paths.
//!
//! Paths are taken for a Markov chain of the first order: from the start over one value after the
//! other to a conversion or to nothing, each step as probable as it is frequent. The removal effect
//! of a value is the share of conversions that would be lost if every path that comes to it led to
//! nothing from there. What stays at a value is no step, since it changes none of that.
//!
//! It is exact, with one inversion for all values: with Q the steps between values, `N = (1 - Q)⁻¹`
//! has how often one value is come to from another, so that from the start a value is ever come to
//! with the probability `(sN)ᵥ / Nᵥᵥ`, and converts from there with `(Nc)ᵥ`. Their product is what
//! would be lost.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::groups::Mix;
use crate::analytics::ledger::Error;

/// So many values have a place of their own in the graph; all others have one together.
pub(super) const MOST_ALONE: usize = 400;
/// A graph has so many different steps at most.
const MOST_STEPS: usize = 1 << 22;

const START: u32 = u32::MAX;
const CONVERSION: u32 = u32::MAX - 1;
const NOTHING: u32 = u32::MAX - 2;

/// How often each step was taken.
#[derive(Default)]
pub(super) struct Graph {
    steps: HashMap<u128, u64, BuildHasherDefault<Mix>>,
}

/// Where paths end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Conversion,
    Nothing,
}

impl Graph {
    /// Adds a path of values that was gone so often; errs where there are too many different steps.
    pub(super) fn add(
        &mut self,
        values: impl Iterator<Item = u32>,
        (outcome, times): (Outcome, u64),
    ) -> Result<(), Error> {
        let end = match outcome {
            Outcome::Conversion => CONVERSION,
            Outcome::Nothing => NOTHING,
        };
        let mut from = START;
        for to in values.chain([end]) {
            if from != to {
                *self.steps.entry(key(from, to)).or_default() += times;
            }
            from = to;
        }
        if self.steps.len() > MOST_STEPS {
            return Err(Error::TooManyPaths);
        }
        Ok(())
    }

    /// Every value that paths come to, in no order.
    pub(super) fn values(&self) -> Vec<u32> {
        let mut values: Vec<u32> = self.steps.keys().map(|key| ends(*key).1).collect();
        values.sort_unstable();
        values.dedup();
        values.retain(|value| *value < NOTHING);
        values
    }

    /// The removal effects of some values, in their order, and after them that of all others
    /// together. The same graph gives the same to the last digit.
    pub(super) fn effects(&self, alone: &[u32]) -> Vec<f64> {
        let chain = self.chain(alone);
        let many = chain.many;
        let visits = inverse(chain.between(), many);
        let column = |to: usize| (0..many).map(move |from| from * many + to);
        let come_to = |value: usize| {
            let begun = chain.begun.iter().zip(column(value));
            begun.map(|(share, at)| share * visits[at]).sum::<f64>()
        };
        let converts = |value: usize| {
            let row = &visits[value * many..(value + 1) * many];
            let ended = row.iter().zip(&chain.converted);
            ended.map(|(visits, share)| visits * share).sum::<f64>()
        };
        let all = chain.begun.iter().enumerate();
        let all: f64 = all.map(|(value, share)| share * converts(value)).sum();
        let effect = |value: usize| {
            let ever = come_to(value) / visits[value * many + value];
            let lost = ever * converts(value) / all;
            if lost.is_finite() {
                lost.clamp(0.0, 1.0)
            } else {
                0.0
            }
        };
        (0..many).map(effect).collect()
    }

    /// The steps as shares, of some values and all others together.
    fn chain(&self, alone: &[u32]) -> Chain {
        let others = alone.len();
        let places = alone
            .iter()
            .enumerate()
            .map(|(place, value)| (*value, place));
        let places: HashMap<u32, usize> = places.collect();
        let place = |value: u32| places.get(&value).copied().unwrap_or(others);
        let many = others + 1;
        let mut counts = vec![0_u64; many * many];
        let mut begun = vec![0; many];
        let mut converted = vec![0; many];
        let mut left = vec![0; many];
        for (step, times) in &self.steps {
            let (from, to) = ends(*step);
            if from == START {
                begun[place(to)] += times;
                continue;
            }
            let from = place(from);
            match to {
                NOTHING => {}
                CONVERSION => converted[from] += times,
                value if place(value) == from => continue,
                value => counts[from * many + place(value)] += times,
            }
            left[from] += times;
        }
        let all: u64 = begun.iter().sum();
        let by_row = |(at, count): (usize, &u64)| share(*count, left[at / many]);
        Chain {
            many,
            begun: begun.iter().map(|count| share(*count, all)).collect(),
            steps: counts.iter().enumerate().map(by_row).collect(),
            converted: converted
                .iter()
                .zip(&left)
                .map(|(count, left)| share(*count, *left))
                .collect(),
        }
    }
}

/// How probable each step is.
struct Chain {
    many: usize,
    begun: Vec<f64>,
    /// Row by row, from each value to each.
    steps: Vec<f64>,
    converted: Vec<f64>,
}

impl Chain {
    /// One less the steps between values.
    fn between(&self) -> Vec<f64> {
        let diagonal = |at: usize| {
            if at.is_multiple_of(self.many + 1) {
                1.0
            } else {
                0.0
            }
        };
        let steps = self.steps.iter().enumerate();
        steps.map(|(at, share)| diagonal(at) - share).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

fn key(from: u32, to: u32) -> u128 {
    u128::from(from) << 32 | u128::from(to)
}

fn ends(key: u128) -> (u32, u32) {
    let end = |key: u128| u32::try_from(key & u128::from(u32::MAX)).unwrap_or(NOTHING);
    (end(key >> 32), end(key))
}

/// The inverse of a square matrix whose diagonal outweighs each row, as that of a chain does that
/// always ends: so its pivots stay above zero.
fn inverse(mut matrix: Vec<f64>, many: usize) -> Vec<f64> {
    let one = |at: usize| {
        if at.is_multiple_of(many + 1) {
            1.0
        } else {
            0.0
        }
    };
    let mut inverse: Vec<f64> = (0..many * many).map(one).collect();
    let mut row = vec![0.0; 2 * many];
    for pivot in 0..many {
        let own = pivot * many..(pivot + 1) * many;
        let by = matrix[own.start + pivot];
        for side in [&mut matrix, &mut inverse] {
            side[own.clone()].iter_mut().for_each(|cell| *cell /= by);
        }
        row[..many].copy_from_slice(&matrix[own.clone()]);
        row[many..].copy_from_slice(&inverse[own]);
        for other in (0..many).filter(|other| *other != pivot) {
            let cells = other * many..(other + 1) * many;
            let times = matrix[cells.start + pivot];
            if times == 0.0 {
                continue;
            }
            for (side, row) in [(&mut matrix, &row[..many]), (&mut inverse, &row[many..])] {
                for (cell, pivot) in side[cells.clone()].iter_mut().zip(row) {
                    *cell -= times * pivot;
                }
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Gone = (Vec<u32>, Outcome, u64);

    fn graph(paths: &[Gone]) -> Graph {
        let mut graph = Graph::default();
        for (values, outcome, times) in paths {
            graph
                .add(values.iter().copied(), (*outcome, *times))
                .unwrap();
        }
        graph
    }

    fn near(told: f64, expected: f64) -> bool {
        (told - expected).abs() < 1e-9
    }

    /// Walks on until next to nothing is on its way, with one value leading to nothing.
    fn converting(paths: &[Gone], without: Option<u32>) -> f64 {
        let mut steps: HashMap<u32, Vec<(u32, f64)>> = HashMap::new();
        for (values, outcome, times) in paths {
            let end = match outcome {
                Outcome::Conversion => CONVERSION,
                Outcome::Nothing => NOTHING,
            };
            let mut from = START;
            for to in values.iter().copied().chain([end]) {
                let times = f64::from(u32::try_from(*times).unwrap());
                steps.entry(from).or_default().push((to, times));
                from = to;
            }
        }
        let mut here = HashMap::from([(START, 1.0)]);
        let mut converted = 0.0;
        for _ in 0..20_000 {
            let mut next: HashMap<u32, f64> = HashMap::new();
            for (from, share) in here {
                let ways = &steps[&from];
                let all: f64 = ways.iter().map(|(_, times)| times).sum();
                for (to, times) in ways {
                    let share = share * times / all;
                    match *to {
                        CONVERSION => converted += share,
                        NOTHING => {}
                        to if Some(to) == without => {}
                        to => *next.entry(to).or_default() += share,
                    }
                }
            }
            here = next;
            if here.values().sum::<f64>() < 1e-14 {
                break;
            }
        }
        converted
    }

    #[test]
    fn an_effect_is_the_share_of_conversions_that_would_be_lost() {
        use Outcome::{Conversion, Nothing};
        // The example of Anderl and others: C1 → C2 → C3 → conversion, C1 → nothing, C2 → C3 →
        // nothing.
        let paths = [
            (vec![1, 2, 3], Conversion, 1),
            (vec![1], Nothing, 1),
            (vec![2, 3], Nothing, 1),
        ];
        let effects = graph(&paths).effects(&[1, 2, 3]);
        assert!(near(effects[0], 0.5), "{effects:?}");
        assert!(near(effects[1], 1.0), "{effects:?}");
        assert!(near(effects[2], 1.0), "{effects:?}");
        assert!(near(effects[3], 0.0), "no other has any");
    }

    #[test]
    fn without_conversions_nothing_can_be_lost() {
        let effects = graph(&[(vec![1, 2], Outcome::Nothing, 3)]).effects(&[1, 2]);
        assert_eq!(effects, [0.0, 0.0, 0.0]);
        assert_eq!(Graph::default().effects(&[]), [0.0]);
    }

    proptest! {
        #[test]
        fn effects_are_those_of_trying_without_each(
            paths in prop::collection::vec(
                (
                    prop::collection::vec(0..5_u32, 1..6),
                    prop::sample::select(vec![Outcome::Conversion, Outcome::Nothing]),
                    1..9_u64,
                ),
                1..12,
            ),
        ) {
            let graph = graph(&paths);
            let values = graph.values();
            let effects = graph.effects(&values);
            let all = converting(&paths, None);
            for (value, effect) in values.iter().zip(effects) {
                let left = converting(&paths, Some(*value));
                let expected = if all > 0.0 { 1.0 - left / all } else { 0.0 };
                prop_assert!(near(effect, expected), "{} {} {}", value, effect, expected);
            }
        }

        #[test]
        fn values_together_are_one(
            paths in prop::collection::vec(
                (
                    prop::collection::vec(0..6_u32, 1..6),
                    prop::sample::select(vec![Outcome::Conversion, Outcome::Nothing]),
                    1..9_u64,
                ),
                1..12,
            ),
        ) {
            let merged: Vec<Gone> = paths.iter().map(|(values, outcome, times)| {
                let values = values.iter().map(|value| (*value).min(3)).collect();
                (values, *outcome, *times)
            }).collect();
            let apart = graph(&paths).effects(&[0, 1, 2]);
            let expected = graph(&merged).effects(&[0, 1, 2, 3]);
            for (told, expected) in apart.iter().zip(&expected) {
                prop_assert!(near(*told, *expected), "{:?} {:?}", apart, expected);
            }
        }
    }
}
