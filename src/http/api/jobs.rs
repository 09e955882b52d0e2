//! Everything that somebody has under way, or had.

use std::collections::BTreeSet;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use super::exports::{JobFailureView, JobStateView, state};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Blocking, DatasetId, ExportId, JobId, PlanId, SyncId};
use crate::datasets::{ExportJob, Import};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment};
use crate::jobs::{Phase, State};
use crate::scheduler::{Job, Kind, Scheduler, Wanted};
use crate::sync::{Run, Task};

pub(super) struct Resource {
    scheduler: Scheduler,
    /// Where they are looked for: of a narrow search many are read and few are shown.
    blocking: Blocking,
    pages: Pages,
}

/// What kind of job it is.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "JobKind", rename_all = "snake_case")]
enum KindView {
    /// It finds out what a run would do.
    Plan,
    /// It carries a sync out.
    Run,
    /// It brings a file into a dataset.
    Import,
    /// It makes a file of a dataset's records.
    Export,
}

/// Something that is done apart from a request, or takes long.
#[derive(Object)]
#[oai(rename = "Job", skip_serializing_if_is_none)]
struct JobView {
    /// The job's id: that of its run, import or export.
    id: JobId,
    /// What kind of job it is.
    kind: KindView,
    /// Where it stands.
    state: JobStateView,
    /// What it is about: what its sync, or its dataset, was or is called.
    about: Option<String>,
    /// The sync that it carries out, or makes a plan of.
    sync_id: Option<SyncId>,
    /// The plan that it makes or carries out.
    plan_id: Option<PlanId>,
    /// The dataset that its file comes from or goes into.
    dataset_id: Option<DatasetId>,
    /// What its file is called.
    file_name: Option<String>,
    /// The records that are done.
    records: u64,
    /// Those of them that were refused.
    refused: Option<u64>,
    /// All records that there are to be done, where that is known.
    total: Option<u64>,
    /// When it was asked for.
    queued_at: Moment,
    /// When it began.
    started_at: Option<Moment>,
    /// When it ended.
    finished_at: Option<Moment>,
    /// Why it failed.
    failure: Option<JobFailureView>,
    /// Where more is told of it, and what can be done with it.
    links: JobLinks,
}

/// Paths of the API.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct JobLinks {
    /// Everything that is known of it.
    #[oai(rename = "self")]
    itself: String,
    /// Cancels it (POST), as long as that is possible.
    cancel: Option<String>,
    /// Its file, when it is there.
    content: Option<String>,
}

/// One part of the list of jobs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct JobList {
    /// The last one asked for first.
    items: Vec<JobView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Jobs")]
impl Resource {
    /// Lists one's own jobs.
    ///
    /// Plans and runs of one's own syncs, those of schedules among them, and the imports and
    /// exports that one has begun. Plans and runs also need the permission `sync:read`, and are
    /// left out without it.
    #[oai(path = "/jobs", method = "get", operation_id = "listJobs")]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        /// Only jobs of this kind.
        kind: Query<Option<KindView>>,
        /// Only jobs in this state.
        state: Query<Option<JobStateView>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<JobList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let mut kinds = kinds(&caller);
        if let Some(kind) = kind.0 {
            let wanted = Kind::from(kind);
            kinds.retain(|kind| *kind == wanted);
        }
        let wanted = Wanted {
            kinds,
            state: state.0.map(JobStateView::word),
            limit: page.limit,
            after: page.after,
        };
        let scheduler = self.scheduler.clone();
        let look = move || scheduler.jobs(&scope, &wanted, &by);
        let jobs = self.blocking.run(look).await?;
        let items = jobs.jobs.into_iter();
        Ok(Json(JobList {
            items: items.map(|(_, job)| job.into()).collect(),
            next: jobs.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows a job.
    #[oai(path = "/jobs/:id", method = "get", operation_id = "getJob")]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        /// The job's id.
        id: Path<JobId>,
    ) -> Result<Json<JobView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let (scheduler, kinds) = (self.scheduler.clone(), kinds(&caller));
        let look = move || scheduler.job(&scope, id.0, &kinds, &by);
        let job = self.blocking.run(look).await?;
        let job = job.ok_or_else(|| ApiError::not_found("job"))?;
        Ok(Json(job.into()))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            scheduler: app.scheduler.clone(),
            blocking: app.blocking,
            pages,
        }
    }
}

