//! All records of a table, one JSON object a line, for a comparison to the last byte.
use std::io;

use futures_util::{StreamExt, stream};
use http::{StatusCode, header};
use poem::{Body, Response};

use super::{Error, notion, tables::whole, zapier};
use crate::sandbox::{
    Sandbox,
    airtable::{Airtable, Direction, Place, Slot, sort},
    incoming::Incoming,
};

/// How many records are written while the sandbox is held.
const STRETCH: usize = 500;

/// Streams the table that `base` and `table` name, sorted by id or by the field of `sort`; or the
/// data source that `data_source` names, in the order in which its pages were made; or the deliveries
/// to the hook that `hook` names.
///
/// Which records and in which order is settled at once; calls go on between two stretches.
pub(super) fn dump(sandbox: &Sandbox, incoming: &Incoming) -> Result<Response, Error> {
    if let Some(source) = incoming.parameter("data_source") {
        return notion::dump(sandbox, source, incoming.at);
    }
    if let Some(hook) = incoming.parameter("hook") {
        return Ok(zapier::dump(sandbox, hook));
    }
    let named = |name, what| incoming.parameter(name).ok_or(Error::Missing(what));
    let place = Place::new(
        named("base", "the parameter base")?,
        named("table", "the parameter table")?,
    );
    let slots = ordered(
        &sandbox.world().airtable,
        &place,
        incoming.parameter("sort"),
    )?;
    let stretches: Vec<Vec<Slot>> = slots.chunks(STRETCH).map(<[Slot]>::to_vec).collect();
    let sandbox = sandbox.clone();
    let lines = stream::iter(stretches)
        .map(move |stretch| Ok::<_, io::Error>(lines(&sandbox.world().airtable, &place, &stretch)));
    Ok(Response::builder()
        .status(StatusCode::OK)
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::from_bytes_stream(lines)))
}

fn ordered(airtable: &Airtable, place: &Place, by: Option<&str>) -> Result<Vec<Slot>, Error> {
    let (base, at) = airtable.place(place)?;
    let table = base.table(at);
    let mut slots: Vec<Slot> = table.rows().map(|(slot, _)| slot).collect();
    match by {
        None | Some("id") => slots.sort_by_key(|slot| table.row(*slot).map(|row| row.id)),
        Some(field) => {
            let column = table.known_column(field)?;
            sort(base, at, &mut slots, &[(column, Direction::Rising)]);
        }
    }
    Ok(slots)
}

fn lines(airtable: &Airtable, place: &Place, slots: &[Slot]) -> Vec<u8> {
    let mut lines = Vec::new();
    let Ok((base, at)) = airtable.place(place) else {
        return lines;
    };
    for record in slots.iter().filter_map(|slot| whole(base, at, *slot)) {
        serde_json::to_writer(&mut lines, &record).expect("a record has text for keys");
        lines.push(b'\n');
    }
    lines
}
