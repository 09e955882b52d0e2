//! What a request was answered.

use serde::{Deserialize, Serialize};

use crate::store::{Bytes, Collection, Json};

/// Answers, by the key of their receipt.
pub(super) struct Answers;

impl Collection for Answers {
    const NAME: &'static str = "receipt_answer";
    type Key = Bytes;
    type Value = Answer;
}

/// An answer, to be given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, which is JSON.
    pub body: String,
}

impl Json for Answer {}
