//! Makes, finds and lists feeds.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::row::{Days, Feeds as Rows, Stored};
use super::{Error, Feed};
use crate::analytics::{Analytics, Site};
use crate::audit::{Code, Event, Log};
use crate::base::{Actor, Blocking, Clock, ConnectionId, Cursor, FeedId, Nudge, Scope};
use crate::connections::{AdAccount, Connections};
use crate::datasets::Access;
use crate::providers::Alone;
use crate::store::{self, Batch, Scan, Store, Table, prefix};

/// A site has no more of them.
const MOST: usize = 20;

/// What feeds are built upon.
pub struct Parts {
    /// Where they are kept.
    pub store: Store,
    /// The sites that they belong to.
    pub sites: Analytics,
    /// What they are fetched by.
    pub connections: Connections,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// Where long scans are made.
    pub blocking: Blocking,
    /// Rung when there is something to fetch.
    pub nudge: Nudge,
}

/// All feeds. Clones share them.
#[derive(Clone)]
pub struct Feeds(pub(super) Arc<Parts>);

/// A feed to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// One of the site's owner's connections.
    pub connection: ConnectionId,
    /// The provider's id of the ad account.
    pub account: String,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 2] {
    [Table::of::<Rows>(), Table::of::<Days>()]
}

impl Parts {
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Feeds {
    /// The service over what it is built upon.
    pub fn over(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// One of a site's feeds.
    pub fn find(&self, site: &Site, id: FeedId) -> Result<Feed, Error> {
        let row = self.0.store.get::<Rows>(&(site.id(), id))?;
        let row = row.ok_or(Error::UnknownFeed(id))?;
        Ok(Feed::of(self, site, row))
    }

    /// One page of a site's feeds, in the order in which they were made.
    pub fn list(
        &self,
        site: &Site,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Feed>, Option<Cursor>), Error> {
        let scan = Scan::prefix(prefix(&(site.id(),)), limit).after(after);
        let page = self.0.store.scan::<Rows>(&scan)?;
        let event = site.event(Code::FeedsRead, by);
        let event = event.count("feeds", page.rows.len() as u64);
        self.0.log.record(event.build(&self.0.clock));
        let feeds = page.rows.into_iter().map(|row| Feed::of(self, site, row));
        Ok((feeds.collect(), page.next))
    }

    /// All of a site's feeds.
    pub(super) fn of(&self, site: &Site) -> Result<Vec<Feed>, Error> {
        let scan = Scan::prefix(prefix(&(site.id(),)), MOST);
        let rows = self.0.store.scan::<Rows>(&scan)?.rows;
        Ok(rows
            .into_iter()
            .map(|row| Feed::of(self, site, row))
            .collect())
    }

    /// Links a site to an ad account that one of its owner's connections reaches; the owner alone
    /// can. The provider is asked for the account, and its figures are fetched right after.
    pub async fn create(&self, site: &Site, new: New, by: &Actor) -> Result<Feed, Error> {
        site.demand(Access::Owner)?;
        let parts = &self.0;
        let scope = Scope::owned_by(site.owner());
        let connection = parts.connections.open(&scope, new.connection)?;
        let account = self.account(&scope, &new, by).await?;
        let zone = TimeZone::get(&account.time_zone);
        zone.map_err(|_unknown| Error::BadZone(account.time_zone.clone()))?;
        if self.of(site)?.len() >= MOST {
            return Err(Error::TooMany(MOST));
        }
        let now = parts.now();
        let stored = Stored {
            owner: site.owner(),
            name: account.name,
            connection: new.connection,
            provider: connection.provider(),
            endpoint: connection.endpoint().name().to_owned(),
            account: account.id,
            currency: account.currency,
            time_zone: account.time_zone,
            paused: false,
            created_at: now,
            updated_at: now,
            known: None,
            reread_on: None,
            fetched_at: None,
            next_at: now,
            trouble: None,
        };
        let key = (site.id(), FeedId::new(&parts.clock));
        let act = about(site, (key.1, &stored), Code::FeedCreated, by);
        let act = act.detail("connection", stored.connection.to_string());
        let act = act.detail("account", stored.account.as_str());
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.insert::<Rows>(&key, &stored);
        commit(&parts.store, site, batch).await?;
        parts.nudge.ring();
        self.find(site, key.1)
    }

    async fn account(&self, scope: &Scope, new: &New, by: &Actor) -> Result<AdAccount, Error> {
        let connections = &self.0.connections;
        let errand = Arc::new(Alone);
        let opened = connections.open_reports(scope, new.connection, (by, errand));
        let (reports, credential) = opened.await?;
        let accounts = match reports.ad_accounts().await {
            Ok(accounts) => accounts,
            Err(error) => {
                let place = (new.connection, credential);
                connections.met_trouble(scope, place, &error).await?;
                return Err(crate::connections::Error::from(error).into());
            }
        };
        let found = accounts
            .into_iter()
            .find(|account| account.id == new.account);
        let shown = || new.account.chars().take(60).collect();
        found.ok_or_else(|| Error::UnknownAccount(shown()))
    }
}

/// An event of the book about a feed of a site.
pub(super) fn about(site: &Site, (id, feed): (FeedId, &Stored), code: Code, by: &Actor) -> Event {
    site.event(code, by).entity("feed", id, &feed.name)
}

/// Commits a change of a site's feed; a share by which the site was opened must hold still.
pub(super) async fn commit(store: &Store, site: &Site, mut batch: Batch) -> Result<(), Error> {
    site.hold(&mut batch);
    match store.commit(batch).await {
        Ok(_version) => Ok(()),
        Err(store::Error::Taken(_)) => Err(Error::Taken),
        // With the latter the site has gone meanwhile, or the connection.
        Err(store::Error::Conflict(_) | store::Error::Dangling(_)) => Err(Error::Changed),
        Err(error) => Err(error.into()),
    }
}
