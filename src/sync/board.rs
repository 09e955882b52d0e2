//! Shows how runs get on while they do, to whoever looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::watch;

use super::job::Job;
use super::pulse::Pulse;
use crate::base::{Clock, RunId};

/// A run as it is at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What is kept of it; its counts may be ahead of what is settled.
    pub job: Job,
    /// What it is doing just now.
    pub pulse: Pulse,
}

impl Run {
    /// A run of which nothing but `job` is known.
    pub(crate) fn kept(id: RunId, job: Job) -> Self {
        Self {
            id,
            job,
            pulse: Pulse::default(),
        }
    }
}

/// The runs that have not ended and that somebody executes or watches.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<HashMap<RunId, watch::Sender<Run>>>>);

impl Board {
    /// The place of a run that has not ended; `run` is what it shows if it is new.
    ///
    /// Read the run from the store only after asking for its place, and [`Board::take_down`] what
    /// has ended: a run that ends in between then still tells its watchers.
    pub(crate) fn place(&self, run: impl FnOnce() -> Run, id: RunId) -> watch::Sender<Run> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places
            .entry(id)
            .or_insert_with(|| watch::Sender::new(run()));
        place.clone()
    }

    /// How a run gets on, if it is shown.
    pub(crate) fn look(&self, id: RunId) -> Option<Run> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&id).map(|place| place.borrow().clone())
    }

    /// Shows the end of a run to its watchers, and forgets it.
    pub(crate) fn take_down(&self, end: Run) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.remove(&end.id) {
            place.send_replace(end);
        }
    }
}

/// At most four times a second: people cannot read faster.
const PAUSE: Duration = Duration::from_millis(250);

/// The run now, then whenever it has changed, and its end as the last.
pub(crate) fn follow(mut run: watch::Receiver<Run>, clock: Clock) -> impl Stream<Item = Run> {
    async_stream::stream! {
        loop {
            let seen = run.borrow_and_update().clone();
            let ended = seen.job.state.ended();
            let next = clock.after(PAUSE);
            yield seen;
            if ended {
                break;
            }
            clock.sleep_until(next).await;
            if run.changed().await.is_err() {
                break; // the appliance is stopping
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use jiff::Timestamp;

    use super::*;
    use crate::base::SyncId;
    use crate::sync::Task;

    fn run(clock: &Clock) -> Run {
        let sync = (SyncId::new(clock), "Airports");
        let mut job = Job::queued(sync, Task::Push, None, clock.now());
        job.claim(clock.now()).unwrap();
        Run::kept(RunId::new(clock), job)
    }

    #[tokio::test]
    async fn a_watcher_sees_the_run_at_once_and_its_end_at_last() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let (board, mut run) = (Board::default(), run(&clock));
        let place = board.place(|| run.clone(), run.id);
        let mut seen = Box::pin(follow(place.subscribe(), clock.clone()));
        assert_eq!(seen.next().await.as_ref(), Some(&run));
        run.job.end(None, clock.now()).unwrap();
        board.take_down(run.clone());
        clock.advance(PAUSE);
        assert_eq!(seen.next().await, Some(run));
        assert_eq!(seen.next().await, None);
    }

    #[tokio::test]
    async fn changes_are_not_shown_more_often_than_four_times_a_second() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let run = run(&clock);
        let place = watch::Sender::new(run);
        let mut seen = Box::pin(follow(place.subscribe(), clock.clone()));
        seen.next().await;
        place.send_modify(|run| run.job.calls += 1);
        assert!(futures_util::poll!(seen.next()).is_pending());
        place.send_modify(|run| run.job.calls += 1);
        clock.advance(PAUSE);
        assert_eq!(seen.next().await.unwrap().job.calls, 2);
    }
}
