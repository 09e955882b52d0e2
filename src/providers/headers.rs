//! Reads what the headers of an answer say of time.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

/// For how long an answer asks to be left alone (`Retry-After` in seconds, RFC 9110, 10.2.3),
/// `longest` at most; none when it does not.
pub(super) fn told_pause(headers: &HeaderMap, longest: Duration) -> Option<Duration> {
    let told = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = told.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(longest))
}

/// By how much a vendor's clock is behind ours: below zero where it is ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skew {
    /// At least.
    pub least: SignedDuration,
    /// At most.
    pub most: SignedDuration,
}

impl Skew {
    /// What an answer to a call that `took` so long, and came just `now`, tells of it (`Date`, RFC
    /// 9110, 6.6.1): whole seconds that have begun.
    pub(super) fn told(headers: &HeaderMap, took: Duration, now: Timestamp) -> Option<Self> {
        let told = headers.get(DATE)?.to_str().ok()?;
        let most = now.duration_since(rfc2822::parse(told).ok()?.timestamp());
        let vague = took.saturating_add(Duration::from_secs(1));
        let vague = SignedDuration::try_from(vague).unwrap_or(SignedDuration::MAX);
        let least = most.saturating_sub(vague);
        Some(Self { least, most })
    }
}
