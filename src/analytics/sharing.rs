//! Shares a site with other users, and asks how far whoever has opened one may go.

use super::Error;
use super::row::Sites;
use super::site::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Precondition, SiteId, UserId};
use crate::datasets::{Access, Grantee, KeptShare, Level, Share};
use crate::store::{
    self, Batch, Collection, Entry, Index, OnDelete, Reference, Row, Scan, Version, prefix,
};

/// Shares, each under its site and the user who may reach it.
pub(super) struct Shares;

/// The sites that are shared with a user. Its keys have the form of a site's own, under the one whom
/// it is shared with.
pub(super) static BY_USER: Index = Index {
    name: "site_share.user",
    unique: true,
};

impl Collection for Shares {
    const NAME: &'static str = "site_share";
    const INDEXES: &'static [&'static Index] = &[&BY_USER];
    const REFERS: bool = true;
    type Key = (SiteId, UserId);
    type Value = KeptShare;

    fn entries((site, user): &Self::Key, _: &KeptShare) -> Vec<Entry> {
        vec![Entry::new(&BY_USER, &(*user, *site))]
    }

    fn references((site, _): &Self::Key, share: &KeptShare) -> Vec<Reference> {
        let site = (share.owner, *site);
        vec![Reference::to::<Sites>(&site, OnDelete::Cascade)]
    }

    fn label(_key: &Self::Key, share: &KeptShare) -> String {
        share.email.clone()
    }
}

impl Site {
    /// How far whoever has opened it may go.
    pub fn access(&self) -> Access {
        let lent = self.lent.as_ref();
        lent.map_or(Access::Owner, |lent| lent.level.into())
    }

    /// The address of its owner, when somebody else has opened it.
    pub fn shared_by(&self) -> Option<&str> {
        self.lent.as_ref().map(|lent| lent.by.as_str())
    }

    /// Errs with `NotAllowed` unless whoever has opened it may go so far.
    pub fn demand(&self, needed: Access) -> Result<(), Error> {
        let held = self.access();
        if held >= needed {
            return Ok(());
        }
        Err(Error::NotAllowed { held, needed })
    }

    /// Errs unless whoever has opened it may still go so far.
    pub(super) fn still(&self, needed: Access) -> Result<(), Error> {
        if self.lent.is_none() {
            return Ok(());
        }
        let (site, user) = (self.id(), self.reader);
        let share = self.all.0.store.get::<Shares>(&(site, user))?;
        let share = share.ok_or(Error::UnknownSite(site))?;
        Self {
            lent: Some(share.into()),
            ..self.clone()
        }
        .demand(needed)
    }

    /// Lets a batch pass only while the share by which it was opened is as it was.
    pub(crate) fn hold(&self, batch: &mut Batch) {
        if let Some(lent) = &self.lent {
            batch.require::<Shares>(&(self.id(), self.reader), lent.version);
        }
    }

    /// One page of those whom it is shared with, in the order of their ids.
    pub fn shares(
        &self,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<Share>, Option<Cursor>), Error> {
        self.demand(Access::Owner)?;
        let parts = &self.all.0;
        let scan = Scan::prefix(prefix(&(self.id(),)), limit).after(after);
        let page = parts.store.scan::<Shares>(&scan)?;
        let event = self.event(Code::SiteSharesRead, by);
        let event = event.count("shares", page.rows.len() as u64);
        parts.log.record(event.build(&parts.clock));
        let shares = page.rows.into_iter().map(Share::from).collect();
        Ok((shares, page.next))
    }

    /// With how many it is shared.
    pub(super) fn shares_left(&self) -> Result<u64, Error> {
        let scan = Scan::prefix(prefix(&(self.id(),)), usize::MAX);
        let shares = self.all.0.store.scan::<Shares>(&scan)?.rows;
        Ok(shares.len() as u64)
    }

