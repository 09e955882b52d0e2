//! Tells others what becomes of a dataset's records, at addresses that they have asked for it with:
//! what Zapier calls REST hooks.
//!
//! A [`Hook`] belongs to the owner of its dataset and waits for one kind of deed. What is to be told
//! was written down by the datasets in the batch of the deed itself; here it is sent, one piece after
//! the other, signed, at the pace that the far side takes, and forgotten once the far side has said
//! that it has it. So everything is told at least once, under an id that stays the same.
//!
//! Order is kept for each record and not among them: what the far side refuses waits by itself, ever
//! longer, while others go on, and becomes a dead letter at last. What says that nothing can be
//! taken now (no connection, no answer, 429, 5xx) makes all wait.

mod address;
mod deliver;
mod due;
mod error;
mod hook;
mod letter;
mod note;
mod refusal;
mod row;
mod service;
mod verdict;
mod wire;

pub use deliver::May;
pub use due::Due;
pub use error::Error;
pub use hook::{Hook, Opened, State};
pub use letter::DeadLetter;
pub use row::Trouble;
pub use service::{Hooks, New, Parts, tables};
