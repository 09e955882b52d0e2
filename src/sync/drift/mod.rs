//! What becomes of a sync when the fields of its remote table are not what its mapping was made for.
//!
//! Each job looks at the table before it does anything. What is lost (a mapped field that is gone, or
//! that no longer takes or gives the values) and what is offered (a field that is new there and is
//! called like a field here that is not mapped) is decided by `look` alone; `meet` lets a run act on
//! it as the sync's [`Drift`] says, and `accept` lets a person. A plan acts on it without keeping
//! anything, so that it lists what its run would do. Whatever was agreed upon, a table without the
//! field that holds the key stops the sync: nothing could be told apart any more.

mod accept;
mod look;
mod meet;
mod row;

use serde::{Deserialize, Serialize};

pub use row::{Drifted, Findings, Lost, Offer};

pub(super) use look::moved;
pub(super) use row::Drifts;

/// What a sync does when mapped fields of the remote table are lost, or others are new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// Runs go on without what is lost. What is new is nobody's business.
    Ignore,
    /// Runs go on without what is lost, and a changed mapping waits for somebody to accept it.
    Propose,
    /// The next run changes the mapping: without what is lost, with what is new.
    Apply,
    /// When something is lost, the schedule rests and every run fails until somebody has acted.
    #[default]
    Pause,
}

impl Drift {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ignore, Self::Propose, Self::Apply, Self::Pause];

    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Propose => "propose",
            Self::Apply => "apply",
            Self::Pause => "pause",
        }
    }
}
