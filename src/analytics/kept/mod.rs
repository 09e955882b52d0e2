//! What is kept below a site under a name, bounded in number: segments,
//! saved reports, notes and goals.
//!
//! `kind` says what all kinds have in common and how they lie in the store, `item` makes, lists,
//! changes and deletes them; each kind has a file of its own.

mod goal;
mod item;
mod kind;
mod note;
mod saved;
mod segment;

pub use goal::BadGoal;
pub(crate) use goal::{Condition, PageRule, PageWay, SiteGoal};
pub(crate) use item::Item;
pub(super) use kind::Rows;
pub(crate) use note::Note;
pub(crate) use saved::{Range, SavedDays, SavedQuestion, SavedReport};
pub(crate) use segment::Segment;
