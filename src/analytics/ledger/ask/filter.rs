//! Which visits count, and which events are the steps of a funnel: texts are asked about once, and
//! events by their numbers.

use serde::{Deserialize, Serialize};

use super::facet::{Facet, Reach};

/// A condition on one dimension. One of the values is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) facet: Facet,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<Box<str>>,
}

/// How a dimension's value is held against those of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operator {
    Is,
    /// Picks what `Is` does not pick.
    IsNot,
    Contains,
    /// Picks what `Contains` does not pick.
    NotContains,
    StartsWith,
}

impl Operator {
    const fn is_negative(self) -> bool {
        matches!(self, Self::IsNot | Self::NotContains)
    }
}

impl Filter {
    /// Whether it picks a text that stands alone.
    pub(crate) fn picks_alone(&self, text: &str) -> bool {
        self.names(text) != self.operator.is_negative()
    }

    /// Whether a text is what the filter names, whatever it makes of that.
    fn names(&self, text: &str) -> bool {
        let matches = |value: &str| match self.operator {
            Operator::Is | Operator::IsNot => text == value,
            Operator::Contains | Operator::NotContains => text.contains(value),
            Operator::StartsWith => text.starts_with(value),
        };
        self.values.iter().any(|value| matches(value))
    }
}

/// The filters of a question, each a bit.
#[derive(Default)]
pub(super) struct Sieve {
    filters: Vec<Filter>,
}

/// Some filters of a sieve, all of which have to pick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Demand {
    /// Those that look at the first event of a visit.
    first: u64,
    /// Those that look at every event.
    any: u64,
    /// Those that pick what is not named.
    negative: u64,
}

impl Sieve {
    /// Adds filters; [`super::MOST_CONDITIONS`] at most all in all.
    pub(super) fn add(&mut self, filters: &[Filter]) -> Demand {
        let mut demand = Demand::default();
        for filter in filters {
            let bit = 1 << self.filters.len();
            match filter.facet.reach() {
                Reach::Visit => demand.first |= bit,
                Reach::Event => demand.any |= bit,
            }
            if filter.operator.is_negative() {
                demand.negative |= bit;
            }
            self.filters.push(filter.clone());
        }
        demand
    }

    /// The dimensions that are looked at.
    pub(super) fn facets(&self) -> impl Iterator<Item = Facet> {
        self.filters.iter().map(|filter| filter.facet)
    }

    /// The bits of the filters that name a text of such dimensions.
    pub(super) fn bits(&self, of: impl Fn(Facet) -> bool, text: &str) -> u64 {
        let bit = |(place, filter): (usize, &Filter)| {
            let named = of(filter.facet) && filter.names(text);
            u64::from(named) << place
        };
        self.filters.iter().enumerate().map(bit).sum()
    }
}

impl Demand {
    /// Whether the visit counts whose first event has these bits, and whose events have those.
    pub(super) fn picks(&self, first: u64, any: u64) -> bool {
        let named = (first & self.first) | (any & self.any);
        named ^ self.negative == self.first | self.any
    }

    /// Whether everything is picked.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(facet: Facet, operator: Operator, values: &[&str]) -> Filter {
        Filter {
            facet,
            operator,
            values: values.iter().map(|value| Box::from(*value)).collect(),
        }
    }

    #[test]
    fn one_value_is_enough_and_letters_count_in_their_case() {
        use Operator::{Contains, Is, StartsWith};
        for (operator, values, text, named) in [
            (Is, &["a", "b"][..], "b", true),
            (Is, &["a"], "A", false),
            (Is, &[""], "", true),
            (Contains, &["x", "ric"], "/pricing", true),
            (StartsWith, &["/pri"], "/pricing", true),
            (StartsWith, &["pri"], "/pricing", false),
        ] {
            let filter = filter(Facet::Page, operator, values);
            assert_eq!(filter.names(text), named, "{filter:?} {text}");
        }
    }

    #[test]
    fn every_filter_has_to_pick_and_a_negative_one_picks_the_others() {
        let mut sieve = Sieve::default();
        let demand = sieve.add(&[
            filter(Facet::Source, Operator::Is, &["google"]),
            filter(Facet::Page, Operator::IsNot, &["/secret"]),
        ]);
        let source = sieve.bits(|facet| facet == Facet::Source, "google");
        let page = sieve.bits(|facet| facet == Facet::Page, "/secret");
        assert_eq!((source, page), (1, 2));
        assert!(demand.picks(source, 0));
        assert!(!demand.picks(source, page), "a page of the visit is named");
        assert!(!demand.picks(0, 0), "the source is another");
        assert!(
            !demand.picks(0, source),
            "the first event alone tells the source"
        );
    }
}
