//! Takes a run from its claim to its end.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::super::board::Run;
use super::super::cancel::Cancels;
use super::super::counts::Fate;
use super::super::definition::{Definition, Definitions};
use super::super::error::Error;
use super::super::job::{Job, Runs, Task};
use super::super::letter::Known;
use super::super::state::{Ending, Failure, Phase, State};
use super::super::{Active, Syncs};
use super::Pass;
use super::fit::Fit;
use super::ledger::Ledger;
use super::line::{Fatal, Line};
use super::reading::Reader;
use crate::audit::{Code, Event, Outcome};
use crate::base::{Act, Actor, Party, Scope, SyncId, chain};
use crate::datasets::Dataset;
use crate::providers::{Records, RemoteTable};
use crate::store::Batch;
use crate::{connections, providers, store};

/// A run that has been claimed, and everything that it works with.
struct Claimed<'a> {
    syncs: &'a Syncs,
    active: &'a Active,
    by: Actor,
    sync_id: SyncId,
    sync: Definition,
    dataset: Dataset,
    live: watch::Sender<Run>,
    halt: CancellationToken,
    failure: OnceLock<Fatal>,
}

/// Executes a run until it ends or `stop` is told; it then goes on at the next claim.
///
/// Errs for reasons of our own, such as a full disk: the run is to be claimed again later.
pub(in super::super) async fn execute(
    syncs: &Syncs,
    active: &Active,
    stop: &CancellationToken,
) -> Result<(), Error> {
    let Some(claimed) = Claimed::claim(syncs, active, stop).await? else {
        return Ok(()); // it has ended, or its sync is gone
    };
    let outcome = claimed.carry_through().await;
    syncs.stops.forget(active.run);
    outcome
}

/// Ends a run that cannot even be tried, such as one that makes the appliance itself break.
pub(in super::super) async fn give_up(syncs: &Syncs, active: &Active) -> Result<(), Error> {
    let stop = CancellationToken::new();
    let Some(claimed) = Claimed::claim(syncs, active, &stop).await? else {
        return Ok(());
    };
    let failure = Failure {
        code: "internal".into(),
        message: "The appliance made a mistake; its log has the cause under the run's id.".into(),
    };
    let ledger = claimed.ledger()?;
    claimed.end(ledger, Some(Ending::Failed(failure))).await
}

