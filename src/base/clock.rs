//! Tells the time, and waits for it: the system's clock, or one that a test moves by hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// The one source of time. Clones share the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { born: Instant },
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    start: Timestamp,
    now: Mutex<Timestamp>,
    moved: watch::Sender<Timestamp>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Kind::System {
            born: Instant::now(),
        })
    }

    /// A clock that stands at `at` until [`Clock::advance`] moves it.
    pub fn manual(at: Timestamp) -> Self {
        let (moved, _) = watch::channel(at);
        Self(Kind::Manual(Arc::new(Manual {
            start: at,
            now: Mutex::new(at),
            moved,
        })))
    }

    /// The wall clock's time.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that the rule points to"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { .. } => Timestamp::now(),
            Kind::Manual(manual) => *manual.now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Time since this clock was made; it never goes back, whatever happens to the wall clock.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Kind::System { born } => born.elapsed(),
            Kind::Manual(manual) => {
                Duration::try_from(self.now().duration_since(manual.start)).unwrap_or_default()
            }
        }
    }

    /// Returns once the clock shows `at` or later; at once when it already does.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Kind::System { .. } => self.sleep_system(at).await,
            Kind::Manual(manual) => {
                let mut moved = manual.moved.subscribe();
                // The sender lives in `manual`, which this future holds: the wait cannot fail.
                let _shown = moved.wait_for(|now| *now >= at).await;
            }
        }
    }

    /// Returns once `span` has passed.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.after(span)).await;
    }

    /// The time `span` from now.
    pub fn after(&self, span: Duration) -> Timestamp {
        SignedDuration::try_from(span)
            .ok()
            .and_then(|span| self.now().checked_add(span).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// Moves a manual clock on by `span` and wakes those whose time has come.
    ///
    /// Does nothing to the system's clock.
    pub fn advance(&self, span: Duration) {
        if let Kind::Manual(manual) = &self.0 {
            let at = self.after(span);
            *manual.now.lock().unwrap_or_else(PoisonError::into_inner) = at;
            manual.moved.send_replace(at);
        }
    }

    /// Sleeps in steps of a minute at most, so that a step of the wall clock is noticed.
    async fn sleep_system(&self, at: Timestamp) {
        const STEP: Duration = Duration::from_mins(1);
        while let Ok(left) = Duration::try_from(at.duration_since(self.now())) {
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(STEP)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_past_its_time() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let sleeper = clock.sleep_until(clock.after(Duration::from_secs(30)));
        clock.advance(Duration::from_secs(31));
        sleeper.await;
        assert_eq!(clock.elapsed(), Duration::from_secs(31));
    }

    #[tokio::test]
    async fn a_time_that_has_passed_is_not_waited_for() {
        let clock = Clock::system();
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;
    }
}
