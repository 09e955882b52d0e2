//! Says which days are asked for next. Knows no clock, no store and no provider.
//!
//! What is known is one stretch of days without a gap: it grows towards today at its end, and back
//! by a year and a month at its beginning. The days of the last weeks are asked for again once a
//! day, since providers go on changing them, and the last two with every fetch.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// So far back they are fetched.
const MONTHS: i64 = 13;

/// Days, both among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) first: Date,
    pub(super) last: Date,
}

/// How far a feed has come, in the days of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) known: Option<(Date, Date)>,
    /// The day on which the last weeks were asked for again.
    pub(super) reread_on: Option<Date>,
    /// Where this fetch goes on with the days up to today; none once it has come to today.
    pub(super) at: Option<Date>,
}

impl Progress {
    /// Where a fetch begins on this day, from a provider that changes figures for so many days.
    pub(super) fn begin(
        known: Option<(Date, Date)>,
        reread_on: Option<Date>,
        (today, restated_days): (Date, i64),
    ) -> Self {
        let weeks = |day: Date| back(day, restated_days - 1);
        let at = match known {
            None => weeks(today),
            // A feed that stood still has days that were changed behind its back. What lies before
            // the first day is not known at all, and comes by the other way.
            Some((first, last)) if reread_on != Some(today) => {
                let stood_still = last < back(today, 1);
                weeks(if stood_still { last } else { today }).max(first)
            }
            Some((first, last)) => back(today, 1).min(last).max(first),
        };
        Self {
            known,
            reread_on,
            at: Some(at),
        }
    }

    /// The next days to ask for, at most so many; none when all is known.
    pub(super) fn next(&self, today: Date, most_days: i64) -> Option<Stretch> {
        if let Some(first) = self.at {
            let last = forth(first, most_days - 1).min(today);
            return Some(Stretch { first, last });
        }
        let (first, _) = self.known?;
        let earliest = today.saturating_sub(MONTHS.months());
        (first > earliest).then(|| Stretch {
            first: back(first, most_days).max(earliest),
            last: back(first, 1),
        })
    }

    /// How far it has come once these days are known.
    #[must_use]
    pub(super) fn with(&self, stretch: Stretch, today: Date) -> Self {
        let Stretch { first, last } = stretch;
        let known = self
            .known
            .map_or((first, last), |(from, to)| (from.min(first), to.max(last)));
        let at = self.at.and_then(|_| (last < today).then(|| forth(last, 1)));
        let reread = self.at.is_some() && at.is_none();
        Self {
            known: Some(known),
            // A fetch that began in the middle of the weeks is no whole one.
            reread_on: if reread { Some(today) } else { self.reread_on },
            at,
        }
    }
}

fn back(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

fn forth(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 28);
    const RESTATED_DAYS: i64 = 28;
    const NOW: (Date, i64) = (TODAY, RESTATED_DAYS);

    /// All that one fetch asks for, and how far it has come then.
    fn fetch(mut at: Progress, most_days: i64) -> (Vec<Stretch>, Progress) {
        let mut asked = Vec::new();
        while let Some(stretch) = at.next(TODAY, most_days) {
            asked.push(stretch);
            at = at.with(stretch, TODAY);
            assert!(asked.len() < 500, "it does not end");
        }
        (asked, at)
    }

    #[test]
    fn a_new_feed_begins_with_the_last_weeks_and_goes_back_from_there() {
        let (asked, at) = fetch(Progress::begin(None, None, NOW), RESTATED_DAYS);
        let first = Stretch {
            first: date(2026, 11, 1),
            last: TODAY,
        };
        let second = Stretch {
            first: date(2026, 10, 4),
            last: date(2026, 10, 31),
        };
        assert_eq!(asked[..2], [first, second]);
        assert_eq!(at.known, Some((date(2025, 10, 28), TODAY)));
        assert_eq!(at.reread_on, Some(TODAY));
    }

    #[test]
    fn the_last_weeks_are_asked_for_once_a_day_and_two_days_at_other_times() {
        let known = Some((date(2025, 1, 1), TODAY));
        let days = |reread_on| fetch(Progress::begin(known, reread_on, NOW), RESTATED_DAYS).0;
        let weeks = Stretch {
            first: date(2026, 11, 1),
            last: TODAY,
        };
        assert_eq!(days(Some(date(2026, 11, 27))), [weeks]);
        let two = Stretch {
            first: date(2026, 11, 27),
            last: TODAY,
        };
        assert_eq!(days(Some(TODAY)), [two]);
    }

    #[test]
    fn a_feed_that_stood_still_leaves_no_gap() {
        let known = Some((date(2025, 1, 1), date(2026, 8, 1)));
        let (asked, _) = fetch(Progress::begin(known, None, NOW), RESTATED_DAYS);
        assert_eq!(asked[0].first, date(2026, 7, 5));
        assert_eq!(asked.last().unwrap().last, TODAY);
    }

    proptest! {
        /// Whatever is killed in between, what is known has no gap.
        #[test]
        fn what_is_known_has_no_gap_and_comes_to_all_of_it(
            most_days in 1_i64..40,
            kills in prop::collection::vec(0_usize..20, 0..6),
        ) {
            let (mut known, mut reread_on) = (None, None);
            for kill in kills {
                let mut at = Progress::begin(known, reread_on, NOW);
                for _ in 0..kill {
                    let Some(next) = at.next(TODAY, most_days) else { break };
                    if let Some((first, last)) = at.known {
                        prop_assert!(next.first <= forth(last, 1) && next.last >= back(first, 1));
                    }
                    at = at.with(next, TODAY);
                }
                (known, reread_on) = (at.known, at.reread_on);
            }
            let (_, at) = fetch(Progress::begin(known, reread_on, NOW), most_days);
            prop_assert_eq!(at.known, Some((date(2025, 10, 28), TODAY)));
        }
    }
}
