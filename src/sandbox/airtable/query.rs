//! What a listing asks for, from a query string or from a body.
use serde::Deserialize;
use serde_json::Value;

use super::{
    formula::Formula,
    refusal::Refusal,
    table::{Column, Table},
    value::Format,
};

/// The most records of one page (Airtable Web API, "List records").
const PAGE: usize = 100;

/// A listing's parameters as they came.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Query {
    page_size: Option<usize>,
    max_records: Option<usize>,
    pub(crate) offset: Option<String>,
    view: Option<String>,
    sort: Vec<SortPart>,
    fields: Vec<String>,
    formula: Option<String>,
    by_id: bool,
    cell_format: Option<String>,
    time_zone: Option<String>,
    user_locale: Option<String>,
    comment_count: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct SortPart {
    field: String,
    descending: bool,
}

/// A listing's parameters once its table is known.
#[derive(Debug, PartialEq)]
pub(crate) struct Selection {
    pub(crate) page_size: usize,
    pub(crate) max_records: Option<usize>,
    pub(crate) sort: Vec<(Column, Direction)>,
    /// The fields to show; all when `None`.
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) formula: Option<Formula>,
    pub(crate) by_id: bool,
    pub(crate) format: Format,
    pub(crate) comment_count: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Rising,
    Falling,
}

/// The body of `POST …/listRecords`. Numbers may come as text, flags as numbers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Body {
    page_size: Value,
    max_records: Value,
    offset: Option<String>,
    view: Option<String>,
    sort: Vec<BodySort>,
    fields: Vec<String>,
    filter_by_formula: Option<String>,
    return_fields_by_field_id: Value,
    cell_format: Option<String>,
    time_zone: Option<String>,
    user_locale: Option<String>,
    record_metadata: Vec<String>,
}

#[derive(Deserialize)]
struct BodySort {
    field: String,
    #[serde(default)]
    direction: Option<String>,
}

