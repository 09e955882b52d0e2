//! What can go wrong with the ledger, by what the caller can do.

use jiff::civil::Date;

use crate::store;

/// Why events were not kept, or nothing can be said about them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The store did not do it; what was sent may be sent again.
    #[error("the store did not do it")]
    Store(#[from] store::Error),
    /// A report has too many rows, or too many visitors in them.
    #[error("a report has too many rows")]
    TooWide,
    /// Visitors went on too many different paths.
    #[error("there are too many different paths")]
    TooManyPaths,
    /// The events of days before this one are gone.
    #[error("the events of days before {0} are gone")]
    Gone(Date),
    /// The appliance is going down; what was sent may be sent again.
    #[error("the ledger takes no more events")]
    Stopped,
}

/// What is said of bytes that are not as they were written.
pub(super) fn damaged(what: &str) -> store::Error {
    store::Error::Damaged(format!("{what} of the events' ledger"))
}
