//! Picks records and lets go of them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::super::Dataset;
use super::super::error::Error;
use super::super::page::Query;
use super::super::record::Records;
use super::super::row::Rows;
use super::row::Picks;
use crate::audit::Code;
use crate::base::Actor;
use crate::store::{self, Batch, Raw, Scan, Snapshot, prefix};

/// So many records of a dataset can one user pick: for more there are filters.
pub const MOST_SELECTED: usize = 10_000;

/// A change that met a deletion or another schema is tried so often.
const TRIES: usize = 3;

/// What becomes of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picking {
    /// These records are picked, and then those are let go.
    Change {
        /// The keys to pick.
        add: Vec<String>,
        /// The keys to let go.
        remove: Vec<String>,
    },
    /// These records are picked, and no others.
    Replace(Vec<String>),
    /// Every record is picked that a query finds now.
    Matching {
        /// Conditions such as `state = "CA"`.
        filter: Option<String>,
        /// A text that stands in the key or in a textual field.
        text: Option<String>,
        /// Whether all others are let go.
        alone: bool,
    },
    /// Nothing is picked any more.
    Clear,
}

/// What became of a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// How many records are picked now.
    pub records: u64,
    /// How many were picked by the change.
    pub added: u64,
    /// How many were let go by it.
    pub removed: u64,
    /// The keys that were to be picked and have no record.
    pub missing: Vec<String>,
}

/// What a change comes to, as things stand.
#[derive(Default)]
struct Difference {
    add: Vec<String>,
    remove: Vec<String>,
    missing: Vec<String>,
    /// How many are picked afterwards.
    records: usize,
}

impl Dataset {
    /// Changes the selection of whoever has opened it.
    ///
    /// Errs with `SelectionTooLarge` when more than [`MOST_SELECTED`] records would be picked;
    /// nothing is changed then.
    pub async fn pick(&self, what: Picking, by: &Actor) -> Result<Picked, Error> {
        let parts = &self.datasets.0;
        let _gate = parts.picking.alone(self.id).await;
        for _ in 0..TRIES {
            let dataset = self.again()?;
            let (reader, asked) = (dataset.clone(), what.clone());
            let decide = move || reader.difference(&asked);
            let difference = parts.blocking.run(decide).await?;
            if difference.add.is_empty() && difference.remove.is_empty() {
                return Ok(difference.into());
            }
            let batch = dataset.picking(&difference, by);
            match parts.store.commit(batch).await {
                // A record that was to be picked has just been deleted.
                Err(store::Error::Conflict(_) | store::Error::Dangling(_)) => {}
                outcome => return Ok(outcome.map(|_| difference.into())?),
            }
        }
        Err(Error::Changed)
    }

    fn picking(&self, difference: &Difference, by: &Actor) -> Batch {
        let parts = &self.datasets.0;
        let event = self
            .event(Code::SelectionChanged, by)
            .count("added", difference.add.len() as u64)
            .count("removed", difference.remove.len() as u64)
            .count("records", difference.records as u64);
        let mut batch = Batch::new(event.build(&parts.clock));
        // Nothing is picked in a dataset that is being deleted, or by whom it was taken away from.
        batch.require::<Rows>(&self.row_key(), self.version);
        self.hold(&mut batch);
        let place = |key: &String| (self.id, self.reader.owner(), key.clone());
        for key in &difference.remove {
            batch.discard::<Picks>(&place(key));
        }
        for key in &difference.add {
            batch.put::<Picks>(&place(key), &Raw::default());
        }
        batch
    }

    fn difference(&self, what: &Picking) -> Result<Difference, Error> {
        let moment = self.datasets.0.store.snapshot()?;
        let picked = self.picked_in(&moment)?;
        let mut missing = Vec::new();
        let mut there = |keys: &[String]| self.there(&moment, keys, &mut missing);
        let wanted = match what {
            Picking::Clear => BTreeSet::new(),
            Picking::Replace(keys) => there(keys)?,
            Picking::Change { add, remove } => {
                let mut wanted = there(add)?;
                wanted.extend(picked.iter().cloned());
                for key in remove {
                    wanted.remove(key);
                }
                wanted
            }
            Picking::Matching {
                filter,
                text,
                alone,
            } => {
                let query = Query {
                    filter: filter.clone(),
                    text: text.clone(),
                    ..Query::default()
                };
                let mut wanted = self.keys_of(&moment, &query, MOST_SELECTED)?;
                if !alone {
                    wanted.extend(picked.iter().cloned());
                }
                wanted
            }
        };
        if wanted.len() > MOST_SELECTED {
            return Err(Error::SelectionTooLarge);
        }
        Ok(Difference {
            add: wanted.difference(&picked).cloned().collect(),
            remove: picked.difference(&wanted).cloned().collect(),
            missing,
            records: wanted.len(),
        })
    }

    /// The keys that whoever has opened it has picked.
    fn picked_in(&self, moment: &Snapshot) -> Result<BTreeSet<String>, Error> {
        let mut picked = BTreeSet::new();
        let scan = Scan::prefix(prefix(&(self.id, self.reader.owner())), usize::MAX);
        moment.walk::<Picks>(&scan, |_, row| {
            picked.insert(row.key.2);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(picked)
    }

    /// Those of the keys that have a record; the others are `missing`.
    fn there(
        &self,
        moment: &Snapshot,
        keys: &[String],
        missing: &mut Vec<String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut there = BTreeSet::new();
        for key in keys {
            if moment.get::<Records>(&(self.id, key.clone()))?.is_some() {
                there.insert(key.clone());
            } else {
                missing.push(key.clone());
            }
        }
        Ok(there)
    }
}

impl From<Difference> for Picked {
    fn from(difference: Difference) -> Self {
        Self {
            records: difference.records as u64,
            added: difference.add.len() as u64,
            removed: difference.remove.len() as u64,
            missing: difference.missing,
        }
    }
}
