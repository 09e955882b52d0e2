//! Shares a dataset with other users, and asks how far whoever has opened one may go.

use super::selection::Picks;
use super::share::{Access, Kept, Level, Share, Shares};
use super::{Dataset, Error};
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Precondition, UserId};
use crate::store::{self, Batch, Row, Scan, prefix};

/// Somebody whom something is to be shared with.
#[derive(Clone, Debug)]
pub struct Grantee {
    /// The user.
    pub id: UserId,
    /// Their address.
    pub email: String,
}

impl Dataset {
    /// How far whoever has opened it may go.
    pub fn access(&self) -> Access {
        let lent = self.lent.as_ref();
        lent.map_or(Access::Owner, |lent| lent.level.into())
    }

    /// The address of its owner, when somebody else has opened it.
    pub fn shared_by(&self) -> Option<&str> {
        self.lent.as_ref().map(|lent| lent.by.as_str())
    }

    /// Whose it is.
    pub fn owner(&self) -> UserId {
        self.owner
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
    pub fn still(&self, needed: Access) -> Result<(), Error> {
        match self.lent {
            Some(_) => self.again()?.demand(needed),
            None => Ok(()),
        }
    }

    /// Lets a batch pass only while the share by which it was opened is as it was.
    pub fn hold(&self, batch: &mut Batch) {
        if let Some(lent) = &self.lent {
            let share = (self.id, self.reader.owner());
            batch.require::<Shares>(&share, lent.version);
        }
    }

    /// One page of those whom it is shared with, in the order of their ids.
    pub fn shares(
        &self,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Share>, Option<Cursor>), Error> {
        self.demand(Access::Owner)?;
        let parts = &self.datasets.0;
        let scan = Scan::prefix(prefix(&(self.id,)), limit).after(after);
        let page = parts.store.scan::<Shares>(&scan)?;
        let event = self.event(Code::SharesRead, by);
        let event = event.count("shares", page.rows.len() as u64);
        parts.log.record(event.build(&parts.clock));
        let shares = page.rows.into_iter().map(Share::from).collect();
        Ok((shares, page.next))
    }

    /// Shares it with a user whom it is not shared with yet.
    pub async fn share(&self, with: Grantee, level: Level, by: &Actor) -> Result<Share, Error> {
        self.demand(Access::Owner)?;
        if with.id == self.owner {
            return Err(Error::OwnShare);
        }
        let now = self.datasets.0.now();
        let kept = Kept::new((self.owner, by), with.email, level, now);
        let event = self.share_event(Code::DatasetShared, (with.id, &kept.email), by);
        let event = event.detail("level", level.name());
        let mut batch = Batch::new(event.build(&self.datasets.0.clock));
        let key = (self.id, with.id);
        batch.insert::<Shares>(&key, &kept);
        match self.datasets.0.store.commit(batch).await {
            Err(store::Error::Conflict("dataset_share")) => Err(Error::SharedAlready(kept.email)),
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
        self.demand(Access::Owner)?;
        let mut row = self.share_row(user)?;
        if !only_if.holds(Some(row.version.0)) {
            return Err(Error::Precondition);
        }
        if row.value.level == level {
            return Ok(row.into());
        }
        let event = self.share_event(Code::ShareChanged, (user, &row.value.email), by);
        let event = event
            .detail("level_before", row.value.level.name())
            .detail("level", level.name());
        row.value.level = level;
        row.value.updated_at = self.datasets.0.now();
        let mut batch = Batch::new(event.build(&self.datasets.0.clock));
        batch.replace::<Shares>(&row.key, &row.value, row.version);
        row.version = self.changed(batch).await?;
        Ok(row.into())
    }

    /// Takes it away from somebody whom it is shared with.
    pub async fn withdraw(
        &self,
        user: UserId,
        only_if: &Precondition,
        by: &Actor,
    ) -> Result<(), Error> {
        self.demand(Access::Owner)?;
        let row = self.share_row(user)?;
        if !only_if.holds(Some(row.version.0)) {
            return Err(Error::Precondition);
        }
        self.end_share(&row, by).await
    }

    /// Gives it up, for somebody whom it is shared with.
    pub async fn leave(&self, by: &Actor) -> Result<(), Error> {
        self.end_share(&self.share_row(self.reader.owner())?, by)
            .await
    }

    async fn end_share(&self, row: &Row<Shares>, by: &Actor) -> Result<(), Error> {
        let (_, user) = row.key;
        let event = self.share_event(Code::ShareWithdrawn, (user, &row.value.email), by);
        let event = event
            .detail("level_before", row.value.level.name())
            .detail("left", by.user() == Some(user));
        let mut batch = Batch::new(event.build(&self.datasets.0.clock));
        batch.delete::<Shares>(&row.key, row.version);
        // Their selection goes with it; it has a limited number of rows.
        batch.clear::<Picks>(prefix(&(self.id, user)), usize::MAX);
        self.changed(batch).await.map(drop)
    }

    fn share_row(&self, user: UserId) -> Result<Row<Shares>, Error> {
        let row = self.datasets.0.store.get::<Shares>(&(self.id, user))?;
        row.ok_or(Error::UnknownShare)
    }

    async fn changed(&self, batch: Batch) -> Result<store::Version, Error> {
        match self.datasets.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            outcome => Ok(outcome?),
        }
    }

    fn share_event(&self, code: Code, (user, email): (UserId, &str), by: &Actor) -> Event {
        let event = Event::new(code, by).entity("dataset", self.id, self.name());
        event.entity("user", user, email)
    }

    /// An event about it.
    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        let event = Event::new(code, by).entity("dataset", self.id, self.name());
        self.told(event, by)
    }

    /// The event with whose dataset it is, when somebody else acts.
    pub(super) fn told(&self, event: Event, by: &Actor) -> Event {
        if by.user().is_some_and(|user| user != self.owner) {
            return event.detail("dataset_owner", self.owner.to_string());
        }
        event
    }
}
