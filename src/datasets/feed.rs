//! Remembers what has become of records for those who want to be told, until they were.
//!
//! Who watches a dataset stands in its row, so that no record is written without knowing of them:
//! a batch passes only while that row is as it was. What is to be told lies in the batch of the
//! change itself, one piece of news for each watcher and record: a record that changes again before
//! it was told is told once, as it is then, and one that comes and goes meanwhile is not told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::row::{Definition, Rows};
use super::{Dataset, Datasets, Error};
use crate::base::HookId;
use crate::store::{self, Batch, Collection, Json, Key as _, Scan, Version, prefix};

/// So much is forgotten at a time.
const FORGOTTEN: usize = 500;

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It is new.
    Created,
    /// Its values have changed.
    Changed,
    /// It is gone.
    Deleted,
}

/// Somebody who wants to be told of one kind of deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watch {
    pub(super) hook: HookId,
    pub(super) deed: Deed,
}

/// What is yet to be told, by whom it is told to and the record's key.
pub(super) struct Feed;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) at: Timestamp,
}

impl Json for Item {}

impl Collection for Feed {
    const NAME: &'static str = "record_feed";
    type Key = (HookId, String);
    type Value = Item;
}

/// Something that is yet to be told.
#[derive(Clone, Debug)]
pub struct News {
    /// The record's key.
    pub key: String,
    /// When it happened.
    pub at: Timestamp,
    /// The batch that did it: it tells this from what becomes of the record later.
    pub version: Version,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Created, Self::Changed, Self::Deleted];

    /// Its word in events and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }

    /// What somebody who waits for `self` does when `deed` is done.
    fn on(self, deed: Self) -> Turn {
        match (self, deed) {
            (own, deed) if own == deed => Turn::Tell,
            // What it was is not so any more.
            (Self::Deleted, Self::Created) | (Self::Created | Self::Changed, Self::Deleted) => {
                Turn::Forget
            }
            _ => Turn::Leave,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Tell,
    Forget,
    Leave,
}

impl Dataset {
    /// Adds to a batch that `hook` is told of every `deed` that comes after it.
    pub fn watch(&self, batch: &mut Batch, hook: HookId, deed: Deed) {
        let mut definition = Definition::clone(&self.definition);
        definition.watches.retain(|watch| watch.hook != hook);
        definition.watches.push(Watch { hook, deed });
        batch.replace::<Rows>(&self.row_key(), &definition, self.version);
    }

    /// Adds to a batch that `hook` is told nothing any more.
    pub fn unwatch(&self, batch: &mut Batch, hook: HookId) {
        let mut definition = Definition::clone(&self.definition);
        definition.watches.retain(|watch| watch.hook != hook);
        if definition.watches.len() < self.definition.watches.len() {
            batch.replace::<Rows>(&self.row_key(), &definition, self.version);
        }
    }

    /// Adds to the batch of a deed what is to be told of it.
    pub(super) fn tell(&self, batch: &mut Batch, deed: Deed, key: &str, at: Timestamp) {
        for watch in &self.definition.watches {
            let place = (watch.hook, key.to_owned());
            match watch.deed.on(deed) {
                Turn::Tell => {
                    batch.put::<Feed>(&place, &Item { at });
                }
                Turn::Forget => {
                    batch.discard::<Feed>(&place);
                }
                Turn::Leave => {}
            }
        }
    }

    /// Wakes those who tell, after a batch was committed in which there may be something.
    pub fn ring_watchers(&self) {
        if !self.definition.watches.is_empty() {
            self.datasets.0.nudge.ring();
        }
    }
}

impl Datasets {
    /// What is yet to be told to a hook, in the order of the keys after `after`.
    pub fn news(
        &self,
        hook: HookId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<News>, Error> {
        let mut scan = Scan::prefix(prefix(&(hook,)), limit);
        if let Some(key) = after {
            let mut past = (hook, key.to_owned()).bytes();
            past.push(0);
            scan = scan.from(past);
        }
        let rows = self.0.store.scan::<Feed>(&scan)?.rows;
        let news = rows.into_iter().map(|row| News {
            key: row.key.1,
            at: row.value.at,
            version: row.version,
        });
        Ok(news.collect())
    }

    /// Adds to a batch that something was told, unless more has become of the record since.
    pub fn told(&self, batch: &mut Batch, hook: HookId, news: &News) {
        batch.delete::<Feed>(&(hook, news.key.clone()), news.version);
    }

    /// Counts what is yet to be told to a hook, up to `most`.
    pub fn count_news(&self, hook: HookId, most: usize) -> Result<usize, Error> {
        let all = Scan::prefix(prefix(&(hook,)), most);
        Ok(self.0.store.snapshot()?.count_rows::<Feed>(&all)?)
    }

    /// Whether anything of a record is yet to be told to a hook.
    pub fn is_news(&self, hook: HookId, key: &str) -> Result<bool, Error> {
        let news = self.0.store.get::<Feed>(&(hook, key.to_owned()))?;
        Ok(news.is_some())
    }

    /// Forgets what is yet to be told to a hook of deeds before the batch `before`: what came
    /// later may be news for whoever has asked again.
    pub async fn forget(&self, hook: HookId, before: Version) -> Result<(), Error> {
        let mut after: Option<String> = None;
        loop {
            let news = self.news(hook, after.as_deref(), FORGOTTEN)?;
            let Some(last) = news.last() else {
                return Ok(());
            };
            after = Some(last.key.clone());
            let mut batch = Batch::bookkeeping();
            for one in news.iter().filter(|one| one.version < before) {
                self.told(&mut batch, hook, one);
            }
            if batch.is_empty() {
                continue;
            }
            match self.0.store.commit(batch).await {
                // Some of it was told, or has changed once more: the stretch is looked at again.
                Err(store::Error::Conflict(_)) => after = None,
                outcome => outcome.map(drop)?,
            }
        }
    }

    /// The hooks to which anything is yet to be told.
    pub fn fed(&self) -> Result<Vec<HookId>, Error> {
        let mut hooks = Vec::new();
        let mut next = HookId::from_bytes([0; 16]);
        let moment = self.0.store.snapshot()?;
        loop {
            // The first of each: the rest of its news is stepped over.
            let scan = Scan::all(1).from(prefix(&(next,)));
            let Some(first) = moment.scan::<Feed>(&scan)?.rows.pop() else {
                return Ok(hooks);
            };
            let hook = first.key.0;
            hooks.push(hook);
            let Some(after) = hook.next() else {
                return Ok(hooks);
            };
            next = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_more_so_is_not_told() {
        use Deed::{Changed, Created, Deleted};
        for (own, deed, expected) in [
            (Created, Created, Turn::Tell),
            (Created, Changed, Turn::Leave),
            (Created, Deleted, Turn::Forget),
            (Changed, Created, Turn::Leave),
            (Changed, Changed, Turn::Tell),
            (Changed, Deleted, Turn::Forget),
            (Deleted, Created, Turn::Forget),
            (Deleted, Changed, Turn::Leave),
            (Deleted, Deleted, Turn::Tell),
        ] {
            assert_eq!(own.on(deed), expected, "{own:?} on {deed:?}");
        }
    }
}
