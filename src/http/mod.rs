//! Answers requests: one chain of layers, one file for each resource.
//!
//! `chain` is the way of every request, in one place, and `operation` its end, from the route to the
//! handler; `api` holds the resources, `error` every answer that is none of theirs.

mod address;
mod allow;
pub(crate) mod api;
mod bearer;
mod body;
mod caller;
mod chain;
mod cookie;
mod cors;
mod doorman;
mod encoding;
mod error;
mod file;
mod headers;
mod health;
mod host;
mod inbound;
mod invitation;
mod leave;
mod measure;
mod meter;
mod once;
mod openapi;
mod operation;
mod origin;
mod packed;
mod page;
mod pings;
mod plain;
mod range;
mod refusal;
mod sparse;
mod strict;
mod tag;
mod ui;
mod url;
mod wire;
mod wording;
mod written;

pub use caller::Caller;
pub use chain::endpoint;
pub use doorman::{ACT_FOR, THE_ONLY_ONE};
pub use error::{ApiError, Code, FieldFault, remedy};
pub use file::File;
pub use invitation::{Invitation, NotLeft};
pub use openapi::document;
pub use page::{Page, Pages};
pub use plain::plain;
pub use ui::demo_table;
pub use url::{public_url, setup_url};
pub use wire::{Members, Moment};
