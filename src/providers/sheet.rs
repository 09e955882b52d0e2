//! Pages whose rows are read only where that is needed.
//!
//! Most rows of most pages are what they were the last time, which their text alone tells: nothing
//! that was sent has changed, and so nothing that can be read out of it has.

use bytes::Bytes;

use super::{Error, Layout, Page};
use crate::fields::Value;

/// A part of a table's rows, as they were sent.
#[derive(Debug)]
pub enum Sheet {
    /// Some rows, and what to ask for the next sheet with; none at the end.
    Rows {
        /// The rows.
        rows: Vec<Sent>,
        /// Where the next sheet begins.
        next: Option<String>,
    },
    /// The provider has forgotten the listing: it has to begin anew.
    Forgotten,
}

/// A row as it was sent.
#[derive(Debug)]
pub struct Sent {
    /// The remote record.
    pub id: String,
    /// What it holds.
    pub cells: Cells,
}

/// What a row holds.
#[derive(Debug)]
pub enum Cells {
    /// The cells in the order of the layout, mapped back.
    Read(Vec<Option<Value>>),
    /// The text that holds them all, for [`super::Records::reading`]. The same text holds the same
    /// cells, as long as the fields have the same types.
    Unread(Bytes),
}

/// Reads the cells out of a row's text.
pub type Reading = fn(&Layout, &[u8]) -> Result<Vec<Option<Value>>, Error>;

impl From<Page> for Sheet {
    fn from(page: Page) -> Self {
        let Page::Rows { rows, next } = page else {
            return Self::Forgotten;
        };
        let sent = rows.into_iter().map(|row| Sent {
            id: row.id,
            cells: Cells::Read(row.cells),
        });
        let rows = sent.collect();
        Self::Rows { rows, next }
    }
}
