//! What can go wrong with syncs, by what the caller can do.

use super::mapping::Fault;
use super::undo::NoUndo;
use crate::base::{BadCursor, PlanId, RunId, SyncId};
use crate::{connections, datasets, store};

/// Why something about a sync was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sync does not exist, or belongs to somebody else.
    #[error("sync {0} does not exist")]
    UnknownSync(SyncId),
    /// The run does not exist, or belongs to somebody else.
    #[error("run {0} does not exist")]
    UnknownRun(RunId),
    /// Values that are not acceptable, each with its place in the request.
    #[error("{} values are not acceptable", .0.len())]
    Invalid(Vec<Fault>),
    /// A sync of this name exists.
    #[error("you have another sync called {0:?}")]
    NameTaken(String),
    /// A run of the sync has not ended.
    #[error("a run of this sync is queued or under way; wait for its end")]
    Busy,
    /// The run has ended.
    #[error("run {0} has ended")]
    Ended(RunId),
    /// The run has not ended.
    #[error("run {0} has not ended; wait for its end, or cancel it")]
    NotEnded(RunId),
    /// Nothing was refused in the run.
    #[error("run {0} has left nothing to be tried again")]
    NothingLeft(RunId),
    /// The run cannot be undone, and why.
    #[error("run {0} cannot be undone: {1}")]
    NotUndoable(RunId, NoUndo),
    /// The plan does not exist, or belongs to somebody else.
    #[error("plan {0} does not exist")]
    UnknownPlan(PlanId),
    /// The plan cannot be approved as it stands; the words say how.
    #[error("plan {0} {1}")]
    NotReady(PlanId, &'static str),
    /// The plan is too old to be approved.
    #[error("plan {0} is too old; ask for another")]
    Expired(PlanId),
    /// Runs of the sync need a plan that somebody has approved.
    #[error("runs of this sync need a plan that somebody has approved; ask for a plan")]
    ApprovalRequired,
    /// No conflict of this sync is about a record of this key.
    #[error("no conflict is about the record {0:?}")]
    UnknownConflict(String),
    /// It is not in the state that the change was meant for.
    #[error("it is not in the state that the change was meant for")]
    Precondition,
    /// The sync does not run by itself.
    #[error("the sync has no schedule")]
    NoSchedule,
    /// The table is as the mapping has it.
    #[error("the sync's mapping and its table have not grown apart")]
    NoDrift,
    /// No mapping can be proposed: nothing could be told apart.
    #[error("the field that holds the key cannot be used: {0}; choose another in the mapping")]
    KeyLost(String),
    /// No record of this key is among the dead letters.
    #[error("no dead letter has this key")]
    UnknownLetter,
    /// The sync was changed meanwhile.
    #[error("the sync was changed meanwhile; read it again")]
    Moved,
    /// The table does not exist at the provider, or is not shared with the account.
    #[error("the base has no table {0}, or it is not shared with the account")]
    UnknownTable(String),
    /// A cursor that no list of outcomes gave out.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// Its dataset is not shared with the sync's owner any more.
    #[error("the dataset {0:?} is not shared with you any more so that you could use it")]
    DatasetUnavailable(String),
    /// The dataset could not be reached.
    #[error(transparent)]
    Dataset(#[from] datasets::Error),
    /// The connection could not be used.
    #[error(transparent)]
    Connection(#[from] connections::Error),
    /// The store could not be reached.
    #[error(transparent)]
    Store(#[from] store::Error),
}
