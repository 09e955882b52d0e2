//! One site that was opened by a scope; everything below it is reached through it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Error;
use super::channels::{self, ChannelRule};
use super::domain::domain;
use super::number::SiteNumber;
use super::retention::Retention;
use super::row::{At, BY_NAME, Purge, Purges, Seen, Sites, Stored, VisitorIds, WeekStart, place};
use super::service::{Analytics, checked_currency, checked_name, checked_zone};
use crate::audit::{Code, Event};
use crate::base::{Actor, Secret, SiteId, UserId};
use crate::datasets::{Access, Lent};
use crate::store::{self, Batch, Row, Version};
use crate::vault::Vault;

/// A note that loses a race is tried again so often.
const TRIES: u32 = 10;

/// An open site, as it was when it was opened.
#[derive(Clone)]
pub struct Site {
    pub(super) all: Analytics,
    pub(super) key: (UserId, SiteId),
    pub(super) opened: Opened,
    /// Who has opened it.
    pub(super) reader: UserId,
    /// The share by which it was opened, if it is another's.
    pub(super) lent: Option<Lent>,
}

/// What is made of a site's row. Clones share it.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) version: Version,
    pub(super) stored: Arc<Stored>,
    pub(super) zone: TimeZone,
    /// What visitors are hashed with who have an id of their own.
    pub(super) secret: Secret,
}

/// What is to be changed of a site; what is left away stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Another domain.
    pub domain: Option<String>,
    /// Another currency, before there are events.
    pub currency: Option<String>,
    /// Another zone, before there are events.
    pub time_zone: Option<String>,
    /// What weeks begin with.
    pub week_start: Option<WeekStart>,
    /// How visitors are told apart from now on.
    pub visitor_ids: Option<VisitorIds>,
    /// How long what came in is kept.
    pub retention: Option<Retention>,
    /// What sorts visits into channels before the usual rules, from now on.
    pub(crate) channel_rules: Option<Vec<ChannelRule>>,
}

/// What became of a rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// So many days were folded anew from their events.
    pub days: u32,
    /// So many of them had other sums than those that were kept.
    pub differed: u32,
}

impl Opened {
    pub(super) fn of(vault: &Vault, row: Row<Sites>) -> Result<Self, Error> {
        let secret = vault.open(&place(&row.key), &row.value.key);
        let zone = TimeZone::get(&row.value.time_zone);
        Ok(Self {
            version: row.version,
            secret: secret.map_err(Error::Sealed)?,
            zone: zone.map_err(|_gone| Error::BadZone(row.value.time_zone.clone()))?,
            stored: Arc::new(row.value),
        })
    }
}

impl Site {
    pub(super) fn of(all: &Analytics, key: (UserId, SiteId), opened: Opened) -> Self {
        Self {
            all: all.clone(),
            key,
            opened,
            reader: key.0,
            lent: None,
        }
    }

    /// The id.
    pub fn id(&self) -> SiteId {
        self.key.1
    }

    /// Whose it is.
    pub fn owner(&self) -> UserId {
        self.key.0
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.opened.stored.name
    }

    /// Its domain.
    pub fn domain(&self) -> &str {
        &self.opened.stored.domain
    }

    /// Its currency, by ISO 4217.
    pub fn currency(&self) -> &str {
        &self.opened.stored.currency
    }

    /// The zone in which its days begin, by its name.
    pub fn time_zone(&self) -> &str {
        &self.opened.stored.time_zone
    }

    /// What its weeks begin with.
    pub fn week_start(&self) -> WeekStart {
        self.opened.stored.week_start
    }

    /// How its visitors are told apart.
    pub fn visitor_ids(&self) -> VisitorIds {
        self.opened.stored.visitor_ids
    }

    /// What sorts its visits into channels before the usual rules.
    pub(crate) fn channel_rules(&self) -> &[ChannelRule] {
        &self.opened.stored.channel_rules
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.opened.stored.created_at
    }

