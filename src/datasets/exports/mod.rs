//! Exports that are made in the background: files that wait until they are fetched.
//!
//! `row` is what is kept of one, `ask` queues, calls off and deletes, `make` writes the file for the
//! scheduler, `file` is the file while it is written and afterwards, `fetch` hands it out, `live`
//! tells how far one is, and `sweep` removes what nobody needs any more.
//!
//! A file has a name of its own for each time that its export was taken up, and counts only when
//! the row says that the export is done: so a kill at any moment leaves a whole file or one that is
//! swept.

mod ask;
mod fetch;
mod file;
mod live;
mod make;
mod row;
mod sweep;

pub use ask::{Asked, ExportsPage};
pub use fetch::{Content, Span};
pub use make::DueExport;
pub use row::ExportJob;

pub(super) use ask::MOST_EXPORTS;
pub(super) use live::Live;
pub(super) use row::Exports;
