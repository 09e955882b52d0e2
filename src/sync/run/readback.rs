//! Finds out whether records were created by a call whose answer never came.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::intent::Intent;
use super::super::link::{Content, Links};
use super::Pass;
use super::batch::Load;
use super::content::{bears, look, looks_like, resembles};
use super::doubles::Known;
use crate::fields::Value;
use crate::providers::Held;
use crate::store::{Scan, prefix};

/// What was made so long before its announcement is still taken for ours: clocks differ.
pub(super) const OURS: SignedDuration = SignedDuration::from_mins(2);
/// What was made so long before may still be ours where a mistake would make a second record.
const PERHAPS_OURS: SignedDuration = SignedDuration::from_mins(15);
/// Nobody sets a clock that is kept in step by more than this.
const CLOCK_SET: Duration = Duration::from_mins(2);

/// What the provider has of a record whose creation is in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It has a record with the key; if it has only one, the load is now linked to it.
    Held,
    /// It has none: the record may be created.
    Nothing,
    /// It has none with the key, but one that may be ours under another.
    Doubtful(String),
    /// The run came to a stop before it was asked.
    NotLookedFor,
}

/// So many remote records are named that may be one of ours.
const NAMED: usize = 100;

/// What people are told of a record that one of some remote ones may be.
fn doubt(key: &str, ids: &[&str]) -> String {
    let lost = "the answer to its creation was lost, and";
    match ids {
        [id] => format!(
            "{lost} {id} may be it under another key; give that record the key {key:?} or delete \
             it, then run again"
        ),
        ids => format!(
            "{lost} one of {} may be it under another key; give that one the key {key:?}, or \
             delete them, then run again",
            ids.join(", ")
        ),
    }
}

