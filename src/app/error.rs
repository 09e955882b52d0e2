//! What can keep the appliance from being opened.

use std::path::PathBuf;

use crate::base::WitnessError;
use crate::net::NotLoopback;
use crate::{analytics, audit, auth, scheduler, store, vault};

/// Why the appliance cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder cannot be made.
    #[error("the data folder {0} cannot be made")]
    Data(PathBuf, #[source] std::io::Error),
    /// Nothing can be written into the data folder.
    #[error(
        "the data folder {0} cannot be written to by this user; run this as the service's own \
         user, or give that user the folder"
    )]
    ReadOnly(PathBuf, #[source] std::io::Error),
    /// The audit log's key was sealed with another master key.
    #[error(
        "{audit_key} was sealed with another master key than {master_key}: put back the two that \
         belong together, from a backup of one and the same moment"
    )]
    KeysDiffer {
        /// The audit log's key file.
        audit_key: PathBuf,
        /// The file of the master key.
        master_key: PathBuf,
    },
    /// The master key is missing, loose or another one.
    #[error("the vault cannot be opened")]
    Vault(#[from] vault::Error),
    /// The book cannot be opened.
    #[error("the audit log cannot be opened")]
    Audit(#[from] audit::Error),
    /// The book cannot be written.
    #[error("the audit log cannot be written")]
    Witness(#[from] WitnessError),
    /// The store cannot be opened.
    #[error("the store cannot be opened")]
    Store(#[from] store::Error),
    /// The settings for accounts cannot be used.
    #[error("the settings for passwords cannot be used")]
    Auth(#[from] auth::Error),
    /// The certificates of the system cannot be used.
    #[error("outgoing calls cannot be secured")]
    Net(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The events that were left waiting cannot be read.
    #[error("the events of sites cannot be read")]
    Analytics(#[from] analytics::Error),
    /// The jobs cannot be read.
    #[error("the jobs cannot be read")]
    Jobs(#[from] scheduler::Error),
    /// The sandbox is not on this machine.
    #[error("the setting sandbox.url cannot be used")]
    Sandbox(#[from] NotLoopback),
}
