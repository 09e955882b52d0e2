//! Answers a request that is sent again as it was answered the first time, for a day.
//!
//! The receipt of a request lies in the batch of its change (the store puts it there from the act),
//! so that the change is made once whatever crashes; the answer is kept after it.

mod answer;
mod service;

pub use answer::Answer;
pub use service::{Claim, Error, Receipts, Ticket};

use crate::store::Table;

/// What this module keeps in the store.
pub fn tables() -> [Table; 2] {
    [
        Table::of::<crate::store::Receipts>(),
        Table::of::<answer::Answers>(),
    ]
}
