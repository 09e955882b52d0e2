//! Says which feeds are fetched now, and removes what deleted ones have left.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::row::{Days, Feeds as Rows};
use super::{Error, Feeds};
use crate::base::{FeedId, SiteId, UserId};
use crate::store::{Batch, Scan, prefix};

/// So many days are removed with one batch.
const AT_ONCE: usize = 2_000;

/// A feed that is fetched now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose it is.
    pub owner: UserId,
    /// The site that it belongs to.
    pub site: SiteId,
    /// Which it is.
    pub feed: FeedId,
}

impl Feeds {
    /// The feeds whose time has come, those first that have waited longest, and when the next one's
    /// comes. Only of owners who `may` change their sites.
    pub fn due(
        &self,
        may: &dyn Fn(UserId) -> bool,
    ) -> Result<(Vec<Due>, Option<Timestamp>), Error> {
        let now = self.0.now();
        let mut due = Vec::new();
        let mut wake: Option<Timestamp> = None;
        let moment = self.0.store.snapshot()?;
        moment.walk::<Rows>(&Scan::all(usize::MAX), |_, row| {
            let ((site, feed), stored) = (row.key, row.value);
            if stored.paused {
                return Ok(ControlFlow::Continue(()));
            }
            let owner = stored.owner;
            if stored.next_at <= now {
                due.push((stored.next_at, Due { owner, site, feed }));
            } else {
                wake = Some(wake.map_or(stored.next_at, |wake| wake.min(stored.next_at)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        due.retain(|(_, due)| may(due.owner));
        due.sort_by_key(|(since, _)| *since);
        Ok((due.into_iter().map(|(_, due)| due).collect(), wake))
    }

    /// Removes the days of feeds that are gone, such as with their sites.
    pub async fn sweep(&self) -> Result<(), Error> {
        let mut gone = BTreeSet::new();
        let moment = self.0.store.snapshot()?;
        let mut from = Vec::new();
        // From one feed's first day to the next one's, whatever lies between.
        loop {
            let page = moment.scan::<Days>(&Scan::all(1).from(from))?;
            let Some(row) = page.rows.into_iter().next() else {
                break;
            };
            let key = (row.key.0, row.key.1);
            if moment.get::<Rows>(&key)?.is_none() {
                gone.insert(key);
            }
            from = prefix(&key);
            from.extend_from_slice(&[0xFF; 16]);
        }
        drop(moment);
        for key in gone {
            while !self
                .0
                .store
                .scan::<Days>(&Scan::prefix(prefix(&key), 1))?
                .rows
                .is_empty()
            {
                let mut batch = Batch::bookkeeping();
                batch.clear::<Days>(prefix(&key), AT_ONCE);
                self.0.store.commit(batch).await?;
            }
        }
        Ok(())
    }
}
