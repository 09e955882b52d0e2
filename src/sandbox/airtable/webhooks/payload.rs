//! The payload that tells of a change, as much of it as a webhook wants to know.
use serde_json::{Map, Value, json};

use super::super::{
    base::{Base, Person, TableAt},
    cell::Cell,
    kind::Kind,
    table::{Author, CellChange, Column, Row, RowChange, Slot},
    value::{Format, Shown, linked_rows, moment_text, text},
};
use super::{
    change::{Outline, TableChange},
    specification::{ChangeType, DataType, Reach, Specification},
};

/// Builds the payloads of one change.
pub(super) struct Teller<'a> {
    pub(super) base: &'a Base,
    pub(super) changes: &'a [TableChange],
    pub(super) by: Author,
    pub(super) at: jiff::Timestamp,
    pub(super) transaction: u64,
}

impl Teller<'_> {
    /// The payload for a webhook; none when it wants to know of nothing that has changed.
    pub(super) fn payload(&self, wanted: &Specification) -> Option<Value> {
        let source = match self.by {
            Author::Token => "publicApi",
            Author::Colleague => "client",
        };
        if !wanted.hears(source) {
            return None;
        }
        let (mut changed, mut created) = (Map::new(), Map::new());
        for change in self.changes {
            let id = self.base.table(change.at).id.clone();
            match &change.before {
                None => created.extend(self.created_table(change.at, wanted).map(|new| (id, new))),
                Some(before) => {
                    let told = self.changed_table(change, before, wanted);
                    changed.extend(
                        Some((id, Value::Object(told))).filter(|(_, told)| told != &json!({})),
                    );
                }
            }
        }
        if changed.is_empty() && created.is_empty() {
            return None;
        }
        let mut user = Person::of(self.by).json();
        user["permissionLevel"] = "create".into();
        let mut payload = json!({
            "timestamp": moment_text(self.at),
            "baseTransactionNumber": self.transaction,
            "payloadFormat": "v0",
            "actionMetadata": { "source": source, "sourceMetadata": { "user": user } },
        });
        if !changed.is_empty() {
            payload["changedTablesById"] = changed.into();
        }
        if !created.is_empty() {
            payload["createdTablesById"] = created.into();
        }
        Some(payload)
    }

    fn created_table(&self, at: TableAt, wanted: &Specification) -> Option<Value> {
        if !wanted.wants(DataType::Names, ChangeType::Add) {
            return None;
        }
        let new = Outline::of(self.base, at);
        let fields: Map<String, Value> = new.fields.iter().map(field).collect();
        Some(json!({ "metadata": metadata(&new), "fieldsById": fields, "recordsById": {} }))
    }

    fn changed_table(
        &self,
        change: &TableChange,
        before: &Outline,
        wanted: &Specification,
    ) -> Map<String, Value> {
        let table = self.base.table(change.at);
        let mut told = fields(before, &Outline::of(self.base, change.at), wanted);
        match wanted.reach() {
            Reach::Table(id) if id != table.id => {}
            Reach::View(id) if id != table.view => {}
            Reach::Base | Reach::Table(_) => told.extend(self.records(change, wanted)),
            Reach::View(id) => {
                let records = self.records(change, wanted);
                if !records.is_empty() {
                    told.insert("changedViewsById".into(), json!({ id: records }));
                }
            }
        }
        told
    }

    fn records(&self, change: &TableChange, wanted: &Specification) -> Map<String, Value> {
        let wants = |kind| wanted.wants(DataType::Records, kind);
        let (mut created, mut changed, mut gone) = (Map::new(), Map::new(), Vec::new());
        for row in &change.rows {
            match row {
                RowChange::Created(slot) if wants(ChangeType::Add) => {
                    created.extend(self.created(change.at, *slot, wanted));
                }
                RowChange::Changed(slot, before) if wants(ChangeType::Update) => {
                    changed.extend(self.changed(change.at, *slot, before, wanted));
                }
                RowChange::Destroyed(id) if wants(ChangeType::Remove) => gone.push(id.to_string()),
                RowChange::Created(_) | RowChange::Changed(..) | RowChange::Destroyed(_) => {}
            }
        }
        let mut told = Map::new();
        if !created.is_empty() {
            told.insert("createdRecordsById".into(), created.into());
        }
        if !changed.is_empty() {
            told.insert("changedRecordsById".into(), changed.into());
        }
        if !gone.is_empty() {
            told.insert("destroyedRecordIds".into(), json!(gone));
        }
        told
    }

    fn created(&self, at: TableAt, slot: Slot, wanted: &Specification) -> Option<(String, Value)> {
        let row = self.base.table(at).row(slot)?;
        let watched = |column: &Column| wanted.watches_cells_of(self.field_id(at, *column));
        let cells = self.stored(at).filter(watched);
        let cells = cells.filter_map(|column| Some((column, row.cell(column)?)));
        let cells = cells.map(|(column, cell)| self.cell(at, column, Some(cell)));
        let cells: Map<String, Value> = cells.collect();
        let new = json!({ "createdTime": moment_text(row.created), "cellValuesByFieldId": cells });
        Some((row.id.to_string(), new))
    }

    fn changed(
        &self,
        at: TableAt,
        slot: Slot,
        before: &[CellChange],
        wanted: &Specification,
    ) -> Option<(String, Value)> {
        let row = self.base.table(at).row(slot)?;
        let told = before
            .iter()
            .filter(|(column, _)| wanted.watches_cells_of(self.field_id(at, *column)));
        let told: Vec<&CellChange> = told.collect();
        if told.is_empty() {
            return None;
        }
        let current = told
            .iter()
            .map(|(column, _)| self.cell_of(at, row, *column));
        let current: Map<String, Value> = current.collect();
        let mut change = json!({ "current": { "cellValuesByFieldId": current } });
        if wanted.includes_previous_cells() {
            let old = told
                .iter()
                .map(|(column, cell)| self.cell(at, *column, cell.as_ref()));
            let old: Map<String, Value> = old.collect();
            change["previous"] = json!({ "cellValuesByFieldId": old });
        }
        let as_before = self.stored(at).filter(|column| {
            let id = self.field_id(at, *column);
            wanted.includes_cells_of(id) && !told.iter().any(|(changed, _)| changed == column)
        });
        let as_before = as_before.filter(|column| row.cell(*column).is_some());
        let as_before: Map<String, Value> = as_before
            .map(|column| self.cell_of(at, row, column))
            .collect();
        if !as_before.is_empty() {
            change["unchanged"] = json!({ "cellValuesByFieldId": as_before });
        }
        Some((row.id.to_string(), change))
    }

    /// The fields whose cells somebody writes.
    fn stored(&self, at: TableAt) -> impl Iterator<Item = Column> {
        let table = self.base.table(at);
        let is_stored = |column: &Column| !matches!(table.field(*column).kind, Kind::Computed(_));
        table.columns().filter(is_stored)
    }

    fn field_id(&self, at: TableAt, column: Column) -> &str {
        &self.base.table(at).field(column).id
    }

    fn cell_of(&self, at: TableAt, row: &Row, column: Column) -> (String, Value) {
        self.cell(at, column, row.cell(column))
    }

    /// A cell under its field's id. Payloads say more of options and links than records do.
    fn cell(&self, at: TableAt, column: Column, cell: Option<&Cell>) -> (String, Value) {
        let kind = &self.base.table(at).field(column).kind;
        let choice = |number: &u32| kind.choices()[*number as usize].json();
        let shown = match cell {
            None => Value::Null,
            Some(Cell::Choice(number)) => choice(number),
            Some(Cell::Choices(numbers)) => numbers.iter().map(choice).collect(),
            Some(Cell::Links(_)) => linked_rows(self.base, at, column, cell)
                .map(|(there, row)| {
                    let name = row.cell(Column(0));
                    let name = name.map(|cell| text(self.base, there, Column(0), cell));
                    json!({ "id": row.id, "name": name.unwrap_or_default() })
                })
                .collect(),
            Some(cell) => json!(Shown {
                base: self.base,
                table: at,
                column,
                cell,
                format: Format::Json,
            }),
        };
        (self.field_id(at, column).to_owned(), shown)
    }
}

