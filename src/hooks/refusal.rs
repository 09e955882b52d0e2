//! Keeps what a hook did not take: each is tried again by itself while others go on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::letter::MOST;
use super::row::Rows;
use super::{Error, Hook, Hooks};
use crate::base::HookId;
use crate::datasets::News;
use crate::store::{
    self, Batch, Collection, Entry, Index, Json, Key as _, Row, Scan, Version, prefix,
};

/// So many are read or deleted at a time.
const AT_ONCE: usize = 500;

/// What was refused, by the hook and the record's key.
pub(crate) struct Refusals;

/// Whether it is dead, and when it is tried again or died.
pub(super) static BY_TURN: Index = Index {
    name: "hook_refusal.turn",
    unique: false,
};

impl Collection for Refusals {
    const NAME: &'static str = "hook_refusal";
    const INDEXES: &'static [&'static Index] = &[&BY_TURN];
    type Key = (HookId, String);
    type Value = Refusal;

    fn entries((hook, _): &Self::Key, refusal: &Refusal) -> Vec<Entry> {
        let at = if refusal.is_dead {
            refusal.last_at
        } else {
            refusal.next_at
        };
        vec![Entry::new(
            &BY_TURN,
            &(*hook, u8::from(refusal.is_dead), at),
        )]
    }
}

/// A delivery that the far side refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// When what it tells of happened.
    pub(super) at: Timestamp,
    /// The batch that did it, from which the delivery's id comes.
    pub(super) version: Version,
    pub(super) tries: u32,
    /// What came of the last one.
    pub(super) told: String,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    /// When it is tried again.
    pub(super) next_at: Timestamp,
    /// Whether it is tried no more.
    pub(super) is_dead: bool,
}

impl Json for Refusal {}

/// What became of a piece of news that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is tried again.
    Waits,
    /// It is a dead letter.
    Died,
    /// It is a dead letter, and the oldest one made room.
    DiedForAnother,
    /// Something moved meanwhile: it is told anew.
    Moved,
}

impl Fate {
    /// Whether it is sent no more.
    pub(super) fn is_death(self) -> bool {
        matches!(self, Self::Died | Self::DiedForAnother)
    }

    /// The delivery's word in the metrics.
    pub(super) fn word(self) -> &'static str {
        if self.is_death() { "dead" } else { "refused" }
    }
}

impl Refusal {
    pub(super) fn news(&self, key: &str) -> News {
        News {
            key: key.to_owned(),
            at: self.at,
            version: self.version,
        }
    }
}

fn waiting(hook: HookId) -> Vec<u8> {
    prefix(&(hook, 0_u8))
}

pub(super) fn dead(hook: HookId) -> Vec<u8> {
    prefix(&(hook, 1_u8))
}

impl Hooks {
    /// When the first of what was refused is tried again.
    pub(super) fn next_retry(&self, hook: HookId) -> Result<Option<Timestamp>, Error> {
        let first = Scan::prefix(waiting(hook), 1).by(&BY_TURN);
        let first = self.0.store.scan::<Refusals>(&first)?.rows.pop();
        Ok(first.map(|row| row.value.next_at))
    }

    /// What was refused and waits to be tried again, first what is due first.
    pub(super) fn retries(
        &self,
        hook: HookId,
        most: usize,
    ) -> Result<Vec<Row<Refusals>>, store::Error> {
        let first = Scan::prefix(waiting(hook), most).by(&BY_TURN);
        Ok(self.0.store.scan::<Refusals>(&first)?.rows)
    }

    /// Forgets what was refused before `before`: all of it, or what is no dead letter.
    pub(super) async fn forget_refusals(
        &self,
        hook: HookId,
        before: Version,
        keeps: impl Fn(&Refusal) -> bool,
    ) -> Result<(), Error> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let mut scan = Scan::prefix(prefix(&(hook,)), AT_ONCE);
            if let Some(mut after) = after.take() {
                after.push(0);
                scan = scan.from(after);
            }
            let rows = self.0.store.scan::<Refusals>(&scan)?.rows;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.key.bytes());
            let mut batch = Batch::bookkeeping();
            for row in rows {
                if row.version < before && !keeps(&row.value) {
                    batch.delete::<Refusals>(&row.key, row.version);
                }
            }
            if batch.is_empty() {
                continue;
            }
            match self.0.store.commit(batch).await {
                // One of them is another by now: what is left is looked at again.
                Err(store::Error::Conflict(_)) => after = None,
                outcome => outcome.map(drop)?,
            }
        }
    }

    /// The hooks of which anything was refused.
    pub(super) fn refused(&self) -> Result<Vec<HookId>, Error> {
        let mut hooks = Vec::new();
        let mut next = Some(HookId::from_bytes([0; 16]));
        let moment = self.0.store.snapshot()?;
        while let Some(from) = next {
            // The first of each: the rest is stepped over.
            let scan = Scan::all(1).from(prefix(&(from,)));
            let Some(first) = moment.scan::<Refusals>(&scan)?.rows.pop() else {
                break;
            };
            hooks.push(first.key.0);
            next = first.key.0.next();
        }
        Ok(hooks)
    }
}

impl Hook {
    /// Notes that a piece of news was refused for the reason `told`, and is tried again after
    /// `wait`, or no more.
    pub(super) async fn refuse(
        &self,
        news: &News,
        before: Option<&Row<Refusals>>,
        (told, wait): (String, Option<SignedDuration>),
    ) -> Result<Fate, Error> {
        let (parts, now) = (&self.all.0, self.all.0.now());
        let key = (self.id(), news.key.clone());
        let refusal = Refusal {
            at: news.at,
            version: news.version,
            tries: before.map_or(0, |row| row.value.tries).saturating_add(1),
            told,
            first_at: before.map_or(now, |row| row.value.first_at),
            last_at: now,
            next_at: now.saturating_add(wait.unwrap_or_default()).unwrap_or(now),
            is_dead: wait.is_none(),
        };
        let mut batch = Batch::bookkeeping();
        // Of a hook that is gone nothing is kept.
        batch.require::<Rows>(&self.key, self.version);
        if let Some(row) = before {
            batch.replace::<Refusals>(&key, &refusal, row.version);
        } else {
            parts.datasets.told(&mut batch, self.id(), news);
            batch.put::<Refusals>(&key, &refusal);
        }
        let mut fate = if wait.is_some() {
            Fate::Waits
        } else {
            Fate::Died
        };
        if fate == Fate::Died && self.count_dead_letters()? >= MOST {
            let oldest = Scan::prefix(dead(self.id()), 1).by(&BY_TURN);
            for row in parts.store.scan::<Refusals>(&oldest)?.rows {
                batch.discard::<Refusals>(&row.key);
                fate = Fate::DiedForAnother;
            }
        }
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Ok(Fate::Moved),
            outcome => Ok(outcome.map(|_| fate)?),
        }
    }

    /// Counts what was refused and waits, up to `most`.
    pub(super) fn waiting_refusals(&self, most: usize) -> Result<usize, Error> {
        let all = Scan::prefix(waiting(self.id()), most).by(&BY_TURN);
        Ok(self.all.0.store.snapshot()?.count_rows::<Refusals>(&all)?)
    }
}