    /// When it was last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.opened.stored.updated_at
    }

    /// When an event came in last, to the minute.
    pub fn last_event_at(&self) -> Result<Option<Timestamp>, Error> {
        let seen = self.all.0.store.get::<Seen>(&self.number())?;
        Ok(seen.map(|row| row.value.at))
    }

    /// The batch that changed it last.
    pub fn version(&self) -> Version {
        self.opened.version
    }

    pub(super) fn number(&self) -> SiteNumber {
        self.opened.stored.number
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.opened.zone
    }

    /// Puts into the book that it was looked at.
    pub fn note_read(&self, by: &Actor) {
        let parts = &self.all.0;
        let version = self.version().0;
        let event = Event::new(Code::SitesRead, by);
        let event = event.resource("site", self.id(), self.name(), version);
        parts.log.record(self.told(event, by).build(&parts.clock));
    }

    /// Changes it. Errs with `Changed` when it is not as it was opened any more.
    pub async fn alter(&self, change: Change, by: &Actor) -> Result<Self, Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        let next = self.changed(change)?;
        let before = &*self.opened.stored;
        let act = Event::new(Code::SiteUpdated, by).entity("site", self.id(), &next.name);
        let act = self
            .told(act, by)
            .detail("name", next.name != before.name)
            .detail("domain", next.domain.as_str())
            .detail("visitor_ids", next.visitor_ids.name())
            .detail("events_days", next.retention.events_days)
            .detail("sums_days", next.retention.sums_days)
            .count("channel_rules", next.channel_rules.len() as u64);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.replace::<Sites>(&self.key, &next, self.version());
        self.commit(batch, &next.name).await?;
        parts.expiring.ring();
        let site = self.all.at(&self.key)?;
        let site = site.ok_or(Error::UnknownSite(self.id()))?;
        Ok(Self {
            opened: site.opened,
            ..self.clone()
        })
    }

    fn changed(&self, change: Change) -> Result<Stored, Error> {
        let mut next = Stored::clone(&self.opened.stored);
        if let Some(name) = change.name {
            next.name = checked_name(&name)?;
        }
        if let Some(given) = change.domain {
            next.domain = domain(&given).ok_or(Error::BadDomain(given))?;
        }
        if let Some(code) = change.currency {
            next.currency = checked_currency(code)?;
        }
        if let Some(zone) = change.time_zone {
            next.time_zone = checked_zone(&zone)?;
        }
        next.week_start = change.week_start.unwrap_or(next.week_start);
        next.visitor_ids = change.visitor_ids.unwrap_or(next.visitor_ids);
        if let Some(rules) = change.channel_rules {
            next.channel_rules = channels::checked(rules)?;
        }
        next.retention = change.retention.unwrap_or(next.retention).checked()?;
        let before = &*self.opened.stored;
        if before.counted_since.is_some() {
            if next.time_zone != before.time_zone {
                return Err(Error::Settled("the time zone"));
            }
            if next.currency != before.currency {
                return Err(Error::Settled("the currency"));
            }
        }
        next.updated_at = self.all.0.now();
        Ok(next)
    }

    /// Deletes it with its keys and all of its events.
    pub async fn delete(&self, by: &Actor) -> Result<(), Error> {
        self.demand(Access::Owner)?;
        let parts = &self.all.0;
        let act = self.event(Code::SiteDeleted, by);
        let act = act.count("keys", self.keys()?.len() as u64);
        let act = act.count("shares", self.shares_left()?);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.delete::<Sites>(&self.key, self.version());
        let since = parts.clock.now();
        batch.put::<Purges>(&self.number(), &Purge { since });
        self.commit(batch, self.name()).await?;
        parts.bell.ring();
        Ok(())
    }

    /// Folds every day anew from its events and tells whether the sums that were kept are the same.
    pub async fn rebuild(&self, by: &Actor) -> Result<Rebuild, Error> {
        self.demand(Access::Edit)?;
        let (site, by) = (self.clone(), by.clone());
        let rebuilt = async move { site.rebuild_and_tell(&by).await };
        let rebuilt = self.all.0.tasks.carry(rebuilt).await;
        rebuilt.ok_or(Error::Stopped)?
    }

    /// It must be carried through: what was mended is told, even when nobody waits for it any more.
    async fn rebuild_and_tell(&self, by: &Actor) -> Result<Rebuild, Error> {
        let parts = &self.all.0;
        let rebuilt = parts.ledger.rebuild(self.number(), self.zone()).await?;
        let found = Rebuild {
            days: rebuilt.days,
            differed: rebuilt.differed,
        };
        let act = self.event(Code::SiteRebuilt, by);
        let act = act.count("days", u64::from(found.days));
        let act = act.count("differed", u64::from(found.differed));
        parts.log.append(&act.build(&parts.clock))?;
        Ok(found)
    }

    /// The site once it is settled what its sums rest on, which its first event does.
    pub(super) async fn counting_from(&self, now: Timestamp) -> Result<Self, Error> {
        let mut site = self.clone();
        for _ in 0..TRIES {
            if site.opened.stored.counted_since.is_some() {
                return Ok(site);
            }
            let mut first = Stored::clone(&site.opened.stored);
            first.counted_since = Some(now);
            let mut batch = Batch::bookkeeping();
            batch.replace::<Sites>(&site.key, &first, site.version());
            match self.all.0.store.commit(batch).await {
                Ok(_) | Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
            site = self.all.at(&self.key)?.ok_or(Error::NoKey)?;
            if site.time_zone() != self.time_zone() || site.currency() != self.currency() {
                // What was read already was read for another site, in a manner of speaking.
                return Err(Error::Changed);
            }
        }
        Err(Error::Changed)
    }

    /// Notes when events came in.
    pub(super) async fn note_arrival(&self, at: Timestamp) -> Result<(), Error> {
        let mut batch = Batch::bookkeeping();
        batch.put::<Seen>(&self.number(), &At { at });
        self.all.0.store.commit(batch).await?;
        Ok(())
    }

    /// Has the events of a site forgotten that was deleted while they came in.
    pub(super) async fn forget_if_gone(&self) -> Result<(), Error> {
        let parts = &self.all.0;
        if parts.store.get::<Sites>(&self.key)?.is_some() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        let since = parts.clock.now();
        batch.put::<Purges>(&self.number(), &Purge { since });
        parts.store.commit(batch).await?;
        parts.bell.ring();
        Err(Error::NoKey)
    }

    /// An event of the book about it.
    pub(crate) fn event(&self, code: Code, by: &Actor) -> Event {
        let event = Event::new(code, by).entity("site", self.id(), self.name());
        self.told(event, by)
    }

    async fn commit(&self, mut batch: Batch, name: &str) -> Result<(), Error> {
        self.hold(&mut batch);
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                Err(Error::NameTaken(name.to_owned()))
            }
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            outcome => Ok(outcome.map(drop)?),
        }
    }
}
