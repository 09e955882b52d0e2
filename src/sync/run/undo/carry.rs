//! Reads what the plan of an undo lists, and looks at each record again before it is written.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::slice;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::{Hash, Link, Links};
use super::super::super::memory::{Deed, Memories, Was};
use super::super::super::plan::{Change, Difference, Side};
use super::super::Pass;
use super::super::batch::Load;
use super::super::content::{fingerprint, spell, unspell};
use super::super::group::{Done, End, Idle};
use super::super::reading::{Reader, Stretch};
use super::super::remove::Unwanted;
use super::super::source::{Place, held};
use super::{CHANGED_SINCE, GIVEN_BACK, GONE_SINCE, KEY_TAKEN};
use crate::base::{PlanId, RunId};
use crate::fields::Value;
use crate::providers::{Held, Row};
use crate::store::{self, Key as _, Scan, prefix};

impl Reader {
    /// The next records of a plan that undoes `run`, until `writes` of them must be written.
    pub(in super::super) fn read_undo(
        &self,
        (plan, run): (PlanId, RunId),
        after: &Place,
        writes: usize,
    ) -> Result<Stretch, Error> {
        let (changes, ended) = self.changes_after(plan, after.key.as_ref(), writes)?;
        let mut stretch = Stretch {
            ended,
            upto: after.clone(),
            ..Stretch::default()
        };
        let mut deeds = self.deeds(run, &mut stretch.upto, &changes)?;
        for change in changes {
            stretch.upto.key = Some(change.key.clone());
            let deed = deeds.remove(&change.key).ok_or_else(forgotten)?;
            self.take_back(&mut stretch, change, deed)?;
        }
        Ok(stretch)
    }