    /// Shares it with a user whom it is not shared with yet.
    pub async fn share(&self, with: Grantee, level: Level, by: &Actor) -> Result<Share, Error> {
        self.demand(Access::Owner)?;
        if with.id == self.owner() {
            return Err(Error::OwnShare);
        }
        let parts = &self.all.0;
        let kept = KeptShare::new((self.owner(), by), with.email, level, parts.now());
        let event = self.share_event(Code::SiteShared, (with.id, &kept.email), by);
        let event = event.detail("level", level.name());
        let mut batch = Batch::new(event.build(&parts.clock));
        let key = (self.id(), with.id);
        batch.insert::<Shares>(&key, &kept);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Err(Error::SharedAlready(kept.email)),
            Err(store::Error::Dangling(_)) => Err(Error::UnknownSite(self.id())),
            outcome => Ok(Share::from(Row::<Shares> {
                key,
                value: kept,
                version: outcome?,
            })),
        }
    }

    /// Changes how far somebody may go whom it is shared with.
    pub async fn change_share(
        &self,
        user: UserId,
        level: Level,
        only_if: &Precondition,
        by: &Actor,
    ) -> Result<Share, Error> {
        let mut row = self.own_share(user, only_if)?;
        if row.value.level == level {
            return Ok(row.into());
        }
        let event = self.share_event(Code::SiteShareChanged, (user, &row.value.email), by);
        let event = event
            .detail("level_before", row.value.level.name())
            .detail("level", level.name());
        row.value.level = level;
        row.value.updated_at = self.all.0.now();
        let mut batch = Batch::new(event.build(&self.all.0.clock));
        batch.replace::<Shares>(&row.key, &row.value, row.version);
        row.version = self.changed_share(batch).await?;
        Ok(row.into())
    }

    /// Takes it away from somebody whom it is shared with.
    pub async fn withdraw(
        &self,
        user: UserId,
        only_if: &Precondition,
        by: &Actor,
    ) -> Result<(), Error> {
        self.end_share(&self.own_share(user, only_if)?, by).await
    }

    /// Gives it up, for somebody whom it is shared with.
    pub async fn leave(&self, by: &Actor) -> Result<(), Error> {
        self.end_share(&self.share_row(self.reader)?, by).await
    }

    /// The share of a user, for its owner who changes it in this state only.
    fn own_share(&self, user: UserId, only_if: &Precondition) -> Result<Row<Shares>, Error> {
        self.demand(Access::Owner)?;
        let row = self.share_row(user)?;
        if only_if.holds(Some(row.version.0)) {
            Ok(row)
        } else {
            Err(Error::Precondition)
        }
    }

    async fn end_share(&self, row: &Row<Shares>, by: &Actor) -> Result<(), Error> {
        let (_, user) = row.key;
        let event = self.share_event(Code::SiteShareEnded, (user, &row.value.email), by);
        let event = event
            .detail("level_before", row.value.level.name())
            .detail("left", by.user() == Some(user));
        let mut batch = Batch::new(event.build(&self.all.0.clock));
        batch.delete::<Shares>(&row.key, row.version);
        self.changed_share(batch).await.map(drop)
    }

    fn share_row(&self, user: UserId) -> Result<Row<Shares>, Error> {
        let row = self.all.0.store.get::<Shares>(&(self.id(), user))?;
        row.ok_or(Error::UnknownShare)
    }

    async fn changed_share(&self, batch: Batch) -> Result<Version, Error> {
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            outcome => Ok(outcome?),
        }
    }

    fn share_event(&self, code: Code, (user, email): (UserId, &str), by: &Actor) -> Event {
        self.event(code, by).entity("user", user, email)
    }

    /// The event with whose site it is, when somebody else acts.
    pub(super) fn told(&self, event: Event, by: &Actor) -> Event {
        if by.user().is_some_and(|user| user != self.owner()) {
            return event.detail("site_owner", self.owner().to_string());
        }
        event
    }
}
