//! Checks a value against the type of the field that it is written to.
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::{Value, json};

use super::{
    super::{
        base::{Base, PEOPLE, Person, TableAt},
        cell::Cell,
        id::{Ids, RecordId, is_id},
        kind::{Choice, Kind, Number},
        refusal::Refusal,
        table::{Column, Field},
    },
    typecast,
};

/// What a write may lean on while its values are checked.
pub(crate) struct Desk<'a> {
    pub(crate) base: &'a Base,
    pub(crate) table: TableAt,
    /// Whether the vendor converts what does not fit, as well as it can.
    pub(crate) typecast: bool,
    /// Whether numbers are cut to the digits that their field shows.
    pub(crate) round_numbers: bool,
    pub(crate) pending: Pending<'a>,
}

/// What a write makes on the way, once all of it is known to be good.
pub(crate) struct Pending<'a> {
    pub(crate) ids: &'a mut Ids,
    /// New options of select fields, in the order of their numbers.
    pub(crate) choices: Vec<(Column, Choice)>,
    /// New records of linked tables, named by their primary field's text.
    pub(crate) linked: Vec<(TableAt, RecordId, String)>,
}

impl<'a> Pending<'a> {
    pub(crate) fn new(ids: &'a mut Ids) -> Self {
        Self {
            ids,
            choices: Vec::new(),
            linked: Vec::new(),
        }
    }
}

/// Turns a value into a cell, `None` for one that empties it, or refuses it as the vendor does.
///
/// `current` is what the cell holds: attachments may be named by the id they have there.
/// Source: Airtable Web API, "Field types and cell values".
pub(crate) fn accept(
    desk: &mut Desk<'_>,
    column: Column,
    current: Option<&Cell>,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let base = desk.base;
    let field = base.table(desk.table).field(column);
    if let Kind::Computed(_) = field.kind {
        return Err(Refusal::computed(&field.name));
    }
    if value.is_null() {
        return Ok(None);
    }
    let cast;
    let value = if desk.typecast {
        cast = typecast::cast(&field.kind, value);
        &cast
    } else {
        value
    };
    if value.is_null() {
        return Ok(None);
    }
    let bad = || Refusal::bad_value(&field.name);
    match &field.kind {
        Kind::Text(_) => value.as_str().ok_or_else(bad).map(text),
        Kind::RichText => value.as_str().ok_or_else(bad).map(rich_text),
        Kind::Number(kind) => {
            let number = value.as_f64().ok_or_else(bad)?;
            Ok(Some(Cell::Number(if desk.round_numbers {
                rounded(number, kind)
            } else {
                number
            })))
        }
        Kind::Rating { max } => rating(value, *max).ok_or_else(bad),
        Kind::Checkbox => value
            .as_bool()
            .ok_or_else(bad)
            .map(|checked| checked.then_some(Cell::Checked)),
        Kind::Date => date(value).map(|day| Some(Cell::Day(day))).ok_or_else(bad),
        Kind::DateTime { time_zone } => moment(value, time_zone)
            .map(|at| Some(Cell::Moment(at)))
            .ok_or_else(bad),
        Kind::SingleSelect(_) => match value.as_str().ok_or_else(bad)? {
            "" => Ok(None),
            name => Ok(Some(Cell::Choice(choice(desk, column, name)?))),
        },
        Kind::MultipleSelects(_) => choices(desk, column, value),
        Kind::Links { table } => links(desk, field, table, value),
        Kind::SingleCollaborator => {
            let person = person(value).ok_or_else(bad)?;
            Ok(Some(Cell::Object(Box::new(person.json()))))
        }
        Kind::MultipleCollaborators => {
            let people: Option<Vec<Value>> = value
                .as_array()
                .ok_or_else(bad)?
                .iter()
                .map(|value| person(value).map(Person::json))
                .collect();
            Ok(objects(people.ok_or_else(bad)?))
        }
        Kind::Attachments => attachments(desk, field, current, value),
        Kind::Barcode => barcode(value)
            .map(|code| Some(Cell::Object(Box::new(code))))
            .ok_or_else(bad),
        Kind::Computed(_) => Err(Refusal::computed(&field.name)),
    }
}

fn text(text: &str) -> Option<Cell> {
    (!text.is_empty()).then(|| Cell::Text(text.into()))
}

/// The vendor's editor ends every text in a newline, whatever was written.
fn rich_text(written: &str) -> Option<Cell> {
    if written.is_empty() || written.ends_with('\n') {
        text(written)
    } else {
        text(&format!("{written}\n"))
    }
}

fn rounded(number: f64, kind: &Number) -> f64 {
    let shift = 10f64.powi(i32::from(kind.precision()));
    (number * shift).round() / shift
}

fn rating(value: &Value, max: u8) -> Option<Option<Cell>> {
    let stars = value.as_f64()?;
    let whole = stars.fract() == 0.0 && (1.0..=f64::from(max)).contains(&stars);
    whole.then_some(Some(Cell::Number(stars)))
}

