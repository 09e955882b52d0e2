//! Takes up what is due, and goes on whatever becomes of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::due::due;
use super::work::{Error, Trades, Work};
use crate::auth::{Permission, Users, permissions};
use crate::base::{Clock, Nudge, Tasks, UserId, chain};
use crate::datasets::Datasets;
use crate::feeds::Feeds;
use crate::hooks::Hooks;
use crate::sync::Syncs;

/// How long to leave alone what could not be carried through for a reason of our own, such as a
/// full disk.
const PAUSE: Duration = Duration::from_secs(30);

/// How often work is looked for that nobody has rung for: whoever asked for it may have gone away,
/// or have been told of a failure, while it was committed all the same.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// How often what is to be watched is looked at that nobody has rung for.
const WATCH_EVERY: Duration = Duration::from_mins(5);

/// How often what ended long ago is looked for.
const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// Executes jobs. Clones share the work.
#[derive(Clone)]
pub struct Scheduler {
    pub(super) trades: Trades,
    /// Who may run what is due by a schedule; none when no schedule is looked at.
    users: Option<Users>,
    nudge: Nudge,
    pub(super) clock: Clock,
    executing: Arc<watch::Sender<Vec<Work>>>,
}

impl Scheduler {
    /// A scheduler that looks for work whenever `nudge` rings.
    pub fn new(syncs: Syncs, datasets: Datasets, nudge: Nudge, clock: Clock) -> Self {
        Self {
            trades: Trades {
                syncs,
                datasets,
                hooks: None,
                feeds: None,
            },
            users: None,
            nudge,
            clock,
            executing: Arc::new(watch::Sender::new(Vec::new())),
        }
    }

    /// The same, which also tells hooks what becomes of records.
    #[must_use]
    pub fn telling(mut self, hooks: Hooks) -> Self {
        self.trades.hooks = Some(hooks);
        self
    }

    /// The same, which also fetches advertising figures.
    #[must_use]
    pub fn fetching(mut self, feeds: Feeds) -> Self {
        self.trades.feeds = Some(feeds);
        self
    }

    /// The same, which also queues what is due by a schedule, for those who may run it.
    #[must_use]
    pub fn keeping_time(mut self, users: Users) -> Self {
        self.users = Some(users);
        self
    }

    /// Starts executing, beginning with what was left when the appliance stopped.
    ///
    /// When the tasks are told to stop, each job stops where it can and goes on at the next start.
    pub fn start(&self, tasks: &Tasks) {
        let (scheduler, serving) = (self.clone(), tasks.clone());
        tasks.start(async move { scheduler.serve(&serving).await });
        let (scheduler, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move { scheduler.sweep(&stop).await });
        if let Some(users) = self.users.clone() {
            let (scheduler, stop) = (self.clone(), tasks.stopping());
            tasks.start(async move { scheduler.watch(&users, &stop).await });
        }
    }

    /// Returns when nothing is left to execute; for a command that works without a server.
    ///
    /// Needs to be started. What cannot be carried through for a reason of our own is tried until
    /// it can.
    pub async fn idle(&self) -> Result<(), Error> {
        let mut executing = self.executing.subscribe();
        loop {
            let busy = !executing.borrow_and_update().is_empty();
            if !busy {
                if self.trades.active()?.is_empty() {
                    return Ok(());
                }
                self.nudge.ring();
            }
            if executing.changed().await.is_err() {
                return Ok(()); // never: the scheduler itself holds the sender
            }
        }
    }

    /// How many jobs wait, and how many are being executed.
    pub fn load(&self) -> Result<(usize, usize), Error> {
        let running = self.executing.borrow().len();
        let all = self.trades.active()?.len();
        Ok((all.saturating_sub(running), running))
    }

