//! What is kept of a request that must be carried out once, however often it is sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RequestId;

/// Says which request did something. It goes into the book's and the store's batch of the change
/// itself, so that after a crash there are both or neither, and another request under the same key
/// cannot do it once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What the client calls the request, made unlike anybody else's.
    pub key: [u8; 32],
    /// The request that was carried out.
    pub request: RequestId,
    /// The SHA-256 of what was sent.
    pub content: [u8; 32],
    /// When it came.
    pub at: Timestamp,
}
