//! Looks for records before they are created, where the provider would not do so itself.

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::intent::{Announced, Intents};
use super::Pass;
use super::batch::Load;
use super::both::look_of_written;
use super::content::{look, spell};
use super::group::{Done, End, Group, Idle};
use super::reading::Stretch;
use crate::store;

/// Why a record is refused that could be either of two.
pub(super) const TWICE: &str = "more than one record of the table has this key";

impl Load {
    /// The record as it is announced.
    pub(super) fn announce(&self) -> Announced {
        Announced {
            key: self.key.clone(),
            look: look(&self.row.cells),
        }
    }

    /// The same of one that is linked, where both sides count.
    pub(super) fn announce_written(&self) -> Option<Announced> {
        let meeting = self.meeting.as_ref();
        meeting.filter(|met| !met.is_first() || self.revive)?;
        self.row.id.as_ref().map(|_linked| Announced {
            key: self.key.clone(),
            look: look_of_written(&self.row),
        })
    }

    /// That it is left for another execution.
    pub(super) fn left(self) -> Done {
        Done {
            key: self.key,
            end: End::Left { tried: self.tried },
        }
    }

    fn refuse(self, reason: &str) -> Done {
        Done {
            key: self.key,
            end: End::Refused {
                reason: reason.to_owned(),
                cells: self.row.cells,
            },
        }
    }
}

impl Pass<'_> {
    /// Takes out of a stretch what does not fit, before anything of it is sent, and links what is
    /// there already. `None` when the run is to stop.
    pub(super) async fn seek_all(&self, stretch: &mut Stretch) -> Option<()> {
        let refused = |load: Load, reason: String| Idle {
            key: load.key,
            fate: Fate::Refused,
            remote_id: load.row.id.unwrap_or_default(),
            reason,
            cells: load.row.cells,
        };
        let mut fitting = Vec::with_capacity(stretch.loads.len());
        for load in std::mem::take(&mut stretch.loads) {
            let misfit = self.line.records.misfit(&self.fit.layout, &load.row.cells);
            match misfit {
                Some(reason) => stretch.idle.push(refused(load, reason)),
                None => fitting.push(load),
            }
        }
        stretch.loads = fitting;
        if self.line.records.matches_by_key() {
            return Some(());
        }
        let twice = self.seek(&mut stretch.loads).await?;
        let twice = twice
            .into_iter()
            .map(|load| refused(load, TWICE.to_owned()));
        stretch.idle.extend(twice);
        Some(())
    }

    /// Looks for the records that are not linked. One that is there is linked; those of which there
    /// are several are taken out and given back. `None` when the run is to stop.
    async fn seek(&self, loads: &mut Vec<Load>) -> Option<Vec<Load>> {
        let unlinked = loads.iter().filter(|load| load.row.id.is_none());
        let keys: Vec<String> = unlinked.map(|load| load.key.clone()).collect();
        let held = self.held_under(&keys).await?;
        let mut twice = Vec::new();
        for mut load in std::mem::take(loads) {
            if load.row.id.is_none() {
                match held.get(&load.key).map(Vec::as_slice) {
                    None | Some([]) => load.sought = true,
                    Some([one]) => {
                        load.row.id = Some(one.id.clone());
                        load.fate = Fate::Matched;
                        load.was.cells = Some(spell(&one.cells));
                    }
                    Some(_) => {
                        twice.push(load);
                        continue;
                    }
                }
            }
            loads.push(load);
        }
        Some(twice)
    }

    /// What of some records can be sent now. Where the provider would make a record of each that is
    /// not linked, it was looked for before, and is announced.
    pub(super) async fn ready(
        &self,
        loads: Vec<Load>,
        group: &Group,
        done: &mut Vec<Done>,
    ) -> Result<Vec<Load>, Error> {
        if self.line.records.matches_by_key() {
            return Ok(loads);
        }
        let (mut ready, mut unsought) = (Vec::with_capacity(loads.len()), Vec::new());
        for load in loads {
            match self.full.get() {
                _ if load.row.id.is_some() => ready.push(load),
                Some(reason) => done.push(load.refuse(reason)),
                None if load.sought => ready.push(load),
                None => unsought.push(load),
            }
        }
        if unsought.is_empty() {
            return Ok(ready);
        }
        let Some(twice) = self.seek(&mut unsought).await else {
            done.extend(unsought.into_iter().map(Load::left));
            return Ok(ready);
        };
        done.extend(twice.into_iter().map(|load| load.refuse(TWICE)));
        for load in unsought {
            if load.row.id.is_none() {
                self.announce_late(group, &load).await?;
            }
            ready.push(load);
        }
        Ok(ready)
    }

    /// Announces a record that has to be made although it was linked, unless it is announced.
    pub(super) async fn announce_late(&self, group: &Group, load: &Load) -> Result<(), Error> {
        if group.announced().keys.contains(&load.key) {
            return Ok(());
        }
        let intent = group.announce(load.announce());
        let mut batch = store::Batch::new(self.book.recreated(group));
        batch.put::<Intents>(&(self.sync, group.number), &intent);
        self.commit(batch).await?;
        Ok(())
    }
}
