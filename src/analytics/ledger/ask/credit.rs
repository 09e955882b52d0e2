//! How what conversions brought is divided among the visits that led to them, by several models.

use super::touches::Touch;

/// A model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// All to the first visit.
    First,
    /// All to the last.
    Last,
    /// All to the last that did not come directly; to the last where all did.
    LastNonDirect,
    /// To each the same.
    Linear,
    /// To each half of what one gets that came a half-life later.
    TimeDecay,
    /// 40 % to the first and to the last, 20 % to those between.
    Position,
    /// By how many conversions would be lost without each value; see `removal`.
    DataDriven,
}

/// What is divided is counted in so many parts of a millionth.
pub(crate) const PARTS: i128 = 1 << 20;
/// So much is a conversion.
const CONVERSION: i128 = 1_000_000 * PARTS;
/// Weights that are no counts are parts of this.
const WEIGHT: f64 = 4_294_967_296.0;

/// Conversions and what they brought, both in parts of a millionth: of one, and of the currency.
/// Whole numbers, so that they add up to the same in whatever order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Credit {
    pub(crate) conversions: i128,
    pub(crate) revenue: i128,
}

impl Model {
    pub(crate) const ALL: [Self; 7] = [
        Self::First,
        Self::Last,
        Self::LastNonDirect,
        Self::Linear,
        Self::TimeDecay,
        Self::Position,
        Self::DataDriven,
    ];

    /// The weights of the visits of a path; those of one that rests on all paths are not known here,
    /// and none is told.
    pub(super) fn weigh(self, touches: &[Touch], half_life_ms: i64, weights: &mut Vec<u64>) {
        weights.clear();
        let many = touches.len();
        let last = many.saturating_sub(1);
        let one = |weights: &mut Vec<u64>, chosen: usize| {
            weights.extend((0..many).map(|place| u64::from(place == chosen)));
        };
        match self {
            Self::First => one(weights, 0),
            Self::Last => one(weights, last),
            Self::LastNonDirect => {
                let other = touches.iter().rposition(|touch| !touch.is_direct());
                one(weights, other.unwrap_or(last));
            }
            Self::Linear => weights.resize(many, 1),
            Self::TimeDecay => {
                let end = touches.last().map_or(0, |touch| touch.at());
                let weigh = |touch: &Touch| decayed(end - touch.at(), half_life_ms);
                weights.extend(touches.iter().map(weigh));
            }
            Self::Position if many < 3 => weights.resize(many, 1),
            Self::Position => {
                let between = many as u64 - 2;
                weights.resize(many, 1);
                weights[0] = 2 * between;
                weights[last] = 2 * between;
            }
            Self::DataDriven => {}
        }
    }
}

/// The weight of what lies so long before the last visit.
#[expect(clippy::cast_precision_loss, reason = "ages are far below 2^53 ms")]
fn decayed(age_ms: i64, half_life_ms: i64) -> u64 {
    weight((-(age_ms as f64) / half_life_ms as f64).exp2())
}

/// A share of one as a weight.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 2^32"
)]
pub(super) fn weight(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * WEIGHT).round() as u64
}

impl Credit {
    /// Some conversions and what they brought.
    pub(super) fn of(conversions: u64, micros: i64) -> Self {
        Self {
            conversions: i128::from(conversions) * CONVERSION,
            revenue: i128::from(micros) * PARTS,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.conversions += other.conversions;
        self.revenue += other.revenue;
    }

    /// Its parts by weights, which add up to it exactly; none of no weight at all.
    pub(super) fn divided(self, weights: &[u64]) -> impl Iterator<Item = Self> {
        let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let (mut weighed, mut given) = (0, Self::default());
        weights.iter().map(move |weight| {
            weighed += i128::from(*weight);
            let up_to = |whole: i128| (whole * weighed).div_euclid(all.max(1));
            let (conversions, revenue) = (up_to(self.conversions), up_to(self.revenue));
            let part = Self {
                conversions: conversions - given.conversions,
                revenue: revenue - given.revenue,
            };
            given = Self {
                conversions,
                revenue,
            };
            part
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(
            conversions in 0..1_000_000_u64,
            micros in any::<i64>(),
            weights in prop::collection::vec(0..=1_u64 << 32, 1..1000),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let whole = Credit::of(conversions, micros);
            let mut sum = Credit::default();
            for part in whole.divided(&weights) {
                sum.add(part);
            }
            prop_assert_eq!(sum, whole);
        }
    }

    #[test]
    fn what_is_a_half_life_older_weighs_half() {
        assert_eq!(decayed(0, 7), 1 << 32);
        assert_eq!(decayed(7, 7), 1 << 31);
        assert_eq!(decayed(21, 7), 1 << 29);
        assert_eq!(decayed(90_000, 1), 0);
    }
}
