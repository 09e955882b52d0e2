//! Watches bases: has a provider tell by itself when something changes there.
//!
//! A base is watched for an owner through one of their connections, however many syncs wait for
//! what changes in it: a provider takes few webhooks for a base. The watch is written down before
//! the provider is asked, so that a crash in between leaves a webhook which the next look finds by
//! its address. `keep` sees to it that what is watched is what somebody waits for; `tend` is what
//! it does for one base; `hear` takes in what comes to the address.

mod hear;
mod keep;
mod leave;
mod row;
mod tend;

use jiff::Timestamp;

use super::{Connections, Error};
use crate::base::{ConnectionId, UserId};

pub use hear::{Heard, Via};
pub use leave::NoWatch;
pub(super) use row::Watches;
pub(super) use tend::told;

/// A base as an owner reaches it.
pub type Place = (UserId, ConnectionId, String);

/// How a base is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchView {
    /// How it stands.
    pub state: WatchState,
    /// Until when the provider tells, unless that is put off, which it is every day.
    pub ends_at: Option<Timestamp>,
    /// When the provider last told of something, to the minute.
    pub last_ping_at: Option<Timestamp>,
    /// Why the provider could not be asked the last time.
    pub problem: Option<String>,
}

/// How a watch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchState {
    /// Somebody has to set up at the provider, by hand, that it tells.
    Unsubscribed,
    /// The provider is about to be asked.
    Starting,
    /// The provider tells of changes.
    Watching,
    /// The provider does not tell of changes, or could not be asked to go on with it.
    Failing,
}

impl Connections {
    /// How a base is watched; none while nobody has begun to.
    pub fn watch_of(&self, place: &Place) -> Result<Option<WatchView>, Error> {
        if self.is_told_by_hand(place)? {
            return self.subscribed(place).map(Some);
        }
        let row = self.0.store.get::<Watches>(place)?;
        Ok(row.map(|row| row.value.view(self.0.now())))
    }

    /// Whether a person sets up by hand that the provider of a base tells of changes.
    fn is_told_by_hand(&self, (owner, connection, _): &Place) -> Result<bool, Error> {
        match self.at(&(*owner, *connection)) {
            Err(Error::UnknownConnection(_)) => Ok(false),
            opened => Ok(opened?.provider().is_told_by_hand()),
        }
    }

    /// Has a watch looked at at the next occasion, whatever went wrong before.
    pub async fn look_again(&self, place: &Place) -> Result<(), Error> {
        let now = self.0.now();
        self.change_watch(place, None, |stored| stored.look_at = now)
            .await
    }
}
