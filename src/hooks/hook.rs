//! One hook, opened by its owner: shows how it stands, and is removed.

use jiff::Timestamp;

use super::Error;
use super::row::{Rows, Stored, Trouble};
use super::service::{Hooks, TRIES};
use crate::audit::{Code, Event};
use crate::base::{Actor, DatasetId, HookId, Scope, Secret, UserId};
use crate::datasets::{self, Deed};
use crate::store::{self, Batch, Row, Version};

/// An opened hook.
#[derive(Clone)]
pub struct Hook {
    pub(super) all: Hooks,
    pub(super) key: (UserId, HookId),
    pub(super) stored: Stored,
    pub(super) version: Version,
}

/// A hook that was made just now, and what its deliveries are signed with: it is shown this once.
pub struct Opened {
    /// The hook.
    pub hook: Hook,
    /// What its signatures are made with.
    pub signing_key: Secret,
}

/// How a hook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is told everything.
    Active,
    /// It did not take what it was sent last, and is tried again.
    Failing,
    /// It has failed for so long that it is told nothing any more.
    Stopped,
}

impl Hook {
    pub(super) fn of(all: &Hooks, row: Row<Rows>) -> Self {
        Self {
            all: all.clone(),
            key: row.key,
            stored: row.value,
            version: row.version,
        }
    }

    /// The id.
    pub fn id(&self) -> HookId {
        self.key.1
    }

    /// What its maker calls it; may be empty.
    pub fn name(&self) -> &str {
        &self.stored.name
    }

    /// The dataset that it is told of.
    pub fn dataset(&self) -> DatasetId {
        self.stored.dataset
    }

    /// What it is told of.
    pub fn deed(&self) -> Deed {
        self.stored.deed
    }

    /// The host of its address.
    pub fn host(&self) -> &str {
        &self.stored.host
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.stored.created_at
    }

    /// How much it took; after a crash a few more than counted.
    pub fn delivered(&self) -> u64 {
        self.stored.delivered
    }

    /// When it took something last.
    pub fn delivered_at(&self) -> Option<Timestamp> {
        self.stored.delivered_at
    }

    /// How it fails, if it does.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.stored.trouble.as_ref()
    }

    /// Since when it is told nothing any more.
    pub fn stopped_at(&self) -> Option<Timestamp> {
        self.stored.stopped_at
    }

    /// How it stands.
    pub fn state(&self) -> State {
        match (self.stored.stopped_at, &self.stored.trouble) {
            (Some(_), _) => State::Stopped,
            (None, Some(_)) => State::Failing,
            (None, None) => State::Active,
        }
    }

    /// How much is yet to be told to it, counted up to `most`: what is new, and what was refused
    /// and is tried again.
    pub fn waiting(&self, most: usize) -> Result<usize, Error> {
        let news = self.all.0.datasets.count_news(self.id(), most)?;
        Ok(news + self.waiting_refusals(most - news)?)
    }

    /// Removes it: it is told nothing any more.
    pub async fn remove(self, by: &Actor) -> Result<(), Error> {
        self.end(|hook| hook.event(Code::HookRemoved, by)).await
    }

    /// Removes it, with the event that tells why.
    pub(super) async fn end(self, told: impl Fn(&Self) -> Event) -> Result<(), Error> {
        let parts = &self.all.0;
        let mut hook = self.clone();
        for _ in 0..TRIES {
            let mut batch = Batch::new(told(&hook).build(&parts.clock));
            hook.unwatch(&mut batch)?;
            batch.delete::<Rows>(&hook.key, hook.version);
            match parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => hook = self.all.at(&self.key)?,
                outcome => {
                    outcome?;
                    return self.all.forget(self.id()).await;
                }
            }
        }
        Err(Error::Changed)
    }

    /// Adds to a batch that its dataset does not look after it any more.
    pub(super) fn unwatch(&self, batch: &mut Batch) -> Result<(), Error> {
        let parts = &self.all.0;
        let scope = Scope::owned_by(self.key.0);
        match parts.datasets.open(&scope, self.stored.dataset) {
            Err(datasets::Error::UnknownDataset(_)) => Ok(()), // it goes, and this with it
            dataset => {
                dataset?.unwatch(batch, self.id());
                Ok(())
            }
        }
    }

    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        Event::new(code, by)
            .entity("hook", self.id(), self.stored.called())
            .detail("dataset", self.stored.dataset.to_string())
            .detail("deed", self.stored.deed.name())
            .detail("host", self.stored.host.as_str())
    }
}
