//! A look at bases, tables and records, and edits made as a colleague would make them.
use serde::Serialize;
use serde_json::{Value, json};

use super::Error;
use crate::sandbox::{
    airtable::{Airtable, Base, Call, Format, Moment, Place, RecordView, Slot, TableAt},
    answer::Answer,
    incoming::Incoming,
};

/// The records of one page, and the most that may be asked for.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 500;

/// All bases with their tables, fields and numbers of records.
pub(super) fn bases(airtable: &Airtable) -> Answer {
    let bases: Vec<Value> = airtable.bases().iter().map(base_json).collect();
    Answer::ok(&json!({ "items": bases }))
}

fn base_json(base: &Base) -> Value {
    let tables = base.tables().iter().map(|table| {
        let fields = table.fields().iter();
        let fields = fields
            .map(|field| json!({ "id": field.id, "name": field.name, "type": field.kind.name() }));
        json!({
            "id": table.id,
            "name": table.name,
            "records": table.len(),
            "fields": fields.collect::<Vec<_>>(),
        })
    });
    json!({ "id": base.id, "name": base.name, "tables": tables.collect::<Vec<_>>() })
}

#[derive(Serialize)]
struct RecordsView<'a> {
    total: usize,
    records: Vec<RecordView<'a>>,
}

/// A page of a table's records, oldest first, from the record numbered `offset` on.
pub(super) fn records(
    airtable: &Airtable,
    place: &Place,
    incoming: &Incoming,
) -> Result<Answer, Error> {
    let (base, at) = airtable.place(place)?;
    let number = |name| {
        incoming
            .parameter(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let limit = number("limit").unwrap_or(PAGE).min(LARGEST_PAGE);
    let slots = base.table(at).rows().map(|(slot, _)| slot);
    let slots = slots.skip(number("offset").unwrap_or(0)).take(limit);
    let records = slots.filter_map(|slot| whole(base, at, slot)).collect();
    Ok(Answer::ok(&RecordsView {
        total: base.table(at).len(),
        records,
    }))
}

/// A record with all its fields.
pub(super) fn whole(base: &Base, table: TableAt, slot: Slot) -> Option<RecordView<'_>> {
    Some(RecordView {
        base,
        table,
        slot,
        row: base.table(table).row(slot)?,
        columns: None,
        by_id: false,
        format: Format::Json,
        comment_count: false,
    })
}

/// Writes as a colleague: the vendor's own checks, none of its limits.
pub(super) fn edit(
    airtable: &mut Airtable,
    (place, call): (&Place, &Call),
    incoming: &Incoming,
    moment: Moment<'_>,
) -> Result<Answer, Error> {
    airtable.place(place)?;
    Ok(airtable.carry_out(call, incoming, moment)?)
}
