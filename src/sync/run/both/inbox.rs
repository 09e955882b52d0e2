//! Keeps in mind which conflicts a sync has while a run goes through it.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::super::super::conflict::{Conflict, Conflicts, unsolved};
use super::super::super::error::Error;
use super::ruling::InboxAct;
use crate::base::{SyncId, UserId};
use crate::store::{Batch, Scan, Snapshot, Version, prefix};

/// A sync keeps no more conflicts than this: who has broken a whole table needs the first of them.
const MOST: usize = 10_000;

/// Which conflicts a sync has. What they are about is read where it is needed: ten thousand of wide
/// tables would be a hundred megabytes.
#[derive(Debug)]
pub(super) struct Inbox {
    place: (UserId, SyncId),
    kept: HashMap<String, Filed>,
    /// By how much the number of unsolved ones is wrong.
    amiss: i64,
}

#[derive(Clone, Copy, Debug)]
struct Filed {
    version: Version,
    solved: bool,
}

impl Filed {
    fn unsolved(self) -> i64 {
        i64::from(!self.solved)
    }
}

impl Inbox {
    /// Finds them all. For blocking threads.
    pub(super) fn load(moment: &Snapshot, place: (UserId, SyncId)) -> Result<Self, Error> {
        let mut kept = HashMap::new();
        let scan = Scan::prefix(prefix(&place), usize::MAX);
        moment.walk::<Conflicts>(&scan, |_, row| {
            let solved = row.value.solution.is_some();
            let version = row.version;
            kept.insert(row.key.2, Filed { version, solved });
            Ok(ControlFlow::Continue(()))
        })?;
        let open: i64 = kept.values().map(|filed| filed.unsolved()).sum();
        let amiss = open - moment.count(&unsolved(place))?;
        Ok(Self { place, kept, amiss })
    }

    /// Looks once more at the conflicts about some records, which somebody may have solved.
    pub(super) fn renew<'k>(
        &mut self,
        moment: &Snapshot,
        keys: impl Iterator<Item = &'k String>,
    ) -> Result<(), Error> {
        for key in keys {
            let (owner, sync) = self.place;
            let Some(filed) = self.kept.get_mut(key) else {
                continue;
            };
            match moment.get::<Conflicts>(&(owner, sync, key.clone()))? {
                Some(row) => {
                    *filed = Filed {
                        version: row.version,
                        solved: row.value.solution.is_some(),
                    };
                }
                None => {
                    self.kept.remove(key);
                }
            }
        }
        Ok(())
    }

    /// Whether there is one about a record.
    pub(super) fn has(&self, key: &str) -> bool {
        self.kept.contains_key(key)
    }

    /// The one about a record.
    pub(super) fn get(&self, moment: &Snapshot, key: &str) -> Result<Option<Conflict>, Error> {
        if !self.has(key) {
            return Ok(None);
        }
        let (owner, sync) = self.place;
        let row = moment.get::<Conflicts>(&(owner, sync, key.to_owned()))?;
        Ok(row.map(|row| row.value))
    }

    /// Whether it takes no more.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= MOST
    }

    /// The keys of all.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.kept.keys()
    }

    /// Adds to `batch` what becomes of the conflict about a record.
    pub(super) fn act(&self, batch: &mut Batch, key: &str, act: &InboxAct) {
        let (owner, sync) = self.place;
        let place = (owner, sync, key.to_owned());
        let kept = self.kept.get(key);
        let before = kept.map_or(0, |filed| filed.unsolved());
        let after = match (act, kept) {
            (InboxAct::Keep(new), Some(filed)) => {
                batch.replace::<Conflicts>(&place, new, filed.version);
                i64::from(new.solution.is_none())
            }
            (InboxAct::Keep(new), None) => {
                batch.insert::<Conflicts>(&place, new);
                i64::from(new.solution.is_none())
            }
            (InboxAct::Close, Some(filed)) => {
                batch.delete::<Conflicts>(&place, filed.version);
                0
            }
            (InboxAct::Close, None) | (InboxAct::Leave, _) => return,
        };
        if after != before {
            batch.add(&unsolved(self.place), after - before);
        }
    }

    /// Takes note of what a batch has done that was committed as `version`.
    pub(super) fn acted(&mut self, key: &str, act: &InboxAct, version: Version) {
        match act {
            InboxAct::Keep(new) => {
                let solved = new.solution.is_some();
                self.kept.insert(key.to_owned(), Filed { version, solved });
            }
            InboxAct::Close => {
                self.kept.remove(key);
            }
            InboxAct::Leave => {}
        }
    }

    /// What puts the number of unsolved ones right, if it is wrong: a store of an earlier version
    /// does not have it.
    pub(super) fn count_right(&mut self) -> Option<Batch> {
        let amiss = std::mem::take(&mut self.amiss);
        let mut batch = Batch::bookkeeping();
        batch.add(&unsolved(self.place), amiss);
        (amiss != 0).then_some(batch)
    }
}
