//! What can go wrong with keys and seals, by what the operator can do.

use std::path::PathBuf;

use crate::store;

/// Why the vault did not open, seal or unseal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key file is gone although something was sealed with it.
    #[error(
        "the master key {key} is missing, and {witness} was sealed with it; put your copy of the \
         key back (mode 0600): without it the sealed credentials cannot be opened by anyone"
    )]
    Missing {
        /// Where the key should be.
        key: PathBuf,
        /// The file that shows that there was one.
        witness: PathBuf,
    },
    /// systemd did not put the credential in place.
    #[error("the master key {0} is missing; check LoadCredential= of the service")]
    NoCredential(PathBuf),
    /// Others could read or change the key file.
    #[error(
        "the master key {path} has mode {mode:04o}, so others may read it; run: chmod 0600 {path}"
    )]
    Loose {
        /// The key file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key file belongs to somebody else, who could change it.
    #[error(
        "the master key {path} belongs to user {uid}; it must belong to the service's user or root"
    )]
    Foreign {
        /// The key file.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// The file holds something else.
    #[error("{0} is not a master key: it must hold 64 hexadecimal digits")]
    NotAKey(PathBuf),
    /// The file cannot be read or made.
    #[error("the master key {0} cannot be read or made")]
    Io(PathBuf, #[source] std::io::Error),
    /// The store was sealed with another master key.
    #[error(
        "the master key is another one than the store was sealed with (this one is {found}, the \
         store wants {wanted}); put the right key back, nothing was changed"
    )]
    WrongMaster {
        /// The fingerprint of the key at hand.
        found: String,
        /// The fingerprint of the key that sealed the store's data keys.
        wanted: String,
    },
    /// Sealed with a data key that the store does not hold.
    #[error("the secret was sealed with data key {0}, which this store does not hold")]
    UnknownKey(u32),
    /// Altered, cut, of an unknown form, or sealed for another place.
    #[error("the sealed secret was altered or belongs elsewhere")]
    Refused,
    /// The data keys cannot be read or written.
    #[error("the data keys cannot be reached")]
    Store(#[from] store::Error),
}
