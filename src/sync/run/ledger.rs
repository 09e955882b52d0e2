//! Writes down what became of a group: links, outcomes, counts and checkpoint in one batch.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::super::counts::Fate;
use super::super::direction::Direction;
use super::super::intent::{Announced, Intent, Intents};
use super::super::job::{Job, Runs};
use super::super::letter::Known;
use super::super::link::{Content, Link, Links};
use super::super::memory::{self, Memories, Memory};
use super::super::outcome::{Block, Outcomes};
use super::super::past::{self, Past, Pasts};
use super::super::plan::Made;
use super::super::quarantine::Quarantined;
use super::fit::Fit;
use super::group::{Done, End, Group, Whole};
use crate::base::{RunId, UserId};
use crate::jobs::Ending;
use crate::store::{Batch, prefix};

/// A run as it is settled, group by group.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) id: RunId,
    pub(super) owner: UserId,
    pub(super) job: Job,
    /// The records that were refused before.
    pub(super) letters: Known,
    /// What the plan has come to, if the job is to make one.
    pub(super) made: Option<Made>,
    /// Whether the run is being stopped: what is settled from here on lies beyond its checkpoint.
    pub(super) paused: bool,
    /// So many bytes of what it writes are remembered at most; nothing is when it is zero.
    pub(super) remembers: u64,
    /// For so long after its end.
    pub(super) undo_for: Duration,
}

impl Ledger {
    /// The batch that settles `whole`.
    ///
    /// The checkpoint moves on when every record was tried. Otherwise the run is coming to its
    /// `ending`: what was done is kept and counted, the intent stays open for the rest, and the
    /// run does nothing more from here on.
    pub(super) fn settle(
        &mut self,
        whole: Whole,
        fit: &Fit,
        ending: Option<&Ending>,
        now: Timestamp,
    ) -> Batch {
        let mut batch = Batch::bookkeeping();
        let mut block = Block::new(now);
        self.paused |= !whole.carried_through() && ending.is_none();
        // What needs no call is looked at again when the run goes on.
        if !self.paused {
            self.settle_idle((&mut batch, &mut block), &whole.group, fit, now);
        }
        let carried_through = whole.carried_through() && !self.paused;
        let Whole { group, done } = whole;
        let intent = group.announced();
        let mut open = Vec::new();
        let (written, removing) = (unsettled(&intent, &done), unremoved(&intent, &done));
        let mut memory = memory::Block::new(self.owner, &fit.mark);
        let mut deeds = 0;
        for done in done {
            if let Some(deed) = done.deed(self.job.course()) {
                memory.push(&deed);
                deeds += 1;
            }
            self.post(&mut batch, &done, fit, now);
            let (remote_id, stays_open) = match &done.end {
                End::Kept { remote_id, .. }
                | End::Removed { remote_id, .. }
                | End::Moved { remote_id, .. } => (remote_id.as_str(), false),
                End::Refused { .. } => ("", false),
                End::Unknown { .. } => ("", true),
                End::InDoubt { delivery, .. } => (delivery.id.as_str(), false),
                End::Left { .. } => ("", intent.keys.contains(&done.key)),
            };
            if let Some((fate, reason)) = done.end.told() {
                self.enter(&mut block, fate, (&done.key, remote_id, reason));
                if self.paused {
                    self.job.passed.push(done.key.clone());
                }
            }
            if stays_open {
                open.push(done.key.clone());
            }
            self.link(&mut batch, done);
        }
        let rest = Intent {
            written,
            removing,
            ..intent.rest(open, group.sent_again(), now)
        };
        self.close(&mut batch, &group, rest);
        if !carried_through {
            self.job.ending = ending.cloned();
        } else if let Some(upto) = &group.upto {
            self.job.checkpoint = Some(upto.clone());
            self.job.passed.retain(|key| key > upto);
        }
        if !block.is_empty() {
            let number = self.job.seal(&block);
            batch.put::<Outcomes>(&(self.id, number), &block);
            self.remember(&mut batch, number, (&memory, deeds));
        }
        self.put(&mut batch);
        batch
    }

    /// Settles what needed no call.
    fn settle_idle(
        &mut self,
        (batch, block): (&mut Batch, &mut Block),
        group: &Group,
        fit: &Fit,
        now: Timestamp,
    ) {
        for idle in &group.idle {
            let place = (self.job.sync, idle.key.as_str());
            match idle.fate {
                Fate::Unchanged | Fate::Held => {
                    self.letters.left_alone(batch, place.0, place.1);
                }
                Fate::Refused => {
                    let why = (idle.reason.as_str(), fit.payload(&idle.cells));
                    self.letters.refused(batch, place, (self.id, now), why);
                }
                Fate::Created | Fate::Changed | Fate::Matched | Fate::Unknown | Fate::Deleted => {}
            }
            self.enter(block, idle.fate, (&idle.key, &idle.remote_id, &idle.reason));
        }
    }

    /// Keeps what was done there, unless it is more than is remembered of one run.
    pub(super) fn remember(
        &mut self,
        batch: &mut Batch,
        number: u32,
        (memory, deeds): (&memory::Block, u64),
    ) {
        let more = (deeds, memory.len() as u64);
        if !memory.is_empty() && self.keeps(batch, more) {
            let number = self.number_of_memory(number);
            batch.put::<Memories>(&(self.id, number), memory);
        }
    }

    /// The number of what is remembered next. A run of one way counts its outcomes; one of both ways
    /// remembers what has none yet, and what came to light of it later.
    pub(super) fn number_of_memory(&mut self, outcomes: u32) -> u32 {
        if self.job.direction != Direction::TwoWay {
            return outcomes;
        }
        self.job.remembered += 1;
        self.job.remembered
    }