impl<'a> Claimed<'a> {
    /// Claims the run, durably and in the book, before anything is done for it.
    async fn claim(
        syncs: &'a Syncs,
        active: &'a Active,
        stop: &CancellationToken,
    ) -> Result<Option<Self>, Error> {
        let services = &syncs.services;
        let key = (active.owner, active.run);
        let Some(row) = services.store.get::<Runs>(&key)? else {
            return Ok(None);
        };
        let place = (active.owner, row.value.sync);
        let Some(sync) = services.store.get::<Definitions>(&place)? else {
            return Ok(None);
        };
        let mut job = row.value;
        if job.claim(services.clock.now()).is_err() {
            return Ok(None); // it has ended
        }
        let scope = Scope::owned_by(active.owner);
        let dataset = services.datasets.open(&scope, sync.value.dataset)?;
        if job.total.is_none() {
            job.total = Some(syncs.total(active.owner, &job.task, &dataset)?);
        }
        let by = actor(active);
        let act = Event::new(Code::RunStarted, &by)
            .entity("run", active.run, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name)
            .build(&services.clock);
        let mut batch = Batch::new(act);
        batch.replace::<Runs>(&key, &job, row.version);
        match services.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Ok(None), // it has just been called off
            outcome => outcome?,
        };
        let run = Run::kept(active.run, job);
        let live = syncs.board.place(|| run.clone(), active.run);
        live.send_replace(run);
        Ok(Some(Self {
            syncs,
            active,
            by,
            sync_id: place.1,
            sync: sync.value,
            dataset,
            live,
            halt: stop.child_token(),
            failure: OnceLock::new(),
        }))
    }

    /// The run as it is settled so far.
    fn ledger(&self) -> Result<Ledger, Error> {
        let key = (self.active.owner, self.active.run);
        let row = self.syncs.services.store.get::<Runs>(&key)?;
        let job = row.ok_or(Error::UnknownRun(self.active.run))?.value;
        let letters = Known::load(&self.syncs.services.store.snapshot()?, job.sync)?;
        Ok(Ledger {
            id: self.active.run,
            owner: self.active.owner,
            job,
            letters,
        })
    }

    /// Works until the run is stopped, fails or is called off, and ends it unless it was stopped.
    async fn carry_through(&self) -> Result<(), Error> {
        let called_off = self.syncs.stops.listen(self.active.run);
        let mut ledger = self.ledger()?;
        if let Some(ending) = self.foregone(&ledger.job)? {
            return self.end(ledger, Some(ending)).await;
        }
        let task = ledger.job.task;
        let calling_off = async {
            called_off.cancelled().await;
            // A failure before it stands.
            let _first = self.failure.set(Ending::Cancelled.into());
            self.halt.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            worked = self.work(&mut ledger, task) => worked?,
            () = calling_off => {}
        }
        let fatal = self.failure.get();
        if fatal.is_none() && self.halt.is_cancelled() {
            return Ok(());
        }
        if let Some(error) = fatal.and_then(|fatal| fatal.cause.as_ref()) {
            self.tell_connection(error).await;
        }
        let ending = fatal.map(|fatal| fatal.ending.clone());
        self.end(ledger, ending).await
    }

    /// How a run ends that was killed on the way to its end.
    fn foregone(&self, job: &Job) -> Result<Option<Ending>, Error> {
        let cancel = self.syncs.services.store.get::<Cancels>(&self.active.run)?;
        Ok(job.ending.clone().or(cancel.map(|_| Ending::Cancelled)))
    }

    /// Does what can be done until the run is stopped or fails.
    async fn work(&self, ledger: &mut Ledger, task: Task) -> Result<(), Error> {
        let scope = Scope::owned_by(self.active.owner);
        let connections = &self.syncs.services.connections;
        let records = match connections
            .open_remote(&scope, self.sync.connection, &self.by)
            .await
        {
            Ok(records) => records,
            Err(error) => return self.not_connected(error),
        };
        let line = self.line(&*records);
        let Some(tables) = line.ask(|| records.tables(&self.sync.base.id)).await else {
            return Ok(());
        };
        match self.fit(&tables) {
            Ok(fit) => self.pass(line, Arc::new(fit), task).carry_out(ledger).await,
            Err(failure) => {
                line.fail(failure.into());
                Ok(())
            }
        }
    }

    fn line<'l>(&'l self, records: &'l dyn Records) -> Line<'l> {
        Line {
            records,
            base: &self.sync.base.id,
            clock: &self.syncs.services.clock,
            live: &self.live,
            halt: &self.halt,
            failure: &self.failure,
        }
    }

    fn fit(&self, tables: &[RemoteTable]) -> Result<Fit, Failure> {
        let table = tables.iter().find(|table| table.id == self.sync.table.id);
        let table = table.ok_or_else(|| Failure {
            code: "table_gone".into(),
            message: format!(
                "The base {:?} has no table {:?} any more, or it is no longer shared with the \
                 account. Nothing was written.",
                self.sync.base.name, self.sync.table.name
            ),
        })?;
        Fit::new(
            &self.sync,
            self.dataset.schema(),
            self.dataset.key_field(),
            table,
        )
    }

    fn pass<'l>(&'l self, line: Line<'l>, fit: Arc<Fit>, task: Task) -> Pass<'l> {
        Pass {
            line,
            store: &self.syncs.services.store,
            blocking: self.syncs.services.blocking,
            sync: self.sync_id,
            reader: Reader {
                sync: self.sync_id,
                store: self.syncs.services.store.clone(),
                dataset: self.dataset.clone(),
                fit: Arc::clone(&fit),
                doubtful: Arc::default(),
                source: task.into(),
            },
            fit,
        }
    }

    /// Lets the run fail when the connection is at fault; errs when the appliance is.
    fn not_connected(&self, error: connections::Error) -> Result<(), Error> {
        match error {
            ours @ (connections::Error::Store(_) | connections::Error::Audit(_)) => {
                Err(ours.into())
            }
            error => {
                // Nothing has failed before: the slot is free.
                let _first = self.failure.set(Fatal::from(Failure {
                    code: "connection".into(),
                    message: format!(
                        "The connection cannot be used: {}. Test it, and replace its token if need \
                         be.",
                        chain(&error)
                    ),
                }));
                Ok(())
            }
        }
    }

    /// Lets the connection's status learn what the run met. The run's own end matters more: a
    /// status that cannot be kept is only logged.
    async fn tell_connection(&self, error: &providers::Error) {
        let scope = Scope::owned_by(self.active.owner);
        let connections = &self.syncs.services.connections;
        let told = connections.met_trouble(&scope, self.sync.connection, error);
        if let Err(error) = told.await {
            warn!(error = %chain(&error), "a connection's status was not kept");
        }
    }

    /// Ends the run in the store, in the book and for those who watch.
    async fn end(&self, mut ledger: Ledger, ending: Option<Ending>) -> Result<(), Error> {
        let now = self.syncs.services.clock.now();
        ledger.count_calls(&self.live.borrow().job);
        if ledger.job.end(ending, now).is_err() {
            return Ok(()); // it has ended already
        }
        let mut batch = Batch::new(self.ended(&ledger.job));
        batch.discard::<Cancels>(&self.active.run);
        ledger.put(&mut batch);
        self.syncs.services.store.commit(batch).await?;
        let run = Run::kept(self.active.run, ledger.job);
        log(&run);
        self.syncs.board.take_down(run);
        Ok(())
    }

    /// The event of a run's end: how many records met which fate, and the digest of the outcomes.
    fn ended(&self, job: &Job) -> Act {
        let (code, outcome) = match &job.state {
            State::Failed(failure) => (
                Code::RunFailed,
                Outcome::Failure {
                    code: "RUN_FAILED",
                    detail: failure.message.clone(),
                },
            ),
            State::Cancelled => (Code::RunCancelled, Outcome::Success),
            State::Queued | State::Running(_) | State::Done => {
                (Code::RunFinished, Outcome::Success)
            }
        };
        let mut event = Event::new(code, &self.by)
            .entity("run", self.active.run, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name)
            .count("calls", job.calls)
            .count("calls_refused", job.calls_refused)
            .count("records", job.counts.read)
            .detail("outcomes_sha256", job.digest.as_str())
            .status(outcome);
        for fate in Fate::ALL {
            event = event.count(fate.name(), job.counts.of(fate));
        }
        event.build(&self.syncs.services.clock)
    }
}

