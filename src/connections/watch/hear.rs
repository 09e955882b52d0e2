//! Takes in what comes to the address of a watch.

use jiff::{SignedDuration, Timestamp};

use super::row::{BY_ID, Watches, sealed_for};
use super::{Connections, Error, Place};
use crate::base::{ConnectionId, SyncId, UserId, WatchId};
use crate::providers::Change;
use crate::store::{Batch, Row};

/// When something came last is kept to the minute.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// That something has changed, as a provider tells.
#[derive(Debug)]
pub struct Heard {
    /// Whose connection it is.
    pub owner: UserId,
    /// The connection that the provider tells, and what people call it.
    pub connection: (ConnectionId, String),
    /// What has changed.
    pub change: Change,
    /// Where it came to.
    pub via: Via,
}

/// Where something came to.
#[derive(Debug)]
pub enum Via {
    /// The address of a watch, and when something came there last.
    Watch(WatchId, Option<Timestamp>),
    /// Nowhere: a webhook was made, and of what changed before nobody was told.
    Beginning,
    /// Nowhere: this sync joins those that wait for what changes in a watched base, and of what
    /// changed before it was told nothing.
    Joining(SyncId),
    /// The address that a person gave the provider by hand; that something came is noted already.
    Subscription,
}

impl Connections {
    /// Which base has changed, if the provider has signed `body` with the key of this watch.
    /// `header` gives the value of a header.
    ///
    /// Errs with `UnknownWatch` for an address that leads nowhere, and for whatever was not signed
    /// by the provider alike.
    pub fn hear<'a>(
        &self,
        id: &str,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
    ) -> Result<Heard, Error> {
        let service = &self.0;
        let id: WatchId = id.parse().map_err(|_bad| Error::UnknownWatch)?;
        let row = service.store.find::<Watches>(&BY_ID, &id)?;
        let row = row.ok_or(Error::UnknownWatch)?;
        let made = row.value.webhook.as_ref().ok_or(Error::UnknownWatch)?;
        let connection = match self.at(&(row.key.0, row.key.1)) {
            Err(Error::UnknownConnection(_)) => return Err(Error::UnknownWatch),
            opened => opened?,
        };
        let provider = connection.provider();
        let signature = provider.signature().and_then(&header);
        let signature = signature.ok_or(Error::UnknownWatch)?;
        let key = service.vault.open(&sealed_for(&row.key, &id), &made.key);
        let key = key.map_err(Error::Sealed)?;
        if !provider.has_signed(&key, signature, body) {
            return Err(Error::UnknownWatch);
        }
        Ok(Heard {
            owner: row.key.0,
            connection: (row.key.1, connection.name().to_owned()),
            change: Change::Base(row.key.2),
            via: Via::Watch(id, row.value.last_ping_at),
        })
    }

    /// What changed in watched bases before anybody was told of changes, as it is heard of.
    pub(super) fn begun(&self, row: &Row<Watches>) -> Result<Option<Heard>, Error> {
        if !row.value.unread {
            return Ok(None);
        }
        self.heard_of(&row.key, Via::Beginning)
    }

    /// What changed in a watched base before `sync` joined those that wait for it, as it is heard
    /// of. None while the base is not watched: once it is, all of them hear of it.
    pub fn joined(&self, place: &Place, sync: SyncId) -> Result<Option<Heard>, Error> {
        let row = self.0.store.get::<Watches>(place)?;
        match row.filter(|row| row.value.webhook.is_some() && !row.value.unread) {
            Some(_) => self.heard_of(place, Via::Joining(sync)),
            None => Ok(None),
        }
    }

    fn heard_of(&self, place: &Place, via: Via) -> Result<Option<Heard>, Error> {
        let (owner, connection, base) = place.clone();
        let name = match self.at(&(owner, connection)) {
            Err(Error::UnknownConnection(_)) => return Ok(None),
            opened => opened?.name().to_owned(),
        };
        Ok(Some(Heard {
            owner,
            connection: (connection, name),
            change: Change::Base(base),
            via,
        }))
    }

    /// Keeps in the batch that something came; nothing when that is known to the minute.
    pub fn note_heard(&self, heard: &Heard, batch: &mut Batch) -> Result<(), Error> {
        let now = self.0.now();
        let is_new = |at: Timestamp| now.duration_since(at) >= NOTED_EVERY;
        let is_to_note = match heard.via {
            Via::Watch(_, last_ping_at) => last_ping_at.is_none_or(is_new),
            Via::Beginning => true,
            Via::Joining(_) | Via::Subscription => false,
        };
        let Change::Base(base) = heard.change.clone() else {
            return Ok(());
        };
        if !is_to_note {
            return Ok(());
        }
        let place: Place = (heard.owner, heard.connection.0, base);
        if let Some(mut row) = self.0.store.get::<Watches>(&place)? {
            match heard.via {
                Via::Beginning => row.value.unread = false,
                Via::Watch(..) | Via::Joining(_) | Via::Subscription => {
                    row.value.last_ping_at = Some(now);
                }
            }
            batch.replace::<Watches>(&row.key, &row.value, row.version);
        }
        Ok(())
    }
}
