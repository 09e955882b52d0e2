//! The calls that read and write records.
use serde::Serialize;

use super::{
    Airtable, Moment,
    base::{Base, TableAt},
    call::{Mode, Place},
    listing::Patience,
    query::{Query, Selection},
    refusal::Refusal,
    table::{Slot, Stamp},
    value::{Format, RecordView},
    write::{Applied, Request, apply, plan},
};
use crate::sandbox::{answer::Answer, incoming::Incoming};

/// A page of records.
#[derive(Serialize)]
struct PageView<'a> {
    records: Vec<RecordView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<String>,
}

/// The records of a write, in its order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenView<'a> {
    records: Vec<RecordView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_records: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_records: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct DeletedView<'a> {
    id: &'a str,
    deleted: bool,
}

#[derive(Serialize)]
struct DeletedManyView<'a> {
    records: Vec<DeletedView<'a>>,
}

impl Airtable {
    /// Answers a page of a listing, the first one or that of an offset.
    pub(super) fn list(
        &mut self,
        place: &Place,
        query: &Query,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let Self {
            bases,
            ids,
            listings,
            ..
        } = self;
        let base = bases.iter().find(|base| base.id == place.base);
        let base = base.ok_or_else(Refusal::not_found)?;
        let table = base.known(&place.table)?;
        let selection = query.select(base.table(table))?;
        let patience = Patience {
            now: moment.now,
            idle: moment.knobs.listing_idle(),
        };
        let page = match query.offset.as_deref() {
            None => listings.open((base, table), &selection, ids, patience),
            Some(offset) => {
                listings.proceed((base, table), offset, selection.page_size, patience)?
            }
        };
        let records = page
            .slots
            .iter()
            .filter_map(|slot| shown(base, table, *slot, &selection));
        Ok(Answer::ok(&PageView {
            records: records.collect(),
            offset: page.offset,
        }))
    }

    pub(super) fn get(
        &self,
        place: &Place,
        record: &str,
        incoming: &Incoming,
    ) -> Result<Answer, Refusal> {
        let (base, table) = self.place(place)?;
        let slot = base
            .table(table)
            .find(record)
            .ok_or_else(Refusal::no_model)?;
        let selection = Query::from_pairs(&incoming.query).select(base.table(table))?;
        let view = shown(base, table, slot, &selection).ok_or_else(Refusal::no_model)?;
        Ok(Answer::ok(&view))
    }

    pub(super) fn create(
        &mut self,
        place: &Place,
        body: &[u8],
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        self.write(place, &Request::read(body)?, None, moment)
    }

    pub(super) fn update_many(
        &mut self,
        place: &Place,
        mode: Mode,
        body: &[u8],
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let request = Request::read(body)?;
        if request.single {
            return Err(Refusal::bad_records(
                "an \"id\" ID field and a \"fields\" object",
            ));
        }
        self.write(place, &request, Some(mode), moment)
    }

    pub(super) fn update_one(
        &mut self,
        (place, record): (&Place, &str),
        mode: Mode,
        body: &[u8],
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let (base, table) = self.place(place)?;
        base.table(table)
            .find(record)
            .ok_or_else(Refusal::no_model)?;
        let mut request = Request::read(body)?;
        if !request.single {
            return Err(Refusal::malformed("Give \"fields\" to update one record"));
        }
        for item in &mut request.items {
            item.id = Some(record.to_owned());
        }
        self.write(place, &request, Some(mode), moment)
    }

    /// Plans a write, applies it if all of it is good, and shows the records.
    pub(super) fn write(
        &mut self,
        place: &Place,
        request: &Request,
        mode: Option<Mode>,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let Self { bases, ids, .. } = self;
        let base = bases.iter_mut().find(|base| base.id == place.base);
        let base = base.ok_or_else(Refusal::not_found)?;
        let table = base.known(&place.table)?;
        let ready = plan(base, table, request, mode, (moment.knobs.rules(), ids))?;
        let stamp = Stamp {
            by: moment.by,
            at: moment.now,
        };
        let applied = apply(base, table, ready, stamp);
        Ok(written(base, table, request, &applied))
    }

    pub(super) fn delete_many(
        &mut self,
        place: &Place,
        incoming: &Incoming,
        moment: Moment<'_>,
    ) -> Result<Answer, Refusal> {
        let named = |name: &str| name.starts_with("records[");
        let ids: Vec<&str> = incoming
            .pairs()
            .filter(|(name, _)| named(name))
            .map(|(_, id)| id)
            .collect();
        if ids.is_empty() || (ids.len() > 10 && !moment.knobs.lenient_batches) {
            return Err(Refusal::unprocessable(
                "INVALID_RECORDS",
                "\"records\" must be an array of up to 10 record IDs.",
            ));
        }
        let (base, at) = self.place_mut(place)?;
        let table = base.table_mut(at);
        let find = |id: &&str| table.find(id).ok_or_else(|| Refusal::no_record(id));
        let slots = ids.iter().map(find).collect::<Result<Vec<Slot>, _>>()?;
        for slot in slots {
            table.delete(slot);
        }
        let records = ids
            .into_iter()
            .map(|id| DeletedView { id, deleted: true })
            .collect();
        Ok(Answer::ok(&DeletedManyView { records }))
    }

    pub(super) fn delete_one(&mut self, place: &Place, record: &str) -> Result<Answer, Refusal> {
        let (base, at) = self.place_mut(place)?;
        let table = base.table_mut(at);
        table.delete(table.find(record).ok_or_else(Refusal::no_model)?);
        Ok(Answer::ok(&DeletedView {
            id: record,
            deleted: true,
        }))
    }
}

fn shown<'a>(
    base: &'a Base,
    table: TableAt,
    slot: Slot,
    selection: &'a Selection,
) -> Option<RecordView<'a>> {
    Some(RecordView {
        base,
        table,
        slot,
        row: base.table(table).row(slot)?,
        columns: selection.columns.as_deref(),
        by_id: selection.by_id,
        format: selection.format,
        comment_count: selection.comment_count,
    })
}

fn written(base: &Base, table: TableAt, request: &Request, applied: &Applied) -> Answer {
    let view = |slot: &Slot| {
        Some(RecordView {
            base,
            table,
            slot: *slot,
            row: base.table(table).row(*slot)?,
            columns: None,
            by_id: request.by_id,
            format: Format::Json,
            comment_count: false,
        })
    };
    let mut records: Vec<RecordView<'_>> = applied.slots.iter().filter_map(view).collect();
    if request.single
        && let Some(only) = records.pop()
    {
        return Answer::ok(&only);
    }
    let told = |wanted: bool| {
        let created = applied.created.as_ref()?;
        let of = records
            .iter()
            .zip(created)
            .filter(|(_, created)| **created == wanted);
        Some(of.map(|(record, _)| record.row.id.as_str()).collect())
    };
    let (created_records, updated_records) = (told(true), told(false));
    Answer::ok(&WrittenView {
        records,
        created_records,
        updated_records,
    })
}
