//! Tells who comes again, by when they first came.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Error;
use super::ledger::{Cohort, Cohorts, Days, Filter, Length, Returned};
use super::period::Period;
use super::question::{BadQuestion, check_filters};
use super::site::Site;
use crate::base::{Actor, KeptId};

/// What is asked of those who come again.
#[derive(Clone, Debug)]
pub(crate) struct AskedCohorts {
    pub(crate) length: Length,
    /// A segment whose filters pick, too.
    pub(crate) segment: Option<KeptId>,
    /// They pick first visits.
    pub(crate) filters: Vec<Filter>,
}

/// Who came again.
pub(crate) struct Gauged {
    /// It begins with a whole week or month.
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    pub(crate) cohorts: Vec<Cohort>,
    /// Whether the last week or month is over, and all of it among the days.
    pub(crate) last: Last,
}

/// How much of the last period was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    Whole,
    Part,
}

/// Who came again so many periods later, of all cohorts of which all of that period was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Later {
    /// Of how many cohorts that is.
    pub(crate) cohorts: u64,
    /// How many there were in these cohorts.
    pub(crate) of: u64,
    pub(crate) returned: Returned,
}

impl AskedCohorts {
    fn check(&self, week_starts: u8) -> Result<Cohorts, BadQuestion> {
        check_filters(&self.filters)?;
        Ok(Cohorts {
            length: self.length,
            filters: self.filters.clone(),
            week_starts,
        })
    }
}

impl Site {
    /// Who came again on the days of a period, which is taken back to the beginning of its first
    /// week or month.
    pub(crate) async fn cohorts(
        &self,
        period: Period,
        asked: &AskedCohorts,
        by: &Actor,
    ) -> Result<Gauged, Error> {
        let known_at = self.all.0.now();
        let mut wish = asked.check(self.week_start().after_monday())?;
        wish.filters = self.filters_with(asked.segment, &asked.filters)?;
        let period = Period {
            first: wish.begin(period.first),
            ..period
        };
        let last = last(&wish, period, self.today());
        let place = (self.number(), self.zone());
        let ledger = &self.all.0.ledger;
        let cohorts = ledger.return_of(place, Days::from(period), wish).await?;
        let visitors = cohorts.iter().map(Cohort::size).sum();
        self.note_asked(period, ("visitors", visitors), by);
        Ok(Gauged {
            period,
            known_at,
            cohorts,
            last,
        })
    }
}

fn last(wish: &Cohorts, period: Period, today: Date) -> Last {
    let next = period.last.tomorrow().unwrap_or(period.last);
    let ends = wish.begin(next) == next;
    if ends && period.last < today {
        Last::Whole
    } else {
        Last::Part
    }
}

impl Gauged {
    /// By how many periods later, who came again.
    pub(crate) fn later(&self) -> Vec<Later> {
        let most = self.cohorts.len();
        let mut later = vec![Later::default(); most];
        for cohort in &self.cohorts {
            let whole = match self.last {
                Last::Whole => cohort.periods.len(),
                Last::Part => cohort.periods.len().saturating_sub(1),
            };
            for (later, returned) in later.iter_mut().zip(&cohort.periods[..whole]) {
                later.cohorts += 1;
                later.of += cohort.size();
                later.returned.add(*returned);
            }
        }
        later.retain(|later| later.of > 0);
        later
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cohort(begun: Date, visitors: &[u64]) -> Cohort {
        let returned = |visitors: &u64| Returned {
            visitors: *visitors,
            revenue_micros: 0,
        };
        Cohort {
            begun,
            periods: visitors.iter().map(returned).collect(),
        }
    }

    #[test]
    fn what_is_not_over_is_in_no_average() {
        let cohorts = vec![
            cohort(date(2026, 11, 2), &[10, 5, 2]),
            cohort(date(2026, 11, 9), &[30, 3]),
            cohort(date(2026, 11, 16), &[4]),
        ];
        let mut gauged = Gauged {
            period: Period {
                first: date(2026, 11, 2),
                last: date(2026, 11, 22),
            },
            known_at: Timestamp::UNIX_EPOCH,
            cohorts,
            last: Last::Whole,
        };
        let told = |gauged: &Gauged| -> Vec<(u64, u64)> {
            let later = gauged.later().into_iter();
            later
                .map(|later| (later.returned.visitors, later.of))
                .collect()
        };
        assert_eq!(told(&gauged), [(44, 44), (8, 40), (2, 10)]);
        gauged.last = Last::Part;
        assert_eq!(told(&gauged), [(40, 40), (5, 10)]);
    }

    #[test]
    fn the_last_week_is_whole_once_all_of_its_days_are_over() {
        let wish = Cohorts {
            length: Length::Week,
            filters: Vec::new(),
            week_starts: 0,
        };
        let of = |day: i8, today: i8| {
            let period = Period {
                first: date(2026, 11, 2),
                last: date(2026, 11, day),
            };
            last(&wish, period, date(2026, 11, today))
        };
        assert_eq!(of(22, 23), Last::Whole);
        assert_eq!(of(22, 22), Last::Part);
        assert_eq!(of(21, 30), Last::Part);
    }
}
