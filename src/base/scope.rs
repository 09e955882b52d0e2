//! Says whose objects may be opened.

use super::{Actor, UserId};

/// The owner whose objects can be reached. Every parent object lies under its owner and is opened
/// by a scope, so that another owner's id answers exactly like one that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    owner: UserId,
}

impl Scope {
    /// The scope of one who acts; `None` when they act for no user.
    pub fn of(actor: &Actor) -> Option<Self> {
        actor.user().map(Self::owned_by)
    }

    /// The scope of a claimed job, which carries its owner.
    pub(crate) fn owned_by(owner: UserId) -> Self {
        Self { owner }
    }

    /// The owner.
    pub fn owner(&self) -> UserId {
        self.owner
    }
}
