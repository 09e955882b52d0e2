//! What is kept below a site under a name, bounded in number: segments.
//!
//! `kind` says what all kinds have in common and how they lie in the store, `item` makes, lists,
//! changes and deletes them; each kind has a file of its own.

mod item;
mod kind;
mod segment;

pub(crate) use item::Item;
pub(super) use kind::Rows;
pub(crate) use segment::Segment;