/// The kinds of jobs that somebody may see.
fn kinds(caller: &Caller) -> BTreeSet<Kind> {
    let syncs = caller.holds(Permission::SyncRead);
    let all = Kind::ALL.into_iter();
    all.filter(|kind| syncs || !matches!(kind, Kind::Plan | Kind::Run))
        .collect()
}

impl From<KindView> for Kind {
    fn from(kind: KindView) -> Self {
        match kind {
            KindView::Plan => Self::Plan,
            KindView::Run => Self::Run,
            KindView::Import => Self::Import,
            KindView::Export => Self::Export,
        }
    }
}

impl From<Kind> for KindView {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Plan => Self::Plan,
            Kind::Run => Self::Run,
            Kind::Import => Self::Import,
            Kind::Export => Self::Export,
        }
    }
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        let kind = job.kind().into();
        match job {
            Job::Run(run) => Self::of_run(*run, kind),
            Job::Import(dataset, name, import) => Self::of_import((dataset, name), &import, kind),
            Job::Export(id, export) => Self::of_export(id, &export, kind),
        }
    }
}

impl JobView {
    fn of_run(run: Run, kind: KindView) -> Self {
        let Run { id, job, .. } = run;
        let (state, failure) = state(&job.state);
        let plan_id = match job.task {
            Task::Plan(plan) | Task::Execute(plan) => Some(plan),
            Task::Push | Task::Pull | Task::Both | Task::Retry(_) => None,
        };
        let path = format!("/api/v1/runs/{id}");
        Self {
            id: id.into(),
            kind,
            state,
            about: Some(job.sync_name),
            sync_id: Some(job.sync),
            plan_id,
            dataset_id: None,
            file_name: None,
            records: job.counts.read,
            refused: Some(job.counts.refused + job.counts.unknown),
            total: job.total,
            queued_at: job.queued_at.into(),
            started_at: job.started_at.map(Moment),
            finished_at: job.finished_at.map(Moment),
            failure,
            links: JobLinks::of(path, &job.state),
        }
    }

    fn of_import(
        (dataset, name): (DatasetId, Option<String>),
        import: &Import,
        kind: KindView,
    ) -> Self {
        let stands = import.state();
        let (state, failure) = state(&stands);
        let path = format!("/api/v1/datasets/{dataset}/imports/{}", import.id);
        let links = JobLinks::of(path, &stands);
        Self {
            id: import.id.into(),
            kind,
            state,
            about: name,
            sync_id: None,
            plan_id: None,
            dataset_id: Some(dataset),
            file_name: import.file_name.clone(),
            records: import.read,
            refused: Some(import.refused),
            total: None,
            queued_at: import.started_at.into(),
            started_at: Some(import.started_at.into()),
            finished_at: import.finished_at.map(Moment),
            failure,
            links: JobLinks {
                // One that was accepted as a whole is carried through.
                cancel: links
                    .cancel
                    .filter(|_| stands != State::Running(Phase::Writing)),
                ..links
            },
        }
    }

    fn of_export(id: ExportId, export: &ExportJob, kind: KindView) -> Self {
        let (state, failure) = state(&export.state);
        let path = format!("/api/v1/datasets/{}/exports/{id}", export.dataset);
        let content = (export.state == State::Done).then(|| format!("{path}/content"));
        Self {
            id: id.into(),
            kind,
            state,
            about: Some(export.name.clone()),
            sync_id: None,
            plan_id: None,
            dataset_id: Some(export.dataset),
            file_name: Some(export.file_name()),
            records: export.records,
            refused: None,
            total: export.total,
            queued_at: export.queued_at.into(),
            started_at: export.started_at.map(Moment),
            finished_at: export.finished_at.map(Moment),
            failure,
            links: JobLinks {
                content,
                ..JobLinks::of(path, &export.state)
            },
        }
    }
}

impl JobLinks {
    /// Those of a job that stands so, and can be cancelled as long as it has not ended.
    fn of(itself: String, state: &State) -> Self {
        Self {
            cancel: (!state.ended()).then(|| format!("{itself}/cancel")),
            content: None,
            itself,
        }
    }
}
