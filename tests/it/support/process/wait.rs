//! Waits for what a process of its own pace will do.

use std::time::{Duration, Instant};

use super::PATIENCE;

/// Asks again and again until there is an answer; fails after a minute.
pub(crate) async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// The same with another time to wait at most.
pub(crate) async fn within<T>(
    time: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < time, "not within {time:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
