//! Asks for plans, shows them, and has them carried out.

use std::ops::ControlFlow;

use super::super::board::Run;
use super::super::counts::Fate;
use super::super::direction::Direction;
use super::super::error::Error;
use super::super::job::{Job, Runs, Task};
use super::super::link::Links;
use super::super::schedule::Schedules;
use super::super::sync::{Sync, starter};
use super::super::syncs::{Part, Syncs};
use super::{BY_SYNC, Blocks, ById, ByKey, Change, Dispute, Made, OPEN, Plan, PlanState, Side};
use super::{Before, PlanStep, Plans};
use crate::audit::{Code, Event};
use crate::base::{Actor, BadCursor, Cursor, PlanId, RunId, Scope, SyncId, UserId};
use crate::jobs::{Failure, State};
use crate::store::{BadKey, Batch, Collection, Key as _, Row, Scan, Snapshot, prefix};

/// Some of a sync's plans.
pub struct PlansPage {
    /// The last one asked for first.
    pub plans: Vec<(PlanId, Plan)>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Some of what a plan lists.
#[derive(Default)]
pub struct ChangesPage {
    /// In the order of keys.
    pub changes: Vec<Change>,
    /// Where the next page begins. A page may be short, or even empty, and yet not the last: no
    /// call looks at more than 100,000 records.
    pub next: Option<Cursor>,
}

/// Which of a plan's records are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those with this fate.
    pub fate: Option<Fate>,
    /// Only those that hold this text in their key, reason or fields, in any case of letters.
    pub text: Option<String>,
    /// Only those of which something becomes on this side, of a sync that goes both ways.
    pub side: Option<Side>,
    /// Only those that both sides have changed, and about which it is decided so.
    pub dispute: Option<Dispute>,
}

impl Wanted {
    /// Whether a record is wanted, given the text in lower case.
    fn takes(&self, change: &Change, text: Option<&String>) -> bool {
        let ways = change.ways;
        self.side.is_none_or(|side| ways.writes(side))
            && (self.dispute.is_none() || self.dispute == ways.dispute)
            && text.is_none_or(|text| change.speaks_of(text))
    }
}

/// One call looks at no more records of a plan than this.
const MOST_SEEN: usize = 100_000;
/// Rows that are removed at once.
const ROWS: usize = 5_000;
/// A block holds some hundreds of records.
const BLOCKS: usize = 100;

impl Sync {
    /// Asks for a plan: a job finds out what a run would do. A plan that waits for approval makes
    /// room for it.
    ///
    /// The remote records are read first when `read_first` says so, and always while nothing was
    /// agreed yet. Errs while a job of this sync has not ended.
    pub async fn plan(&self, read_first: bool, by: &Actor) -> Result<(PlanId, Plan), Error> {
        self.plan_for(read_first, None, by).await
    }

    /// The same, or a plan that undoes a run.
    pub(in super::super) async fn plan_for(
        &self,
        read_first: bool,
        undoes: Option<RunId>,
        by: &Actor,
    ) -> Result<(PlanId, Plan), Error> {
        self.reaches_dataset()?;
        let (syncs, clock) = (self.syncs(), self.clock());
        let name = &self.definition().name;
        let agreed = Scan::prefix(prefix(&self.id()), 1);
        let agreed = syncs.services.store.scan::<Links>(&agreed)?;
        // What brings records here has nothing to go by but what it reads.
        let reads = self.definition().direction != Direction::Push;
        let (id, job_id) = (PlanId::new(clock), RunId::new(clock));
        let plan = Plan {
            sync: self.id(),
            sync_name: name.clone(),
            direction: self.definition().direction,
            by: starter(by),
            job: job_id,
            state: PlanState::Making,
            // A hook has nothing to read, and what a pull wrote is here.
            read_first: syncs.shows_records(self)?
                && (read_first || undoes.is_none() && (reads || agreed.rows.is_empty())),
            scope: self.definition().scope.clone(),
            undoes,
            queued_at: clock.now(),
            made_at: None,
            expires_at: None,
            made: None,
            approved_by: None,
            approved_at: None,
            run: None,
        };
        let task = Task::Plan(id);
        let job = Job::queued((self.id(), name), task, plan.by.clone(), clock.now());
        let job = job.going(plan.direction);
        let act = Event::new(Code::PlanQueued, by)
            .entity("plan", id, name)
            .entity("sync", self.id(), name)
            .detail("read_first", plan.read_first);
        let act = match undoes {
            Some(run) => act
                .entity("run", run, name)
                .detail("undoes", run.to_string()),
            None => act,
        };
        let mut batch = Batch::new(act.build(clock));
        syncs.supersede(&mut batch, self.id())?;
        batch.insert::<Plans>(&(self.owner(), id), &plan);
        batch.insert::<Runs>(&(self.owner(), job_id), &job);
        syncs.commit(batch, name).await?;
        syncs.services.nudge.ring();
        Ok((id, plan))
    }

