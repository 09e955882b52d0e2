//! Asks the provider about an account: does it work, and what is there.

use std::sync::Arc;
use std::time::Duration;

use super::{Connection, Error};
use crate::audit::{Code, Outcome};
use crate::base::Actor;
use crate::providers::{self, Account, Alone, Base, Held, Layout, Page, Records, RemoteTable};

/// What a test brought.
#[derive(Debug)]
pub struct Test {
    /// Whose account it is, or what went wrong.
    pub outcome: Result<Account, providers::Error>,
    /// How long the provider took, waiting for our turn included.
    pub took: Duration,
}

impl Connection {
    /// Asks the provider whose token this is, and keeps the answer as the connection's status.
    pub async fn test(&self, by: &Actor) -> Result<Test, Error> {
        let records = self.reader("test", by)?;
        let clock = &self.all.0.clock;
        let started = clock.elapsed();
        let outcome = records.account().await;
        let took = clock.elapsed().saturating_sub(started);
        let event = self
            .event(Code::ConnectionTested, by)
            .count("calls", 1)
            .status(told(&outcome));
        let now = self.all.0.now();
        self.note(Some(&event), |health| health.tested(&outcome, now))
            .await?;
        if outcome.is_ok() {
            self.try_limits();
        }
        Ok(Test { outcome, took })
    }

    /// Lets the provider's limits that were met be tried again: a person may have seen to them.
    fn try_limits(&self) {
        let key = (self.stored.provider, self.stored.endpoint);
        if let Some(home) = self.all.0.homes.get(&key) {
            home.gate.try_limits();
        }
    }

    /// The bases that the account may see.
    pub async fn bases(&self, by: &Actor) -> Result<Vec<Base>, Error> {
        let records = self.reader("bases", by)?;
        let outcome = records.bases().await;
        let event = self
            .event(Code::RemoteSchemaRead, by)
            .status(told(&outcome));
        let found = outcome.as_ref().map_or(0, Vec::len);
        self.all.0.record(event.count("bases", found as u64));
        self.settle(outcome).await
    }

    /// The tables of a base with their fields.
    pub async fn tables(&self, by: &Actor, base: &str) -> Result<Vec<RemoteTable>, Error> {
        let records = self.reader("tables", by)?;
        let outcome = async {
            records.admit(base).await?;
            records.tables(base).await
        };
        let outcome = outcome.await;
        let event = self
            .event(Code::RemoteSchemaRead, by)
            .detail("base", base)
            .status(told(&outcome));
        let found = outcome.as_ref().map_or(0, Vec::len);
        self.all.0.record(event.count("tables", found as u64));
        self.settle(outcome).await
    }

    /// The first rows of a table.
    pub async fn first_rows(&self, by: &Actor, layout: &Layout) -> Result<Vec<Held>, Error> {
        let records = self.reader("preview", by)?;
        let outcome = async {
            records.admit(&layout.base).await?;
            records.page(layout, None).await
        };
        let outcome = outcome.await;
        let event = self
            .event(Code::RemoteRead, by)
            .detail("base", layout.base.as_str())
            .status(told(&outcome));
        let found = match &outcome {
            Ok(Page::Rows { rows, .. }) => rows.len(),
            Ok(Page::Forgotten) | Err(_) => 0,
        };
        self.all.0.record(event.count("records", found as u64));
        match self.settle(outcome).await? {
            Page::Rows { rows, .. } => Ok(rows),
            Page::Forgotten => Ok(Vec::new()), // a first page follows none that could be forgotten
        }
    }

    /// The way to the provider for calls that change nothing there.
    fn reader(&self, purpose: &str, by: &Actor) -> Result<Arc<dyn Records>, Error> {
        let (records, used) = self.remote(purpose, (by, Arc::new(Alone)))?;
        self.all.0.record(used);
        Ok(records)
    }

    /// Lets the connection's status learn from a call.
    async fn settle<T>(&self, outcome: Result<T, providers::Error>) -> Result<T, Error> {
        if let Err(error) = &outcome {
            self.note(None, |health| health.met(error)).await?;
        }
        Ok(outcome?)
    }
}

/// How a call ended, for the book.
fn told<T>(outcome: &Result<T, providers::Error>) -> Outcome {
    match outcome {
        Ok(_) => Outcome::Success,
        Err(error) => Outcome::Failure {
            code: "PROVIDER_FAILED",
            detail: error.sentence(),
        },
    }
}
