//! Values that name something else: options of a select field, records of a linked table.
use serde_json::Value;

use super::{
    super::{
        base::TableAt,
        cell::Cell,
        id::RecordId,
        kind::Choice,
        refusal::Refusal,
        table::{Column, Field},
    },
    accept::Desk,
};

/// The option that a text names.
pub(super) fn choice(
    desk: &mut Desk<'_>,
    column: Column,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let name = value.as_str();
    let name =
        name.ok_or_else(|| Refusal::bad_value(&desk.base.table(desk.table).field(column).name))?;
    if name.is_empty() {
        return Ok(None);
    }
    Ok(Some(Cell::Choice(number(desk, column, name)?)))
}

/// The options that a list names, each once, in its order.
pub(super) fn choices(
    desk: &mut Desk<'_>,
    column: Column,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let bad = || Refusal::bad_value(&desk.base.table(desk.table).field(column).name);
    let names: Vec<&str> = value
        .as_array()
        .and_then(|names| names.iter().map(Value::as_str).collect())
        .ok_or_else(bad)?;
    let mut chosen = Vec::with_capacity(names.len());
    for name in names {
        let chosen_one = number(desk, column, name)?;
        if !chosen.contains(&chosen_one) {
            chosen.push(chosen_one);
        }
    }
    Ok((!chosen.is_empty()).then(|| Cell::Choices(chosen.into())))
}

/// The number of a select option; with typecast a new one is made.
fn number(desk: &mut Desk<'_>, column: Column, name: &str) -> Result<u32, Refusal> {
    let known = desk.base.table(desk.table).field(column).kind.choices();
    let fresh = desk
        .pending
        .choices
        .iter()
        .filter(|(other, _)| *other == column);
    let mut names = known.iter().chain(fresh.map(|(_, choice)| choice));
    let count = names.clone().count();
    let place = match names.position(|choice| choice.name == name) {
        Some(place) => place,
        None if desk.typecast => {
            let id = desk.pending.ids.other("sel");
            desk.pending.choices.push((
                column,
                Choice {
                    id,
                    name: name.into(),
                },
            ));
            count
        }
        None => return Err(Refusal::new_choice(name)),
    };
    Ok(u32::try_from(place).expect("a field has fewer than 2³² options"))
}

/// Links by record id; with typecast also by the text of the linked table's primary field.
pub(super) fn links(
    desk: &mut Desk<'_>,
    field: &Field,
    table: &str,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let bad = || Refusal::bad_value(&field.name);
    let target = desk.base.find(table).ok_or_else(bad)?;
    let mut linked = Vec::new();
    for value in value.as_array().ok_or_else(bad)? {
        let text = value.get("id").unwrap_or(value).as_str().ok_or_else(bad)?;
        let id = match RecordId::parse(text) {
            Some(id) if desk.base.table(target).slot(id).is_some() => id,
            Some(_) => return Err(Refusal::no_row(text)),
            None if desk.typecast => link_by_text(desk, target, text),
            None => return Err(bad()),
        };
        if !linked.contains(&id) {
            linked.push(id);
        }
    }
    Ok((!linked.is_empty()).then(|| Cell::Links(linked.into())))
}

fn link_by_text(desk: &mut Desk<'_>, target: TableAt, text: &str) -> RecordId {
    let primary = Column(0);
    let named = |cell: &Cell| matches!(cell, Cell::Text(own) if &**own == text);
    let there = desk
        .base
        .table(target)
        .rows()
        .find(|(_, row)| row.cell(primary).is_some_and(named));
    if let Some((_, row)) = there {
        return row.id;
    }
    let fresh = desk
        .pending
        .linked
        .iter()
        .find(|(at, _, own)| *at == target && own == text);
    if let Some((_, id, _)) = fresh {
        return *id;
    }
    let id = desk.pending.ids.record();
    desk.pending.linked.push((target, id, text.into()));
    id
}
