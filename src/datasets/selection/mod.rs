//! Remembers which records of a dataset a user has picked.
//!
//! Every user who may see a dataset has a selection of their own in it. `row` is what is stored,
//! `change` picks and lets go, `read` shows what is picked.

mod change;
mod read;
mod row;

pub use change::{MOST_SELECTED, Picked, Picking};
pub(super) use row::Picks;
