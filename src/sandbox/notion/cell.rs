//! What a property of a page holds, small enough to have millions of them.
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::rich::Run;

/// A value that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Words(Box<[Run]>),
    Number(f64),
    Checked,
    /// The place of an option among the property's.
    Choice(u32),
    Choices(Box<[u32]>),
    Date(Box<Span>),
    People(Box<[Uuid]>),
    Pages(Box<[Uuid]>),
    /// An address of any kind, or a number to call.
    Line(Box<str>),
    /// Files, each as it is shown.
    Files(Box<[Value]>),
    /// A place or a verification, as it is shown.
    Object(Box<Value>),
}

/// A date or a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: When,
    pub(crate) end: Option<When>,
    pub(crate) zone: Option<String>,
}

/// A day, or a moment of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct When {
    /// As it is shown.
    pub(crate) text: String,
    /// The day's beginning in UTC, or the moment.
    pub(crate) at: Timestamp,
    pub(crate) is_day: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_filled_cell_takes_no_more_than_24_bytes() {
        assert!(size_of::<Option<Cell>>() <= 24);
    }
}
