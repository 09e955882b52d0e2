//! One inlet, opened by its owner: rotates and revokes it.

use jiff::Timestamp;

use super::Error;
use super::row::{Door, Doors, Rows, Signing, Stored, place};
use super::service::{Drawn, Inlets};
use crate::audit::{Code, Event};
use crate::base::{Actor, DatasetId, InletId, Secret, UserId, signature};
use crate::store::{self, Batch, Row, Version};

/// An opened inlet.
#[derive(Clone)]
pub struct Inlet {
    pub(super) all: Inlets,
    pub(super) key: (UserId, InletId),
    pub(super) stored: Stored,
    version: Version,
}

/// An inlet whose secrets were drawn just now: they are shown this once.
pub struct Opened {
    /// The inlet.
    pub inlet: Inlet,
    /// The secret part of its address.
    pub address: Secret,
    /// What its signatures are made with.
    pub signing_key: Secret,
}

impl Inlet {
    pub(super) fn of(all: &Inlets, row: Row<Rows>) -> Self {
        Self {
            all: all.clone(),
            key: row.key,
            stored: row.value,
            version: row.version,
        }
    }

    /// The id.
    pub fn id(&self) -> InletId {
        self.key.1
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// The dataset that records go into.
    pub fn dataset(&self) -> DatasetId {
        self.stored.dataset
    }

    /// How the secret part of the address begins.
    pub fn hint(&self) -> &str {
        &self.stored.hint
    }

    /// Whether what comes in has to be signed.
    pub fn signing(&self) -> Signing {
        self.stored.signing
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// When its present address was drawn.
    pub fn drawn_at(&self) -> Timestamp {
        self.stored.drawn_at
    }

    /// When something came in last, to the minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.stored.used_at
    }

    /// Draws another address and another signing secret; the old ones are good no more at once.
    pub async fn rotate(self, by: &Actor) -> Result<Opened, Error> {
        let parts = &self.all.0;
        let (drawn, key) = (Drawn::new(), signature::draw());
        let fresh = Stored {
            door: drawn.door.clone(),
            hint: drawn.hint.clone(),
            key: parts.vault.seal(&place(&self.key), &key),
            drawn_at: parts.now(),
            ..self.stored.clone()
        };
        let act = self
            .event(Code::InletRotated, by)
            .detail("hint", drawn.hint.as_str());
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.replace::<Rows>(&self.key, &fresh, self.version);
        batch.discard::<Doors>(&self.stored.door_key());
        let (owner, inlet) = self.key;
        batch.insert::<Doors>(&drawn.key(), &Door { owner, inlet });
        commit(&self.all, batch).await?;
        Ok(Opened {
            inlet: self.all.at(&self.key)?,
            address: drawn.secret,
            signing_key: key,
        })
    }

    /// Revokes it: its address leads nowhere any more.
    pub async fn revoke(self, by: &Actor) -> Result<(), Error> {
        let act = self.event(Code::InletRevoked, by);
        let mut batch = Batch::new(act.build(&self.all.0.clock));
        batch.discard::<Doors>(&self.stored.door_key());
        batch.delete::<Rows>(&self.key, self.version);
        commit(&self.all, batch).await
    }

    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        Event::new(code, by).entity("inlet", self.id(), &self.stored.name)
    }
}

async fn commit(all: &Inlets, batch: Batch) -> Result<(), Error> {
    match all.0.store.commit(batch).await {
        Err(store::Error::Conflict(_)) => Err(Error::Changed),
        outcome => Ok(outcome.map(drop)?),
    }
}
