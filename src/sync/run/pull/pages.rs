//! Reads a remote table page by page, ahead of those who work on the pages.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::super::super::error::Error;
use super::super::Pass;
use super::super::listing::{LISTINGS, broken, forgotten};
use crate::fields::Value;
use crate::providers::{Cells, Sent, Sheet, Trail};

/// A page of remote rows.
pub(super) struct Leaf {
    pub(super) rows: Vec<Sent>,
    /// Where the next one begins; none at the end.
    pub(super) next: Option<String>,
    /// The room that it takes up until it is worked off.
    room: OwnedSemaphorePermit,
}

/// Pages that wait to be worked on.
const AHEAD: usize = 20;
/// So many bytes of pages wait or are worked on: a vendor's hundred rows may be a megabyte.
const ROOM: u32 = 4 << 20;
/// About what a row takes beside its text.
const ROW: usize = 512;
/// Rows that are worked on at once, unless fewer wait.
const ROWS: usize = 2_000;

pub(super) type Leaves = mpsc::Receiver<Leaf>;

/// Where pages are laid that were read ahead.
pub(super) struct Shelf {
    leaves: mpsc::Sender<Leaf>,
    room: Arc<Semaphore>,
}

/// Where pages are handed over.
pub(super) fn channel() -> (Shelf, Leaves) {
    let (leaves, taken) = mpsc::channel(AHEAD);
    let room = Arc::new(Semaphore::new(ROOM as usize));
    (Shelf { leaves, room }, taken)
}

impl Shelf {
    /// Lays a page there as soon as there is room for it; `false` when nobody works on pages any
    /// more.
    async fn put(&self, rows: Vec<Sent>, next: Option<String>) -> bool {
        let bytes = rows.iter().map(|row| match &row.cells {
            Cells::Unread(text) => ROW + text.len(),
            Cells::Read(cells) => ROW + cells.iter().flatten().map(weight).sum::<usize>(),
        });
        let bytes = u32::try_from(bytes.sum::<usize>()).unwrap_or(ROOM);
        let room = Arc::clone(&self.room);
        let Ok(room) = room.acquire_many_owned(bytes.min(ROOM)).await else {
            return false;
        };
        self.leaves.send(Leaf { rows, next, room }).await.is_ok()
    }
}

/// About how many bytes a value takes up.
fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Choices(texts) => texts.iter().map(String::len).sum(),
        Value::Json(json) => json.to_string().len(),
        Value::Integer(_)
        | Value::Number(_)
        | Value::Boolean(_)
        | Value::Date(_)
        | Value::DateTime(_) => size_of::<Value>(),
    }
}

impl Pass<'_> {
    /// Reads what has changed since a time, or everything: from `after` to the end, or until the
    /// run is to stop. A listing that the provider has forgotten is begun anew.
    pub(super) async fn read_pages(
        &self,
        (since, mut after): (Option<Timestamp>, Option<String>),
        ahead: Shelf,
    ) -> Result<(), Error> {
        let mut begun = 1;
        let mut trail = Trail::default();
        loop {
            let from = after.as_deref();
            let (records, layout) = (self.line.records, &self.fit.layout);
            let page = self.line.asked(|| records.sheet(layout, since, from)).await;
            let Some((page, calls)) = page else {
                return Ok(());
            };
            match page {
                Sheet::Forgotten if begun < LISTINGS => {
                    begun += 1;
                    after = None;
                    trail = Trail::default();
                }
                Sheet::Forgotten => {
                    self.line.fail(forgotten().into());
                    return Ok(());
                }
                Sheet::Rows { rows, next } => {
                    self.book.read(rows.len() as u64, calls);
                    if let Some(next) = &next
                        && let Err(circle) = trail.step(next)
                    {
                        self.line.fail(broken(circle));
                        return Ok(());
                    }
                    let ended = next.is_none();
                    after.clone_from(&next);
                    if !ahead.put(rows, next).await || ended {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// The next pages as one, as soon as there is one; `None` at the end.
pub(super) async fn next(leaves: &mut Leaves) -> Option<Leaf> {
    let mut leaf = leaves.recv().await?;
    while leaf.rows.len() < ROWS {
        let Ok(more) = leaves.try_recv() else { break };
        leaf.rows.extend(more.rows);
        leaf.next = more.next;
        leaf.room.merge(more.room);
    }
    Some(leaf)
}
