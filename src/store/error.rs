//! What can go wrong with the store, by what the caller can do.

use crate::base::WitnessError;

/// A row that stands in a deletion's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// Its collection.
    pub collection: &'static str,
    /// Its key.
    pub key: Vec<u8>,
    /// What people call it.
    pub label: String,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row is not at the version, or not absent, as the batch expected: read again and retry.
    #[error("a row of {0} has changed since it was read")]
    Conflict(&'static str),
    /// A unique index holds the key already.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// A row that is referred to does not exist.
    #[error("a row of {0} that is referred to does not exist")]
    Dangling(&'static str),
    /// Rows refer to the one that was to be deleted.
    #[error("{} rows refer to the one to be deleted", .0.len())]
    Referenced(Vec<Dependent>),
    /// The disk is full; reads go on, and writes will when there is room again.
    #[error("no space is left for the store")]
    Full,
    /// The disk failed or refuses; the store opens itself again as soon as it can.
    #[error("the store cannot be reached")]
    Unavailable(#[source] std::io::Error),
    /// The book cannot be written, so nothing is changed.
    #[error("no change without its line in the audit log")]
    Audit(#[source] WitnessError),
    /// Another process holds the file.
    #[error("{0} is in use by another process; is a server running on this folder?")]
    Locked(std::path::PathBuf),
    /// There is no such schema to migrate to.
    #[error("there is no schema {wanted}; this version knows 1 to {known}")]
    NoSuchSchema {
        /// What was asked for.
        wanted: u32,
        /// The newest that this version knows.
        known: u32,
    },
    /// The file was written by a later version of the appliance.
    #[error("the store has schema {found}, and this version knows {known}; install a newer one")]
    Newer {
        /// The file's schema.
        found: u32,
        /// The newest that this version knows.
        known: u32,
    },
    /// What was read is not what was written; restore a backup.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

impl Error {
    /// Whether the store itself failed, rather than refused: everything that waits is concerned.
    pub(super) fn is_fault(&self) -> bool {
        match self {
            Self::Full | Self::Unavailable(_) | Self::Damaged(_) | Self::Locked(_) => true,
            Self::Conflict(_)
            | Self::Taken(_)
            | Self::Dangling(_)
            | Self::Referenced(_)
            | Self::Audit(_)
            | Self::NoSuchSchema { .. }
            | Self::Newer { .. } => false,
        }
    }
}
