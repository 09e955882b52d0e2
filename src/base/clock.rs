//! Tells the time, and waits for it: the system's clock, or one that a test moves by hand.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// The one source of time. Clones share the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { born: Instant },
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual(Mutex<Hands>);

#[derive(Debug)]
struct Hands {
    now: Timestamp,
    elapsed: Duration,
    /// Who sleeps until when, in the order of coming.
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
    /// Who waits until how much has passed, in the order of coming.
    waiters: BTreeMap<(Duration, u64), Waker>,
    /// How many have slept so far.
    slept: u64,
    dice: StdRng,
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
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self::of_hands(at, StdRng::from_seed(seed))
    }

    /// A manual clock under which even ids are the same for the same `seed`.
    pub fn seeded(at: Timestamp, seed: u64) -> Self {
        Self::of_hands(at, StdRng::seed_from_u64(seed))
    }

    fn of_hands(now: Timestamp, dice: StdRng) -> Self {
        Self(Kind::Manual(Arc::new(Manual(Mutex::new(Hands {
            now,
            elapsed: Duration::ZERO,
            sleepers: BTreeMap::new(),
            waiters: BTreeMap::new(),
            slept: 0,
            dice,
        })))))
    }

    /// The wall clock's time.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that the rule points to"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { .. } => Timestamp::now(),
            Kind::Manual(manual) => manual.hands().now,
        }
    }

    /// Time since this clock was made; it never goes back, whatever happens to the wall clock.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Kind::System { born } => born.elapsed(),
            Kind::Manual(manual) => manual.hands().elapsed,
        }
    }

    /// Returns once the clock shows `at` or later; at once when it already does.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Kind::System { .. } => self.sleep_system(at).await,
            Kind::Manual(manual) => {
                manual.sleep(Until::Shown(at)).await;
            }
        }
    }

    /// Returns once `span` has passed.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.after(span)).await;
    }

    /// Returns once `span` has really passed, however the wall clock is set meanwhile.
    pub async fn pass(&self, span: Duration) {
        match &self.0 {
            Kind::System { .. } => tokio::time::sleep(span).await,
            Kind::Manual(manual) => {
                let until = self.elapsed().saturating_add(span);
                manual.sleep(Until::Passed(until)).await;
            }
        }
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
            manual.show(at, span);
        }
    }

    /// Sets a manual clock forward or back, as an administrator or a time server does: what is
    /// measured by [`Clock::elapsed`] does not notice.
    pub fn step(&self, by: SignedDuration) {
        if let Kind::Manual(manual) = &self.0 {
            let at = self.now().saturating_add(by).unwrap_or(Timestamp::MAX);
            manual.show(at, Duration::ZERO);
        }
    }

    /// The time until which the next sleeper of a manual clock sleeps; `None` when nobody does.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let Kind::Manual(manual) = &self.0 else {
            return None;
        };
        let hands = manual.hands();
        let sleeper = hands.sleepers.keys().next().map(|(at, _)| *at);
        let waiter = hands.waiters.keys().next().and_then(|(until, _)| {
            let left = until.saturating_sub(hands.elapsed);
            hands.now.checked_add(left).ok()
        });
        sleeper.into_iter().chain(waiter).min()
    }

    /// Bytes that nobody foresees, for ids; a manual clock made from a seed repeats them.
    pub(super) fn chance(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        match &self.0 {
            Kind::System { .. } => rand::rng().fill_bytes(&mut bytes),
            Kind::Manual(manual) => manual.hands().dice.fill_bytes(&mut bytes),
        }
        bytes
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

impl Manual {
    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, until: Until) -> Sleep<'_> {
        Sleep {
            manual: self,
            until,
            place: None,
        }
    }

    /// Wakes those who are due in the order of their times: one seed, one order.
    fn show(&self, now: Timestamp, elapsed: Duration) {
        let due = {
            let mut hands = self.hands();
            hands.now = now;
            hands.elapsed += elapsed;
            let later = hands.sleepers.split_off(&(now, u64::MAX));
            let sleepers = std::mem::replace(&mut hands.sleepers, later);
            let passed = (hands.elapsed, u64::MAX);
            let later = hands.waiters.split_off(&passed);
            let waiters = std::mem::replace(&mut hands.waiters, later);
            sleepers.into_values().chain(waiters.into_values())
        };
        due.for_each(Waker::wake);
    }
}