impl Pass<'_> {
    /// Settles what was left open, then writes what has changed.
    async fn carry_out(mut self, ledger: &mut Ledger) -> Result<(), Error> {
        self.enter(Phase::Settling);
        let Some(opens) = self.settle_open().await? else {
            return Ok(());
        };
        self.reader.doubtful = Arc::new(opens.doubtful);
        self.enter(Phase::Writing);
        self.push(ledger, opens.next).await
    }
}

fn actor(active: &Active) -> Actor {
    Actor {
        party: Party::Run {
            id: active.run,
            owner: active.owner,
        },
        origin: None,
    }
}

fn log(run: &Run) {
    let (id, counts) = (run.id, &run.job.counts);
    let (read, refused) = (counts.read, counts.refused + counts.unknown);
    let elapsed = run.job.finished_at.zip(run.job.started_at);
    let elapsed_ms = elapsed.map_or(0, |(end, start)| end.duration_since(start).as_millis());
    if let State::Failed(failure) = &run.job.state {
        warn!(
            run.id = %id, read, refused, calls = run.job.calls, elapsed_ms, code = %failure.code,
            "run {id} failed: {}", failure.message
        );
    } else {
        info!(
            run.id = %id, read, refused, calls = run.job.calls, elapsed_ms,
            "run {id} settled {read} records"
        );
    }
}
