//! What can go wrong with inlets, by what the caller can do.

use crate::base::InletId;
use crate::{datasets, store, vault};

/// Why something about an inlet was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this id under the owner.
    #[error("inlet {0} does not exist")]
    UnknownInlet(InletId),
    /// Nobody has this address, or it was revoked.
    #[error("there is nothing at this address")]
    NoAddress,
    /// The name's length or characters.
    #[error("a name has 1 to 120 characters, none of them a control character")]
    BadName,
    /// The owner has another inlet of this name.
    #[error("another inlet is called {0:?} (upper and lower case count as the same)")]
    NameTaken(String),
    /// The owner has as many as anybody may.
    #[error("nobody has more than {0} inlets; revoke one that is not needed")]
    TooMany(usize),
    /// Somebody else changed it at the same time.
    #[error("it was changed by somebody else meanwhile; try again")]
    Changed,
    /// The signature is missing, wrong, or of another time.
    #[error("{0}")]
    BadSignature(&'static str),
    /// The body is no object, or names no key.
    #[error("{0}")]
    BadBody(String),
    /// The id was used for another body.
    #[error("another body came in under this id before; give each its own")]
    IdReused,
    /// The sealed signing secret cannot be opened: rotate it.
    #[error("the stored signing secret cannot be opened; rotate it")]
    Sealed(#[source] vault::Error),
    /// The dataset does not take it.
    #[error("the dataset does not take it")]
    Dataset(#[from] datasets::Error),
    /// The store did not do it.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
}
