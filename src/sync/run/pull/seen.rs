//! Remembers which remote records a run has met.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::Hash;
use super::super::super::outcome::Outcomes;
use super::super::super::plan::Blocks;
use super::super::mark::{Mark, mark};
use crate::base::{PlanId, RunId};
use crate::store::{Scan, Snapshot, prefix};

/// The remote records that a run has met.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What became of these is written down.
    settled: HashSet<Mark>,
    /// These are there, and the run leaves them alone.
    passed: HashSet<Mark>,
}

impl Seen {
    /// What a run has settled so far.
    pub(super) fn load(moment: &Snapshot, run: RunId) -> Result<Self, Error> {
        let mut seen = Self::default();
        moment.walk::<Outcomes>(&Scan::prefix(prefix(&run), usize::MAX), |_, row| {
            for outcome in row.value.records() {
                if let Some(id) = outcome?.remote_id {
                    seen.settled.insert(mark(&id));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(seen)
    }

    /// Takes note that a record is settled.
    pub(super) fn settle(&mut self, mark: Mark) {
        self.settled.insert(mark);
    }

    /// Takes note that a record is there and left alone.
    pub(super) fn pass(&mut self, mark: Mark) {
        self.passed.insert(mark);
    }

    pub(super) fn is_settled(&self, mark: &Mark) -> bool {
        self.settled.contains(mark)
    }

    /// Whether the remote table has shown it.
    pub(super) fn holds(&self, mark: &Mark) -> bool {
        self.settled.contains(mark) || self.passed.contains(mark)
    }

    /// The records that were met, each once.
    pub(super) fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.settled.union(&self.passed)
    }

    /// How many records were met.
    pub(super) fn count(&self) -> u64 {
        (self.settled.len() + self.passed.len()) as u64
    }
}

/// Which remote records a run is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    All,
    /// Those that another run has refused.
    Left(Left),
    /// Those of a plan.
    Planned(HashMap<Mark, Planned>),
}

/// What a run has refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Left {
    run: RunId,
    /// The keys of the dead letters.
    keys: HashMap<Mark, String>,
}

/// What a plan foretells of a remote record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) key: String,
    pub(super) fate: Fate,
    /// Of what state it was foretold.
    pub(super) stamp: Hash,
}

impl Wanted {
    pub(super) fn has(&self, mark: &Mark) -> bool {
        match self {
            Self::All => true,
            Self::Left(left) => left.keys.contains_key(mark),
            Self::Planned(planned) => planned.contains_key(mark),
        }
    }

    /// What a plan foretells of a record.
    pub(super) fn planned(&self, remote_id: &str) -> Option<&Planned> {
        match self {
            Self::All | Self::Left(_) => None,
            Self::Planned(planned) => planned.get(&mark(remote_id)),
        }
    }

    /// The dead letter that was written of a record, and the run that has written it.
    pub(super) fn letter(&self, remote_id: &str) -> Option<(&str, RunId)> {
        match self {
            Self::All | Self::Planned(_) => None,
            Self::Left(left) => Some((left.keys.get(&mark(remote_id))?, left.run)),
        }
    }

    /// What was refused in a run.
    pub(super) fn left(moment: &Snapshot, run: RunId) -> Result<Self, Error> {
        let mut keys = HashMap::new();
        moment.walk::<Outcomes>(&Scan::prefix(prefix(&run), usize::MAX), |_, row| {
            for outcome in row.value.records() {
                let outcome = outcome?;
                if outcome.fate == Fate::Refused
                    && let Some(id) = outcome.remote_id
                {
                    keys.insert(mark(&id), outcome.key);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self::Left(Left { run, keys }))
    }

    /// What a plan lists.
    pub(super) fn of_plan(moment: &Snapshot, plan: PlanId) -> Result<Self, Error> {
        let mut planned = HashMap::new();
        moment.walk::<Blocks>(&Scan::prefix(prefix(&plan), usize::MAX), |_, row| {
            for entry in row.value.entries() {
                let change = entry?.read()?;
                // What an undo of both ways takes back there is none of this.
                let here = change.ways.there.is_none();
                if let Some(id) = change.remote_id.filter(|_| here) {
                    let (key, fate, stamp) = (change.key, change.fate, change.sent);
                    planned.insert(mark(&id), Planned { key, fate, stamp });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self::Planned(planned))
    }
}