fn date(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// A time with an offset, or one that is read in the field's zone.
fn moment(value: &Value, time_zone: &str) -> Option<Timestamp> {
    let text = value.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(to_millisecond(at));
    }
    let local: DateTime = text.parse().ok()?;
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Some(to_millisecond(local.to_zoned(zone).ok()?.timestamp()))
}

fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// The number of a select option; with typecast a new one is made.
fn choice(desk: &mut Desk<'_>, column: Column, name: &str) -> Result<u32, Refusal> {
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

fn choices(desk: &mut Desk<'_>, column: Column, value: &Value) -> Result<Option<Cell>, Refusal> {
    let bad = || Refusal::bad_value(&desk.base.table(desk.table).field(column).name);
    let names: Vec<&str> = value
        .as_array()
        .and_then(|names| names.iter().map(Value::as_str).collect())
        .ok_or_else(bad)?;
    let mut chosen = Vec::with_capacity(names.len());
    for name in names {
        let number = choice(desk, column, name)?;
        if !chosen.contains(&number) {
            chosen.push(number);
        }
    }
    Ok((!chosen.is_empty()).then(|| Cell::Choices(chosen.into())))
}

/// Links by record id; with typecast also by the text of the linked table's primary field.
fn links(
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

fn person(value: &Value) -> Option<&'static Person> {
    let is = |name: &str, own: &str| value.get(name).and_then(Value::as_str) == Some(own);
    PEOPLE
        .iter()
        .find(|person| is("id", person.id) || is("email", person.email))
}

/// New attachments by address, old ones by the id that the cell holds; the rest is dropped.
fn attachments(
    desk: &mut Desk<'_>,
    field: &Field,
    current: Option<&Cell>,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let bad = || Refusal::bad_attachment(&field.name);
    let held: &[Value] = if let Some(Cell::Objects(held)) = current {
        held
    } else {
        &[]
    };
    let mut kept = Vec::new();
    for value in value.as_array().ok_or_else(bad)? {
        let member = |name| value.get(name).and_then(Value::as_str);
        let attachment = match (member("id"), member("url")) {
            (Some(id), _) if is_id("att", id) => held
                .iter()
                .find(|old| old["id"] == id)
                .cloned()
                .ok_or_else(bad)?,
            (None, Some(url)) if url.starts_with("http") => {
                let name = member("filename")
                    .or_else(|| url.rsplit('/').next())
                    .unwrap_or("file");
                let id = desk.pending.ids.other("att");
                json!({ "id": id, "url": url, "filename": name, "size": 0, "type": "application/octet-stream" })
            }
            _ => return Err(bad()),
        };
        kept.push(attachment);
    }
    Ok(objects(kept))
}

fn barcode(value: &Value) -> Option<Value> {
    let text = value.get("text")?.as_str()?;
    match value.get("type").map(Value::as_str) {
        None => Some(json!({ "text": text })),
        Some(Some(kind)) => Some(json!({ "text": text, "type": kind })),
        Some(None) => None,
    }
}

fn objects(objects: Vec<Value>) -> Option<Cell> {
    (!objects.is_empty()).then(|| Cell::Objects(objects.into()))
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{
            table::Table,
            value::{Format, Shown},
        },
        *,
    };

    /// A table of one field, and one of people to link to.
    fn base(kind: &str, options: &Value) -> Base {
        let mut ids = Ids::seeded(3);
        let kind = Kind::parse(kind, Some(options), &mut || ids.other("sel")).unwrap();
        let field = |name: &str, kind| Field {
            id: "fld1".into(),
            name: name.into(),
            description: None,
            kind,
        };
        let mut base = Base::new("app1".into(), "Base".into());
        base.add(Table::new(
            "tbl1".into(),
            "T".into(),
            "viw1".into(),
            vec![field("F", kind)],
        ));
        base.add(super::super::super::table::tests::people());
        base
    }

    /// What is read back after a write; the vendor's error type when it is refused.
    fn write(kind: &str, options: &Value, typecast: bool, value: &Value) -> Result<Value, String> {
        let mut base = base(kind, options);
        let mut ids = Ids::seeded(5);
        let at = TableAt(0);
        let mut desk = Desk {
            base: &base,
            table: at,
            typecast,
            round_numbers: false,
            pending: Pending::new(&mut ids),
        };
        let cell =
            accept(&mut desk, Column(0), None, value).map_err(|refusal| format!("{refusal:?}"))?;
        let fresh = desk.pending.choices;
        for (column, choice) in fresh {
            match &mut base.table_mut(at).field_mut(column).kind {
                Kind::SingleSelect(choices) | Kind::MultipleSelects(choices) => {
                    choices.push(choice)
                }
                _ => unreachable!("only selects have options"),
            }
        }
        let shown = cell.as_ref().map(|cell| Shown {
            base: &base,
            table: at,
            column: Column(0),
            cell,
            format: Format::Json,
        });
        Ok(serde_json::to_value(shown).unwrap())
    }

    fn reads(kind: &str, options: &Value, written: &Value, read: &Value) {
        assert_eq!(
            write(kind, options, false, written).as_ref(),
            Ok(read),
            "{kind} {written}"
        );
    }

    fn refuses(kind: &str, options: &Value, written: &Value, error: &str) {
        let refused = write(kind, options, false, written).unwrap_err();
        assert!(refused.contains(error), "{kind} {written}: {refused}");
    }

    #[test]
    fn each_type_reads_back_what_the_vendor_reads_back() {
        let none = json!({});
        let colours = json!({ "choices": [{ "name": "red" }, { "name": "blue" }] });
        for kind in [
            "singleLineText",
            "multilineText",
            "email",
            "url",
            "phoneNumber",
        ] {
            reads(kind, &none, &json!("x y"), &json!("x y"));
            reads(kind, &none, &json!(""), &Value::Null);
        }
        reads("richText", &none, &json!("**a**"), &json!("**a**\n"));
        reads("richText", &none, &json!("a\n"), &json!("a\n"));
        for kind in ["number", "currency", "percent", "duration"] {
            reads(kind, &none, &json!(12.5), &json!(12.5));
            reads(kind, &none, &json!(7), &json!(7));
            reads(kind, &none, &json!(0), &json!(0));
        }
        reads("rating", &none, &json!(3), &json!(3));
        reads("checkbox", &none, &json!(true), &json!(true));
        reads("checkbox", &none, &json!(false), &Value::Null);
        reads("date", &none, &json!("2026-02-28"), &json!("2026-02-28"));
        reads(
            "dateTime",
            &none,
            &json!("2026-02-28T10:00:00+02:00"),
            &json!("2026-02-28T08:00:00.000Z"),
        );
        let berlin = json!({ "timeZone": "Europe/Berlin" });
        reads(
            "dateTime",
            &berlin,
            &json!("2026-07-01T10:00:00"),
            &json!("2026-07-01T08:00:00.000Z"),
        );
        reads("singleSelect", &colours, &json!("blue"), &json!("blue"));
        reads(
            "multipleSelects",
            &colours,
            &json!(["blue", "red"]),
            &json!(["blue", "red"]),
        );
        reads("multipleSelects", &colours, &json!([]), &Value::Null);
        reads(
            "barcode",
            &none,
            &json!({ "text": "42" }),
            &json!({ "text": "42" }),
        );
        let owner = PEOPLE[0].json();
        reads(
            "singleCollaborator",
            &none,
            &json!({ "email": PEOPLE[0].email }),
            &owner,
        );
        reads(
            "multipleCollaborators",
            &none,
            &json!([{ "id": PEOPLE[0].id }]),
            &json!([owner]),
        );
    }

    #[test]
    fn a_value_that_the_type_does_not_take_is_refused() {
        let none = json!({});
        let column = "INVALID_VALUE_FOR_COLUMN";
        for (kind, wrong) in [
            ("singleLineText", json!(1)),
            ("richText", json!(["a"])),
            ("number", json!("1")),
            ("number", json!("")),
            ("rating", json!(0)),
            ("rating", json!(6)),
            ("rating", json!(1.5)),
            ("checkbox", json!("true")),
            ("date", json!("28.02.2026")),
            ("date", json!("2026-02-30")),
            ("date", json!("2026-02-28T00:00:00Z")),
            ("dateTime", json!("yesterday")),
            ("singleSelect", json!(["red"])),
            ("multipleSelects", json!("red")),
            ("barcode", json!("42")),
            ("singleCollaborator", json!({ "id": "usrStranger000001" })),
        ] {
            refuses(kind, &none, &wrong, column);
        }
        refuses(
            "singleSelect",
            &none,
            &json!("red"),
            "INVALID_MULTIPLE_CHOICE_OPTIONS",
        );
        refuses(
            "multipleAttachments",
            &none,
            &json!([{ "id": "att00000000000000" }]),
            "INVALID_ATTACHMENT_OBJECT",
        );
        let links = json!({ "linkedTableId": "People" });
        refuses(
            "multipleRecordLinks",
            &links,
            &json!(["rec00000000000000"]),
            "ROW_DOES_NOT_EXIST",
        );
        refuses("multipleRecordLinks", &links, &json!(["Ann"]), column);
        for kind in ["autoNumber", "createdTime", "button", "aiText"] {
            refuses(kind, &none, &json!("x"), "field is computed");
        }
    }

    #[test]
    fn typecast_converts_what_it_can_and_makes_select_options() {
        let none = json!({});
        for (kind, written, read) in [
            ("singleLineText", json!(5), json!("5")),
            ("number", json!("1,234.5"), json!(1234.5)),
            ("currency", json!("$12"), json!(12)),
            ("percent", json!("12.5%"), json!(0.125)),
            ("number", json!("abc"), Value::Null),
            ("checkbox", json!("true"), json!(true)),
            ("date", json!("2/28/2026"), json!("2026-02-28")),
            ("date", json!("2026-02-28T10:00:00Z"), json!("2026-02-28")),
            ("singleSelect", json!("new"), json!("new")),
            ("multipleSelects", json!("a, b"), json!(["a", "b"])),
            ("barcode", json!("42"), json!({ "text": "42" })),
        ] {
            assert_eq!(
                write(kind, &none, true, &written),
                Ok(read),
                "{kind} {written}"
            );
        }
    }
}
