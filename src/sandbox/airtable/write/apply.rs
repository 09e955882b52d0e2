//! Carries out a planned write.
use super::{
    super::{
        base::{Base, TableAt},
        cell::Cell,
        kind::Kind,
        table::{Column, Slot, Stamp},
    },
    plan::{Plan, Target},
};

/// A plan that was found good and only needs to be applied.
pub(crate) struct Ready(pub(super) Plan);

/// The rows of a write, in the order of its records.
pub(crate) struct Applied {
    pub(crate) slots: Vec<Slot>,
    /// Which of them were created; `None` unless the write was an upsert.
    pub(crate) created: Option<Vec<bool>>,
}

/// Makes new options and linked records, then writes the rows. Cannot fail.
pub(crate) fn apply(base: &mut Base, table: TableAt, ready: Ready, stamp: Stamp) -> Applied {
    let Plan {
        changes,
        choices,
        linked,
        upsert,
    } = ready.0;
    for (column, choice) in choices {
        match &mut base.table_mut(table).field_mut(column).kind {
            Kind::SingleSelect(known) | Kind::MultipleSelects(known) => known.push(choice),
            _ => {}
        }
    }
    for (at, id, name) in linked {
        let primary = vec![(Column(0), Some(Cell::Text(name.into())))];
        base.table_mut(at).insert(id, primary, stamp);
    }
    let created = upsert.then(|| {
        changes
            .iter()
            .map(|c| matches!(c.target, Target::Create(_)))
    });
    let created = created.map(Iterator::collect);
    let table = base.table_mut(table);
    let slots = changes.into_iter().map(|change| match change.target {
        Target::Create(id) => table.insert(id, change.cells, stamp),
        Target::Update(slot) => {
            table.update(slot, change.cells, stamp);
            slot
        }
    });
    Applied {
        slots: slots.collect(),
        created,
    }
}
