//! What waits to be executed, whatever it is about, and how each kind is.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::base::{BadCursor, RunId, chain};
use crate::datasets::{self, Datasets, DueExport};
use crate::feeds::{self, Feeds};
use crate::hooks::{self, Due, Hooks, May};
use crate::sync::{self, Active, Priority, Syncs};

/// A job that has not ended. Imports are none: whoever sends the file executes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// A run of a sync, or the making of a plan of one.
    Run(Active),
    /// The making of a file.
    Export(DueExport),
    /// The delivery of news to a hook. It is none that anybody has asked for, and stands in no list.
    Hook(Due),
    /// The fetching of advertising figures. It stands in no list either.
    Feed(feeds::Due),
}

/// Why jobs were not looked at, or not carried through.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is about a sync.
    #[error(transparent)]
    Sync(#[from] sync::Error),
    /// It is about a dataset.
    #[error(transparent)]
    Dataset(#[from] datasets::Error),
    /// It is about a hook.
    #[error(transparent)]
    Hook(#[from] hooks::Error),
    /// It is about a feed.
    #[error(transparent)]
    Feed(#[from] feeds::Error),
    /// A cursor that no list of jobs gave out.
    #[error(transparent)]
    BadCursor(BadCursor),
}

/// The services that jobs are carried out by.
#[derive(Clone)]
pub(super) struct Trades {
    pub(super) syncs: Syncs,
    pub(super) datasets: Datasets,
    /// None where nobody is told of records.
    pub(super) hooks: Option<Hooks>,
    /// None where no figures are fetched.
    pub(super) feeds: Option<Feeds>,
}

impl Work {
    /// The job's id, by which it goes among others: the earlier asked for, the smaller.
    pub(super) fn id(&self) -> &[u8; 16] {
        match self {
            Self::Run(run) => run.run.as_bytes(),
            Self::Export(export) => export.export.as_bytes(),
            Self::Hook(due) => due.hook.as_bytes(),
            Self::Feed(due) => due.feed.as_bytes(),
        }
    }

    /// Whether somebody has asked for it and waits.
    pub(super) fn is_awaited(&self) -> bool {
        match self {
            Self::Run(run) => run.interactive,
            Self::Export(_) => true,
            Self::Hook(_) | Self::Feed(_) => false,
        }
    }

    /// How soon it is to be taken up among its like.
    pub(super) fn priority(&self) -> Priority {
        match self {
            Self::Run(run) => run.priority,
            Self::Export(_) | Self::Hook(_) | Self::Feed(_) => Priority::Normal,
        }
    }

    /// When it was asked for.
    pub(super) fn asked_at(&self) -> Timestamp {
        RunId::from_bytes(*self.id()).made_at()
    }

    /// What it is called in the log.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Run(run) => format!("run {}", run.run),
            Self::Export(export) => format!("export {}", export.export),
            Self::Hook(due) => format!("hook {}", due.hook),
            Self::Feed(due) => format!("feed {}", due.feed),
        }
    }
}

impl Trades {
    /// Every job that has not ended, in the order in which they were asked for.
    pub(super) fn active(&self) -> Result<Vec<Work>, Error> {
        let runs = self.syncs.active()?.into_iter().map(Work::Run);
        let exports = self.datasets.active_exports()?.into_iter();
        let mut active: Vec<Work> = runs.chain(exports.map(Work::Export)).collect();
        active.sort_by_key(|work| *work.id());
        Ok(active)
    }

    /// Whether a job that is being executed waits until a provider lets it go on.
    pub(super) fn waits(&self, work: &Work) -> bool {
        match work {
            Work::Run(run) => self.syncs.waits(run),
            Work::Export(_) | Work::Hook(_) | Work::Feed(_) => false,
        }
    }

    /// Executes a job until it ends or `stop` is told. Errs when it is to be executed again later.
    pub(super) async fn execute(
        &self,
        work: &Work,
        may_share: May<'_>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        match work {
            Work::Run(run) => self.syncs.execute(run, stop).await?,
            Work::Export(export) => self.datasets.make_export(*export, stop).await?,
            Work::Hook(due) => {
                if let Some(hooks) = &self.hooks {
                    hooks.deliver(*due, may_share, stop).await?;
                }
            }
            Work::Feed(due) => {
                if let Some(feeds) = &self.feeds {
                    feeds.fetch(*due, stop).await?;
                }
            }
        }
        Ok(())
    }

    /// Returns when a job has stopped moving.
    pub(super) async fn lapsed(&self, work: &Work) {
        match work {
            Work::Run(run) => self.syncs.lapsed(run).await,
            Work::Export(export) => self.datasets.export_lapsed(*export).await,
            // Each call has its deadline, and a turn its end.
            Work::Hook(_) | Work::Feed(_) => std::future::pending().await,
        }
    }

    /// Ends a job that made the appliance itself break.
    pub(super) async fn give_up(&self, work: &Work) {
        match work {
            Work::Run(run) => self.syncs.give_up(run).await,
            Work::Export(export) => self.datasets.give_up_export(*export).await,
            Work::Hook(due) => {
                if let Some(hooks) = &self.hooks
                    && let Err(error) = hooks.give_up(*due).await
                {
                    tracing::warn!(error = %chain(&error), "a hook that broke is tried again at once");
                }
            }
            Work::Feed(due) => {
                if let Some(feeds) = &self.feeds
                    && let Err(error) = feeds.give_up(*due).await
                {
                    tracing::warn!(error = %chain(&error), "a feed that broke is tried again at once");
                }
            }
        }
    }

    /// Removes what ended long ago.
    pub(super) async fn sweep(&self, stop: &CancellationToken) {
        if let Err(error) = self.syncs.sweep(stop).await {
            tracing::warn!(error = %chain(&error), "runs and plans of long ago are still there");
        }
        if let Err(error) = self.datasets.sweep_exports(stop).await {
            tracing::warn!(error = %chain(&error), "exports of long ago are still there");
        }
        if let Some(hooks) = &self.hooks
            && let Err(error) = hooks.sweep().await
        {
            tracing::warn!(error = %chain(&error), "news for hooks that are gone is still there");
        }
        if let Some(feeds) = &self.feeds
            && let Err(error) = feeds.sweep().await
        {
            tracing::warn!(error = %chain(&error), "figures of feeds that are gone are still there");
        }
    }
}
