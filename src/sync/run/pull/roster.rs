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

/// So many ties are known by heart at most: some thirty bytes each,
const MOST: usize = 200_000;
/// and so many bytes of their records' keys.
const MOST_OF_KEYS: usize = 8 << 20;

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
    /// The head of its text; zero when that is not known.
    text: u64,
    source: u64,
    /// Where its record's key begins, and how long it is.
    key: (u32, u16),
}

/// What is known of a remote record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told<'a> {
    /// It is new.
    New,
    /// It holds what it held. So does the record here of this key, if the head of its source is this
    /// still.
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
            let room = tied.len() < MOST && roster.keys.len() < MOST_OF_KEYS;
            whole = room && roster.learn(&mut tied, &id, &Glimpse::of(bytes)?);
            Ok(go_on(whole))
        })?;
        let mut bare = whole && tied.is_empty() && dataset.is_empty(moment)?;
        moment.glance_all::<Links>(&prefix(&sync), |_, _| {
            bare = false;
            Ok(ControlFlow::Break(()))
        })?;
        roster.bare = bare.then(HashSet::new);
        if !whole {
            roster.keys = String::new();
        }
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
        let (text, source) = (tie.text.map_or(0, head), head(tie.source));
        match tied.entry(head(&mark(id))) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(Tied { text, source, key });
                true
            }
        }
    }

    /// What is known of a remote record that was now sent as a text of this fingerprint, if any.
    pub(super) fn tell(&self, mark: &Mark, text: Option<&Hash>) -> Told<'_> {
        let Some(tied) = &self.tied else {
            return Told::Ask;
        };
        match tied.get(&head(mark)) {
            None => Told::New,
            Some(tie) if tie.text != 0 && text.is_some_and(|text| head(text) == tie.text) => {
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

#[cfg(test)]
mod tests {
    use super::super::super::super::tie::Tie;
    use super::*;
    use crate::store::Value as _;

    fn tie(key: &str, text: Option<Hash>) -> Vec<u8> {
        let tie = Tie {
            key: key.to_owned(),
            echo: [1; 16],
            source: [2; 16],
            content: None,
            text,
            ours: true,
            touched: false,
        };
        let mut bytes = Vec::new();
        tie.encode(&mut bytes);
        bytes
    }

    fn roster() -> Roster {
        let (mut roster, mut tied) = (Roster::default(), HashMap::new());
        for (id, key, text) in [("rec1", "LHR", Some([5; 16])), ("rec2", "CDG", None)] {
            let bytes = tie(key, text);
            assert!(roster.learn(&mut tied, id, &Glimpse::of(&bytes).unwrap()));
        }
        let again = tie("LHX", None);
        let again = roster.learn(&mut tied, "rec1", &Glimpse::of(&again).unwrap());
        assert!(!again, "two of one mark are not told from each other");
        roster.tied = Some(tied);
        roster
    }

    #[test]
    fn a_remote_record_is_the_same_only_by_the_very_text_it_was_sent_as() {
        let roster = roster();
        let same = Told::Same("LHR", head(&[2; 16]));
        for (id, text, told) in [
            ("rec1", Some([5; 16]), same),
            ("rec1", Some([6; 16]), Told::Ask),
            ("rec1", None, Told::Ask),
            ("rec2", Some([0; 16]), Told::Ask),
            ("rec3", Some([5; 16]), Told::New),
        ] {
            assert_eq!(roster.tell(&mark(id), text.as_ref()), told, "{id} {text:?}");
        }
        let nothing = Roster::default();
        assert_eq!(nothing.tell(&mark("rec3"), None), Told::Ask);
    }

    #[test]
    fn all_are_shown_when_each_known_one_is_whatever_else_there_is() {
        let (roster, mut seen) = (roster(), Seen::default());
        for id in ["rec1", "rec3", "rec4"] {
            seen.settle(mark(id));
        }
        assert!(!roster.was_shown_by(&seen));
        seen.pass(mark("rec1"));
        assert!(!roster.was_shown_by(&seen), "one counts once");
        seen.pass(mark("rec2"));
        assert!(roster.was_shown_by(&seen));
        assert!(!Roster::default().was_shown_by(&seen), "it cannot tell");
    }

    #[test]
    fn a_key_is_free_where_nothing_was_until_it_is_given_or_somebody_else_writes() {
        let mut roster = roster();
        assert!(!roster.is_free("LHR"), "there was something");
        roster.bare = Some(HashSet::new());
        roster.give("LHR");
        assert!(!roster.is_free("LHR") && roster.is_free("CDG"));
        roster.doubt();
        assert!(!roster.is_free("CDG"));
    }
}
