//! Brings files in: CSV, JSON lists and lines of JSON, streamed, a row at a time.
//!
//! `reader` takes a file apart into rows (`csv`, `lines`, `list`), `intake` makes drafts of them
//! and notes what is wrong, `pieces` does so a stretch at a time, `settle` compares a chunk of
//! drafts with what is there, `run` drives it all, `stop` calls it off, `end` writes down what came
//! of it, `spool` keeps a whole file of drafts for imports that are all or nothing, and `read` shows
//! them.

mod csv;
mod end;
mod intake;
mod lines;
mod list;
mod pieces;
mod read;
mod reader;
mod run;
mod settle;
mod spool;
mod state;
mod stop;

pub(crate) use reader::{Cells, Reader, Row, guarded, unguarded};
pub use reader::{Format, Refusal};
pub use run::Options;
pub use state::{Import, Problem};

pub(super) use intake::shown;
pub(super) use run::Job;
pub(super) use spool::{Spool, discard};
pub(super) use state::{Destination, Importers, Imports, Problems};
pub(super) use stop::Stops;
