//! Keeps the records that people bring: datasets with a schema, imports, queries, exports.
//!
//! [`Datasets`] opens a [`Dataset`] by the scope of its owner, or of somebody whom it is shared with;
//! everything below a dataset is reached through one that is open. `row` and `record` are what is stored, `draft` makes a record from
//! values, `write`, `bulk`, `bring` and `alter` change things, `filter`, `plan` and `page` answer queries, `import`
//! and `export` move files, `exports` makes them in the background, `selection` remembers what each
//! user has picked, `feed` what is yet to be told of records, `share` and `sharing` let others in, `latest` lists what somebody has had done,
//! `keep` finishes what was begun.

mod alter;
mod bring;
mod bulk;
mod dataset;
mod draft;
mod error;
mod export;
mod exports;
mod feed;
mod filter;
mod gate;
mod import;
mod keep;
mod latest;
mod matching;
mod page;
mod plan;
mod preview;
mod record;
mod row;
mod selection;
mod service;
mod share;
mod sharing;
mod write;

pub use alter::Change;
pub use bring::{Brought, Entry};
pub use bulk::{Applied, Fate, MANY, Operation, Together, What};
pub use dataset::Dataset;
pub use error::{Error, FaultReason, RecordFault};
pub use export::Export;
pub(crate) use export::{safe_name, write_cells};
pub use exports::{Asked, Content, DueExport, ExportJob, ExportsPage, Span};
pub use feed::{Deed, News};
pub use filter::FilterError;
pub(crate) use import::{Cells, Reader, Row, guarded, unguarded};
pub use import::{Format, Import, Options, Problem, Refusal};
pub use matching::Filter;
pub use page::{Query, RecordPage};
pub use plan::{QueryError, SCAN_LIMIT};
pub use preview::{PREVIEW_BYTES, Preview, preview};
pub use record::{Record, Unread};
pub use row::{Definition, Rows};
pub use selection::{MOST_SELECTED, Picked, Picking};
pub use service::{Datasets, New, Services, Settings, tables};
pub(crate) use share::Lent;
pub use share::{Access, Kept as KeptShare, Level, Share};
pub use sharing::Grantee;
pub use write::{Mode, Write};

pub use crate::store::Dependent;
