//! Turns a sync's mapping into what a run works with, or says why that is no longer possible.

use sha2::{Digest as _, Sha256};

use super::super::definition::{Definition, Pair};
use super::super::direction::Direction;
use super::super::drift::moved;
use super::super::extent::Extent;
use super::super::letter::Cell;
use super::super::link::Hash;
use super::super::mapping::{Fault, Way, Wish, check};
use super::super::meeting::FieldWay;
use super::super::plan::Column;
use super::super::removal::Deletes;
use super::former::{Former, mark_of, pairing_of};
use crate::base::Hex;
use crate::fields::{ContentHash, Field, Fields, Schema, Value, content_hash, content_hashes};
use crate::jobs::Failure;
use crate::providers::{Layout, RemoteField, RemoteTable, changed_field, kept};

/// Which fields of the dataset fill which cells.
#[derive(Debug)]
pub(in crate::sync) struct Fit {
    /// The remote fields, in the order of their ids: a mapping that was only reordered means the
    /// same.
    pub(in crate::sync) layout: Layout,
    /// The other fields of the remote table that people may fill.
    pub(super) beside: Vec<RemoteField>,
    /// The fingerprint of the layout's fields; where both sides count, of which of them belongs to
    /// which of the dataset's.
    pub(super) mark: Hash,
    /// The fingerprint of which of the layout's fields belongs to which of the dataset's.
    pub(super) pairing: Hash,
    /// The fingerprint of the layout's fields and of the dataset's that fill them: what a record's
    /// own fingerprint has to be seen with.
    origin: Hash,
    /// The fingerprint of what decides how the text of a row is read.
    reading: Hash,
    /// For each cell the place of its field in the dataset's schema.
    sources: Vec<usize>,
    /// For each cell the name of its field in the dataset.
    pub(super) names: Vec<String>,
    /// The same names in the order of the mapping, the key first.
    shown: Vec<String>,
    /// For each cell which way it goes in a two-way sync.
    ways: Vec<FieldWay>,
    /// The mappings that it had before.
    pub(super) former: Vec<Former>,
    /// Which records go.
    extent: Extent,
    /// What becomes of those that no longer do.
    deletes: Deletes,
}

/// Longer texts are cut where people look at what was sent.
const SHOWN_CHARS: usize = 500;

impl Fit {
    /// The fit of `sync` towards `table` as it is now.
    ///
    /// Errs with a failure when the mapping does not fit any more: a run writes either what was
    /// agreed to or nothing.
    pub(in crate::sync) fn new(
        sync: &Definition,
        schema: &Schema,
        key_field: &str,
        table: &RemoteTable,
    ) -> Result<Self, Failure> {
        let mut pairs = checked(sync, schema, key_field, table)?;
        let shown: Vec<String> = pairs.iter().map(|pair| pair.field.clone()).collect();
        pairs.sort_by(|a, b| a.remote_field_id.cmp(&b.remote_field_id));
        let mut fields = Vec::with_capacity(pairs.len());
        let mut sources = Vec::with_capacity(pairs.len());
        let mut names = Vec::with_capacity(pairs.len());
        for pair in &pairs {
            let to = table.field(&pair.remote_field_id);
            if let (Some(to), Some(from)) = (to, schema.position(&pair.field)) {
                fields.push(to);
                sources.push(from);
                names.push(pair.field.clone());
            }
        }
        let key = fields
            .iter()
            .position(|to| to.id == sync.remote_key_field_id)
            .unwrap_or_default();
        let origins = origins(schema, &sources);
        let present = fields.iter().zip(&names);
        let present = present.map(|(to, name)| (name.as_str(), to.id.as_str()));
        let present: Vec<(&str, &str)> = present.collect();
        let (former, pairing) = (Former::all(sync, &present), pairing_of(&present));
        let ids: Vec<&str> = fields.iter().map(|to| to.id.as_str()).collect();
        let mark = match sync.direction {
            // What both sides have agreed on, they have in the same two fields.
            Direction::TwoWay => pairing,
            Direction::Push | Direction::Pull => mark_of(&ids),
        };
        let ids = ids.join("\n");
        Ok(Self {
            reading: reading(&fields),
            beside: table.fields_beside(&fields),
            mark,
            former,
            pairing,
            origin: content_hash(format!("{ids}\n{origins}").as_bytes()).0,
            layout: Layout {
                base: sync.base.id.clone(),
                table: table.id.clone(),
                fields,
                key,
                typecast: sync.typecast,
                changed: changed_field(table).filter(|_| sync.direction == Direction::TwoWay),
                sender: String::new(),
            },
            ways: names
                .iter()
                .map(|name| way_of(sync, name, key_field))
                .collect(),
            sources,
            names,
            shown,
            extent: sync.scope.clone(),
            deletes: sync.deletes,
        })
    }

