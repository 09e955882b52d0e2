//! Knows by heart which remote records a sync had met before a run began.
//!
//! A remote table shows its rows in an order of its own, in which each tie lies in another page of
//! the store: looking them up one by one took more of a run than everything else it does with a row
//! that has not changed. Read once, in their own order, they cost next to nothing.
//!
//! What is known here stays true while the run judges rows: nobody else writes ties of its sync, and
//! it settles each remote record once. The records here are another matter, since people edit them:
//! each is looked at anew in the moment in which its row is judged.

use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::ops::ControlFlow;

use super::super::super::error::Error;
use super::super::super::link::{Hash, Links};
use super::super::super::tie::{Glimpse, Ties};
use super::super::mark::{Mark, mark};
use super::seen::Seen;
use crate::base::SyncId;
use crate::datasets::Dataset;
use crate::store::{self, Key as _, Snapshot, prefix};

/// So many ties are known by heart at most: some forty bytes each.
const MOST: usize = 200_000;

/// The remote records that a sync had met.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// By the heads of their marks; none when they are too many, or two have the same.
    tied: Option<HashMap<u64, Tied>>,
    /// Their records' keys, one behind the other.
    keys: String,
    /// The keys that the run has given to records; none unless there was none before.
    bare: Option<HashSet<u64>>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Tied {
    echo: u64,
    source: u64,
    /// Where its record's key begins, and how long it is.
    key: (u32, u16),
}

/// What is known of a remote record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told<'a> {
    /// It is new.
    New,
    /// It holds what it held, and is the record of this key if that is what it was: the head of its
    /// source says so.
    Same(&'a str, u64),
    /// The store has to be asked.
    Ask,
}

impl Roster {
    /// What a sync knows at a moment.
    pub(super) fn load(moment: &Snapshot, sync: SyncId, dataset: &Dataset) -> Result<Self, Error> {
        let mut roster = Self::default();
        let mut tied = HashMap::new();
        let mut whole = true;
        moment.glance_all::<Ties>(&prefix(&sync), |mut place, bytes| {
            let id = String::read(&mut place);
            let id = id.map_err(|bad| store::Error::Damaged(bad.to_string()))?;
            whole = tied.len() < MOST && roster.learn(&mut tied, &id, &Glimpse::of(bytes)?);
            Ok(go_on(whole))
        })?;
        let mut bare = whole && tied.is_empty() && dataset.is_empty(moment)?;
        moment.glance_all::<Links>(&prefix(&sync), |_, _| {
            bare = false;
            Ok(ControlFlow::Break(()))
        })?;
        roster.bare = bare.then(HashSet::new);
        roster.tied = whole.then_some(tied);
        Ok(roster)
    }

    /// Takes in a tie; `false` when there is no telling it from another.
    fn learn(&mut self, tied: &mut HashMap<u64, Tied>, id: &str, tie: &Glimpse<'_>) -> bool {
        let place = u32::try_from(self.keys.len());
        let length = u16::try_from(tie.key.len());
        let (Ok(place), Ok(length)) = (place, length) else {
            return false;
        };
        self.keys.push_str(tie.key);
        let key = (place, length);
        let (echo, source) = (head(tie.echo), head(tie.source));
        match tied.entry(head(&mark(id))) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(Tied { echo, source, key });
                true
            }
        }
    }

    /// What is known of a remote record that now holds what has the fingerprint `echo`.
    pub(super) fn tell(&self, mark: &Mark, echo: &Hash) -> Told<'_> {
        let Some(tied) = &self.tied else {
            return Told::Ask;
        };
        match tied.get(&head(mark)) {
            None => Told::New,
            Some(tie) if tie.echo == head(echo) => {
                let from = tie.key.0 as usize;
                let key = &self.keys[from..from + usize::from(tie.key.1)];
                Told::Same(key, tie.source)
            }
            Some(_) => Told::Ask,
        }
    }

    /// Whether no record can have a key but one that somebody else has made since: its insertion
    /// does not pass then, and the row is judged again without this.
    pub(super) fn is_free(&self, key: &str) -> bool {
        let given = self.bare.as_ref();
        given.is_some_and(|given| !given.contains(&self.hasher.hash_one(key)))
    }

    /// A record was given a key.
    pub(super) fn give(&mut self, key: &str) {
        let given = self.hasher.hash_one(key);
        if let Some(bare) = &mut self.bare {
            bare.insert(given);
        }
    }

    /// Somebody else writes records: keys that nobody had may be theirs.
    pub(super) fn doubt(&mut self) {
        self.bare = None;
    }

    /// Whether the remote table has shown every record that was known; `false` also when that
    /// cannot be told.
    pub(super) fn was_shown_by(&self, seen: &Seen) -> bool {
        let Some(tied) = &self.tied else {
            return false;
        };
        let known = |mark: &&Mark| tied.contains_key(&head(mark));
        seen.marks().filter(known).count() == tied.len()
    }
}

/// The first half of a fingerprint.
pub(super) fn head(hash: &Hash) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

fn go_on(more: bool) -> ControlFlow<()> {
    if more {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}
