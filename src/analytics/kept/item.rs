//! Makes, lists, changes and deletes what is kept below a site.

use jiff::Timestamp;

use super::kind::{Kind, Rows, Stored};
use crate::analytics::Error;
use crate::analytics::site::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, KeptId};
use crate::datasets::Access;
use crate::store::{self, Batch, Row, Scan, Version, prefix};

/// One thing, as it was when it was read.
#[derive(Clone)]
pub(crate) struct Item<K> {
    id: KeptId,
    version: Version,
    stored: Stored<K>,
}

impl<K: Kind> Item<K> {
    fn of(row: Row<Rows<K>>) -> Self {
        Self {
            id: row.key.1,
            version: row.version,
            stored: row.value,
        }
    }

    /// The id.
    pub(crate) fn id(&self) -> KeptId {
        self.id
    }

    /// The batch that changed it last.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// What it is.
    pub(crate) fn what(&self) -> &K {
        &self.stored.what
    }

    /// When it was made.
    pub(crate) fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// When it was last changed.
    pub(crate) fn updated_at(&self) -> Timestamp {
        self.stored.updated_at
    }
}

impl Site {
    /// All of a kind, in the order in which they were made.
    pub(crate) fn kept<K: Kind>(&self) -> Result<Vec<Item<K>>, Error> {
        let scan = Scan::prefix(prefix(&self.number()), K::MOST);
        let rows = self.all.0.store.scan::<Rows<K>>(&scan)?.rows;
        Ok(rows.into_iter().map(Item::of).collect())
    }

    /// One page of them, for a person who reads them.
    pub(crate) fn list_kept<K: Kind>(
        &self,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Item<K>>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&self.number()), limit).after(after);
        let page = self.all.0.store.scan::<Rows<K>>(&scan)?;
        let items: Vec<Item<K>> = page.rows.into_iter().map(Item::of).collect();
        let event = self.event(Code::SitesRead, by);
        let event = event.count(K::COLLECTION, items.len() as u64);
        self.all.0.log.record(event.build(&self.all.0.clock));
        Ok((items, page.next))
    }

    /// One of them.
    pub(crate) fn find_kept<K: Kind>(&self, id: KeptId) -> Result<Item<K>, Error> {
        let row = self.all.0.store.get::<Rows<K>>(&(self.number(), id))?;
        row.map(Item::of).ok_or(Error::UnknownKept(K::WORD))
    }

    /// Puts into the book that one was looked at.
    pub(crate) fn note_kept_read<K: Kind>(&self, item: &Item<K>, by: &Actor) {
        let event = self.about::<K>(Code::SitesRead, (item.id, item.what().name()), by);
        self.all.0.log.record(event.build(&self.all.0.clock));
    }

    /// Keeps one more.
    pub(crate) async fn keep<K: Kind>(&self, what: K, by: &Actor) -> Result<Item<K>, Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let what = what.checked(self)?;
        if self.kept::<K>()?.len() >= K::MOST {
            return Err(Error::TooManyKept(K::WORD, K::MOST));
        }
        let id = KeptId::new(&parts.clock);
        let now = parts.now();
        let stored = Stored {
            owner: self.owner(),
            site: self.id(),
            created_at: now,
            updated_at: now,
            what,
        };
        let act = self.about::<K>(Code::KeptCreated, (id, stored.what.name()), by);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.insert::<Rows<K>>(&(self.number(), id), &stored);
        self.commit_kept(batch, &stored.what).await?;
        self.find_kept(id)
    }

    /// Changes one. Errs with `Changed` when it is not as it was read any more.
    pub(crate) async fn change_kept<K: Kind>(
        &self,
        item: Item<K>,
        what: K,
        by: &Actor,
    ) -> Result<Item<K>, Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let next = Stored {
            what: what.checked(self)?,
            updated_at: parts.now(),
            ..item.stored
        };
        let act = self.about::<K>(Code::KeptUpdated, (item.id, next.what.name()), by);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.replace::<Rows<K>>(&(self.number(), item.id), &next, item.version);
        self.commit_kept(batch, &next.what).await?;
        self.find_kept(item.id)
    }

    /// Deletes one. Errs with `Changed` when it is not as it was read any more.
    pub(crate) async fn drop_kept<K: Kind>(&self, item: &Item<K>, by: &Actor) -> Result<(), Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let act = self.about::<K>(Code::KeptDeleted, (item.id, item.what().name()), by);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.delete::<Rows<K>>(&(self.number(), item.id), item.version);
        self.commit_kept(batch, item.what()).await
    }

    /// An event of the book about one of the site's things.
    pub(super) fn about<K: Kind>(
        &self,
        code: Code,
        (id, name): (KeptId, &str),
        by: &Actor,
    ) -> Event {
        let event = K::noted(Event::new(code, by), id, name);
        self.told(event.entity("site", self.id(), self.name()), by)
    }

    async fn commit_kept<K: Kind>(&self, mut batch: Batch, what: &K) -> Result<(), Error> {
        self.hold(&mut batch);
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Taken(_)) => {
                Err(Error::KeptNameTaken(K::WORD, what.name().to_owned()))
            }
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            // The site has gone meanwhile.
            Err(store::Error::Dangling(_)) => Err(Error::UnknownSite(self.id())),
            outcome => Ok(outcome.map(drop)?),
        }
    }
}
