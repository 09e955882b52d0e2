//! Plays Zapier's receiving side: catch hooks, the hooks that a Zap subscribes with, and an inbox
//! in which everything that came in can be counted.
//!
//! As at the vendor, an answer of 200 says that a delivery is queued and no more: a Zap that is
//! off answers the same and drops it. Nothing is deduplicated. What the vendor does not document
//! is played the stricter way: a body that is no JSON, form or XML is refused with 400.
mod address;
mod inbox;
mod knobs;
mod quota;

pub(crate) use address::{Address, is_ours};
pub(crate) use inbox::{Inbox, Received, State, gone, refusal, too_many};
pub use knobs::ZapierKnobs;
