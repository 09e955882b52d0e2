//! Undoes a run: finds out what it has left as it wrote it, and takes that back.
//!
//! ```text
//! what the run remembers ─▶ look there ─▶ plan ─▶ (somebody approves) ─▶ look again ─▶ write
//! ```
//!
//! What is taken back goes the way of every push, with intents, groups and settling; so that a
//! crash leaves nothing half done, and what an undo did can be undone.

mod carry;
mod decide;
mod plan;
mod work;

pub(super) use carry::{Expected, is_anothers};
pub(super) use plan::remapped;
pub(super) use work::Looked;

/// Why a record is left alone.
const CHANGED_SINCE: &str = "held back: it was changed there since the run wrote it";
/// Why nothing is done to one that others have changed where the run did not: an execution that was
/// stopped has given it back the rest, or somebody else has.
const GIVEN_BACK: &str = "it holds again what it did before the run wrote it; other fields of it were changed \
                          there since";
/// The same of one that is no longer there.
const GONE_SINCE: &str = "there is nothing to undo: it is not there any more";
/// The same of one of which nobody knows what it held.
const NOT_KNOWN: &str = "held back: what it held before the run wrote it is not known";
/// The same of one that was deleted there, while another bears its key.
pub(super) const KEY_TAKEN: &str = "held back: another record there has its key";
