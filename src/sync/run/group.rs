//! Cuts a run into groups of records that are announced together and settled together.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::counts::Fate;
use super::super::intent::{Announced, Intent};
use super::super::letter::InDoubt;
use super::super::link::{Hash, UNKNOWN};
use super::super::memory::{Deed, Was};
use super::super::undo::Course;
use crate::fields::Value;

/// A stretch of the dataset in key order, all of whose writes fit into some batches.
#[derive(Debug)]
pub(super) struct Group {
    /// Its number: the next group's is one greater, and an intent bears it.
    pub(super) number: u64,
    /// The last key of the stretch; `None` when nothing was left to read.
    pub(super) upto: Option<String>,
    /// The records of the stretch that need no call.
    pub(super) idle: Vec<Idle>,
    /// How many batches it has; at least one, which may be empty.
    pub(super) batches: usize,
    /// What was announced before the first of them is sent: the records that may be created.
    pub(super) intent: Intent,
    /// What came to light on the way.
    pub(super) late: Mutex<Late>,
}

/// What comes to light while the records of a group are written.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// Records that have to be created although they were linked: their remote ones are gone.
    created: Vec<Announced>,
    /// Records that were not found after their answers were lost, and were sent again.
    again: Vec<Announced>,
}

impl Group {
    /// Announces one more record, and gives the whole intent; it is to be kept before the record
    /// is sent.
    pub(super) fn announce(&self, record: Announced) -> Intent {
        self.late().created.push(record);
        self.announced()
    }

    /// Everything that was announced so far.
    pub(super) fn announced(&self) -> Intent {
        let mut intent = self.intent.clone();
        let late = self.late();
        late.created
            .iter()
            .cloned()
            .for_each(|record| intent.add(record));
        intent
    }

    /// Notes that a record is sent again.
    pub(super) fn sends_again(&self, record: Announced) {
        let mut late = self.late();
        if !late.again.iter().any(|known| known.key == record.key) {
            late.again.push(record);
        }
    }

    /// The records that were sent again.
    pub(super) fn sent_again(&self) -> Vec<Announced> {
        self.late().again.clone()
    }

    fn late(&self) -> MutexGuard<'_, Late> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A record that needs no call, and why.
#[derive(Debug)]
pub(super) struct Idle {
    pub(super) key: String,
    pub(super) fate: Fate,
    pub(super) remote_id: String,
    pub(super) reason: String,
    /// What would be sent, if it was refused without having been sent.
    pub(super) cells: Vec<Option<Value>>,
}

/// What became of a record that was to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Done {
    pub(super) key: String,
    pub(super) end: End,
}

/// How the writing of a record ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    /// The provider holds it.
    Kept {
        remote_id: String,
        fate: Fate,
        sent: Hash,
        source: Hash,
        echo: Hash,
        /// What it holds, as a link keeps it.
        cells: Vec<u8>,
        /// What the record here held, if both sides count.
        here: Vec<u8>,
        /// Whether this sync made it.
        ours: bool,
        /// What it was before.
        was: Was,
    },
    /// The provider does not take it: why, and what was sent.
    Refused {
        reason: String,
        cells: Vec<Option<Value>>,
    },
    /// It is not wanted any more, and the provider holds it no more. What it was is none when
    /// somebody else had removed it.
    Removed { remote_id: String, was: Option<Was> },
    /// It was to be removed, and is left alone: it is wanted again, or somebody has changed it.
    Moved { remote_id: String, reason: String },
    /// Nobody can tell without risking a second copy: its intent stays open.
    Unknown { reason: String },
    /// It was delivered, or not: there is no finding out.
    InDoubt {
        reason: String,
        /// What was sent.
        cells: Vec<Option<Value>>,
        delivery: InDoubt,
    },
    /// It was not tried, or its answer was not waited for, because the run is coming to a stop.
    Left {
        /// Whether a call has carried it, of which nobody knows what it came to.
        tried: bool,
    },
}

impl Done {
    /// What a run must remember to undo it; none when nothing was done. One that takes back what
    /// another has done knows what it has brought back there.
    ///
    /// What was found after an answer was lost may be a colleague's for all that is known, though it
    /// counts as created: it is not to be removed.
    pub(super) fn deed(&self, course: Course) -> Option<Deed> {
        let (fate, remote_id, left, was) = match &self.end {
            End::Kept {
                fate: Fate::Created,
                remote_id,
                echo,
                ours: false,
                ..
            } if course == Course::Onward => (Fate::Matched, remote_id, *echo, Was::default()),
            End::Kept {
                fate,
                remote_id,
                echo,
                was,
                ..
            } => (*fate, remote_id, *echo, was.clone()),
            End::Removed {
                remote_id,
                was: Some(was),
            } => (Fate::Deleted, remote_id, UNKNOWN, was.clone()),
            End::Removed { was: None, .. }
            | End::Refused { .. }
            | End::Moved { .. }
            | End::Unknown { .. }
            | End::InDoubt { .. }
            | End::Left { .. } => return None,
        };
        Some(Deed {
            key: self.key.clone(),
            fate,
            remote_id: remote_id.clone(),
            left,
            was,
        })
    }
}

