//! What is stored of a token, and what its owner sees of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::auth::user::Accounts;
use crate::auth::{Account, Permission};
use crate::base::{TokenId, UserId};
use crate::store::{Bytes, Collection, Entry, Index, Json, OnDelete, Reference};

/// Tokens, by the SHA-256 of their text.
pub(in crate::auth) struct Kept;

/// A user's tokens in the order in which they were made.
pub(super) static BY_OWNER: Index = Index {
    name: "token.owner",
    unique: true,
};

pub(super) static BY_END: Index = Index {
    name: "token.expires_at",
    unique: false,
};

impl Collection for Kept {
    const NAME: &'static str = "token";
    const INDEXES: &'static [&'static Index] = &[&BY_OWNER, &BY_END];
    const REFERS: bool = true;
    type Key = Bytes;
    type Value = Stored;

    fn entries(_key: &Bytes, value: &Stored) -> Vec<Entry> {
        vec![
            Entry::new(&BY_OWNER, &(value.user, value.id)),
            Entry::new(&BY_END, &value.expires_at),
        ]
    }

    fn references(_key: &Bytes, value: &Stored) -> Vec<Reference> {
        vec![Reference::to::<Accounts>(&value.user, OnDelete::Cascade)]
    }

    fn label(_key: &Bytes, value: &Stored) -> String {
        value.name.clone()
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::auth) struct Stored {
    pub(super) id: TokenId,
    pub(super) user: UserId,
    pub(super) name: String,
    /// By name: one that a version does not know allows nothing there.
    pub(super) scopes: BTreeSet<String>,
    /// The account's era when it was made; it ends with it.
    pub(super) era: u64,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

impl Json for Stored {}

impl Stored {
    pub(super) fn permissions(&self) -> BTreeSet<Permission> {
        let scopes = self.scopes.iter();
        scopes.filter_map(|name| Permission::named(name)).collect()
    }

    /// How it fares at `now`, when the account is in `era`; `None` is one that is kept out.
    pub(super) fn state(&self, era: Option<u64>, now: Timestamp) -> TokenState {
        if era != Some(self.era) {
            TokenState::Ended
        } else if now >= self.expires_at {
            TokenState::Expired
        } else {
            TokenState::Active
        }
    }
}

/// A token as its owner sees it. Its text was shown once and is not kept.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its name in the book.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for, as far as its owner may do it at the time.
    pub scopes: BTreeSet<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// Whether it can be used.
    pub state: TokenState,
}

/// Whether a token can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poem_openapi::Enum)]
#[oai(rename_all = "snake_case")]
pub enum TokenState {
    /// It can.
    Active,
    /// Its date has come.
    Expired,
    /// It ended when the password, the roles or the state of the account changed.
    Ended,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for: no more than its owner may do.
    pub scopes: BTreeSet<Permission>,
    /// When it ends by itself: 366 days ahead at most.
    pub expires_at: Timestamp,
}

/// A token that a request has shown.
pub struct Presented {
    /// Its name in the book.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// Their account.
    pub account: Account,
    /// What it allows now: its scopes, as far as its owner may do it.
    pub permissions: BTreeSet<Permission>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_with_its_era_and_at_its_date() {
        let noon = Timestamp::UNIX_EPOCH;
        let later = Timestamp::MAX;
        let stored = Stored {
            id: TokenId::from_bytes([1; 16]),
            user: UserId::from_bytes([2; 16]),
            name: "backup".into(),
            scopes: ["dataset:read".into(), "of:tomorrow".into()].into(),
            era: 7,
            created_at: noon,
            expires_at: later,
            used_at: None,
        };
        assert_eq!(stored.state(Some(7), noon), TokenState::Active);
        assert_eq!(stored.state(Some(7), later), TokenState::Expired);
        assert_eq!(stored.state(Some(8), noon), TokenState::Ended);
        assert_eq!(stored.state(None, noon), TokenState::Ended);
        assert_eq!(stored.permissions(), [Permission::DatasetRead].into());
    }
}