impl Pass<'_> {
    /// Looks for each record by its key, and links those that are found. Their creation was
    /// announced by `intent` and tried last at `tried`: until the provider's lists show what was
    /// written then, nobody looks.
    pub(super) async fn read_back(
        &self,
        loads: Vec<Load>,
        intent: &Intent,
        tried: Timestamp,
    ) -> Result<Vec<(Load, Found)>, Error> {
        let since = intent.at;
        let Some(held) = self.settled(&loads, since, tried).await? else {
            let left = |load| (load, Found::NotLookedFor);
            return Ok(loads.into_iter().map(left).collect());
        };
        let perhaps = earlier(since, OURS);
        let surely = if self.line.records.matches_by_key() {
            let guess = || earlier(since, self.line.records.skew().least);
            intent.there.unwrap_or_else(guess)
        } else {
            perhaps
        };
        let known = Since { perhaps, surely };
        let mut looked: Vec<(Load, Found)> = loads
            .into_iter()
            .map(|load| link(load, &held, (&known, self.fit.layout.key)))
            .collect();
        if looked.iter().any(in_doubt) {
            self.doubt(&mut looked, earlier(since, PERHAPS_OURS))
                .await?;
        }
        Ok(looked)
    }

    /// What the provider holds under the keys of the records that are not linked, once it can tell.
    async fn settled(
        &self,
        loads: &[Load],
        since: Timestamp,
        tried: Timestamp,
    ) -> Result<Option<HashMap<String, Vec<Held>>>, Error> {
        let unlinked = loads.iter().filter(|load| load.row.id.is_none());
        let keys: Vec<String> = unlinked.map(|load| load.key.clone()).collect();
        if !self.until_settled(tried).await {
            return Ok(None);
        }
        let Some(mut held) = self.held_under(&keys).await else {
            return Ok(None);
        };
        if !self.line.records.matches_by_key() && !self.looks_only {
            let sent = Sent(loads);
            let dropped = self.drop_doubles(&mut held, &sent, earlier(since, OURS));
            if dropped.await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(held))
    }

    /// Returns when the provider's lists show what was written at `tried`; `false` when the run is
    /// to stop before.
    pub(super) async fn until_settled(&self, tried: Timestamp) -> bool {
        let lag = self.line.records.settles_after();
        if lag.is_zero() {
            return true;
        }
        if has_settled(tried, self.line.clock.now(), lag) {
            return true;
        }
        // By the time that really passes: the wall clock may be set meanwhile.
        let settling = self.line.clock.pass(lag);
        self.line.halt.run_until_cancelled(settling).await.is_some()
    }

    /// The rows that the provider holds under some keys; `None` when the run is to stop.
    pub(super) async fn held_under(&self, keys: &[String]) -> Option<HashMap<String, Vec<Held>>> {
        let mut found: HashMap<String, Vec<Held>> = HashMap::new();
        let at_once = self.line.records.keys_per_call().max(1);
        let mut calls = 0;
        for keys in keys.chunks(at_once) {
            let (rows, made) = self
                .line
                .asked(|| self.line.records.find(&self.fit.layout, keys))
                .await?;
            calls += made;
            for held in rows {
                if let Some(key) = self.key_of(&held.cells) {
                    found.entry(key).or_default().push(held);
                }
            }
        }
        if !keys.is_empty() {
            let records = found.values().map(Vec::len).sum::<usize>();
            self.book.read(records as u64, calls);
        }
        Some(found)
    }

    /// Marks what was not found and may yet be there under a key that somebody has changed.
    async fn doubt(&self, looked: &mut [(Load, Found)], since: Timestamp) -> Result<(), Error> {
        let Some((recent, calls)) = self
            .line
            .asked(|| self.line.records.created_since(&self.fit.layout, since))
            .await
        else {
            for (_, found) in looked.iter_mut().filter(|looked| in_doubt(looked)) {
                *found = Found::NotLookedFor;
            }
            return Ok(());
        };
        self.book.read(recent.len() as u64, calls);
        let key = self.fit.layout.key;
        let doubted = || looked.iter().filter(|looked| in_doubt(looked));
        let mut strangers: Vec<Held> = Vec::new();
        for held in recent {
            if self.strange(&held)? && doubted().any(|(load, _)| load.resembles(&held, key)) {
                strangers.push(held);
            }
        }
        let strangers = self.unlinked(strangers).await?;
        for (load, found) in looked.iter_mut().filter(|looked| in_doubt(looked)) {
            let like = |held: &&Held| load.resembles(held, key);
            let ids = strangers.iter().filter(like).map(|held| held.id.as_str());
            let ids: Vec<&str> = ids.take(NAMED).collect();
            if !ids.is_empty() {
                *found = Found::Doubtful(doubt(&load.key, &ids));
            }
        }
        Ok(())
    }

    /// Those of some rows that no record is linked to: one that is linked is known, though its
    /// record is gone here or has another key there.
    async fn unlinked(&self, mut rows: Vec<Held>) -> Result<Vec<Held>, Error> {
        if rows.is_empty() {
            return Ok(rows);
        }
        let (store, sync) = (self.store.clone(), self.sync);
        let strange = move || {
            let mut ids: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
            let links = Scan::prefix(prefix(&sync), usize::MAX);
            store.snapshot()?.walk::<Links>(&links, |_, link| {
                ids.remove(&link.value.remote_id);
                Ok(if ids.is_empty() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
            rows.retain(|row| ids.contains(&row.id));
            Ok(rows)
        };
        self.blocking.run(strange).await
    }

    /// Whether the remote row has a key that no record of the dataset has, and was not linked under
    /// it before that record was deleted here.
    ///
    /// A dataset that cannot be read just now is no reason for doubt: people would be asked to give
    /// a key to rows that have theirs.
    fn strange(&self, held: &Held) -> Result<bool, Error> {
        let Some(key) = self.key_of(&held.cells) else {
            return Ok(true);
        };
        let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
        if link.is_some_and(|link| link.value.remote_id == held.id) {
            return Ok(false);
        }
        Ok(self.reader.dataset.record(&key)?.is_none())
    }

    /// The rows with these ids that are there; `None` when the run is to stop.
    pub(super) async fn look(&self, ids: &[String]) -> Option<Vec<Held>> {
        if ids.is_empty() {
            return Some(Vec::new());
        }
        let layout = &self.fit.layout;
        let asked = self.line.asked(|| self.line.records.look(layout, ids));
        let (looked, calls) = asked.await?;
        self.book.read(looked.len() as u64, calls);
        Some(looked)
    }

    pub(super) fn key_of(&self, cells: &[Option<Value>]) -> Option<String> {
        let value = cells.get(self.fit.layout.key)?.as_ref()?;
        Some(value.spelling().into_owned())
    }
}

/// Records that were sent.
struct Sent<'a>(&'a [Load]);

impl Known for Sent<'_> {
    fn linked(&self, _key: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    fn bears(&self, key: &str, held: &Held) -> bool {
        let sent = self.0.iter().find(|load| load.key == key);
        sent.is_some_and(|load| load.is_borne_by(held))
    }
}

impl Load {
    /// Whether a remote row bears what was sent, which may have been changed here since.
    fn resembles(&self, held: &Held, key: usize) -> bool {
        let announced = self.announced.as_ref();
        resembles(&self.row.cells, &held.cells, key)
            || announced.is_some_and(|look| looks_like(look, &held.cells, key))
    }

    /// Whether a remote row bears what was sent and nothing else.
    fn is_borne_by(&self, held: &Held) -> bool {
        let announced = self.announced.as_ref();
        bears(&look(&self.row.cells), &held.cells)
            || announced.is_some_and(|look| bears(look, &held.cells))
    }
}

/// Whether a record may yet be there under another key, so that it must not be made again. What
/// was deleted here meanwhile is not: nothing resembles it, and everything would.
fn in_doubt((load, found): &(Load, Found)) -> bool {
    *found == Found::Nothing && !load.row.cells.is_empty()
}

/// Whether what was written at `tried` has been there for so long that lists show it, even if the
/// wall clock was set in between.
pub(super) fn has_settled(tried: Timestamp, now: Timestamp, lag: Duration) -> bool {
    let lists = tried.saturating_add(lag + CLOCK_SET);
    lists.is_ok_and(|lists| lists <= now)
}

pub(super) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(at)
}