    async fn serve(&self, tasks: &Tasks) {
        let stop = tasks.stopping();
        while !stop.is_cancelled() {
            self.purge(&stop).await;
            self.tell_troubles().await;
            let wake = self.fire().await;
            let wake = wake.min(self.start_due(tasks));
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = self.nudge.heard() => {}
                () = self.clock.sleep_until(wake.min(self.clock.after(LOOK_EVERY))) => {}
            }
        }
    }

    /// Queues what is due by a schedule, and says when the next of it is.
    async fn fire(&self) -> Timestamp {
        let Some(users) = &self.users else {
            return Timestamp::MAX;
        };
        match self.trades.syncs.fire(&|owner| may_run(users, owner)).await {
            Ok(next) => next.unwrap_or(Timestamp::MAX),
            Err(error) => {
                warn!(error = %chain(&error), "what is due by a schedule is looked at again later");
                self.clock.after(PAUSE)
            }
        }
    }

    async fn tell_troubles(&self) {
        if let Err(error) = self.trades.syncs.tell_troubles().await {
            warn!(error = %chain(&error), "which syncs fail is told to the book later");
        }
    }

    async fn purge(&self, stop: &CancellationToken) {
        if let Err(error) = self.trades.syncs.purge(stop).await {
            warn!(error = %chain(&error), "what belonged to deleted syncs is still there");
        }
    }

    async fn sweep(&self, stop: &CancellationToken) {
        let mut next = self.clock.now();
        let pause = |next| stop.run_until_cancelled(self.clock.sleep_until(next));
        while pause(next).await.is_some() {
            self.trades.sweep(stop).await;
            next = self.clock.after(SWEEP_EVERY);
        }
    }

    /// Has providers tell of changes where syncs wait for them.
    async fn watch(&self, users: &Users, stop: &CancellationToken) {
        let may_run = |owner| may_run(users, owner);
        let syncs = &self.trades.syncs;
        while !stop.is_cancelled() {
            let next = match syncs.keep_watches(&may_run, stop).await {
                Ok(next) => next.unwrap_or(Timestamp::MAX),
                Err(error) => {
                    warn!(error = %chain(&error), "what is to be watched is looked at again later");
                    self.clock.after(PAUSE)
                }
            };
            // Where not even trouble can be kept, it is not met again at once.
            let soon = self.clock.after(PAUSE);
            let wake = next.max(soon).min(self.clock.after(WATCH_EVERY));
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = syncs.watches_rung() => {}
                () = self.clock.sleep_until(wake) => {}
            }
        }
    }

    /// Starts what is due, and says when a hook that fails is tried again, or a feed fetched.
    fn start_due(&self, tasks: &Tasks) -> Timestamp {
        let taken = self.take_up();
        match taken {
            Ok((due, wake)) => {
                for work in due {
                    let (scheduler, stop) = (self.clone(), tasks.stopping());
                    tasks.start(async move { scheduler.execute(work, &stop).await });
                }
                wake
            }
            Err(error) => {
                warn!(error = %chain(&error), "the jobs that are due cannot be read");
                let (scheduler, stop) = (self.clone(), tasks.stopping());
                tasks.start(async move { scheduler.ring_later(&stop).await });
                Timestamp::MAX
            }
        }
    }

    async fn execute(&self, work: Work, stop: &CancellationToken) {
        let users = self.users.as_ref();
        let may = |owner| users.is_none_or(|users| may_share(users, owner));
        let executing = self.trades.execute(&work, &may, stop);
        let executing = AssertUnwindSafe(executing).catch_unwind();
        let outcome = tokio::select! {
            biased;
            outcome = executing => Some(outcome),
            () = self.trades.lapsed(&work) => None,
        };
        let name = work.name();
        match outcome {
            Some(Ok(Ok(()))) => {}
            None => error!(
                job = name,
                "{name} has stopped moving, and is taken up again"
            ),
            Some(Ok(Err(error))) => {
                warn!(job = name, error = %chain(&error), "{name} is taken up again later");
                stop.run_until_cancelled(self.clock.sleep(PAUSE)).await;
            }
            Some(Err(_panic)) => {
                error!(job = name, "{name} broke");
                self.trades.give_up(&work).await;
            }
        }
        self.put_down(&work);
        self.nudge.ring();
    }

    async fn ring_later(&self, stop: &CancellationToken) {
        stop.run_until_cancelled(self.clock.sleep(PAUSE)).await;
        self.nudge.ring();
    }

    /// Marks what is due as being executed, and says when the next of what is not yet is.
    fn take_up(&self) -> Result<(Vec<Work>, Timestamp), Error> {
        let mut active = self.trades.active()?;
        let mut wake = None;
        // A command tells nobody anything: the appliance does, when it runs.
        if let (Some(users), Some(hooks)) = (&self.users, &self.trades.hooks) {
            let (hooks, next) = hooks.due(&|owner| may_share(users, owner))?;
            active.extend(hooks.into_iter().map(Work::Hook));
            wake = next;
        }
        if let (Some(users), Some(feeds)) = (&self.users, &self.trades.feeds) {
            let (feeds, next) = feeds.due(&|owner| may(users, owner, Permission::SiteWrite))?;
            active.extend(feeds.into_iter().map(Work::Feed));
            wake = wake.into_iter().chain(next).min();
        }
        let mut taken = Vec::new();
        self.executing.send_if_modified(|executing| {
            let waits = executing.iter().filter(|work| self.trades.waits(work));
            let waiting = waits.count();
            taken = due(&active, executing, waiting, self.clock.now());
            executing.extend(taken.iter().cloned());
            !taken.is_empty()
        });
        Ok((taken, wake.unwrap_or(Timestamp::MAX)))
    }

    fn put_down(&self, work: &Work) {
        self.executing
            .send_modify(|executing| executing.retain(|other| other.id() != work.id()));
    }
}

/// Whoever is disabled, or has lost the roles for it, runs nothing; nor does anybody while
/// accounts cannot be read.
fn may_run(users: &Users, owner: UserId) -> bool {
    may(users, owner, Permission::SyncRun)
}

/// The same of whoever passes records on.
fn may_share(users: &Users, owner: UserId) -> bool {
    may(users, owner, Permission::DatasetShare)
}

fn may(users: &Users, owner: UserId, what: Permission) -> bool {
    let user = users.get(owner);
    user.is_ok_and(|user| !user.disabled && permissions(&user.roles).contains(&what))
}
