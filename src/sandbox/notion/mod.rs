//! Plays Notion: databases, data sources and pages in three editions of its API, with its limits,
//! its refusals and what it leaves out without saying so.
//!
//! Left out, and answered as paths that do not exist: blocks and their text, comments, the upload
//! of files, templates and views.
mod blocks;
mod body;
mod call;
mod cell;
mod cursors;
mod filter;
mod formula;
mod id;
mod kind;
mod knobs;
mod lookup;
mod page;
mod pages;
mod paging;
mod people;
mod property;
mod query;
mod quota;
mod refusal;
mod rich;
mod schema;
mod search;
mod seed;
mod sort;
mod source;
mod things;
mod users;
mod value;
mod vendor;
mod version;
mod view;
mod webhooks;

pub(crate) use call::{Call, is_ours};
pub use knobs::{Capabilities, NotionKnobs, NotionLimits, NotionWebhooks};
pub(crate) use page::PageAt;
pub(crate) use people::{Author, USERS, WORKSPACE};
pub(crate) use refusal::Refusal;
pub use seed::{DatabaseSeed, SourceSeed};
pub(crate) use source::SourceAt;
pub(crate) use vendor::{Moment, Notion};
pub(crate) use version::Version;
pub(crate) use view::Lens;
pub(crate) use webhooks::{Attempt, Unfit};
