//! Pages: the rows of a data source.
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::Value;
use uuid::Uuid;

use super::{
    cell::Cell,
    people::Author,
    source::{Column, SourceAt},
};

/// A page's place in the workspace; never given to another page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PageAt(pub(crate) u32);

/// A page; cells beyond its end are empty.
pub(crate) struct Page {
    pub(crate) id: Uuid,
    pub(crate) source: SourceAt,
    pub(crate) created: Timestamp,
    pub(crate) created_by: Author,
    /// To the moment; shown and compared rounded, see [`Page::edited`].
    pub(crate) touched: Timestamp,
    pub(crate) edited_by: Author,
    pub(crate) in_trash: bool,
    /// Told by the vendor's page alone: its API goes on editing.
    pub(crate) is_locked: bool,
    pub(crate) number: u64,
    /// Icon and cover, where there are any.
    pub(crate) looks: Option<Box<Looks>>,
    cells: Vec<Option<Cell>>,
}

/// What a page is adorned with.
#[derive(Default, Clone)]
pub(crate) struct Looks {
    pub(crate) icon: Value,
    pub(crate) cover: Value,
}

/// One cell to write; `None` empties it.
pub(crate) type Change = (Column, Option<Cell>);

impl Page {
    pub(crate) fn new(id: Uuid, source: SourceAt, at: Timestamp, by: Author) -> Self {
        Self {
            id,
            source,
            created: at,
            created_by: by,
            touched: at,
            edited_by: by,
            in_trash: false,
            is_locked: false,
            number: 0,
            looks: None,
            cells: Vec::new(),
        }
    }

    pub(crate) fn cell(&self, column: Column) -> Option<&Cell> {
        self.cells.get(column.0).and_then(Option::as_ref)
    }

    pub(crate) fn put(&mut self, (column, cell): Change) {
        if self.cells.len() <= column.0 {
            self.cells.resize(column.0 + 1, None);
        }
        self.cells[column.0] = cell;
    }

    /// When it was last edited, as far as anybody can tell: to the minute.
    pub(crate) fn edited(&self) -> Timestamp {
        minute(self.touched)
    }
}

/// A time rounded down to its minute.
pub(crate) fn minute(at: Timestamp) -> Timestamp {
    let down = TimestampRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Floor);
    at.round(down).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_edit_is_known_to_the_minute() {
        let at: Timestamp = "2026-03-11T10:20:59.999Z".parse().unwrap();
        let page = Page::new(Uuid::nil(), SourceAt(0), at, Author::Bot);
        assert_eq!(page.edited().to_string(), "2026-03-11T10:20:00Z");
        assert_eq!(page.created, at);
    }
}