/// A batch that came back.
#[derive(Debug)]
pub(super) struct Returned {
    pub(super) group: Arc<Group>,
    pub(super) done: Vec<Done>,
}

/// A group whose batches have all come back.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) group: Arc<Group>,
    pub(super) done: Vec<Done>,
}

impl Whole {
    /// Whether every record of it was tried to its end.
    pub(super) fn carried_through(&self) -> bool {
        !self
            .done
            .iter()
            .any(|done| matches!(done.end, End::Left { .. }))
    }
}

/// Puts groups together again from batches that come back in any order.
pub(super) struct Gatherer {
    open: BTreeMap<u64, Gathered>,
    /// The number of the group to be settled next.
    next: u64,
}

struct Gathered {
    whole: Whole,
    missing: usize,
}

impl Gatherer {
    /// A gatherer whose first group has the number `first`.
    pub(super) fn starting_at(first: u64) -> Self {
        Self {
            open: BTreeMap::new(),
            next: first,
        }
    }

    /// Takes a batch and gives the groups that are whole by it, in the order of their numbers.
    pub(super) fn take(&mut self, returned: Returned) -> Vec<Whole> {
        let Returned { group, done } = returned;
        let gathered = self.open.entry(group.number).or_insert_with(|| Gathered {
            missing: group.batches,
            whole: Whole {
                group: Arc::clone(&group),
                done: Vec::new(),
            },
        });
        gathered.missing -= 1;
        gathered.whole.done.extend(done);
        std::iter::from_fn(|| self.pop()).collect()
    }

    fn pop(&mut self) -> Option<Whole> {
        let first = self.open.first_entry()?;
        if *first.key() != self.next || first.get().missing > 0 {
            return None;
        }
        self.next += 1;
        Some(first.remove().whole)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn group(number: u64, batches: usize) -> Arc<Group> {
        Arc::new(Group {
            number,
            upto: None,
            idle: Vec::new(),
            batches,
            intent: Intent::of(Timestamp::UNIX_EPOCH, []),
            late: Mutex::default(),
        })
    }

    fn returned(group: &Arc<Group>) -> Returned {
        let group = Arc::clone(group);
        let end = End::Left { tried: false };
        let done = vec![Done {
            key: String::new(),
            end,
        }];
        Returned { group, done }
    }

    #[test]
    fn groups_are_whole_in_their_order_however_batches_come_back() {
        let mut gatherer = Gatherer::starting_at(7);
        let (first, second) = (group(7, 2), group(8, 1));
        assert!(gatherer.take(returned(&first)).is_empty());
        assert!(gatherer.take(returned(&second)).is_empty());
        let whole = gatherer.take(returned(&first));
        let numbers: Vec<_> = whole.iter().map(|whole| whole.group.number).collect();
        assert_eq!(numbers, [7, 8]);
        assert_eq!(whole[0].done.len(), 2);
    }

    /// Found by the simulation: a colleague had just made a record with the same key when the answer
    /// was lost, and the undo of the run removed it.
    #[test]
    fn what_may_be_a_colleagues_is_not_remembered_as_made() {
        let kept = |ours| Done {
            key: "K1".into(),
            end: End::Kept {
                remote_id: "recA".into(),
                fate: Fate::Created,
                sent: UNKNOWN,
                source: UNKNOWN,
                echo: [1; 16],
                cells: Vec::new(),
                here: Vec::new(),
                ours,
                was: Was::default(),
            },
        };
        let fate = |ours, course| kept(ours).deed(course).map(|deed| deed.fate);
        assert_eq!(fate(true, Course::Onward), Some(Fate::Created));
        assert_eq!(fate(false, Course::Onward), Some(Fate::Matched));
        assert_eq!(fate(false, Course::Back), Some(Fate::Created));
    }

    #[test]
    fn a_group_with_a_record_left_is_not_carried_through() {
        let mut gatherer = Gatherer::starting_at(0);
        let whole = gatherer.take(returned(&group(0, 1)));
        assert!(!whole[0].carried_through());
    }
}
