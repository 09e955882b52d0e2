//! What a cell holds, small enough to have millions of them.
use std::hash::{Hash, Hasher};

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::id::RecordId;

/// A cell that is not empty. An empty one is `None`: the vendor knows no empty text, no empty
/// list and no unchecked box.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(Box<str>),
    Number(f64),
    Checked,
    Day(Date),
    Moment(Timestamp),
    /// The place of a select option among the field's choices.
    Choice(u32),
    Choices(Box<[u32]>),
    Links(Box<[RecordId]>),
    /// A collaborator or a barcode.
    Object(Box<Value>),
    /// Collaborators or attachments.
    Objects(Box<[Value]>),
}

/// Feeds a cell's value to a hash, so that equal cells hash alike.
pub(crate) fn feed<H: Hasher>(cell: Option<&Cell>, into: &mut H) {
    let Some(cell) = cell else {
        return 0u8.hash(into);
    };
    std::mem::discriminant(cell).hash(into);
    match cell {
        Cell::Text(text) => text.hash(into),
        // 0.0 and -0.0 are equal and must hash alike.
        Cell::Number(number) => (number + 0.0).to_bits().hash(into),
        Cell::Day(day) => day.hash(into),
        Cell::Moment(moment) => moment.hash(into),
        Cell::Choice(choice) => choice.hash(into),
        Cell::Choices(choices) => choices.hash(into),
        Cell::Links(links) => links.hash(into),
        // No upsert matches on these; the kind alone will do.
        Cell::Checked | Cell::Object(_) | Cell::Objects(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use super::*;

    fn hash(cell: &Cell) -> u64 {
        let mut hasher = DefaultHasher::new();
        feed(Some(cell), &mut hasher);
        hasher.finish()
    }

    #[test]
    fn equal_cells_hash_alike() {
        assert_eq!(hash(&Cell::Number(0.0)), hash(&Cell::Number(-0.0)));
        assert_eq!(hash(&Cell::Text("a".into())), hash(&Cell::Text("a".into())));
        assert_ne!(hash(&Cell::Number(1.0)), hash(&Cell::Number(2.0)));
    }

    #[test]
    fn an_empty_or_filled_cell_takes_no_more_than_24_bytes() {
        assert!(size_of::<Option<Cell>>() <= 24);
    }
}
