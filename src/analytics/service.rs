//! Makes, finds and lists sites.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Error;
use super::arrivals::Arrivals;
use super::channels::{self, ChannelRule};
use super::currency;
use super::days::DayKeys;
use super::domain::domain;
use super::kept::{self, Note, SavedReport, Segment, SiteGoal};
use super::ledger::{self, Ledger};
use super::number::SiteNumber;
use super::realtime::Watchers;
use super::retention::Retention;
use super::row::{
    BY_NAME, Doors, Keys, Next, Numbers, Purges, Seen, Sites, Stored, VisitorIds, WeekStart, place,
};
use super::sharing::{BY_USER, Shares};
use super::site::{Opened, Site};
use super::tally::Tally;
use crate::audit::{Code, Event, Log};
use crate::base::{
    Actor, Blocking, Clock, Cursor, Hex, Nudge, Scope, Secret, SecretBytes, SiteId, Tasks,
};
use crate::datasets::Access;
use crate::store::{self, Batch, Kept, Key as _, Row, Scan, Store, Table, prefix};
use crate::vault::Vault;

/// A user has no more sites.
const MOST: usize = 100;
/// A number that somebody else took meanwhile is drawn again so often.
const TRIES: u32 = 10;

/// What sites are built upon.
#[derive(Clone)]
pub struct Parts {
    /// Where they and their events are kept.
    pub store: Store,
    /// What seals that which visitors are hashed with.
    pub vault: Vault,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// Where long work happens.
    pub blocking: Blocking,
    /// The file with the keys of this day's visitors.
    pub day_keys: PathBuf,
}

/// All sites. Clones share the service.
#[derive(Clone)]
pub struct Analytics(pub(super) Arc<Ground>);

/// What the service works with.
pub(super) struct Ground {
    pub(super) store: Store,
    pub(super) vault: Vault,
    pub(super) log: Log,
    pub(super) clock: Clock,
    pub(super) blocking: Blocking,
    pub(super) ledger: Ledger,
    /// What the ledger carries through; all of it is stopped with the appliance.
    pub(super) tasks: Tasks,
    /// The keys of this day's visitors.
    pub(super) days: Arc<DayKeys>,
    /// What came in and is yet to be told to the book.
    pub(super) tally: Tally,
    /// What came in lately.
    pub(super) arrivals: Arrivals,
    /// Who looks at what goes on.
    pub(super) watchers: Watchers,
    /// Rung when there is something to do in the background.
    pub(super) bell: Nudge,
    /// Rung when sites may keep less than before.
    pub(super) expiring: Nudge,
    /// The sites that were opened lately.
    opened: Kept<Opened>,
}

impl Ground {
    /// The time, cut to the millisecond as rows keep it.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// A site to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What people call it.
    pub name: String,
    /// Its domain; what lies below is its own.
    pub domain: String,
    /// Its currency, by ISO 4217.
    pub currency: String,
    /// The zone in which its days begin, by the IANA database.
    pub time_zone: String,
    /// What its weeks begin with.
    pub week_start: WeekStart,
    /// How its visitors are told apart.
    pub visitor_ids: VisitorIds,
    /// How long what came in is kept.
    pub retention: Retention,
    /// What sorts visits into channels before the usual rules.
    pub(crate) channel_rules: Vec<ChannelRule>,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> Vec<Table> {
    let own = [
        Table::of::<Sites>(),
        Table::of::<Numbers>(),
        Table::of::<Keys>(),
        Table::of::<Doors>(),
        Table::of::<Seen>(),
        Table::of::<Purges>(),
        Table::of::<kept::Rows<Segment>>(),
        Table::of::<kept::Rows<SavedReport>>(),
        Table::of::<kept::Rows<Note>>(),
        Table::of::<kept::Rows<SiteGoal>>(),
        Table::of::<Shares>(),
    ];
    own.into_iter().chain(ledger::tables()).collect()
}

impl Analytics {
    /// The service over what it is built upon. [`Analytics::start`] finishes what an earlier process
    /// began.
    pub fn over(parts: Parts) -> Result<Self, Error> {
        let (store, clock) = (parts.store.clone(), parts.clock.clone());
        let arrivals = Arrivals::since(clock.now());
        let tasks = Tasks::default();
        let ledger = Ledger::open(store, clock, parts.blocking, tasks.clone())?;
        Ok(Self(Arc::new(Ground {
            store: parts.store,
            vault: parts.vault,
            log: parts.log,
            clock: parts.clock,
            ledger,
            tasks,
            blocking: parts.blocking,
            days: Arc::new(DayKeys::open(parts.day_keys)?),
            tally: Tally::default(),
            arrivals,
            watchers: Watchers::default(),
            bell: Nudge::default(),
            expiring: Nudge::default(),
            opened: Kept::default(),
        })))
    }

    /// Opens one of the user's own sites, or one that is shared with them. Another's answers like
    /// one that does not exist.
    pub fn open(&self, scope: &Scope, id: SiteId) -> Result<Site, Error> {
        let reader = scope.owner();
        if let Some(site) = self.at(&(reader, id))? {
            return Ok(site);
        }
        let share = self.0.store.get::<Shares>(&(id, reader))?;
        self.open_shared(share.ok_or(Error::UnknownSite(id))?)
    }

