//! A connection as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::health::Health;
use super::oauth::Grant;
use crate::base::{ConnectionId, UserId};
use crate::providers::{Endpoint, Kind};
use crate::store::{Collection, Entry, Index, Json};
use crate::vault::{Context, Sealed};

/// The stored connections, under their owners.
pub struct Rows;

/// A name is its owner's once.
pub(super) static BY_NAME: Index = Index {
    name: "connection.name",
    unique: true,
};

impl Collection for Rows {
    const NAME: &'static str = "connection";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    type Key = (UserId, ConnectionId);
    type Value = Stored;

    fn entries((owner, _): &Self::Key, stored: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_NAME, &(*owner, stored.name.to_lowercase()))]
    }

    fn label(_key: &Self::Key, stored: &Stored) -> String {
        stored.name.clone()
    }
}

/// What is kept of a connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stored {
    pub(super) provider: Kind,
    pub(super) name: String,
    pub(super) endpoint: Endpoint,
    pub(super) token: Sealed,
    /// Enough of the token to tell it from another, and no more.
    pub(super) token_hint: String,
    #[serde(default)]
    pub(super) credential: Credential,
    /// What tells the account of a token that was pasted from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    /// What a person has allowed, when the token came by OAuth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grant: Option<Grant>,
    pub(super) health: Health,
    pub(super) created_at: Timestamp,
}

impl Json for Stored {}

/// Which of the credentials that people have given a connection one after another: what one of
/// them has met says nothing of the next. Tokens that are renewed belong to the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential(u32);

impl Credential {
    /// The one that a person gives in its place.
    pub(super) fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Whose account it is, as the provider told at the last test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountName {
    /// The provider's id of the account.
    pub id: String,
    /// Its e-mail address, if the token may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// The one place that a connection's token is sealed for.
pub(super) fn place((owner, id): &(UserId, ConnectionId)) -> Context<'_> {
    Context {
        kind: Rows::NAME,
        record: id.as_bytes(),
        field: "token",
        owner: owner.as_bytes(),
    }
}