/// What became of a table's own name and of its fields.
fn fields(before: &Outline, now: &Outline, wanted: &Specification) -> Map<String, Value> {
    let mut told = Map::new();
    let renamed = (&before.name, &before.description) != (&now.name, &now.description);
    if renamed && wanted.wants(DataType::Names, ChangeType::Update) {
        let change = json!({ "current": metadata(now), "previous": metadata(before) });
        told.insert("changedMetadata".into(), change);
    }
    let old = |id: &str| before.fields.iter().find(|(own, ..)| own == id);
    let new = now.fields.iter().filter(|(id, ..)| old(id).is_none());
    let created: Map<String, Value> = new.map(field).collect();
    if !created.is_empty() && wanted.wants(DataType::Fields, ChangeType::Add) {
        told.insert("createdFieldsById".into(), created.into());
    }
    let changed = now.fields.iter().filter_map(|fresh| {
        let old = old(&fresh.0).filter(|old| *old != fresh)?;
        wanted.watches_schema_of(&fresh.0).then(|| {
            let (id, current) = field(fresh);
            let mut change = json!({ "current": current });
            if wanted.includes_previous_fields() {
                change["previous"] = field(old).1;
            }
            (id, change)
        })
    });
    let changed: Map<String, Value> = changed.collect();
    if !changed.is_empty() && wanted.wants(DataType::Fields, ChangeType::Update) {
        told.insert("changedFieldsById".into(), changed.into());
    }
    told
}

fn field((id, name, kind): &(String, String, &'static str)) -> (String, Value) {
    (id.clone(), json!({ "name": name, "type": kind }))
}

fn metadata(table: &Outline) -> Value {
    json!({ "name": table.name, "description": table.description })
}
