//! Says of each connection and its syncs whether they do what they are for, and if not, the one
//! thing to do.
//!
//! The facts are gathered here; `judge` makes a verdict of them, and `advice` is what it may say.

mod advice;
mod judge;

use std::collections::HashMap;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::definition::{Definition, Definitions, Named};
use super::drift::{Drifted, Drifts};
use super::error::Error;
use super::job::{BY_SYNC, Job, Runs, Task};
use super::syncs::{Part, Syncs};
use super::trouble::Troubles;
use crate::base::{Actor, ConnectionId, Cursor, RunId, Scope, SyncId};
use crate::connections::{Connection, Standing};
use crate::jobs::{Failure, State};
use crate::store::{Row, Scan, Snapshot, prefix};

pub use advice::{Advice, Finding, Verdict};

/// So many of a sync's last runs are looked at.
const RECENT: u32 = 20;

/// Some of an owner's connections, with how they do.
pub struct HealthPage {
    /// In the order in which they were made.
    pub connections: Vec<ConnectionHealth>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// How a connection does.
pub struct ConnectionHealth {
    /// The connection.
    pub connection: Connection,
    /// How its own calls go out: those that concern none of its bases, where the provider counts
    /// the calls to each.
    pub quota: Standing,
    /// What it needs to be allowed and is not, in the provider's words.
    pub missing_scopes: Vec<String>,
    /// What to think of it.
    pub finding: Finding,
    /// How its syncs do.
    pub syncs: Vec<SyncHealth>,
}

/// How a sync does.
pub struct SyncHealth {
    /// The sync.
    pub id: SyncId,
    /// What its owner calls it.
    pub name: String,
    /// The base that it goes to.
    pub base: Named,
    /// How calls to that base go out.
    pub quota: Standing,
    /// How its mapping and its table have grown apart.
    pub drifted: Option<Drifted>,
    /// What its last runs say.
    pub runs: Recent,
    /// What to think of it.
    pub finding: Finding,
}

/// What the last runs of a sync say: the newest that have ended, without those that were called
/// off, twenty at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    /// How many there are.
    pub ended: u32,
    /// How many of them failed.
    pub failed: u32,
    /// When the last one ended that was carried through.
    pub last_success: Option<Timestamp>,
    /// The newest of them.
    pub last: Option<Last>,
}

/// The newest run of a sync that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// The run.
    pub run: RunId,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// The records that it could not settle.
    pub refused: u64,
}

impl Recent {
    fn take(&mut self, run: RunId, job: &Job) {
        let failure = match &job.state {
            State::Failed(failure) => Some(failure.clone()),
            _ => None,
        };
        self.ended += 1;
        self.failed += u32::from(failure.is_some());
        if failure.is_none() && self.last_success.is_none() {
            self.last_success = job.finished_at;
        }
        let refused = job.counts.refused + job.counts.unknown;
        self.last.get_or_insert(Last {
            run,
            failure,
            refused,
        });
    }

    /// How many of a hundred runs fail.
    pub fn failed_percent(&self) -> u32 {
        (self.failed * 100).checked_div(self.ended).unwrap_or(0)
    }
}

impl Syncs {
    /// How a part of the owner's connections do, with all of their syncs.
    pub fn health(&self, scope: &Scope, part: &Part, by: &Actor) -> Result<HealthPage, Error> {
        let all = &self.services.connections;
        let (page, next) = all.page(scope, part.limit, part.after.as_ref())?;
        let moment = self.services.store.snapshot()?;
        let mut syncs = self.by_connection(&moment, scope)?;
        let (mut connections, mut seen) = (Vec::new(), 0);
        for connection in page {
            let own = syncs.remove(&connection.id()).unwrap_or_default();
            seen += own.len() as u64;
            connections.push(self.health_of(&moment, scope, (connection, own))?);
        }
        all.note_seen((connections.len() as u64, seen), by);
        Ok(HealthPage { connections, next })
    }

