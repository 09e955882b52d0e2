//! Sees to it that what is watched is what somebody waits for.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::row::{Stored, Watches};
use super::{Connections, Error, Heard, Place};
use crate::base::{ConnectionId, UserId, WatchId};
use crate::store::{self, Batch, Row, Scan, prefix};

/// So many bases are tended at once; each waits for its own turn at the provider.
const AT_ONCE: usize = 8;
/// No watch is looked at so seldom.
const LONGEST_LOOK: SignedDuration = SignedDuration::from_hours(48);

impl Connections {
    /// Says that what is to be watched may be another.
    pub fn ring_watches(&self) {
        self.0.watching.ring();
    }

    /// Returns when what is to be watched may be another.
    pub async fn watches_rung(&self) {
        self.0.watching.heard().await;
    }

    /// Has the bases that are `wanted` watched, and no others. Says when to look again, and of which
    /// bases nobody was told until now.
    pub async fn keep_watches(
        &self,
        mut wanted: BTreeSet<Place>,
        stop: &CancellationToken,
    ) -> Result<(Option<Timestamp>, Vec<Heard>), Error> {
        // A provider that is told by hand can be asked nothing.
        let mut by_hand = Vec::new();
        for place in &wanted {
            if self.is_told_by_hand(place)? {
                by_hand.push(place.clone());
            }
        }
        for place in &by_hand {
            wanted.remove(place);
        }
        self.note_down(&wanted).await?;
        let now = self.0.now();
        let is_due = |row: &Row<Watches>| {
            let ends = !wanted.contains(&row.key) && row.value.farewells == 0;
            // What lies further ahead was noted by a clock that was ahead.
            ends || row.value.look_at <= now || row.value.look_at > now + LONGEST_LOOK
        };
        let due = self.watches()?.into_iter().filter(is_due);
        let tended = futures_util::stream::iter(due).for_each_concurrent(AT_ONCE, |row| async {
            let is_wanted = wanted.contains(&row.key);
            // Whoever is stopped in between finds on the next look what was done.
            stop.run_until_cancelled(self.tend(row, is_wanted)).await;
        });
        tended.await;
        let (mut next, mut begun) = (None, Vec::new());
        for row in self.watches()? {
            begun.extend(self.begun(&row)?);
            let at = row.value.look_at;
            next = Some(next.map_or(at, |next: Timestamp| next.min(at)));
        }
        Ok((next, begun))
    }

    /// Writes down what is to be watched, before any provider is asked.
    async fn note_down(&self, wanted: &BTreeSet<Place>) -> Result<(), Error> {
        for place in wanted {
            if self.0.store.get::<Watches>(place)?.is_some() {
                continue;
            }
            let stored = Stored::new(WatchId::new(&self.0.clock), self.0.now());
            let mut batch = Batch::bookkeeping();
            batch.insert::<Watches>(place, &stored);
            match self.0.store.commit(batch).await {
                Ok(_) | Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The watches that go through one connection.
    pub(in crate::connections) fn watches_of(
        &self,
        connection: &(UserId, ConnectionId),
    ) -> Result<Vec<Row<Watches>>, Error> {
        let scan = Scan::prefix(prefix(connection), usize::MAX);
        Ok(self.0.store.scan::<Watches>(&scan)?.rows)
    }

    fn watches(&self) -> Result<Vec<Row<Watches>>, Error> {
        let mut rows = Vec::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Watches>(&Scan::all(usize::MAX), |_, row| {
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }
}
