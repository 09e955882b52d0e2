//! Lists the jobs of one person, whatever they are about, in one order.

use std::collections::BTreeSet;

use super::runner::Scheduler;
use super::work::Error;
use crate::audit::{Code, Event};
use crate::base::{Actor, BadCursor, Cursor, DatasetId, ExportId, JobId, Scope};
use crate::datasets::{ExportJob, Import};
use crate::jobs::State;
use crate::sync::{Run, Task};

/// What kind of job it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It finds out what a run would do.
    Plan,
    /// It carries a sync out.
    Run,
    /// It brings a file into a dataset.
    Import,
    /// It makes a file of a dataset's records.
    Export,
}

/// A job of any kind.
#[derive(Clone, Debug)]
pub enum Job {
    /// A run of a sync, or the making of a plan of one.
    Run(Box<Run>),
    /// An import into a dataset, which has this name; none when it cannot be opened any more.
    Import(DatasetId, Option<String>, Import),
    /// An export.
    Export(ExportId, ExportJob),
}

/// Which jobs are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Only these kinds.
    pub kinds: BTreeSet<Kind>,
    /// Only those in the state of this name.
    pub state: Option<&'static str>,
    /// At most so many.
    pub limit: usize,
    /// Where the part before ended.
    pub after: Option<Cursor>,
}

/// Some of a person's jobs.
pub struct JobsPage {
    /// The last one asked for first.
    pub jobs: Vec<(JobId, Job)>,
    /// Where the next part begins.
    pub next: Option<Cursor>,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Run, Self::Import, Self::Export];
}

impl Job {
    /// What kind of job it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Run(run) if matches!(run.job.task, Task::Plan(_)) => Kind::Plan,
            Self::Run(_) => Kind::Run,
            Self::Import(..) => Kind::Import,
            Self::Export(..) => Kind::Export,
        }
    }
}

impl Wanted {
    fn takes(&self, kind: Kind, state: &State) -> bool {
        let in_state = self.state.is_none_or(|wanted| wanted == state.word());
        self.kinds.contains(&kind) && in_state
    }

    /// The id before which the part begins.
    fn before(&self) -> Result<Option<JobId>, BadCursor> {
        let read = |cursor: &Cursor| <[u8; 16]>::try_from(cursor.0.as_slice());
        let bytes = self.after.as_ref().map(read).transpose();
        let bytes = bytes.map_err(|_other_length| BadCursor)?;
        Ok(bytes.map(JobId::from_bytes))
    }
}

impl Scheduler {
    /// Lists the jobs that somebody has asked for, and those of their schedules.
    pub fn jobs(&self, scope: &Scope, wanted: &Wanted, by: &Actor) -> Result<JobsPage, Error> {
        let before = wanted.before().map_err(Error::BadCursor)?;
        let most = wanted.limit + 1;
        let (syncs, datasets) = (&self.trades.syncs, &self.trades.datasets);
        let mut jobs: Vec<(JobId, Job)> = Vec::new();
        let wants = |kinds: &[Kind]| kinds.iter().any(|kind| wanted.kinds.contains(kind));
        if wants(&[Kind::Plan, Kind::Run]) {
            let runs = syncs.latest(scope, before, most, |job| {
                let planning = matches!(job.task, Task::Plan(_));
                let kind = if planning { Kind::Plan } else { Kind::Run };
                wanted.takes(kind, &job.state)
            })?;
            jobs.extend(
                runs.into_iter()
                    .map(|run| (run.id.into(), Job::Run(Box::new(run)))),
            );
        }
        if wants(&[Kind::Import]) {
            let takes = |import: &Import| wanted.takes(Kind::Import, &import.state());
            let imports = datasets.latest_imports(scope, before, most, takes)?;
            jobs.extend(imports.into_iter().map(|(dataset, name, import)| {
                (import.id.into(), Job::Import(dataset, name, import))
            }));
        }
        if wants(&[Kind::Export]) {
            let takes = |export: &ExportJob| wanted.takes(Kind::Export, &export.state);
            let exports = datasets.latest_exports(scope, before, most, takes)?;
            jobs.extend(
                exports
                    .into_iter()
                    .map(|(id, job)| (id.into(), Job::Export(id, job))),
            );
        }
        let page = merged(jobs, wanted.limit);
        let event = Event::new(Code::JobsRead, by).count("jobs", page.jobs.len() as u64);
        datasets.note(event);
        Ok(page)
    }

    /// One job of somebody's, if it is of these kinds.
    pub fn job(
        &self,
        scope: &Scope,
        id: JobId,
        kinds: &BTreeSet<Kind>,
        by: &Actor,
    ) -> Result<Option<Job>, Error> {
        let wanted = Wanted {
            kinds: kinds.clone(),
            state: None,
            limit: 1,
            // The first that comes after whatever is next to it is it itself, if it is there.
            after: id.next().map(|next| Cursor(next.as_bytes().to_vec())),
        };
        let page = self.jobs(scope, &wanted, by)?;
        let found = page.jobs.into_iter().find(|(found, _)| *found == id);
        Ok(found.map(|(_, job)| job))
    }
}

/// The newest of jobs of several kinds.
fn merged(mut jobs: Vec<(JobId, Job)>, limit: usize) -> JobsPage {
    jobs.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let last = jobs.last().filter(|_| more);
    let next = last.map(|(id, _)| Cursor(id.as_bytes().to_vec()));
    JobsPage { jobs, next }
}
