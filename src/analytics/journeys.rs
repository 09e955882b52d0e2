//! Tells which ways visits commonly take through a site.

use jiff::Timestamp;

use super::Error;
use super::ledger::{Direction, Facet, Filter, Journeys, Travelled};
use super::period::Period;
use super::question::{BadQuestion, MOST_BYTES, check_filters};
use super::site::Site;
use crate::base::{Actor, KeptId};

/// A way has so many steps at most.
const MOST_STEPS: u16 = 10;
/// So many ways are told at most.
const MOST_WAYS: u32 = 500;

/// What is asked of the ways that visits take.
#[derive(Clone, Debug)]
pub(crate) struct AskedJourneys {
    /// What they go through.
    pub(crate) dimension: Facet,
    pub(crate) direction: Direction,
    /// What every way begins with.
    pub(crate) at: Option<String>,
    pub(crate) steps: u16,
    pub(crate) limit: u32,
    /// A segment whose filters pick, too.
    pub(crate) segment: Option<KeptId>,
    pub(crate) filters: Vec<Filter>,
}

/// The ways that visits took.
pub(crate) struct Journeyed {
    pub(crate) period: Period,
    /// When this was known.
    pub(crate) known_at: Timestamp,
    pub(crate) travelled: Travelled,
}

impl AskedJourneys {
    /// What ways are made of, once everything is found acceptable.
    fn check(&self, week_starts: u8) -> Result<Journeys, BadQuestion> {
        if !(2..=MOST_STEPS).contains(&self.steps) {
            return Err(BadQuestion::BadWay(self.steps));
        }
        if !(1..=MOST_WAYS).contains(&self.limit) {
            return Err(BadQuestion::BadWays(self.limit));
        }
        let bytes = self.at.as_ref().map(String::len);
        if bytes.is_some_and(|bytes| !(1..=MOST_BYTES).contains(&bytes)) {
            return Err(BadQuestion::BadStart);
        }
        check_filters(&self.filters)?;
        Ok(Journeys {
            facet: self.dimension,
            direction: self.direction,
            anchor: self.at.as_deref().map(Into::into),
            steps: usize::from(self.steps),
            most: self.limit as usize,
            filters: self.filters.clone(),
            week_starts,
        })
    }
}

impl Site {
    /// The commonest ways of visits on the days of a period.
    pub(crate) async fn journeys(
        &self,
        period: Period,
        asked: &AskedJourneys,
        by: &Actor,
    ) -> Result<Journeyed, Error> {
        let known_at = self.all.0.now();
        let mut journeys = asked.check(self.week_start().after_monday())?;
        journeys.filters = self.filters_with(asked.segment, &asked.filters)?;
        let place = (self.number(), self.zone());
        let ledger = &self.all.0.ledger;
        let travelled = ledger.travel(place, period.into(), journeys).await?;
        self.note_asked(period, ("visits", travelled.visits), by);
        Ok(Journeyed {
            period,
            known_at,
            travelled,
        })
    }
}
