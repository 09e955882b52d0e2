//! Writes the queries that pick pages, and walks through what has more rows than one query yields.

use std::fmt::{Display, Formatter, Result as Shown};

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde_json::{Value, json};

use super::super::{Error, Layout};
use super::shape::{Shape, shape};
use super::wire::{Part, Read};

/// Rows in one part of a list at most (Notion API, "Pagination").
pub(super) const PAGE_SIZE: usize = 100;

/// Where in a listing its next part begins.
///
/// One query yields ten thousand rows at most (Notion API, "Query a data source"): what lies behind
/// them is listed by another, from the moment on at which the last of them was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    since: Option<Timestamp>,
    cursor: Option<String>,
}

impl Place {
    /// The beginning of a listing of what was made at `since` or later.
    pub(super) fn since(since: Timestamp) -> Self {
        Self {
            since: Some(minute(since)),
            cursor: None,
        }
    }

    /// The place that [`Display`] has written.
    pub(super) fn parse(text: &str) -> Self {
        let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (since, cursor) = text.split_once(' ').unwrap_or_default();
        Self {
            since: since.parse().ok(),
            cursor: told(cursor),
        }
    }

    /// Where the part after `part` begins; none at the end.
    ///
    /// Errs when the vendor hides rows that no other query can list.
    pub(super) fn after(&self, part: &Part<Read>) -> Result<Option<Self>, Error> {
        let last = part.items.last().map(|read| read.held.created_at);
        self.behind(part, last)
    }

    /// Where the part after one begins whose last page was made at `last`, as [`Self::after`] says.
    pub(super) fn behind<T>(
        &self,
        part: &Part<T>,
        last: Option<Timestamp>,
    ) -> Result<Option<Self>, Error> {
        if let Some(cursor) = &part.cursor {
            return Ok(Some(Self {
                since: self.since,
                cursor: Some(cursor.clone()),
            }));
        }
        if !part.ends_early {
            return Ok(None);
        }
        let last = last.map(minute);
        if last.is_none() || last == self.since {
            return Err(hidden(
                "more than 10,000 pages of the table were made within one minute, and it lists no \
                 more of them",
            ));
        }
        Ok(Some(Self {
            since: last,
            cursor: None,
        }))
    }

    /// The body of the query for the part that begins here, oldest pages first: of all pages, or of
    /// those that were changed at `changed` or later.
    pub(super) fn body(&self, changed: Option<Timestamp>) -> Value {
        let mut body = json!({
            "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
        });
        let created = self.since.map(|since| on_or_after("created_time", since));
        let changed = changed.map(|since| on_or_after("last_edited_time", minute(since)));
        match (created, changed) {
            (None, None) => {}
            (Some(one), None) | (None, Some(one)) => body["filter"] = one,
            (Some(one), Some(other)) => body["filter"] = json!({ "and": [one, other] }),
        }
        if let Some(cursor) = &self.cursor {
            body["start_cursor"] = cursor.as_str().into();
        }
        body
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        if let Some(since) = &self.since {
            write!(f, "{since}")?;
        }
        write!(f, " {}", self.cursor.as_deref().unwrap_or_default())
    }
}

/// The body of the query for the pages whose key property holds one of the keys.
pub(super) fn keys(layout: &Layout, keys: &[String], cursor: Option<&str>) -> Value {
    let field = &layout.fields[layout.key];
    let equal = keys.iter().map(|key| {
        let wanted = match key.parse::<i64>() {
            Ok(number) if shape(&field.kind) == Shape::Number => number.into(),
            _ => Value::from(key.as_str()),
        };
        let mut filter = json!({ "property": field.id });
        filter[field.kind.as_str()] = json!({ "equals": wanted });
        filter
    });
    let mut body = json!({ "filter": { "or": equal.collect::<Vec<_>>() } });
    if let Some(cursor) = cursor {
        body["start_cursor"] = cursor.into();
    }
    body
}

/// Rows that the vendor has and does not list: to ask again would change nothing.
pub(super) fn hidden(why: &str) -> Error {
    Error::Refused(why.to_owned())
}

