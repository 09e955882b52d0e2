//! Lets a request be carried out once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tracing::warn;

use super::answer::{Answer, Answers};
use crate::base::{Clock, Receipt, Tasks, chain};
use crate::store::{self, Batch, Bytes, Receipts as Kept, Scan, Store, prefix, receipt_key};

/// A receipt is kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
const SWEPT_EVERY: Duration = Duration::from_mins(15);
const SWEPT_AT_ONCE: usize = 500;

/// Why nothing can be said about a request.
#[derive(Debug, thiserror::Error)]
#[error("could not read what was answered before")]
pub struct Error(#[from] pub store::Error);

/// The receipts of everybody. Clones share them.
#[derive(Clone)]
pub struct Receipts {
    store: Store,
    clock: Clock,
    under_way: Arc<Mutex<HashSet<[u8; 32]>>>,
}

/// How a request stands.
pub enum Claim {
    /// It is new: carry it out.
    Mine(Ticket),
    /// It was carried out: answer the same again.
    Done(Answer),
    /// It was carried out, and its answer is lost: the process ended between the two.
    Lost,
    /// The same key was used for something else.
    Other,
    /// It is being carried out at this moment.
    UnderWay,
}

/// The right to carry a request out; given back when it is dropped.
pub struct Ticket {
    receipts: Receipts,
    receipt: Arc<Receipt>,
}

impl Receipts {
    /// The receipts that `store` holds.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            under_way: Arc::default(),
        }
    }

    /// Claims a request, whose receipt would be this one.
    pub fn claim(&self, receipt: Receipt) -> Result<Claim, Error> {
        // Before the look into the store: whoever holds the ticket meanwhile leaves a receipt.
        if !self.lock().insert(receipt.key) {
            return Ok(Claim::UnderWay);
        }
        let ticket = Ticket {
            receipts: self.clone(),
            receipt: Arc::new(receipt),
        };
        let key = receipt_key(&ticket.receipt);
        let snapshot = self.store.snapshot().map_err(Error)?;
        let Some(row) = snapshot.get::<Kept>(&key).map_err(Error)? else {
            return Ok(Claim::Mine(ticket));
        };
        if row.value.content != ticket.receipt.content {
            return Ok(Claim::Other);
        }
        let answer = snapshot.get::<Answers>(&key).map_err(Error)?;
        Ok(answer.map_or(Claim::Lost, |row| Claim::Done(row.value)))
    }

    /// Starts clearing away, in the background, the receipts that are a day old.
    pub fn start(&self, tasks: &Tasks) {
        let (receipts, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let wait = || receipts.clock.sleep(SWEPT_EVERY);
            while stop.run_until_cancelled(wait()).await.is_some() {
                if let Err(error) = receipts.sweep().await {
                    warn!(error = %chain(&error), "old receipts were not cleared away");
                }
            }
        });
    }

    /// Clears away the receipts that are a day old, and what was answered.
    pub async fn sweep(&self) -> Result<(), store::Error> {
        loop {
            let old = Scan::all(SWEPT_AT_ONCE)
                .by(&store::BY_TIME)
                .to(prefix(&(self.clock.now() - KEPT)));
            let rows = self.store.scan::<Kept>(&old)?.rows;
            if rows.is_empty() {
                return Ok(());
            }
            let mut batch = Batch::bookkeeping();
            for row in &rows {
                batch.discard::<Kept>(&row.key);
                batch.discard::<Answers>(&row.key);
            }
            self.store.commit(batch).await?;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<[u8; 32]>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// What the batch of the change is to hold.
    pub fn receipt(&self) -> Arc<Receipt> {
        Arc::clone(&self.receipt)
    }

    /// Whether a request under this key has been carried out after all: by this one, or by one
    /// whose client went away while it was under way.
    pub fn was_carried_out(&self) -> Result<bool, Error> {
        let row = self.receipts.store.get::<Kept>(&self.key());
        Ok(row.map_err(Error)?.is_some())
    }

    /// Keeps what the request was answered, if it has changed anything.
    pub async fn keep(self, answer: Answer) {
        let mut batch = Batch::bookkeeping();
        batch.put::<Answers>(&self.key(), &answer);
        // The change itself is made and noted; only its answer could not be given again.
        if let Err(error) = self.receipts.store.commit(batch).await {
            warn!(error = %chain(&error), "an answer was not kept");
        }
    }

    fn key(&self) -> Bytes {
        receipt_key(&self.receipt)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.receipts.lock().remove(&self.receipt.key);
    }
}