    /// Lists the sync's plans.
    pub fn plans(&self, part: &Part, by: &Actor) -> Result<PlansPage, Error> {
        let scan = Scan::prefix(prefix(&self.id()), part.limit).by(&BY_SYNC);
        let scan = scan.backwards().after(part.after.as_ref());
        let page = self.syncs().services.store.scan::<Plans>(&scan)?;
        let event = Event::new(Code::SyncsRead, by)
            .entity("sync", self.id(), &self.definition().name)
            .count("plans", page.rows.len() as u64);
        self.syncs().record(event);
        let plans = page.rows.into_iter().map(|row| (row.key.1, row.value));
        Ok(PlansPage {
            plans: plans.collect(),
            next: page.next,
        })
    }
}

impl Syncs {
    /// Whether the remote records of a sync can be read.
    pub(in crate::sync) fn shows_records(&self, sync: &Sync) -> Result<bool, Error> {
        let scope = Scope::owned_by(sync.owner());
        let connections = &self.services.connections;
        let connection = connections.open(&scope, sync.definition().connection)?;
        Ok(connection.provider().shows_records())
    }

    /// A plan as it is now. Another owner's answers exactly like one that does not exist.
    pub fn plan(&self, scope: &Scope, id: PlanId, by: &Actor) -> Result<Plan, Error> {
        let plan = self.plan_row(scope, id)?.value;
        self.record(Event::new(Code::SyncsRead, by).entity("plan", id, &plan.sync_name));
        Ok(plan)
    }

    /// Lists what a plan would do with records, with the plan itself.
    pub async fn changes(
        &self,
        scope: &Scope,
        (id, wanted): (PlanId, Wanted),
        part: Part,
        by: &Actor,
    ) -> Result<(Plan, ChangesPage), Error> {
        let plan = self.plan_row(scope, id)?.value;
        self.open(scope, plan.sync)?.reaches_dataset()?;
        let after = part.after.as_ref().map(place).transpose()?;
        let moment = self.services.store.snapshot()?;
        let look = move || look(&moment, id, &wanted, (after, part.limit));
        let page = self.services.blocking.run(look).await?;
        let seen = Event::new(Code::SyncsRead, by).entity("plan", id, &plan.sync_name);
        self.record(seen.count("changes", page.changes.len() as u64));
        Ok((plan, page))
    }

