//! Makes, finds and lists inlets.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::lane::Lanes;
use super::row::{Arrivals, BY_NAME, Door, Doors, Rows, Signing, Stored, place};
use super::{Error, Inlet, Opened};
use crate::audit::{Code, Event, Log};
use crate::base::{
    Actor, Clock, Cursor, DatasetId, Hex, InletId, Scope, Secret, SecretBytes, UserId, signature,
};
use crate::datasets::{Access, Datasets};
use crate::store::{self, Batch, Bytes, Scan, Store, Table, prefix};
use crate::vault::Vault;

/// A user has no more of them.
const MOST: usize = 100;

/// What inlets are built upon.
pub struct Parts {
    /// Where they are kept.
    pub store: Store,
    /// What seals their signing secrets.
    pub vault: Vault,
    /// Where records go.
    pub datasets: Datasets,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
}

/// Every inlet. Clones share them.
#[derive(Clone)]
pub struct Inlets(pub(super) Arc<Parts>, pub(super) Arc<Lanes>);

/// An inlet to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What people call it.
    pub name: String,
    /// The dataset that records go into; its owner's own.
    pub dataset: DatasetId,
    /// Whether what comes in has to be signed.
    pub signing: Signing,
}

/// The secret part of an address, and what is kept of it.
pub(super) struct Drawn {
    pub(super) secret: Secret,
    pub(super) door: String,
    pub(super) hint: String,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 3] {
    [
        Table::of::<Rows>(),
        Table::of::<Doors>(),
        Table::of::<Arrivals>(),
    ]
}

impl Drawn {
    /// 160 bits, which nobody guesses.
    pub(super) fn new() -> Self {
        let secret = Hex(SecretBytes::<20>::random().expose()).to_string();
        Self {
            door: Hex(&fingerprint(secret.as_bytes())).to_string(),
            hint: format!("{}…", &secret[..4]),
            secret: Secret::new(secret),
        }
    }

    pub(super) fn key(&self) -> Bytes {
        Bytes(self.door.clone().into_bytes())
    }
}

impl Stored {
    pub(super) fn door_key(&self) -> Bytes {
        Bytes(self.door.clone().into_bytes())
    }
}

impl Parts {
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Inlets {
    /// Inlets over what they are built upon.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    /// Makes an inlet. Errs for a dataset that is another's: who writes there is its owner's to say.
    pub async fn create(&self, scope: &Scope, new: New, by: &Actor) -> Result<Opened, Error> {
        let parts = &self.0;
        let name = checked_name(&new.name)?;
        let dataset = parts.datasets.open(scope, new.dataset)?;
        dataset.demand(Access::Owner)?;
        let all = Scan::prefix(prefix(&scope.owner()), MOST);
        if parts.store.scan::<Rows>(&all)?.rows.len() >= MOST {
            return Err(Error::TooMany(MOST));
        }
        let key = (scope.owner(), InletId::new(&parts.clock));
        let (drawn, signing_key) = (Drawn::new(), signature::draw());
        let now = parts.now();
        let stored = Stored {
            name,
            dataset: new.dataset,
            door: drawn.door.clone(),
            hint: drawn.hint.clone(),
            signing: new.signing,
            key: parts.vault.seal(&place(&key), &signing_key),
            created_at: now,
            drawn_at: now,
            used_at: None,
        };
        let act = Event::new(Code::InletCreated, by)
            .entity("inlet", key.1, &stored.name)
            .entity("dataset", stored.dataset, dataset.name())
            .detail("signing", stored.signing.name())
            .detail("hint", stored.hint.as_str());
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.insert::<Rows>(&key, &stored);
        let (owner, inlet) = key;
        batch.insert::<Doors>(&drawn.key(), &Door { owner, inlet });
        match parts.store.commit(batch).await {
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                return Err(Error::NameTaken(stored.name));
            }
            outcome => outcome?,
        };
        Ok(Opened {
            inlet: self.at(&key)?,
            address: drawn.secret,
            signing_key,
        })
    }

    /// Opens one of the owner's inlets. Another owner's answers like one that does not exist.
    pub fn open(&self, scope: &Scope, id: InletId) -> Result<Inlet, Error> {
        self.at(&(scope.owner(), id))
    }

    /// One page of the owner's inlets, in the order in which they were made.
    pub fn list(
        &self,
        scope: &Scope,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Inlet>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&scope.owner()), limit).after(after);
        let page = self.0.store.scan::<Rows>(&scan)?;
        let inlets = page.rows.into_iter().map(|row| Inlet::of(self, row));
        let inlets: Vec<Inlet> = inlets.collect();
        let event = Event::new(Code::InletsRead, by).count("inlets", inlets.len() as u64);
        self.0.log.record(event.build(&self.0.clock));
        Ok((inlets, page.next))
    }

    /// The inlet that an address leads to. Whether there is one takes as long to find out as that
    /// there is none.
    pub fn at_address(&self, secret: &str) -> Result<Inlet, Error> {
        let door = Hex(&fingerprint(secret.as_bytes())).to_string();
        let found = self.0.store.get::<Doors>(&Bytes(door.into_bytes()))?;
        let door = found.ok_or(Error::NoAddress)?.value;
        match self.at(&(door.owner, door.inlet)) {
            Err(Error::UnknownInlet(_)) => Err(Error::NoAddress),
            outcome => outcome,
        }
    }

    pub(super) fn at(&self, key: &(UserId, InletId)) -> Result<Inlet, Error> {
        let row = self.0.store.get::<Rows>(key)?;
        Ok(Inlet::of(self, row.ok_or(Error::UnknownInlet(key.1))?))
    }
}

pub(super) fn fingerprint(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::BadName)
}
