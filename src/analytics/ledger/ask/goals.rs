//! Counts how often goals are reached: every event that is one's target counts.
//!
//! The filters of several goals are looked at together, as many as the bits of a word have room
//! for; more goals take another look at the same days.

use std::collections::BTreeMap;

use jiff::civil::Date;
use roaring::RoaringBitmap;

use super::super::day::Day;
use super::super::query::Question;
use super::super::row::{Head, Heads};
use super::MOST_CONDITIONS;
use super::filter::Sieve;
use super::leaf::Leaf;
use super::scan::{Scan, Share};
use super::target::{Aim, Target};
use crate::analytics::ledger::Error;

/// What goals are looked at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Goals {
    /// At least one.
    pub(crate) targets: Vec<Target>,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}

/// How often goals were reached, and by whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reached {
    /// All visits of the days, whatever came of them.
    pub(crate) visits: u64,
    /// Whoever was there, each counted once.
    pub(crate) visitors: u64,
    /// One for each goal.
    pub(crate) goals: Vec<Completed>,
}

/// How often one was reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Completed {
    pub(crate) completions: u64,
    /// Those whose event came without a value.
    pub(crate) without_value: u64,
    /// What the others came with, in millionths of the site's currency.
    pub(crate) value_micros: i64,
    /// Visits in which it was reached.
    pub(crate) visits: u64,
    /// Whoever reached it, each counted once.
    pub(crate) visitors: u64,
    /// The completions of the days that have some, in the order of time.
    pub(crate) days: Vec<(Date, u64)>,
}

/// Looks at the events of the days that are asked for.
pub(in super::super) fn reach(question: &Question<'_>, goals: &Goals) -> Result<Reached, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let mut reached = Reached::default();
    for targets in batches(&goals.targets) {
        let tally = look(question, &head, (targets, goals.week_starts))?;
        // Every look sees the same visits: the question is about one moment.
        reached.visits = tally.visits;
        reached.visitors = tally.visitors.len();
        reached
            .goals
            .extend(tally.goals.into_iter().map(Score::finish));
    }
    Ok(reached)
}

fn look(
    question: &Question<'_>,
    head: &Head,
    (targets, week_starts): (&[Target], u8),
) -> Result<Tally, Error> {
    let mut sieve = Sieve::default();
    let aims = targets.iter().map(|target| Aim::of(target, &mut sieve));
    let mut tally = Tally::of(aims.collect());
    let mut scan = Scan::new(question, head, sieve, (&[], week_starts));
    scan.each_day(Share::ALL, &mut |leaf| {
        tally.add_day(leaf);
        Ok(())
    })?;
    Ok(tally)
}

/// As many targets together as have room.
fn batches(targets: &[Target]) -> impl Iterator<Item = &[Target]> {
    let mut rest = targets;
    std::iter::from_fn(move || {
        let mut conditions = 0;
        let fits = rest.iter().take_while(|target| {
            conditions += target.conditions();
            conditions <= MOST_CONDITIONS
        });
        // One has fewer conditions than there is room for.
        let many = fits.count().max(1).min(rest.len());
        let (batch, others) = rest.split_at(many);
        rest = others;
        (!batch.is_empty()).then_some(batch)
    })
}

/// What is counted so far.
struct Tally {
    visits: u64,
    visitors: RoaringBitmap,
    goals: Vec<Score>,
}

/// What is counted of one goal.
struct Score {
    aim: Aim,
    completed: Completed,
    visitors: RoaringBitmap,
    days: BTreeMap<Day, u64>,
}

impl Tally {
    fn of(aims: Vec<Aim>) -> Self {
        let score = |aim| Score {
            aim,
            completed: Completed::default(),
            visitors: RoaringBitmap::new(),
            days: BTreeMap::new(),
        };
        Self {
            visits: 0,
            visitors: RoaringBitmap::new(),
            goals: aims.into_iter().map(score).collect(),
        }
    }

    fn add_day(&mut self, leaf: &Leaf) {
        for visit in leaf.visits() {
            let Some(first) = visit.first() else { continue };
            self.visits += 1;
            self.visitors.insert(first.visitor());
            let bits = leaf.bits_of_visit(visit);
            for goal in &mut self.goals {
                if !goal.aim.counts_in(bits) {
                    continue;
                }
                let before = goal.completed.completions;
                for beat in visit {
                    if goal.aim.is(leaf.bits_of(*beat)) {
                        goal.completed.add(leaf.worth(*beat));
                    }
                }
                let more = goal.completed.completions - before;
                if more > 0 {
                    goal.completed.visits += 1;
                    goal.visitors.insert(first.visitor());
                    *goal.days.entry(leaf.day()).or_default() += more;
                }
            }
        }
    }
}

impl Completed {
    /// Adds one whose event came with a value or without.
    fn add(&mut self, value: Option<i64>) {
        self.completions += 1;
        match value {
            Some(micros) => self.value_micros = self.value_micros.saturating_add(micros),
            None => self.without_value += 1,
        }
    }
}

impl Score {
    fn finish(self) -> Completed {
        let days = self.days.into_iter();
        Completed {
            visitors: self.visitors.len(),
            days: days.map(|(day, many)| (day.date(), many)).collect(),
            ..self.completed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facet::Facet;
    use super::super::filter::{Filter, Operator};
    use super::*;

    fn target(conditions: usize) -> Target {
        let filter = Filter {
            facet: Facet::Page,
            operator: Operator::Is,
            values: vec!["/".into()],
        };
        Target {
            event: vec![filter.clone()],
            visit: vec![filter; conditions - 1],
        }
    }

    #[test]
    fn goals_are_looked_at_together_as_far_as_their_conditions_have_room() {
        for (conditions, batched) in [
            (&[][..], &[][..]),
            (&[1], &[1]),
            (&[1; 64], &[64]),
            (&[1; 65], &[64, 1]),
            (&[22, 22, 22, 1], &[2, 2]),
            (&[64, 64], &[1, 1]),
        ] {
            let targets: Vec<Target> = conditions.iter().map(|many| target(*many)).collect();
            let many: Vec<usize> = batches(&targets).map(<[Target]>::len).collect();
            assert_eq!(many, batched, "{conditions:?}");
        }
    }
}
