//! Puts rows into the order that a listing asks for.
use std::cmp::Ordering;

use super::{
    base::{Base, TableAt},
    cell::Cell,
    kind::Kind,
    query::Direction,
    table::{Column, Row, Slot},
    value::{Format, RecordView, computed, text},
};

/// Sorts slots of rows that are there; rows that are alike keep their order.
pub(crate) fn sort(base: &Base, table: TableAt, slots: &mut [Slot], by: &[(Column, Direction)]) {
    if by.is_empty() {
        return;
    }
    let keys = |slot: Slot| -> Vec<Key> {
        by.iter()
            .map(|(column, _)| key(base, table, slot, *column))
            .collect()
    };
    let mut keyed: Vec<(Vec<Key>, Slot)> = slots.iter().map(|slot| (keys(*slot), *slot)).collect();
    keyed.sort_by(|(left, _), (right, _)| compare(left, right, by));
    for (place, (_, slot)) in slots.iter_mut().zip(keyed) {
        *place = slot;
    }
}

/// What a cell is sorted by. Empty cells come first when rising.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Empty,
    Number(f64),
    Text(String),
}

fn compare(left: &[Key], right: &[Key], by: &[(Column, Direction)]) -> Ordering {
    left.iter()
        .zip(right)
        .zip(by)
        .map(|((left, right), (_, direction))| {
            let order = left.partial_cmp(right).unwrap_or(Ordering::Equal);
            if *direction == Direction::Falling {
                order.reverse()
            } else {
                order
            }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn key(base: &Base, table: TableAt, slot: Slot, column: Column) -> Key {
    let Some(row) = base.table(table).row(slot) else {
        return Key::Empty;
    };
    match &base.table(table).field(column).kind {
        Kind::Computed(kind) => {
            let view = view(base, table, slot, row);
            computed(&view, kind).map_or(Key::Empty, |value| {
                value
                    .as_f64()
                    .map_or_else(|| Key::Text(value.to_string()), Key::Number)
            })
        }
        _ => row
            .cell(column)
            .map_or(Key::Empty, |cell| cell_key(base, table, column, cell)),
    }
}

fn view<'a>(base: &'a Base, table: TableAt, slot: Slot, row: &'a Row) -> RecordView<'a> {
    RecordView {
        base,
        table,
        slot,
        row,
        columns: None,
        by_id: false,
        format: Format::Json,
        comment_count: false,
    }
}

/// Options sort in the order of the field's list, text without regard to case.
#[expect(
    clippy::cast_precision_loss,
    reason = "times of this age are exact in a double"
)]
fn cell_key(base: &Base, table: TableAt, column: Column, cell: &Cell) -> Key {
    match cell {
        Cell::Number(number) => Key::Number(*number),
        Cell::Checked => Key::Number(1.0),
        Cell::Moment(at) => Key::Number(at.as_millisecond() as f64),
        Cell::Choice(number) => Key::Number(f64::from(*number)),
        _ => Key::Text(text(base, table, column, cell).to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::table::tests::{id, people, stamp, text as put},
        *,
    };

    fn sorted(direction: Direction) -> Vec<u32> {
        let mut table = people();
        for (number, name) in [(0, "bob"), (1, "Ann"), (2, ""), (3, "Bob")] {
            let cells = if name.is_empty() {
                vec![]
            } else {
                vec![put(0, name)]
            };
            table.insert(id(number), cells, stamp());
        }
        let mut slots: Vec<Slot> = table.rows().map(|(slot, _)| slot).collect();
        let mut base = Base::new("app1".into(), "Base".into());
        let at = base.add(table);
        sort(&base, at, &mut slots, &[(Column(0), direction)]);
        slots.into_iter().map(|slot| slot.0).collect()
    }

    #[test]
    fn text_sorts_without_regard_to_case_and_empty_cells_come_first() {
        assert_eq!(sorted(Direction::Rising), [2, 1, 0, 3]);
    }

    #[test]
    fn falling_order_turns_it_round_and_keeps_like_rows_in_place() {
        assert_eq!(sorted(Direction::Falling), [0, 3, 1, 2]);
    }
}
