//! Wakes somebody who waits for work.

use std::sync::Arc;

use tokio::sync::Notify;

/// A bell: [`Nudge::ring`] wakes the one who is in [`Nudge::heard`], or the next one to come.
#[derive(Clone, Debug, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Wakes the listener. Several rings before it listens count as one.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Returns at the next ring, or at once if one was not yet heard.
    pub async fn heard(&self) {
        self.0.notified().await;
    }
}
