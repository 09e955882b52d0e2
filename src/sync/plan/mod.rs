//! Keeps plans: what a run would do, written down before it does it.
//!
//! A plan lists every write that a run would make, and every record that it could not write, with
//! what would change in each field. It is made by a job, bears a fingerprint, and is carried out
//! by a run that makes no write which is not in it.

mod block;
mod row;
mod service;
mod staged;

pub use block::{Before, Change, Difference, Dispute, Side, Ways};
pub use row::{BothWays, Column, Made, Plan, PlanState};
pub use service::{ChangesPage, PlansPage, Wanted};

pub(crate) use block::{Block, Blocks};
pub(crate) use row::{BY_SYNC, OPEN, PlanStep, Plans};
pub(crate) use service::OUTDATED;
pub(crate) use staged::{ById, ByKey, Held, Keyed};