    /// The layout with the other fields that people may fill behind those that are written.
    pub(super) fn whole_layout(&self) -> Layout {
        let mut layout = self.layout.clone();
        layout.fields.extend_from_slice(&self.beside);
        layout
    }

    /// The place in the dataset's schema of the field that belongs to a cell.
    pub(super) fn place(&self, cell: usize) -> usize {
        self.sources[cell]
    }

    /// Which way a cell goes in a two-way sync.
    pub(super) fn way(&self, cell: usize) -> FieldWay {
        self.ways[cell]
    }

    /// The name of a cell's field in the dataset.
    pub(super) fn name(&self, cell: usize) -> &str {
        &self.names[cell]
    }

    /// Where a record's cells come from: as long as this stays the same, they do. Cheaper than to
    /// read and compare them.
    pub(super) fn source(&self, record: ContentHash) -> Hash {
        std::array::from_fn(|at| self.origin[at] ^ record.0[at])
    }

    /// The fingerprint of the text that a row was sent as, and of how it is read.
    pub(super) fn text_mark(&self, text: &[u8]) -> Hash {
        content_hashes(&[&self.reading, text]).0
    }

    /// The fields that are written, in the order of the layout.
    pub(super) fn columns(&self) -> Vec<Column> {
        let columns = self.names.iter().zip(&self.layout.fields);
        let place = |field: &String| self.shown.iter().position(|shown| shown == field);
        let column = |(field, to): (&String, &RemoteField)| Column {
            place: place(field).unwrap_or_default(),
            field: field.clone(),
            remote_field_id: to.id.clone(),
            remote_field_name: to.name.clone(),
        };
        columns.map(column).collect()
    }

    /// SHA-256 over which records go, and what of them goes where.
    pub(super) fn mapping_digest(&self) -> String {
        let Layout {
            base,
            table,
            fields,
            key,
            typecast,
            changed: _,
            sender: _,
        } = &self.layout;
        let head = [base.clone(), table.clone(), format!("{key} {typecast}")];
        let pairs = self.names.iter().zip(fields);
        let pairs = pairs.map(|(field, to)| format!("{} {field}", to.id));
        // All records are what plans were made of before there was a choice.
        let extent = match &self.extent {
            Extent::All => None,
            Extent::Filter(filter) => Some(format!("filter {filter}")),
            Extent::Selection => Some("selection".to_owned()),
        };
        let removal = self.deletes.policy.removal();
        let removal = removal.map(|how| format!("{} {}", how.name(), self.deletes.matched));
        digest(head.into_iter().chain(pairs).chain(extent).chain(removal))
    }

    /// SHA-256 over the remote fields that are written, as far as they decide what can be. Names
    /// and options do not: a write of our own may add an option.
    pub(super) fn schema_digest(&self) -> String {
        let fields = self.layout.fields.iter();
        digest(fields.map(|to| format!("{} {} {}", to.id, to.kind, to.writable)))
    }

    /// SHA-256 over everything that decides what a row becomes here: what goes where, and what
    /// both ends hold.
    pub(super) fn meaning(&self) -> String {
        let origin = Hex(&self.origin).to_string();
        digest([self.mapping_digest(), self.schema_digest(), origin].into_iter())
    }

