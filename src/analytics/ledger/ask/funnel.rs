//! Follows visitors from step to step.
//!
//! A visitor is followed through all visits that count, over all days that are asked for. Each step
//! is an event later than that of the step before; the last comes within a given time after the
//! first. Of a visitor the furthest step counts that they came to in this way, whatever else they
//! did; how long they took is told of the way that came to it first, and of several such ways of
//! the one that began last.

use super::super::query::Question;
use super::super::rollup::Kind;
use super::super::row::Heads;
use super::Path;
use super::filter::{Demand, Sieve};
use super::leaf::Leaf;
use super::scan::Scan;
use super::target::Aim;
use crate::analytics::ledger::Error;

/// A funnel has so many steps at most.
pub(crate) const MOST_STEPS: usize = 10;

/// How far visitors came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Funnel {
    /// One for each step.
    pub(crate) stages: Vec<Stage>,
    /// What those who came to the last step brought on the days that are asked for, in millionths
    /// of the site's currency.
    pub(crate) revenue_micros: i64,
}

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    /// How many came to it.
    pub(crate) visitors: u64,
    /// How long they took from the step before, half of them longer; none for the first.
    pub(crate) median_ms: Option<u64>,
}

/// An event that is one step or several.
#[derive(Clone, Copy, Debug)]
struct Print {
    visitor: u32,
    steps: u16,
    at: i64,
}

/// Looks at the events of the days that are asked for.
pub(in super::super) fn follow(question: &Question<'_>, path: &Path) -> Result<Funnel, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let mut sieve = Sieve::default();
    let demand = sieve.add(&path.filters);
    let steps = path.steps.iter().map(|step| Aim::of(step, &mut sieve));
    let steps: Vec<Aim> = steps.collect();
    let mut scan = Scan::new(question, &head, sieve, (&[], path.week_starts));
    let mut tally = Tally::of(steps.len());
    for share in scan.shares()? {
        let mut trail = Trail::default();
        scan.each_day(share, &mut |leaf| {
            trail.add_day(leaf, &demand, &steps);
            Ok(())
        })?;
        tally.add(trail, path.within_ms);
    }
    Ok(tally.finish())
}

/// Where visitors went, in the order of time, and what they brought.
#[derive(Default)]
struct Trail {
    prints: Vec<Print>,
    earned: Vec<(u32, i64)>,
}

impl Trail {
    fn add_day(&mut self, leaf: &Leaf, demand: &Demand, steps: &[Aim]) {
        for visit in leaf.visits() {
            let (first, any) = leaf.bits_of_visit(visit);
            if !demand.picks(first, any) {
                continue;
            }
            let counting = those(steps, |step| step.counts_in((first, any)));
            for beat in visit {
                let bits = leaf.bits_of(*beat);
                let met = counting & those(steps, |step| step.is(bits));
                if met != 0 {
                    self.prints.push(Print {
                        visitor: beat.visitor(),
                        steps: met,
                        at: leaf.from() + beat.ms(),
                    });
                }
                if leaf.kinds[beat.place()] == Kind::Purchase {
                    self.earned
                        .push((beat.visitor(), leaf.values[beat.place()]));
                }
            }
        }
    }
}

/// Of which steps something is so: a bit for each.
fn those(steps: &[Aim], is_so: impl Fn(&Aim) -> bool) -> u16 {
    steps.iter().enumerate().fold(0, |those, (place, step)| {
        those | (u16::from(is_so(step)) << place)
    })
}

/// What is counted so far.
struct Tally {
    funnel: Funnel,
    /// By step, how long each visitor took from the one before.
    took_ms: Vec<Vec<u64>>,
}

impl Tally {
    fn of(steps: usize) -> Self {
        Self {
            funnel: Funnel {
                stages: vec![Stage::default(); steps],
                revenue_micros: 0,
            },
            took_ms: vec![Vec::new(); steps],
        }
    }

    fn add(&mut self, mut trail: Trail, within_ms: i64) {
        let steps = self.funnel.stages.len();
        // What one visitor did stays in the order of time.
        trail.prints.sort_by_key(|print| print.visitor);
        let mut finished = Vec::new();
        for prints in trail
            .prints
            .chunk_by(|one, next| one.visitor == next.visitor)
        {
            let way = furthest(prints, steps, within_ms);
            for (place, at) in way.times().iter().enumerate() {
                self.funnel.stages[place].visitors += 1;
                if place > 0 {
                    self.took_ms[place].push(at.abs_diff(way.times()[place - 1]));
                }
            }
            if way.length == steps {
                finished.extend(prints.first().map(|print| print.visitor));
            }
        }
        for (visitor, micros) in trail.earned {
            if finished.binary_search(&visitor).is_ok() {
                let revenue = &mut self.funnel.revenue_micros;
                *revenue = revenue.saturating_add(micros);
            }
        }
    }

    fn finish(self) -> Funnel {
        let mut funnel = self.funnel;
        for (stage, took_ms) in funnel.stages.iter_mut().zip(self.took_ms) {
            stage.median_ms = median(took_ms);
        }
        funnel
    }
}

