//! Forgets the failures of those who are nobody.

use std::collections::HashSet;
use std::ops::ControlFlow;

use tracing::warn;

use super::Error;
use super::history::{BY_FAILURE, FORGOTTEN_AFTER, Histories};
use super::session::SWEPT_EVERY;
use super::sign_in::{SignIn, fingerprint};
use super::user::Accounts;
use crate::base::{Tasks, chain};
use crate::store::{self, Batch, Scan};

/// So many histories are forgotten in one batch.
const FORGOTTEN_AT_ONCE: usize = 1000;

impl SignIn {
    /// Starts forgetting, every hour, what nobody needs.
    pub fn start(&self, tasks: &Tasks) {
        let (sign_in, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let wait = || sign_in.ledger.clock.sleep(SWEPT_EVERY);
            while stop.run_until_cancelled(wait()).await.is_some() {
                if let Err(error) = sign_in.forget_strangers().await {
                    warn!(error = %chain(&error), "failures of strangers were not forgotten");
                }
            }
        });
    }

    /// Forgets the failures under addresses that are no user's, a month after the last one: anybody
    /// can make addresses up, and each leaves a row. Gives how many were forgotten, a thousand at most.
    pub async fn forget_strangers(&self) -> Result<usize, Error> {
        let moment = self.ledger.store.snapshot()?;
        let Ok(before) = self.ledger.clock.now().checked_sub(FORGOTTEN_AFTER) else {
            return Ok(0);
        };
        let old = Scan::all(usize::MAX)
            .by(&BY_FAILURE)
            .to(store::prefix(&before));
        let mut known = HashSet::new();
        moment.walk::<Accounts>(&Scan::all(usize::MAX), |_, row| {
            known.insert(fingerprint(row.value.email.as_str()).0);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut rows = Vec::new();
        moment.walk::<Histories>(&old, |_, row| {
            if row.value.may_be_forgotten() && !known.contains(&row.key.0) {
                rows.push(row);
            }
            Ok(if rows.len() < FORGOTTEN_AT_ONCE {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut batch = Batch::bookkeeping();
        for row in &rows {
            batch.delete::<Histories>(&row.key, row.version);
        }
        match self.ledger.store.commit(batch).await {
            // Somebody tries one of them again at this moment.
            Err(store::Error::Conflict(_)) => Ok(0),
            Ok(_) => Ok(rows.len()),
            Err(error) => Err(error.into()),
        }
    }
}
