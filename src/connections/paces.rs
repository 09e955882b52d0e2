//! Keeps what the paces have learnt, so that a restart does not begin by running into the same
//! walls: how much slower a vendor wants it, until when it wants to be left alone, and which of
//! its limits is met.
//!
//! It is written when something is learnt, and at most every few seconds; nothing is written for a
//! call. It is bookkeeping: the calls that taught it are what is counted and logged.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::service::Service;
use super::{Connections, Error};
use crate::base::chain;
use crate::providers::{Endpoint, Gate, Kind, Learnt};
use crate::store::{Batch, Collection, Json, Scan};

/// It is not written more often than that.
const EVERY: Duration = Duration::from_secs(3);
/// What was learnt so long ago is not believed any more.
const BELIEVED: Duration = Duration::from_hours(7 * 24);

/// What was learnt of each quota: by provider, endpoint, and what shares the quota there.
pub(super) struct Paces;

impl Collection for Paces {
    const NAME: &'static str = "pace";
    type Key = (String, String, String);
    type Value = Kept;
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    learnt: Learnt,
    at: Timestamp,
}

impl Json for Kept {}

impl Connections {
    /// Takes up what was learnt before the last stop, or crash.
    pub(super) fn recall_paces(&self) {
        if let Err(error) = self.recalled() {
            warn!(error = %chain(&error), "what the paces had learnt could not be read; they begin anew");
        }
    }

    fn recalled(&self) -> Result<(), Error> {
        let service = &self.0;
        let oldest = service.now() - BELIEVED;
        let moment = service.store.snapshot()?;
        moment.walk::<Paces>(&Scan::all(usize::MAX), |_, row| {
            let (kind, endpoint, lane) = row.key;
            if let Some(gate) = service.gate(&kind, &endpoint) {
                if row.value.at < oldest {
                    gate.note_changed(&lane);
                } else {
                    gate.recall(&lane, &row.value.learnt);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(())
    }

    /// Keeps what the paces learn until `stop` is told.
    pub(super) async fn keep_paces(self, stop: CancellationToken) {
        let service = &self.0;
        let mut told = false;
        while let Some(()) = stop.run_until_cancelled(service.learnt.notified()).await {
            told = self.write_paces(told).await;
            let pause = service.clock.sleep(EVERY);
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
        }
        self.write_paces(told).await;
    }

    /// Writes what was learnt since the last time. Gives whether the log knows that it cannot.
    async fn write_paces(&self, told: bool) -> bool {
        let service = &self.0;
        let changed: Vec<_> = service
            .gates()
            .flat_map(|(kind, endpoint, gate)| {
                let changed = gate.take_changed();
                changed
                    .into_iter()
                    .map(move |(lane, learnt)| (kind, endpoint, gate, lane, learnt))
            })
            .collect();
        if changed.is_empty() {
            return told;
        }
        let mut batch = Batch::bookkeeping();
        for (kind, endpoint, _, lane, learnt) in &changed {
            let key = (
                kind.name().to_owned(),
                endpoint.name().to_owned(),
                lane.clone(),
            );
            if *learnt == Learnt::default() {
                batch.discard::<Paces>(&key);
            } else {
                let at = service.now();
                let learnt = learnt.clone();
                batch.put::<Paces>(&key, &Kept { learnt, at });
            }
        }
        let Err(error) = service.store.commit(batch).await else {
            return false;
        };
        for (_, _, gate, lane, _) in &changed {
            gate.note_changed(lane);
        }
        if !told {
            warn!(error = %chain(&error), "what the paces have learnt could not be kept; it is tried again");
        }
        true
    }
}

impl Service {
    fn gates(&self) -> impl Iterator<Item = (Kind, Endpoint, &Gate)> {
        let homes = self.homes.iter();
        homes.map(|((kind, endpoint), home)| (*kind, *endpoint, &*home.gate))
    }

    fn gate(&self, kind: &str, endpoint: &str) -> Option<&Gate> {
        let mut gates = self.gates();
        let gate = gates.find(|(own, at, _)| own.name() == kind && at.name() == endpoint);
        gate.map(|(_, _, gate)| gate)
    }
}
