//! A table: its fields, its rows in the order in which they came, and what finds them.
use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    cell::Cell,
    id::{RecordId, is_id},
    index::{Indexes, MergeKey},
    kind::Kind,
    refusal::Refusal,
};

/// A row's place in its table. Never given to another row, so that a listing that is under way
/// cannot show a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot(pub(crate) u32);

/// A field's place in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Column(pub(crate) usize);

/// A field: ids do not change, names may.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) kind: Kind,
}

/// Who wrote a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The owner of the token.
    Token,
    /// Somebody at the vendor's own page.
    Colleague,
}

/// A row; cells beyond its end are empty.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: RecordId,
    pub(crate) created: Timestamp,
    pub(crate) created_by: Author,
    /// When somebody last changed a cell; `None` for a row as it was created.
    pub(crate) modified: Option<(Timestamp, Author)>,
    cells: Vec<Option<Cell>>,
}

impl Row {
    pub(crate) fn cell(&self, column: Column) -> Option<&Cell> {
        self.cells.get(column.0).and_then(Option::as_ref)
    }
}

/// One cell to write; `None` empties it.
pub(crate) type CellChange = (Column, Option<Cell>);

/// What became of a row, as somebody who watches its table sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RowChange {
    Created(Slot),
    /// With what the cells that are other now held before.
    Changed(Slot, Vec<CellChange>),
    Destroyed(RecordId),
}

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    pub(crate) by: Author,
    pub(crate) at: Timestamp,
}

pub(crate) struct Table {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) view: String,
    fields: Vec<Field>,
    rows: Vec<Option<Row>>,
    by_id: HashMap<RecordId, Slot>,
    indexes: Indexes,
    /// What became of its rows since somebody began to watch; none when nobody does.
    seen: Option<Vec<RowChange>>,
}

impl Table {
    /// A table without rows. The first field is the primary one.
    pub(crate) fn new(id: String, name: String, view: String, fields: Vec<Field>) -> Self {
        Self {
            id,
            name,
            description: None,
            view,
            fields,
            rows: Vec::new(),
            by_id: HashMap::new(),
            indexes: Indexes::default(),
            seen: None,
        }
    }

    /// Keeps what becomes of its rows from now on.
    pub(crate) fn watch(&mut self) {
        self.seen = Some(Vec::new());
    }