    /// Approves a plan and queues the run that carries it out.
    ///
    /// Errs when it is not ready, or no longer good, or a job of the sync has not ended.
    pub async fn approve(&self, scope: &Scope, id: PlanId, by: &Actor) -> Result<Run, Error> {
        let row = self.plan_row(scope, id)?;
        let (mut plan, clock) = (row.value, &self.services.clock);
        let sync = self.open(scope, plan.sync)?;
        sync.reaches_dataset()?;
        let now = clock.now();
        let run = RunId::new(clock);
        let stands = plan.state.told();
        plan.step(PlanStep::Approve)
            .map_err(|_impossible| Error::NotReady(id, stands))?;
        if plan.expires_at.is_none_or(|end| end < now) {
            return Err(Error::Expired(id));
        }
        if let Some(undone) = plan.undoes
            && let Some(why) = self.job(scope, undone)?.no_undo(now)
        {
            return Err(Error::NotUndoable(undone, why));
        }
        plan.approved_by = starter(by);
        plan.approved_at = Some(now);
        plan.run = Some(run);
        let name = &sync.definition().name;
        let task = Task::Execute(id);
        let mut job = Job::queued((plan.sync, name), task, starter(by), now).going(plan.direction);
        job.undoes = plan.undoes;
        let hash = plan.made.as_ref().map(Made::hash).unwrap_or_default();
        // Its next run would write again what was taken back.
        let resting = match plan.undoes {
            Some(_) => sync.rested()?,
            None => None,
        };
        let act = Event::new(Code::PlanApproved, by)
            .entity("plan", id, name)
            .entity("run", run, name)
            .entity("sync", plan.sync, name)
            .detail("plan_sha256", hash);
        let act = match plan.undoes {
            Some(undone) => act
                .detail("undoes", undone.to_string())
                .detail("schedule_paused", resting.is_some()),
            None => act,
        };
        let mut batch = Batch::new(act.build(clock));
        let silenced = if plan.undoes.is_some() {
            sync.own_rest(&mut batch)?;
            sync.no_longer_wakes(&mut batch)?
        } else {
            false
        };
        if let Some(schedule) = resting {
            batch.replace::<Schedules>(&schedule.key, &schedule.value, schedule.version);
        }
        batch.replace::<Plans>(&row.key, &plan, row.version);
        batch.insert::<Runs>(&(scope.owner(), run), &job);
        self.commit(batch, name).await?;
        self.services.nudge.ring();
        if silenced {
            self.services.connections.ring_watches();
        }
        Ok(Run::kept(run, job))
    }

    /// Adds to `batch` that the sync's plan that waits for approval is overtaken by something.
    pub(crate) fn supersede(&self, batch: &mut Batch, sync: SyncId) -> Result<(), Error> {
        let open = self.services.store.find::<Plans>(&OPEN, &sync)?;
        if let Some(Row {
            key,
            mut value,
            version,
        }) = open
            && value.state == PlanState::Ready
            && value.step(PlanStep::Supersede).is_ok()
        {
            batch.replace::<Plans>(&key, &value, version);
        }
        Ok(())
    }

    /// Adds to `batch` what the end of a job means for its plan, which has come to `made` if the
    /// job was to make it.
    pub(crate) fn close_plan(
        &self,
        batch: &mut Batch,
        owner: UserId,
        job: &Job,
        made: Option<Made>,
    ) -> Result<(), Error> {
        let (id, step) = match (job.task, &job.state) {
            (Task::Push | Task::Pull | Task::Both | Task::Retry(_), _) => return Ok(()),
            (Task::Plan(id), State::Failed(failure)) => (id, PlanStep::Fail(failure.clone())),
            (Task::Plan(id), State::Cancelled) => (id, PlanStep::Fail(cancelled())),
            (Task::Plan(id), _) => (id, PlanStep::Made),
            (Task::Execute(id), State::Cancelled) if job.started_at.is_none() => {
                (id, PlanStep::Release)
            }
            (Task::Execute(id), State::Failed(failure)) if failure.code == OUTDATED => {
                (id, PlanStep::Supersede)
            }
            (Task::Execute(id), _) => (id, PlanStep::Execute),
        };
        let Some(row) = self.services.store.get::<Plans>(&(owner, id))? else {
            return Ok(());
        };
        let mut plan = row.value;
        if plan.step(step).is_err() {
            return Ok(());
        }
        if made.is_some() {
            let now = self.services.clock.now();
            plan.made_at = Some(now);
            plan.expires_at = Some(
                self.services
                    .clock
                    .after(self.services.settings.plan_validity),
            );
            plan.made = made;
        }
        if plan.state == PlanState::Ready && job.task == Task::Execute(id) {
            (plan.approved_by, plan.approved_at, plan.run) = (None, None, None);
        }
        batch.replace::<Plans>(&row.key, &plan, row.version);
        Ok(())
    }

