//! Knows whether a connection has open requests, and whether their answers are taken.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// A connection's open requests. Clones share them.
#[derive(Clone)]
pub(super) struct Activity {
    open: watch::Sender<usize>,
    untaken: Untaken,
}

/// Since when each answer's last piece waits for the client to take it.
#[derive(Clone, Default)]
struct Untaken(Arc<Mutex<Pieces>>);

#[derive(Default)]
struct Pieces {
    next: u64,
    waiting: HashMap<u64, Instant>,
}

/// One open request; it ends when this is dropped.
pub(super) struct Open {
    count: watch::Sender<usize>,
    untaken: Untaken,
    number: u64,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            open: watch::Sender::new(0),
            untaken: Untaken::default(),
        }
    }

    /// Counts a request that begins.
    pub(super) fn begin(&self) -> Open {
        self.open.send_modify(|open| *open += 1);
        let mut pieces = self.untaken.lock();
        pieces.next += 1;
        Open {
            count: self.open.clone(),
            untaken: self.untaken.clone(),
            number: pieces.next,
        }
    }

    /// Returns once no request has been open for `span`.
    pub(super) async fn idle_for(&self, span: Duration) {
        let mut open = self.open.subscribe();
        loop {
            // The sender lives in `self`: neither wait can fail.
            drop(open.wait_for(|open| *open == 0).await);
            if timeout(span, open.changed()).await.is_err() {
                return;
            }
        }
    }

    /// Returns once a piece of an answer has not been taken for `span`.
    pub(super) async fn stuck_for(&self, span: Duration) {
        loop {
            let oldest = self.untaken.lock().waiting.values().min().copied();
            let waited = oldest.map_or(Duration::ZERO, |oldest| oldest.elapsed());
            match span.checked_sub(waited) {
                Some(left) if !left.is_zero() => sleep(left).await,
                _ => return,
            }
        }
    }
}

impl Open {
    /// Notes that a piece of the answer was handed out.
    pub(super) fn hand_out(&self) {
        let mut pieces = self.untaken.lock();
        pieces.waiting.insert(self.number, Instant::now());
    }

    /// Notes that the client has taken it.
    pub(super) fn taken(&self) {
        self.untaken.lock().waiting.remove(&self.number);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.taken();
        self.count.send_modify(|open| *open -= 1);
    }
}

impl Untaken {
    fn lock(&self) -> MutexGuard<'_, Pieces> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_is_idle_only_while_no_request_is_open() {
        let activity = Activity::new();
        let request = activity.begin();
        let idle = || {
            timeout(
                Duration::from_millis(150),
                activity.idle_for(Duration::from_millis(30)),
            )
        };
        assert!(idle().await.is_err());
        drop(request);
        assert!(idle().await.is_ok());
    }
}