    /// What became of its rows since it was watched, which ends with this.
    pub(crate) fn watched(&mut self) -> Vec<RowChange> {
        self.seen.take().unwrap_or_default()
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(crate) fn field(&self, column: Column) -> &Field {
        &self.fields[column.0]
    }

    pub(crate) fn field_mut(&mut self, column: Column) -> &mut Field {
        &mut self.fields[column.0]
    }

    pub(crate) fn add_field(&mut self, field: Field) {
        self.fields.push(field);
    }

    /// Takes a field away with what its cells held. The columns behind it move up.
    pub(crate) fn drop_field(&mut self, Column(place): Column) {
        self.fields.remove(place);
        for row in self.rows.iter_mut().flatten() {
            if place < row.cells.len() {
                row.cells.remove(place);
            }
        }
        self.indexes = Indexes::default();
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> + use<> {
        (0..self.fields.len()).map(Column)
    }

    /// Finds a field by id, else by name.
    pub(crate) fn column(&self, key: &str) -> Option<Column> {
        let place = if is_id("fld", key) {
            self.fields.iter().position(|field| field.id == key)
        } else {
            None
        };
        place
            .or_else(|| self.fields.iter().position(|field| field.name == key))
            .map(Column)
    }

    /// Finds a field by id or name, or refuses as the vendor does.
    pub(crate) fn known_column(&self, key: &str) -> Result<Column, Refusal> {
        self.column(key).ok_or_else(|| Refusal::unknown_field(key))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn slot(&self, id: RecordId) -> Option<Slot> {
        self.by_id.get(&id).copied()
    }

    /// Finds a row by its id as it was written.
    pub(crate) fn find(&self, id: &str) -> Option<Slot> {
        RecordId::parse(id).and_then(|id| self.slot(id))
    }

    /// The row at a slot; `None` once it is deleted.
    pub(crate) fn row(&self, slot: Slot) -> Option<&Row> {
        self.rows.get(slot.0 as usize).and_then(Option::as_ref)
    }

    /// All rows, oldest first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Slot, &Row)> {
        (0..)
            .map(Slot)
            .zip(&self.rows)
            .filter_map(|(slot, row)| Some((slot, row.as_ref()?)))
    }

    /// Makes [`Table::matching`] ready for keys over these columns, which must rise.
    pub(crate) fn prepare_matching(&mut self, columns: Vec<Column>) {
        self.indexes.prepare(&self.rows, columns);
    }

    /// The rows whose cells are all equal to those of `key`, oldest first.
    pub(crate) fn matching(&self, key: &MergeKey) -> Vec<Slot> {
        self.indexes.matching(&self.rows, key)
    }

    pub(crate) fn insert(&mut self, id: RecordId, cells: Vec<CellChange>, stamp: Stamp) -> Slot {
        let slot = Slot(u32::try_from(self.rows.len()).expect("a table has fewer than 2³² rows"));
        let mut row = Row {
            id,
            created: stamp.at,
            created_by: stamp.by,
            modified: None,
            cells: Vec::with_capacity(self.fields.len()),
        };
        put(&mut row.cells, cells);
        self.indexes.enter(slot, &row);
        self.by_id.insert(id, slot);
        self.rows.push(Some(row));
        if let Some(seen) = &mut self.seen {
            seen.push(RowChange::Created(slot));
        }
        slot
    }

    /// Writes cells of a row that is there.
    pub(crate) fn update(&mut self, slot: Slot, cells: Vec<CellChange>, stamp: Stamp) {
        let Some(row) = self.rows.get_mut(slot.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        self.indexes.leave(slot, row);
        if let Some(seen) = &mut self.seen {
            let others = cells
                .iter()
                .filter(|(at, cell)| row.cell(*at) != cell.as_ref());
            let before = others.map(|(at, _)| (*at, row.cell(*at).cloned()));
            seen.push(RowChange::Changed(slot, before.collect()));
        }
        put(&mut row.cells, cells);
        row.modified = Some((stamp.at, stamp.by));
        self.indexes.enter(slot, row);
    }

    pub(crate) fn delete(&mut self, slot: Slot) {
        let Some(row) = self.rows.get_mut(slot.0 as usize).and_then(Option::take) else {
            return;
        };
        self.indexes.leave(slot, &row);
        self.by_id.remove(&row.id);
        if let Some(seen) = &mut self.seen {
            seen.push(RowChange::Destroyed(row.id));
        }
    }
}

fn put(cells: &mut Vec<Option<Cell>>, changes: Vec<CellChange>) {
    for (Column(place), cell) in changes {
        if cells.len() <= place {
            cells.resize(place + 1, None);
        }
        cells[place] = cell;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{super::kind::Text, *};

    pub(crate) fn people() -> Table {
        let field = |place: usize, name: &str| Field {
            id: format!("fld{place:014}"),
            name: name.into(),
            description: None,
            kind: Kind::Text(Text::SingleLine),
        };
        let fields = vec![field(0, "Name"), field(1, "City")];
        Table::new("tbl1".into(), "People".into(), "viw1".into(), fields)
    }

    pub(crate) fn stamp() -> Stamp {
        Stamp {
            by: Author::Token,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    pub(crate) fn text(column: usize, text: &str) -> CellChange {
        (Column(column), Some(Cell::Text(text.into())))
    }

    pub(crate) fn id(number: u32) -> RecordId {
        RecordId::parse(&format!("rec{number:014}")).unwrap()
    }

    #[test]
    fn a_field_is_found_by_id_and_by_name() {
        let table = people();
        assert_eq!(table.column("City"), Some(Column(1)));
        assert_eq!(table.column("fld00000000000001"), Some(Column(1)));
        assert_eq!(table.column("Town"), None);
    }

    /// An upsert after it would have matched on the cells of another field.
    #[test]
    fn what_is_behind_a_dropped_field_moves_up_with_its_cells() {
        let mut table = people();
        let slot = table.insert(id(1), vec![text(0, "Ann"), text(1, "Rome")], stamp());
        let short = table.insert(id(2), Vec::new(), stamp());
        table.prepare_matching(vec![Column(0)]);
        table.drop_field(Column(0));
        assert_eq!(table.column("Name"), None);
        assert_eq!(table.column("City"), Some(Column(0)));
        let rome = Some(Cell::Text("Rome".into()));
        assert_eq!(table.row(slot).unwrap().cell(Column(0)), rome.as_ref());
        assert_eq!(table.row(short).unwrap().cell(Column(0)), None);
        table.prepare_matching(vec![Column(0)]);
        let key = MergeKey(vec![(Column(0), rome)]);
        assert_eq!(table.matching(&key), [slot]);
    }

    #[test]
    fn a_deleted_rows_slot_is_not_given_away() {
        let mut table = people();
        let first = table.insert(id(1), vec![text(0, "Ann")], stamp());
        table.delete(first);
        let second = table.insert(id(2), vec![text(0, "Bob")], stamp());
        assert_ne!(first, second);
        assert!(table.row(first).is_none());
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn a_row_is_modified_only_once_it_is_changed() {
        let mut table = people();
        let slot = table.insert(id(1), vec![text(0, "Ann")], stamp());
        assert_eq!(table.row(slot).unwrap().modified, None);
        table.update(slot, vec![(Column(0), None)], stamp());
        assert!(table.row(slot).unwrap().modified.is_some());
        assert_eq!(table.row(slot).unwrap().cell(Column(0)), None);
    }
}