    /// What a row's cells hold, for people.
    pub(super) fn payload(&self, cells: &[Option<Value>]) -> Vec<Cell> {
        let columns = self.names.iter().zip(&self.layout.fields).zip(cells);
        let cell = |((field, to), value): ((&String, &RemoteField), &Option<Value>)| Cell {
            field: field.clone(),
            remote_field_id: to.id.clone(),
            remote_field_name: to.name.clone(),
            value: value.as_ref().map(|value| shortened(&value.spelling())),
        };
        let mut payload: Vec<Cell> = columns.map(cell).collect();
        // People know the mapping's order; the layout's is that of ids.
        payload.sort_by_key(|cell| self.shown.iter().position(|name| *name == cell.field));
        payload
    }

    /// A record's cells in the order of the layout, as the provider would keep them: what differs
    /// in the order of its people alone is not written again.
    pub(super) fn cells(&self, fields: &Fields) -> Vec<Option<Value>> {
        let columns = self.sources.iter().zip(&self.layout.fields);
        let cell =
            |(place, to): (&usize, &RemoteField)| Some(kept(&to.kind, fields.at(*place)?.clone()));
        columns.map(cell).collect()
    }
}

/// The pairs of the mapping, which still fits.
fn checked(
    sync: &Definition,
    schema: &Schema,
    key_field: &str,
    table: &RemoteTable,
) -> Result<Vec<Pair>, Failure> {
    let pairs = sync.mapping.iter();
    let pairs = pairs.map(|pair| (pair.field.clone(), pair.remote_field_id.clone()));
    let wish = Wish {
        pairs: pairs.collect(),
        remote_key_field_id: sync.remote_key_field_id.clone(),
        ways: sync.meeting.ways.clone(),
    };
    let way = Way {
        direction: sync.direction,
        typecast: sync.typecast,
    };
    check(&wish, schema, key_field, table, way).map_err(misfit)
}

/// Which way a field goes: the key joins both sides, and the dataset is right about it.
fn way_of(sync: &Definition, name: &str, key_field: &str) -> FieldWay {
    if name == key_field {
        return FieldWay::Push;
    }
    sync.meeting.ways.get(name).copied().unwrap_or_default()
}

fn digest(parts: impl Iterator<Item = String>) -> String {
    let whole = parts.fold(Sha256::new(), |hash, part| {
        hash.chain_update(part).chain_update("\n")
    });
    Hex(&<[u8; 32]>::from(whole.finalize())).to_string()
}

/// A text, or its beginning.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// How the texts of rows are read: to be raised whenever a provider's text becomes other cells than
/// before, or unchanged rows go on holding what they were read as formerly.
const EDITION: u32 = 1;

/// What decides how the text of a row is read: the fields with their types, and this version, since
/// another one may read the same text differently.
fn reading(fields: &[RemoteField]) -> Hash {
    let told = fields.iter();
    let told = told.map(|field| format!("{} {} {:?}", field.id, field.kind, field.neutral));
    let told: Vec<String> = told.collect();
    let version = env!("CARGO_PKG_VERSION");
    let told = format!("{version} {EDITION}\n{}", told.join("\n"));
    content_hash(told.as_bytes()).0
}

/// The dataset's fields that fill the cells, spelt out.
fn origins(schema: &Schema, sources: &[usize]) -> String {
    let fields: Vec<&Field> = sources.iter().map(|at| &schema.fields()[*at]).collect();
    serde_json::to_string(&fields).unwrap_or_default()
}

fn misfit(faults: Vec<Fault>) -> Failure {
    let told: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
    moved(&told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldType;

    #[test]
    fn the_same_text_is_another_where_other_fields_or_types_read_it() {
        let field = |id: &str, kind: &str, neutral| RemoteField {
            id: id.to_owned(),
            name: id.to_owned(),
            kind: kind.to_owned(),
            neutral,
            writable: true,
            description: None,
            options: Vec::new(),
            decimals: None,
        };
        let number = || field("fld1", "number", Some(FieldType::Number));
        let marks = [
            reading(&[number()]),
            reading(&[field("fld1", "number", Some(FieldType::Integer))]),
            reading(&[field("fld1", "currency", Some(FieldType::Number))]),
            reading(&[field("fld2", "number", Some(FieldType::Number))]),
            reading(&[number(), field("fld2", "singleLineText", None)]),
        ];
        for (at, mark) in marks.iter().enumerate() {
            assert!(!marks[..at].contains(mark), "{at}");
        }
        assert_eq!(marks[0], reading(&[number()]));
    }
}
