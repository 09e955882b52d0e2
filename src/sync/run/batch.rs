//! Writes one batch, whatever the provider answers, until each record's end is known.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::counts::Fate;
use super::super::error::Error as Ours;
use super::super::intent::Look;
use super::super::link::Hash;
use super::super::memory::Was;
use super::Pass;
use super::both::Meeting;
use super::content::fingerprint_and_cells;
use super::group::{Done, End, Group, Returned};
use super::readback::Found;
use super::remove::Unwanted;
use super::undo::Expected;
use super::verdict::{Verdict, verdict, verdict_on_delivery};
use crate::providers::{Error, Held, Patience, Row};

/// A record on its way to the provider.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is known of a record, each of it for itself"
)]
pub(super) struct Load {
    pub(super) key: String,
    /// What writing it counts as, if it has a remote record.
    pub(super) fate: Fate,
    pub(super) sent: Hash,
    /// Where its content comes from.
    pub(super) source: Hash,
    /// Whether its remote record is known to be of this sync's making.
    pub(super) ours: bool,
    /// What it looked like when its creation was announced, if that was in another execution.
    pub(super) announced: Option<Look>,
    /// Whether it was looked for, and is not at the provider as far as that can be told.
    pub(super) sought: bool,
    /// Whether a call has carried it, of which nobody knows what it came to.
    pub(super) tried: bool,
    /// What both sides held when it was decided to write it, if both count.
    pub(super) meeting: Option<Box<Meeting>>,
    /// Whether its remote record lies in the trash, to be brought back from there.
    pub(super) revive: bool,
    /// What its remote record has to hold to be written, if an undo writes it.
    pub(super) expects: Option<Expected>,
    /// What it was before.
    pub(super) was: Was,
    pub(super) row: Row,
}

/// Some records that are written with one call.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) group: Arc<Group>,
    pub(super) loads: Vec<Load>,
    /// Records to be removed; a batch has these or loads.
    pub(super) unwanted: Vec<Unwanted>,
}

