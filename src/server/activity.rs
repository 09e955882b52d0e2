//! Knows whether a connection has open requests.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// The count of a connection's open requests. Clones share it.
#[derive(Clone)]
pub(super) struct Activity(watch::Sender<usize>);

/// One open request; it ends when this is dropped.
pub(super) struct Open(watch::Sender<usize>);

impl Activity {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Counts a request that begins.
    pub(super) fn begin(&self) -> Open {
        self.0.send_modify(|open| *open += 1);
        Open(self.0.clone())
    }

    /// Returns once no request has been open for `span`.
    pub(super) async fn idle_for(&self, span: Duration) {
        let mut open = self.0.subscribe();
        loop {
            // The sender lives in `self`: neither wait can fail.
            drop(open.wait_for(|open| *open == 0).await);
            if timeout(span, open.changed()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
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
