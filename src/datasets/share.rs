//! What is stored of a share: a row that lets another user reach a dataset.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::row::Rows;
use crate::base::{Actor, DatasetId, UserId};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference, Row, Version};

/// Shares, each under its dataset and the user who may reach it.
pub(super) struct Shares;

/// The datasets that are shared with a user. Its keys have the form of a dataset's own, under the
/// one whom it is shared with.
pub(super) static BY_USER: Index = Index {
    name: "dataset_share.user",
    unique: true,
};

/// A share as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose it is that is shared.
    pub(crate) owner: UserId,
    /// The owner's address.
    pub(crate) owner_email: String,
    /// The address of the one whom it is shared with.
    pub(crate) email: String,
    /// How far they may go.
    pub(crate) level: Level,
    /// When it was first shared.
    pub(crate) created_at: Timestamp,
    /// When the level was last changed.
    pub(crate) updated_at: Timestamp,
}

impl Json for Kept {}

impl Kept {
    /// What `owner` shares from `now` on with the one of an address.
    pub(crate) fn new(
        (owner, by): (UserId, &Actor),
        email: String,
        level: Level,
        now: Timestamp,
    ) -> Self {
        Self {
            owner,
            owner_email: by
                .person()
                .map_or_else(String::new, |(_, email)| email.to_owned()),
            email,
            level,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Collection for Shares {
    const NAME: &'static str = "dataset_share";
    const INDEXES: &'static [&'static Index] = &[&BY_USER];
    const REFERS: bool = true;
    type Key = (DatasetId, UserId);
    type Value = Kept;

    fn entries((dataset, user): &Self::Key, _: &Kept) -> Vec<Entry> {
        vec![Entry::new(&BY_USER, &(*user, *dataset))]
    }

    fn references((dataset, _): &Self::Key, share: &Kept) -> Vec<Reference> {
        let dataset = (share.owner, *dataset);
        vec![Reference::to::<Rows>(&dataset, OnDelete::Cascade)]
    }

    fn label(_key: &Self::Key, share: &Kept) -> String {
        share.email.clone()
    }
}

/// How far somebody may go whom a dataset is shared with; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To see the dataset, its records and imports, and to export them.
    View,
    /// To make syncs from it, through connections of their own.
    Use,
    /// To write, delete and import records.
    Edit,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::View, Self::Use, Self::Edit];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Use => "use",
            Self::Edit => "edit",
        }
    }
}

/// How far whoever has opened a dataset may go; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// By a share of this level.
    View,
    /// By a share of this level.
    Use,
    /// By a share of this level.
    Edit,
    /// As its owner: to rename, alter, share and delete it too.
    Owner,
}

impl Access {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::View, Self::Use, Self::Edit, Self::Owner];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Use => "use",
            Self::Edit => "edit",
            Self::Owner => "owner",
        }
    }
}

impl From<Level> for Access {
    fn from(level: Level) -> Self {
        match level {
            Level::View => Self::View,
            Level::Use => Self::Use,
            Level::Edit => Self::Edit,
        }
    }
}

/// Somebody whom something is shared with, and how far they may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The user.
    pub user: UserId,
    /// Their address.
    pub email: String,
    /// How far they may go.
    pub level: Level,
    /// When it was first shared with them.
    pub created_at: Timestamp,
    /// When the level was last changed.
    pub updated_at: Timestamp,
    /// The batch that wrote it last.
    pub version: Version,
}

impl<P, C: Collection<Key = (P, UserId), Value = Kept>> From<Row<C>> for Share {
    fn from(row: Row<C>) -> Self {
        Self {
            user: row.key.1,
            email: row.value.email,
            level: row.value.level,
            created_at: row.value.created_at,
            updated_at: row.value.updated_at,
            version: row.version,
        }
    }
}

/// The share by which something was opened.
#[derive(Clone, Debug)]
pub(crate) struct Lent {
    pub(crate) level: Level,
    /// The owner's address.
    pub(crate) by: String,
    pub(crate) version: Version,
}

impl<P, C: Collection<Key = (P, UserId), Value = Kept>> From<Row<C>> for Lent {
    fn from(row: Row<C>) -> Self {
        Self {
            level: row.value.level,
            by: row.value.owner_email,
            version: row.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_includes_those_before_it_and_the_owner_all() {
        let levels = Level::ALL.map(Access::from);
        assert!(levels.is_sorted());
        assert!(levels.iter().all(|level| *level < Access::Owner));
        for level in Level::ALL {
            assert_eq!(Access::from(level).name(), level.name());
            assert_eq!(Level::named(level.name()), Some(level));
        }
    }
}
