//! `weighbridge site now`: what goes on at a site.

use std::fmt::{Display, Formatter, Result as Written};

use serde::Serialize;
use serde_json::Value;

use super::named::text;

/// What goes on, as it is told.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Now(pub(super) Value);

impl Display for Now {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let told = &self.0;
        let (here, active) = (&told["visitors_5_minutes"], &told["visitors_30_minutes"]);
        writeln!(
            f,
            "{here} visitors in the last 5 minutes, {active} in the last 30"
        )?;
        for (label, list) in [("30 minutes", "minutes"), ("24 hours", "hours")] {
            writeln!(
                f,
                "{} views and {} events in the last {label}",
                sum(&told[list], "views"),
                sum(&told[list], "events")
            )?;
        }
        for table in ["pages", "channels", "sources", "campaigns"] {
            lines(f, (table, &told[table]))?;
        }
        conversions(f, told)?;
        feed(f, &told["feed"])
    }
}

/// What the steps of a list come to together.
fn sum(list: &Value, member: &str) -> u64 {
    let steps = list.as_array().map_or(&[][..], Vec::as_slice);
    steps.iter().filter_map(|step| step[member].as_u64()).sum()
}

fn lines(f: &mut Formatter<'_>, (name, table): (&str, &Value)) -> Written {
    let lines = table["lines"].as_array().map_or(&[][..], Vec::as_slice);
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "{name}:")?;
    for line in lines {
        let value = Some(text(line, "value")).filter(|value| !value.is_empty());
        let value = value.unwrap_or("-");
        writeln!(
            f,
            "  {:40} {:>6} visitors",
            value,
            line["visitors"].to_string()
        )?;
    }
    Ok(())
}

fn conversions(f: &mut Formatter<'_>, told: &Value) -> Written {
    let list = told["conversions"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if list.is_empty() {
        return writeln!(f, "no conversions in the last 24 hours");
    }
    writeln!(f, "latest conversions:")?;
    for one in list {
        let value = one["value"].as_str().unwrap_or("-");
        let (at, event) = (text(one, "at"), text(one, "event"));
        let (channel, page) = (text(one, "channel"), text(one, "landing_page"));
        writeln!(f, "  {at}  {event:10} {value:>12}  {channel:16} {page}")?;
    }
    Ok(())
}

fn feed(f: &mut Formatter<'_>, feed: &Value) -> Written {
    let last = feed["last_event_at"].as_str().unwrap_or("never");
    let since = text(feed, "counted_since");
    let (accepted, doubled) = (&feed["accepted"], &feed["doubled"]);
    writeln!(
        f,
        "last event {last}; since {since} {accepted} were counted, {doubled} were before"
    )?;
    let refused = feed["refused"].as_array().map_or(&[][..], Vec::as_slice);
    for one in refused {
        writeln!(f, "  {} refused: {}", one["count"], text(one, "code"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_that_goes_on_has_a_line() {
        let line = |value: &str| json!({"value": value, "visitors": 2, "views": 3});
        let told = json!({
            "visitors_5_minutes": 2, "visitors_30_minutes": 7,
            "minutes": [{"views": 3, "events": 4}], "hours": [{"views": 5, "events": 6}],
            "pages": {"total": 2, "lines": [line("/wool"), line("")]},
            "conversions": [{"at": "2026-11-27T12:00:00.000Z", "event": "lead",
                             "channel": "email", "landing_page": "/"}],
            "feed": {"counted_since": "2026-11-27T11:00:00.000Z", "accepted": 4, "doubled": 1,
                     "refused": [{"code": "bot", "count": 3}]},
        });
        let shown = "\
2 visitors in the last 5 minutes, 7 in the last 30
3 views and 4 events in the last 30 minutes
5 views and 6 events in the last 24 hours
pages:
  /wool                                         2 visitors
  -                                             2 visitors
latest conversions:
  2026-11-27T12:00:00.000Z  lead                  -  email            /
last event never; since 2026-11-27T11:00:00.000Z 4 were counted, 1 were before
  3 refused: bot
";
        assert_eq!(Now(told).to_string(), shown);
    }
}
