//! Plays Airtable: its Web API for records and schema, with its limits and its refusals.
//!
//! Left out, and answered as paths that do not exist: comments and the upload of attachments. Of
//! webhooks it leaves out what forms and automations do, and cells that the vendor works out. A
//! link field has no inverse field in the linked table.
mod base;
mod call;
mod cell;
mod formula;
mod id;
mod index;
mod kind;
mod leave;
mod listing;
mod meta;
mod query;
mod quota;
mod records;
mod refusal;
mod seed;
mod sort;
mod table;
mod value;
mod vendor;
mod webhooks;
mod write;

pub(crate) use base::{Base, TableAt};
pub(crate) use call::{Call, Mode, Place};
pub(crate) use leave::Leave;
pub(crate) use query::Direction;
pub use quota::Limits;
pub(crate) use refusal::Refusal;
pub use seed::{BaseSeed, FieldSeed, TableSeed};
pub(crate) use sort::sort;
pub(crate) use table::{Author, Slot};
pub(crate) use value::{Format, RecordView};
pub(crate) use vendor::{Airtable, Moment};
pub use webhooks::WebhookKnobs;
pub(crate) use write::Rules;