/// Keeps the pages whose time of this name is `since` or later.
fn on_or_after(name: &str, since: Timestamp) -> Value {
    let mut filter = json!({ "timestamp": name });
    filter[name] = json!({ "on_or_after": format!("{since:.3}") });
    filter
}

/// The beginning of a moment's minute: the vendor tells times to the minute.
fn minute(at: Timestamp) -> Timestamp {
    let down = TimestampRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Floor);
    at.round(down).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::super::super::Held;
    use super::super::wire::layout;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn part(cursor: Option<&str>, ends_early: bool, last: &str) -> Part<Read> {
        let held = Held {
            id: "page1".into(),
            created_at: at(last),
            changed: None,
            created: false,
            cells: Vec::new(),
        };
        Part {
            items: vec![Read {
                held,
                maker: String::new(),
                edited: None,
                table: String::new(),
                in_trash: false,
                cut: Vec::new(),
            }],
            cursor: cursor.map(str::to_owned),
            ends_early,
        }
    }

    #[test]
    fn keys_are_compared_as_the_key_property_holds_them() {
        let mut layout = layout(&["title", "number"]);
        let asked = ["7".to_owned(), "b".to_owned()];
        let body = keys(&layout, &asked, Some("c"));
        assert_eq!(
            body["filter"],
            json!({"or": [
                {"property": "p%3A0", "title": {"equals": "7"}},
                {"property": "p%3A0", "title": {"equals": "b"}},
            ]})
        );
        assert_eq!(body["start_cursor"], "c");
        layout.key = 1;
        let body = keys(&layout, &asked[..1], None);
        let wanted = json!({"or": [{"property": "p%3A1", "number": {"equals": 7}}]});
        assert_eq!(body["filter"], wanted);
    }

    #[test]
    fn a_listing_goes_on_behind_the_rows_that_one_query_yields() {
        let first = Place::default();
        let more = part(Some("c"), false, "2026-01-31T17:05:00Z");
        let second = first.after(&more).unwrap().unwrap();
        assert_eq!(second.body(None)["start_cursor"], "c");
        let capped = part(None, true, "2026-01-31T17:05:00Z");
        let third = second.after(&capped).unwrap().unwrap();
        let wanted = json!({
            "timestamp": "created_time",
            "created_time": {"on_or_after": "2026-01-31T17:05:00.000Z"},
        });
        assert_eq!(third.body(None)["filter"], wanted);
        assert!(third.body(None)["start_cursor"].is_null());
        let end = part(None, false, "2026-01-31T17:06:00Z");
        assert_eq!(third.after(&end).unwrap(), None);
    }

    #[test]
    fn what_was_changed_is_asked_for_by_the_minute_behind_the_first_rows_too() {
        let since = at("2026-02-01T08:30:59Z");
        let edited = json!({
            "timestamp": "last_edited_time",
            "last_edited_time": {"on_or_after": "2026-02-01T08:30:00.000Z"},
        });
        assert_eq!(Place::default().body(Some(since))["filter"], edited);
        let later = Place::since(at("2026-01-31T17:05:31Z")).body(Some(since));
        let made = json!({
            "timestamp": "created_time",
            "created_time": {"on_or_after": "2026-01-31T17:05:00.000Z"},
        });
        assert_eq!(later["filter"], json!({ "and": [made, edited] }));
    }

    #[test]
    fn rows_that_no_query_lists_are_told_and_not_left_out() {
        let place = Place::since(at("2026-01-31T17:05:31Z"));
        let capped = part(None, true, "2026-01-31T17:05:00Z");
        assert!(matches!(place.after(&capped), Err(Error::Refused(_))));
    }

    #[test]
    fn a_place_comes_back_as_it_was_written() {
        let since = Place::since(at("2026-01-31T17:05:31Z"));
        let mut both = since.clone();
        both.cursor = Some("3f-c".into());
        for place in [Place::default(), since, both, Place::parse(" c")] {
            assert_eq!(Place::parse(&place.to_string()), place);
        }
    }
}
