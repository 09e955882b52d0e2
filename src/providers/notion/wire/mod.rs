//! Notion's JSON: what is sent and what comes back, read with tolerance for what is new.

mod account;
mod answer;
mod page;
mod pieces;
mod schema;

pub(super) use account::account;
pub(super) use answer::Part;
#[cfg(test)]
pub(super) use page::tests::layout;
pub(super) use page::{Read, Unread, cells, files, page, pages, read_late, unread, write};
pub(super) use pieces::{Pieces, joined, pieces};
pub(super) use schema::{Database, database, found, table};
