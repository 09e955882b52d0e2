//! The data keys: kept in the store, sealed by the master key, numbered from the first day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::seal::{Context, Sealed, SealingKey};
use super::{Error, Master};
use crate::audit::{Code, Event};
use crate::base::{Actor, Clock, SecretBytes};
use crate::store::{Batch, Collection, Json, Row, Scan, Store};

/// No appliance comes near as many data keys.
const MANY: usize = 10_000;

/// The stored data keys, by their ids.
pub(super) struct DataKeys;

impl Collection for DataKeys {
    const NAME: &'static str = "data_key";
    type Key = u32;
    type Value = DataKey;

    fn label(id: &u32, _key: &DataKey) -> String {
        format!("data key {id}")
    }
}

/// A data key as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct DataKey {
    /// The key, sealed by the master key.
    sealed: Sealed,
    /// The fingerprint of that master key, to tell another key from an altered seal.
    master: String,
    made_at: Timestamp,
}

impl Json for DataKey {}

/// The data keys, opened.
pub(super) struct Ring {
    keys: BTreeMap<u32, SealingKey>,
    newest: u32,
}

impl Ring {
    /// Opens the store's keys, or makes the first.
    pub(super) async fn open(master: &Master, store: &Store, clock: &Clock) -> Result<Self, Error> {
        let rows = store.scan::<DataKeys>(&Scan::all(MANY))?.rows;
        match rows.last().map(|row| row.key) {
            Some(newest) => {
                let keys = rows.iter().map(|row| unwrap(master, row));
                let keys = keys.collect::<Result<_, _>>()?;
                Ok(Self { keys, newest })
            }
            None => Self::found(master, store, clock).await,
        }
    }

    /// The key that seals from now on.
    pub(super) fn newest(&self) -> &SealingKey {
        &self.keys[&self.newest]
    }

    /// The key of that id, which may be an old one.
    pub(super) fn get(&self, id: u32) -> Option<&SealingKey> {
        self.keys.get(&id)
    }

    async fn found(master: &Master, store: &Store, clock: &Clock) -> Result<Self, Error> {
        const FIRST: u32 = 1;
        let key = SecretBytes::random();
        let row = DataKey {
            sealed: master
                .wrapping_key()
                .seal(&place(&FIRST.to_be_bytes()), key.expose()),
            master: master.fingerprint(),
            made_at: clock.now(),
        };
        let act = Event::new(Code::MasterKeyMade, &Actor::system())
            .entity("master_key", master.fingerprint(), "master key")
            .detail("data_key", FIRST)
            .build(clock);
        let mut batch = Batch::new(act);
        batch.insert::<DataKeys>(&FIRST, &row);
        store.commit(batch).await?;
        Ok(Self {
            keys: BTreeMap::from([(FIRST, SealingKey::new(FIRST, &key))]),
            newest: FIRST,
        })
    }
}

fn unwrap(master: &Master, row: &Row<DataKeys>) -> Result<(u32, SealingKey), Error> {
    let found = master.fingerprint();
    if row.value.master != found {
        let wanted = row.value.master.clone();
        return Err(Error::WrongMaster { found, wanted });
    }
    let opened = master
        .wrapping_key()
        .open(&place(&row.key.to_be_bytes()), &row.value.sealed)
        .ok_or(Error::Refused)?;
    let key: &[u8; 32] = opened
        .as_slice()
        .try_into()
        .map_err(|_wrong_length| Error::Refused)?;
    Ok((row.key, SealingKey::new(row.key, &SecretBytes::new(*key))))
}

fn place(id: &[u8; 4]) -> Context<'_> {
    Context {
        kind: DataKeys::NAME,
        record: id,
        field: "sealed",
        owner: b"",
    }
}
