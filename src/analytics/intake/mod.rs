//! Takes events in: who sends, what they send, and what becomes of each.
//!
//! `sender` finds out who sends and whether they may that way, `split` takes a body apart while it
//! comes, `given` is one event as it is sent, `check` makes one that is counted of it or says why
//! not, with `address` for pages, `personal` for what has no business in them, `channel` for the way
//! on which somebody came, `agent` for what they came with and `visitor` for who it was; `take`
//! keeps them. `history` does the same with a file of events of the past.

mod address;
mod agent;
mod channel;
mod check;
mod given;
mod history;
mod personal;
mod reason;
mod sender;
mod sources;
mod split;
mod take;
mod visitor;

pub(super) use check::is_event_name;
pub use history::{History, LineFault};
pub use reason::{Fault, Reason};
pub use sender::{Consent, Sender, Way};
pub use split::Written;
pub use take::{Intake, Taken, largest, most};
pub(super) use visitor::lasting;