    /// The same for somebody who has to go so far with it. Errs with `NotAllowed` where it is shared
    /// less far.
    pub fn open_to(&self, scope: &Scope, id: SiteId, needed: Access) -> Result<Site, Error> {
        let site = self.open(scope, id)?;
        site.demand(needed)?;
        Ok(site)
    }

    fn open_shared(&self, share: Row<Shares>) -> Result<Site, Error> {
        let (id, reader) = share.key;
        let site = self.at(&(share.value.owner, id))?;
        Ok(Site {
            reader,
            lent: Some(share.into()),
            ..site.ok_or(Error::UnknownSite(id))?
        })
    }

    /// The site under its key.
    pub(super) fn at(&self, key: &(crate::base::UserId, SiteId)) -> Result<Option<Site>, Error> {
        let make = |row| Opened::of(&self.0.vault, row);
        let opened = self
            .0
            .store
            .get_kept::<Sites, _, Error>(key, &self.0.opened, make)?;
        Ok(opened.map(|opened| Site::of(self, *key, opened)))
    }

    /// One page of the user's own sites and of those that are shared with them, in the order in
    /// which they were made.
    pub fn list(
        &self,
        scope: &Scope,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Site>, Option<Cursor>), Error> {
        // The index has keys of the same form, so that one cursor marks a place in both.
        let scan = Scan::prefix(prefix(&scope.owner()), limit).after(after);
        let moment = self.0.store.snapshot()?;
        let own = moment.scan::<Sites>(&scan)?;
        let shared = moment.scan::<Shares>(&scan.by(&BY_USER))?;
        let mut more = own.next.is_some() || shared.next.is_some();
        let own = own.rows.into_iter().map(|row| {
            let key = row.key;
            Ok(Site::of(self, key, Opened::of(&self.0.vault, row)?))
        });
        let shared = shared.rows.into_iter().map(|row| self.open_shared(row));
        // One that is deleted at this moment is not there.
        let there = |site: &Result<Site, Error>| !matches!(site, Err(Error::UnknownSite(_)));
        let mut sites: Vec<Site> = own
            .chain(shared.filter(there))
            .collect::<Result<_, Error>>()?;
        sites.sort_by_key(Site::id);
        more |= sites.len() > limit;
        sites.truncate(limit);
        let last = sites.last().filter(|_| more);
        let next = last.map(|site| Cursor((scope.owner(), site.id()).bytes()));
        let event = Event::new(Code::SitesRead, by).count("sites", sites.len() as u64);
        self.0.log.record(event.build(&self.0.clock));
        Ok((sites, next))
    }

    /// Makes a site.
    pub async fn create(&self, scope: &Scope, new: New, by: &Actor) -> Result<Site, Error> {
        let parts = &self.0;
        let now = parts.now();
        let key = (scope.owner(), SiteId::new(&parts.clock));
        let secret = Secret::new(Hex(SecretBytes::<32>::random().expose()).to_string());
        let mut stored = Stored {
            number: SiteNumber(0),
            name: checked_name(&new.name)?,
            domain: domain(&new.domain).ok_or(Error::BadDomain(new.domain))?,
            currency: checked_currency(new.currency)?,
            time_zone: checked_zone(&new.time_zone)?,
            week_start: new.week_start,
            visitor_ids: new.visitor_ids,
            retention: new.retention.checked()?,
            channel_rules: channels::checked(new.channel_rules)?,
            key: parts.vault.seal(&place(&key), &secret),
            created_at: now,
            updated_at: now,
            counted_since: None,
        };
        let all = Scan::prefix(prefix(&scope.owner()), MOST);
        if parts.store.scan::<Sites>(&all)?.rows.len() >= MOST {
            return Err(Error::TooMany(MOST));
        }
        for _ in 0..TRIES {
            let next = parts.store.get::<Numbers>(&())?;
            stored.number = next.as_ref().map_or(SiteNumber(1), |row| row.value.number);
            let act = Event::new(Code::SiteCreated, by)
                .entity("site", key.1, &stored.name)
                .detail("domain", stored.domain.as_str())
                .detail("visitor_ids", stored.visitor_ids.name());
            let mut batch = Batch::new(act.build(&parts.clock));
            let after = Next {
                number: SiteNumber(stored.number.0 + 1),
            };
            match next {
                Some(row) => batch.replace::<Numbers>(&(), &after, row.version),
                None => batch.insert::<Numbers>(&(), &after),
            };
            batch.insert::<Sites>(&key, &stored);
            match parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => {}
                Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                    return Err(Error::NameTaken(stored.name));
                }
                outcome => {
                    outcome?;
                    return self.open(scope, key.1);
                }
            }
        }
        Err(Error::Changed)
    }
}

/// A name as it is kept: without space at its ends.
pub(super) fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::BadName)
}

pub(super) fn checked_currency(code: String) -> Result<String, Error> {
    if currency::is_one(&code) {
        return Ok(code);
    }
    Err(Error::BadCurrency(code.chars().take(40).collect()))
}

/// A zone by its own name.
pub(super) fn checked_zone(given: &str) -> Result<String, Error> {
    let zone = TimeZone::get(given.trim()).ok();
    let name = zone.as_ref().and_then(TimeZone::iana_name);
    name.map(str::to_owned)
        .ok_or_else(|| Error::BadZone(given.chars().take(60).collect()))
}
