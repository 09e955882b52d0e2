//! Tells how often the goals of a site are reached, beside how it was before.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Error;
use super::kept::{Item, SiteGoal};
use super::ledger::{Completed, Goals, Reached};
use super::overview::Against;
use super::period::Period;
use super::site::Site;
use crate::base::Actor;

/// How often the goals of a site were reached.
pub(crate) struct GoalFigures {
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    /// All visits of the days, and all visitors.
    pub(crate) all: (u64, u64),
    /// What it is held against, with the visits and visitors of those days.
    pub(crate) before: Option<(Period, (u64, u64))>,
    /// In the order in which the goals were made.
    pub(crate) goals: Vec<GoalFigure>,
}

/// How often one was reached.
pub(crate) struct GoalFigure {
    pub(crate) goal: Item<SiteGoal>,
    pub(crate) completed: Completed,
    pub(crate) before: Option<Completed>,
}

impl Site {
    /// How often its goals were reached on the days of a period.
    ///
    /// They are found in the events, so that a goal that is made today is told of days before, as
    /// far back as events are kept.
    pub(crate) async fn goal_figures(
        &self,
        (period, against): (Period, Against),
        by: &Actor,
    ) -> Result<GoalFigures, Error> {
        let known_at = self.all.0.now();
        let goals = self.kept::<SiteGoal>()?;
        let told = self.goals_on(period, &goals).await?;
        let before = match against.of(period) {
            Some(before) => match self.goals_on(before, &goals).await {
                // What the site keeps no longer, nothing is held against.
                Err(Error::EventsGone(_)) => None,
                told => Some((before, told?)),
            },
            None => None,
        };
        self.note_asked(period, ("goals", goals.len() as u64), by);
        let (before, held): (_, Vec<Option<Completed>>) = match before {
            Some((period, told)) => {
                let all = (told.visits, told.visitors);
                (
                    Some((period, all)),
                    told.goals.into_iter().map(Some).collect(),
                )
            }
            None => (None, vec![None; goals.len()]),
        };
        let completed = told.goals.into_iter().zip(held);
        let figures = goals.into_iter().zip(completed);
        Ok(GoalFigures {
            period,
            known_at,
            all: (told.visits, told.visitors),
            before,
            goals: figures
                .map(|(goal, (completed, before))| GoalFigure {
                    goal,
                    completed,
                    before,
                })
                .collect(),
        })
    }

    async fn goals_on(&self, period: Period, goals: &[Item<SiteGoal>]) -> Result<Reached, Error> {
        if goals.is_empty() {
            return Ok(Reached::default());
        }
        let targets = goals.iter().map(|goal| goal.what().condition.target());
        let wish = Goals {
            targets: targets.collect(),
            week_starts: self.week_start().after_monday(),
        };
        let place = (self.number(), self.zone());
        Ok(self.all.0.ledger.reach(place, period.into(), wish).await?)
    }
}

impl GoalFigure {
    /// What those completions are worth by the goal whose events came without a value, in
    /// millionths; none where the goal assigns none.
    pub(crate) fn assigned_micros(&self, completed: &Completed) -> Option<i64> {
        let each = self.goal.what().value_micros?;
        let many = i64::try_from(completed.without_value).unwrap_or(i64::MAX);
        Some(each.saturating_mul(many))
    }
}

impl Period {
    /// So many completions on each of the days, those without any too.
    pub(crate) fn each_day(self, completed: &Completed) -> Vec<(Date, u64)> {
        let counted: HashMap<Date, u64> = completed.days.iter().copied().collect();
        let days = self.first.series(jiff::Span::new().days(1));
        let days = days.take_while(|day| *day <= self.last);
        days.map(|day| (day, counted.get(&day).copied().unwrap_or(0)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_without_a_completion_is_told_too() {
        let period = Period {
            first: date(2026, 2, 27),
            last: date(2026, 3, 1),
        };
        let completed = Completed {
            days: vec![(date(2026, 2, 28), 3)],
            ..Completed::default()
        };
        let days = period.each_day(&completed);
        assert_eq!(
            days,
            [
                (date(2026, 2, 27), 0),
                (date(2026, 2, 28), 3),
                (date(2026, 3, 1), 0)
            ]
        );
    }
}
