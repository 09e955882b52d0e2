//! Carries out the plan of an undo of both ways: first here, then there.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::super::super::counts::Fate;
use super::super::super::super::error::Error;
use super::super::super::super::link::{Link, Links, UNKNOWN};
use super::super::super::super::meeting::FieldWay;
use super::super::super::super::memory::{Deed, Was};
use super::super::super::super::plan::Change;
use super::super::super::Pass;
use super::super::super::batch::Load;
use super::super::super::content::unspell;
use super::super::super::group::Idle;
use super::super::super::ledger::Ledger;
use super::super::super::reading::{Reader, Stretch};
use super::super::super::remove::Unwanted;
use super::super::super::source::{Place, Source, held};
use super::super::super::undo::{Expected, KEY_TAKEN, is_anothers};
use super::super::base::{Base, Now};
use super::super::look::Meeting;
use crate::base::{PlanId, RunId};
use crate::fields::Value;
use crate::providers::Row;

/// Why a record is left alone of which is listed what was done to it, and not kept.
const FORGOTTEN: &str = "held back: what it held before the run wrote it is no longer remembered";

impl Pass<'_> {
    /// Takes back what a plan lists, first here and then there. The first group has the number
    /// `next`.
    pub(in super::super::super) async fn undo_both(
        &mut self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
        next: u64,
    ) -> Result<(), Error> {
        self.undo_here(ledger, (plan, run)).await?;
        if self.line.halt.is_cancelled() {
            return Ok(());
        }
        self.reader.twice = Arc::new(self.done_twice(run).await?);
        self.reader.source = Source::UndoBoth(plan, run);
        self.push(ledger, next).await
    }

    /// The links of records whose remote ones an undo has removed: what is left here stays alone.
    pub(in super::super::super) fn parted<'k>(
        &self,
        removed: impl Iterator<Item = (&'k str, &'k str)>,
    ) -> Result<Vec<(String, Link)>, Error> {
        let mut links = Vec::new();
        for (key, remote_id) in removed {
            let row = self.store.get::<Links>(&(self.sync, key.to_owned()))?;
            let link = row.map(|row| row.value);
            if let Some(link) = link.filter(|link| link.remote_id == remote_id) {
                let link = self.differing(Link {
                    apart: true,
                    ..link
                });
                links.push((key.to_owned(), link));
            }
        }
        Ok(links)
    }
}

impl Reader {
    /// The next records that a plan takes back there, until `writes` of them must be written.
    pub(in super::super::super) fn read_undo_both(
        &self,
        (plan, run): (PlanId, RunId),
        after: &Place,
        writes: usize,
    ) -> Result<Stretch, Error> {
        let there = |change: &Change| change.ways.there.is_some();
        let (changes, ended) = self.changes_that(plan, after.key.as_ref(), writes, there)?;
        let mut stretch = Stretch {
            ended,
            upto: after.clone(),
            ..Stretch::default()
        };
        let mut upto = after.clone();
        let mut deeds: HashMap<String, Deed> = self.deeds(run, &mut upto, &changes)?;
        let missing = |change: &Change| !deeds.contains_key(&change.key);
        if changes.iter().any(missing) {
            // What came to light of a run that was stopped is not in the order of keys.
            deeds = self.deeds(run, &mut Place::default(), &changes)?;
        } else {
            stretch.upto = upto;
        }
        for change in changes {
            stretch.upto.key = Some(change.key.clone());
            let whole = self.twice.get(&change.key).cloned();
            if let Some(deed) = whole.or_else(|| deeds.remove(&change.key)) {
                self.take_back_there(&mut stretch, &change, deed)?;
            } else {
                let why = change.reason.as_deref().unwrap_or(FORGOTTEN);
                stretch.idle.push(held(change.key.clone(), why));
            }
        }
        Ok(stretch)
    }

    /// Decides what is done to take one deed back.
    fn take_back_there(
        &self,
        stretch: &mut Stretch,
        change: &Change,
        deed: Deed,
    ) -> Result<(), Error> {
        if let Some(unknown) = self.perhaps_made(change, &deed) {
            stretch.idle.push(unknown);
            return Ok(());
        }
        let link = self.store.get::<Links>(&(self.sync, deed.key.clone()))?;
        let link = link.map(|row| row.value);
        match (change.fate, &deed.was.cells) {
            (Fate::Deleted, _) => stretch.unwanted.push(Unwanted {
                was: link.map_or(deed.was, |link| Was::of(&link, &self.fit.mark)),
                key: deed.key,
                remote_id: deed.remote_id,
                agreed: Some(deed.left),
                tried: false,
            }),
            (Fate::Created, Some(_)) if is_anothers(&deed.remote_id, link.as_ref()) => {
                stretch.idle.push(held(deed.key, KEY_TAKEN));
            }
            (Fate::Changed | Fate::Created, Some(cells)) => {
                let values = unspell(cells);
                let load = self.undoing(change, values, (deed, link));
                stretch.loads.push(load);
            }
            _ => stretch.idle.push(Idle {
                remote_id: deed.remote_id,
                ..held(deed.key, change.reason.as_deref().unwrap_or_default())
            }),
        }
        Ok(())
    }

    /// The load that gives a remote record what it held before.
    fn undoing(
        &self,
        change: &Change,
        mut cells: Vec<Option<Value>>,
        (deed, link): (Deed, Option<Link>),
    ) -> Load {
        let again = change.fate == Fate::Created;
        let id = match &link {
            _ if !again => Some(deed.remote_id.clone()),
            // It was made before the undo was killed.
            Some(link) if link.remote_id != deed.remote_id => Some(link.remote_id.clone()),
            _ => self.restores.then(|| deed.remote_id.clone()),
        };
        let before = Now::of(cells.clone()).cells;
        let base = link.and_then(|link| Base::of(&link, self.fit.frame()));
        let base = base.filter(Base::is_whole);
        let here = base.map(|base| base.here);
        let untouched: Vec<usize> = (0..cells.len())
            .filter(|at| self.fit.way(*at) == FieldWay::Pull)
            .collect();
        for at in &untouched {
            cells[*at] = None;
        }
        Load {
            sent: UNKNOWN,
            source: UNKNOWN,
            ours: deed.was.ours,
            fate: change.fate,
            announced: None,
            sought: false,
            tried: false,
            revive: again && id.as_ref() == Some(&deed.remote_id),
            expects: (!again).then(|| Expected::of(change, deed.left)),
            was: deed.was,
            meeting: Some(Box::new(Meeting {
                here: here.unwrap_or_else(|| before.clone()),
                there: (!again).then_some(before),
                alone: again,
            })),
            row: Row {
                id,
                cells,
                untouched,
            },
            key: deed.key,
        }
    }
}
