//! Reads a remote table page by page, ahead of those who work on the pages.

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::super::super::error::Error;
use super::super::Pass;
use super::super::listing::{LISTINGS, broken, forgotten};
use crate::providers::{Held, Page, Trail};

/// A page of remote rows.
pub(super) struct Leaf {
    pub(super) rows: Vec<Held>,
    /// Where the next one begins; none at the end.
    pub(super) next: Option<String>,
}

/// Pages that wait to be worked on.
const AHEAD: usize = 20;
/// Rows that are worked on at once, unless fewer wait.
const ROWS: usize = 2_000;

pub(super) type Leaves = mpsc::Receiver<Leaf>;

/// Where pages are handed over.
pub(super) fn channel() -> (mpsc::Sender<Leaf>, Leaves) {
    mpsc::channel(AHEAD)
}

impl Pass<'_> {
    /// Reads what has changed since a time, or everything: from `after` to the end, or until the
    /// run is to stop. A listing that the provider has forgotten is begun anew.
    pub(super) async fn read_pages(
        &self,
        (since, mut after): (Option<Timestamp>, Option<String>),
        leaves: mpsc::Sender<Leaf>,
    ) -> Result<(), Error> {
        let mut begun = 1;
        let mut trail = Trail::default();
        loop {
            let from = after.as_deref();
            let (records, layout) = (self.line.records, &self.fit.layout);
            let page = self.line.ask(|| match since {
                Some(since) => records.changed_since(layout, since, from),
                None => records.page(layout, from),
            });
            let page = page.await;
            match page {
                None => return Ok(()),
                Some(Page::Forgotten) if begun < LISTINGS => {
                    begun += 1;
                    after = None;
                    trail = Trail::default();
                }
                Some(Page::Forgotten) => {
                    self.line.fail(forgotten().into());
                    return Ok(());
                }
                Some(Page::Rows { rows, next }) => {
                    self.book.read(rows.len() as u64, 1);
                    if let Some(next) = &next
                        && let Err(circle) = trail.step(next)
                    {
                        self.line.fail(broken(circle));
                        return Ok(());
                    }
                    let ended = next.is_none();
                    after.clone_from(&next);
                    if leaves.send(Leaf { rows, next }).await.is_err() || ended {
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
    }
    Some(leaf)
}
