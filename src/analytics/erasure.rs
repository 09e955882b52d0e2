//! Takes a visitor out of a site who wants to be forgotten, by the lasting id that they have.

use jiff::civil::Date;

use super::Error;
use super::intake::lasting;
use super::ledger::Erased;
use super::site::Site;
use crate::audit::Code;
use crate::base::Actor;
use crate::datasets::Access;
use crate::store::Batch;

/// Ids that events may have are no longer.
const LONGEST_ID: usize = 100;

/// Where a visitor was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// So many events, of those that are kept.
    pub events: u64,
    /// So many days.
    pub days: u64,
    /// So many of them have sums alone.
    pub days_of_sums: u64,
    /// The first and the last of the days.
    pub span: Option<(Date, Date)>,
}

impl From<Erased> for Traces {
    fn from(erased: Erased) -> Self {
        Self {
            events: erased.events,
            days: erased.days,
            days_of_sums: erased.days_of_sums,
            span: erased.span,
        }
    }
}

impl Site {
    /// Where a visitor was that events name by this id; nothing where nobody knows it.
    pub async fn find_visitor(&self, id: &str, by: &Actor) -> Result<Option<Traces>, Error> {
        let visitor = self.visitor(id)?;
        let parts = &self.all.0;
        let found = parts.ledger.find(self.number(), visitor).await?;
        let act = self.event(Code::VisitorFound, by);
        let act = act.count("events", found.map_or(0, |found| found.events));
        parts.log.record(act.build(&parts.clock));
        Ok(found.map(Traces::from))
    }

    /// Takes it out of everything that is kept. What comes in afterwards with the same id is another
    /// visitor's.
    pub async fn erase_visitor(&self, id: &str, by: &Actor) -> Result<Option<Traces>, Error> {
        let visitor = self.visitor(id)?;
        let parts = &self.all.0;
        let begun = self.event(Code::VisitorErasing, by).build(&parts.clock);
        let log = parts.log.clone();
        parts.blocking.run(move || log.append(&begun)).await?;
        let (act, clock) = (self.event(Code::VisitorErased, by), parts.clock.clone());
        let told = move |erased: &Erased| {
            let act = act.clone().count("events", erased.events);
            let act = act.count("days", erased.days);
            act.count("days_of_sums", erased.days_of_sums).build(&clock)
        };
        let act = told.clone();
        let act = move |erased: &Erased| Batch::new(act(erased));
        let erased = parts.ledger.erase(self.number(), visitor, act).await?;
        if erased.is_none() {
            parts.log.record(told(&Erased::default()));
        }
        Ok(erased.map(Traces::from))
    }

    fn visitor(&self, id: &str) -> Result<u64, Error> {
        self.demand(Access::Edit)?;
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Error::BadVisitor);
        }
        Ok(lasting(&self.opened.secret, id))
    }
}
