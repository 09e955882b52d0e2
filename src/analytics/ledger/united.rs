//! Remembers what days that are over came to together, with the visitors of their best lines: what
//! has changed since is added to that, and a year need not be united anew for each overview.

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::day::{Day, Days};
use super::known::{Asked, Ground, Known, Lines};
use super::query::{Question, Rows, Stretch};
use super::sheet::{unseal_crowds, walk};
use super::sums::{Place, Sums};
use crate::store::{Error, Version};

/// So many lines of a table keep their visitors: more than are shown, since others overtake them.
const KEPT: usize = 200;
/// So many lines' worth is remembered: some 32 MB.
const ROOM: usize = 160_000;
/// Days so long ago change seldom: events are taken that are seven days old.
const SETTLED_DAYS: i32 = 10;

/// What was united, by site and days.
pub(super) struct Closed(Known<(), Arc<United>>);

/// What a stretch of days came to.
pub(super) struct United {
    pub(super) sums: Sums,
    /// The visitors of the lines that may still meet others.
    crowds: HashMap<Place, RoaringBitmap>,
}

/// Which visitors are held on to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Those that must be counted for the lines that are shown.
    Shown,
    /// Those of all lines that may be shown once more days are added.
    More,
}

impl Default for Closed {
    fn default() -> Self {
        Self(Known::with_room(ROOM))
    }
}

impl Closed {
    /// Forgets a site.
    pub(super) fn forget(&self, site: crate::analytics::number::SiteNumber) {
        self.0.forget(site);
    }
}

impl Question<'_> {
    /// What all of its days came to; every line that is shown has its visitors.
    pub(super) fn unite(&self, closed: &Closed, rows: &Rows, words: usize) -> Result<Sums, Error> {
        let (first, last) = (self.first(), self.last());
        if let Some(end) = self.closed_end(rows)
            && let Some(base) = self.closed(closed, (rows, words), end)?
        {
            let rest = self.stretches(rows, (end.next(), last))?;
            if rest.is_empty() {
                return Ok(base.sums.clone());
            }
            let united = United::of((Some(&base), words), &rest, Keep::Shown, self)?;
            if let Some(united) = united {
                return Ok(united.sums);
            }
        }
        let all = self.stretches(rows, (first, last))?;
        let united = United::of((None, words), &all, Keep::Shown, self)?;
        Ok(united.map_or_else(|| Sums::new(words), |united| united.sums))
    }

    /// The last of the days that are over and have no events that wait, nor have those before.
    fn closed_end(&self, rows: &Rows) -> Option<Day> {
        let yesterday = Day(self.today.0 - 1);
        let waits = rows.first_waiting().map(|day| Day(day.0 - 1));
        let end = self.last().min(yesterday).min(waits.unwrap_or(yesterday));
        (end >= self.first()).then_some(end)
    }

    /// What the days up to one came to, remembered or counted now and remembered from now on.
    fn closed(
        &self,
        closed: &Closed,
        (rows, words): (&Rows, usize),
        end: Day,
    ) -> Result<Option<Arc<United>>, Error> {
        let asked = Asked {
            site: self.site,
            days: Days {
                first: self.days.first,
                last: end.date(),
            },
            question: (),
        };
        let ground = rows.ground(end, self.horizon);
        if let Some(united) = closed.0.find(&asked, ground) {
            return Ok(Some(united));
        }
        let settled = Day(self.today.0 - SETTLED_DAYS);
        let mut united = None;
        if (self.first()..end).contains(&settled)
            && let Some(base) = self.closed(closed, (rows, words), settled)?
        {
            let rest = self.stretches(rows, (settled.next(), end))?;
            united = United::of((Some(&base), words), &rest, Keep::More, self)?;
        }
        if united.is_none() {
            let all = self.stretches(rows, (self.first(), end))?;
            united = United::of((None, words), &all, Keep::More, self)?;
        }
        let united = united.map(Arc::new);
        if let Some(united) = &united {
            closed.0.keep(asked, ground, Arc::clone(united));
        }
        Ok(united)
    }
}

impl United {
    /// What stretches come to behind a base, in the order of time. None where the base does not
    /// know visitors that these may have met: without a base, there always is one.
    fn of(
        (base, words): (Option<&Self>, usize),
        stretches: &[Stretch],
        keep: Keep,
        question: &Question<'_>,
    ) -> Result<Option<Self>, Error> {
        let mut sums = base.map_or_else(|| Sums::new(words), |base| base.sums.clone());
        for stretch in stretches {
            walk(stretch.lines(), &mut |dimension, line| {
                sums.add(dimension, &line);
                Ok(())
            })?;
        }
        let wanted = match keep {
            Keep::Shown => sums.met(),
            Keep::More => sums.met_within(KEPT),
        };
        let mut crowds = HashMap::new();
        if let Some(base) = base {
            for place in wanted
                .places()
                .filter(|place| base.sums.has_visitors(*place))
            {
                let Some(crowd) = base.crowds.get(&place) else {
                    return Ok(None);
                };
                crowds.insert(place, crowd.clone());
            }
        }
        for stretch in stretches.iter().filter(|_| !wanted.is_empty()) {
            let bytes = stretch.crowds(question)?;
            let bytes = unseal_crowds(&bytes)?;
            walk(stretch.lines(), &mut |dimension, line| {
                let place = (dimension, line.value);
                if wanted.has(place) {
                    *crowds.entry(place).or_default() |= line.visitors(bytes)?;
                }
                Ok(())
            })?;
        }
        for (place, crowd) in &crowds {
            sums.set_visitors(*place, crowd.len());
        }
        if keep == Keep::Shown {
            crowds.clear();
        }
        Ok(Some(Self { sums, crowds }))
    }
}

impl Lines for () {
    fn lines(&self) -> usize {
        0
    }
}

impl Lines for Arc<United> {
    fn lines(&self) -> usize {
        let crowds = self.crowds.values();
        let bytes: usize = crowds.map(|crowd| crowd.serialized_size() + 64).sum();
        self.sums.lines() + bytes / super::known::LINE
    }
}

impl Rows {
    /// What the days up to one rest on.
    fn ground(&self, end: Day, horizon: super::horizon::Horizon) -> Ground {
        let versions = self.until(end).map(|row| row.version);
        Ground {
            days: self.until(end).count() as u64,
            latest: versions.max().unwrap_or(Version(0)),
            horizon,
        }
    }
}
