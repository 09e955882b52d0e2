//! Takes a run from its claim to its end.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::super::board::Run;
use super::super::cancel::Cancels;
use super::super::claim::{Claim, Claims, Held};
use super::super::definition::{Definition, Definitions};
use super::super::direction::Direction;
use super::super::error::Error;
use super::super::job::{BY_SYNC, Job, Runs, Task};
use super::super::letter::Known;
use super::super::survey::Survey;
use super::super::sync::Sync;
use super::super::{Active, Syncs};
use super::Pass;
use super::both::{Rules, listing_of};
use super::errand::Fatal;
use super::ledger::Ledger;
use super::planned::outdated;
use crate::audit::{Code, Event};
use crate::base::{Actor, Party, RunId, Scope, SyncId, chain};
use crate::connections::Credential;
use crate::datasets::Dataset;
use crate::jobs::{Ending, Failure, Phase};
use crate::store::{Batch, Scan, prefix};
use crate::{connections, providers, store};

/// A run that has been claimed, and everything that it works with.
pub(super) struct Claimed<'a> {
    pub(super) syncs: &'a Syncs,
    pub(super) active: &'a Active,
    pub(super) by: Actor,
    pub(super) sync_id: SyncId,
    pub(super) sync: Definition,
    /// The same, to be changed when its table has.
    pub(super) opened: Sync,
    /// Whether it was claimed before.
    pub(super) resumed: bool,
    pub(super) dataset: Dataset,
    /// What is known of everything that may be removed; empty where nothing is.
    pub(super) survey: Survey,
    /// The run that it undoes, or finds out how to.
    pub(super) undoes: Option<RunId>,
    pub(super) claim: Held,
    pub(super) live: watch::Sender<Run>,
    pub(super) halt: CancellationToken,
    pub(super) failure: Arc<OnceLock<Fatal>>,
    /// What the provider is called with; none as long as it was not.
    pub(super) credential: OnceLock<Credential>,
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
        let (mut job, now) = (row.value, services.clock.now());
        if job.claim(now).is_err() {
            return Ok(None); // it has ended
        }
        let (by, resumed) = (actor(active), job.started_at != Some(now));
        let dataset = match syncs.dataset_of(&Scope::owned_by(active.owner), &sync.value) {
            Err(Error::DatasetUnavailable(name)) => {
                syncs.refuse(active, (job, row.version), &name, &by).await?;
                return Ok(None);
            }
            dataset => dataset?,
        };
        if matches!(job.task, Task::Plan(_)) {
            // A plan shows one time: it is begun anew whenever its job is taken up.
            (job.counts, job.problems) = Default::default();
        }
        let undoes = syncs.undone_in(active.owner, job.task)?;
        let survey = if let Some(run) = undoes {
            syncs.size_undo(&mut job, (active.owner, run))?
        } else {
            let sized = syncs.size_up(&mut job, place, (&sync.value, &dataset));
            sized.await?
        };
        let mut batch = Batch::new(begun(active, &job, &by).build(&services.clock));
        batch.replace::<Runs>(&key, &job, row.version);
        batch.put::<Claims>(&active.run, &Claim { at: now });
        let version = match services.store.commit(batch).await {
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
            sync: sync.value.clone(),
            opened: Sync::new(syncs.clone(), sync),
            resumed,
            dataset,
            survey,
            undoes,
            claim: Held::new(active.run, version),
            live,
            halt: stop.child_token(),
            failure: Arc::default(),
            credential: OnceLock::new(),
        }))
    }

    /// The run as it is settled so far.
    fn ledger(&self) -> Result<Ledger, Error> {
        let key = (self.active.owner, self.active.run);
        let row = self.syncs.services.store.get::<Runs>(&key)?;
        let job = row.ok_or(Error::UnknownRun(self.active.run))?.value;
        let letters = Known::load(&self.syncs.services.store.snapshot()?, job.sync)?;
        // What was delivered can be taken back by nobody.
        let remembers = if self.syncs.shows_records(&self.opened)? {
            self.syncs.services.settings.undo_bytes
        } else {
            0
        };
        Ok(Ledger {
            id: self.active.run,
            owner: self.active.owner,
            job,
            letters,
            made: None,
            paused: false,
            remembers,
            undo_for: self.syncs.services.settings.undo_for,
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
            biased; // what was carried through is not called off
            worked = self.work(&mut ledger, task) => worked?,
            () = calling_off => {}
        }
        let fatal = self.failure.get();
        if fatal.is_none() && self.halt.is_cancelled() {
            self.book().paused();
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
        let errand = Arc::new(self.errand());
        let on = Arc::clone(&errand) as Arc<dyn providers::Errand>;
        let records = match connections
            .open_remote(&scope, self.sync.connection, (&self.by, on))
            .await
        {
            Ok((records, credential)) => {
                // It is opened once in a run.
                let _first = self.credential.set(credential);
                records
            }
            Err(error) => return self.not_connected(error),
        };
        let line = self.line(&*records, errand);
        let (base, table) = (&self.sync.base.id, &self.sync.table.id);
        let found = if records.delivers() {
            // There is nothing to ask for.
            Some(records.table(base, table).await.ok().flatten())
        } else {
            line.ask(|| records.table(base, table)).await
        };
        let Some(table) = found else {
            return Ok(());
        };
        match self.fit(table.as_ref(), task).await? {
            Ok(fit) => {
                let pass = self.pass(line, fit, task);
                match (task, self.sync.direction) {
                    (Task::Plan(plan), Direction::Pull) => {
                        self.make_pull_plan(pass, ledger, plan).await
                    }
                    (Task::Plan(plan), Direction::TwoWay) => {
                        self.make_both_plan(pass, ledger, plan).await
                    }
                    (Task::Plan(plan), Direction::Push) => {
                        let records = Arc::clone(&records);
                        self.make_plan(pass, ledger, records, plan).await
                    }
                    (Task::Execute(plan), _) => self.execute_plan(pass, ledger, plan).await,
                    (task, Direction::Pull) => pass.pull(ledger, task).await,
                    (task, Direction::TwoWay) => self.meet(pass, ledger, task).await,
                    (_, Direction::Push) => pass.write_changes(ledger).await,
                }
            }
            Err(failure) => {
                let failure = match task {
                    Task::Execute(_) => outdated(&failure.message),
                    Task::Push | Task::Pull | Task::Both | Task::Retry(_) | Task::Plan(_) => {
                        failure
                    }
                };
                line.fail(failure.into());
                Ok(())
            }
        }
    }

    /// Settles what was left open, then lets both sides meet.
    pub(super) async fn meet(
        &self,
        mut pass: Pass<'_>,
        ledger: &mut Ledger,
        task: Task,
    ) -> Result<(), Error> {
        let Some(next) = self.ready_to_meet(&mut pass, ledger).await? else {
            return Ok(());
        };
        let wrote = self.wrote(&ledger.job)?;
        pass.meet(ledger, (self.rules(task), next), wrote).await
    }

    /// Settles what was left open, and forgets what was listed before a stop. Gives the number of
    /// the next intent; `None` when the job is to stop.
    pub(super) async fn ready_to_meet(
        &self,
        pass: &mut Pass<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<u64>, Error> {
        let next = pass.settle(ledger).await?;
        if next.is_some() {
            pass.tell_notes(ledger);
            self.syncs.clear_staged(listing_of(self.active.run)).await?;
        }
        Ok(next)
    }

    /// By what rules both sides meet.
    pub(super) fn rules(&self, task: Task) -> Rules {
        Rules {
            meeting: self.sync.meeting.clone(),
            owner: self.active.owner,
            task,
        }
    }

    /// When the sync has last written to the provider, as far as is known.
    pub(super) fn wrote(&self, job: &Job) -> Result<Option<Timestamp>, Error> {
        let store = &self.syncs.services.store;
        let claim = store.get::<Claims>(&self.active.run)?;
        let claimed = claim.map(|row| row.value.at);
        if claimed != job.started_at {
            return Ok(claimed); // it was stopped on the way, and may have written until then
        }
        let mut wrote = None;
        let scan = Scan::prefix(prefix(&self.sync_id), usize::MAX).by(&BY_SYNC);
        store
            .snapshot()?
            .walk::<Runs>(&scan.backwards(), |_, row| {
                wrote = row.value.finished_at;
                Ok(if wrote.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
        Ok(wrote)
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
}

impl Pass<'_> {
    /// Settles what was left open, then writes what has changed.
    pub(super) async fn write_changes(mut self, ledger: &mut Ledger) -> Result<(), Error> {
        let Some(next) = self.settle(ledger).await? else {
            return Ok(());
        };
        self.tell_notes(ledger);
        if self.line.records.delivers() {
            // What was cut short has become letters just now.
            ledger.letters = Known::load(&self.store.snapshot()?, self.sync)?;
            self.passed = ledger.job.passed.iter().cloned().collect();
        }
        self.enter(Phase::Writing);
        self.push(ledger, next).await
    }
}

/// The event of a run that begins, or goes on.
fn begun(active: &Active, job: &Job, by: &Actor) -> Event {
    Event::new(Code::RunStarted, by)
        .entity("run", active.run, &job.sync_name)
        .entity("sync", job.sync, &job.sync_name)
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
