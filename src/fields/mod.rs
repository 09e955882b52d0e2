//! Neutral values and schemas: what a record holds, whichever file or vendor it came from.
//!
//! A [`Schema`] names the fields and their types; [`Fields`] are one record's values in the
//! schema's order. The canonical form is what is stored, compared and hashed: equal content gives
//! equal bytes.

mod canonical;
mod fitting;
mod hash;
mod infer;
mod json;
mod kind;
mod misfit;
mod order;
mod parse;
mod schema;
mod selection;
mod value;

pub use canonical::Fields;
pub use fitting::fitted;
pub use hash::{ContentHash, content_hash, content_hashes};
pub use infer::{Guess, Inference};
pub use json::{Fault, Members};
pub use kind::FieldType;
pub use misfit::Misfit;
pub use order::{ABSENT_FIRST, order_key};
pub use parse::parse;
pub use schema::{Field, MAX_FIELDS, Schema, SchemaFault, SchemaFaults};
pub use selection::{Selection, UnknownNames};
pub use value::Value;

/// A value takes no more bytes than this, as it is stored.
pub const MAX_VALUE_BYTES: usize = 1 << 20;
/// A record takes no more bytes than this, as it is stored.
pub const MAX_RECORD_BYTES: usize = 4 << 20;