impl Query {
    /// Reads a query string's decoded pairs; what is not known is ignored, as the vendor does.
    pub(crate) fn from_pairs(pairs: &[(String, String)]) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.take(name, value);
        }
        query
    }

    /// Reads a body; time zone and locale stay in the query string.
    pub(crate) fn from_body(body: &[u8], pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let body: Body = if body.is_empty() {
            Body::default()
        } else {
            serde_json::from_slice(body).map_err(|error| Refusal::malformed(error.to_string()))?
        };
        let from_pairs = Self::from_pairs(pairs);
        let sort = body.sort.into_iter().map(|part| SortPart {
            field: part.field,
            descending: part.direction.as_deref() == Some("desc"),
        });
        Ok(Self {
            page_size: count(&body.page_size),
            max_records: count(&body.max_records),
            offset: body.offset,
            view: body.view,
            sort: sort.collect(),
            fields: body.fields,
            formula: body.filter_by_formula,
            by_id: flag(&body.return_fields_by_field_id),
            cell_format: body.cell_format,
            time_zone: body.time_zone.or(from_pairs.time_zone),
            user_locale: body.user_locale.or(from_pairs.user_locale),
            comment_count: body
                .record_metadata
                .iter()
                .any(|name| name == "commentCount"),
        })
    }

    fn take(&mut self, name: &str, value: &str) {
        match name {
            // `limit` is an old name that some clients still send.
            "pageSize" | "limit" => self.page_size = value.parse().ok().or(self.page_size),
            "maxRecords" => self.max_records = value.parse().ok(),
            "offset" => self.offset = Some(value.into()),
            "view" => self.view = Some(value.into()),
            "filterByFormula" => self.formula = Some(value.into()),
            "returnFieldsByFieldId" => self.by_id = matches!(value, "1" | "true"),
            "cellFormat" => self.cell_format = Some(value.into()),
            "timeZone" => self.time_zone = Some(value.into()),
            "userLocale" => self.user_locale = Some(value.into()),
            _ => self.take_list(name, value),
        }
    }

    /// `fields[]`, `fields[0]`, `sort[0][field]`, `sort[0][direction]`, `recordMetadata[]`.
    fn take_list(&mut self, name: &str, value: &str) {
        let Some((list, rest)) = name.split_once('[') else {
            return;
        };
        match list {
            "fields" => self.fields.push(value.into()),
            "recordMetadata" => self.comment_count |= value == "commentCount",
            "sort" => {
                let Some((place, part)) = rest.split_once("][") else {
                    return;
                };
                let Some(place) = place.parse().ok().filter(|place| *place < PAGE) else {
                    return;
                };
                if self.sort.len() <= place {
                    self.sort.resize(place + 1, SortPart::default());
                }
                match part {
                    "field]" => self.sort[place].field = value.into(),
                    "direction]" => self.sort[place].descending = value == "desc",
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Finds the fields and reads the formula, or refuses as the vendor does.
    pub(crate) fn select(&self, table: &Table) -> Result<Selection, Refusal> {
        self.check_view(table)?;
        let sort = self.sort.iter().map(|part| {
            let direction = if part.descending {
                Direction::Falling
            } else {
                Direction::Rising
            };
            Ok((table.known_column(&part.field)?, direction))
        });
        let columns = self.fields.iter().map(|field| table.known_column(field));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let formula = self
            .formula
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        Ok(Selection {
            page_size: page_size(self.page_size)?,
            max_records: self.max_records,
            sort: sort.collect::<Result<_, Refusal>>()?,
            columns: (!columns.is_empty()).then_some(columns),
            formula: formula
                .map(|text| Formula::parse(text, table))
                .transpose()?,
            by_id: self.by_id,
            format: self.format()?,
            comment_count: self.comment_count,
        })
    }

    fn check_view(&self, table: &Table) -> Result<(), Refusal> {
        match self.view.as_deref() {
            None | Some("" | VIEW_NAME) => Ok(()),
            Some(view) if view == table.view => Ok(()),
            Some(view) => Err(Refusal::unprocessable(
                "VIEW_NAME_NOT_FOUND",
                format!("View name {view} was not found"),
            )),
        }
    }

    fn format(&self) -> Result<Format, Refusal> {
        match (
            self.cell_format.as_deref(),
            &self.time_zone,
            &self.user_locale,
        ) {
            (None | Some("json"), ..) => Ok(Format::Json),
            (Some("string"), Some(_), Some(_)) => Ok(Format::Text),
            _ => Err(Refusal::malformed(
                "cellFormat string needs timeZone and userLocale",
            )),
        }
    }
}

/// The name of the one view that every table has.
pub(crate) const VIEW_NAME: &str = "Grid view";

fn page_size(asked: Option<usize>) -> Result<usize, Refusal> {
    match asked {
        None => Ok(PAGE),
        Some(size) if size <= PAGE => Ok(size),
        Some(_) => Err(Refusal::unprocessable(
            "INVALID_PAGE_SIZE_ARGUMENT",
            format!("pageSize must be at most {PAGE}"),
        )),
    }
}

fn count(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| usize::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A flag as clients write it: `true`, `1` or either as text.
pub(crate) fn flag(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::table::tests::people, *};

    fn pairs(pairs: &[(&str, &str)]) -> Query {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| ((*n).into(), (*v).into()))
            .collect();
        Query::from_pairs(&pairs)
    }

    #[test]
    fn a_query_string_and_a_body_say_the_same() {
        let from_pairs = pairs(&[
            ("pageSize", "2"),
            ("sort[0][field]", "Name"),
            ("sort[0][direction]", "desc"),
            ("fields[]", "City"),
            ("returnFieldsByFieldId", "1"),
        ]);
        let body = br#"{"pageSize":2,"sort":[{"field":"Name","direction":"desc"}],
            "fields":["City"],"returnFieldsByFieldId":true}"#;
        assert_eq!(Query::from_body(body, &[]), Ok(from_pairs));
    }

    #[test]
    fn a_page_size_of_zero_is_kept_and_one_that_is_no_number_is_ignored() {
        let size = |text| {
            pairs(&[("pageSize", text)])
                .select(&people())
                .unwrap()
                .page_size
        };
        assert_eq!((size("0"), size("many"), size("100")), (0, 100, 100));
    }

    #[test]
    fn a_page_of_more_than_a_hundred_is_refused() {
        assert!(pairs(&[("pageSize", "101")]).select(&people()).is_err());
    }

    #[test]
    fn an_unknown_field_or_view_is_refused() {
        for wrong in [
            ("fields[]", "Nope"),
            ("sort[0][field]", "Nope"),
            ("view", "Nope"),
        ] {
            assert!(pairs(&[wrong]).select(&people()).is_err(), "{wrong:?}");
        }
        assert!(pairs(&[("view", VIEW_NAME)]).select(&people()).is_ok());
    }
}
