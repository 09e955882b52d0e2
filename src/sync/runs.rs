//! Shows runs and their outcomes, and lets the scheduler execute them.

use std::ops::ControlFlow;

use futures_util::Stream;
use tokio_util::sync::CancellationToken;

use super::board::{Run, follow};
use super::counts::Fate;
use super::definition::{Definition, Definitions};
use super::error::Error;
use super::job::{ACTIVE, BY_SYNC, Job, Runs, Task};
use super::outcome::{Outcome, Outcomes};
use super::priority::Priority;
use super::run;
use super::syncs::{Part, Syncs};
use crate::audit::{Code, Event};
use crate::base::{Actor, BadCursor, Cursor, JobId, RunId, Scope, SyncId, UserId, chain};
use crate::providers;
use crate::store::{BadKey, Key, Row, Scan, prefix};

/// A run that has not ended, as the scheduler sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Active {
    /// Whose it is.
    pub owner: UserId,
    /// The run.
    pub run: RunId,
    /// The base and the table that it writes to.
    pub table: (String, String),
    /// Whether somebody has asked for it and waits.
    pub interactive: bool,
    /// What its sync says now of how soon it is taken up.
    pub priority: Priority,
}

/// Some of an owner's runs.
pub struct RunsPage {
    /// The last one asked for first.
    pub runs: Vec<Run>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Some of a run's outcomes.
pub struct OutcomesPage {
    /// In the order in which they were settled.
    pub outcomes: Vec<Outcome>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Runs that have not ended are few: one for each sync at most.
const MOST_ACTIVE: usize = 100_000;

impl Syncs {
    /// A run as it is now. Another owner's answers exactly like one that does not exist.
    pub fn run(&self, scope: &Scope, id: RunId, by: &Actor) -> Result<Run, Error> {
        let job = self.job(scope, id)?;
        self.record(Event::new(Code::SyncsRead, by).entity("run", id, &job.sync_name));
        Ok(self.shown(Run::kept(id, job)))
    }

    /// Lists the owner's runs, of one sync or of all.
    pub fn runs(
        &self,
        scope: &Scope,
        sync: Option<SyncId>,
        part: &Part,
        by: &Actor,
    ) -> Result<RunsPage, Error> {
        let scan = match sync {
            Some(sync) => {
                let sync = self.open(scope, sync)?.id();
                Scan::prefix(prefix(&sync), part.limit).by(&BY_SYNC)
            }
            None => Scan::prefix(prefix(&scope.owner()), part.limit),
        };
        let scan = scan.backwards().after(part.after.as_ref());
        let page = self.page_of_runs(&scan, part.limit)?;
        self.record(Event::new(Code::SyncsRead, by).count("runs", page.runs.len() as u64));
        Ok(page)
    }

