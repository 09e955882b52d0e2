//! A watch as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Place, WatchState, WatchView};
use crate::base::WatchId;
use crate::store::{Collection, Entry, Index, Json};
use crate::vault::{Context, Sealed};

/// The watches, each under its base.
pub(in crate::connections) struct Watches;

/// A watch by the id that stands in its address.
pub(super) static BY_ID: Index = Index {
    name: "watch.id",
    unique: true,
};

impl Collection for Watches {
    const NAME: &'static str = "watch";
    const INDEXES: &'static [&'static Index] = &[&BY_ID];
    type Key = Place;
    type Value = Stored;

    fn entries(_: &Place, stored: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_ID, &stored.id)]
    }

    fn label((_, _, base): &Place, _: &Stored) -> String {
        format!("watch of {base}")
    }
}

/// What is kept of a watch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::connections) struct Stored {
    pub(super) id: WatchId,
    /// The webhook that was made for it; none before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) webhook: Option<Made>,
    /// When it is to be looked at next.
    pub(super) look_at: Timestamp,
    /// How often in a row the provider could not be asked.
    #[serde(default)]
    pub(super) failures: u32,
    /// How often it was tried in vain to end it, since nobody waits for it any more.
    #[serde(default)]
    pub(super) farewells: u32,
    /// Why, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
    /// When the provider last told of something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_ping_at: Option<Timestamp>,
    /// Whether nobody knows yet what changed before the webhook was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) unread: bool,
}

/// A webhook at the provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    /// The provider's id of it.
    pub(super) id: String,
    /// What the provider signs with.
    pub(super) key: Sealed,
    /// When it ends unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ends_at: Option<Timestamp>,
}

impl Json for Stored {}

impl Stored {
    pub(super) fn new(id: WatchId, now: Timestamp) -> Self {
        Self {
            id,
            webhook: None,
            look_at: now,
            failures: 0,
            farewells: 0,
            problem: None,
            last_ping_at: None,
            unread: false,
        }
    }

    pub(super) fn view(&self, now: Timestamp) -> WatchView {
        let ends_at = self.webhook.as_ref().and_then(|made| made.ends_at);
        let over = ends_at.is_some_and(|at| at <= now);
        let state = match (&self.webhook, self.failures) {
            (Some(_), 0) if !over => WatchState::Watching,
            (None, 0) => WatchState::Starting,
            _ => WatchState::Failing,
        };
        WatchView {
            state,
            ends_at,
            last_ping_at: self.last_ping_at,
            problem: self.problem.clone(),
        }
    }
}

/// The one place that a webhook's key is sealed for.
pub(super) fn sealed_for<'a>((owner, ..): &'a Place, id: &'a WatchId) -> Context<'a> {
    Context {
        kind: Watches::NAME,
        record: id.as_bytes(),
        field: "key",
        owner: owner.as_bytes(),
    }
}