/// When a visitor came to each of the first steps.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    at: [i64; MOST_STEPS],
    length: usize,
}

impl Way {
    fn times(&self) -> &[i64] {
        &self.at[..self.length]
    }

    /// The way to the next step.
    fn on(mut self, at: i64) -> Self {
        self.at[self.length] = at;
        self.length += 1;
        self
    }
}

/// The furthest that a visitor came. Of the ways that lead to a step the one that began last is the
/// best to go on from: whatever may follow another may follow it.
fn furthest(prints: &[Print], steps: usize, within_ms: i64) -> Way {
    let mut best = Way::default();
    // By step, the way to it that began last; empty for none.
    let mut ways = [Way::default(); MOST_STEPS];
    for print in prints {
        // Later steps first: an event is one step of a way only.
        for step in (0..steps)
            .rev()
            .filter(|step| print.steps & (1 << step) != 0)
        {
            let before = match step.checked_sub(1) {
                None => Way::default(),
                Some(before) => ways[before],
            };
            let begun = if step == 0 { print.at } else { before.at[0] };
            if before.length < step || print.at - begun > within_ms {
                continue;
            }
            if ways[step].length == 0 || ways[step].at[0] < begun {
                ways[step] = before.on(print.at);
            }
            if best.length <= step {
                best = before.on(print.at);
            }
        }
    }
    best
}

/// The one in the middle, or what lies between the two that are.
fn median(mut all: Vec<u64>) -> Option<u64> {
    let middle = all.len() / 2;
    if all.is_empty() {
        return None;
    }
    let even = all.len().is_multiple_of(2);
    let (below, upper, _) = all.select_nth_unstable(middle);
    let lower = below.iter().max().filter(|_| even);
    Some(lower.map_or(*upper, |lower| lower.midpoint(*upper)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(steps: u16, at: i64) -> Print {
        Print {
            visitor: 1,
            steps,
            at,
        }
    }

    #[test]
    fn a_way_leads_from_step_to_step_and_takes_no_event_twice() {
        for (prints, within, times) in [
            (&[(1, 0), (2, 5), (4, 9)][..], 100, &[0, 5, 9][..]),
            (&[(2, 0), (1, 5), (4, 9)], 100, &[5]),
            (&[(7, 0)], 100, &[0]),
            (&[(7, 0), (7, 3)], 100, &[0, 3]),
            (&[(1, 0), (2, 5), (4, 101)], 100, &[0, 5]),
            // Who begins anew is followed from there.
            (&[(1, 0), (1, 50), (2, 60), (4, 140)], 100, &[50, 60, 140]),
            (&[(1, 0), (2, 5), (1, 50), (4, 90)], 100, &[0, 5, 90]),
            (&[], 100, &[]),
        ] {
            let prints: Vec<Print> = prints
                .iter()
                .map(|(steps, at)| print(*steps, *at))
                .collect();
            let way = furthest(&prints, 3, within);
            assert_eq!(way.times(), times, "{prints:?}");
        }
    }

    #[test]
    fn a_median_lies_in_the_middle() {
        for (all, middle) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[9, 1, 5], Some(5)),
            (&[9, 1, 5, 7], Some(6)),
        ] {
            assert_eq!(median(all.to_vec()), middle);
        }
    }

    /// Tries every beginning, and takes each step as soon as it can be taken.
    fn tried(prints: &[Print], steps: usize, within_ms: i64) -> Vec<i64> {
        let mut best: (usize, usize, Vec<i64>) = (0, 0, Vec::new());
        for begin in 0..prints.len() {
            let mut way = Vec::new();
            let mut end = 0;
            for (place, print) in prints.iter().enumerate().skip(begin) {
                let next = way.len();
                let begun = way.first().copied().unwrap_or(print.at);
                let fits = next < steps && print.steps & (1 << next) != 0;
                if fits && print.at - begun <= within_ms && (next > 0 || place == begin) {
                    way.push(print.at);
                    end = place;
                }
            }
            let further = way.len() > best.0 || (way.len() == best.0 && end < best.1);
            let begun_later = way.len() == best.0 && end == best.1 && way.first() > best.2.first();
            if further || begun_later {
                best = (way.len(), end, way);
            }
        }
        best.2
    }

    proptest! {
        #[test]
        fn the_furthest_way_is_the_one_that_trying_all_finds(
            prints in prop::collection::vec((1..16_u16, 0..4_i64), 0..14),
            within in 0..30_i64,
            steps in 1..5_usize,
        ) {
            let mut at = 0;
            let prints: Vec<Print> = prints.into_iter().map(|(steps, after)| {
                at += after * 3;
                print(steps, at)
            }).filter(|print| print.steps & ((1 << steps) - 1) != 0).collect();
            let way = furthest(&prints, steps, within);
            prop_assert_eq!(way.times(), tried(&prints, steps, within));
        }
    }
}