    /// Removes the remote records that were read for a plan.
    pub(crate) async fn clear_staged(&self, plan: PlanId) -> Result<(), Error> {
        self.clear::<ById>(plan, ROWS).await?;
        self.clear::<ByKey>(plan, ROWS).await
    }

    /// Removes everything that a plan has come to so far.
    pub(crate) async fn clear_plan(&self, plan: PlanId) -> Result<(), Error> {
        self.clear_staged(plan).await?;
        self.clear::<Blocks>(plan, BLOCKS).await
    }

    async fn clear<C: Collection>(&self, plan: PlanId, rows: usize) -> Result<(), Error> {
        let store = &self.services.store;
        let of_plan = || prefix(&plan);
        while !store
            .scan::<C>(&Scan::prefix(of_plan(), 1))?
            .rows
            .is_empty()
        {
            let mut batch = Batch::bookkeeping();
            batch.clear::<C>(of_plan(), rows);
            store.commit(batch).await?;
        }
        Ok(())
    }

    fn plan_row(&self, scope: &Scope, id: PlanId) -> Result<Row<Plans>, Error> {
        let row = self.services.store.get::<Plans>(&(scope.owner(), id))?;
        row.ok_or(Error::UnknownPlan(id))
    }
}

/// The word of a run that stops because its plan no longer fits.
pub(crate) const OUTDATED: &str = "plan_outdated";

fn cancelled() -> Failure {
    Failure {
        code: "cancelled".into(),
        message: "The making of the plan was cancelled.".into(),
    }
}

/// The key that a cursor stands for.
fn place(cursor: &Cursor) -> Result<String, Error> {
    let place = String::read(&mut cursor.0.as_slice());
    place.map_err(|BadKey| Error::BadCursor(BadCursor))
}

/// The plan's next records that are wanted, after a key.
fn look(
    moment: &Snapshot,
    plan: PlanId,
    wanted: &Wanted,
    (after, limit): (Option<String>, usize),
) -> Result<ChangesPage, Error> {
    let mut page = ChangesPage::default();
    let text = wanted.text.as_deref().map(str::to_lowercase);
    let all = Scan::prefix(prefix(&plan), usize::MAX);
    let scan = match &after {
        Some(key) => all.from((plan, key.clone()).bytes()),
        None => all,
    };
    let (mut seen, mut last) = (0, None);
    moment.walk::<Blocks>(&scan, |_, row| {
        if wanted.fate.is_some_and(|fate| !row.value.holds(fate)) {
            return Ok(ControlFlow::Continue(()));
        }
        for entry in row.value.entries() {
            let entry = entry?;
            if wanted.fate.is_some_and(|fate| !entry.is(fate)) {
                continue;
            }
            let change = entry.read()?;
            if after.as_ref() >= Some(&change.key) {
                continue;
            }
            // An undo of both ways lists a record once for either side, and a part begins after a key.
            let is_full = page.changes.len() >= limit || seen >= MOST_SEEN;
            if is_full && last.as_ref() != Some(&change.key) {
                page.next = last.take().map(|key: String| Cursor(key.bytes()));
                return Ok(ControlFlow::Break(()));
            }
            seen += 1;
            last = Some(change.key.clone());
            if wanted.takes(&change, text.as_ref()) {
                page.changes.push(change);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

impl Change {
    /// Whether its key, reason, remote id or fields hold a text, which is given in lower case.
    fn speaks_of(&self, text: &str) -> bool {
        let holds = |told: &str| told.to_lowercase().contains(text);
        let told = |told: &Option<String>| told.as_deref().is_some_and(holds);
        let before = |before: &Before| match before {
            Before::Unknown => false,
            Before::Held(held) => told(held),
        };
        let field = |field: &super::Difference| before(&field.before) || told(&field.after);
        holds(&self.key)
            || told(&self.reason)
            || told(&self.remote_id)
            || self.fields.iter().any(field)
    }
}
