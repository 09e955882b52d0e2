//! Lets a job act on what has become of its table.

use super::super::definition::{Definition, Definitions};
use super::super::error::Error;
use super::super::schedule::Schedules;
use super::super::sync::Sync;
use super::look::Met;
use super::{Drift, Drifted, Drifts, Findings};
use crate::audit::{Code, Event};
use crate::base::Actor;
use crate::base::metrics::SYNC_DRIFTS;
use crate::datasets::Dataset;
use crate::jobs::Failure;
use crate::providers::RemoteTable;
use crate::store::Batch;

impl Sync {
    /// What a job works with that finds its table as `table`: this sync, or what is left of it.
    /// `keep` commits a batch for the job; a plan has none, and keeps nothing.
    ///
    /// The inner error says why the job cannot go on.
    pub(in crate::sync) async fn meet(
        &self,
        (dataset, table): (&Dataset, &RemoteTable),
        keep: Option<impl AsyncFnOnce(Batch) -> Result<(), Error>>,
        by: &Actor,
    ) -> Result<Result<Definition, Failure>, Error> {
        let own = (dataset.schema(), dataset.key_field());
        let found = Findings::at(self.definition(), own, table);
        let met = found.met(self.definition(), own, table);
        if let Some(keep) = keep
            && let Some(batch) = self.keeping(found, &met, by)?
        {
            keep(batch).await?;
        }
        Ok(match met {
            Met::AsItIs => Ok(self.definition().clone()),
            Met::Without(sync) | Met::Changed(sync) => Ok(*sync),
            Met::Stopped(failure) => Err(failure),
        })
    }

    /// The batch that keeps what was found and what was made of it; none when it is kept already.
    fn keeping(&self, found: Findings, met: &Met, by: &Actor) -> Result<Option<Batch>, Error> {
        let kept = self.drifted()?;
        let stops = matches!(met, Met::Stopped(_));
        let changed = match met {
            Met::Changed(sync) => Some(sync),
            Met::AsItIs | Met::Without(_) | Met::Stopped(_) => None,
        };
        let remembering = self.remembering(met);
        if changed.is_none() && found.is_nothing() {
            if kept.is_none() {
                return Ok(None);
            }
            let mut batch = Batch::new(self.event(Code::DriftEnded, by).build(self.clock()));
            self.end_drift(&mut batch)?;
            return Ok(Some(batch));
        }
        let known = |kept: &Drifted| kept.found == found && kept.stops == stops;
        let is_known = kept.as_ref().is_some_and(|kept| known(&kept.value));
        if changed.is_none() && remembering.is_none() && is_known {
            return Ok(None);
        }
        let mut batch = Batch::new(self.told(&found, met, by).build(self.clock()));
        if let Some(sync) = changed {
            let now = self.clock().now();
            let fresh = Definition {
                updated_at: now,
                ..(**sync).clone()
            };
            batch.replace::<Definitions>(&self.key(), &fresh, self.version());
            self.end_drift(&mut batch)?;
            return Ok(Some(batch));
        }
        if let Some(sync) = remembering {
            batch.replace::<Definitions>(&self.key(), &sync, self.version());
        }
        let mut rests = kept.as_ref().is_some_and(|kept| kept.value.rests);
        if !stops && rests {
            self.wake(&mut batch)?;
            rests = false;
        } else if stops && let Some(row) = self.rested()? {
            batch.replace::<Schedules>(&row.key, &row.value, row.version);
            rests = true;
        }
        let drifted = Drifted {
            since: self.clock().now(),
            found,
            stops,
            rests,
        };
        match kept {
            Some(kept) => batch.replace::<Drifts>(&kept.key, &drifted, kept.version),
            None => batch.insert::<Drifts>(&self.key(), &drifted),
        };
        Ok(Some(batch))
    }

    /// The sync as it is, with the mapping under which it goes on without what is lost: what both
    /// sides agree on meanwhile is to be known when that comes back. None where it remembers it, or
    /// nothing is agreed on by two sides.
    fn remembering(&self, met: &Met) -> Option<Definition> {
        let Met::Without(left) = met else {
            return None;
        };
        let mut fresh = self.definition().clone();
        fresh.remember(&left.mapping);
        let remembered = fresh.formerly.last();
        let has = remembered.is_none_or(|last| self.definition().formerly.contains(last));
        (!has).then_some(fresh)
    }

    /// The event of a drift that was found, and what is made of it.
    fn told(&self, found: &Findings, met: &Met, by: &Actor) -> Event {
        let action = match (met, self.definition().drift) {
            (Met::Stopped(_), _) => "paused",
            (Met::Changed(_), _) => "applied",
            // Nothing is lost: what is offered waits for somebody to accept it.
            (Met::AsItIs, _) | (Met::Without(_), Drift::Propose) => "proposed",
            (Met::Without(_), _) => "left_out",
        };
        SYNC_DRIFTS.add([action.into()], 1);
        let lost = found.lost.iter();
        let lost: Vec<&str> = lost.map(|lost| lost.remote_field_name.as_str()).collect();
        let offers = found.offers.iter();
        let new: Vec<&str> = offers
            .map(|offer| offer.remote_field_name.as_str())
            .collect();
        self.event(Code::SchemaDrifted, by)
            .detail("action", action)
            .detail("key_lost", found.key.is_some())
            .detail("lost", lost.join(", "))
            .detail("new", new.join(", "))
    }

    fn event(&self, code: Code, by: &Actor) -> Event {
        Event::new(code, by).entity("sync", self.id(), &self.definition().name)
    }
}
