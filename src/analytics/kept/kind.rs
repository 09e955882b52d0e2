//! Says what all kinds of things have in common that are kept below a site.

use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::analytics::Error;
use crate::analytics::number::SiteNumber;
use crate::analytics::row::Sites;
use crate::analytics::site::Site;
use crate::audit::Event;
use crate::base::{KeptId, SiteId, UserId};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// A kind of thing that is kept below a site.
pub(crate) trait Kind: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its collection's name, which is part of the stored form.
    const COLLECTION: &'static str;
    /// By name, where a site has each name once.
    const INDEXES: &'static [&'static Index];
    /// A site has no more of them.
    const MOST: usize;
    /// What people call one.
    const WORD: &'static str;

    /// What people call this one.
    fn name(&self) -> &str;

    /// The same as the site keeps it; errs when it cannot be kept.
    fn checked(self, site: &Site) -> Result<Self, Error>;

    /// An event of the book that is about one.
    fn noted(event: Event, id: KeptId, name: &str) -> Event;
}

/// The things of a kind, under their sites.
pub(in crate::analytics) struct Rows<K>(PhantomData<K>);

/// One thing as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::analytics) struct Stored<K> {
    pub(super) owner: UserId,
    pub(super) site: SiteId,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) what: K,
}

impl<K: Kind> Json for Stored<K> {}

impl<K: Kind> Collection for Rows<K> {
    const NAME: &'static str = K::COLLECTION;
    const INDEXES: &'static [&'static Index] = K::INDEXES;
    const REFERS: bool = true;
    type Key = (SiteNumber, KeptId);
    type Value = Stored<K>;

    fn entries((site, _): &Self::Key, stored: &Stored<K>) -> Vec<Entry> {
        let name = (*site, stored.what.name().to_lowercase());
        let entry = |index: &&'static Index| Entry::new(index, &name);
        K::INDEXES.iter().map(entry).collect()
    }

    fn references(_key: &Self::Key, stored: &Stored<K>) -> Vec<Reference> {
        let site = (stored.owner, stored.site);
        vec![Reference::to::<Sites>(&site, OnDelete::Cascade)]
    }

    fn label(_key: &Self::Key, stored: &Stored<K>) -> String {
        stored.what.name().to_owned()
    }
}
