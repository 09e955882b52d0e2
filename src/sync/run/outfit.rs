//! Makes of a claimed run the pass that works through it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

use super::super::definition::Definition;
use super::super::direction::Direction;
use super::super::error::Error;
use super::super::extent::Within;
use super::super::job::Task;
use super::super::pairs::Pairs;
use super::super::resend::Resend;
use super::Pass;
use super::deliveries::Doubts;
use super::errand::Errand;
use super::fit::Fit;
use super::line::Line;
use super::reading::Reader;
use super::remove::Removing;
use super::source::Source;
use super::start::Claimed;
use crate::jobs::Failure;
use crate::providers::{Records, RemoteTable};

impl Claimed<'_> {
    /// What its calls go through.
    pub(super) fn line<'l>(&'l self, records: &'l dyn Records, errand: Arc<Errand>) -> Line<'l> {
        Line {
            records,
            base: &self.sync.base.id,
            errand,
            clock: &self.syncs.services.clock,
            live: &self.live,
            halt: &self.halt,
            failure: &self.failure,
        }
    }

    /// What its calls are made for.
    pub(super) fn errand(&self) -> Errand {
        Errand {
            dataset: self.dataset.clone(),
            needs: self.sync.direction.needs(),
            clock: self.syncs.services.clock.clone(),
            live: self.live.clone(),
            halt: self.halt.clone(),
            failure: Arc::clone(&self.failure),
        }
    }

    /// What goes where, and which records go; the inner error says why nothing can.
    pub(super) async fn fit(
        &self,
        table: Option<&RemoteTable>,
        task: Task,
    ) -> Result<Result<(Fit, Within), Failure>, Error> {
        let Some(table) = table else {
            return Ok(Err(Failure {
                code: "table_gone".into(),
                message: format!(
                    "The base {:?} has no table {:?} any more, or it is no longer shared with the \
                     account. Nothing was written.",
                    self.sync.base.name, self.sync.table.name
                ),
            }));
        };
        // A plan changes nothing, its sync neither; and an undo is made for the mapping there was.
        let keep = !matches!(task, Task::Plan(_)) && self.undoes.is_none();
        let keep = keep.then_some(async |batch| {
            let batch = self.claim.guard(batch);
            self.syncs.services.store.commit(batch).await?;
            Ok(())
        });
        let met = self.opened.meet((&self.dataset, table), keep, &self.by);
        let fit = |sync: &Definition| {
            let (schema, key) = (self.dataset.schema(), self.dataset.key_field());
            let mut fit = Fit::new(sync, schema, key, table)?;
            fit.layout.sender = self.sync_id.to_string();
            // What an undo takes back was written, whether it is one of those records now or not.
            let within = match self.undoes {
                Some(_) => Within::All,
                None => Within::new(&sync.scope, &self.dataset)?,
            };
            Ok((fit, within))
        };
        Ok(met.await?.and_then(|sync| fit(&sync)))
    }

    /// The pass that works through the run.
    pub(super) fn pass<'l>(
        &'l self,
        line: Line<'l>,
        (fit, within): (Fit, Within),
        task: Task,
    ) -> Pass<'l> {
        let fit = Arc::new(fit);
        let deletes = self.sync.deletes;
        let pairs = self.pairs(within);
        let so_far = {
            let job = &self.live.borrow().job;
            (job.brake, job.counts.deleted)
        };
        let approved = matches!(task, Task::Plan(_) | Task::Execute(_));
        let removing = match self.undoes {
            Some(_) => Removing::undoing(deletes, line.records.removal()),
            None => Removing::new(deletes, &self.survey, so_far, approved),
        };
        let source = match (self.undoes, task) {
            (Some(run), Task::Execute(plan)) => Source::Undo(plan, run),
            _ => task.into(),
        };
        let restores = line.records.restores();
        Pass {
            line,
            store: &self.syncs.services.store,
            blocking: self.syncs.services.blocking,
            claim: self.claim,
            book: self.book(),
            sync: self.sync_id,
            pulling: self.sync.pulling,
            overlap: self.syncs.services.settings.pull_overlap,
            reader: Reader {
                sync: self.sync_id,
                store: self.syncs.services.store.clone(),
                dataset: self.dataset.clone(),
                fit: Arc::clone(&fit),
                pairs,
                removing: Arc::new(removing),
                quarantine: Arc::clone(&self.survey.quarantine),
                doubtful: Arc::default(),
                again: Arc::default(),
                unsure: Arc::default(),
                resends: self.sync.resend == Resend::Always || matches!(task, Task::Retry(_)),
                source,
                met: Arc::default(),
                twice: Arc::default(),
                restores,
            },
            fit,
            roll: self.survey.roll.clone(),
            quarantine_hours: self.sync.quarantine_hours,
            looks_only: matches!(task, Task::Plan(_)),
            resumed: self.resumed,
            full: OnceLock::new(),
            resend: self.sync.resend,
            doubts: Doubts::default(),
            passed: HashSet::new(),
            notes: Mutex::default(),
        }
    }

    fn pairs(&self, within: Within) -> Pairs {
        Pairs {
            sync: self.sync_id,
            store: self.syncs.services.store.clone(),
            dataset: self.dataset.clone(),
            within,
            orphans: self.undoes.is_none() && self.sync.deletes.policy.removal().is_some(),
            tells_aside: self.sync.direction == Direction::TwoWay,
        }
    }
}
