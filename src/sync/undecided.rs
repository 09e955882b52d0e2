//! How much waits for somebody to decide about it, whoever has it.

use std::ops::ControlFlow;

use super::conflict::unsolved;
use super::definition::Definitions;
use super::letter::DeadLetters;
use super::syncs::Syncs;
use crate::store::{self, Scan};

/// Letters are counted one by one, each time somebody asks; no more of them.
const MOST_LETTERS: usize = 10_000;

/// So much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undecided {
    /// Conflicts that nobody has solved.
    pub conflicts: u64,
    /// Records that providers did not take, up to 10,000.
    pub dead_letters: u64,
}

impl Syncs {
    /// Counts what waits for a decision.
    pub fn undecided(&self) -> Result<Undecided, store::Error> {
        let moment = self.services.store.snapshot()?;
        let mut syncs = Vec::new();
        moment.walk::<Definitions>(&Scan::all(usize::MAX), |_, row| {
            syncs.push(row.key);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut conflicts = 0;
        for sync in syncs {
            let open = moment.count(&unsolved(sync))?;
            conflicts += u64::try_from(open).unwrap_or_default();
        }
        let letters = moment.count_rows::<DeadLetters>(&Scan::all(MOST_LETTERS))?;
        Ok(Undecided {
            conflicts,
            dead_letters: letters as u64,
        })
    }
}
