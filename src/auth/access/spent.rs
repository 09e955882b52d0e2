//! Remembers refresh tokens that were used: one that comes again was stolen, then or now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{SessionId, UserId};
use crate::store::{Bytes, Collection, Entry, Index, Json};

/// Used refresh tokens, by their SHA-256.
pub(in crate::auth) struct Spent;

pub(in crate::auth) static BY_END: Index = Index {
    name: "refresh_spent.ends_at",
    unique: false,
};

impl Collection for Spent {
    const NAME: &'static str = "refresh_spent";
    const INDEXES: &'static [&'static Index] = &[&BY_END];
    type Key = Bytes;
    type Value = Used;

    fn entries(_key: &Bytes, value: &Used) -> Vec<Entry> {
        vec![Entry::new(&BY_END, &value.ends_at)]
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::auth) struct Used {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    /// When the session would have ended; whoever comes later finds nothing to end.
    pub(super) ends_at: Timestamp,
}

impl Json for Used {}
