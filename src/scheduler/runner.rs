//! Takes up what is due, and goes on whatever becomes of it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::due::due;
use crate::base::{Clock, Nudge, Tasks, chain};
use crate::sync::{Active, Error, Syncs};

/// How long to leave alone what could not be carried through for a reason of our own, such as a
/// full disk.
const PAUSE: Duration = Duration::from_secs(30);

/// Executes runs. Clones share the work.
#[derive(Clone)]
pub struct Scheduler {
    syncs: Syncs,
    nudge: Nudge,
    clock: Clock,
    executing: Arc<Mutex<Vec<Active>>>,
}

impl Scheduler {
    /// A scheduler that looks for work whenever `nudge` rings.
    pub fn new(syncs: Syncs, nudge: Nudge, clock: Clock) -> Self {
        Self {
            syncs,
            nudge,
            clock,
            executing: Arc::default(),
        }
    }

    /// Starts executing, beginning with what was left when the appliance stopped.
    ///
    /// When the tasks are told to stop, each run ends after the calls that are under way and goes
    /// on at the next start.
    pub fn start(&self, tasks: &Tasks) {
        let (scheduler, serving) = (self.clone(), tasks.clone());
        tasks.start(async move { scheduler.serve(&serving).await });
    }

    /// Executes until nothing is left to do; for a command that works without a server.
    ///
    /// Errs when something could not be carried through for a reason of our own.
    pub async fn run_until_idle(&self) -> Result<(), Error> {
        let stop = CancellationToken::new();
        loop {
            self.syncs.purge(&stop).await?;
            let due = self.take_up()?;
            if due.is_empty() {
                return Ok(());
            }
            let work = due.iter().map(|run| self.syncs.execute(run, &stop));
            let ends = join_all(work).await;
            for run in &due {
                self.put_down(run);
            }
            ends.into_iter().collect::<Result<(), _>>()?;
        }
    }

    async fn serve(&self, tasks: &Tasks) {
        let stop = tasks.stopping();
        while !stop.is_cancelled() {
            self.purge(&stop).await;
            self.start_due(tasks);
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.nudge.heard() => {}
            }
        }
    }

    async fn purge(&self, stop: &CancellationToken) {
        if let Err(error) = self.syncs.purge(stop).await {
            warn!(error = %chain(&error), "what belonged to deleted syncs is still there");
        }
    }

    fn start_due(&self, tasks: &Tasks) {
        match self.take_up() {
            Ok(due) => {
                for run in due {
                    let (scheduler, stop) = (self.clone(), tasks.stopping());
                    tasks.start(async move { scheduler.execute(run, &stop).await });
                }
            }
            Err(error) => {
                warn!(error = %chain(&error), "the runs that are due cannot be read");
                let (scheduler, stop) = (self.clone(), tasks.stopping());
                tasks.start(async move { scheduler.ring_later(&stop).await });
            }
        }
    }

    async fn execute(&self, run: Active, stop: &CancellationToken) {
        let work = AssertUnwindSafe(self.syncs.execute(&run, stop)).catch_unwind();
        match work.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                warn!(run.id = %run.run, error = %chain(&error), "run {} is taken up again later", run.run);
                stop.run_until_cancelled(self.clock.sleep(PAUSE)).await;
            }
            Err(_panic) => {
                error!(run.id = %run.run, "run {} broke", run.run);
                self.syncs.give_up(&run).await;
            }
        }
        self.put_down(&run);
        self.nudge.ring();
    }

    async fn ring_later(&self, stop: &CancellationToken) {
        stop.run_until_cancelled(self.clock.sleep(PAUSE)).await;
        self.nudge.ring();
    }

    /// Marks what is due as being executed.
    fn take_up(&self) -> Result<Vec<Active>, Error> {
        let mut executing = self.executing();
        let due = due(&self.syncs.active()?, &executing);
        executing.extend(due.iter().cloned());
        Ok(due)
    }

    fn put_down(&self, run: &Active) {
        self.executing().retain(|other| other.run != run.run);
    }

    fn executing(&self) -> MutexGuard<'_, Vec<Active>> {
        self.executing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