    /// The bases that the owner's syncs go to through a connection.
    pub fn bases(&self, scope: &Scope, connection: ConnectionId) -> Result<Vec<String>, Error> {
        let moment = self.services.store.snapshot()?;
        let own = self.by_connection(&moment, scope)?.remove(&connection);
        let own = own.unwrap_or_default().into_iter();
        let mut bases: Vec<String> = own.map(|row| row.value.base.id).collect();
        bases.sort();
        bases.dedup();
        Ok(bases)
    }

    fn by_connection(
        &self,
        moment: &Snapshot,
        scope: &Scope,
    ) -> Result<HashMap<ConnectionId, Vec<Row<Definitions>>>, Error> {
        let mut syncs: HashMap<_, Vec<_>> = HashMap::new();
        let own = Scan::prefix(prefix(&scope.owner()), usize::MAX);
        moment.walk::<Definitions>(&own, |_, row| {
            syncs.entry(row.value.connection).or_default().push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(syncs)
    }

    fn health_of(
        &self,
        moment: &Snapshot,
        scope: &Scope,
        (connection, own): (Connection, Vec<Row<Definitions>>),
    ) -> Result<ConnectionHealth, Error> {
        let mut syncs = Vec::new();
        for row in own {
            syncs.push(self.sync_health(moment, scope, (&connection, row))?);
        }
        let quota = connection.quota("");
        let missing_scopes = connection.missing_scopes();
        let words = missing_scopes.iter();
        let words: Vec<String> = words
            .map(|scope| connection.provider().in_words(scope))
            .collect();
        let quotas = || syncs.iter().map(|sync| &sync.quota).chain([&quota]);
        let finding = judge::connection(
            &judge::Access {
                status: connection.health().status,
                problem: connection.health().last_problem.as_deref(),
                grant: connection.grant().as_ref(),
                missing: &words,
            },
            quotas(),
            self.services.clock.now(),
        );
        Ok(ConnectionHealth {
            connection,
            quota,
            missing_scopes,
            finding,
            syncs,
        })
    }

    fn sync_health(
        &self,
        moment: &Snapshot,
        scope: &Scope,
        (connection, row): (&Connection, Row<Definitions>),
    ) -> Result<SyncHealth, Error> {
        let ((_, id), sync) = (row.key, row.value);
        let runs = recent(moment, id)?;
        let trouble = moment.get::<Troubles>(&row.key)?;
        let drifted = moment.get::<Drifts>(&row.key)?.map(|row| row.value);
        let in_a_row = trouble.map_or(0, |row| row.value.failures);
        let finding = judge::sync(&judge::Doing {
            runs: &runs,
            in_a_row,
            failing_after: self.services.settings.failing_after,
            dataset_available: self.has_dataset(scope, &sync)?,
            drifted: drifted.as_ref(),
        });
        Ok(SyncHealth {
            id,
            quota: connection.quota(&sync.base.id),
            name: sync.name,
            base: sync.base,
            drifted,
            runs,
            finding,
        })
    }

    fn has_dataset(&self, scope: &Scope, sync: &Definition) -> Result<bool, Error> {
        match self.dataset_of(scope, sync) {
            Ok(_) => Ok(true),
            Err(Error::DatasetUnavailable(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What the last runs of a sync say.
fn recent(moment: &Snapshot, sync: SyncId) -> Result<Recent, Error> {
    let mut recent = Recent::default();
    let scan = Scan::prefix(prefix(&sync), usize::MAX).by(&BY_SYNC);
    moment.walk::<Runs>(&scan.backwards(), |_, row| {
        let job = &row.value;
        let counts = matches!(job.state, State::Done | State::Failed(_));
        if counts && !matches!(job.task, Task::Plan(_)) {
            recent.take(row.key.1, job);
        }
        Ok(if recent.ended < RECENT {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(recent)
}
