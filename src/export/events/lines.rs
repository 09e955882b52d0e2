//! Events as JSON, one object on each line.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::analytics::{Event, EventPortion, Takeout};

/// One event. What it has nothing of is left out.
#[derive(Serialize)]
struct Line<'a> {
    id: Uuid,
    at: String,
    day: &'a str,
    visitor: u64,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    medium: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_id: Option<&'a str>,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    /// As a text: no number of JSON keeps every cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
}

/// A moment as RFC 3339 has it, to the millisecond.
pub(super) fn moment(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    format!("{at:.3}")
}

/// A text, if there is any.
pub(super) fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Writes a line for each event.
pub(super) fn write(
    takeout: &Takeout,
    portion: &EventPortion,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let day = portion.day.to_string();
    for event in &portion.events {
        serde_json::to_writer(&mut *out, &line(takeout, event, &day))?;
        out.push(b'\n');
    }
    Ok(())
}

fn line<'a>(takeout: &'a Takeout, event: &'a Event, day: &'a str) -> Line<'a> {
    let value = event.value.map(|value| takeout.amount(value));
    Line {
        id: Uuid::from_bytes(event.id),
        at: moment(event.at),
        day,
        visitor: event.visitor,
        name: &event.name,
        page: some(&event.page),
        referrer: some(&event.referrer),
        source: some(&event.source),
        medium: some(&event.medium),
        campaign: some(&event.campaign),
        term: some(&event.term),
        content: some(&event.content),
        click_id: event.click_word(),
        channel: event.channel.name(),
        device: event.device_word(),
        currency: value.is_some().then(|| takeout.site().currency()),
        value,
    }
}
