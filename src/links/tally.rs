//! Tells the book how often links are opened: one line for each link and minute.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::error;

use super::row::Rows;
use super::service::{Ground, about};
use super::{Link, Links};
use crate::analytics::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, LinkId, SiteId, Tasks, chain};
use crate::store::{self, Batch};

/// The book is told so often of one link.
const EVERY: Duration = Duration::from_mins(1);
/// A note that loses a race is tried again so often.
const TRIES: u32 = 10;

/// How often links were opened since the book was told last.
#[derive(Default)]
pub(super) struct Tally(Mutex<HashMap<(SiteId, LinkId), Uses>>);

struct Uses {
    /// Who opened it first.
    event: Event,
    /// When that was, by the clock that never goes back.
    since: Duration,
    opened: u64,
}

impl Tally {
    fn open(&self) -> MutexGuard<'_, HashMap<(SiteId, LinkId), Uses>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Links {
    /// Starts telling the book of links that are opened.
    pub fn start(&self, tasks: &Tasks) {
        let (links, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let clock = &links.0.parts.clock;
            while stop.run_until_cancelled(clock.sleep(EVERY)).await.is_some() {
                links.tell(EVERY).await;
            }
            links.tell(Duration::ZERO).await;
        });
    }

    /// Tells what is to be told now.
    pub async fn tidy(&self) {
        self.tell(EVERY).await;
    }

    async fn tell(&self, least: Duration) {
        let parts = &self.0.parts;
        let now = parts.clock.elapsed();
        let due: Vec<((SiteId, LinkId), Uses)> = {
            let mut open = self.0.tally.open();
            let due = open.extract_if(|_, uses| now.saturating_sub(uses.since) >= least);
            due.collect()
        };
        for (key, uses) in due {
            let event = uses.event.count("opened", uses.opened);
            parts.log.record(event.build(&parts.clock));
            if let Err(cause) = self.0.note(&key, uses.opened).await {
                let cause = chain(&cause).to_string();
                error!(cause, "the use of a link could not be noted");
            }
        }
    }
}

impl Ground {
    /// Counts that a link was opened.
    pub(super) fn count(&self, site: &Site, link: &Link, by: &Actor) {
        let since = self.parts.clock.elapsed();
        let mut open = self.tally.open();
        let uses = open.entry(link.key).or_insert_with(|| Uses {
            event: about(site, (link.id(), link.name()), Code::LinkOpened, by),
            since,
            opened: 0,
        });
        uses.opened += 1;
    }

    /// Notes at the link when it was opened last, and how often.
    async fn note(&self, key: &(SiteId, LinkId), opened: u64) -> Result<(), store::Error> {
        for _ in 0..TRIES {
            let Some(mut row) = self.parts.store.get::<Rows>(key)? else {
                return Ok(()); // revoked meanwhile
            };
            row.value.used_at = Some(self.parts.now());
            row.value.uses += opened;
            let mut batch = Batch::bookkeeping();
            batch.replace::<Rows>(key, &row.value, row.version);
            match self.parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => {}
                outcome => return outcome.map(drop),
            }
        }
        Ok(())
    }
}