    /// The same of what was done here.
    pub(super) fn remember_here(
        &mut self,
        batch: &mut Batch,
        (number, fit): (u32, &Fit),
        pasts: &[&Past],
    ) {
        if pasts.is_empty() || self.remembers == 0 {
            return;
        }
        let mut block = past::Block::new(self.owner, &fit.pairing);
        for past in pasts {
            block.push(past);
        }
        let more = (pasts.len() as u64, block.len() as u64);
        if self.keeps(batch, more) {
            batch.put::<Pasts>(&(self.id, number), &block);
        }
    }

    /// Whether so many records and bytes more are remembered: all that the run does is, or nothing.
    fn keeps(&mut self, batch: &mut Batch, more: (u64, u64)) -> bool {
        if self.remembers == 0 {
            return false;
        }
        let before = self.job.memory;
        self.job.memory = before.with(more, self.remembers);
        if self.job.memory == Memory::TooMuch && before != Memory::TooMuch {
            batch.clear::<Memories>(prefix(&self.id), usize::MAX);
            batch.clear::<Pasts>(prefix(&self.id), usize::MAX);
        }
        matches!(self.job.memory, Memory::Kept { .. })
    }

    /// Takes over the calls that were made so far.
    pub(super) fn count_calls(&mut self, live: &Job) {
        self.job.calls = live.calls;
        self.job.calls_refused = live.calls_refused;
    }

    /// Adds the run itself to a batch.
    pub(super) fn put(&self, batch: &mut Batch) {
        batch.put::<Runs>(&(self.owner, self.id), &self.job);
    }

    pub(super) fn enter(
        &mut self,
        block: &mut Block,
        fate: Fate,
        (key, remote_id, reason): (&str, &str, &str),
    ) {
        block.push(fate, key, remote_id, reason);
        self.job.count(fate, key, reason);
    }

    fn link(&self, batch: &mut Batch, done: Done) {
        let parts = self.job.undoes.is_some() && self.job.direction == Direction::TwoWay;
        match done.end {
            End::Kept {
                remote_id,
                sent,
                source,
                echo,
                cells,
                here,
                ours,
                fate,
                ..
            } => {
                let link = Link {
                    remote_id,
                    content: Content::Agreed { sent, echo },
                    source,
                    cells,
                    here,
                    ours,
                    aside: false,
                    // What an undo brings back there, nobody has asked to have here.
                    apart: parts && fate == Fate::Created,
                };
                batch.put::<Links>(&(self.job.sync, done.key), &link);
            }
            End::Removed { .. } => {
                let place = (self.job.sync, done.key);
                // What is left here stays alone.
                if !parts {
                    batch.discard::<Links>(&place);
                }
                batch.discard::<Quarantined>(&place);
            }
            End::Refused { .. }
            | End::Moved { .. }
            | End::Unknown { .. }
            | End::InDoubt { .. }
            | End::Left { .. } => {}
        }
    }

    /// Keeps a letter of what was refused, and none of what was written.
    fn post(&mut self, batch: &mut Batch, done: &Done, fit: &Fit, now: Timestamp) {
        let place = (self.job.sync, done.key.as_str());
        match &done.end {
            // What an undo takes back is not what was refused.
            End::Kept { .. } | End::Removed { .. } | End::Moved { .. }
                if self.job.undoes.is_some() => {}
            End::Kept { .. } | End::Removed { .. } | End::Moved { .. } => {
                self.letters.settled(batch, place.0, place.1);
            }
            End::Refused { reason, cells } => {
                let why = (reason.as_str(), fit.payload(cells));
                self.letters.refused(batch, place, (self.id, now), why);
            }
            End::InDoubt {
                reason,
                cells,
                delivery,
            } => {
                let why = (reason.as_str(), fit.payload(cells), delivery.clone());
                self.letters.in_doubt(batch, place, (self.id, now), why);
            }
            End::Unknown { .. } | End::Left { .. } => {}
        }
    }

    /// Closes the group's intent, except for the records of which nobody can tell yet, and for
    /// those of which a second one may turn up.
    fn close(&self, batch: &mut Batch, group: &Group, mut rest: Intent) {
        let place = (self.job.sync, group.number);
        rest.again.retain(|record| !rest.keys.contains(&record.key));
        if !rest.is_empty() {
            batch.put::<Intents>(&place, &rest);
        } else if !group.announced().is_empty() {
            batch.discard::<Intents>(&place);
        }
    }
}

/// What was announced to be written, and of which nobody knows whether it was.
fn unsettled(intent: &Intent, done: &[Done]) -> Vec<Announced> {
    if intent.written.is_empty() {
        return Vec::new();
    }
    let settled = |done: &&Done| {
        matches!(
            done.end,
            End::Kept { .. }
                | End::Removed { .. }
                | End::Refused { .. }
                | End::Left { tried: false }
        )
    };
    let settled: HashSet<&str> = done
        .iter()
        .filter(settled)
        .map(|done| done.key.as_str())
        .collect();
    let written = intent.written.iter();
    let open = written.filter(|record| !settled.contains(record.key.as_str()));
    open.cloned().collect()
}

/// What was announced to be removed, and was not, for all that is known.
fn unremoved(intent: &Intent, done: &[Done]) -> Vec<String> {
    let left = |done: &&Done| matches!(done.end, End::Left { .. });
    let left: HashSet<&str> = done
        .iter()
        .filter(left)
        .map(|done| done.key.as_str())
        .collect();
    let keys = intent.removing.iter();
    let open = keys.filter(|key| left.contains(key.as_str()));
    open.cloned().collect()
}
