//! What a hook refused each time, until somebody decides.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::refusal::{BY_TURN, Refusal, Refusals, dead};
use super::row::Rows;
use super::{Error, Hook, Hooks, wire};
use crate::audit::Code;
use crate::base::{Actor, Cursor, Scope};
use crate::store::{self, Batch, Row, Scan};

/// A hook has no more dead letters; the oldest make room.
pub(super) const MOST: usize = 1_000;

/// A delivery that is not tried any more, since it was refused as often as is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The record's key.
    pub key: String,
    /// The id that it bears however often it is sent.
    pub id: String,
    /// What the far side said the last time.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was refused first.
    pub first_at: Timestamp,
    /// When it was refused last.
    pub last_at: Timestamp,
}

impl DeadLetter {
    fn of(row: Row<Refusals>) -> Self {
        let (hook, key) = row.key;
        Self {
            id: wire::id(hook, &row.value.news(&key)),
            key,
            reason: row.value.told,
            attempts: row.value.tries,
            first_at: row.value.first_at,
            last_at: row.value.last_at,
        }
    }
}

impl Hooks {
    /// How many dead letters all hooks have, whoever has them.
    pub fn count_dead_letters(&self) -> Result<u64, store::Error> {
        let moment = self.0.store.snapshot()?;
        let mut hooks = Vec::new();
        moment.walk::<Rows>(&Scan::all(usize::MAX), |_, row| {
            hooks.push(row.key.1);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut count = 0;
        for hook in hooks {
            let all = Scan::prefix(dead(hook), MOST).by(&BY_TURN);
            count += moment.count_rows::<Refusals>(&all)? as u64;
        }
        Ok(count)
    }
}

impl Hook {
    /// How many dead letters it has.
    pub fn count_dead_letters(&self) -> Result<usize, Error> {
        let all = Scan::prefix(dead(self.id()), MOST).by(&BY_TURN);
        Ok(self.all.0.store.snapshot()?.count_rows::<Refusals>(&all)?)
    }

    /// One page of its dead letters, in the order in which they were given up.
    pub fn dead_letters(
        &self,
        (limit, after): (usize, Option<&Cursor>),
        by: &Actor,
    ) -> Result<(Vec<DeadLetter>, Option<Cursor>), Error> {
        let scan = Scan::prefix(dead(self.id()), limit).by(&BY_TURN);
        let page = self.all.0.store.scan::<Refusals>(&scan.after(after))?;
        let letters: Vec<_> = page.rows.into_iter().map(DeadLetter::of).collect();
        let event = self.event(Code::HookLettersRead, by);
        let event = event.count("dead_letters", letters.len() as u64);
        self.all.0.log.record(event.build(&self.all.0.clock));
        Ok((letters, page.next))
    }

    /// Has a dead letter sent again, under its id, as often as what is new.
    pub async fn resend(&self, key: &str, by: &Actor) -> Result<DeadLetter, Error> {
        if self.stopped_at().is_some() {
            return Err(Error::Stopped);
        }
        let parts = &self.all.0;
        let row = self.letter(key)?;
        let act = self.event(Code::HookResent, by);
        let act = act.resource("record", key, "", row.version.0);
        let again = Refusal {
            tries: 0,
            next_at: parts.now(),
            is_dead: false,
            ..row.value.clone()
        };
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.replace::<Refusals>(&row.key, &again, row.version);
        self.commit(batch).await?;
        let scope = Scope::owned_by(self.key.0);
        let dataset = parts.datasets.open(&scope, self.stored.dataset)?;
        dataset.ring_watchers();
        Ok(DeadLetter::of(row))
    }

    /// Discards a dead letter: what it tells of is told no more.
    pub async fn discard(&self, key: &str, by: &Actor) -> Result<(), Error> {
        let row = self.letter(key)?;
        let act = self.event(Code::HookDiscarded, by);
        let act = act.resource("record", key, "", row.version.0);
        let act = act.count("dead_letters", 1);
        let mut batch = Batch::new(act.build(&self.all.0.clock));
        batch.delete::<Refusals>(&row.key, row.version);
        self.commit(batch).await
    }

    /// Discards all its dead letters.
    pub async fn discard_all(&self, by: &Actor) -> Result<(), Error> {
        let all = Scan::prefix(dead(self.id()), MOST).by(&BY_TURN);
        let rows = self.all.0.store.scan::<Refusals>(&all)?.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let act = self.event(Code::HookDiscarded, by);
        let act = act.count("dead_letters", rows.len() as u64);
        let mut batch = Batch::new(act.build(&self.all.0.clock));
        for row in rows {
            batch.delete::<Refusals>(&row.key, row.version);
        }
        self.commit(batch).await
    }

    fn letter(&self, key: &str) -> Result<Row<Refusals>, Error> {
        let row = self
            .all
            .0
            .store
            .get::<Refusals>(&(self.id(), key.to_owned()))?;
        let row = row.filter(|row| row.value.is_dead);
        row.ok_or_else(|| Error::UnknownLetter(key.to_owned()))
    }

    async fn commit(&self, batch: Batch) -> Result<(), Error> {
        match self.all.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            outcome => Ok(outcome.map(drop)?),
        }
    }
}
