//! What can go wrong with hooks, by what the caller can do.

use crate::base::HookId;
use crate::{datasets, store, vault};

/// Why something about a hook was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this id under the owner.
    #[error("hook {0} does not exist")]
    UnknownHook(HookId),
    /// It has no dead letter of this record.
    #[error("it has no dead letter of {0:?}")]
    UnknownLetter(String),
    /// Nothing is sent to a hook that was stopped.
    #[error("the hook is stopped; subscribe again, and then send it again")]
    Stopped,
    /// Nothing is sent to such an address.
    #[error("{0}")]
    BadAddress(String),
    /// The name's length or characters.
    #[error("a name has at most 120 characters, none of them a control character")]
    BadName,
    /// The owner has as many as anybody may.
    #[error("nobody has more than {0} hooks; remove one that is not needed")]
    TooMany(usize),
    /// Somebody else changed it, or its dataset, at the same time.
    #[error("it was changed by somebody else meanwhile; try again")]
    Changed,
    /// The sealed address or signing secret cannot be opened: subscribe again.
    #[error("the stored address cannot be opened; subscribe again")]
    Sealed(#[source] vault::Error),
    /// The dataset does not allow it.
    #[error("the dataset does not allow it")]
    Dataset(#[from] datasets::Error),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}
