//! A subscription as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::row::Rows;
use super::{Step, SubscriptionView, WAITS};
use crate::base::{ConnectionId, UserId, WatchId};
use crate::store::{Bytes, Collection, Entry, Index, Json, OnDelete, Reference};
use crate::vault::{Context, Sealed};

/// The subscriptions, each under its connection.
pub(in crate::connections) struct Subscriptions;

/// A subscription by the SHA-256 of its address's secret part.
pub(super) static BY_DOOR: Index = Index {
    name: "subscription.door",
    unique: true,
};

impl Collection for Subscriptions {
    const NAME: &'static str = "subscription";
    const INDEXES: &'static [&'static Index] = &[&BY_DOOR];
    const REFERS: bool = true;
    type Key = (UserId, ConnectionId);
    type Value = Stored;

    fn entries(_: &Self::Key, stored: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_DOOR, &stored.door())]
    }

    fn references(key: &Self::Key, _: &Stored) -> Vec<Reference> {
        vec![Reference::to::<Rows>(key, OnDelete::Cascade)]
    }

    fn label(_: &Self::Key, stored: &Stored) -> String {
        format!("address {} for changes", stored.hint)
    }
}

/// What is kept of a subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connections) struct Stored {
    /// Another one for every address.
    pub(super) id: WatchId,
    /// The fingerprint of its address's secret part, in hexadecimal digits.
    pub(super) door: String,
    /// How the secret part begins.
    pub(super) hint: String,
    pub(super) drawn_at: Timestamp,
    /// What the provider signs with; none until it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Key>,
    /// When something came last that was signed, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_event_at: Option<Timestamp>,
    /// When something came last that was not, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_refused_at: Option<Timestamp>,
}

/// What a provider signs with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) sealed: Sealed,
    pub(super) came_at: Timestamp,
    /// Whether somebody has seen it since it came.
    #[serde(default)]
    pub(super) is_shown: bool,
    /// When the first event came that was signed with it; the provider tells since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) active_since: Option<Timestamp>,
}

impl Json for Stored {}

impl Stored {
    pub(super) fn door(&self) -> Bytes {
        Bytes(self.door.clone().into_bytes())
    }

    /// Until when it waits for the token.
    pub(super) fn waits_until(&self) -> Timestamp {
        self.drawn_at.checked_add(WAITS).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn view(&self, now: Timestamp) -> SubscriptionView {
        let step = match &self.key {
            // What was drawn by a clock that was ahead waits no longer for it.
            None if now < self.waits_until() && self.drawn_at <= now + WAITS => Step::Waiting,
            None => Step::Expired,
            Some(key) if key.active_since.is_some() => Step::Active,
            Some(_) => Step::Verifying,
        };
        SubscriptionView {
            step,
            hint: self.hint.clone(),
            drawn_at: self.drawn_at,
            waits_until: self.waits_until(),
            token_came_at: self.key.as_ref().map(|key| key.came_at),
            is_token_shown: self.key.as_ref().is_some_and(|key| key.is_shown),
            active_since: self.key.as_ref().and_then(|key| key.active_since),
            last_event_at: self.last_event_at,
            last_refused_at: self.last_refused_at,
        }
    }
}

/// The one place that a subscription's token is sealed for.
pub(super) fn sealed_for<'a>(
    (owner, _): &'a (UserId, ConnectionId),
    id: &'a WatchId,
) -> Context<'a> {
    Context {
        kind: Subscriptions::NAME,
        record: id.as_bytes(),
        field: "key",
        owner: owner.as_bytes(),
    }
}