    /// What the run did to the records that a plan lists. Both follow the order of keys.
    pub(in super::super) fn deeds(
        &self,
        run: RunId,
        upto: &mut Place,
        changes: &[Change],
    ) -> Result<HashMap<String, Deed>, Error> {
        let wanted: HashSet<&str> = changes.iter().map(|change| change.key.as_str()).collect();
        let mut found = HashMap::with_capacity(wanted.len());
        let scan = Scan::prefix(prefix(&run), usize::MAX).from((run, upto.block).bytes());
        self.store.snapshot()?.walk::<Memories>(&scan, |_, row| {
            if found.len() == wanted.len() {
                return Ok(ControlFlow::Break(()));
            }
            upto.block = row.key.1;
            for deed in row.value.deeds()? {
                if wanted.contains(deed.key.as_str()) {
                    found.insert(deed.key.clone(), deed);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Decides what is done to take one deed back.
    fn take_back(&self, stretch: &mut Stretch, change: Change, deed: Deed) -> Result<(), Error> {
        if let Some(unknown) = self.perhaps_made(&change, &deed) {
            stretch.idle.push(unknown);
            return Ok(());
        }
        let link = self.store.get::<Links>(&(self.sync, deed.key.clone()))?;
        let link = link.map(|row| row.value);
        let was = link.as_ref().map(|link| Was::of(link, &self.fit.mark));
        let was = was.unwrap_or_default();
        match (change.fate, deed.was.cells) {
            (Fate::Deleted, _) => stretch.unwanted.push(Unwanted {
                key: deed.key,
                remote_id: deed.remote_id,
                agreed: Some(deed.left),
                was,
                tried: false,
            }),
            (Fate::Created, Some(_)) if is_anothers(&deed.remote_id, link.as_ref()) => {
                stretch.idle.push(held(deed.key, KEY_TAKEN));
            }
            (fate @ (Fate::Changed | Fate::Created), Some(cells)) => {
                let again = fate == Fate::Created;
                let id = if again {
                    self.again(&deed.remote_id, link.as_ref())
                } else {
                    Some(deed.remote_id.clone())
                };
                stretch.loads.push(Load {
                    key: deed.key,
                    fate,
                    sent: deed.was.sent,
                    source: deed.was.source,
                    ours: deed.was.ours,
                    announced: None,
                    sought: false,
                    tried: false,
                    meeting: None,
                    revive: again && id.as_ref() == Some(&deed.remote_id),
                    expects: (!again).then(|| Expected::of(&change, deed.left)),
                    was,
                    row: Row {
                        id,
                        cells: unspell(&cells),
                        untouched: Vec::new(),
                    },
                });
            }
            _ => {
                let reason = change.reason.unwrap_or_default();
                stretch.idle.push(held(deed.key, &reason));
            }
        }
        Ok(())
    }

    /// That nobody can tell whether a record was made again before a stop, under a key that a
    /// colleague has changed since: it is not made a second time.
    pub(in super::super) fn perhaps_made(&self, change: &Change, deed: &Deed) -> Option<Idle> {
        let reason = self.doubtful.get(&deed.key);
        let reason = reason.filter(|_| change.fate == Fate::Created)?;
        Some(Idle {
            fate: Fate::Unknown,
            ..held(deed.key.clone(), reason)
        })
    }

    /// Under which id a record comes again that was deleted; none when it is to be made.
    fn again(&self, deleted: &str, link: Option<&Link>) -> Option<String> {
        match link {
            // It was made before the undo was killed.
            Some(link) => Some(link.remote_id.clone()),
            None => self.restores.then(|| deleted.to_owned()),
        }
    }
}

/// What an undo expects of a remote record that it gives back what it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Expected {
    /// The fingerprint of the record as the run has left it.
    left: Hash,
    /// The columns that the plan lists: those that the run has changed.
    columns: Vec<usize>,
}

impl Expected {
    /// What the plan of an undo expects of a record that its run has left so.
    pub(in super::super) fn of(change: &Change, left: Hash) -> Self {
        let there = |field: &&Difference| field.side != Some(Side::Here);
        let listed = change.fields.iter().filter(there);
        Self {
            left,
            columns: listed.map(|field| usize::from(field.column)).collect(),
        }
    }

    /// Whether it is as the run has left it.
    fn is_as_left(&self, mark: &Hash, held: &Held) -> bool {
        fingerprint(mark, &held.cells) == self.left
    }

    /// Whether the columns that the run has changed hold again what they did before, whatever is in
    /// the others.
    fn is_given_back(&self, load: &Load, held: &Held) -> bool {
        let mut columns = self.columns.iter();
        !self.columns.is_empty() && columns.all(|at| load.wants(*at, held))
    }
}

impl Load {
    /// Whether a remote record holds already what is written to it.
    fn is_as_wanted(&self, held: &Held) -> bool {
        (0..held.cells.len()).all(|at| self.wants(at, held))
    }

    /// Whether a remote record has a cell as it is to be after the write.
    fn wants(&self, at: usize, held: &Held) -> bool {
        let cell = |cells: &[Option<Value>]| cells.get(at).map(|cell| spell(slice::from_ref(cell)));
        self.row.untouched.contains(&at) || cell(&held.cells) == cell(&self.row.cells)
    }
}

/// Whether what bears the key of a record that was deleted there, and was found when the undo went on
/// after a stop, may be a colleague's.
pub(in super::super) fn is_anothers(deleted: &str, link: Option<&Link>) -> bool {
    link.is_some_and(|link| link.remote_id != deleted && !link.ours)
}

fn forgotten() -> Error {
    store::Error::Damaged("what a run remembers".into()).into()
}

impl Pass<'_> {
    /// Leaves alone what somebody has changed there since the plan of an undo was made. `None` when
    /// the run is to stop.
    pub(in super::super) async fn hold_changed(&self, stretch: &mut Stretch) -> Option<()> {
        if !self.reader.undoes() {
            return Some(());
        }
        let known = stretch.loads.iter().filter(|load| load.expects.is_some());
        let ids: Vec<String> = known.filter_map(|load| load.row.id.clone()).collect();
        let looked = self.look(&ids).await?;
        let there: HashMap<&str, &Held> = looked.iter().map(|row| (row.id.as_str(), row)).collect();
        let new = stretch.loads.iter().filter(|load| load.row.id.is_none());
        let keys: Vec<String> = new.map(|load| load.key.clone()).collect();
        let taken = self.held_under(&keys).await?;
        for mut load in std::mem::take(&mut stretch.loads) {
            let hindered = match (&load.row.id, &load.expects) {
                (None, _) => taken
                    .contains_key(&load.key)
                    .then_some((Fate::Held, KEY_TAKEN)),
                (Some(id), Some(expected)) => match there.get(id.as_str()) {
                    None => Some((Fate::Held, GONE_SINCE)),
                    Some(row) => {
                        let as_left = expected.is_as_left(&self.fit.mark, row);
                        // It was written before the undo was killed.
                        let as_before = load.is_as_wanted(row);
                        // A push that comes again sends what it was to send: it must be told.
                        let both = load.meeting.is_some();
                        let given_back = both && expected.is_given_back(&load, row);
                        if let (Some(meeting), true) = (&mut load.meeting, as_left) {
                            meeting.narrow(&mut load.row, &row.cells);
                        }
                        load.was.cells = Some(spell(&row.cells));
                        match (as_left || as_before, given_back) {
                            (true, _) => None,
                            (false, true) => Some((Fate::Unchanged, GIVEN_BACK)),
                            (false, false) => Some((Fate::Held, CHANGED_SINCE)),
                        }
                    }
                },
                (Some(_), None) => None,
            };
            match hindered {
                Some((fate, reason)) => stretch.idle.push(Idle {
                    fate,
                    remote_id: load.row.id.unwrap_or_default(),
                    ..held(load.key, reason)
                }),
                None => stretch.loads.push(load),
            }
        }
        Some(())
    }

    /// Brings records back from the trash that were put there; what is gone from there too is made
    /// anew. What an execution had brought back before it was stopped, and somebody has changed since,
    /// stays as they have left it. `None` when the run is to stop.
    pub(in super::super) async fn revive(
        &self,
        mut loads: Vec<Load>,
        done: &mut Vec<Done>,
    ) -> Option<Vec<Load>> {
        let Some(looked) = self.brought_back(&mut loads).await else {
            done.extend(loads.into_iter().map(Load::left));
            return None;
        };
        let there: HashMap<&str, &Held> = looked.iter().map(|row| (row.id.as_str(), row)).collect();
        let is_changed = |load: &Load| {
            let row = load.row.id.as_ref().and_then(|id| there.get(id.as_str()));
            row.is_some_and(|row| !load.is_as_wanted(row))
        };
        let (changed, stay): (Vec<Load>, Vec<Load>) = loads.into_iter().partition(is_changed);
        done.extend(changed.into_iter().map(|load| Done {
            end: End::Moved {
                remote_id: load.row.id.unwrap_or_default(),
                reason: CHANGED_SINCE.to_owned(),
            },
            key: load.key,
        }));
        Some(stay)
    }

    /// Brings them back, and gives those that an earlier execution may have brought back already, as
    /// they are now.
    async fn brought_back(&self, loads: &mut [Load]) -> Option<Vec<Held>> {
        let layout = &self.fit.layout;
        let mut before = Vec::new();
        for load in loads.iter_mut().filter(|load| load.revive) {
            let Some(id) = load.row.id.clone() else {
                continue;
            };
            let restored = self.line.ask(|| self.line.records.restore(layout, &id));
            let back = restored.await?;
            load.revive = false;
            if !back {
                load.row.id = None;
                load.sought = false;
            } else if self.resumed {
                before.push(id);
            }
        }
        self.look(&before).await
    }
}
