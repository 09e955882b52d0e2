//! Seals credentials with keys that never leave the appliance.
//!
//! Two layers of keys: the master key lies in a file of its own and seals the data keys, which lie
//! in the store and seal everything else. So the master key is read once and used rarely, a new
//! data key needs no new file, and a copied store alone opens nothing. [`Master`] is opened first:
//! the audit log keeps its private keys in the [`KeyBox`](crate::audit::KeyBox) that it gives, and
//! the store, which holds the data keys, needs the audit log to open.

mod error;
mod key_box;
mod master;
mod ring;
mod seal;

use std::sync::Arc;

pub use error::Error;
pub use master::Master;
pub use seal::{Context, Sealed};

use ring::{DataKeys, Ring};

use crate::base::{Clock, Secret};
use crate::store::{Store, Table};

/// Seals and opens credentials. Clones share the keys, which are wiped with the last of them.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<Ring>,
}

impl Vault {
    /// Opens the data keys that the store holds, or makes the first one.
    ///
    /// Errs, and changes nothing, when the store's data keys were sealed by another master key.
    pub async fn new(master: &Master, store: &Store, clock: &Clock) -> Result<Self, Error> {
        let ring = Arc::new(Ring::open(master, store, clock).await?);
        Ok(Self { ring })
    }

    /// Seals a secret for the one place that `context` names.
    pub fn seal(&self, context: &Context<'_>, secret: &Secret) -> Sealed {
        self.ring.newest().seal(context, secret.expose().as_bytes())
    }

    /// Opens what [`Vault::seal`] sealed for the same place.
    pub fn open(&self, context: &Context<'_>, sealed: &Sealed) -> Result<Secret, Error> {
        let id = sealed.key_id().ok_or(Error::Refused)?;
        let key = self.ring.get(id).ok_or(Error::UnknownKey(id))?;
        let plain = key.open(context, sealed).ok_or(Error::Refused)?;
        let text = std::str::from_utf8(&plain).map_err(|_sealed_by_us_as_text| Error::Refused)?;
        Ok(Secret::new(text))
    }
}

/// The collections that the vault keeps in the store.
pub fn tables() -> [Table; 1] {
    [Table::of::<DataKeys>()]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::{Act, Blocking, Witness, WitnessError};
    use crate::config::MasterKey;
    use crate::store::{Registry, Settings};

    struct Silent;

    impl Witness for Silent {
        fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
            Ok(commits.last().map_or(0, |(number, _)| *number))
        }
        fn reconcile(&self, _committed: u64) -> Result<u64, WitnessError> {
            Ok(0)
        }
    }

    const HOME: Context<'static> = Context {
        kind: "connection",
        record: b"0123456789abcdef",
        field: "token",
        owner: b"fedcba9876543210",
    };

    fn store(folder: &Path) -> Store {
        let settings = Settings {
            file: folder.join("store.redb"),
            cache_bytes: 1 << 20,
        };
        let registry = Registry::default().with(tables());
        Store::open(&settings, registry, Arc::new(Silent), Blocking::Inline).unwrap()
    }

    fn master(path: &Path) -> Master {
        Master::open(&MasterKey::File(path.to_owned()), &[]).unwrap()
    }

    async fn vault(folder: &Path, key: &str) -> Result<Vault, Error> {
        let master = master(&folder.join(key));
        Vault::new(&master, &store(folder), &Clock::system()).await
    }

    #[tokio::test]
    async fn a_secret_opens_again_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path(), "master.key").await.unwrap();
        let sealed = vault.seal(&HOME, &Secret::new("patCANARY"));
        drop(vault);
        let vault = self::vault(folder.path(), "master.key").await.unwrap();
        assert_eq!(vault.open(&HOME, &sealed).unwrap().expose(), "patCANARY");
    }

    #[tokio::test]
    async fn another_master_key_is_refused_and_the_right_one_still_opens() {
        let folder = tempfile::tempdir().unwrap();
        let right = vault(folder.path(), "master.key").await.unwrap();
        let sealed = right.seal(&HOME, &Secret::new("pat"));
        drop(right);
        let wrong = vault(folder.path(), "other.key").await;
        assert!(matches!(wrong, Err(Error::WrongMaster { .. })));
        let right = vault(folder.path(), "master.key").await.unwrap();
        assert!(right.open(&HOME, &sealed).is_ok());
    }

    #[tokio::test]
    async fn a_secret_of_another_store_names_what_is_amiss() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ours = vault(here.path(), "master.key").await.unwrap();
        let theirs = vault(there.path(), "master.key").await.unwrap();
        let sealed = theirs.seal(&HOME, &Secret::new("pat"));
        assert!(matches!(ours.open(&HOME, &sealed), Err(Error::Refused)));
        let mut bytes = sealed.into_bytes();
        bytes[4] = 9;
        let unknown = ours.open(&HOME, &Sealed::from_bytes(&bytes));
        assert!(matches!(unknown, Err(Error::UnknownKey(9))));
    }

    #[tokio::test]
    async fn neither_the_vault_nor_a_seal_shows_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(folder.path(), "master.key").await.unwrap();
        let sealed = vault.seal(&HOME, &Secret::new("patCANARY"));
        let stored = serde_json::to_string(&sealed).unwrap();
        assert!(!format!("{sealed:?}{stored}").contains("CANARY"));
    }
}
