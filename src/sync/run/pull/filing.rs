//! Files the ties that pages have made under their remote ids.

use std::ops::ControlFlow;

use super::super::super::error::Error;
use super::super::super::tie::{Tie, Ties};
use super::super::super::unfiled::{Sheaf, Unfiled};
use super::super::Pass;
use super::desk::Desk;
use super::judge::{Act, Judged};
use crate::base::{RunId, SyncId};
use crate::store::{self, Batch, Key as _, Snapshot, prefix};

/// A batch of fewer ties files them itself.
const FEW: usize = 8;
/// So many bytes of ties wait at most to be filed: some twelve thousand ties.
const MOST: usize = 3 << 19;
/// About what one takes beside its id and its key.
const TIE: usize = 100;
/// So many are filed with one batch.
const AT_ONCE: usize = 2_000;

/// What was not filed.
struct Rest {
    rows: Vec<(RunId, u32)>,
    ties: Sheaf,
}

impl Judged {
    /// What is then known of its remote record.
    fn tie(&self) -> Option<&Tie> {
        match &self.act {
            Act::Tied(tied) => Some(&tied.0),
            Act::Noted(tie) => Some(tie),
            Act::Write(written) => Some(&written.tie),
            Act::Nothing | Act::Letter(_) | Act::Delete(_) | Act::Restore(_) => None,
        }
    }
}

/// Adds to a batch the ties of what was judged, which is block `number` of a run if it is to be
/// filed later.
pub(super) fn tie(
    batch: &mut Batch,
    (sync, later): (SyncId, Option<(RunId, u32)>),
    judged: &[Judged],
) {
    let tied = || judged.iter().filter_map(|one| Some((one, one.tie()?)));
    let few = tied().nth(FEW).is_none();
    match later.filter(|_| !few) {
        Some((run, number)) => {
            let mut sheaf = Sheaf::default();
            for (one, tie) in tied() {
                sheaf.push(&one.remote_id, tie);
            }
            batch.put::<Unfiled>(&(sync, run, number), &sheaf);
        }
        None => {
            for (one, tie) in tied() {
                batch.put::<Ties>(&(sync, one.remote_id.clone()), tie);
            }
        }
    }
}

impl Pass<'_> {
    /// Takes note that a batch of pages was settled, and files what has come together if that is
    /// much.
    pub(super) async fn tied(&self, desk: &mut Desk, judged: &[Judged]) -> Result<(), Error> {
        let tied = judged.iter().filter(|one| one.tie().is_some());
        let bytes = tied.map(|one| TIE + one.remote_id.len() + one.key.len());
        desk.unfiled += bytes.sum::<usize>();
        if desk.unfiled > MOST {
            desk.unfiled = 0;
            self.file_all().await?;
        }
        Ok(())
    }

    /// Files all ties that are not. What a stop cuts off is filed again.
    pub(super) async fn file_all(&self) -> Result<(), Error> {
        let (store, sync) = (self.store.clone(), self.sync);
        let look = move || Rest::of(&store.snapshot()?, sync);
        let rest = self.blocking.run(look).await?;
        let entries = rest.ties.sorted()?;
        let mut pieces = entries.chunks(AT_ONCE).peekable();
        while let Some(piece) = pieces.next() {
            let mut batch = Batch::bookkeeping();
            for entry in piece {
                batch.put::<Ties>(&(sync, entry.remote_id.to_owned()), &entry.tie()?);
            }
            if pieces.peek().is_none() {
                for (run, number) in &rest.rows {
                    batch.discard::<Unfiled>(&(sync, *run, *number));
                }
            }
            self.commit(batch).await?;
        }
        Ok(())
    }
}

impl Rest {
    fn of(moment: &Snapshot, sync: SyncId) -> Result<Self, Error> {
        let (mut rows, mut ties) = (Vec::new(), Sheaf::default());
        moment.glance_all::<Unfiled>(&prefix(&sync), |mut place, stored| {
            let row = <(RunId, u32)>::read(&mut place);
            rows.push(row.map_err(|bad| store::Error::Damaged(bad.to_string()))?);
            ties.append(stored);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self { rows, ties })
    }
}
