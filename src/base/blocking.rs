//! Runs work that would hold up the runtime: hashing, commits, long scans.

use tokio::sync::oneshot;

/// Where blocking work goes: to threads of its own, or inline where a test wants one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blocking {
    /// On the runtime's blocking threads.
    #[default]
    Threads,
    /// On the caller's thread, once others have had their turn.
    Inline,
}

impl Blocking {
    /// Runs `work` and gives its value.
    ///
    /// The work is carried through even when the caller goes away. A panic in it goes on in the
    /// caller.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match self {
            Self::Inline => {
                tokio::task::yield_now().await;
                work()
            }
            Self::Threads => match tokio::task::spawn_blocking(work).await {
                Ok(value) => value,
                Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
                Err(_cancelled) => std::future::pending().await, // the runtime is going down
            },
        }
    }

    /// Starts `work` and gives a receiver of its value, which errs when the work panicked.
    pub fn start<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (done, value) = oneshot::channel();
        let act = move || {
            // A receiver that has gone away does not want the value.
            let _unwanted = done.send(work());
        };
        match self {
            Self::Inline => act(),
            Self::Threads => drop(tokio::task::spawn_blocking(act)),
        }
        value
    }
}
