//! What is told, before it is written in any form.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

/// Everything that a file tells.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// The site's name.
    pub(super) title: String,
    /// What was asked of it, such as `Report by channel`.
    pub(super) question: String,
    /// What one must know to read it, each with what it is about.
    pub(super) about: Vec<(&'static str, String)>,
    /// The currency of every amount, by ISO 4217.
    pub(super) currency: String,
    /// How many decimals its amounts have.
    pub(super) decimals: usize,
    /// When this was known.
    pub(super) known_at: Timestamp,
    /// What it all comes to. Visitors are counted once over all rows, not added up.
    pub(super) figures: Vec<Figure>,
    pub(super) chart: Option<Chart>,
    pub(super) main: Table,
    /// What is told beside it.
    pub(super) more: Vec<Table>,
}

/// One figure by itself.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) column: Column,
    pub(super) now: Cell,
    /// What it is held against, where it is.
    pub(super) before: Option<Cell>,
}

/// Rows of cells, one for each column.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// What its rows are, such as `Days`.
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What all rows come to, also those that are not told.
    pub(super) totals: Option<Vec<Cell>>,
    /// How many rows there are, with those that are not told.
    pub(super) found: u64,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its word, such as `bounce_rate`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) time: Time,
}

/// Of what kind the cells of a column are, those that are not absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Date,
    Count,
    /// Money in the currency of the sheet.
    Amount,
    /// A part of a whole: 1 is all of it.
    Share,
    Seconds,
}

/// Of which days a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Now,
    /// Those that they are held against.
    Before,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing could have happened, or there is no counterpart.
    Absent,
    Text(Arc<str>),
    Date(Date),
    Count(u64),
    /// A decimal number, exact.
    Amount(String),
    Share(f64),
    Seconds(f64),
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chart {
    /// What its points tell.
    pub(super) column: Column,
    pub(super) shape: Shape,
    /// From left to right, or from the top.
    pub(super) points: Vec<(String, Cell)>,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One follows the other in time.
    Time,
    /// They are of a kind, and side by side.
    Rank,
}

impl Column {
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            time: Time::Now,
        }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self::new(name, Kind::Text)
    }

    /// The same of the days that others are held against.
    pub(super) const fn before(self) -> Self {
        Self {
            time: Time::Before,
            ..self
        }
    }

    /// Its name for programs, with the unit: `revenue_before (EUR)`.
    pub(super) fn for_programs(self, currency: &str) -> String {
        let before = match self.time {
            Time::Now => "",
            Time::Before => "_before",
        };
        let unit = self.unit(currency);
        let unit = unit.map_or_else(String::new, |unit| format!(" ({unit})"));
        format!("{}{before}{unit}", self.name)
    }

    /// Its name for people: `Revenue before (EUR)`. What has a sign of its own has no unit.
    pub(super) fn for_people(self, currency: &str) -> String {
        let words = self.name.replace('_', " ");
        let mut letters = words.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let mut label: String = first.into_iter().chain(letters).collect();
        if self.time == Time::Before {
            label.push_str(" before");
        }
        match self.kind {
            Kind::Amount => format!("{label} ({currency})"),
            _ => label,
        }
    }

    /// What its cells are counted in; none where its name says it.
    pub(super) fn unit(self, currency: &str) -> Option<&str> {
        match self.kind {
            Kind::Amount => Some(currency),
            Kind::Share => Some("ratio"),
            _ => None,
        }
    }
}

impl Kind {
    /// Its word for programs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Count => "count",
            Self::Amount => "amount",
            Self::Share => "share",
            Self::Seconds => "seconds",
        }
    }

    /// Whether it says what a row is about, rather than how much of it there is.
    pub(super) const fn names(self) -> bool {
        matches!(self, Self::Text | Self::Date)
    }
}

impl Cell {
    /// A text; nothing is an empty one.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// An amount that there may be.
    pub(super) fn amount(amount: Option<String>) -> Self {
        amount.map_or(Self::Absent, Self::Amount)
    }

    /// How much it is; none of what is no number.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Absent | Self::Text(_) | Self::Date(_) => None,
            Self::Count(count) => Some(*count as f64),
            Self::Amount(amount) => amount.parse().ok(),
            Self::Share(number) | Self::Seconds(number) => Some(*number),
        }
    }
}

impl Table {
    /// Rows all of which are told.
    pub(super) fn whole(name: &'static str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self {
            name,
            columns,
            found: rows.len() as u64,
            rows,
            totals: None,
        }
    }
}

impl Sheet {
    /// All tables, the main one first.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Table> {
        std::iter::once(&self.main).chain(&self.more)
    }

    /// So many rows are told in all.
    pub(super) fn rows(&self) -> u64 {
        self.tables().map(|table| table.rows.len() as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_a_name_with_its_unit_for_programs_and_one_for_people() {
        for (column, programs, people) in [
            (Column::new("visits", Kind::Count), "visits", "Visits"),
            (
                Column::new("revenue", Kind::Amount).before(),
                "revenue_before (EUR)",
                "Revenue before (EUR)",
            ),
            (
                Column::new("bounce_rate", Kind::Share),
                "bounce_rate (ratio)",
                "Bounce rate",
            ),
            (
                Column::new("visit_seconds", Kind::Seconds),
                "visit_seconds",
                "Visit seconds",
            ),
        ] {
            assert_eq!(column.for_programs("EUR"), programs);
            assert_eq!(column.for_people("EUR"), people);
        }
    }
}
