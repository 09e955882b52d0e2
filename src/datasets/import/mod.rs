//! Brings files in: CSV, JSON lists and lines of JSON, streamed, a row at a time.
//!
//! `reader` takes a file apart into rows (`csv`, `lines`, `list`), `intake` makes drafts of them
//! and notes what is wrong, `settle` compares a chunk of drafts with what is there, `run` drives
//! it all, `spool` keeps a whole file of drafts for imports that are all or nothing, and `read` shows
//! what came of them.

mod csv;
mod intake;
mod lines;
mod list;
mod read;
mod reader;
mod run;
mod settle;
mod spool;
mod state;

pub use reader::{Format, Refusal};
pub use run::Options;
pub use state::{Import, ImportState, Problem};

pub(super) use intake::shown;
pub(super) use reader::{Reader, Row, guarded};
pub(super) use run::Job;
pub(super) use spool::{Spool, discard};
pub(super) use state::{Imports, Problems};
