//! What a run has its provider called for: its calls are counted, and end with it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::super::board::Run;
use super::super::lender::unavailable;
use super::verdict::{Verdict, failure, verdict};
use crate::base::{Backoff, Clock};
use crate::datasets::{Access, Dataset};
use crate::jobs::{Ending, Failure};
use crate::providers::{self, Answer, Error, Patience};

/// Waits between tries while a provider has trouble: about a minute and a half in all.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(500),
    most: Duration::from_secs(30),
};
/// A run fails when a call has met trouble so often in a row.
const TRIES: u32 = 10;
/// A run fails when a call was refused so often in a row because there were too many.
const REFUSALS: u32 = 20;

/// What a run has its provider called for.
pub(super) struct Errand {
    /// The records' dataset: no call is made when the run's owner may not use it any more.
    pub(super) dataset: Dataset,
    /// How far they must be let into it.
    pub(super) needs: Access,
    pub(super) clock: Clock,
    pub(super) live: watch::Sender<Run>,
    /// Told when no further call is to be made: the appliance stops, or the run
    /// has failed or was called off.
    pub(super) halt: CancellationToken,
    pub(super) failure: Arc<OnceLock<Fatal>>,
}

/// Why the run does not go on.
#[derive(Debug)]
pub(super) struct Fatal {
    pub(super) ending: Ending,
    /// What the provider did, if it was the provider: the connection's status learns from it.
    pub(super) cause: Option<Error>,
}

impl From<Failure> for Fatal {
    fn from(failure: Failure) -> Self {
        Ending::Failed(failure).into()
    }
}

impl From<Ending> for Fatal {
    fn from(ending: Ending) -> Self {
        let cause = None;
        Self { ending, cause }
    }
}

impl From<Error> for Fatal {
    fn from(error: Error) -> Self {
        Self {
            ending: Ending::Failed(failure(&error)),
            cause: Some(error),
        }
    }
}

impl providers::Errand for Errand {
    fn ended(&self) -> BoxFuture<'_, ()> {
        self.halt.cancelled().boxed()
    }

    fn wants_call(&self) -> bool {
        let wants = self.dataset.still(self.needs).is_ok();
        if !wants {
            self.fail(unavailable(self.dataset.name()).into());
        }
        wants
    }

    fn waits(&self, until: Timestamp) {
        self.live
            .send_if_modified(|run| run.pulse.waiting_until.replace(until) != Some(until));
    }

    fn leaves(&self) {
        self.live.send_modify(|run| run.job.calls += 1);
    }

    fn bears<'a>(&'a self, met: Error, patience: &'a mut Patience) -> Answer<'a, ()> {
        async move {
            // What changes nothing is asked again like a linked write.
            let next = verdict(&met, 1, true);
            if !matches!(next, Verdict::Repeat(_) | Verdict::Wait) {
                return Err(met);
            }
            if self.bear(met, &next, patience).await {
                Ok(())
            } else {
                Err(Error::CalledOff)
            }
        }
        .boxed()
    }
}

impl Errand {
    /// Waits as long as the trouble asks for; `false` when the run is to stop instead.
    pub(super) async fn bear(
        &self,
        error: Error,
        verdict: &Verdict,
        patience: &mut Patience,
    ) -> bool {
        match verdict {
            Verdict::Repeat(until) => {
                self.show_refusal(*until);
                patience.refusals += 1;
            }
            Verdict::Wait | Verdict::Settle => patience.tries += 1,
            Verdict::Split
            | Verdict::Refuse(_)
            | Verdict::NoMore(_)
            | Verdict::Doubt(_)
            | Verdict::Unlink => {
                return true;
            }
            Verdict::Fail(failure) => {
                self.fail(Fatal {
                    ending: Ending::Failed(failure.clone()),
                    cause: Some(error),
                });
                return false;
            }
        }
        if patience.tries >= TRIES || patience.refusals >= REFUSALS {
            self.fail(error.into());
            return false;
        }
        match verdict {
            Verdict::Repeat(until) => {
                let pause = self.clock.sleep_until(*until);
                self.halt.run_until_cancelled(pause).await.is_some()
            }
            _ => self.back_off(patience.tries - 1).await,
        }
    }

    /// Waits before another try; `false` when the run is to stop instead.
    async fn back_off(&self, failures: u32) -> bool {
        // The run's own id spreads the waits of different runs; the same run waits the same.
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(self.live.borrow().id.as_bytes());
        let wait = BACKOFF.wait(failures, &mut StdRng::from_seed(seed));
        let pause = self.clock.sleep(wait);
        self.halt.run_until_cancelled(pause).await.is_some()
    }

    /// Lets the run fail: calls under way are awaited, and no other is made.
    pub(super) fn fail(&self, fatal: Fatal) {
        // The first failure is the cause of those that follow.
        let _first = self.failure.set(fatal);
        self.halt.cancel();
    }

    fn show_refusal(&self, until: Timestamp) {
        self.live.send_modify(|run| {
            run.job.calls_refused += 1;
            run.pulse.waiting_until = Some(until);
        });
    }
}
