//! On whose errand a feed's calls are made: it ends when the appliance stops, or when the provider
//! wants to be left alone for longer than anybody waits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::base::Clock;
use crate::providers::Errand;

/// A call waits for its turn so long; then the fetch goes on at another time.
const PATIENCE: SignedDuration = SignedDuration::from_mins(3);

/// One fetch of a feed.
pub(super) struct Fetching {
    ended: CancellationToken,
    clock: Clock,
    until: Mutex<Option<Timestamp>>,
    calls: AtomicU32,
}

impl Fetching {
    /// A fetch that ends with `stop` at the latest.
    pub(super) fn new(stop: &CancellationToken, clock: &Clock) -> Self {
        Self {
            ended: stop.child_token(),
            clock: clock.clone(),
            until: Mutex::default(),
            calls: AtomicU32::default(),
        }
    }

    /// When it goes on, if a call would have waited too long.
    pub(super) fn until(&self) -> Option<Timestamp> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls since this was asked last.
    pub(super) fn take_calls(&self) -> u64 {
        self.calls.swap(0, Ordering::Relaxed).into()
    }
}

impl Errand for Fetching {
    fn ended(&self) -> BoxFuture<'_, ()> {
        self.ended.cancelled().boxed()
    }

    fn waits(&self, until: Timestamp) {
        if until.duration_since(self.clock.now()) > PATIENCE {
            *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
            self.ended.cancel();
        }
    }

    fn leaves(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}
