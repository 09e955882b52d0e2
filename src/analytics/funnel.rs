//! Tells how far visitors come on a way of steps, and what is lost where most of them leave it.

use jiff::Timestamp;

use super::Error;
use super::ledger::{Funnel, Path};
use super::money;
use super::period::Period;
use super::question::{AskedFunnel, BadQuestion, check_room};
use super::site::Site;
use crate::base::Actor;

/// How far visitors came.
pub(crate) struct Followed {
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    pub(crate) funnel: Funnel,
}

/// Where most visitors were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    /// The place of the step that they did not come to.
    pub(crate) step: usize,
    pub(crate) lost: u64,
    /// How many had come to the step before.
    pub(crate) of: u64,
}

impl Site {
    /// How far visitors came on the days of a period.
    pub(crate) async fn funnel(
        &self,
        period: Period,
        asked: &AskedFunnel,
        by: &Actor,
    ) -> Result<Followed, Error> {
        let followed = self.whole_funnel(period, asked).await?;
        let stages = &followed.funnel.stages;
        let begun = stages.first().map_or(0, |first| first.visitors);
        self.note_asked(period, ("visitors", begun), by);
        Ok(followed)
    }

    /// The same without a word in the book: whoever takes it away has [`Site::note_exported`] tell
    /// it.
    pub(crate) async fn whole_funnel(
        &self,
        period: Period,
        asked: &AskedFunnel,
    ) -> Result<Followed, Error> {
        let known_at = self.all.0.now();
        let path = self.path(asked)?;
        let place = (self.number(), self.zone());
        let ledger = &self.all.0.ledger;
        let funnel = ledger.follow(place, period.into(), path).await?;
        Ok(Followed {
            period,
            known_at,
            funnel,
        })
    }

    fn path(&self, asked: &AskedFunnel) -> Result<Path, Error> {
        let mut path = asked.check(self.week_start())?;
        for (place, step) in asked.steps.iter().enumerate() {
            if let Some(goal) = step.goal {
                let target = self.target_of(goal)?;
                path.steps[place] = target.ok_or(BadQuestion::UnknownStepGoal(place, goal))?;
            }
        }
        check_room(&path.steps)?;
        path.filters = self.filters_with(asked.segment, &asked.filters)?;
        Ok(path)
    }

    /// What those who were lost would have brought, had they brought as much on average as those
    /// who came to the end; none where those brought nothing.
    pub(crate) fn cost(&self, funnel: &Funnel, loss: Loss) -> Option<String> {
        let finished = funnel.stages.last()?.visitors;
        let micros = funnel.revenue_micros;
        let cost = money::portion(micros, (loss.lost, finished), self.currency());
        cost.filter(|_| micros > 0)
    }
}

impl Followed {
    /// The step that most visitors did not come to who had come to the one before; the first of
    /// several. None where nobody was lost.
    pub(crate) fn biggest_drop(&self) -> Option<Loss> {
        let stages = self.funnel.stages.windows(2).enumerate();
        let drops = stages.filter_map(|(place, pair)| match pair {
            [before, after] => Some(Loss {
                step: place + 1,
                lost: before.visitors.saturating_sub(after.visitors),
                of: before.visitors,
            }),
            _ => None,
        });
        let drops = drops.filter(|drop| drop.lost > 0);
        drops.reduce(|best, next| if next.lost > best.lost { next } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::ledger::Stage;

    fn biggest(visitors: &[u64]) -> Option<(usize, u64, u64)> {
        let day = jiff::civil::date(2026, 11, 27);
        let stages = visitors.iter().map(|visitors| Stage {
            visitors: *visitors,
            median_ms: None,
        });
        let followed = Followed {
            period: Period {
                first: day,
                last: day,
            },
            known_at: Timestamp::UNIX_EPOCH,
            funnel: Funnel {
                stages: stages.collect(),
                revenue_micros: 0,
            },
        };
        let drop = followed.biggest_drop();
        drop.map(|drop| (drop.step, drop.lost, drop.of))
    }

    #[test]
    fn the_biggest_drop_is_where_most_are_lost_and_the_first_of_several() {
        assert_eq!(biggest(&[100, 60, 10, 10]), Some((2, 50, 60)));
        assert_eq!(biggest(&[100, 60, 20]), Some((1, 40, 100)));
        assert_eq!(biggest(&[7, 7]), None);
        assert_eq!(biggest(&[0, 0]), None);
    }
}
