//! Days and moments as the vendor writes them.
use jiff::{
    Timestamp,
    civil::Time,
    fmt::temporal::Pieces,
    tz::{Offset, TimeZone},
};
use serde_json::Value;

use crate::sandbox::notion::{
    cell::{Span, When},
    refusal::Refusal,
};

/// A moment as the vendor shows the times of pages.
pub(crate) fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads a day, or a moment with its offset; one without lies in `zone`, else in UTC.
pub(crate) fn parse(text: &str, zone: Option<&TimeZone>) -> Option<When> {
    let pieces = Pieces::parse(text).ok()?;
    let day = pieces.date();
    let Some(time) = pieces.time() else {
        let at = TimeZone::UTC
            .to_timestamp(day.to_datetime(Time::midnight()))
            .ok()?;
        return Some(When {
            text: day.to_string(),
            at,
            is_day: true,
        });
    };
    let local = day.to_datetime(time);
    let zone = match (pieces.to_numeric_offset(), zone) {
        (Some(offset), _) => TimeZone::fixed(offset),
        (None, Some(zone)) => zone.clone(),
        (None, None) => TimeZone::fixed(Offset::UTC),
    };
    let at = local.to_zoned(zone).ok()?;
    Some(When {
        text: at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
        at: at.timestamp(),
        is_day: false,
    })
}

/// Reads the value of a date property.
pub(super) fn read(place: &str, value: &Value) -> Result<Option<Span>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let name = value.get("time_zone").and_then(Value::as_str);
    let zone = name
        .map(|name| {
            TimeZone::get(name).map_err(|_unknown| {
                let place = format!("{place}.time_zone");
                Refusal::expected(&place, "a time zone", &Value::from(name))
            })
        })
        .transpose()?;
    let when = |member: &str| -> Result<Option<When>, Refusal> {
        let place = format!("{place}.{member}");
        match value.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(given) => given
                .as_str()
                .and_then(|text| parse(text, zone.as_ref()))
                .map(Some)
                .ok_or_else(|| Refusal::expected(&place, "a valid ISO 8601 date string", given)),
        }
    };
    let start = when("start")?.ok_or_else(|| Refusal::absent(&format!("{place}.start")))?;
    let end = when("end")?;
    if end.as_ref().is_some_and(|end| end.at < start.at) {
        return Err(Refusal::invalid("Date end must not be before its start."));
    }
    Ok(Some(Span {
        start,
        end,
        zone: name.map(str::to_owned),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn starts(value: &Value) -> String {
        read("d", value).unwrap().unwrap().start.text
    }

    #[test]
    fn a_day_stays_a_day_and_a_moment_shows_its_offset() {
        assert_eq!(starts(&json!({ "start": "2026-02-03" })), "2026-02-03");
        let shown = starts(&json!({ "start": "2026-02-03T10:00:00-04:00" }));
        assert_eq!(shown, "2026-02-03T10:00:00.000-04:00");
        let shown = starts(&json!({ "start": "2026-02-03T10:00:00Z" }));
        assert_eq!(shown, "2026-02-03T10:00:00.000+00:00");
    }

    #[test]
    fn a_moment_without_an_offset_lies_in_the_named_zone() {
        let date = json!({ "start": "2026-07-01T10:00:00", "time_zone": "Europe/Vienna" });
        assert_eq!(starts(&date), "2026-07-01T10:00:00.000+02:00");
    }

    #[test]
    fn a_date_that_is_none_is_refused() {
        for wrong in [
            json!({ "start": "tomorrow" }),
            json!({ "start": 5 }),
            json!({ "end": "2026-01-01" }),
            json!({ "start": "2026-01-02", "end": "2026-01-01" }),
            json!({ "start": "2026-01-02", "time_zone": "Atlantis" }),
            json!("2026-01-02"),
        ] {
            assert!(read("d", &wrong).is_err(), "{wrong}");
        }
    }
}
