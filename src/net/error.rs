//! What can become of a call, by what the caller can do.

use std::error::Error as Any;
use std::time::Duration;

use super::guard::Refusal;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The guard did not let the call out; no try will.
    #[error("the call was not let out")]
    Refused(#[from] Refusal),
    /// No connection stood, so nothing was sent: safe to repeat.
    #[error("no connection could be made")]
    NotSent(#[source] Box<dyn Any + Send + Sync>),
    /// The connection broke after something was sent: the far side may have acted on it.
    #[error("the connection broke before the answer was whole")]
    Lost(#[source] Box<dyn Any + Send + Sync>),
    /// No whole answer in time: the far side may have acted.
    #[error("no whole answer came within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// The answer is larger than allowed, and was not read: the far side has acted.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Error {
    /// Whether the far side may have acted on the call.
    pub fn may_have_acted(&self) -> bool {
        match self {
            Self::Refused(_) | Self::NotSent(_) => false,
            Self::Lost(_) | Self::Deadline(_) | Self::TooLarge(_) => true,
        }
    }
}
