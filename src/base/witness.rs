//! What the store asks of the book, so that neither knows the other.

use std::sync::Arc;

use super::Receipt;

/// One act as the book is to write it: three runs of JSON members, each without its braces and
/// without a comma at either end. The book adds what only it knows (sequence, times, the chain).
///
/// The store carries acts about unread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Act {
    /// Members of the line itself.
    pub members: String,
    /// Members of its `metadata` object.
    pub metadata: String,
    /// Members of its `unmapped` object; may be empty.
    pub unmapped: String,
    /// What the store keeps beside the change of the request that made it; the book does not.
    pub receipt: Option<Arc<Receipt>>,
}

/// Writes acts into the book before their effect is committed.
pub trait Witness: Send + Sync {
    /// Appends one line for each act, in order, and returns after all of them are durable.
    ///
    /// `commits` pairs each act with the number under which its batch is about to be committed;
    /// each line carries it. Gives the sequence number of the last line written. When it errs,
    /// nothing of the group may be committed.
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError>;

    /// Tells the book which batch number the store committed last; called when the store opens.
    ///
    /// The book closes the greater numbers it holds, which were never committed, with one line of
    /// its own. Gives the greatest batch number that it holds (0 for none), so that the store
    /// never uses one twice.
    fn reconcile(&self, committed: u64) -> Result<u64, WitnessError>;

    /// Takes note that the store was closed after an error of its disk and is open again.
    fn reopened(&self) {}
}

/// Why the book could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The disk is full.
    #[error("no space is left for the audit log")]
    Full(#[source] std::io::Error),
    /// Anything else: permissions, a read-only or failing disk.
    #[error("the audit log cannot be written")]
    Io(#[source] std::io::Error),
}

impl From<std::io::Error> for WitnessError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full(error)
            }
            _ => Self::Io(error),
        }
    }
}
