//! One feed that was opened through its site.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::row::{Days, Feeds as Rows, Stored};
use super::service::{about, commit};
use super::trouble::Trouble;
use super::{Error, Feeds};
use crate::analytics::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, ConnectionId, FeedId, SiteId};
use crate::connections::Kind;
use crate::datasets::Access;
use crate::store::{Batch, Row, Version, prefix};

/// So many days of a feed that is deleted go with it at once; the rest goes with the next sweep.
const CLEARED: usize = 2_000;

/// One of a site's feeds, as it was when it was opened.
#[derive(Clone)]
pub struct Feed {
    pub(super) all: Feeds,
    pub(super) site: Site,
    pub(super) key: (SiteId, FeedId),
    version: Version,
    pub(super) stored: Stored,
}

/// Where a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was fetched yet.
    New,
    /// It is fetched every hour.
    Active,
    /// Something goes wrong.
    Failing,
    /// Somebody has paused it.
    Paused,
}

impl State {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Failing => "failing",
            Self::Paused => "paused",
        }
    }
}

impl Feed {
    pub(super) fn of(all: &Feeds, site: &Site, row: Row<Rows>) -> Self {
        Self {
            all: all.clone(),
            site: site.clone(),
            key: row.key,
            version: row.version,
            stored: row.value,
        }
    }

    /// The id.
    pub fn id(&self) -> FeedId {
        self.key.1
    }

    /// The batch that changed it last.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// What it is fetched by.
    pub fn connection(&self) -> ConnectionId {
        self.stored.connection
    }

    /// The provider.
    pub fn provider(&self) -> Kind {
        self.stored.provider
    }

    /// The provider's id of the ad account.
    pub fn account(&self) -> &str {
        &self.stored.account
    }

    /// The currency of its amounts, by ISO 4217.
    pub fn currency(&self) -> &str {
        &self.stored.currency
    }

    /// The zone in which its days begin.
    pub fn time_zone(&self) -> &str {
        &self.stored.time_zone
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match &self.stored {
            stored if stored.paused => State::Paused,
            stored if stored.trouble.is_some() => State::Failing,
            stored if stored.fetched_at.is_none() => State::New,
            _ => State::Active,
        }
    }

    /// The first and the last of the days that are known.
    pub fn known(&self) -> Option<(Date, Date)> {
        self.stored.known
    }

    /// When the provider told figures last.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.stored.fetched_at
    }

    /// When it is fetched next; none while it is paused.
    pub fn next_at(&self) -> Option<Timestamp> {
        (!self.stored.paused).then_some(self.stored.next_at)
    }

    /// What goes wrong.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.stored.trouble.as_ref()
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// When somebody has changed it last.
    pub fn updated_at(&self) -> Timestamp {
        self.stored.updated_at
    }

    /// The day that it is at the ad account.
    pub(super) fn today(&self) -> Date {
        self.all.0.clock.now().to_zoned(self.zone()).date()
    }

    pub(super) fn zone(&self) -> TimeZone {
        // It was known when the feed was made; one that a later database has dropped is near UTC's.
        TimeZone::get(&self.stored.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Writes into the book that somebody looked at it.
    pub fn note_read(&self, by: &Actor) {
        let parts = &self.all.0;
        parts
            .log
            .record(self.event(Code::FeedsRead, by).build(&parts.clock));
    }

    /// Has it paused, or go on.
    pub async fn set_paused(self, paused: bool, by: &Actor) -> Result<Self, Error> {
        self.site.demand(Access::Edit)?;
        let mut next = self.stored.clone();
        next.paused = paused;
        next.updated_at = self.all.0.now();
        let act = self.event(Code::FeedUpdated, by).detail("paused", paused);
        self.alter(next, act).await
    }

    /// Has it fetched as soon as possible.
    pub async fn fetch_now(self, by: &Actor) -> Result<Self, Error> {
        self.site.demand(Access::Edit)?;
        if self.stored.paused {
            return Err(Error::Paused);
        }
        let mut next = self.stored.clone();
        next.next_at = self.all.0.now();
        let act = self.event(Code::FeedUpdated, by).detail("fetch", "now");
        self.alter(next, act).await
    }

    async fn alter(self, next: Stored, act: Event) -> Result<Self, Error> {
        let parts = &self.all.0;
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.replace::<Rows>(&self.key, &next, self.version);
        commit(&parts.store, &self.site, batch).await?;
        parts.nudge.ring();
        self.all.find(&self.site, self.id())
    }

    /// Deletes it with all figures that it has brought.
    pub async fn delete(self, by: &Actor) -> Result<(), Error> {
        self.site.demand(Access::Edit)?;
        let parts = &self.all.0;
        let mut batch = Batch::new(self.event(Code::FeedDeleted, by).build(&parts.clock));
        batch.delete::<Rows>(&self.key, self.version);
        batch.clear::<Days>(prefix(&self.key), CLEARED);
        commit(&parts.store, &self.site, batch).await
    }

    /// An event of the book about it.
    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        about(&self.site, (self.id(), &self.stored), code, by)
    }
}
