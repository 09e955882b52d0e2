//! Keeps a remote table in step with a dataset.
//!
//! A sync says which dataset goes through which connection to which table, field by field. A run
//! executes it: it writes what is new or has changed since the last run, there or here as the sync's
//! direction says, and remembers of each record which remote one it is. Runs are queued here and executed by the scheduler alone.

mod board;
mod calendar;
mod cancel;
mod claim;
mod conflict;
mod counts;
mod definition;
mod direction;
mod drift;
mod error;
mod extent;
mod gives;
mod health;
mod inbox;
mod intent;
mod job;
mod lender;
mod letter;
mod link;
mod mapping;
mod meeting;
mod memory;
mod names;
mod outcome;
mod owed;
mod pairs;
mod parts;
mod past;
mod plan;
mod preview;
mod priority;
mod problem;
mod proposal;
mod pulse;
mod purge;
mod quarantine;
mod removal;
mod resend;
mod run;
mod runs;
mod schedule;
mod survey;
mod sweep;
#[expect(
    clippy::module_inception,
    reason = "one noun, one module: a sync is what the folder is about"
)]
mod sync;
mod syncs;
#[cfg(test)]
mod testing;
mod tide;
mod tie;
mod timetable;
mod trouble;
mod undecided;
mod undo;
mod unfiled;
mod wake;

pub use board::Run;
pub use calendar::{Calendar, Planned};
pub use conflict::{Choice, Clash, Conflict, Disputed, Solution};
pub use counts::{Counts, Fate};
pub use definition::{Approval, Definition, Named, Pair};
pub use direction::{Direction, Gone, Pulling, PullingChange};
pub use drift::{Drift, Drifted, Findings, Lost, Offer};
pub use error::Error;
pub use extent::Extent;
pub use health::{
    Advice, ConnectionHealth, Finding, HealthPage, Last, Recent, SyncHealth, Verdict,
};
pub use inbox::{ConflictsPage, Filed, Verdict as ConflictVerdict, Wanting};
pub use job::{Job, Starter, Task};
pub use lender::{Borrower, Lender};
pub use letter::{Cell, DeadLetter, InDoubt, LettersPage};
pub use mapping::{Fault, Wish};
pub use meeting::{FieldWay, Meeting, MeetingChange, Policy as ConflictPolicy, Ways};
pub use memory::Memory;
pub use outcome::Outcome;
pub use plan::{
    Before, BothWays, Change as PlannedChange, ChangesPage, Column, Difference, Dispute, Made,
    Plan, PlanState, PlansPage, Side, Wanted, Ways as PlannedWays,
};
pub use preview::Previewed;
pub use priority::Priority;
pub use problem::Problem;
pub use proposal::{Proposal, Reason, Suggestion};
pub use pulse::Pulse;
pub use quarantine::{Absent, QuarantinePage, due};
pub use removal::{Brake, Cause, Deletes, Policy};
pub use resend::Resend;
pub use runs::{Active, OutcomesPage, RunsPage};
pub use schedule::{Missed, Schedule};
pub use sync::{Change, Overview, Sync};
pub use syncs::{New, Part, Services, Settings, Syncs, SyncsPage, Target, tables};
pub use timetable::{MayRun, Scheduled, UNSET};
pub use trouble::Trouble;
pub use undecided::Undecided;
pub use undo::NoUndo;
