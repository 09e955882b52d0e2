//! What is kept of sites and of the keys that events are sent with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::channels::ChannelRule;
use super::key::Kind;
use super::number::SiteNumber;
use super::retention::Retention;
use crate::base::{SiteId, UserId, WriteKeyId};
use crate::store::{Bytes, Collection, Entry, Index, Json, OnDelete, Reference};
use crate::vault::{Context, Sealed};

/// The sites, under their owners.
pub(super) struct Sites;

/// A name is its owner's once.
pub(super) static BY_NAME: Index = Index {
    name: "site.name",
    unique: true,
};

impl Collection for Sites {
    const NAME: &'static str = "site";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    type Key = (UserId, SiteId);
    type Value = Stored;

    fn entries((owner, _): &Self::Key, site: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_NAME, &(*owner, site.name.to_lowercase()))]
    }

    fn label(_key: &Self::Key, site: &Stored) -> String {
        site.name.clone()
    }
}

/// That a row belongs to a site, and goes with it.
pub(crate) fn site_reference(owner: UserId, site: SiteId) -> Reference {
    Reference::to::<Sites>(&(owner, site), OnDelete::Cascade)
}

/// One site as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) number: SiteNumber,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) currency: String,
    /// The zone's name in the IANA database.
    pub(super) time_zone: String,
    pub(super) week_start: WeekStart,
    pub(super) visitor_ids: VisitorIds,
    #[serde(default)]
    pub(super) retention: Retention,
    /// What sorts visits into channels before the usual rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) channel_rules: Vec<ChannelRule>,
    /// What visitors are hashed with who have an id of their own.
    pub(super) key: Sealed,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// When the first event came in: from then on what was counted rests on zone and currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) counted_since: Option<Timestamp>,
}

impl Json for Stored {}

/// The day that a week begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekStart {
    /// As most of the world has it.
    #[default]
    Monday,
    /// As around the Gulf.
    Saturday,
    /// As in America.
    Sunday,
}

impl WeekStart {
    /// So many days it comes after Monday.
    pub(super) const fn after_monday(self) -> u8 {
        match self {
            Self::Monday => 0,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

/// How visitors are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorIds {
    /// For one day of the site's zone: nobody can tell that somebody comes again on another.
    #[default]
    Daily,
    /// For as long as whoever sends events says that it is the same.
    Lasting,
}

impl VisitorIds {
    /// Its word in answers and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Lasting => "lasting",
        }
    }
}

/// The number that the next site gets.
pub(super) struct Numbers;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Next {
    pub(super) number: SiteNumber,
}

impl Json for Next {}

impl Collection for Numbers {
    const NAME: &'static str = "site_number";
    type Key = ();
    type Value = Next;
}

/// The keys that events are sent with, under their sites.
pub(super) struct Keys;

impl Collection for Keys {
    const NAME: &'static str = "site_key";
    const REFERS: bool = true;
    type Key = (SiteNumber, WriteKeyId);
    type Value = StoredKey;

    fn references(_key: &Self::Key, key: &StoredKey) -> Vec<Reference> {
        let site = (key.owner, key.site);
        vec![Reference::to::<Sites>(&site, OnDelete::Cascade)]
    }

    fn label(_key: &Self::Key, key: &StoredKey) -> String {
        key.name.clone()
    }
}

/// One key as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredKey {
    pub(super) owner: UserId,
    pub(super) site: SiteId,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// From where browsers may send with it; none for one that servers send with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) origins: Vec<String>,
    /// The SHA-256 of the key, in hexadecimal digits.
    pub(super) print: String,
    /// The key itself, where everybody may read it anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    pub(super) ends_with: String,
    pub(super) created_at: Timestamp,
    /// When something came in with it last, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_at: Option<Timestamp>,
}

impl Json for StoredKey {}

/// Which key a text is, by its SHA-256.
pub(super) struct Doors;

impl Collection for Doors {
    const NAME: &'static str = "site_door";
    const REFERS: bool = true;
    type Key = Bytes;
    type Value = Door;

    fn references(_key: &Bytes, door: &Door) -> Vec<Reference> {
        let key = (door.number, door.key);
        vec![Reference::to::<Keys>(&key, OnDelete::Cascade)]
    }
}

/// Where a key leads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Door {
    pub(super) number: SiteNumber,
    pub(super) key: WriteKeyId,
}

impl Json for Door {}

/// When an event came in last, to the minute.
pub(super) struct Seen;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct At {
    pub(super) at: Timestamp,
}

impl Json for At {}

impl Collection for Seen {
    const NAME: &'static str = "site_seen";
    type Key = SiteNumber;
    type Value = At;
}

/// Sites that were deleted, whose events have yet to go.
pub(super) struct Purges;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Purge {
    pub(super) since: Timestamp,
}

impl Json for Purge {}

impl Collection for Purges {
    const NAME: &'static str = "site_purge";
    type Key = SiteNumber;
    type Value = Purge;
}

/// The one place that a site's key is sealed for.
pub(super) fn place((owner, id): &(UserId, SiteId)) -> Context<'_> {
    Context {
        kind: Sites::NAME,
        record: id.as_bytes(),
        field: "key",
        owner: owner.as_bytes(),
    }
}
