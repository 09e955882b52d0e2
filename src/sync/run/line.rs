//! Speaks to the provider: waits for its leave, and asks until it answers.

use std::pin::pin;
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::super::board::Run;
use super::errand::{Errand, Fatal};
use super::verdict::Verdict;
use crate::base::Clock;
use crate::providers::{Answer, Errand as _, Error, Patience, Records};

/// A run's line to its provider.
pub(super) struct Line<'a> {
    pub(super) records: &'a dyn Records,
    pub(super) base: &'a str,
    /// What the calls are made for.
    pub(super) errand: Arc<Errand>,
    pub(super) clock: &'a Clock,
    pub(super) live: &'a watch::Sender<Run>,
    pub(super) halt: &'a CancellationToken,
    pub(super) failure: &'a OnceLock<Fatal>,
}

impl Line<'_> {
    /// Waits for leave to make one call; `None` when the run is to stop.
    pub(super) async fn admit(&self) -> Option<()> {
        self.records.admit(self.base).await.ok()
    }

    /// Asks the provider until it answers; `None` when the run is to stop.
    pub(super) async fn ask<'a, T>(&'a self, question: impl Fn() -> Answer<'a, T>) -> Option<T> {
        let mut patience = Patience::default();
        loop {
            self.admit().await?;
            let met = match question().await {
                Ok(answer) => return Some(answer),
                Err(met) => met,
            };
            match self.errand.bears(met, &mut patience).await {
                Ok(()) => {}
                Err(Error::CalledOff) => return None,
                Err(error) => {
                    self.fail(error.into());
                    return None;
                }
            }
        }
    }

    /// The same, with the number of calls that it took.
    pub(super) async fn asked<'a, T>(
        &'a self,
        question: impl Fn() -> Answer<'a, T>,
    ) -> Option<(T, u64)> {
        let mut asking = pin!(self.ask(question));
        let mut calls = 0;
        let answer = std::future::poll_fn(|context| {
            // A call leaves while it is polled, and one task polls all of a run.
            let before = self.calls();
            let polled = asking.as_mut().poll(context);
            calls += self.calls() - before;
            polled
        });
        let answer = answer.await?;
        Some((answer, calls))
    }

    /// How many calls have left so far.
    fn calls(&self) -> u64 {
        self.live.borrow().job.calls
    }

    /// Waits as long as the trouble asks for; `false` when the run is to stop instead.
    pub(super) async fn bear(
        &self,
        error: Error,
        verdict: &Verdict,
        patience: &mut Patience,
    ) -> bool {
        self.errand.bear(error, verdict, patience).await
    }

    /// Lets the run fail: calls under way are awaited, and no other is made.
    pub(super) fn fail(&self, fatal: Fatal) {
        self.errand.fail(fatal);
    }
}
