//! Remembers what full blocks have in them: they never change, so each is read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pace::Pace;
use crate::analytics::ledger::block::{Column, Columns, Text, Wanted};
use crate::analytics::ledger::day::Day;
use crate::analytics::ledger::fold::read_block;
use crate::analytics::ledger::rollup::Kind;
use crate::analytics::number::SiteNumber;
use crate::base::metrics::LIVE_BLOCKS;
use crate::store::{Error, Snapshot};

/// So many blocks are remembered at most, which is 67 million events.
const MOST: usize = 4_096;
/// The finest steps in which hours of any zone begin, in milliseconds.
pub(super) const QUARTER: i64 = 15 * 60 * 1000;

/// A block of a site's day.
pub(super) type Place = (SiteNumber, Day, usize);

/// What a block has in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// When the latest of its events happened.
    pub(super) last: i64,
    /// What happened in each quarter of an hour, by when it begins.
    pub(super) quarters: Vec<(i64, Pace)>,
}

/// What is remembered of all sites.
#[derive(Default)]
pub(in super::super) struct Marks(Mutex<HashMap<Place, Arc<Mark>>>);

impl Marks {
    fn open(&self) -> MutexGuard<'_, HashMap<Place, Arc<Mark>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a full block has in it.
    pub(super) fn of(&self, snapshot: &Snapshot, place: Place) -> Result<Arc<Mark>, Error> {
        if let Some(mark) = self.open().get(&place) {
            LIVE_BLOCKS.add(["known".into()], 1);
            return Ok(Arc::clone(mark));
        }
        LIVE_BLOCKS.add(["read".into()], 1);
        let (site, day, block) = place;
        let wanted = Wanted::NOTHING.and(Column::Text(Text::Name));
        let mark = Arc::new(Mark::of(&read_block(snapshot, (site, day), block, wanted)?));
        self.keep(place, Arc::clone(&mark));
        Ok(mark)
    }

    /// What is remembered longest ago of all that happened makes room.
    fn keep(&self, place: Place, mark: Arc<Mark>) {
        let mut marks = self.open();
        if marks.len() >= MOST {
            let oldest = marks.iter().min_by_key(|(_, mark)| mark.last);
            if let Some(oldest) = oldest.map(|(place, _)| *place) {
                marks.remove(&oldest);
            }
        }
        marks.insert(place, mark);
    }

    /// Forgets the days of a site before one: nobody asks for them any more.
    pub(super) fn forget_before(&self, site: SiteNumber, day: Day) {
        self.open()
            .retain(|(of, on, _), _| *of != site || *on >= day);
    }

    /// Forgets a site.
    pub(in super::super) fn forget(&self, site: SiteNumber) {
        self.open().retain(|(of, ..), _| *of != site);
    }

    #[cfg(test)]
    pub(in super::super) fn many(&self) -> usize {
        self.open().len()
    }
}

impl Mark {
    fn of(columns: &Columns) -> Self {
        let names = columns.texts(Text::Name);
        let kinds: Vec<Kind> = names.words.iter().map(|name| Kind::of(name)).collect();
        let mut quarters: BTreeMap<i64, Pace> = BTreeMap::new();
        for (at, name) in columns.at.iter().zip(&names.codes) {
            let pace = quarters.entry(quarter(*at)).or_default();
            pace.add(Pace::of(kinds[*name as usize]));
        }
        Self {
            last: columns.at.iter().copied().max().unwrap_or(i64::MIN),
            quarters: quarters.into_iter().collect(),
        }
    }
}

/// When the quarter of an hour begins that holds a moment.
pub(super) fn quarter(at: i64) -> i64 {
    at - at.rem_euclid(QUARTER)
}