    /// The owner's newest jobs before `before` that are wanted, `most` at most.
    pub fn latest(
        &self,
        scope: &Scope,
        before: Option<JobId>,
        most: usize,
        wanted: impl Fn(&Job) -> bool,
    ) -> Result<Vec<Run>, Error> {
        let owner = scope.owner();
        let mut scan = Scan::prefix(prefix(&owner), usize::MAX).backwards();
        if let Some(before) = before {
            scan = scan.to((owner, RunId::from(before)).bytes());
        }
        let mut runs = Vec::new();
        let moment = self.services.store.snapshot()?;
        moment.walk::<Runs>(&scan, |_, row| {
            if wanted(&row.value) {
                runs.push(self.shown(Run::kept(row.key.1, row.value)));
            }
            Ok(if runs.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        Ok(runs)
    }

    /// The first `limit` runs of a scan; the jobs that make plans are none.
    fn page_of_runs(&self, scan: &Scan, limit: usize) -> Result<RunsPage, Error> {
        let mut page = RunsPage {
            runs: Vec::new(),
            next: None,
        };
        let mut last = None;
        let moment = self.services.store.snapshot()?;
        moment.walk::<Runs>(scan, |place, row| {
            if matches!(row.value.task, Task::Plan(_)) {
                return Ok(ControlFlow::Continue(()));
            }
            if page.runs.len() == limit {
                page.next = last.take().map(Cursor);
                return Ok(ControlFlow::Break(()));
            }
            last = Some(place.to_vec());
            page.runs.push(self.shown(Run::kept(row.key.1, row.value)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(page)
    }

    /// The run now, then whenever it has changed but at most four times a second, and its end.
    pub fn follow(
        &self,
        scope: &Scope,
        id: RunId,
        by: &Actor,
    ) -> Result<impl Stream<Item = Run> + Send + use<>, Error> {
        let kept = self.run(scope, id, by)?;
        let watching = self.board.place(|| kept, id).subscribe();
        // It may have ended before it had a place, and nobody would tell.
        let now = Run::kept(id, self.job(scope, id)?);
        if now.job.state.ended() {
            self.board.take_down(now);
        }
        Ok(follow(watching, self.services.clock.clone()))
    }

    /// Lists what became of the records of a run, of all or of those with one fate.
    pub fn outcomes(
        &self,
        scope: &Scope,
        (id, fate): (RunId, Option<Fate>),
        part: &Part,
        by: &Actor,
    ) -> Result<OutcomesPage, Error> {
        let job = self.job(scope, id)?;
        let (from, seen) = part.after.as_ref().map_or(Ok((0, 0)), place)?;
        let mut page = OutcomesPage {
            outcomes: Vec::new(),
            next: None,
        };
        let scan = Scan::prefix(prefix(&id), usize::MAX).from((id, from).bytes());
        self.services
            .store
            .snapshot()?
            .walk::<Outcomes>(&scan, |_, row| {
                let (_, block) = row.key;
                if fate.is_some_and(|fate| !row.value.holds(fate)) {
                    return Ok(ControlFlow::Continue(()));
                }
                let skip = if block == from { seen } else { 0 };
                for (at, outcome) in (0_u32..).zip(row.value.records()).skip(skip as usize) {
                    let outcome = outcome?;
                    if fate.is_none_or(|fate| fate == outcome.fate) {
                        if page.outcomes.len() == part.limit {
                            page.next = Some(Cursor((block, at).bytes()));
                            return Ok(ControlFlow::Break(()));
                        }
                        page.outcomes.push(outcome);
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
        let seen = Event::new(Code::SyncsRead, by).entity("run", id, &job.sync_name);
        self.record(seen.count("outcomes", page.outcomes.len() as u64));
        Ok(page)
    }

    /// The runs that have not ended, in the order in which they were asked for.
    pub fn active(&self) -> Result<Vec<Active>, Error> {
        let snapshot = self.services.store.snapshot()?;
        let scan = Scan::all(MOST_ACTIVE).by(&ACTIVE);
        let mut active = Vec::new();
        for row in snapshot.scan::<Runs>(&scan)?.rows {
            let (owner, run) = row.key;
            if let Some(sync) = snapshot.get::<Definitions>(&(owner, row.value.sync))? {
                let Definition {
                    base,
                    table,
                    priority,
                    ..
                } = sync.value;
                // Every hook calls its base alike.
                let base = if providers::names_one_place(&base.id) {
                    base.id
                } else {
                    sync.value.connection.to_string()
                };
                active.push(Active {
                    owner,
                    run,
                    table: (base, table.id),
                    interactive: row.value.by.is_some(),
                    priority,
                });
            }
        }
        active.sort_by_key(|active| active.run);
        Ok(active)
    }

    /// Executes a run until it ends or `stop` is told; it then goes on the next time.
    ///
    /// Errs for reasons of our own, such as a full disk: the run is to be executed again later.
    pub async fn execute(&self, active: &Active, stop: &CancellationToken) -> Result<(), Error> {
        Box::pin(run::execute(self, active, stop)).await
    }

    /// Ends a run that made the appliance itself break.
    pub async fn give_up(&self, active: &Active) {
        self.broke(active, "BROKE");
        if let Err(error) = Box::pin(run::give_up(self, active)).await {
            tracing::error!(run.id = %active.run, error = %chain(&error), "run {} cannot be ended", active.run);
        }
    }

    pub(super) fn job(&self, scope: &Scope, id: RunId) -> Result<Job, Error> {
        Ok(self.job_row(scope, id)?.value)
    }

    pub(super) fn job_row(&self, scope: &Scope, id: RunId) -> Result<Row<Runs>, Error> {
        let row = self.services.store.get::<Runs>(&(scope.owner(), id))?;
        row.ok_or(Error::UnknownRun(id))
    }
}

/// The block and the place in it that a cursor stands for.
fn place(cursor: &Cursor) -> Result<(u32, u32), Error> {
    let place = <(u32, u32)>::read(&mut cursor.0.as_slice());
    place.map_err(|BadKey| Error::BadCursor(BadCursor))
}
