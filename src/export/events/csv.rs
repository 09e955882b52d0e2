//! Events as separated values (RFC 4180).

use uuid::Uuid;

use super::lines::moment;
use crate::analytics::{Event, EventPortion, Takeout};
use crate::datasets::{guarded, write_cells};

/// The columns, in their order.
const HEADER: [&str; 17] = [
    "id", "at", "day", "visitor", "name", "page", "referrer", "source", "medium", "campaign",
    "term", "content", "click_id", "channel", "device", "value", "currency",
];

/// Writes the header.
pub(super) fn begin(out: &mut Vec<u8>) {
    write_cells(HEADER.into_iter().map(str::to_owned), out);
}

/// Writes a line for each event. A text that a spreadsheet would take for a formula gets a `'`
/// before it.
pub(super) fn write(takeout: &Takeout, portion: &EventPortion, out: &mut Vec<u8>) {
    let (day, currency) = (portion.day.to_string(), takeout.site().currency());
    for event in &portion.events {
        write_cells(cells(takeout, event, (&day, currency)).into_iter(), out);
    }
}

fn cells(takeout: &Takeout, event: &Event, (day, currency): (&str, &str)) -> [String; 17] {
    let text = |text: &str| guarded(text).into_owned();
    let value = event.value.map(|value| takeout.amount(value));
    let paid = if value.is_some() { currency } else { "" };
    [
        Uuid::from_bytes(event.id).to_string(),
        moment(event.at),
        day.to_owned(),
        event.visitor.to_string(),
        text(&event.name),
        text(&event.page),
        text(&event.referrer),
        text(&event.source),
        text(&event.medium),
        text(&event.campaign),
        text(&event.term),
        text(&event.content),
        event.click_word().unwrap_or_default().to_owned(),
        event.channel.name().to_owned(),
        event.device_word().unwrap_or_default().to_owned(),
        value.unwrap_or_default(),
        paid.to_owned(),
    ]
}
