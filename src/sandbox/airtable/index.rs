//! Finds the rows that an upsert matches, without looking at the others.
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use super::{
    cell::{Cell, feed},
    table::{Column, Row, Slot},
};

/// What an upsert looks for: columns, rising, each with the value it must have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MergeKey(pub(crate) Vec<(Column, Option<Cell>)>);

impl MergeKey {
    fn columns(&self) -> Vec<Column> {
        self.0.iter().map(|(column, _)| *column).collect()
    }

    fn cells(&self) -> impl Iterator<Item = Option<&Cell>> {
        self.0.iter().map(|(_, cell)| cell.as_ref())
    }

    fn fits(&self, row: &Row) -> bool {
        self.0
            .iter()
            .all(|(column, cell)| row.cell(*column) == cell.as_ref())
    }
}

/// One index per combination of columns that an upsert has ever matched on.
///
/// Built from the whole table the first time, kept up with every write from then on.
#[derive(Default)]
pub(crate) struct Indexes {
    state: RandomState,
    by_columns: HashMap<Vec<Column>, Index>,
}

/// Rows by the hash of their cells. A hash may collide; the caller compares.
#[derive(Default)]
struct Index(HashMap<u64, Slots>);

/// Nearly every value belongs to one row; a list for each would double the index.
enum Slots {
    One(Slot),
    Several(Vec<Slot>),
}

impl Indexes {
    /// Builds the index over `columns` unless it is there.
    pub(crate) fn prepare(&mut self, rows: &[Option<Row>], columns: Vec<Column>) {
        let Self { state, by_columns } = self;
        by_columns.entry(columns).or_insert_with_key(|columns| {
            let mut index = Index::default();
            for (place, row) in (0..).zip(rows) {
                if let Some(row) = row {
                    index.enter(
                        hash(state, columns.iter().map(|c| row.cell(*c))),
                        Slot(place),
                    );
                }
            }
            index
        });
    }

    /// The rows that fit `key`, oldest first; none when no index was prepared for its columns.
    pub(crate) fn matching(&self, rows: &[Option<Row>], key: &MergeKey) -> Vec<Slot> {
        let Some(index) = self.by_columns.get(&key.columns()) else {
            return Vec::new();
        };
        let fits = |slot: &Slot| {
            rows[slot.0 as usize]
                .as_ref()
                .is_some_and(|row| key.fits(row))
        };
        let slots = index.slots(hash(&self.state, key.cells()));
        let mut found: Vec<Slot> = slots.iter().copied().filter(fits).collect();
        found.sort_unstable();
        found
    }

    pub(crate) fn enter(&mut self, slot: Slot, row: &Row) {
        for (columns, index) in &mut self.by_columns {
            index.enter(
                hash(&self.state, columns.iter().map(|column| row.cell(*column))),
                slot,
            );
        }
    }

    pub(crate) fn leave(&mut self, slot: Slot, row: &Row) {
        for (columns, index) in &mut self.by_columns {
            index.leave(
                hash(&self.state, columns.iter().map(|column| row.cell(*column))),
                slot,
            );
        }
    }
}

impl Index {
    fn slots(&self, hash: u64) -> &[Slot] {
        match self.0.get(&hash) {
            None => &[],
            Some(Slots::One(slot)) => std::slice::from_ref(slot),
            Some(Slots::Several(slots)) => slots,
        }
    }

    fn enter(&mut self, hash: u64, slot: Slot) {
        self.0
            .entry(hash)
            .and_modify(|slots| match slots {
                Slots::One(first) => *slots = Slots::Several(vec![*first, slot]),
                Slots::Several(several) => several.push(slot),
            })
            .or_insert(Slots::One(slot));
    }

    fn leave(&mut self, hash: u64, slot: Slot) {
        let emptied = match self.0.get_mut(&hash) {
            None => false,
            Some(Slots::One(only)) => *only == slot,
            Some(Slots::Several(several)) => {
                several.retain(|other| *other != slot);
                several.is_empty()
            }
        };
        if emptied {
            self.0.remove(&hash);
        }
    }
}

fn hash<'a>(state: &RandomState, cells: impl Iterator<Item = Option<&'a Cell>>) -> u64 {
    let mut hasher = state.build_hasher();
    for cell in cells {
        feed(cell, &mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{
        super::table::tests::{id, people, stamp, text},
        *,
    };

    #[test]
    fn rows_are_found_by_value_before_and_after_a_change() {
        let mut table = people();
        let ann = table.insert(id(1), vec![text(0, "Ann")], stamp());
        let name = |name| MergeKey(vec![text(0, name)]);
        table.prepare_matching(vec![Column(0)]);
        assert_eq!(table.matching(&name("Ann")), [ann]);
        let bob = table.insert(id(2), vec![text(0, "Bob")], stamp());
        assert_eq!(table.matching(&name("Bob")), [bob]);
        table.update(ann, vec![text(0, "Bob")], stamp());
        assert_eq!(table.matching(&name("Ann")), []);
        assert_eq!(table.matching(&name("Bob")), [ann, bob]);
        table.delete(bob);
        assert_eq!(table.matching(&name("Bob")), [ann]);
    }

    #[test]
    fn several_columns_match_only_together() {
        let mut table = people();
        table.insert(id(1), vec![text(0, "Ann"), text(1, "Rome")], stamp());
        let here = table.insert(id(2), vec![text(0, "Ann"), text(1, "Oslo")], stamp());
        let key = MergeKey(vec![text(0, "Ann"), text(1, "Oslo")]);
        table.prepare_matching(vec![Column(0), Column(1)]);
        assert_eq!(table.matching(&key), [here]);
    }

    #[test]
    fn an_empty_cell_matches_an_empty_cell() {
        let mut table = people();
        let nameless = table.insert(id(1), vec![text(1, "Rome")], stamp());
        table.prepare_matching(vec![Column(0)]);
        assert_eq!(
            table.matching(&MergeKey(vec![(Column(0), None)])),
            [nameless]
        );
    }
}