impl Pass<'_> {
    /// Writes the batch and says how each record ended.
    pub(super) async fn write(&self, batch: Batch) -> Result<Returned, Ours> {
        if let (false, Some(how)) = (batch.unwanted.is_empty(), self.reader.removing.how) {
            return self.remove(batch, how).await;
        }
        let group = batch.group;
        let mut todo = VecDeque::from([batch.loads]);
        let mut done = Vec::new();
        let mut patience = Patience::default();
        while let Some(loads) = todo.pop_front() {
            let Some(loads) = self.revive(loads, &mut done).await else {
                continue;
            };
            let Some(loads) = self.as_met(loads, &mut done).await else {
                continue;
            };
            let mut loads = self.ready(loads, &group, &mut done).await?;
            if loads.is_empty() {
                continue;
            }
            match self.call(&loads).await {
                None => done.extend(loads.into_iter().map(Load::left)),
                Some(Ok(held)) => {
                    patience = Patience::default();
                    self.doubts.end();
                    let pairs = loads.into_iter().zip(held);
                    done.extend(pairs.map(|(load, held)| kept(load, held, &self.fit.mark)));
                }
                Some(Err(error)) => {
                    if may_have_arrived(&error) {
                        for load in &mut loads {
                            load.tried = true;
                        }
                    }
                    let next = self.verdict_on(&error, &loads);
                    if self.line.bear(error, &next, &mut patience).await {
                        self.follow(next, loads, &group, (&mut todo, &mut done))
                            .await?;
                    } else {
                        done.extend(loads.into_iter().map(Load::left));
                    }
                }
            }
        }
        self.show(&done);
        Ok(Returned { group, done })
    }

    /// What to do about a call's error. Deliveries that have no answer are counted.
    fn verdict_on(&self, error: &Error, loads: &[Load]) -> Verdict {
        if !self.line.records.delivers() {
            return verdict(error, loads.len(), linked(loads));
        }
        let next = verdict_on_delivery(error, self.resend);
        if matches!(next, Verdict::Doubt(_)) {
            self.doubt_again(error);
        }
        next
    }

    /// Makes one call as soon as the provider takes it; `None` when the run is coming to a stop.
    async fn call(&self, loads: &[Load]) -> Option<Result<Vec<Held>, Error>> {
        self.line.admit().await?;
        let rows: Vec<&Row> = loads.iter().map(|load| &load.row).collect();
        let answer = self.line.records.write(&self.fit.layout, &rows).await;
        Some(answer.and_then(|held| {
            if held.len() == loads.len() {
                return Ok(held);
            }
            Err(Error::Broken(format!(
                "{} rows for {}",
                held.len(),
                loads.len()
            )))
        }))
    }

    /// Does what the verdict says with the records of a call.
    async fn follow(
        &self,
        verdict: Verdict,
        mut loads: Vec<Load>,
        group: &Group,
        (todo, done): (&mut VecDeque<Vec<Load>>, &mut Vec<Done>),
    ) -> Result<(), Ours> {
        if let Verdict::NoMore(reason) = &verdict {
            // Whoever was told first is enough.
            let _known = self.full.get_or_init(|| reason.clone());
        }
        match verdict {
            Verdict::Repeat(_) | Verdict::Wait | Verdict::Fail(_) => todo.push_front(loads),
            Verdict::Split => {
                let rest = loads.split_off(loads.len() / 2);
                todo.push_front(rest);
                todo.push_front(loads);
            }
            Verdict::Refuse(reason) | Verdict::NoMore(reason) => {
                let refused = |load: Load| Done {
                    key: load.key,
                    end: End::Refused {
                        reason: reason.clone(),
                        cells: load.row.cells,
                    },
                };
                done.extend(loads.into_iter().map(refused));
            }
            Verdict::Doubt(reason) => {
                done.extend(loads.into_iter().map(|load| self.in_doubt(load, &reason)));
            }
            Verdict::Unlink => {
                // What the rules say about a record that is gone, the next run finds out.
                let (met, lost): (Vec<Load>, Vec<Load>) =
                    loads.into_iter().partition(|load| load.meeting.is_some());
                done.extend(met.into_iter().map(Load::moved));
                todo.push_front(self.unlinked_loads(lost, group).await?);
            }
            Verdict::Settle => {
                let tried = self.line.clock.now();
                let found = self.read_back(loads, &group.intent, tried).await?;
                let mut again = Vec::new();
                for (mut load, found) in found {
                    let unmade = load.meeting.as_ref().is_some_and(|met| met.is_first());
                    load.sought = found == Found::Nothing;
                    if load.sought && !self.line.records.matches_by_key() {
                        group.sends_again(load.announce());
                    }
                    match found {
                        Found::Held if unmade && load.row.id.is_some() => {
                            done.push(load.came_to_be(&self.fit.mark));
                        }
                        Found::Nothing | Found::Held => again.push(load),
                        Found::Doubtful(reason) => done.push(ended(load, End::Unknown { reason })),
                        Found::NotLookedFor => done.push(load.left()),
                    }
                }
                todo.push_front(again);
            }
        }
        Ok(())
    }

    /// Records as they are written whose remote ones are gone: like some that were never there.
    async fn unlinked_loads(&self, mut loads: Vec<Load>, group: &Group) -> Result<Vec<Load>, Ours> {
        for load in &mut loads {
            load.row.id = None;
            load.sought = false;
            load.ours = false;
            load.was = Was::default();
            // Elsewhere it is looked for first.
            if self.line.records.matches_by_key() {
                self.announce_late(group, load).await?;
            }
        }
        Ok(loads)
    }
}

fn linked(loads: &[Load]) -> bool {
    loads.iter().all(|load| load.row.id.is_some())
}

/// Whether a call that met an error may have been carried out all the same.
fn may_have_arrived(error: &Error) -> bool {
    matches!(
        error,
        Error::Lost(_) | Error::Broken(_) | Error::TryLater(_)
    )
}

fn ended(load: Load, end: End) -> Done {
    Done { key: load.key, end }
}

fn kept(load: Load, held: Held, mark: &Hash) -> Done {
    if let Some(meeting) = &load.meeting {
        return meeting.kept(&load, held, mark);
    }
    let fate = match (&load.row.id, held.created) {
        (Some(_), _) => load.fate,
        (None, true) => Fate::Created,
        (None, false) => Fate::Matched,
    };
    let (echo, cells) = fingerprint_and_cells(mark, &held.cells);
    let end = End::Kept {
        echo,
        cells,
        here: Vec::new(),
        remote_id: held.id,
        fate,
        sent: load.sent,
        source: load.source,
        ours: load.ours || held.created,
        was: load.was,
    };
    Done { key: load.key, end }
}
