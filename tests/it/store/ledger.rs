//! A book in memory, which outlives the store's crashes and can be told to fail.

use std::io;
use std::sync::{Arc, Mutex};

use weighbridge::base::{Act, Witness, WitnessError};

/// The book. Clones are the same book.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    lines: Vec<(u64, String)>,
    /// Batch numbers that were closed as never committed.
    closed: Vec<u64>,
    failing: bool,
}

impl Ledger {
    /// Makes every further line fail, or no longer.
    pub(super) fn fail(&self, failing: bool) {
        self.0.lock().unwrap().failing = failing;
    }

    /// What happened, in order: the acts whose batches were not closed as never committed.
    pub(super) fn acts(&self) -> Vec<String> {
        let pages = self.0.lock().unwrap();
        let stands = |(number, _): &&(u64, String)| !pages.closed.contains(number);
        pages
            .lines
            .iter()
            .filter(stands)
            .map(|(_, act)| act.clone())
            .collect()
    }
}

impl Witness for Ledger {
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        let mut pages = self.0.lock().unwrap();
        if pages.failing {
            return Err(WitnessError::Io(io::ErrorKind::ReadOnlyFilesystem.into()));
        }
        pages.lines.extend(
            commits
                .iter()
                .map(|(number, act)| (*number, act.members.clone())),
        );
        Ok(pages.lines.len() as u64)
    }

    fn reconcile(&self, committed: u64) -> Result<u64, WitnessError> {
        let mut pages = self.0.lock().unwrap();
        let numbers = pages.lines.iter().map(|(number, _)| *number);
        let beyond: Vec<u64> = numbers.filter(|number| *number > committed).collect();
        let greatest = pages.lines.last().map_or(0, |(number, _)| *number);
        let open = beyond
            .into_iter()
            .filter(|number| !pages.closed.contains(number));
        let open: Vec<u64> = open.collect();
        if !open.is_empty() && pages.failing {
            return Err(WitnessError::Io(io::ErrorKind::ReadOnlyFilesystem.into()));
        }
        pages.closed.extend(open);
        Ok(greatest)
    }
}
