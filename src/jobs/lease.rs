//! Tells when work has stopped moving, so that it is dropped and taken up anew.

use std::time::Duration;

use crate::base::Clock;

/// How long work may do nothing, beyond what it has to wait for: far longer than the deadline of a
/// call. To be taken up anew costs work that only waited for its turn nothing.
const LEASE: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Returns when what `look` shows of some work has not changed for as long as its lease lasts.
/// Whatever `waits` holds for does not count.
pub(crate) async fn lapsed<T: PartialEq>(
    clock: &Clock,
    look: impl Fn() -> T,
    waits: impl Fn(&T) -> bool,
) {
    let mut seen = None;
    // The wall clock may step; what counts is the time that has really passed.
    let mut alive = clock.elapsed();
    while clock.elapsed().saturating_sub(alive) < LEASE {
        clock.sleep(LOOK_EVERY).await;
        let now = look();
        if seen.as_ref() != Some(&now) || waits(&now) {
            (seen, alive) = (Some(now), clock.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use jiff::Timestamp;

    use super::*;

    /// For how many minutes the lease lasts while `look` and `waits` say what they say.
    async fn minutes(look: impl Fn(u64) -> u64, waits: impl Fn(&u64) -> bool) -> u64 {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let minute = AtomicU64::new(0);
        let now = || minute.load(Ordering::Relaxed);
        let mut lapsing = Box::pin(lapsed(&clock, || look(now()), waits));
        while futures_util::poll!(&mut lapsing).is_pending() {
            minute.fetch_add(1, Ordering::Relaxed);
            assert!(now() < 100, "it never lapses");
            clock.advance(Duration::from_mins(1));
        }
        now()
    }

    #[tokio::test]
    async fn what_stands_still_is_dropped_and_what_moves_or_waits_is_not() {
        assert_eq!(minutes(|_| 7, |_| false).await, 11);
        assert_eq!(minutes(|minute| minute.min(20), |_| false).await, 30);
        // It waits until minute 40, and shows nothing new since minute 5.
        let waits = |shown: &u64| *shown < 40;
        assert_eq!(minutes(|minute| minute.min(40), waits).await, 50);
    }
}
