//! What a call has changed, before anybody is told in some edition's words.
use super::super::{
    page::PageAt,
    source::{Column, DatabaseAt, Property, SourceAt},
};

/// One change.
pub(in super::super) enum News {
    PageMade(PageAt),
    /// A cell that holds something else now.
    Written(PageAt, Column),
    /// Into the trash, or out of it.
    PageTrashed(PageAt, bool),
    PageLocked(PageAt, bool),
    DatabaseMade(DatabaseAt),
    DatabaseTrashed(DatabaseAt, bool),
    SourceMade(SourceAt),
    SourceTrashed(SourceAt, bool),
    /// A schema, with the properties as they were.
    Shaped(SourceAt, Vec<Option<Property>>),
}
