//! Reads a remote table's records, all of them, and keeps them until a plan is made.

use std::collections::BTreeMap;

use super::super::error::Error;
use super::super::plan::{ById, ByKey, Keyed};
use super::Pass;
use super::errand::Fatal;
use crate::base::PlanId;
use crate::jobs::Failure;
use crate::providers::{self, Page, Trail};
use crate::store::{Batch, Raw};

/// How a record is kept while the table is read.
pub(super) type Spelt = fn(&providers::Held) -> Vec<u8>;

/// A listing that the provider forgot on the way is begun again so often.
pub(super) const LISTINGS: u32 = 3;

impl Pass<'_> {
    /// Reads the remote table and keeps its records as `spelt` says. `None` when the job is to stop.
    pub(super) async fn list(&self, plan: PlanId, spelt: Spelt) -> Result<Option<()>, Error> {
        let mut after: Option<String> = None;
        let mut trail = Trail::default();
        let mut begun = 1;
        let (mut records, mut calls) = (0, 0);
        loop {
            let from = after.as_deref();
            let page = self
                .line
                .asked(|| self.line.records.page(&self.fit.layout, from))
                .await;
            let Some((page, made)) = page else {
                return Ok(None);
            };
            calls += made;
            match page {
                Page::Forgotten if begun < LISTINGS => {
                    begun += 1;
                    after = None;
                    trail = Trail::default();
                }
                Page::Forgotten => {
                    self.line.fail(forgotten().into());
                    return Ok(None);
                }
                Page::Rows { rows, next } => {
                    records += rows.len() as u64;
                    self.stage(plan, rows, spelt).await?;
                    let Some(next) = next else {
                        self.book.read(records, calls);
                        return Ok(Some(()));
                    };
                    if let Err(circle) = trail.step(&next) {
                        self.book.read(records, calls);
                        self.line.fail(broken(circle));
                        return Ok(None);
                    }
                    after = Some(next);
                }
            }
        }
    }

    /// Keeps some of the remote records.
    async fn stage(
        &self,
        plan: PlanId,
        rows: Vec<providers::Held>,
        spelt: Spelt,
    ) -> Result<(), Error> {
        let mut batch = Batch::bookkeeping();
        let mut keyed: BTreeMap<String, Keyed> = BTreeMap::new();
        for row in rows {
            let cells = Raw(spelt(&row));
            batch.put::<ById>(&(plan, row.id.clone()), &cells);
            let Some(key) = self.key_of(&row.cells) else {
                continue;
            };
            let earlier = if let Some(earlier) = keyed.remove(&key) {
                Some(earlier)
            } else {
                let kept = self.store.get::<ByKey>(&(plan, key.clone()))?;
                kept.map(|kept| kept.value)
            };
            // A listing that is begun again brings the same record again.
            let entry = earlier.map_or_else(|| only(&row.id), |earlier| earlier.and(&row.id));
            keyed.insert(key, entry);
        }
        for (key, entry) in keyed {
            batch.put::<ByKey>(&(plan, key), &entry);
        }
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        Ok(())
    }
}

fn only(id: &str) -> Keyed {
    Keyed {
        twice: false,
        remote_id: id.to_owned(),
    }
}

impl Keyed {
    fn and(self, id: &str) -> Self {
        let twice = self.twice || self.remote_id != id;
        Self { twice, ..self }
    }
}

/// A list that makes no sense ends the run: to ask again would bring the same.
pub(super) fn broken(error: providers::Error) -> Fatal {
    error.into()
}

pub(super) fn forgotten() -> Failure {
    Failure {
        code: "provider_unavailable".into(),
        message:
            "The provider lost its place in the table's records again and again. Try it again \
                  later."
                .into(),
    }
}