/// What is waited for.
#[derive(Clone, Copy)]
enum Until {
    /// A time that the clock shows.
    Shown(Timestamp),
    /// That so much has passed since it was made, whatever it shows.
    Passed(Duration),
}

/// A wait for a manual clock.
struct Sleep<'a> {
    manual: &'a Manual,
    until: Until,
    /// Where it stands among those who wait.
    place: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut hands = self.manual.hands();
        let is_over = match self.until {
            Until::Shown(at) => hands.now >= at,
            Until::Passed(span) => hands.elapsed >= span,
        };
        if is_over {
            return Poll::Ready(());
        }
        let place = self.place.unwrap_or(hands.slept);
        hands.slept = hands.slept.max(place + 1);
        let waker = context.waker().clone();
        match self.until {
            Until::Shown(at) => hands.sleepers.insert((at, place), waker),
            Until::Passed(span) => hands.waiters.insert((span, place), waker),
        };
        drop(hands);
        self.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let mut hands = self.manual.hands();
            match self.until {
                Until::Shown(at) => hands.sleepers.remove(&(at, place)),
                Until::Passed(span) => hands.waiters.remove(&(span, place)),
            };
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
    async fn a_manual_clock_knows_who_wakes_next_and_forgets_who_has_gone() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.next_wake(), None);
        let (soon, late) = (Duration::from_secs(5), Duration::from_secs(9));
        let mut first = Box::pin(clock.sleep(soon));
        let mut second = Box::pin(clock.sleep(late));
        assert!(futures_util::poll!(&mut first).is_pending());
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(clock.next_wake(), Some(clock.after(soon)));
        drop(first);
        assert_eq!(clock.next_wake(), Some(clock.after(late)));
        clock.advance(late);
        assert_eq!(clock.next_wake(), None);
        second.await;
    }

    #[tokio::test]
    async fn a_step_of_the_wall_clock_is_not_measured_as_time() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let sleeper = clock.sleep_until(clock.after(Duration::from_mins(1)));
        clock.step(SignedDuration::from_secs(61));
        sleeper.await;
        assert_eq!(clock.elapsed(), Duration::ZERO);
        clock.step(SignedDuration::from_secs(-61));
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }

    /// Found by the simulation: a clock that was set forward cut a wait short in which a vendor's
    /// lists were to catch up, and a record was made a second time.
    #[tokio::test]
    async fn a_span_has_really_passed_however_the_clock_is_set() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let mut span = Box::pin(clock.pass(Duration::from_mins(1)));
        assert!(futures_util::poll!(&mut span).is_pending());
        clock.step(SignedDuration::from_mins(10));
        assert!(futures_util::poll!(&mut span).is_pending());
        clock.advance(Duration::from_secs(59));
        assert!(futures_util::poll!(&mut span).is_pending());
        clock.advance(Duration::from_secs(1));
        assert!(futures_util::poll!(&mut span).is_ready());
    }

    /// Under a clock that was set back the same wait took as much longer.
    #[tokio::test]
    async fn a_span_takes_no_longer_when_the_clock_is_set_back() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let mut span = Box::pin(clock.pass(Duration::from_mins(1)));
        assert!(futures_util::poll!(&mut span).is_pending());
        clock.step(SignedDuration::from_mins(-10));
        assert!(futures_util::poll!(&mut span).is_pending());
        clock.advance(Duration::from_secs(59));
        assert!(futures_util::poll!(&mut span).is_pending());
        assert_eq!(clock.next_wake(), Some(clock.after(Duration::from_secs(1))));
        clock.advance(Duration::from_secs(1));
        assert!(futures_util::poll!(&mut span).is_ready());
        assert_eq!(clock.next_wake(), None);
    }

    #[tokio::test]
    async fn a_time_that_has_passed_is_not_waited_for() {
        let clock = Clock::system();
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;
    }
}