/// From when on what is found was made by us, by the provider's clock.
struct Since {
    /// Perhaps: clocks differ.
    perhaps: Timestamp,
    /// For all that can be known. Where a write goes by the key, it has filled a record that
    /// somebody else made just before, and bears no witness of who made it.
    surely: Timestamp,
}

/// Links a load to the one row that is held under its key. Of several, none is it for sure: the
/// provider then refuses the record itself and says so.
fn link(
    mut load: Load,
    held: &HashMap<String, Vec<Held>>,
    (known, key): (&Since, usize),
) -> (Load, Found) {
    if load.row.id.is_some() {
        return (load, Found::Held);
    }
    match held.get(&load.key).map(Vec::as_slice) {
        Some([one]) => {
            // Of two sides that count, a colleague's record is met and not taken for ours.
            let like = load.meeting.is_none() || load.resembles(one, key);
            let made_since = one.created_at >= known.perhaps && like;
            load.fate = if made_since {
                Fate::Created
            } else {
                Fate::Matched
            };
            // Somebody else may have made one with the same key just then. Ours may be deleted by
            // rule: it has to bear what was sent.
            load.ours = made_since && one.created_at >= known.surely && load.is_borne_by(one);
            load.row.id = Some(one.id.clone());
            (load, Found::Held)
        }
        Some(_) => (load, Found::Held),
        None => (load, Found::Nothing),
    }
}

impl Load {
    /// What is to be remembered of a load that was found by its key and is yet to be written.
    pub(super) fn content_found(&self) -> Content {
        Content::Found {
            made: self.fate == Fate::Created,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::doubt;

    #[test]
    fn whoever_has_to_look_is_told_every_record_at_once() {
        let one = doubt("K1", &["recA"]);
        assert!(one.ends_with("recA may be it under another key; give that record the key \"K1\" or delete it, then run again"), "{one}");
        let some = doubt("K1", &["recA", "recB"]);
        assert!(some.contains("one of recA, recB may be it"), "{some}");
    }
}
