//! Writes records as the vendor's answers show them, straight from the table.
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    super::{
        base::{Base, TableAt},
        cell::Cell,
        kind::{Computed, Kind},
        table::{Column, Row, Slot},
    },
    computed::computed,
    text::{moment_text, text},
};

/// How cells are written: typed, or as the texts that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    #[default]
    Json,
    Text,
}

/// A record as an answer shows it: id, time of creation, and the cells that are not empty.
pub(crate) struct RecordView<'a> {
    pub(crate) base: &'a Base,
    pub(crate) table: TableAt,
    pub(crate) slot: Slot,
    pub(crate) row: &'a Row,
    /// The fields to show; all when `None`.
    pub(crate) columns: Option<&'a [Column]>,
    /// Whether fields are named by id.
    pub(crate) by_id: bool,
    pub(crate) format: Format,
    /// Whether the number of comments is shown; there are none.
    pub(crate) comment_count: bool,
}

impl Serialize for RecordView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_map(None)?;
        record.serialize_entry("id", &self.row.id)?;
        record.serialize_entry("createdTime", &moment_text(self.row.created))?;
        if self.comment_count {
            record.serialize_entry("commentCount", &0)?;
        }
        record.serialize_entry("fields", &Fields(self))?;
        record.end()
    }
}

struct Fields<'a>(&'a RecordView<'a>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = self.0;
        let mut fields = serializer.serialize_map(None)?;
        match view.columns {
            Some(columns) => columns
                .iter()
                .try_for_each(|column| view.put(*column, &mut fields))?,
            None => {
                view.base
                    .table(view.table)
                    .columns()
                    .try_for_each(|column| view.put(column, &mut fields))?;
            }
        }
        fields.end()
    }
}

impl RecordView<'_> {
    /// Writes one field unless it is empty: the vendor leaves empty cells out.
    fn put<M: SerializeMap>(&self, column: Column, fields: &mut M) -> Result<(), M::Error> {
        let field = self.base.table(self.table).field(column);
        let key = if self.by_id { &field.id } else { &field.name };
        match &field.kind {
            Kind::Computed(kind) => self.put_computed(key, kind, fields),
            Kind::Links { .. } if !self.has_links(column) => Ok(()),
            _ => match self.row.cell(column) {
                None => Ok(()),
                Some(cell) => fields.serialize_entry(
                    key,
                    &Shown {
                        base: self.base,
                        table: self.table,
                        column,
                        cell,
                        format: self.format,
                    },
                ),
            },
        }
    }

    fn put_computed<M: SerializeMap>(
        &self,
        key: &str,
        kind: &Computed,
        fields: &mut M,
    ) -> Result<(), M::Error> {
        match computed(self, kind) {
            None => Ok(()),
            Some(value) if self.format == Format::Text && !value.is_string() => {
                fields.serialize_entry(key, &value.to_string())
            }
            Some(value) => fields.serialize_entry(key, &value),
        }
    }

    /// Whether any linked record is still there.
    fn has_links(&self, column: Column) -> bool {
        super::linked_rows(self.base, self.table, column, self.row.cell(column))
            .next()
            .is_some()
    }
}

/// A cell with what it takes to name its options and linked records.
pub(crate) struct Shown<'a> {
    pub(crate) base: &'a Base,
    pub(crate) table: TableAt,
    pub(crate) column: Column,
    pub(crate) cell: &'a Cell,
    pub(crate) format: Format,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.format == Format::Text {
            return serializer.serialize_str(&text(self.base, self.table, self.column, self.cell));
        }
        let choices = self
            .base
            .table(self.table)
            .field(self.column)
            .kind
            .choices();
        match self.cell {
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => Digits(*number).serialize(serializer),
            Cell::Checked => serializer.serialize_bool(true),
            Cell::Day(day) => serializer.collect_str(day),
            Cell::Moment(at) => serializer.serialize_str(&moment_text(*at)),
            Cell::Choice(number) => serializer.serialize_str(&choices[*number as usize].name),
            Cell::Choices(numbers) => {
                serializer.collect_seq(numbers.iter().map(|number| &choices[*number as usize].name))
            }
            Cell::Links(_) => {
                let there = super::linked_rows(self.base, self.table, self.column, Some(self.cell));
                serializer.collect_seq(there.map(|(_, row)| row.id))
            }
            Cell::Object(object) => object.serialize(serializer),
            Cell::Objects(objects) => {
                let kind = &self.base.table(self.table).field(self.column).kind;
                if matches!(kind, Kind::Attachments) {
                    serializer.collect_seq(objects.iter().map(|file| self.base.signed(file)))
                } else {
                    serializer.collect_seq(objects.iter())
                }
            }
        }
    }
}

/// A number on the wire; a whole one is written without a point, as the vendor does.
pub(crate) struct Digits(pub(crate) f64);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2⁵³")]
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}
